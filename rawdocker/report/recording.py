"""A recording as the page needs it: HAR 1.2 of rawdocker, a browser or a proxy, read with patience.

Only what makes a file a recording is insisted on (log.entries is a list); a part that is missing, or of another type
than the format says, is as good as empty.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from rawdocker.call import Call
from rawdocker.codec import FrameDecoder
from rawdocker.errors import RawdockerError
from rawdocker.operations import VERSION, call_of

PHASES = {
    "queued": ("blocked",),
    "connect": ("dns", "connect"),
    "send": ("send",),
    "wait": ("wait",),
    "receive": ("receive",),
}
"""What an exchange goes through, and HAR's names for the parts of it."""


class NotARecording(ValueError):
    """A file is no HAR; the text says why."""


class Body(NamedTuple):
    """What was sent or answered."""

    data: bytes
    size: int
    """Bytes that passed; more than there is data where it was not kept."""
    kind: str = ""
    """Its media type."""
    sha256: str = ""
    """Of a body that was not kept."""

    @property
    def kept(self) -> bool:
        return bool(self.data) or not self.size


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
    phases: dict[str, float]
    """Milliseconds of each phase that there was, by the names of PHASES."""
    method: str
    origin: str
    """Scheme and host of the URL."""
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
        return self.sent.size + sum(len(event.data or b"") for event in self._frames(sent=True))

    @property
    def bytes_received(self) -> int:
        return self.received.size or sum(len(event.data or b"") for event in self._frames(sent=False))

    def _frames(self, *, sent: bool) -> Iterator[Event]:
        return (event for event in self.events if event.sent is sent)


class Recording(NamedTuple):
    """All exchanges, in the order in which they were recorded."""

    creator: str
    entries: list[Entry]

    @property
    def duration(self) -> float:
        """Milliseconds from the first request to the end of the last answer."""
        return max((entry.offset + entry.total for entry in self.entries), default=0.0)


class _Part:
    """An object of the file, or what stands in the place of one."""

    def __init__(self, value: Any) -> None:
        self._fields = value if isinstance(value, dict) else {}

    def part(self, name: str) -> _Part:
        return _Part(self._fields.get(name))

    def items(self, name: str) -> list[Any]:
        value = self._fields.get(name)
        return value if isinstance(value, list) else []

    def parts(self, name: str) -> list[_Part]:
        return [_Part(item) for item in self.items(name)]

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        return _whole(value) if isinstance(value, str) else ""

    def number(self, name: str, default: float = 0.0) -> float:
        return _number(self._fields.get(name), default)

    def pairs(self, name: str) -> list[tuple[str, str]]:
        return [(part.text("name"), part.text("value")) for part in self.parts(name)]


