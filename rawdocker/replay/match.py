"""Which recorded exchange answers a request. No I/O.

A request is one that was recorded when it says the same: method, path without the version, query and JSON body without
defaults and what is empty (see rawdocker.normal). A redacted value is the same as any other; a container's name, its id
and the beginning of that are the same; sizes of terminals and moments in time do not count.
"""

from __future__ import annotations

import difflib
import json
import re
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from rawdocker import normal
from rawdocker.call import VERSION
from rawdocker.har.reader import Entry
from rawdocker.operations import Operation, matched
from rawdocker.secrets import MARK, Redactor

LOOKS = ("GET", "HEAD")
"""Methods that change nothing."""

PING = "/_ping"
PING_HEADERS = ("api-version", "builder-version", "docker-experimental", "ostype", "server", "swarm")
"""What an engine says of itself when it is pinged, and mostly in other answers as well."""

ANY = "*"
UNCOUNTED = {"h", "w", "since", "until", "ConsoleSize"}
"""Parameters and fields that differ between two runs of the same command: sizes of terminals, moments in time."""

UNREAD = {"ContainerExec": {"Container"}}
"""Fields of bodies that docker-py sends and no engine reads."""

_ID = re.compile(r"[0-9a-f]{12,64}")

SHOWN = 60
"""Characters of a value that a message shows."""


class Request:
    """A request as it is compared."""

    def __init__(self, method: str, target: str, body: bytes = b"") -> None:
        self.method = method
        self.target = target
        path, _, query = target.partition("?")
        self.operation: Operation | None
        self.operation, self.arguments = matched(method, path)
        self.path = unquote(VERSION.sub("", path, count=1))
        unread = UNREAD.get(self.operation.name, set()) if self.operation else set()
        self.query = _without(normal.query(_pairs(query)), UNCOUNTED)
        self.body = _without(_document(body), UNCOUNTED | unread)
        self._sent = body

    def __str__(self) -> str:
        return f"{self.method} {self.redactor.target(self.target)}"

    @cached_property
    def redactor(self) -> Redactor:
        """What hides its secrets wherever they are said."""
        redactor = Redactor()
        redactor.target(self.target)
        redactor.data(self._sent)
        return redactor

    @property
    def words(self) -> list[str]:
        """The method and the parts of the path."""
        return [self.method, *filter(None, self.path.split("/"))]

    @property
    def pings(self) -> bool:
        """Whether it only asks if the engine is there, and what it speaks."""
        return self.path == PING and self.method in LOOKS


