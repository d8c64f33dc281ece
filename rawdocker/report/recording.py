"""A recording as the page needs it: `rawdocker.har` reads the file, this tells its parts apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from rawdocker.call import VERSION, Call, Codec
from rawdocker.codec import FrameDecoder
from rawdocker.errors import InvalidCallError, RawdockerError, RecordingError
from rawdocker.har import reader
from rawdocker.operations import call_of

PHASES = {
    "queued": ("blocked",),
    "connect": ("dns", "connect"),
    "send": ("send",),
    "wait": ("wait",),
    "receive": ("receive",),
}
"""What an exchange goes through, and HAR's names for the parts of it."""


class Body(NamedTuple):
    """What was sent or answered."""

    data: bytes
    size: int
    """Bytes that passed; more than there is data where it was not kept."""
    kind: str
    """Its media type."""
    sha256: str
    """Of a body that was not kept."""

    @property
    def kept(self) -> bool:
        return bool(self.data) or not self.size

    @property
    def lost(self) -> bytes:
        """What stands for a body that was not kept: something that is no JSON."""
        return b"" if self.kept else b"\0"


class Event(NamedTuple):
    """A piece of a stream or of a hijacked connection, or the end of one direction (without data)."""

    at: float
    """Milliseconds since the exchange began."""
    sent: bool
    """By the client, else by the engine."""
    stream: str
    data: bytes | None


class Entry(NamedTuple):
    """One exchange."""

    started: datetime | None
    offset: float
    """Milliseconds since the recording began."""
    total: float
    """Milliseconds it took."""
    phases: Mapping[str, float]
    """Milliseconds of each phase that there was, by the names of PHASES."""
    method: str
    target: str
    """Path and query."""
    query: list[tuple[str, str]]
    status: int
    reason: str
    sent_headers: list[tuple[str, str]]
    received_headers: list[tuple[str, str]]
    sent: Body
    received: Body
    events: list[Event]
    error: str
    stdin_lost: int
    """Bytes that the client wrote to the connection and that were too many to be kept."""
    unfinished: bool
    """Whether it went on when the recording ended."""
    endpoint: str
    words: list[str]
    """The command line that made the call, where it is known."""
    call: Call[Any] | None
    """None for a request that cannot be one."""

    @property
    def failed(self) -> bool:
        return bool(self.error) or not 100 <= self.status < 400

    @property
    def version(self) -> str:
        """The version of the API that it names, empty for none."""
        found = VERSION.match(self.target)
        return found[1] if found else ""

    @property
    def bytes_sent(self) -> int:
        return self.sent.size + self.stdin_lost + self._passed(sent=True)

    @property
    def bytes_received(self) -> int:
        return self.received.size or self._passed(sent=False)

    def _passed(self, *, sent: bool) -> int:
        return sum(len(event.data or b"") for event in self.events if event.sent is sent)


class Recording(NamedTuple):
    """All exchanges, in the order in which they were sent."""

    creator: str
    entries: list[Entry]

    @property
    def duration(self) -> float:
        """Milliseconds from the first request to the end of the last answer."""
        return max((entry.offset + entry.total for entry in self.entries), default=0.0)


def read(path: str) -> Recording:
    """Return the recording in a HAR file, of rawdocker or another program; raises RecordingError where it is none."""
    found = reader.read(path)
    start = min((entry.started for entry in found.entries if entry.started), default=0.0)
    creator = " ".join(str(found.creator[key]) for key in ("name", "version") if found.creator.get(key))
    try:
        return Recording(creator, [_entry(entry, start) for entry in found.entries])
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise RecordingError(f"{path} has an entry that is none: {type(error).__name__}: {error}") from None


