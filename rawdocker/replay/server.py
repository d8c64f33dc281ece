"""The stand-in engine: a unix socket on which recorded exchanges are answered, streams and hijacked connections as
they were."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import ioctl
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from termios import TIOCOUTQ
from time import perf_counter, sleep
from types import TracebackType
from typing import Any

from rawdocker.codec import HEADER_SIZE, STREAMS
from rawdocker.har.reader import Entry, Message, Recording
from rawdocker.listen import listening, may_connect
from rawdocker.replay.match import Matcher, Request, Unrecorded

READ_SIZE = 65536

LONGEST_COMPARED = 16 << 20
"""Bytes of a request's body that are compared; a longer one is read and forgotten."""

POLL = 0.05
"""Seconds until closing is noticed."""

PATIENCE = 5.0
"""Seconds that a client at least has to leave where the recorded one did."""

PRECISION = 1.0
"""Milliseconds by which the moment of a message may be off: those of a HAR file have thousandths of a second."""

_OF_THE_CONNECTION = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}


class Replay:
    """Answers from a recording on a socket of its own.

    Parameters:
        recording: what rawdocker.har.read gives.
        path: where to listen; the socket is for the user alone and removed afterwards.
        speed: 1 takes the times of the recording, 2 half of them; 0 answers at once.
        strict: each exchange is answered once and in its order (see Matcher).
        refused: told of each request that nothing recorded answers.

    A context manager: it listens inside. Raises EndpointError where it cannot.
    """

    def __init__(
        self,
        recording: Recording,
        path: str | os.PathLike[str],
        *,
        speed: float = 0,
        strict: bool = False,
        refused: Callable[[str], object] = lambda message: None,
    ) -> None:
        self.recording = recording
        self.path = os.fspath(path)
        self.host = f"unix://{self.path}"
        """What DOCKER_HOST is to be."""
        self.speed = speed
        self.matcher = Matcher(recording.entries, strict=strict)
        self.refusals: list[str] = []
        """What was asked for and is not recorded, in words."""
        self._refused = refused

    def __enter__(self) -> Replay:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with suppress(OSError):
            os.unlink(self.path)
        self._server.hang_up()

    def refuse(self, message: str) -> None:
        """Note that a request is not answered."""
        self.refusals.append(message)
        self._refused(message)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, replay: Replay) -> None:
        super().__init__(replay.path, _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening(replay.path)
        self.replay = replay
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return may_connect(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where the client has gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End every connection."""
        for client in list(self._open):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""

    def answer(self) -> None:
        """Answer a request."""
        self._started = perf_counter()
        body = b"".join(self._body())
        replay = self.server.replay
        try:
            entry = replay.matcher.find(Request(self.command, self.path, body))
        except Unrecorded as error:
            message = f"replay of {replay.recording.path.name}: {error}"
            replay.refuse(message)
            self._send_message(HTTPStatus.NOT_IMPLEMENTED, message)
            return
        self._wait_until(entry.head_at)
        if not entry.status:  # the connection broke before there was an answer
            self.close_connection = True
        elif entry.hijacked:
            self._hijacked(entry)
        else:
            self._answered(entry)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def _body(self) -> Iterator[bytes]:
        """Yield the request's body, so much of it as is compared."""
        kept = 0
        for piece in self._pieces():
            if kept + len(piece) <= LONGEST_COMPARED:
                yield piece
            kept += len(piece)

    def _pieces(self) -> Iterator[bytes]:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                yield from self._read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            yield from self._read(int(self.headers.get("Content-Length") or 0))

    def _read(self, size: int) -> Iterator[bytes]:
        while size and (data := self.rfile.read(min(size, READ_SIZE))):
            size -= len(data)
            yield data

    def _wait_until(self, when: float) -> None:
        """Wait until so many recorded milliseconds have passed since the request."""
        speed = self.server.replay.speed
        if speed:
            self.server.closing.wait(max(0, self._started + when / 1000 / speed - perf_counter()))

    def _send_message(self, status: HTTPStatus, message: str) -> None:
        data = json.dumps({"message": message}, ensure_ascii=False).encode() + b"\n"
        self._head(status, status.phrase, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
        if self.command != "HEAD":
            self.wfile.write(data)

    def _head(self, status: int, reason: str, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status, reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _answered(self, entry: Entry) -> None:
        headers = [pair for pair in entry.response_headers if pair[0].lower() not in _OF_THE_CONNECTION]
        if self.command == "HEAD":
            headers += [pair for pair in entry.response_headers if pair[0].lower() == "content-length"]
            self._head(entry.status, entry.reason, headers)
            return
        if entry.status in (204, 304):
            self._head(entry.status, entry.reason, headers)
            return
        chunked = entry.streamed and self.request_version != "HTTP/1.0"
        headers.append(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(entry.content))))
        self._head(entry.status, entry.reason, headers)
        if entry.left_open and self._client_leaves(entry.time / 1000):
            return
        for when, piece in entry.chunks:
            self._wait_until(when)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece)
        if chunked:
            self._wait_until(entry.time)
        if entry.error and entry.half_close is None:  # it was the engine that broke off
            self.close_connection = True
        elif chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _client_leaves(self, seconds: float) -> bool:
        """Say whether the client leaves without waiting for the answer, as the recorded one did; it has as long."""
        self.connection.settimeout(max(seconds, PATIENCE))
        try:
            self.close_connection = not self.connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return False
        finally:
            self.connection.settimeout(None)
        return self.close_connection

    def _hijacked(self, entry: Entry) -> None:
        """Become the stream that was recorded: what the engine sent comes once the client has sent as much as then."""
        self.close_connection = True
        headers = entry.response_headers
        if entry.status == HTTPStatus.SWITCHING_PROTOCOLS and "Upgrade" not in self.headers:
            headers = [pair for pair in headers if pair[0].lower() not in _OF_THE_CONNECTION]
            self._head(HTTPStatus.OK, HTTPStatus.OK.phrase, headers)
        else:
            self._head(entry.status, entry.reason, headers)
        self._wait_until_read()
        client = _Incoming(self.rfile)
        wanted = 0
        for message in entry.messages:
            if message.sent:
                wanted += len(message.data)
                continue
            closed = entry.half_close is not None and entry.half_close + PRECISION <= message.when
            client.wait(wanted, closed=closed)
            self._wait_until(message.when)
            self.wfile.write(_framed(message))
        client.wait(wanted, closed=False)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
        client.wait(0, closed=True)

    def _wait_until_read(self) -> None:
        """Wait until the client has read what was sent: docker-py loses bytes that come together with the head."""
        unread = array("i", [1])
        end = perf_counter() + PATIENCE
        with suppress(OSError):  # not every system tells
            while unread[0] and perf_counter() < end:
                ioctl(self.connection, TIOCOUTQ, unread)
                sleep(POLL / 50)


class _Incoming:
    """Reads what a client sends over a hijacked connection, and counts it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._count = 0
        self._closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while data := self._file.read1(READ_SIZE):
                with self._changed:
                    self._count += len(data)
                    self._changed.notify()
        with self._changed:
            self._closed = True
            self._changed.notify()

    def wait(self, count: int, *, closed: bool) -> None:
        """Wait until the client has sent so many bytes, and where `closed` is set, said that it sends no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._count >= count and not closed))


def _framed(message: Message) -> bytes:
    """Return bytes as they passed: the payload of a frame behind its header."""
    if not message.stream:
        return message.data
    header = bytes([STREAMS.index(message.stream), 0, 0, 0]) + len(message.data).to_bytes(HEADER_SIZE - 4, "big")
    return header + message.data
