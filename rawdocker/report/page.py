"""The page of a recording: one file of HTML that needs nothing else, neither a network nor, to be read, a script.

Built of elements (`markup.tag`) around page.html, which holds the styles and the script. The page's own policy forbids
to load anything, and to run any style or script but these two, which it names by their hashes.
"""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from shlex import join
from typing import Any
from urllib.parse import unquote_plus

from rawdocker.call import VERSION, Call
from rawdocker.export import ALONE, alone
from rawdocker.host import DEFAULT_SOCKET, Endpoint
from rawdocker.operations import matched
from rawdocker.report.markup import Html, hexadecimal, joined, json_lines, plain, readable, tag
from rawdocker.report.recording import PHASES, Body, Entry, Event, Recording

Origins = Callable[[Sequence[str], Call[Any]], Mapping[str, str]]
"""Takes a command line and a call of it; returns what made each part of the call: {"HostConfig.AutoRemove": "--rm",
"?name": "--name", "{id}": "CONTAINER"}."""

LONGEST_BODY = 128 << 10
"""Bytes of a body that are shown."""
LONGEST_BINARY = 4 << 10
"""The same of one that is no text."""
MOST_EVENTS = 1000
"""Pieces of a stream that are shown."""
LONGEST_UNFOLDED = 30
"""Lines of a body that stands open."""
TICKS = 5
_ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10, 15)
"""Numbers of which a fifth is one that people count in; the last is for what rounding makes of powers of ten."""

_UNITS = (("GiB", 30), ("MiB", 20), ("KiB", 10))
_ID = re.compile(r"\b[0-9a-f]{64}\b")
_GIVEN = re.compile(rb'\s*\{\s*"Id":\s*"([^"\\]+)"')
_QUOTED_MARK = re.compile(r"%3Credacted%3A[^&]*?%3E")
_PLACE = re.compile(r"<!--\{(\w+)\}-->")


def page(recording: Recording, origins: Origins | None = None) -> str:
    """Return the page.

    origins: says which word of a command line made which part of a call; without it the page does not say it.
    """
    parts = {
        "policy": _policy(),
        "heading": joined([_title(recording)]),
        "title": plain(_title(recording)),
        "summary": joined(tag("div", tag("dt", name), tag("dd", value)) for name, value in _summary(recording)),
        "legend": joined(tag("li", tag("i", class_=phase), phase) for phase in PHASES if _occurs(phase, recording)),
        "axis": _axis(scale(recording.duration)),
        "count": Html(_counted(len(recording.entries), "call")),
        "groups": joined(_groups(recording, origins or (lambda words, call: {}))),
        "creator": joined([recording.creator or "an unnamed program"]),
    }
    return _PLACE.sub(lambda place: parts[place[1]], _template())


@cache
def _template() -> str:
    return (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


@cache
def _policy() -> Html:
    """Return the policy that lets this page load nothing, and run only what the template holds."""
    allowed = {name: re.findall(rf"<{name}>(.*?)</{name}>", _template(), re.DOTALL) for name in ("style", "script")}
    rules = [f"{name}-src {' '.join(map(_hash, texts))}" for name, texts in allowed.items()]
    content = "; ".join(["default-src 'none'", *rules, "base-uri 'none'", "form-action 'none'"])
    return Html(f'<meta http-equiv="Content-Security-Policy" content="{content}">')


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _title(recording: Recording) -> str:
    commands = list(dict.fromkeys(_command(entry) for entry in recording.entries if entry.words))
    if len(commands) == 1:
        return commands[0]
    return f"{len(commands)} commands" if commands else _counted(len(recording.entries), "call")


def _command(entry: Entry) -> str:
    """Return the command line that made a call."""
    return f"rawdocker {join(entry.words)}" if entry.words else "Calls"


def _summary(recording: Recording) -> Iterator[tuple[str, str]]:
    entries = recording.entries
    yield "Endpoint", _listed(entry.endpoint for entry in entries)
    yield "API version", _listed(entry.version for entry in entries)
    yield "Calls", f"{len(entries):,}"
    yield "Sent", size(sum(entry.bytes_sent for entry in entries))
    yield "Received", size(sum(entry.bytes_received for entry in entries))
    yield "Duration", duration(recording.duration)
    yield "Errors", f"{sum(entry.failed for entry in entries):,}"


def _listed(values: Iterator[str]) -> str:
    found = [value for value in dict.fromkeys(values) if value]
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "") or "not recorded"


