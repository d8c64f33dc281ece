"""HTTP/1.1 on a connection, without I/O: heads by two patterns, and bodies in one pass over what arrived.

An engine sends a line of a log as a chunk of its own. h11 makes an event of each, at ten times the cost of the line
itself; here all the chunks of what was read become one piece of bytes. Of a call that asks for little, h11's heads cost
as much as all the rest.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from rawdocker.broken import Broken, Malformed, Unsendable

LONGEST_HEAD = 100 * 1024
"""Bytes of an answer's head; a longer one is refused."""

HTTP = b"HTTP/"
"""What every answer begins with."""

_STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-5][0-9][0-9])(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?\r?\n")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\x00\r\n]*)\r?\n")
_FIELDS = re.compile(rb"(?:%b)*" % _FIELD.pattern.replace(rb"(", rb"(?:"))
"""All of them at once: what is done for each costs more than to find it."""
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_FOLDED = re.compile(rb"\r?\n[ \t]+")

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET = re.compile(rb"[!-~]+")
_NO_VALUE = re.compile(rb"[\x00\r\n]")

_FIRST_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_NEXT_CHUNK_HEAD = re.compile(rb"\r\n" + _FIRST_CHUNK_HEAD.pattern)
"""With the line end of the chunk before."""
_LONGEST_CHUNK_HEAD = 4096

_CUT = "peer closed connection without sending complete message body"


class Body(Protocol):
    """How the bytes behind a head become those of the body."""

    done: bool
    """Whether the body is complete."""

    def feed(self, data: bytes) -> bytes:
        """Take what arrived and return what of it belongs to the body."""

    def end(self) -> None:
        """Take note that nothing more comes; raises Malformed in the middle of the body."""


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
        raise Malformed(f"{_CUT} (received {received} bytes, expected {self._length})")


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
        # A log is a million chunks: what is done for each is local and little.
        data, self._rest = self._rest + data if self._rest else data, b""
        spans: list[tuple[int, int]] = []
        at, size, missing = 0, len(data), self._missing
        head_at = _NEXT_CHUNK_HEAD.match if self._inside else _FIRST_CHUNK_HEAD.match
        while not self._trailers:
            if missing:
                end = at + missing if missing < size - at else size
                spans.append((at, end))
                missing -= end - at
                at = end
            if at == size:
                break
            head = head_at(data, at)
            if head is None:
                self._check_unfinished(data[at:])
                break
            at, missing, head_at = head.end(), int(head[1], 16), _NEXT_CHUNK_HEAD.match
            self._inside, self._trailers = True, not missing
        self._rest, self._missing = data[at:], missing
        if self._trailers:
            self._drop_trailers()
        return data, spans

    def _check_unfinished(self, head: bytes) -> None:
        """Refuse what can no longer become the head of a chunk."""
        if self._inside:
            footer, head = head[:2], head[2:]
            if not b"\r\n".startswith(footer):
                raise Malformed(f"malformed chunk footer: {footer!r} (expected b'\\r\\n')")
        if b"\n" in head or len(head) > _LONGEST_CHUNK_HEAD or (head and not re.match(rb"[0-9A-Fa-f]", head)):
            raise Malformed(f"illegal chunk header: {head[:40]!r}")

    def _drop_trailers(self) -> None:
        while not self.done:
            line, end, rest = self._rest.partition(b"\r\n")
            if not end:
                if len(self._rest) > LONGEST_HEAD:
                    raise Malformed("the trailers are too long")
                return
            self._rest = rest
            self.done = not line

    def end(self) -> None:
        raise Malformed(f"{_CUT} (incomplete chunked read)")


class Framing(NamedTuple):
    """What a head says of the body behind it, and of the connection behind that."""

    length: int | None = None
    chunked: bool = False
    closes: bool = False


class Head(NamedTuple):
    """The head of an answer."""

    version: bytes
    status: int
    reason: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    framing: Framing = Framing()


def body_of(method: bytes, status: int, framing: Framing) -> Body:
    """Return how the body of an answer is read."""
    if method == b"HEAD" or status in (204, 304) or status < 200:
        return NoBody()
    if framing.chunked:
        return ChunkedBody()
    return BodyToTheEnd() if framing.length is None else BodyOfLength(framing.length)


@lru_cache(maxsize=16)
def head_of(data: bytes) -> Head:
    """Return what a whole head says; raises Malformed for one that is not of HTTP/1.

    Those of the last answers are remembered: an engine that is asked many things in a second says the same each time.
    """
    data = _FOLDED.sub(b" ", data) if b"\n " in data or b"\n\t" in data else data
    line = _STATUS_LINE.match(data)
    if line is None:
        raise Malformed(f"illegal status line: {data[:40]!r}")
    end = _FIELDS.match(data, line.end()).end()  # type: ignore[union-attr]  # it matches nothing, too
    if data[end:].strip(b"\r\n"):
        raise Malformed(f"illegal header line: {data[end : end + 40]!r}")
    headers = tuple((name, value.strip(b" \t")) for name, value in _FIELD.findall(data, line.end(), end))
    return Head(line[1], int(line[2]), line[3] or b"", headers, framing_of(headers))


