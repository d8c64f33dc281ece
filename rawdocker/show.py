"""Calls, exchanges and plans as text for people. Pure functions: nothing is sent, nothing is printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

from rawdocker.call import Call
from rawdocker.observe import Exchange
from rawdocker.plan import Plan, Step
from rawdocker.secrets import Redactor

LONGEST_BODY = 8192
"""Characters of a body that are shown; a longer one is cut, and its size said."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NAMED = re.compile(r"<[^<>]+>")


def trace_line(exchange: Exchange, error: BaseException | None = None, target: str = "") -> str:
    """Return one line for an exchange: POST /v1.41/containers/create?name=web -> 201 Created 12 ms.

    The time is that until the head of the answer was there; for an exchange without one, until it failed.
    """
    until = exchange.received or exchange.ended
    outcome = f"{exchange.status} {exchange.reason}".strip() if exchange.status else f"failed ({_first_line(error)})"
    # registries are many, the engine is one: only they are named
    where = exchange.endpoint if exchange.endpoint.startswith(("http://", "https://")) else ""
    return printable(
        f"{exchange.method} {where}{target or exchange.target} -> {outcome} {milliseconds(until - exchange.started)}"
    )


def times(exchange: Exchange) -> str:
    """Return how long an exchange took: until connected (where a new connection was made), first byte, end."""
    parts = [
        ("connected", exchange.connected),
        ("first byte", exchange.received),
        ("total", exchange.ended),
    ]
    return ", ".join(f"{name} {milliseconds(when - exchange.started)}" for name, when in parts if when)


def milliseconds(seconds: float) -> str:
    """Return a duration: 12 ms, and tenths below ten."""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 9.95 else f"{value:.1f} ms"


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def printable(text: str) -> str:
    """Return a text whose control characters are written out: what an engine says must not steer a terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def headers_text(headers: Iterable[tuple[str, str]]) -> list[str]:
    """Return a line for each header."""
    return [printable(f"{name}: {value}") for name, value in headers]


def body_text(data: bytes, size: int, content_type: str = "") -> list[str]:
    """Return the lines of a body: JSON laid out, text as it is, anything else by its size.

    size: how many bytes it has in all, where `data` is only its beginning.
    """
    if not size:
        return []
    text = _readable(data, whole=len(data) == size, content_type=content_type)
    if text is None:
        return [f"({size:,} bytes of {content_type.split(';')[0] or 'binary data'})"]
    lines = printable(text[:LONGEST_BODY]).splitlines()
    if len(data) < size or len(text) > LONGEST_BODY:
        lines.append(f"… (cut: {size:,} bytes in all)")
    return lines


def _readable(data: bytes, *, whole: bool, content_type: str) -> str | None:
    try:
        text = data.decode("utf-8", "strict" if whole else "ignore")
    except UnicodeDecodeError:
        return None
    if "\0" in text or "tar" in content_type:
        return None
    return laid_out(text) if whole else text


def laid_out(text: str) -> str:
    """Return JSON with a line for each value; other text, and a stream of documents, as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def payload(data: bytes) -> str:
    """Return the bytes of a frame as a quoted text, as hex where they are none."""
    try:
        return json.dumps(printable(data.decode("utf-8")), ensure_ascii=False).replace("\\\\x", "\\x")
    except UnicodeDecodeError:
        return data.hex(" ")


def readable_target(target: str) -> str:
    """Return a request's path and query with what stands for answers written plainly: <Id of create>."""
    for encoded in (quote("<", safe=""), quote_plus("<")):
        target = re.sub(
            f"{encoded}([A-Za-z0-9%+ .]+?){quote('>', safe='')}",
            lambda found: "<" + found[1].replace("%20", " ").replace("+", " ") + ">",
            target,
        )
    return target


def plan_text(plan: Plan, redactor: Redactor) -> str:
    """Return a dry run as text: its requests in order with their bodies, and what is sent where one answers 404."""
    if not plan.steps:
        return "# dry run: no request\n"
    if not plan.version:
        version = "No engine is asked"
    elif plan.agreed:
        version = f"API {plan.version}, as agreed with the engine"
    else:
        version = f"API {plan.version}: no engine was asked, and DOCKER_API_VERSION can name another"
    return "\n".join([f"# dry run: nothing is changed. {version}", *_steps(plan.steps, plan, redactor), ""])


def _steps(steps: Sequence[Step], plan: Plan, redactor: Redactor, indent: str = "") -> Iterator[str]:
    for step in steps:
        yield indent + _request_line(step, plan, redactor)
        if step.again:
            continue
        yield from (f"{indent}    {line}" for line in _call_body(step.call, redactor))
        if step.otherwise:
            yield f"{indent}  if 404:"
            yield from _steps(step.otherwise, plan, redactor, indent + "    ")
            if not step.goes_on:
                yield f"{indent}  instead of what follows"


def _request_line(step: Step, plan: Plan, redactor: Redactor) -> str:
    call = step.call
    prefix = step.where or (f"/v{plan.version}" if call.takes_version else "")
    line = f"{call.method} {prefix}{readable_target(redactor.target(step.target))}"
    notes = [
        *(["again"] if step.again else []),
        *(["was sent, to know more"] if step.asked else []),
        *(["the connection is taken over"] if step.way == "hijack" else []),
        *([step.note] if step.note else []),
    ]
    return printable(line + (f"   ({'; '.join(notes)})" if notes else ""))


def _call_body(call: Call[Any], redactor: Redactor) -> Iterator[str]:
    yield from headers_text(redactor.headers(list(call.headers.items())))
    document = call.json_body()
    if document is not None:
        yield from printable(redactor.text(json.dumps(document, indent=2, ensure_ascii=False))).splitlines()
    elif isinstance(call.body, bytes):
        yield from body_text(redactor.data(call.body), len(call.body), call.headers.get("Content-Type", ""))
    elif call.body is not None:
        yield f"(a stream of {call.headers.get('Content-Type', 'bytes')})"