def _occurs(phase: str, recording: Recording) -> bool:
    return any(phase in entry.phases for entry in recording.entries)


def scale(whole: float) -> float:
    """Return the time that the waterfall is wide: what passed, and a little more, so that its marks are round."""
    whole = max(whole, 1.0)
    unit = 10.0 ** math.floor(math.log10(whole))
    return next(step * unit for step in _ROUND if step * unit >= whole)


def _axis(whole: float) -> Html:
    marks = (tag("text", duration(whole * tick / TICKS), x=_percent(tick / TICKS), y="70%") for tick in range(TICKS))
    return tag("svg", *marks, class_="axis", aria_hidden="true")


def duration(milliseconds: float) -> str:
    """Return a time as a person says it: 0.4 ms, 12 ms, 1.25 s, 2 min 3 s."""
    if 0 < milliseconds < 0.05:
        return "< 0.1 ms"
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms".replace(".0 ", " ")
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{milliseconds // 60_000:.0f} min {milliseconds % 60_000 // 1000:.0f} s"


def size(count: int) -> str:
    """Return a number of bytes, exactly, and from 10 KiB on also as a person says it."""
    exact = _counted(count, "byte")
    unit, shift = next((unit for unit in _UNITS if count >> unit[1]), ("", 0))
    return f"{exact} ({count / (1 << shift):.1f} {unit})" if count >= 10 << 10 else exact


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _groups(recording: Recording, origins: Origins) -> Iterator[Html]:
    """Yield the calls of each command line as a list below it."""
    rows = _rows(recording, origins)
    for command, entries in groupby(recording.entries, _command):
        heading = tag("h2", command)
        yield tag("section", heading, tag("ol", *(next(rows) for _ in entries), class_="calls"), class_="group")


def _rows(recording: Recording, origins: Origins) -> Iterator[Html]:
    whole, given = scale(recording.duration), dict[str, str]()
    for number, entry in enumerate(recording.entries, 1):
        row = tag("summary", *_row(number, entry, whole))
        panel = tag("div", *_panel(entry, _made_by(entry, origins, given)), class_="panel")
        given.update((id, f"Id of call {number}") for id in _ids(entry))
        yield tag("li", tag("details", row, panel, class_="call"), id=f"call-{number}", class_=_outcome(entry))


def _made_by(entry: Entry, origins: Origins, given: Mapping[str, str]) -> dict[str, str]:
    """Return what made each part of a call: an earlier answer, or a word of the command line."""
    if entry.call is None:
        return {}
    earlier = {f"{{{name}}}": given[value] for name, value in entry.call.arguments.items() if value in given}
    return {**(origins(entry.words, entry.call) if entry.words else {}), **earlier}


def _ids(entry: Entry) -> Iterator[str]:
    """Yield the id that an answer gives for later calls."""
    found = _GIVEN.match(entry.received.data)
    if found and entry.method == "POST":
        yield found[1].decode("utf-8", "replace")


def _outcome(entry: Entry) -> str:
    return "failed" if entry.failed else "good"


def _row(number: int, entry: Entry, whole: float) -> Iterator[Html]:
    yield tag("span", str(number), class_="number")
    yield tag("span", entry.method, class_=f"method is-{re.sub('[^a-z]', '', entry.method.lower())}")
    yield tag("span", *_target(entry.target), class_="target")
    yield tag("span", *_status(entry), class_="status")
    yield _bar(entry, whole)
    yield tag("span", duration(entry.total), class_="time")


def _status(entry: Entry) -> Iterator[str]:
    if entry.failed:
        yield tag("b", "✗ ", aria_label="failed:", role="img")
    yield f"{entry.status} {entry.reason}" if entry.status else "no answer"


def _target(target: str) -> Iterator[Html]:
    path, question, query = _QUOTED_MARK.sub(lambda mark: unquote_plus(mark[0]), target).partition("?")
    version = VERSION.match(path)
    if version:
        yield tag("span", version[0], class_="version")
        path = path[version.end() :]
    yield from _with_short_ids(path)
    if question:
        yield tag("span", "?", joined(query.split("&"), between="&amp;<wbr>"), class_="query")


def _with_short_ids(path: str) -> Iterator[Html]:
    position = 0
    for found in _ID.finditer(path):
        yield joined([path[position : found.start()]])
        yield tag("abbr", f"{found[0][:12]}…", title=found[0])
        position = found.end()
    yield joined([path[position:]])


def _bar(entry: Entry, whole: float) -> Html:
    """Return where in the whole time an exchange lies, a piece for each phase."""
    pieces, at = [], entry.offset
    for phase, time in entry.phases.items():
        pieces.append(tag("rect", x=_percent(at / whole), width=_percent(time / whole), class_=phase))
        at += time
    said = ", ".join(f"{phase} {duration(time)}" for phase, time in entry.phases.items())
    spoken = f"began after {duration(entry.offset)}{': ' if said else ''}{said}"
    return tag("svg", tag("title", spoken), *pieces, class_="bar", role="img", aria_label=spoken)


def _percent(part: float) -> str:
    return f"{part * 100:.3f}%"


def _panel(entry: Entry, made_by: Mapping[str, str]) -> Iterator[Html]:
    yield tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in _facts(entry)), class_="facts")
    yield tag("section", tag("h3", "Request"), *_request(entry, made_by), class_="side")
    yield tag("section", tag("h3", "Answer"), *_answer(entry), class_="side")
    if entry.events:
        yield tag("section", tag("h3", "Conversation"), *_conversation(entry.events), class_="wide")
    if entry.call is not None:
        yield tag("section", tag("h3", "Make this call again"), *_exports(entry.call, entry), class_="wide")


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.error:
        yield "Ended by", tag("strong", entry.error, class_="error")
    if entry.unfinished:
        yield "Unfinished", "it went on when the recording ended"
    if entry.stdin_lost:
        yield "stdin", f"{size(entry.stdin_lost)}, not kept in the recording"
    operation, _ = matched(entry.method, entry.target.partition("?")[0])
    if operation is not None and operation.name:
        yield "Operation", operation.name
        yield "Library", tag("code", f"calls.{operation.function}")
    if entry.started is not None:
        yield "Began", f"{entry.started.isoformat(sep=' ', timespec='milliseconds')}, {duration(entry.offset)} in"
    for phase, time in entry.phases.items():
        yield phase.capitalize(), duration(time)
    yield "Total", duration(entry.total)


