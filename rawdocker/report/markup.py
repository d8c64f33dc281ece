"""Text as markup. What a recording holds may be anything; only `tag` makes markup, and it escapes all else.

What would be invisible on a page or turn its text around (control characters, marks of direction) is written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from rawdocker.secrets import MARK

DEEPEST = 64
"""JSON nested deeper than this is shown as it came."""

_CONTROL = re.compile(
    r"\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff]"
)
_SPECIAL = re.compile(f"(?P<mark>{MARK.pattern})|{_CONTROL.pattern}")
_HEX_ROW = 16


class Html(str):
    """Markup. Every other string is text."""

    __slots__ = ()


def tag(name: str, *content: str, **attributes: str | bool | None) -> Html:
    """Return an element. Content that is no markup is escaped; `class_` is class, `aria_label` is aria-label."""
    given = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    return Html(f"<{name}{given}>{joined(content)}</{name}>")


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{plain(value)}"'


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Return several pieces as one."""
    return Html(between.join(part if isinstance(part, Html) else text(part) for part in parts))


def text(words: str) -> Html:
    """Return a text as markup: escaped, redactions marked as such, invisible characters written out."""
    pieces, position = [], 0
    for special in _SPECIAL.finditer(words):
        pieces += [escape(words[position : special.start()]), _shown(special)]
        position = special.end()
    return Html("".join(pieces) + escape(words[position:]))


def _shown(special: re.Match[str]) -> str:
    if special["mark"]:
        return f'<mark title="left out when this was recorded">{plain(special[0])}</mark>'
    return f'<i class="sign">{_sign(special[0])}</i>'


def plain(words: str) -> Html:
    """Return a text as markup without elements, as attributes and titles need it."""
    return Html(escape(_CONTROL.sub(lambda control: _sign(control[0]), words)))


def _sign(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class _Pairs(list[Any]):
    """A JSON object, with every name it has, twice if it stands there twice."""


class _Number(str):
    """A JSON number, as it is written."""

    __slots__ = ()


def json_lines(words: str, made_by: Mapping[str, str] | None = None) -> Html | None:
    """Return JSON laid out, None for what is none.

    made_by: what made a field, by its dotted path (HostConfig.AutoRemove); it is said at the end of the field's line.
    """
    try:
        value = json.loads(
            words, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
        return Html("\n".join(_lines(value, "", made_by or {}, "", "", "")))
    except (ValueError, RecursionError):
        return None


def _lines(value: Any, path: str, made_by: Mapping[str, str], indent: str, key: str, after: str) -> Iterator[str]:
    note = tag("span", " ← ", made_by[path], class_="by") if path in made_by else ""
    if not isinstance(value, list) or not value:
        yield f"{indent}{key}{_scalar(value)}{after}{note}"
        return
    if len(indent) > 2 * DEEPEST:
        raise RecursionError
    named = isinstance(value, _Pairs)
    yield f"{indent}{key}{'{' if named else '['}{note}"
    for place, item in enumerate(value, 1):
        name, inner = item if named else (str(place - 1), item)
        shown = f"{tag('span', json.dumps(name, ensure_ascii=False), class_='key')}: " if named else ""
        comma = "," if place < len(value) else ""
        yield from _lines(inner, f"{path}.{name}" if path else name, made_by, indent + "  ", shown, comma)
    yield f"{indent}{'}' if named else ']'}{after}"


def _scalar(value: Any) -> Html:
    if isinstance(value, list):
        return Html("{}" if isinstance(value, _Pairs) else "[]")
    if isinstance(value, _Number):
        return tag("span", str(value), class_="number")
    if isinstance(value, str):
        return tag("span", json.dumps(value, ensure_ascii=False), class_="string")
    return tag("span", json.dumps(value), class_="word")


def readable(data: bytes) -> str | None:
    """Return bytes as text, None for what is no text; single bytes that are none stay recognisable as \\xff."""
    if b"\0" in data or len(data.decode("utf-8", "ignore").encode()) < 0.9 * len(data):
        return None
    return data.decode("utf-8", "backslashreplace")


def hexadecimal(data: bytes) -> str:
    """Return bytes in rows of sixteen: place, hexadecimal, and the letters among them."""
    rows = (data[place : place + _HEX_ROW] for place in range(0, len(data), _HEX_ROW))
    return "\n".join(
        f"{number * _HEX_ROW:08x}  {row.hex(' '):<{_HEX_ROW * 3}} {''.join(map(_letter, row))}"
        for number, row in enumerate(rows)
    )


def _letter(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else "."
