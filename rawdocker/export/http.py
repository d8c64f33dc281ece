"""Requests as HTTP's text: what goes over the wire, with {{names}} for what earlier answers give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rawdocker.call import Call, HijackCall
from rawdocker.export.text import pieces, target_of


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text with {{names}} in its places."""
    return "".join(f"{{{{{names.get(part.text, part.text)}}}}}" if part.is_variable else part.text for part in pieces(text))


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
    return endpoint.url.removeprefix("tcp://") if endpoint.scheme == "tcp" else "localhost"
