"""HTTP/1.1 on a connection, without I/O: h11 reads heads, and bodies are read here in one pass over what arrived.

An engine sends a line of a log as a chunk of its own. h11 makes an event of each, at ten times the cost of the line
itself; here all the chunks of what was read become one piece of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import h11
import httpcore

LONGEST_HEAD = 100 * 1024
"""Bytes of an answer's head; a longer one is refused."""

HTTP = b"HTTP/"
"""What every answer begins with."""

_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_CHUNK_HEAD = 4096

_CUT = "peer closed connection without sending complete message body"


class Body(Protocol):
    """How the bytes behind a head become those of the body."""

    done: bool
    """Whether the body is complete."""

    def feed(self, data: bytes) -> bytes:
        """Take what arrived and return what of it belongs to the body."""

    def end(self) -> None:
        """Take note that nothing more comes; raises httpcore.RemoteProtocolError in the middle of the body."""


class NoBody:
    """An answer that ends with its head."""

    done = True

    def feed(self, data: bytes) -> bytes:
        return b""

    def end(self) -> None: ...


class BodyToTheEnd:
    """A body that ends with the connection."""

    done = False

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        self.done = True


class BodyOfLength:
    """A body whose length was told."""

    def __init__(self, length: int) -> None:
        self._missing = self._length = length
        self.done = not length

    def feed(self, data: bytes) -> bytes:
        data = data[: self._missing]
        self._missing -= len(data)
        self.done = not self._missing
        return data

    def end(self) -> None:
        received = self._length - self._missing
        raise httpcore.RemoteProtocolError(f"{_CUT} (received {received} bytes, expected {self._length})")


class ChunkedBody:
    """A body in chunks, each with its length in front; the last has length 0, and trailers behind it are dropped."""

    def __init__(self) -> None:
        self.done = False
        self._missing = 0
        """Bytes of the present chunk that have not arrived."""
        self._rest = b""
        """What arrived of something that is not complete: a chunk's head, its line end, the trailers."""
        self._inside = False
        """Whether the line end of a chunk is to come."""
        self._trailers = False

    @property
    def behind(self) -> bytes:
        """What arrived behind the body, once that is complete."""
        return self._rest

    def feed(self, data: bytes) -> bytes:
        data, spans = self.spans(data)
        parts = [data[start:end] for start, end in spans]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def spans(self, data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
        """Take what arrived; return it behind what was incomplete before, and where in it the body's bytes are."""
        data, self._rest = self._rest + data, b""
        spans: list[tuple[int, int]] = []
        at, size = 0, len(data)
        while at < size and not self._trailers:
            if self._missing:
                end = min(at + self._missing, size)
                spans.append((at, end))
                self._missing -= end - at
                at = end
                continue
            start = self._after_line_end(data, at)
            head = _CHUNK_HEAD.match(data, start)
            if head is None:
                self._check_unfinished(data[start:])
                break
            at, self._missing, self._inside = head.end(), int(head[1], 16), True
            self._trailers = not self._missing
        self._rest = data[at:]
        if self._trailers:
            self._drop_trailers()
        return data, spans

    def _after_line_end(self, data: bytes, at: int) -> int:
        if not self._inside:
            return at
        if not b"\r\n".startswith(data[at : at + 2]):
            raise httpcore.RemoteProtocolError(f"malformed chunk footer: {data[at : at + 2]!r} (expected b'\\r\\n')")
        return at + 2

    def _check_unfinished(self, head: bytes) -> None:
        """Refuse what can no longer become the head of a chunk."""
        if b"\n" in head or len(head) > _LONGEST_CHUNK_HEAD or (head and not re.match(rb"[0-9A-Fa-f]", head)):
            raise httpcore.RemoteProtocolError(f"illegal chunk header: {head[:40]!r}")

    def _drop_trailers(self) -> None:
        while not self.done:
            line, end, rest = self._rest.partition(b"\r\n")
            if not end:
                if len(self._rest) > LONGEST_HEAD:
                    raise httpcore.RemoteProtocolError("the trailers are too long")
                return
            self._rest = rest
            self.done = not line

    def end(self) -> None:
        raise httpcore.RemoteProtocolError(f"{_CUT} (incomplete chunked read)")


def body_of(method: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> Body:
    """Return how the body of an answer is read."""
    if method == b"HEAD" or status in (204, 304) or status < 200:
        return NoBody()
    fields = {name.lower(): value for name, value in headers}
    if b"transfer-encoding" in fields:  # h11 takes no other coding than chunked
        return ChunkedBody()
    if b"content-length" in fields:
        return BodyOfLength(int(fields[b"content-length"]))
    return BodyToTheEnd()


class Exchange:
    """One request and the head of its answer, as bytes."""

    def __init__(self, request: httpcore.Request, *, kept: bool = False) -> None:
        self._request = request
        self.kept = kept
        """Whether the connection has carried others before."""
        self.answered = b""
        """The first bytes of the answer, once they have come."""
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self.sent = False
        """Whether the whole request has been written."""

    def head(self) -> bytes:
        """Return the head of the request."""
        request = self._request
        with _as_httpcore():
            event = h11.Request(method=request.method, target=request.url.target, headers=request.headers)
            return self._h11.send(event) or b""

    def data(self, piece: bytes) -> bytes:
        """Return a piece of the request's body as it is sent."""
        with _as_httpcore():
            return self._h11.send(h11.Data(data=piece)) or b""

    def end(self) -> bytes:
        """Return what is sent behind the body."""
        with _as_httpcore():
            return self._h11.send(h11.EndOfMessage()) or b""

    def receive(self, data: bytes) -> h11.Response | h11.InformationalResponse | None:
        """Take what arrived; return the head of the answer when it is complete."""
        if not data:
            if HTTP.startswith(self.answered):
                raise httpcore.ReadError("the engine closed it")
            raise httpcore.RemoteProtocolError(f"it begins with {self.answered!r}")
        self.answered = (self.answered + data)[: len(HTTP)]
        with _as_httpcore():
            self._h11.receive_data(data)
            while True:
                event = self._h11.next_event()
                if isinstance(event, h11.Response):
                    return event
                if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                    return event
                if not isinstance(event, h11.InformationalResponse):
                    return None

    @property
    def behind_the_head(self) -> bytes:
        """What arrived behind the head of the answer."""
        return bytes(self._h11.trailing_data[0])

    def body(self, head: h11.Response | h11.InformationalResponse) -> Body:
        """Return how the body behind a head is read."""
        return body_of(self._request.method, head.status_code, head.headers.raw_items())

    def may_go_on(self, head: h11.Response | h11.InformationalResponse, body: Body) -> bool:
        """Say whether the connection can take another request after this one."""
        closes = any(name == b"connection" and b"close" in value.lower() for name, value in head.headers)
        return self.sent and body.done and not closes and head.http_version == b"1.1" and head.status_code != 101


@contextmanager
def _as_httpcore() -> Iterator[None]:
    try:
        yield
    except h11.LocalProtocolError as error:
        raise httpcore.LocalProtocolError(str(error)) from error
    except h11.RemoteProtocolError as error:
        raise httpcore.RemoteProtocolError(str(error)) from error
