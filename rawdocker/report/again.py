"""A call of a recording as a command that makes it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from rawdocker.call import Call, Codec, HijackCall, StreamCall

LONGEST_LITERAL = 4096
"""Bytes of a body that is written out; a longer one is the file `body` in what is exported."""


def export(call: Call[Any], form: str, *, endpoint: str = "", version: str = "") -> str:
    """Return a call as a command that makes it again.

    form: one of FORMS. endpoint: unix:///path or tcp://host:port. version: of the API, empty for none. Every value is
    quoted; a body that does not fit into a command is read from the file `body`.
    """
    return FORMS[form](call, endpoint, version)


def _curl(call: Call[Any], endpoint: str, version: str) -> str:
    words = [*_connecting(endpoint), *_method(call.method)]
    for name, value in call.headers.items():
        words += ["--header", f"{name}: {value}"]
    body, json_text = _body(call), call.json_body() is not None
    if json_text and "content-type" not in map(str.lower, call.headers):
        words += ["--header", "Content-Type: application/json"]
    if body is not None:
        words += ["--data-raw", body.decode()] if _is_word(body) else ["--data-binary", "@body"]
    if isinstance(call, StreamCall):
        words.append("--no-buffer")
    words.append(f"{_origin(endpoint)}{f'/v{version}' if version else ''}{call.target}")
    note = "# curl cannot write to the connection that this call takes over: it shows what the engine says.\n"
    return (note if isinstance(call, HijackCall) else "") + shlex.join(["curl", *words])


def _connecting(endpoint: str) -> list[str]:
    scheme, _, path = endpoint.partition("://")
    return ["--unix-socket", path] if scheme == "unix" else []


def _origin(endpoint: str) -> str:
    scheme, _, rest = endpoint.partition("://")
    return {"tcp": f"http://{rest}", "http": endpoint, "https": endpoint}.get(scheme, "http://localhost")


def _method(method: str) -> list[str]:
    return {"GET": [], "HEAD": ["--head"]}.get(method, ["--request", method])


def _body(call: Call[Any]) -> bytes | None:
    values = call.json_body()
    if values is not None:
        return json.dumps(values, separators=(",", ":")).encode()
    return call.body if isinstance(call.body, bytes) and call.body else None


def _is_word(data: bytes) -> bool:
    try:
        return len(data) <= LONGEST_LITERAL and data.decode().replace("\n", "").isprintable()
    except ValueError:
        return False


def _python(call: Call[Any], endpoint: str, version: str) -> str:
    kind = type(call).__name__
    client = ", ".join([*([repr(endpoint)] if endpoint else []), *([f"version={version!r}"] if version else [])])
    loop = ["with docker.stream(call) as items:", "    for item in items:", "        print(item)"]
    doing = loop if isinstance(call, StreamCall) else ["print(docker.send(call))"]
    return "\n".join(
        [
            f"from rawdocker import {', '.join(sorted({'Client', kind}))}",
            *(["from rawdocker.call import Codec"] if call.codec is not Codec.JSON else []),
            "",
            f"call = {kind}(",
            *(f"    {argument}," for argument in _arguments(call)),
            ")",
            f"with Client({client}) as docker:",
            *(f"    {line}" for line in doing),
        ]
    )


def _arguments(call: Call[Any]) -> Iterator[str]:
    yield from map(repr, (call.operation, call.method, call.path))
    if call.arguments:
        yield repr(dict(call.arguments))
    for name in ("query", "headers"):
        if getattr(call, name):
            yield f"{name}={dict(getattr(call, name))!r}"
    if isinstance(call.body, bytes) and len(call.body) > LONGEST_LITERAL:
        yield 'body=open("body", "rb")'
    elif call.body is not None:
        yield f"body={call.json_body() or call.body!r}"
    if call.codec is not Codec.JSON:
        yield f"codec={call.codec}"


FORMS = {"curl": _curl, "python": _python}
"""What a call can be exported as."""
