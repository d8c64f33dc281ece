"""What the text of a flag's value becomes, with the errors docker gives.

Each kind is what docker's help calls it: string, list, bool, int, bytes, duration, decimal … A value that cannot be
parsed raises ValueError whose text follows 'invalid argument "x" for "--flag" flag: '.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rawdocker_cli import units
from rawdocker_cli.flags.flag import Kind

_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def _bool(text: str) -> bool:
    if text not in _TRUE + _FALSE:
        raise ValueError(f"strconv.ParseBool: parsing {units.quote(text)}: invalid syntax")
    return text in _TRUE


def _integer(bits: int, signed: bool, function: str, *, any_base: bool = True) -> Callable[[str], int]:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    sign = "[+-]?" if signed else ""
    octal = re.compile(rf"({sign})0([0-7]+)")
    shape = re.compile(rf"{sign}(\d+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)")

    def parse(text: str) -> int:
        digits = octal.sub(r"\1 0o\2", text).replace(" ", "") if octal.fullmatch(text) else text
        if not shape.fullmatch(digits) or not digits.isascii():
            raise ValueError(f"strconv.{function}: parsing {units.quote(text)}: invalid syntax")
        value = int(digits, 0) if any_base else int(text)
        if not low <= value <= high:
            raise ValueError(f"strconv.{function}: parsing {units.quote(text)}: value out of range")
        return value

    return parse


def _float(text: str) -> float:
    try:
        return float(text.replace("_", "x"))
    except ValueError:
        raise ValueError(f"strconv.ParseFloat: parsing {units.quote(text)}: invalid syntax") from None


def _bytes(text: str) -> int:
    return units.ram_in_bytes(text)


def _swap(text: str) -> int:
    return -1 if text == "-1" else units.ram_in_bytes(text)


def _nano_cpus(text: str) -> int:
    """Return a decimal number of CPUs in billionths, exactly (docker computes with fractions as well)."""
    from fractions import Fraction

    try:
        value = Fraction(text) * 1_000_000_000
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"failed to parse {text} as a rational number") from None
    if value.denominator != 1:
        raise ValueError("value is too precise")
    return int(value)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text} must be formatted as key=value")
    return key, value


def _ip(text: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"failed to parse IP: {units.quote(text)}") from None


def _filter(text: str) -> tuple[str, str]:
    """Return a --filter's name and value; docker lowers the name and strips both."""
    name, equals, value = text.partition("=")
    if text and not equals:
        raise ValueError("invalid argument \"" + text + "\": bad format of filter (expected name=value)")
    return name.strip().lower(), value.strip()


STRING = Kind("string", str, "")
BOOL = Kind("", _bool, False, bare="true")
COUNT = Kind("count", _integer(64, True, "ParseInt"), 0, bare="+1")
"""A flag that counts how often it stands: -TT is 2."""
INT = Kind("int", _integer(64, True, "ParseInt"), 0)
INT64 = Kind("int", _integer(64, True, "ParseInt"), 0)
UINT = Kind("uint", _integer(64, False, "ParseUint"), 0)
UINT16 = Kind("uint16", _integer(16, False, "ParseUint"), 0)
UINT64 = Kind("uint", _integer(64, False, "ParseUint"), 0)
FLOAT = Kind("float", _float, 0.0)
DURATION = Kind("duration", units.parse_duration, 0)
"""Nanoseconds."""
BYTES = Kind("bytes", _bytes, 0)
SWAP = Kind("bytes", _swap, 0)
"""Bytes, or -1 for no limit."""
DECIMAL = Kind("decimal", _nano_cpus, 0)
"""Billionths."""
IP = Kind("ip", _ip, "")
LIST = Kind("list", str, [], repeated=True)
STRINGS = Kind("strings", str, [], repeated=True)
MAP = Kind("map", _pair, [], repeated=True)
"""A list of (key, value)."""
FILTER = Kind("filter", _filter, [], repeated=True)
"""A list of (name, value)."""


def filters(pairs: list[tuple[str, str]]) -> dict[str, dict[str, bool]] | None:
    """Return the pairs of --filter as the `filters` parameter has them, None where there are none."""
    found: dict[str, dict[str, bool]] = {}
    for name, value in pairs:
        if name or value:
            found.setdefault(name, {})[value] = True
    return found or None


def listed(parse: Callable[[str], Any], name: str = "list") -> Kind:
    """Return a kind whose every use is parsed by `parse` and added to a list."""
    return Kind(name, parse, [], repeated=True)