def _pairs(query: str) -> dict[str, str]:
    """Return the parameters of a query; one that is repeated has a line for each value."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def _document(body: bytes) -> Any:
    """Return a JSON body as it is compared; None for any other, which does not count."""
    try:
        value = json.loads(body or b"null")
        return normal.body(value) or None
    except (ValueError, RecursionError, TypeError, AttributeError):
        return None


def _without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if key not in keys} or None
    return value


class Unrecorded(Exception):
    """Nothing recorded answers a request; the message says what comes nearest."""


class _Recorded(NamedTuple):
    request: Request
    entry: Entry


class Matcher:
    """Finds the entry that answers a request; may be asked by several threads.

    Parameters:
        entries: the recording, in order.
        strict: each exchange is answered once, and not before those that had ended when it began.

    Otherwise what changes something is answered in the order of the recording and, when that is used up, as it was the
    last time; what only looks is answered as it was after the latest exchange that was asked for.
    """

    def __init__(self, entries: Sequence[Entry], *, strict: bool = False) -> None:
        self._recorded = [_Recorded(Request(entry.method, entry.target, entry.body), entry) for entry in entries]
        self._strict = strict
        self._objects = _Objects(entries)
        self._used: dict[int, int] = {}
        """The places of the entries that were asked for, and when each was the last time."""
        self._latest = -1
        self._lock = threading.Lock()

    @property
    def unasked(self) -> list[Entry]:
        """The entries that nobody asked for yet; pings do not count."""
        return [one.entry for at, one in enumerate(self._recorded) if at not in self._used and not one.request.pings]

    def find(self, request: Request) -> Entry:
        """Return the entry that answers a request. Raises Unrecorded where none does."""
        if request.pings:
            return self._ping(request)
        with self._lock:
            same = [at for at, one in enumerate(self._recorded) if not any(self._differences(one.request, request))]
            at = self._next(same) if self._strict else self._likeliest(same, request)
            if at is None:
                raise Unrecorded(self._told(request, same))
            entry = self._recorded[at].entry
            if entry.cut:
                raise Unrecorded(f"{request} was recorded (number {entry.number}), but not its bodies: {_sizes(entry)}")
            self._used[at] = len(self._used)
            self._latest = max(self._latest, at)
            return entry

    def _next(self, same: Sequence[int]) -> int | None:
        return next((at for at in same if at not in self._used and not self._awaited(at)), None)

    def _awaited(self, at: int) -> Entry | None:
        """Return an exchange that must be asked for first: it had ended when this one began."""
        started = self._recorded[at].entry.started
        for place, (request, entry) in enumerate(self._recorded[:at]):
            ended = entry.started + entry.time / 1000
            if place not in self._used and not request.pings and ended <= started:
                return entry
        return None

    def _likeliest(self, same: Sequence[int], request: Request) -> int | None:
        unused = [at for at in same if at not in self._used]
        if request.method in LOOKS:
            unused = [at for at in unused if at > self._latest] or ([] if len(unused) < len(same) else unused)
        if unused:
            return unused[0]
        return max(same, key=lambda at: self._used.get(at, -1), default=None)

    def _ping(self, request: Request) -> Entry:
        """Return the answer to a ping: a recorded one, else what the engine said of itself in other answers."""
        for one in self._recorded:
            if one.request.pings and one.entry.status:
                return _pinged(request, one.entry.status, one.entry.response_headers)
        for one in self._recorded:
            headers = [pair for pair in one.entry.response_headers if pair[0].lower() in PING_HEADERS]
            if any(name.lower() == "api-version" for name, _ in headers):
                return _pinged(request, 200, headers)
        raise Unrecorded(f"{request} was not recorded, and no answer says which version the engine speaks")

    def _differences(self, recorded: Request, asked: Request) -> Iterator[str]:
        """Yield in words what two requests differ in."""
        if recorded.method != asked.method:
            yield f"it was {recorded.method}"
        if not self._same_path(recorded, asked):
            yield f"its path was {recorded.path}"
        for where, one, other in (
            *self._unlike(recorded.query, asked.query, "?"),
            *self._unlike(recorded.body, asked.body, ""),
        ):
            was, is_now = (_shown(where, value, asked.redactor) for value in (one, other))
            yield f"{where or 'body'} was {was} and is {is_now}"

    def _same_path(self, recorded: Request, asked: Request) -> bool:
        if recorded.operation is None or recorded.operation != asked.operation:
            return _same_text(recorded.path, asked.path)
        pairs = zip(recorded.arguments.values(), asked.arguments.values(), strict=True)
        return all(self._objects.same(one, other) for one, other in pairs)

    def _unlike(self, recorded: Any, asked: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
        """Yield what two documents differ in: where, and both values."""
        if isinstance(recorded, dict) or isinstance(asked, dict):
            recorded, asked = (value if isinstance(value, dict) else {} for value in (recorded, asked))
            for key in {**recorded, **asked}:
                path = f"{where}{key}" if where in ("", "?") else f"{where}.{key}"
                yield from self._unlike(recorded.get(key), asked.get(key), path)
        elif isinstance(recorded, list) and isinstance(asked, list) and len(recorded) == len(asked):
            for number, (one, other) in enumerate(zip(recorded, asked, strict=True)):
                yield from self._unlike(one, other, f"{where}[{number}]")
        elif not (recorded == asked or self._same_value(recorded, asked)):
            yield where, recorded, asked

    def _same_value(self, recorded: Any, asked: Any) -> bool:
        return isinstance(recorded, str) and isinstance(asked, str) and self._objects.same(recorded, asked)

    def _told(self, request: Request, same: Sequence[int]) -> str:
        """Return why nothing answers a request."""
        if same:
            first = [self._awaited(at) for at in same if at not in self._used]
            why = f"only after {_named(first[0])}" if first and first[0] else "and was answered already"
            return f"{request} was recorded {why}, and the order is strict"
        others = [one for one in self._recorded if not one.request.pings]
        nearest = min(others, key=lambda one: self._distance(one.request, request), default=None)
        if nearest is None:
            return f"{request} was not recorded: the recording is empty"
        told = f"{request} was not recorded; the nearest is {_named(nearest.entry)}"
        if nearest.request.operation != request.operation:
            return told
        return f"{told}: {'; '.join(self._differences(nearest.request, request))}"

    def _distance(self, recorded: Request, asked: Request) -> tuple[bool, float]:
        if recorded.operation == asked.operation and recorded.method == asked.method:
            return False, sum(1 for _ in self._differences(recorded, asked))
        # of another operation nothing counts but what it works on
        return True, -difflib.SequenceMatcher(None, recorded.words, asked.words).ratio()


class _Objects:
    """Which names and ids mean the same container: learnt from what was created and inspected."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._ids: dict[str, set[str]] = {}
        for entry in entries:
            for name, id in _named_ids(entry):
                self._ids.setdefault(name.removeprefix("/"), set()).add(id)

    def same(self, recorded: str, asked: str) -> bool:
        """Say whether two texts are the same value, or mean the same container."""
        if _same_text(recorded, asked) or _same_id(recorded, asked):
            return True
        return any(
            _same_id(id, other)
            for name, other in ((recorded, asked), (asked, recorded))
            for id in self._ids.get(name, ())
        )


