"""A proxy before an engine's socket that records every request: `with Proxy(engine_socket, own_socket) as proxy`.

Bytes pass through untouched and at once, in both directions, with each side's end passed on as a half close; so streams
and hijacked connections work as without it. What it knows about HTTP is only what it needs to find the requests in the
bytes that go to the engine.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

READ_SIZE = 65536
Parser = Generator[None, bytes, None]
VERSION = re.compile(r"^/v(\d+\.\d+)(?=/)")


class Request:
    """A request as it went to the engine."""

    def __init__(self, connection: int, head: bytes) -> None:
        first, *fields = head.decode("latin-1").split("\r\n")
        self.connection = connection
        self.method, target, _ = first.split(" ", 2)
        url = urlsplit(target)
        version = VERSION.match(url.path)
        self.version = version[1] if version else ""
        self.path = unquote(VERSION.sub("", url.path))
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        pairs = (field.partition(":") for field in fields)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.status = 0
        """The answer's status, 0 as long as there is none."""
        self._digest = hashlib.sha256()
        self._size = 0
        self._json = bytearray() if "json" in self.headers.get("content-type", "") else None

    def keep(self, data: bytes) -> None:
        """Add to the body."""
        self._size += len(data)
        self._digest.update(data)
        if self._json is not None:
            self._json += data

    @property
    def body(self) -> Any:
        """The body: a JSON document, None, or the size of anything else and how its digest begins."""
        if not self._size:
            return None
        if self._json is not None:
            return json.loads(self._json)
        return {"size": self._size, "sha256": self._digest.hexdigest()[:20]}

    @property
    def wants_upgrade(self) -> bool:
        return "upgrade" in self.headers.get("connection", "").lower()

    def __repr__(self) -> str:
        return f"{self.method} {self.path} {self.query or ''} {self.body or ''} -> {self.status}"


class Proxy:
    """Listens on a socket of its own and passes each connection on to the engine's.

    arrives: told of each request before it is passed on, and may keep it waiting.
    """

    def __init__(
        self, engine: Path | str, path: Path | str, *, arrives: Callable[[Request], object] = lambda request: None
    ) -> None:
        self.host = f"unix://{path}"
        """What DOCKER_HOST is to be."""
        self.requests: list[Request] = []
        """Every request so far, in the order in which their heads came."""
        self._engine = str(engine)
        self._arrives = arrives
        self._path = Path(path)
        self._connections: list[_Connection] = []
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Proxy:
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # A thread that waits in accept() is not woken by close().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for connection in self._connections:
            connection.abort()
        self._path.unlink()

    def settle(self, seconds: float = 5) -> None:
        """Wait until every connection has ended, as they do once the client's process has."""
        end = time.monotonic() + seconds
        for connection in self._connections:
            connection.join(end - time.monotonic())

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._engine)
            number = len(self._connections)
            self._connections.append(_Connection(number, client, engine, self.requests, self._arrives))


class _Connection:
    """One connection: a thread for each direction."""

    def __init__(
        self,
        number: int,
        client: socket.socket,
        engine: socket.socket,
        requests: list[Request],
        arrives: Callable[[Request], object],
    ) -> None:
        self._number = number
        self._arrives = arrives
        self._client = client
        self._engine = engine
        self._requests = requests
        self._latest: Request | None = None
        parser = self._parse()
        next(parser)
        self._threads = [
            threading.Thread(target=self._pump, args=pair, daemon=True)
            for pair in ((client, engine, parser.send), (engine, client, self._note_status))
        ]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, end - time.monotonic()))

    def abort(self) -> None:
        for end in (self._client, self._engine):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self._client.close()
        self._engine.close()

    def _pump(self, source: socket.socket, target: socket.socket, look: Callable[[bytes], object]) -> None:
        try:
            while data := source.recv(READ_SIZE):
                look(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            # One side is gone: the other must learn of it.
            for end in (source, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    @property
    def _hijacked(self) -> bool:
        return self._latest is not None and self._latest.wants_upgrade and self._latest.status in (101, 200)

    def _note_status(self, data: bytes) -> None:
        # Clients send a request after the last answer has ended: so the first bytes after a request are its answer's.
        if self._latest is not None and not self._latest.status and data.startswith(b"HTTP/1."):
            status = int(data[9:12])
            self._latest.status = 0 if status == 100 else status

    def _parse(self) -> Parser:
        """Find the requests in the bytes that are sent to this generator."""
        buffer = bytearray()
        while True:
            while b"\r\n\r\n" not in buffer:
                buffer += yield
                if self._hijacked:
                    return (yield from self._ignore())
            head, _, rest = bytes(buffer).partition(b"\r\n\r\n")
            request = self._latest = Request(self._number, head)
            self._requests.append(request)
            self._arrives(request)
            buffer = bytearray(rest)
            if request.headers.get("transfer-encoding") == "chunked":
                yield from self._chunks(request, buffer)
            else:
                yield from self._body(request, buffer, int(request.headers.get("content-length", 0)))

    def _ignore(self) -> Parser:
        while True:
            yield

    def _body(self, request: Request, buffer: bytearray, size: int) -> Parser:
        while size:
            if not buffer:
                buffer += yield
            part = bytes(buffer[:size])
            request.keep(part)
            del buffer[: len(part)]
            size -= len(part)

    def _chunks(self, request: Request, buffer: bytearray) -> Parser:
        while True:
            size = int((yield from self._line(buffer)).partition(b";")[0], 16)
            yield from self._body(request, buffer, size)
            yield from self._line(buffer)
            if not size:
                return

    def _line(self, buffer: bytearray) -> Generator[None, bytes, bytes]:
        while b"\r\n" not in buffer:
            buffer += yield
        line, _, rest = bytes(buffer).partition(b"\r\n")
        buffer[:] = rest
        return line
