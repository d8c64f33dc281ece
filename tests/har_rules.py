"""What HAR 1.2 asks for, as a table: rules(document) gives what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

TEXT, NUMBER, LIST, OBJECT = str, (int, float), list, dict

REQUIRED: dict[str, dict[str, Any]] = {
    "log": {"version": TEXT, "creator": OBJECT, "entries": LIST},
    "creator": {"name": TEXT, "version": TEXT},
    "entry": {
        "startedDateTime": TEXT, "time": NUMBER, "request": OBJECT, "response": OBJECT, "cache": OBJECT,
        "timings": OBJECT,
    },
    "request": {
        "method": TEXT, "url": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST, "queryString": LIST,
        "headersSize": NUMBER, "bodySize": NUMBER,
    },
    "postData": {"mimeType": TEXT, "text": TEXT},
    "response": {
        "status": NUMBER, "statusText": TEXT, "httpVersion": TEXT, "cookies": LIST, "headers": LIST, "content": OBJECT,
        "redirectURL": TEXT, "headersSize": NUMBER, "bodySize": NUMBER,
    },
    "content": {"size": NUMBER, "mimeType": TEXT},
    "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER},
    "pair": {"name": TEXT, "value": TEXT},
}  # fmt: skip
OPTIONAL: dict[str, set[str]] = {
    "log": {"browser", "pages", "comment"},
    "entry": {"pageref", "serverIPAddress", "connection", "comment"},
    "request": {"postData", "comment"},
    "postData": {"params", "comment"},
    "response": {"comment"},
    "content": {"compression", "text", "encoding", "comment"},
    "timings": {"blocked", "dns", "connect", "ssl", "comment"},
}
MESSAGE = {"type", "time", "opcode", "data"}


def wrong(document: Any) -> list[str]:
    """Return what is wrong with a HAR document."""
    return list(_wrong(document))


def _wrong(document: Any) -> Iterator[str]:
    if list(document) != ["log"]:
        yield f"beside log: {list(document)}"
    log = document["log"]
    yield from _fields("log", log)
    yield from _fields("creator", log["creator"])
    if log["version"] != "1.2":
        yield f"version {log['version']}"
    for entry in log["entries"]:
        yield from _entry(entry)


def _entry(entry: Any) -> Iterator[str]:
    yield from _fields("entry", entry)
    for part in ("request", "response", "timings"):
        yield from _fields(part, entry[part])
    yield from _fields("content", entry["response"]["content"])
    if "postData" in entry["request"]:
        yield from _fields("postData", entry["request"]["postData"])
    pairs = (*entry["request"]["headers"], *entry["request"]["queryString"], *entry["response"]["headers"])
    for pair in pairs:
        yield from _fields("pair", pair)
    if datetime.fromisoformat(entry["startedDateTime"]).tzinfo is None:
        yield "a time without a zone"
    phases = [value for name, value in entry["timings"].items() if name != "ssl" and value != -1]
    if min(phases) < 0 or abs(sum(phases) - entry["time"]) > 0.01:
        yield f"time {entry['time']} is not the sum of {entry['timings']}"
    for message in entry.get("_webSocketMessages", ()):
        if MESSAGE - set(message) or message["type"] not in ("send", "receive") or message["opcode"] not in (1, 2):
            yield f"not a message: {message}"


def _fields(kind: str, value: dict[str, Any]) -> Iterator[str]:
    for name, type_ in REQUIRED[kind].items():
        if not isinstance(value.get(name), type_) or isinstance(value.get(name), bool):
            yield f"{kind}.{name} is {value.get(name)!r}"
    more = set(value) - set(REQUIRED[kind]) - OPTIONAL.get(kind, set())
    if unknown := {name for name in more if not name.startswith("_")}:
        yield f"{kind} has {unknown}"
