"""What the text of a flag's value becomes, with the errors docker gives.

Each kind is what docker's help calls it: string, list, bool, int, bytes, duration, decimal … A value that cannot be
parsed raises ValueError whose text follows 'invalid argument "x" for "--flag" flag: '.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rawdocker_cli.flags.flag import Kind

_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def _refused(function: str, text: str, why: str = "invalid syntax") -> ValueError:
    from rawdocker_cli.units import quote

    return ValueError(f"strconv.{function}: parsing {quote(text)}: {why}")


def truth(text: str) -> bool:
    """Return what a boolean flag's text means."""
    if text not in _TRUE + _FALSE:
        raise _refused("ParseBool", text)
    return text in _TRUE


def _integer(bits: int, *, signed: bool) -> Callable[[str], int]:
    """Return a parser of Go's integers: 10, 0x1f, 0b11, 0o17 and 017, 1_000; a sign where they are signed."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    function = "ParseInt" if signed else "ParseUint"

    def parse(text: str) -> int:
        digits = text[1:] if signed and text[:1] in ("+", "-") else text
        if len(digits) > 1 and digits[0] == "0" and digits[1] in "_0123456789":
            digits = "0o" + digits[1:]
        try:
            if not digits.isascii() or not digits[:1].isdigit():
                raise ValueError
            value = int(digits, 0)
        except ValueError:
            too_long = digits.isascii() and digits.isdecimal()  # Python reads no more than some thousand digits
            raise _refused(function, text, *(["value out of range"] if too_long else [])) from None
        value = -value if text.startswith("-") else value
        if not low <= value <= high:
            raise _refused(function, text, "value out of range")
        return value

    return parse


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refused("ParseFloat", text) from None


def _duration(text: str) -> int:
    from rawdocker_cli.units import parse_duration

    return parse_duration(text)


def _bytes(text: str) -> int:
    from rawdocker_cli.units import ram_in_bytes

    return ram_in_bytes(text)


def _swap(text: str) -> int:
    return -1 if text == "-1" else _bytes(text)


def _nano_cpus(text: str) -> int:
    """Return a decimal number of CPUs in billionths, exactly (docker computes with fractions as well)."""
    from fractions import Fraction

    try:
        # an exponent of nine digits would be multiplied out for hours
        if not text.isascii() or text != text.strip() or len(text.lower().partition("e")[2]) > 4:
            raise ValueError
        value = Fraction(text) * 1_000_000_000
        if abs(value) >= 1 << 63:
            raise ValueError
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"failed to parse {text} as a rational number") from None
    if value.denominator != 1:
        raise ValueError("value is too precise")
    return int(value)


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _label(text: str) -> tuple[str, str]:
    key, value = _pair(text)
    bare = key.lstrip(" \t")
    if not bare:
        raise ValueError(f"invalid label '{text}': empty name")
    if " " in bare or "\t" in bare:
        raise ValueError(f"label '{bare}' contains whitespaces")
    return key, value


def _items(text: str) -> list[str]:
    from rawdocker_cli.flags.values.go import csv_fields

    return csv_fields(text) if text else []


def _ip(text: str) -> str:
    from ipaddress import ip_address

    from rawdocker_cli.units import quote

    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"failed to parse IP: {quote(text)}") from None


def _filter(text: str) -> list[tuple[str, str]]:
    """Return a --filter's name and value, nothing for an empty one; docker lowers the name and strips both."""
    if not text:
        return []
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("bad format of filter (expected name=value)")
    return [(name.strip().lower(), value.strip())]


STRING = Kind("string", str, "")
BOOL = Kind("", truth, False, bare="true")
COUNT = Kind("count", _integer(64, signed=True), 0, bare="+1")
"""A flag that counts how often it stands: -TT is 2."""
INT = Kind("int", _integer(64, signed=True), 0)
INT64 = Kind("int", _integer(64, signed=True), 0)
UINT = Kind("uint", _integer(64, signed=False), 0)
UINT16 = Kind("uint16", _integer(16, signed=False), 0)
UINT64 = Kind("uint", _integer(64, signed=False), 0)
FLOAT = Kind("float", _float, 0.0)
DURATION = Kind("duration", _duration, 0)
"""Nanoseconds."""
BYTES = Kind("bytes", _bytes, 0)
SWAP = Kind("bytes", _swap, 0)
"""Bytes, or -1 for no limit."""
DECIMAL = Kind("decimal", _nano_cpus, 0)
"""Billionths."""
IP = Kind("ip", _ip, "")
LIST = Kind("list", str, [], repeated=True)
STRINGS = Kind("strings", _items, [], repeated=True)
"""A list to which one use may add several, separated by commas."""
MAP = Kind("map", _pair, [], repeated=True)
"""A list of (key, value)."""
LABEL = Kind("list", _label, [], repeated=True)
"""A list of (name, value) whose names have no blanks inside."""
FILTER = Kind("filter", _filter, [], repeated=True)
"""A list of (name, value)."""


def filters(pairs: list[tuple[str, str]]) -> dict[str, dict[str, bool]] | None:
    """Return the pairs of --filter as docker sends them, names and values sorted; None where there are none."""
    found: dict[str, dict[str, bool]] = {}
    for name, value in sorted(pairs):
        found.setdefault(name, {})[value] = True
    return found or None


def listed(parse: Callable[[str], Any], name: str = "list") -> Kind:
    """Return a kind whose every use is parsed by `parse` and added to a list."""
    return Kind(name, parse, [], repeated=True)
