"""The functions a template can call: those of Go's text/template and docker's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .gofmt import Printer, sprint, sprintf, sprintln
from .values import (
    ANY,
    INT,
    STRING,
    STRINGS,
    UINT8,
    VALUE,
    Function,
    FunctionError,
    GoType,
    Value,
    concrete,
    indirect,
    strings,
    truth,
    zero,
)


def assignable(value: Value, type: GoType) -> bool:
    """Tell whether Go lets a value be given where this type is wanted."""
    if type.kind in ("interface", "value"):
        return True
    return value.type.name == type.name or (
        value.kind == type.kind == "slice" and value.type.element.name == type.element.name
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


# Reaching into values.


def _index(item: Value | None, *indexes: Value | None) -> Value | None:
    item = concrete(item)
    if item is None:
        raise FunctionError("index of untyped nil")
    for index in indexes:
        item = indirect(item)
        if item.data is None and item.kind in ("ptr", "interface"):
            raise FunctionError("index of nil pointer")
        item = _element(item, concrete(index))
    return item


def _element(item: Value, index: Value | None) -> Value:
    if item.kind == "map":
        key = item.type.key or STRING
        if index is None:
            raise FunctionError(f"value is nil; should be of type {key.name}")
        if not assignable(index, key) and not {index.kind, key.kind} <= {"int", "uint"}:
            raise FunctionError(f"value has type {index.type.name}; should be {key.name}")
        found = (item.data or {}).get(index.data)
        return found if found is not None else zero(item.type.element)
    if item.kind not in ("slice", "array", "string"):
        raise FunctionError(f"can't index item of type {item.type.name}")
    content = _content(item)
    position = _position(index, len(content))
    if position == len(content):
        raise FunctionError(f"reflect: {item.kind} index out of range")
    found = content[position]
    return found if isinstance(found, Value) else Value(UINT8, found)


def _content(item: Value) -> bytes | list[Value]:
    return _bytes(item.data) if item.kind == "string" else item.data or []


def _position(index: Value | None, limit: int) -> int:
    if index is None:
        raise FunctionError("cannot index slice/array with nil")
    if index.kind not in ("int", "uint"):
        raise FunctionError(f"cannot index slice/array with type {index.type.name}")
    if not 0 <= index.data <= limit:
        raise FunctionError(f"index out of range: {index.data}")
    return int(index.data)


def _slice(item: Value | None, *indexes: Value | None) -> Value:
    item = concrete(item)
    if item is None:
        raise FunctionError("slice of untyped nil")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    if item.kind not in ("string", "slice", "array"):
        raise FunctionError(f"can't slice item of type {item.type.name}")
    if item.kind == "string" and len(indexes) == 3:
        raise FunctionError("cannot 3-index slice a string")
    content = _content(item)
    bounds = [0, len(content)]
    for place, index in enumerate(indexes[:2]):
        bounds[place] = _position(concrete(index), len(content))
    if bounds[0] > bounds[1]:
        raise FunctionError(f"invalid slice index: {bounds[0]} > {bounds[1]}")
    part = content[bounds[0] : bounds[1]]
    return Value(item.type, _text(part) if isinstance(part, bytes) else part)


def _len(item: Value | None) -> int:
    if item is not None:
        item = indirect(item)
    if item is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if item.data is None and item.kind in ("ptr", "interface"):
        raise FunctionError("len of nil pointer")
    if item.kind not in ("string", "slice", "array", "map"):
        raise FunctionError(f"len of type {item.type.name}")
    return len(_bytes(item.data) if item.kind == "string" else item.data or ())


# Comparing.

_BASIC = ("bool", "int", "uint", "float", "string")


def _eq(first: Value | None, *others: Value | None) -> bool:
    first = concrete(first)
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal(first, concrete(other)) for other in others)


def _equal(first: Value | None, other: Value | None) -> bool:
    kinds = [value.kind if value is not None and value.kind in _BASIC else "" for value in (first, other)]
    if kinds[0] != kinds[1] and set(kinds) != {"int", "uint"}:
        if first is not None and other is not None:
            raise FunctionError("incompatible types for comparison")
        return False
    if first is None or other is None:
        return _is_nil(first) == _is_nil(other)
    if not (_is_comparable(first) or _is_nil(first) or _is_nil(other)):
        raise FunctionError(f"non-comparable type {Printer().argument(first, 's')}: {first.type.name}")
    return _same(first, other)


def _is_comparable(value: Value) -> bool:
    if value.kind == "struct":
        return all(_is_comparable(item) for item in value.data)
    return value.kind not in ("slice", "map")


def _is_nil(value: Value | None) -> bool:
    return value is None or value.data is None


def _same(first: Value, other: Value) -> bool:
    if first.kind in _BASIC:
        return bool(first.data == other.data)
    if first.kind == "ptr":
        return first.data is other.data
    return first.type.name == other.type.name and sprint([first]) == sprint([other])


def _ne(first: Value | None, other: Value | None) -> bool:
    return not _eq(first, other)


def _lt(first: Value | None, other: Value | None) -> bool:
    first, other = concrete(first), concrete(other)
    if first is None or other is None or not {first.kind, other.kind} <= set(_BASIC):
        raise FunctionError("invalid type for comparison")
    if first.kind != other.kind and {first.kind, other.kind} != {"int", "uint"}:
        raise FunctionError("incompatible types for comparison")
    if first.kind == "bool":
        raise FunctionError("invalid type for comparison")
    if first.kind == "string":
        return _bytes(first.data) < _bytes(other.data)
    return bool(first.data < other.data)


def _le(first: Value | None, other: Value | None) -> bool:
    return _lt(first, other) or _eq(first, other)


# Escaping.


def _plain(args: tuple[Value | None, ...]) -> str:
    return sprint([_printable(arg) for arg in args])


def _printable(arg: Value | None) -> Value | None:
    arg = concrete(arg)
    return Value(STRING, "<no value>") if arg is None else indirect(arg) if arg.kind == "ptr" else arg


_HTML = str.maketrans({'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"})
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


def _html(*args: Value | None) -> str:
    return _plain(args).translate(_HTML)


def _js(*args: Value | None) -> str:
    return "".join(_JS.get(char) or (char if char.isprintable() else f"\\u{ord(char):04X}") for char in _plain(args))


def _urlquery(*args: Value | None) -> str:
    from urllib.parse import quote_plus

    return quote_plus(_bytes(_plain(args)), safe="")


# docker's own.


def _json(value: Value | None) -> str:
    from .gojson import encode

    return encode(value, escape_html=False)


def _title(text: str) -> str:
    out = ""
    in_word = False
    for char in text:
        out += char if in_word else char.upper() if len(char.upper()) == 1 else char
        in_word = char.isalnum() or char == "_" or not (char.isascii() or char.isspace())
    return out


def _pad(text: str, before: int, after: int) -> str:
    if min(before, after) < 0 and text:
        raise FunctionError("strings: negative Repeat count")
    return " " * before + text + " " * after if text else text


def _truncate(text: str, length: int) -> str:
    raw = _bytes(text)
    if length < 0:
        raise FunctionError(f"runtime error: slice bounds out of range [:{length}]")
    return _text(raw[:length])


def _split(text: str, separator: str) -> Value:
    return strings(text.split(separator) if separator else list(text))


def _join(items: Any, separator: str) -> str:
    return separator.join(item.data for item in items or [])


def _anything(call: Callable[..., Any], count: int) -> Function:
    return Function([VALUE] * count, call)


FUNCTIONS: Mapping[str, Function] = {
    "and": Function([VALUE, VALUE], lambda *args: args[-1], variadic=True),
    "or": Function([VALUE, VALUE], lambda *args: args[-1], variadic=True),
    "not": _anything(lambda value: not truth(value), 1),
    "index": Function([VALUE, VALUE], _index, variadic=True),
    "slice": Function([VALUE, VALUE], _slice, variadic=True),
    "len": _anything(_len, 1),
    "eq": Function([VALUE, VALUE], _eq, variadic=True),
    "ne": _anything(_ne, 2),
    "lt": _anything(_lt, 2),
    "le": _anything(_le, 2),
    "gt": _anything(lambda first, other: not _le(first, other), 2),
    "ge": _anything(lambda first, other: not _lt(first, other), 2),
    "print": Function([ANY], lambda *args: sprint(args), variadic=True),
    "printf": Function([STRING, ANY], lambda template, *args: sprintf(template, args), variadic=True),
    "println": Function([ANY], lambda *args: sprintln(args), variadic=True),
    "html": Function([ANY], _html, variadic=True),
    "js": Function([ANY], _js, variadic=True),
    "urlquery": Function([ANY], _urlquery, variadic=True),
    "json": Function([ANY], _json),
    "split": Function([STRING, STRING], _split),
    "join": Function([STRINGS, STRING], _join),
    "title": Function([STRING], _title),
    "lower": Function([STRING], str.lower),
    "upper": Function([STRING], str.upper),
    "pad": Function([STRING, INT, INT], _pad),
    "truncate": Function([STRING, INT], _truncate),
}


def _keep(*types: GoType) -> Function:
    return Function([STRING, *types], lambda text, *_: text)


# A table's header is rendered by the same template as its rows; what would change a value leaves a title alone.
HEADER_FUNCTIONS: Mapping[str, Function] = {
    **FUNCTIONS,
    "json": _keep(),
    "split": _keep(STRING),
    "join": _keep(STRING),
    "title": _keep(),
    "lower": _keep(),
    "upper": _keep(),
    "truncate": _keep(INT),
}