_FRAMING = (b"content-length", b"transfer-encoding", b"connection")


def framing_of(headers: Iterable[tuple[bytes, bytes]]) -> Framing:
    """Return what headers say of a body; raises Malformed where they do not say one thing."""
    told: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        name = name.lower()
        if name in _FRAMING:
            told.setdefault(name, []).append(value.lower())
    lengths, codings, wishes = (told.get(name, ()) for name in _FRAMING)
    if len(set(lengths)) > 1 or not all(value.isdigit() and len(value) <= 20 for value in lengths):
        raise Malformed(f"bad Content-Length: {b', '.join(lengths)[:40]!r}")
    if codings and codings != [b"chunked"]:
        raise Malformed(f"unsupported Transfer-Encoding: {b', '.join(codings)[:40]!r}")
    return Framing(int(lengths[0]) if lengths else None, bool(codings), any(b"close" in wish for wish in wishes))


class Whole:
    """The body of a request that is there at once. Mocks iterate over it, in both ways; we need not."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


class Request:
    """A request before it is bytes."""

    __slots__ = ("body", "connect_timeout", "connected", "headers", "method", "target", "timeout")

    def __init__(
        self,
        method: bytes,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
        body: Any,
        *,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        connected: Callable[[], None] | None = None,
    ) -> None:
        self.method, self.target, self.headers = method, target, headers
        self.body: Any = body
        """A Whole, or pieces to iterate over, asynchronously for an asynchronous connection."""
        self.timeout = timeout
        """Seconds that the other side may say and take nothing; None for any number."""
        self.connect_timeout = connect_timeout
        """Seconds that connecting may take."""
        self.connected = connected
        """Called when a new connection stands."""

    @property
    def extensions(self) -> dict[str, Any]:
        """The limits of time in the words of httpx and httpcore."""
        return {"timeout": {"connect": self.connect_timeout, "read": self.timeout, "write": self.timeout, "pool": None}}


class Exchange:
    """One request and the head of its answer, as bytes."""

    def __init__(self, request: Request, *, kept: bool = False) -> None:
        self._request = request
        self.kept = kept
        """Whether the connection has carried others before."""
        self.answered = b""
        """The first bytes of the answer, once they have come."""
        self._arrived = b""
        names = {name.lower() for name, _ in request.headers}
        self.chunked = b"transfer-encoding" in names
        """Whether the request's body goes in chunks, as nobody knows its length."""
        self._may_upgrade = b"upgrade" in names
        self.sent = False
        """Whether the whole request has been written."""

    def head(self) -> bytes:
        """Return the head of the request; raises Unsendable for one that would be read otherwise."""
        method, target = self._request.method, self._request.target
        if not _TOKEN.fullmatch(method) or not _TARGET.fullmatch(target):
            raise Unsendable(f"illegal request line: {method[:20]!r} {target[:80]!r}")
        lines = [b"%b %b HTTP/1.1\r\n" % (method, target)]
        for name, value in self._request.headers:
            if not _TOKEN.fullmatch(name) or _NO_VALUE.search(value):
                raise Unsendable(f"illegal header: {name!r}")  # its value may be a secret
            lines.append(b"%b: %b\r\n" % (name, value))
        return b"".join([*lines, b"\r\n"])

    def whole(self) -> bytes | None:
        """Return all of the request, None where its body comes in pieces."""
        body = self._request.body
        return self.head() + body.content if isinstance(body, Whole) and not self.chunked else None

    def data(self, piece: bytes) -> bytes:
        """Return a piece of the request's body as it is sent."""
        if not self.chunked:
            return piece
        return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""

    def end(self) -> bytes:
        """Return what is sent behind the body."""
        return b"0\r\n\r\n" if self.chunked else b""

    def receive(self, data: bytes) -> Head | None:
        """Take what arrived; return the head of the answer when it is complete."""
        if not data:
            if HTTP.startswith(self.answered):
                raise Broken("the engine closed it")
            raise Malformed(f"it begins with {self.answered!r}")
        self.answered = (self.answered + data)[: len(HTTP)]
        self._arrived += data
        while end := _END_OF_HEAD.search(self._arrived):
            head = head_of(self._arrived[: end.end()])
            self._arrived = self._arrived[end.end() :]
            if head.status == 101 and not self._may_upgrade:
                raise Malformed("it leaves HTTP (101), which nobody asked for")
            if head.status >= 200 or head.status == 101:
                return head
        if len(self._arrived) > LONGEST_HEAD or not (HTTP + b"1").startswith(self._arrived[: len(HTTP) + 1]):
            raise Malformed(f"not the head of an answer: {self._arrived[:40]!r}")
        return None

    @property
    def behind_the_head(self) -> bytes:
        """What arrived behind the head of the answer."""
        return self._arrived

    def body(self, head: Head) -> Body:
        """Return how the body behind a head is read."""
        return body_of(self._request.method, head.status, head.framing)

    def may_go_on(self, head: Head, body: Body) -> bool:
        """Say whether the connection can take another request after this one."""
        return self.sent and body.done and not head.framing.closes and head.version == b"1.1" and head.status != 101