def _request(entry: Entry, made_by: Mapping[str, str]) -> Iterator[Html]:
    yield tag("pre", tag("code", f"{entry.method} ", joined(_target(entry.target))), class_="line")
    yield from _table("Parameters", _parameters(entry, made_by), made=True)
    yield from _table("Headers", [(name, value, "") for name, value in entry.sent_headers])
    yield from _shown_body(entry.sent, made_by)


def _answer(entry: Entry) -> Iterator[Html]:
    yield tag("pre", tag("code", *_status(entry)), class_="line")
    yield from _table("Headers", [(name, value, "") for name, value in entry.received_headers])
    yield from _shown_body(entry.received, {}, fold=bool(entry.events))


def _parameters(entry: Entry, made_by: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return what stands in the places of the path and in the query: name, value, what made it."""
    in_path = entry.call.arguments.items() if entry.call is not None else ()
    pairs = [(f"{{{name}}}", value) for name, value in in_path] + [(f"?{name}", value) for name, value in entry.query]
    return [(name, value, made_by.get(name, "")) for name, value in pairs]


def _table(caption: str, rows: Sequence[tuple[str, str, str]], *, made: bool = False) -> Iterator[Html]:
    if not rows:
        return
    lines = (
        tag("tr", tag("th", name, scope="row"), tag("td", value, *(_by(by) if made else ())))
        for name, value, by in rows
    )
    yield tag("table", tag("caption", caption), tag("tbody", *lines))


def _by(by: str) -> Iterator[Html]:
    if by:
        yield tag("span", " ← ", by, class_="by")


def _shown_body(body: Body, made_by: Mapping[str, str], *, fold: bool = False) -> Iterator[Html]:
    if not body.size and not body.data:
        yield tag("p", "No body.", class_="none")
        return
    head = f"Body · {body.kind.partition(';')[0] or 'no type'} · {size(body.size)}"
    if not body.kept:
        digest = f" SHA-256 {body.sha256}" if body.sha256 else ""
        yield tag("p", f"{head}, not kept in the recording.{digest}", class_="none")
        return
    shown, note = _laid_out(body.data, made_by)
    unfolded = not fold and shown.count("\n") < LONGEST_UNFOLDED
    after = [tag("p", note, class_="none")] if note else []
    yield tag("details", tag("summary", head), tag("pre", tag("code", shown)), *after, open=unfolded, class_="body")


def _laid_out(data: bytes, made_by: Mapping[str, str]) -> tuple[Html, str]:
    """Return bytes as JSON, text or hexadecimal, and what to say where not all is shown."""
    text = readable(data)
    longest = LONGEST_BINARY if text is None else LONGEST_BODY
    note = f"Shown are the first {longest:,} of {len(data):,} bytes." if len(data) > longest else ""
    if text is None:
        return _dumped(data[:longest]), note
    if note:
        return joined([data[:longest].decode("utf-8", "backslashreplace")]), note
    return json_lines(text, made_by) or joined([text]), ""


def _conversation(events: Sequence[Event]) -> Iterator[Html]:
    yield tag("ol", *map(_event, events[:MOST_EVENTS]), class_="talk")
    if len(events) > MOST_EVENTS:
        yield tag("p", f"Shown are the first {MOST_EVENTS:,} of {len(events):,} pieces.", class_="none")


def _event(event: Event) -> Html:
    who = "client" if event.sent else "engine"
    when = tag("time", f"+{duration(event.at)}")
    if event.data is None:
        return tag("li", tag("p", tag("b", who), " closed its side ", when), class_=f"{who} closed")
    stream = event.stream or ("stdin" if event.sent else "")
    labels = [tag("b", who), *([" ", tag("span", stream, class_="stream")] if stream else [])]
    shown, note = _laid_out(event.data, {}) if len(event.data) > LONGEST_BINARY else (_words(event.data), "")
    head = tag("p", *labels, " ", when, " ", tag("small", size(len(event.data))))
    return tag("li", head, tag("pre", shown), *([note] if note else []), class_=f"{who} {_known(stream)}".rstrip())


def _words(data: bytes) -> str:
    text = readable(data)
    return _dumped(data) if text is None else text


def _dumped(data: bytes) -> Html:
    return tag("span", hexadecimal(data), class_="rows")


def _known(stream: str) -> str:
    return stream if stream in ("stdin", "stdout", "stderr") else ""


def _exports(call: Call[Any], entry: Entry) -> Iterator[Html]:
    prefix, endpoint = f"/v{entry.version}" if entry.version else "", Endpoint(entry.endpoint or DEFAULT_SOCKET, "")
    for form in ALONE:
        code = tag("pre", tag("code", alone(call, form, prefix=prefix, endpoint=endpoint)))
        copy = tag("button", "Copy", type="button", class_="copy", aria_label=f"Copy the call as {form}")
        yield tag("details", tag("summary", form), tag("div", code, copy), class_="export")
