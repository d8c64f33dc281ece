"""An engine that is none: it answers from a table, in any version of the API, and remembers what it was asked.

    with Replay(path, {"GET /images/json": images}) as engine:   # engine.host, engine.requests

What no engine at hand would say (a newer version, a push that stops half-way) is said to docker and to rawdocker alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import unquote


class Refusal(NamedTuple):
    """An answer that is an error."""

    status: int
    message: str


class Asked(NamedTuple):
    """A request as it came, without the version in its path."""

    line: str
    headers: dict[str, str]
    body: Any


class Replay:
    """Listens on a socket of its own; a list is answered as a stream of its elements where the path is one of a stream.

    answers: by method and path without version and query. version: what the ping says.
    """

    STREAMS = ("/images/create", "/push", "/images/load")

    def __init__(self, path: Path, answers: Mapping[str, Any], version: str = "1.50") -> None:
        self.host = f"unix://{path}"
        self.requests: list[Asked] = []
        self._answers, self._version, self._path = answers, version, path

    def __enter__(self) -> Replay:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def address_string(self) -> str:
                return "unix"

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def do_HEAD(self) -> None:
                self._say(200, b"")

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._say(*engine.answer(self.command, self.path, dict(self.headers), body))

            do_POST = do_DELETE = do_GET

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Api-Version", engine._version)
                self.send_header("Ostype", "linux")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        self._server = _Server(str(self._path), Handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Note a request and return the status and the bytes of its answer."""
        target = target.removeprefix(f"/v{self._version}")
        self.requests.append(Asked(f"{method} {unquote(target)}", headers, json.loads(body) if body else None))
        path = unquote(target.partition("?")[0])
        answer = self._answers.get(f"{method} {path}", Refusal(404, f"page not found: {path}"))
        if isinstance(answer, Refusal):
            return answer.status, json.dumps({"message": answer.message}).encode()
        if path.endswith(self.STREAMS):
            return 200, b"".join(json.dumps(message).encode() + b"\r\n" for message in answer)
        return 200, json.dumps(answer).encode()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
