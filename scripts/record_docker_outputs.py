"""Record what docker prints over recorded answers of an engine: python scripts/record_docker_outputs.py [DOCKER]

Each file in fixtures/docker-28.2.2 names the answers (files in fixtures/engine-20.10, by path of the request: a regular
expression) and the command lines. The answers are served through a socket to the docker command, and what it asks for,
prints and ends with is written beside each line. Ages are written as three minutes, whenever it is done.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import Any

FIXTURES = Path(__file__).parent.parent / "fixtures"
OUTPUTS = FIXTURES / "docker-28.2.2"
ANSWERS = FIXTURES / "engine-20.10"
VERSION = "/v1.41"


class Handler(BaseHTTPRequestHandler):
    """Answers from the recorded files and notes each request."""

    protocol_version = "HTTP/1.1"
    answers: dict[str, str] = {}  # noqa: RUF012
    requests: list[str] = []  # noqa: RUF012

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = self.path.removeprefix(VERSION)
        self.requests.append(f"GET {path}")
        name = next(name for pattern, name in self.answers.items() if re.fullmatch(pattern, path.partition("?")[0]))
        exchange = json.loads((ANSWERS / f"{name}.json").read_text())
        self.respond(exchange["status"], json.dumps(exchange["body"], ensure_ascii=False).encode())

    def do_HEAD(self) -> None:
        self.respond(200, b"")

    def respond(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Server", "Docker/20.10.24 (linux)")
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingMixIn, UnixStreamServer):
    """Listens on a socket file."""

    daemon_threads = True


def ran(docker: str, address: str, line: list[str]) -> dict[str, Any]:
    Handler.requests.clear()
    environment = {**os.environ, "TZ": "UTC", "DOCKER_API_VERSION": "1.41", "DOCKER_CONFIG": "/nowhere"}
    done = subprocess.run([docker, "-H", address, *line], capture_output=True, text=True, env=environment, check=False)
    return {
        "line": line,
        "requests": list(Handler.requests),
        "code": done.returncode,
        "out": aged(done.stdout),
        "err": done.stderr,
    }


def aged(text: str) -> str:
    """Write every age as three minutes, and the column they stand in as wide as those."""
    text = re.sub(r"(About an? |\b\d+ )(minute|hour|day|week|month|year)s? ago", "3 minutes ago", text)
    text = re.sub(r"(3 minutes ago) +(?=Exited|Created|Up)", r"\1   ", text)
    return re.sub(r"CREATED +STATUS", "CREATED         STATUS", text)


def main(docker: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        socket = f"{directory}/engine.sock"
        Thread(target=Server(socket, Handler).serve_forever, daemon=True).start()
        for path in sorted(OUTPUTS.glob("*.json")):
            outputs = json.loads(path.read_text())
            Handler.answers = outputs["answers"]
            outputs["runs"] = [ran(docker, f"unix://{socket}", run["line"]) for run in outputs["runs"]]
            path.write_text(json.dumps(outputs, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["docker"]))
