"""Servers on a unix socket that are no engine, or one that goes wrong: `with Server(path, behaviour) as host`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

Behaviour = Callable[[socket.socket], None]


class Server:
    """Listens on a socket and gives every connection to a behaviour, in a thread of its own.

    path: of a unix socket; without one it is a port of this machine.
    """

    def __init__(self, path: Path | None, behaviour: Behaviour) -> None:
        self._path, self._behaviour = path, behaviour
        self._listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._listener.bind(str(path) if path else ("127.0.0.1", 0))
        self.host = f"unix://{path}" if path else "tcp://{}:{}".format(*self._listener.getsockname())
        self._open: list[socket.socket] = []

    def __enter__(self) -> str:
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()
        return self.host

    def __exit__(self, *exc_info: object) -> None:
        for end in (self._listener, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            self._behaviour(client)


def silent(client: socket.socket) -> None:
    """Take the connection and say nothing."""


def hangs_up(client: socket.socket) -> None:
    """Close the connection at once."""
    client.close()


def waits_behind(data: bytes) -> Behaviour:
    """Write something and then wait, as a server does whose protocol is another one."""
    return lambda client: client.sendall(data)


def says(data: bytes) -> Behaviour:
    """Write something, whatever was asked, and close."""

    def behaviour(client: socket.socket) -> None:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass

    return behaviour


def answers(status: str, body: bytes = b"", kind: str = "text/plain", *, ping: bool = True) -> Behaviour:
    """Answer every request the same; with `ping` all but the ping, which is answered as an engine does."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return replies(head + body, ping=ping)


PONG = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n"


def replies(answer: bytes, *, ping: bool = True, cut: bool = False) -> Behaviour:
    """Reply to every request with these bytes; `cut` closes the connection behind them."""
    head = answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def behaviour(client: socket.socket) -> None:
        with client.makefile("rb") as file:
            while request := head_of(file):
                if ping and b"/_ping " in request:
                    client.sendall(PONG)
                    continue
                client.sendall(head if request.startswith(b"HEAD") else answer)
                if cut:
                    client.shutdown(socket.SHUT_RDWR)

    return behaviour


def head_of(file: BufferedReader) -> bytes:
    """Return the first line of the next request, read to its end; nothing where none comes."""
    first, length, chunked = file.readline(), 0, False
    while (line := file.readline().lower()).strip():
        name, _, value = line.partition(b":")
        length = int(value) if name == b"content-length" else length
        chunked = chunked or name == b"transfer-encoding"
    file.read(length)
    while chunked and (size := int(file.readline() or b"0", 16)):
        file.read(size + 2)
    return first
