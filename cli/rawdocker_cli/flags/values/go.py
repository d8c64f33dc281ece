"""How Go reads a number, a line of CSV, an IP address; its errors are part of docker's messages."""

from __future__ import annotations

import re

from rawdocker_cli.units import quote

_NUMBER = {True: re.compile(r"[+-]?[0-9]+"), False: re.compile(r"[0-9]+")}


class NumberError(ValueError):
    """A text that is no number, or one that does not fit; `reason` says which without naming the text."""

    def __init__(self, function: str, text: str, reason: str) -> None:
        super().__init__(f"strconv.{function}: parsing {quote(text)}: {reason}")
        self.reason = reason


def integer(text: str) -> int:
    """Read a decimal number of 64 bits with an optional sign."""
    return _number(text, "ParseInt", True, -(1 << 63), (1 << 63) - 1)


def unsigned(text: str, bits: int = 64) -> int:
    """Read a decimal number without sign."""
    return _number(text, "ParseUint", False, 0, (1 << bits) - 1)


def _number(text: str, function: str, signed: bool, low: int, high: int) -> int:
    if not _NUMBER[signed].fullmatch(text):
        raise NumberError(function, text, "invalid syntax")
    # Python refuses to read thousands of digits, and 21 are more than 64 bits have
    value = int(text.lstrip("+-0")[:21] or "0") * (-1 if text.startswith("-") else 1)
    if not low <= value <= high:
        raise NumberError(function, text, "value out of range")
    return value


def csv_fields(text: str) -> list[str]:
    """Split a line of comma-separated values; a field in double quotes may contain commas."""
    if not text:
        raise ValueError("EOF")
    fields, at = [], 0
    while True:
        read = _quoted_field if text.startswith('"', at) else _bare_field
        field, at = read(text, at)
        fields.append(field)
        if at == len(text):
            return fields
        at += 1


def _bare_field(text: str, at: int) -> tuple[str, int]:
    comma = text.find(",", at)
    end = comma if comma >= 0 else len(text)
    mark = text.find('"', at, end)
    if mark >= 0:
        raise _csv_error(text, mark, 'bare " in non-quoted-field')
    return text[at:end], end


def _quoted_field(text: str, at: int) -> tuple[str, int]:
    found = re.compile(r'"((?:[^"]|"")*)("?)').match(text, at)
    assert found is not None, "the caller has seen the quote"
    if not found[2]:
        raise _csv_error(text, len(text), 'extraneous or missing " in quoted-field')
    if found.end() < len(text) and text[found.end()] != ",":
        raise _csv_error(text, found.end() - 1, 'extraneous or missing " in quoted-field')
    return found[1].replace('""', '"'), found.end()


def _csv_error(text: str, at: int, reason: str) -> ValueError:
    column = len(text[:at].encode("utf-8", "surrogateescape")) + 1
    return ValueError(f"parse error on line 1, column {column}: {reason}")


def ip_address(text: str) -> str:
    """Return an IP address in its canonical form, nothing where the text is none."""
    import ipaddress

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if "%" in text:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def read_file(path: str) -> bytes:
    """Return what a file holds; raises ValueError with Go's words where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except IsADirectoryError as error:
        raise ValueError(spoken(error, path, "read")) from None
    except OSError as error:
        raise ValueError(spoken(error, path)) from None


def spoken(error: OSError, path: str, verb: str = "open") -> str:
    """Return why a file cannot be used: 'open x: no such file or directory'."""
    reason = error.strerror or str(error)
    return f"{verb} {path}: {reason[:1].lower()}{reason[1:]}"