def _entry(entry: reader.Entry, start: float) -> Entry:
    request, ours = entry.fields["request"], entry.ours
    sent, received = _sent(entry), _received(entry)
    call = _call(entry, sent)
    phases = _phases(entry.fields.get("timings") or {})
    return Entry(
        datetime.fromtimestamp(entry.started, UTC) if entry.started else None,
        offset=(entry.started - start) * 1000 if entry.started else 0.0,
        total=max(_number(entry.time), sum(phases.values())),
        phases=phases,
        method=str(entry.method),
        target=entry.target or "/",
        query=_pairs(request.get("queryString")) or parse_qsl(entry.target.partition("?")[2], keep_blank_values=True),
        status=entry.status,
        reason=entry.reason,
        sent_headers=entry.headers,
        received_headers=entry.response_headers,
        sent=sent,
        received=received,
        events=sorted(_events(entry, call), key=lambda event: event.at),
        error=entry.error,
        stdin_lost=int(_number((ours.get("stdin") or {}).get("size"))),
        unfinished=bool(ours.get("unfinished")),
        endpoint=str(ours.get("endpoint") or _origin(request["url"])),
        words=[str(word) for word in ours.get("verb") or ()],
        call=call,
    )


def _number(value: Any, default: float = 0.0) -> float:
    """Return a number of a file that may hold anything in its place, NaN and Infinity as well."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else default


def _phases(timings: Mapping[str, Any]) -> dict[str, float]:
    found = {phase: sum(max(_number(timings.get(name)), 0.0) for name in names) for phase, names in PHASES.items()}
    return {phase: time for phase, time in found.items() if time}


def _pairs(parts: Any) -> list[tuple[str, str]]:
    return [(str(part["name"]), str(part.get("value", ""))) for part in parts or ()]


def _origin(url: str) -> str:
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc}" if found.netloc else ""


def _sent(entry: reader.Entry) -> Body:
    request = entry.fields["request"]
    post = request.get("postData") or {}
    data = entry.body or urlencode(_pairs(post.get("params"))).encode()
    return _body(data, request.get("bodySize"), post.get("mimeType"), entry.ours.get("sent"))


def _received(entry: reader.Entry) -> Body:
    content = entry.fields["response"].get("content") or {}
    cut = entry.ours.get("received")
    # What passes on a hijacked connection is its messages, not a body.
    size = 0 if entry.messages and not cut else content.get("size")
    return _body(entry.content, size, content.get("mimeType"), cut)


def _body(data: bytes, size: Any, kind: Any, cut: Any) -> Body:
    cut = cut or {}
    passed = int(_number(cut.get("size", size), -1))
    return Body(data, passed if passed >= 0 else len(data), str(kind or ""), str(cut.get("sha256", "")))


def _call(entry: reader.Entry, sent: Body) -> Call[Any] | None:
    try:
        return call_of(str(entry.method), entry.target, dict(filter(_belongs, entry.headers)), sent.data or sent.lost)
    except (InvalidCallError, ValueError):
        return None


def _belongs(header: tuple[str, str]) -> bool:
    """Say whether a header is the call's own; that JSON is sent is said by the body."""
    name, value = header[0].lower(), header[1]
    return name.startswith("x-") or (name == "content-type" and value != "application/json")


def _events(entry: reader.Entry, call: Call[Any] | None) -> Iterator[Event]:
    yield from (Event(message.when, message.sent, str(message.stream), message.data) for message in entry.messages)
    framed = entry.status < 300 and call is not None and call.codec is Codec.FRAMES
    if not entry.messages and (framed or len(entry.chunks) > 1):
        yield from _streamed(entry.chunks)
    if entry.half_close is not None:
        yield Event(_number(entry.half_close), True, "", None)


def _streamed(chunks: Any) -> list[Event]:
    """Return the pieces of a streamed answer: its frames, if it has such."""
    decoder = FrameDecoder()
    try:
        framed = [Event(at, False, *frame) for at, data in chunks for frame in decoder.feed(data)]
        decoder.end()
    except RawdockerError:
        return [Event(at, False, "", data) for at, data in chunks]
    return framed
