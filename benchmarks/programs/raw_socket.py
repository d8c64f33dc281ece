"""The limit: the same works with a bare socket and http.client, in which nothing is decoded that need not be."""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
from collections.abc import Iterable
from typing import Any

SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
VERSION = "/v1.41"
PIECE = 1 << 18
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


class Engine(http.client.HTTPConnection):
    """A connection to an engine."""

    def __init__(self, path: str = SOCKET) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON document of an answer."""
        text = None if body is None else json.dumps(body)
        self.request(method, VERSION + path, text, {"Content-Type": "application/json"})
        answer = self.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {content.decode()}")
        return json.loads(content) if content else None


def listed(engine: Engine, times: str) -> int:
    for _ in range(int(times)):
        found = engine.ask("GET", "/containers/json?all=1")
    return len(found)


def inspects(engine: Engine, box: str, count: str) -> int:
    return sum(engine.ask("GET", f"/containers/{box}/json")["Id"] == box for _ in range(int(count)))


def pings(engine: Engine, count: str) -> int:
    for _ in range(int(count)):
        engine.request("GET", "/_ping")
        engine.getresponse().read()
    return int(count)


def _read(path: str) -> int:
    """Read a chunked answer to its end, and return the bytes that came, heads and all."""
    buffer, total, last = bytearray(PIECE), 0, b""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(SOCKET)
        engine.sendall(f"GET {VERSION}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not last.endswith(b"\r\n0\r\n\r\n") and (count := engine.recv_into(buffer)):
            total += count
            last = (last + buffer[max(0, count - 7) : count])[-7:]
    return total


def logs(engine: Engine, box: str) -> int:
    return _read(f"/containers/{box}/logs?stdout=1&stderr=1")


def cp_out(engine: Engine, box: str, path: str) -> int:
    return _read(f"/containers/{box}/archive?path={path}")


def save(engine: Engine, image: str) -> int:
    return _read(f"/images/{image}/get")


def export(engine: Engine, box: str) -> int:
    return _read(f"/containers/{box}/export")


def events(engine: Engine) -> int:
    return _read("/events")


def pull(engine: Engine, image: str, tag: str) -> int:
    engine.request("POST", f"{VERSION}/images/create?fromImage={image}&tag={tag}")
    return len(engine.getresponse().read())


def _started(engine: Engine, box: str, command: list[str], **streams: bool) -> socket.socket:
    made = engine.ask("POST", f"/containers/{box}/exec", {"Cmd": command, **streams})
    return upgraded(engine, f"/exec/{made['Id']}/start")


def upgraded(engine: Engine, path: str) -> socket.socket:
    """Take a connection over."""
    engine.request("POST", VERSION + path, "{}", {"Content-Type": "application/json", **UPGRADE})
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += engine.sock.recv(1)
    return engine.sock


def exec_out(engine: Engine, box: str, *command: str) -> int:
    connection = _started(engine, box, list(command), AttachStdout=True, AttachStderr=True)
    buffer, total = bytearray(PIECE), 0
    while count := connection.recv_into(buffer):
        total += count
    return total


def exec_in(engine: Engine, box: str, path: str, *command: str) -> int:
    connection = _started(engine, box, list(command), AttachStdin=True, AttachStdout=True)
    with open(path, "rb") as file:
        sent = connection.sendfile(file)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(PIECE):
        pass
    return sent


def _put(engine: Engine, method: str, path: str, file: str) -> int:
    with open(file, "rb") as body:
        size = os.fstat(body.fileno()).st_size
        engine.putrequest(method, VERSION + path)
        engine.putheader("Content-Length", str(size))
        engine.putheader("Content-Type", "application/x-tar")
        engine.endheaders()
        engine.sock.sendfile(body)
    engine.getresponse().read()
    return size


def cp_in(engine: Engine, box: str, file: str) -> int:
    return _put(engine, "PUT", f"/containers/{box}/archive?path=/tmp", file)


def load(engine: Engine, file: str) -> int:
    return _put(engine, "POST", "/images/load?quiet=1", file)


def together(works: Iterable[Any]) -> None:
    """Do works at once, each in a thread."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def inspects_at_once(engine: Engine, box: str, count: str, at_once: str) -> int:
    done: list[int] = []
    each = str(int(count) // int(at_once))
    together([lambda: done.append(inspects(Engine(), box, each))] * int(at_once))
    return sum(done)


def follow(engine: Engine, box: str) -> int:
    """Write each line of a log that goes on, as it comes."""
    with socket.socket(socket.AF_UNIX) as connection, os.fdopen(1, "wb", buffering=0) as out:
        connection.connect(SOCKET)
        connection.sendall(
            f"GET {VERSION}/containers/{box}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        while data := connection.recv(PIECE):
            out.write(data)
    return 0


if __name__ == "__main__":
    import report

    report.main(globals(), Engine())
