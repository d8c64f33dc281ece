"""Requests as HTTP's text: what goes over the wire, with {{names}} for what earlier answers give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rawdocker.call import Call, HijackCall
from rawdocker.export import program as p
from rawdocker.export.curl import is_socket
from rawdocker.export.text import pieces, target_of
from rawdocker.host import Endpoint


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text with {{names}} in its places."""
    return "".join(
        f"{{{{{names.get(part.text, part.text)}}}}}" if part.is_variable else part.text for part in pieces(text)
    )


def request(call: Call[Any], prefix: str, endpoint: Any, names: Mapping[str, str]) -> str:
    """Return one request as it is sent; the length of a body with names in it is left to who fills them in."""
    document = call.json_body()
    head = [
        f"{call.method} {prefix}{target_of(call)} HTTP/1.1",
        f"Host: {_host(endpoint)}",
        *(["Connection: Upgrade", "Upgrade: tcp"] if isinstance(call, HijackCall) else []),
        *(f"{name}: {_header(value)}" for name, value in call.headers.items()),
    ]
    if document is not None:
        body = json.dumps(document, ensure_ascii=False, indent=2)
        head += ["Content-Type: application/json", *_length(filled(body, names), body)]
        return filled("\n".join([*head, "", body]), names)
    if call.body is not None:
        head.append("Transfer-Encoding: chunked")
        return filled("\n".join([*head, "", "# the bytes of the archive, in chunks"]), names)
    return filled("\n".join([*head, ""]), names)


def _length(filled: str, body: str) -> list[str]:
    return [f"Content-Length: {len(body.encode('utf-8', 'surrogateescape'))}"] if filled == body else []


def _header(value: Any) -> str:
    return value if isinstance(value, str) else f"(in base64 for URLs) {json.dumps(value, ensure_ascii=False)}"


def _host(endpoint: Any) -> str:
    return str(endpoint.url).partition("://")[2] if not is_socket(endpoint) else "localhost"


def script(made: p.Program, endpoint: Any, form: str) -> str:
    """Return a program as HTTP's text: each request, and what its answer is for; clients of .http files send it."""
    names = {**made.names, **made.secrets, "api": f"the version of the API, such as {made.version}"}
    head = ["# Made by rawdocker --dry-run --as http.", *(_ABOUT_REGISTRIES if made.registries else ())]
    return "\n".join([*head, *_lines(made.statements, endpoint, names)]) + "\n"


_ABOUT_REGISTRIES = (
    "# A registry that wants to know who asks answers 401, with WWW-Authenticate: Basic (user and password), or Bearer",
    "# with the realm that gives tokens: GET realm?service=...&scope=..., then the same again with the token that it",
    "# answers: Authorization: Bearer {{token}}.",
)


def _lines(statements: Sequence[p.Statement], endpoint: Any, names: Mapping[str, str]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, p.Ask):
            yield from _ask(statement, endpoint, names)
        elif isinstance(statement, p.Use):
            yield f"# Now the answer to {statement.ask.name} is read{_uses(statement.ask)}."
        elif isinstance(statement, p.Print):
            yield f"# Printed: {filled(statement.text, names).rstrip()!r}"
        elif isinstance(statement, p.Leave) and statement.status != "0":
            yield f"# The exit code: {filled(statement.status, names)}"


def _ask(ask: p.Ask, endpoint: Any, names: Mapping[str, str]) -> Iterator[str]:
    how = ": the answer is left open" if ask.background else _uses(ask)
    where = Endpoint(ask.origin, "registry") if ask.origin else endpoint
    sent = request(ask.call, ask.origin + ask.prefix, where, names)
    yield from ["", f"### {ask.name}{how}", *sent.splitlines(), ""]
    if ask.missing:
        yield f"# If {ask.name} is answered by 404:"
        yield from _lines(ask.missing, endpoint, names)
        yield f"# Else:{'' if ask.instead else ' on with the next.'}" if ask.instead is not None else "# In any case:"
    yield from _lines([*ask.then, *(ask.instead or ())], endpoint, names)


def _uses(ask: p.Ask) -> str:
    uses = [_SAID[ask.use]] if ask.use in _SAID else []
    uses += [f"{{{{{field} of {ask.name}}}}} is taken from it" for field in ask.fields.values()]
    return f": {', '.join(uses)}" if uses else ""


_SAID = {
    p.ANSWER: "it is shown",
    p.LINES: "its messages are shown as they come",
    p.PROGRESS: "its messages tell how it goes",
    p.FRAMES: "its frames go to stdout and stderr",
    p.TERMINAL: "its bytes go to the terminal",
    p.BYTES: "its bytes go to stdout",
    p.FILE: "its bytes go to a file",
    p.FILES: "its archive is unpacked",
    p.ITEMS: "its items are shown, and those of the pages to which Link leads",
}
