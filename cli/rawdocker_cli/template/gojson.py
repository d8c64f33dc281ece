"""Print values as Go's encoding/json does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .gofloat import json_float
from .values import Number, Value, sorted_items

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_SPECIAL_HTML = re.compile('["\\\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]')


def encode_string(text: str, escape_html: bool = True) -> str:
    """Print a JSON string; what is no UTF-8 becomes the replacement character."""
    return '"' + (_SPECIAL_HTML if escape_html else _SPECIAL).sub(_escaped, text) + '"'


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    return _SHORT.get(char) or ("\\ufffd" if "\ud800" <= char <= "\udfff" else f"\\u{ord(char):04x}")


def encode(value: Any, escape_html: bool = True) -> str:
    """Print a value without spaces: typed values by their Go type, a Python dict in its own order."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value or "0"
    if isinstance(value, str):
        return encode_string(value, escape_html)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return json_float(value)
    if isinstance(value, Value):
        return _typed(value, escape_html)
    if isinstance(value, Mapping):
        members = (f"{encode_string(str(k), escape_html)}:{encode(v, escape_html)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    return "[" + ",".join(encode(item, escape_html) for item in value) + "]"


def _typed(value: Value, escape_html: bool) -> str:
    data = value.data
    if value.type.marshal and data is not None:
        return value.type.marshal(data)
    if value.type.name == "json.Number":
        return data or "0"
    if value.kind == "struct":
        pairs = _members(value)
    elif value.kind == "map" and data is not None:
        pairs = iter([(str(key.data), item) for key, item in sorted_items(value)])
    elif value.kind in ("slice", "array") and data is not None:
        return _sequence(value, escape_html)
    else:
        return encode(data, escape_html)
    members = (f"{encode_string(name, escape_html)}:{encode(item, escape_html)}" for name, item in pairs)
    return "{" + ",".join(members) + "}"


def _sequence(value: Value, escape_html: bool) -> str:
    if value.kind == "slice" and value.type.element.name == "uint8":
        from base64 import b64encode

        return f'"{b64encode(bytes(item.data for item in value.data)).decode()}"'
    return "[" + ",".join(encode(item, escape_html) for item in value.data) + "]"


def _members(value: Value) -> Iterator[tuple[str, Value]]:
    """Yield what a struct marshals; fields of an embedded struct stand where it is embedded."""
    own = {field.json for field in value.type.fields if field.json}
    for field, item in zip(value.type.fields, value.data, strict=False):
        if field.embedded and not field.json:
            inner = item.data if item.kind == "ptr" else item
            if inner is not None:
                yield from (pair for pair in _members(inner) if pair[0] not in own)
        elif field.json and not (field.omit and _is_empty(item)):
            yield field.json, item


def _is_empty(item: Value) -> bool:
    return item.data is None or (item.kind not in ("ptr", "struct", "time") and not item.data)


# The engine's own text, laid out anew and otherwise untouched.

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.S)
_CLOSING = {"{": "}", "[": "]"}


def indent_json(raw: bytes | str, indent: str = "    ", prefix: str = "") -> str:
    """Lay a JSON text out over lines, keeping every number, escape and the order as they were written."""
    out: list[str] = []
    depth = 0
    previous = ""
    for token in _TOKEN.findall(raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw):
        if token in ("}", "]"):
            depth -= 1
            if _CLOSING.get(previous) != token:
                out.append("\n" + prefix + indent * depth)
        elif previous in ("{", "[", ","):
            out.append("\n" + prefix + indent * depth)
        out.append(": " if token == ":" else token)
        depth += token in ("{", "[")
        previous = token
    return "".join(out)


def compact_json(raw: bytes | str) -> str:
    """Take the white space out of a JSON text, keeping all else as it was written."""
    return "".join(_TOKEN.findall(raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw))


def join_array(parts: Sequence[bytes]) -> bytes:
    """Put JSON texts into one array."""
    return b"[" + b",".join(parts) + b"]"
