"""Read and print times, durations and sizes as docker does.

Instants are seconds since the epoch with nanoseconds: the datetime module keeps no nanoseconds and is slow to
import, so the few calendar sums needed are done here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import ClassVar, NamedTuple

NANOSECOND = 1
MICROSECOND = 1000 * NANOSECOND
MILLISECOND = 1000 * MICROSECOND
SECOND = 1000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_MAX_INT64 = (1 << 63) - 1
_MOST_DIGITS = 30  # of a number in a duration: more than 64 bits have, and few enough to be read at once
_MIN_INT64 = -(1 << 63)


class UnitError(ValueError):
    """Say what is wrong with a size, a duration or a time, in docker's words."""


# Durations: whole nanoseconds.

_DURATION_UNITS = {
    "ns": NANOSECOND,
    "us": MICROSECOND,
    "\u00b5s": MICROSECOND,
    "\u03bcs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_DURATION_PART = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)")


def parse_duration(text: str) -> int:
    """Read a duration such as `1h2m3.5s` and return nanoseconds.

    Raises UnitError with Go's message, for instance `time: invalid duration "x"`.
    """
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return 0
    total = 0
    position = 0
    while position < len(unsigned) or not unsigned:
        part = _DURATION_PART.match(unsigned, position)
        if part is None or not (part[1] or part[3]):
            raise UnitError(f"time: invalid duration {quote(text)}")
        if not part[4]:
            raise UnitError(f"time: missing unit in duration {quote(text)}")
        if part[4] not in _DURATION_UNITS:
            raise UnitError(f"time: unknown unit {quote(part[4])} in duration {quote(text)}")
        if len(part[1]) > _MOST_DIGITS:
            raise UnitError(f"time: invalid duration {quote(text)}")
        unit, fraction = _DURATION_UNITS[part[4]], (part[3] or "")[:_MOST_DIGITS]
        total += int(part[1] or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
        position = part.end()
    if total > _MAX_INT64 + (text[:1] == "-"):
        raise UnitError(f"time: invalid duration {quote(text)}")
    return -total if text[:1] == "-" else total


def format_duration(nanoseconds: int) -> str:
    """Print a duration as Go does: `1h2m3.5s`, `1.5ms`, `0s`."""
    sign, left = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if left == 0:
        return "0s"
    for name, unit in (("ns", NANOSECOND), ("\u00b5s", MICROSECOND), ("ms", MILLISECOND)):
        if left < unit * 1000:
            return sign + _decimal(left, unit) + name
    hours, left = divmod(left, HOUR)
    minutes, left = divmod(left, MINUTE)
    shown_hours = f"{hours}h" if hours else ""
    shown_minutes = f"{minutes}m" if hours or minutes else ""
    return f"{sign}{shown_hours}{shown_minutes}{_decimal(left, SECOND)}s"


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    return f"{whole}.{rest:0{len(str(unit)) - 1}d}".rstrip("0").rstrip(".") if rest else str(whole)


def human_duration(seconds: float) -> str:
    """Say roughly how long a duration is: `About a minute`, `3 weeks`."""
    whole, minutes, hours = int(seconds), int(seconds / 60), int(seconds / 3600 + 0.5)
    steps: tuple[tuple[bool, str], ...] = (
        (whole < 1, "Less than a second"),
        (whole == 1, "1 second"),
        (whole < 60, f"{whole} seconds"),
        (minutes == 1, "About a minute"),
        (minutes < 60, f"{minutes} minutes"),
        (hours == 1, "About an hour"),
        (hours < 48, f"{hours} hours"),
        (hours < 24 * 7 * 2, f"{hours // 24} days"),
        (hours < 24 * 30 * 2, f"{hours // 24 // 7} weeks"),
        (hours < 24 * 365 * 2, f"{hours // 24 // 30} months"),
    )
    for reached, words in steps:
        if reached:
            return words
    return f"{int(seconds / 3600) // 24 // 365} years"


def human_age(instant: float, now: float | None = None) -> str:
    """Say roughly how long ago an instant (seconds since the epoch) was: `3 weeks ago`."""
    return human_duration((time.time() if now is None else now) - instant) + " ago"


# Sizes: bytes.

_DECIMAL_NAMES = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY_NAMES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def human_size(size: float, precision: int = 4) -> str:
    """Print bytes in powers of 1000 with so many significant digits: `117MB`; docker's tables use 3."""
    return _scaled(size, 1000, precision, _DECIMAL_NAMES)


def bytes_size(size: float) -> str:
    """Print bytes in powers of 1024 with four significant digits: `7.654GiB`."""
    return _scaled(size, 1024, 4, _BINARY_NAMES)


def _scaled(size: float, base: int, precision: int, names: tuple[str, ...]) -> str:
    step = 0
    while size >= base and step < len(names) - 1:
        size /= base
        step += 1
    return f"{size:.{precision}g}{names[step]}"


def ram_in_bytes(text: str) -> int:
    """Read a size whose units are powers of 1024 (`512m`, `1.5g`, `64kib`) and return bytes.

    Raises UnitError with docker's message: `invalid size: 'x'` or `invalid suffix: 'x'`.
    """
    return _parse_size(text, 1024)


def human_size_in_bytes(text: str) -> int:
    """Read a size whose units are powers of 1000 (`44kB`, `17MB`) and return bytes."""
    return _parse_size(text, 1000)


_DIGITS = r"[0-9](?:_?[0-9])*"
_FLOAT = re.compile(rf"[+-]?({_DIGITS}\.?({_DIGITS})?|\.{_DIGITS})([eE][+-]?{_DIGITS})?")


def _parse_size(text: str, base: int) -> int:
    separator = max((text.rfind(char) for char in "0123456789. "), default=-1)
    if separator < 0:
        raise UnitError(f"invalid size: '{text}'")
    number = text[:separator] if text[separator] == " " else text[: separator + 1]
    if not _FLOAT.fullmatch(number):
        raise UnitError(f"strconv.ParseFloat: parsing {quote(number)}: invalid syntax")
    size = float(number)
    if size == float("inf"):
        raise UnitError(f"strconv.ParseFloat: parsing {quote(number)}: value out of range")
    if size < 0:
        raise UnitError(f"invalid size: '{text}'")
    return _to_int64(size * _multiplier(text[separator + 1 :], base))


def _multiplier(suffix: str, base: int) -> int:
    lower = suffix.lower()
    if lower in ("", "b"):
        return 1
    power = "kmgtp".find(lower[0]) + 1
    if len(suffix.encode()) > 3:
        raise UnitError(f"invalid suffix: '{suffix}'")
    if not power or lower[1:] not in ("", "b", "ib"):
        raise UnitError(f"invalid suffix: '{lower}'")
    return int(base**power)


def _to_int64(value: float) -> int:
    # What the processor makes of a float that does not fit, and so what docker sends.
    return int(value) if value < _MAX_INT64 else _MIN_INT64


# Instants.


class Instant(NamedTuple):
    """Hold a point in time and the zone it was written in."""

    seconds: int
    nanos: int = 0
    offset: int = 0
    zone: str = "UTC"

    def __str__(self) -> str:
        fraction = f".{self.nanos:09d}".rstrip("0") if self.nanos else ""
        return f"{self._date()} {self._clock()}{fraction} {self._offset()} {self.zone}"

    def rfc3339(self, digits: int | None = None) -> str:
        """Print `2006-01-02T15:04:05.999999999Z`, as many digits as needed or exactly so many."""
        fraction = f".{self.nanos:09d}"[: 1 + (digits or 0) if digits is not None else None]
        if digits is None:
            fraction = fraction.rstrip("0")
        offset = self._offset()
        zone = "Z" if self.offset == 0 else f"{offset[:3]}:{offset[3:]}"
        return f"{self._date()}T{self._clock()}{fraction.rstrip('.')}{zone}"

    def ansic(self) -> str:
        """Print `Mon Jan  2 15:04:05 2006`."""
        year, month, day, *_ = self._parts()
        weekday = _WEEKDAYS[((self.seconds + self.offset) // 86400 + 4) % 7]
        return f"{weekday} {_MONTHS[month - 1]} {day:2d} {self._clock()} {year:04d}"

    def _parts(self) -> tuple[int, int, int, int, int, int]:
        days, rest = divmod(self.seconds + self.offset, 86400)
        return (*_civil(days), rest // 3600, rest // 60 % 60, rest % 60)

    def _date(self) -> str:
        year, month, day, *_ = self._parts()
        return f"{year:04d}-{month:02d}-{day:02d}"

    def _clock(self) -> str:
        *_, hour, minute, second = self._parts()
        return f"{hour:02d}:{minute:02d}:{second:02d}"

    def _offset(self) -> str:
        return _offset_text(self.offset)


_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(seconds: int, nanos: int = 0) -> Instant:
    """Return an instant in the local zone."""
    there = time.localtime(seconds)
    name = there.tm_zone
    return Instant(seconds, nanos, there.tm_gmtoff, name)


_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:(Z)|([+-])(\d\d):(\d\d))", re.ASCII)


def parse_rfc3339(text: str) -> Instant:
    """Read `2006-01-02T15:04:05.999999999Z` (or `+07:00`), nanoseconds kept; raises UnitError otherwise."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise UnitError(_Reader(text, "2006-01-02T15:04:05.999999999Z07:00").complaint())
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    nanos = int((found[7] or "0")[:9].ljust(9, "0"))
    seconds = _epoch_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if found[8]:
        return Instant(seconds, nanos)
    offset = (int(found[10]) * 3600 + int(found[11]) * 60) * (-1 if found[9] == "-" else 1)
    return _in_zone(seconds - offset, nanos, offset)


def _in_zone(seconds: int, nanos: int, offset: int) -> Instant:
    # An offset that is the local one at that moment is printed with the local zone's name.
    here = local(seconds, nanos)
    return here if here.offset == offset else Instant(seconds, nanos, offset, _offset_text(offset))


def _offset_text(offset: int) -> str:
    sign, offset = ("-", -offset) if offset < 0 else ("+", offset)
    return f"{sign}{offset // 3600:02d}{offset // 60 % 60:02d}"


def _epoch_days(year: int, month: int, day: int) -> int:
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _civil(days: int) -> tuple[int, int, int]:
    era, of_era = divmod(days + 719468, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def _days_in(year: int, month: int) -> int:
    return _epoch_days(year + month // 12, month % 12 + 1, 1) - _epoch_days(year, month, 1)


# The value of --since and --until.


def timestamp(value: str, now: float | None = None) -> str:
    """Turn what `--since` and `--until` accept into what the engine accepts.

    A duration (`10m`) counts back from now (seconds since the epoch; default: the clock), a date or time
    without zone is local, a number is a Unix time and stays as it is. Raises UnitError with docker's message.
    """
    if value != "0":
        try:
            ago = parse_duration(value)
        except UnitError:
            pass
        else:
            return str((int((time.time() if now is None else now) * SECOND) - ago) // SECOND)
    layout = _timestamp_layout(value)
    try:
        instant = _Reader(value, layout).read()
    except UnitError:
        if "-" in value:
            raise
        whole, dot, fraction = value.partition(".")
        if not _INTEGER.fullmatch(whole) or (dot and not _INTEGER.fullmatch(fraction)):
            raise UnitError(f"failed to parse value as time or duration: {quote(value)}") from None
        return value
    return f"{instant.seconds}.{instant.nanos:09d}"


_INTEGER = re.compile(r"[+-]?[0-9]+")


def _timestamp_layout(value: str) -> str:
    is_local = not any(char in value for char in "zZ+") and value.count("-") != 3
    zone = "" if is_local else "Z07:00"
    if "." in value:
        return "2006-01-02T15:04:05.999999999" + zone
    if "T" not in value:
        return "2006-01-02" + zone
    colons = value.count(":")
    if zone and "z" not in value.lower() and colons:
        colons -= 1
    return ("2006-01-02T15", "2006-01-02T15:04", "2006-01-02T15:04:05")[min(colons, 2)] + zone


_LAYOUT_PART = re.compile(r"2006|01|02|15|04|05|\.999999999|Z07:00|[-T:]")
_RANGES = {"01": ("month", 1, 12), "15": ("hour", 0, 23), "04": ("minute", 0, 59), "05": ("second", 0, 59)}


class _Reader:
    """Reads a time by a Go layout and complains as Go does."""

    def __init__(self, text: str, layout: str) -> None:
        self.text = text
        self.layout = layout
        self.rest = text
        self.numbers: dict[str, int] = {"01": 1, "02": 1, "15": 0, "04": 0, "05": 0}
        self.nanos = 0
        self.offset: int | None = None

    def read(self) -> Instant:
        for part in _LAYOUT_PART.findall(self.layout):
            self._readers.get(part, _Reader._number)(self, part)
        if self.rest:
            raise UnitError(f"parsing time {quote(self.text)}: extra text: {quote(self.rest)}")
        year, month, day = (self.numbers[name] for name in ("2006", "01", "02"))
        if not 1 <= day <= _days_in(year, month):
            raise self._out_of_range("day")
        clock = self.numbers["15"] * 3600 + self.numbers["04"] * 60 + self.numbers["05"]
        seconds = _epoch_days(year, month, day) * 86400 + clock
        if self.offset is not None:
            return Instant(seconds - self.offset, self.nanos, self.offset)
        return Instant(seconds - _local_offset(), self.nanos)

    def complaint(self) -> str:
        try:
            self.read()
        except UnitError as error:
            return str(error)
        return f"parsing time {quote(self.text)}: invalid"

    def _number(self, part: str) -> None:
        digits = 4 if part == "2006" else 2
        text = self.rest[:digits]
        if part == "15" and not text[1:].isdecimal():
            digits = 1  # the hour alone may have one digit
            text = text[:1]
        if len(text) < digits or not (text.isascii() and text.isdecimal()):
            raise self._cannot(part)
        value = int(text)
        name, low, high = _RANGES.get(part, ("", 0, 9999))
        if not low <= value <= high:
            raise self._out_of_range(name)
        self.numbers[part] = value
        self.rest = self.rest[digits:]
        if part == "05" and (found := re.match(r"[.,]([0-9]+)", self.rest)) and ".9" not in self.layout:
            self._fraction(found[0])

    def _literal(self, part: str) -> None:
        if not self.rest.startswith(part):
            raise self._cannot(part)
        self.rest = self.rest[1:]

    def _fraction(self, part: str) -> None:
        found = re.match(r"[.,]([0-9]+)", self.rest)
        if found:
            self.nanos = int(found[1][:9].ljust(9, "0"))
            self.rest = self.rest[found.end() :]

    def _zone(self, part: str) -> None:
        found = re.match(r"Z|([+-])([0-9]{2}):([0-9]{2})", self.rest)
        if not found:
            raise self._cannot(part)
        if found[1]:
            self.offset = (int(found[2]) * 3600 + int(found[3]) * 60) * (-1 if found[1] == "-" else 1)
        else:
            self.offset = 0
        self.rest = self.rest[found.end() :]

    _readers: ClassVar[dict[str, Callable[[_Reader, str], None]]] = {
        "-": _literal,
        "T": _literal,
        ":": _literal,
        ".999999999": _fraction,
        "Z07:00": _zone,
    }

    def _cannot(self, part: str) -> UnitError:
        return UnitError(
            f"parsing time {quote(self.text)} as {quote(self.layout)}: cannot parse {quote(self.rest)} as {quote(part)}"
        )

    def _out_of_range(self, name: str) -> UnitError:
        return UnitError(f"parsing time {quote(self.text)}: {name} out of range")


def _local_offset() -> int:
    # docker takes today's offset for any date it is given.
    return time.localtime().tm_gmtoff


# Short forms for tables.


def truncate_id(identifier: str) -> str:
    """Return the twelve characters by which docker shows an id, without its `sha256:`."""
    return identifier.partition(":")[2][:12] if ":" in identifier else identifier[:12]


def ellipsis(text: str, width: int) -> str:
    """Cut a text to so many terminal cells, the last one an ellipsis if anything was cut."""
    if width <= 1:
        return text[: max(width, 0)]
    if text.isascii():
        return text if len(text) <= width else text[: width - 1] + "\u2026"
    from unicodedata import east_asian_width

    ends: list[int] = []
    for char in text:
        ends.append((ends[-1] if ends else 0) + (2 if east_asian_width(char) in ("W", "F") else 1))
    if ends[-1] <= width:
        return text
    kept = sum(1 for end in ends if end <= width - 1)
    return text[:kept] + "\u2026" if kept else text


_ESCAPES = dict(zip("\\\a\b\f\n\r\t\v", ("\\" + letter for letter in "\\abfnrtv"), strict=True))


def quote(text: str, mark: str = '"') -> str:
    """Quote a text as Go does: printable characters as they are, the others escaped."""
    return mark + "".join(_quoted(char, mark) for char in text) + mark


def _quoted(char: str, mark: str) -> str:
    if char == mark:
        return "\\" + char
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