def _whole(words: str) -> str:
    """Return a text without halves of characters, which JSON can hold and no page can show."""
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(value: Any, default: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    # Neither infinite nor so large that sums of it are.
    return float(value) if math.isfinite(value) and abs(value) < 1e15 else default


def read(data: bytes) -> Recording:
    """Return the recording that a file's bytes are; raises NotARecording."""
    try:
        log = json.loads(data.decode("utf-8-sig"))["log"]
        entries = log["entries"]
    except (ValueError, RecursionError) as error:
        raise NotARecording(f"not JSON: {error}") from None
    except (KeyError, TypeError, IndexError):
        entries = None
    if not isinstance(entries, list):
        raise NotARecording("JSON, but there is no list log.entries in it")
    creator = _Part(log).part("creator")
    parts = [_Part(entry) for entry in entries]
    start = min((moment.timestamp() for moment in map(_started, parts) if moment), default=0.0)
    named = f"{creator.text('name')} {creator.text('version')}".strip()
    return Recording(named, [_entry(part, start) for part in parts])


def _started(part: _Part) -> datetime | None:
    try:
        moment = datetime.fromisoformat(part.text("startedDateTime"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment


def _entry(part: _Part, start: float) -> Entry:
    request, response, ours = part.part("request"), part.part("response"), part.part("_rawdocker")
    started = _started(part)
    url = _split(request.text("url"))
    sent, received = _sent(request, ours.part("sent")), _received(response, ours.part("received"))
    call = _call(request, url.target, sent)
    phases = _phases(part.part("timings"))
    return Entry(
        started,
        offset=(started.timestamp() - start) * 1000 if started else 0.0,
        total=max(part.number("time", sum(phases.values())), 0.0),
        phases=phases,
        method=request.text("method"),
        origin=url.origin,
        target=url.target,
        query=request.pairs("queryString") or parse_qsl(url.target.partition("?")[2], keep_blank_values=True),
        status=int(response.number("status")),
        reason=response.text("statusText"),
        sent_headers=request.pairs("headers"),
        received_headers=response.pairs("headers"),
        sent=sent,
        received=received,
        events=_events(part, started, ours, received.data),
        error=ours.text("error") or response.text("_error"),
        endpoint=ours.text("endpoint") or url.origin,
        words=_words(ours),
        call=call,
    )


class _Url(NamedTuple):
    origin: str
    target: str


def _split(url: str) -> _Url:
    try:
        found = urlsplit(url)
    except ValueError:
        return _Url("", url)
    target = found.path + (f"?{found.query}" if found.query else "")
    return _Url(f"{found.scheme}://{found.netloc}" if found.netloc else "", target or "/")


def _phases(timings: _Part) -> dict[str, float]:
    found = {phase: sum(max(timings.number(name), 0.0) for name in names) for phase, names in PHASES.items()}
    return {phase: time for phase, time in found.items() if time}


def _sent(request: _Part, cut: _Part) -> Body:
    post = request.part("postData")
    data = _data(post.text("text"), post.text("_encoding")) or urlencode(post.pairs("params")).encode()
    return _body(data, request.number("bodySize", -1), post.text("mimeType"), cut)


def _received(response: _Part, cut: _Part) -> Body:
    content = response.part("content")
    data = _data(content.text("text"), content.text("encoding"))
    return _body(data, content.number("size", -1), content.text("mimeType"), cut)


def _body(data: bytes, size: float, kind: str, cut: _Part) -> Body:
    size = cut.number("size", size)
    return Body(data, int(size) if size >= 0 else len(data), kind, cut.text("sha256"))


def _data(words: str, encoding: str) -> bytes:
    if encoding != "base64":
        return words.encode()
    try:
        return b64decode(words)
    except ValueError:
        return words.encode()


def _call(request: _Part, target: str, sent: Body) -> Call[Any] | None:
    kept = {name: value for name, value in request.pairs("headers") if _belongs(name, value)}
    try:
        return call_of(request.text("method"), target, kept, sent.data)
    except (RawdockerError, ValueError):
        return None


def _belongs(name: str, value: str) -> bool:
    """Say whether a header is the call's own; that JSON is sent is said by the body."""
    name = name.lower()
    return name.startswith("x-") or (name == "content-type" and value != "application/json")


def _words(ours: _Part) -> list[str]:
    return [_whole(word) for word in ours.items("verb") if isinstance(word, str)]


def _events(part: _Part, started: datetime | None, ours: _Part, answer: bytes) -> list[Event]:
    epoch = started.timestamp() if started else 0.0
    events = [_message(message, epoch) for message in part.parts("_webSocketMessages")]
    if not events:
        chunks = [tuple(map(_number, chunk)) for chunk in ours.items("chunks") if _is_pair(chunk)]
        events = list(_streamed(answer, chunks))
    closed = ours.number("half_close", -1)
    if closed >= 0:
        events.append(Event(closed, True, "", None))
    return sorted(events, key=lambda event: event.at)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _message(message: _Part, epoch: float) -> Event:
    data = _data(message.text("data"), "base64" if message.number("opcode") == 2 else "")
    at = max((message.number("time", epoch) - epoch) * 1000, 0.0)
    return Event(at, message.text("type") == "send", message.text("_stream"), data)


def _streamed(answer: bytes, chunks: list[tuple[float, ...]]) -> Iterator[Event]:
    """Yield the pieces of a streamed answer; an answer in one piece is a body and nothing more."""
    if len(chunks) < 2:
        return
    ends = list(accumulate(int(size) for _, size in chunks))
    if ends[-1] != len(answer):
        return
    decoder = FrameDecoder()
    pieces = [(at, answer[end - int(size) : end]) for (at, size), end in zip(chunks, ends, strict=True)]
    try:
        framed = [Event(at, False, frame.stream, frame.data) for at, data in pieces for frame in decoder.feed(data)]
        decoder.end()
    except RawdockerError:
        framed = []
    yield from framed or (Event(at, False, "", data) for at, data in pieces)