def _named_ids(entry: Entry) -> Iterator[tuple[str, str]]:
    operation, arguments = matched(entry.method, entry.target.partition("?")[0])
    if operation is None or operation.name not in ("ContainerCreate", "ContainerInspect") or entry.status >= 300:
        return
    try:
        answer = json.loads(entry.content)
        created = _pairs(entry.target.partition("?")[2])
        for name in (created.get("name"), answer.get("Name"), arguments.get("id")):
            if name:
                yield name, answer["Id"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return


def _same_text(recorded: str, asked: str) -> bool:
    if recorded == asked:
        return True
    if not MARK.search(recorded):
        return False
    pattern = ".*".join(map(re.escape, MARK.split(recorded)))
    return re.fullmatch(pattern, asked, re.DOTALL) is not None


def _same_id(one: str, other: str) -> bool:
    if not (_ID.fullmatch(one) and _ID.fullmatch(other)):
        return False
    return one.startswith(other) or other.startswith(one)


def _pinged(request: Request, status: int, headers: Sequence[tuple[str, str]]) -> Entry:
    """Return an answer to a ping made of what an engine said of itself."""
    fields = [{"name": name, "value": value} for name, value in headers if name.lower() != "content-length"]
    text = "" if request.method == "HEAD" else "OK"
    answer = {"status": status, "statusText": "OK", "headers": fields, "content": {"text": text}}
    return Entry({"request": {"method": request.method, "url": PING}, "response": answer}, 0)


def _named(entry: Entry) -> str:
    return f"number {entry.number}, {entry.method} {entry.target}"


def _sizes(entry: Entry) -> str:
    parts = (("request", "sent"), ("stdin", "stdin"), ("answer", "received"))
    sizes = [f"{word} of {entry.ours[name]['size']:,} bytes" for word, name in parts if name in entry.ours]
    return ", ".join(sizes) + " (record with a larger --max-body)"


def _shown(where: str, value: Any, redactor: Redactor) -> str:
    """Return a value as messages show it: without secrets, and not all of a long one."""
    if value is None:
        return "left out"
    name = json.dumps(re.split(r"[?.\[]", where)[-1])
    text = redactor.text(f"{name}: {json.dumps(value, ensure_ascii=False)}").removeprefix(f"{name}: ")
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
