"""A server in place of an engine, for streams that no engine gives at will: it repeats what one has said.

An engine keeps 256 events; a hundred thousand come from here, each of them a chunk, as an engine sends them.
"""

from __future__ import annotations

import multiprocessing
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HEAD = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Type: application/json\r\n"
VERSION = b'{"ApiVersion": "1.41", "MinAPIVersion": "1.12"}'
BATCH = 1 << 16


@contextmanager
def serving(path: str, piece: bytes, count: int) -> Iterator[str]:
    """Answer every GET at a socket with a stream of pieces while the body runs; give its DOCKER_HOST."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, piece, count), daemon=True)
    server.start()
    try:
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.join()
        listener.close()


def _serve(listener: socket.socket, piece: bytes, count: int) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection, piece, count), daemon=True).start()


def _answer(connection: socket.socket, piece: bytes, count: int) -> None:
    with connection, suppress(OSError):
        while request := _head(connection):
            if b"/_ping" in request:
                connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
            elif b"/version" in request:
                connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(VERSION), VERSION))
            else:
                _stream(connection, b"%x\r\n%b\r\n" % (len(piece), piece), count)


def _stream(connection: socket.socket, chunk: bytes, count: int) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    at_once = max(1, BATCH // len(chunk))
    for sent in range(0, count, at_once):
        connection.sendall(chunk * min(at_once, count - sent))
    connection.sendall(b"0\r\n\r\n")


def _head(connection: socket.socket) -> bytes:
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        data = connection.recv(65536)
        if not data:
            return b""
        request += data
    return request
