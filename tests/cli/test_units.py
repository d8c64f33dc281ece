"""Times, durations and sizes read and print as docker does; the tables were measured with docker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rawdocker_cli import units
from rawdocker_cli.units import Instant, UnitError


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


# Durations.


@pytest.mark.parametrize(
    ("text", "nanoseconds", "printed"),
    [
        ("1h2m3.5s", 3723500000000, "1h2m3.5s"),
        ("90m", 5400000000000, "1h30m0s"),
        ("1.5s", 1500000000, "1.5s"),
        ("10ms", 10000000, "10ms"),
        ("1500us", 1500000, "1.5ms"),
        ("1µs", 1000, "1µs"),
        ("1ns", 1, "1ns"),
        ("100h", 360000000000000, "100h0m0s"),
        ("1h0.5s", 3600500000000, "1h0m0.5s"),
        ("0", 0, "0s"),
        ("-1.5h", -5400000000000, "-1h30m0s"),
        (".5m", 30000000000, "30s"),
        ("1.s", 1000000000, "1s"),
        ("+2s", 2000000000, "2s"),
        ("1h1h", 7200000000000, "2h0m0s"),
    ],
)
def test_a_duration_is_read_and_printed(text: str, nanoseconds: int, printed: str) -> None:
    assert units.parse_duration(text) == nanoseconds
    assert units.format_duration(nanoseconds) == printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", 'time: invalid duration "x"'),
        ("", 'time: invalid duration ""'),
        ("-", 'time: invalid duration "-"'),
        (".s", 'time: invalid duration ".s"'),
        ("3", 'time: missing unit in duration "3"'),
        ("1m1", 'time: missing unit in duration "1m1"'),
        ("5q", 'time: unknown unit "q" in duration "5q"'),
        ("1h-2m", 'time: unknown unit "h-" in duration "1h-2m"'),
        ("9999999h", 'time: invalid duration "9999999h"'),
    ],
)
def test_what_is_no_duration_is_refused_in_gos_words(text: str, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_duration(text)
    assert str(caught.value) == message


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_printed_duration_reads_back(nanoseconds: int) -> None:
    assert units.parse_duration(units.format_duration(nanoseconds)) == nanoseconds


@given(st.text("0123456789.hmsunµ+- x"))
def test_any_text_is_a_duration_or_a_unit_error(text: str) -> None:
    complaint = "time: "
    try:
        units.parse_duration(text)
    except UnitError as error:
        complaint = str(error)
    assert complaint.startswith("time: ")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (2, "2 seconds"),
        (59.9, "59 seconds"),
        (61, "About a minute"),
        (119, "About a minute"),
        (121, "2 minutes"),
        (3541, "59 minutes"),
        (3601, "About an hour"),
        (5340, "About an hour"),
        (5460, "2 hours"),
        (86400, "24 hours"),
        (171000, "2 days"),
        (1209000, "2 weeks"),
        (5183000, "2 months"),
        (31536000, "12 months"),
        (63071000, "1 years"),
        (63073000, "2 years"),
        (999999999, "31 years"),
    ],
)
def test_an_age_is_told_roughly(age: float, words: str) -> None:
    assert units.human_duration(age) == words
    assert units.human_age(1000, now=1000 + age) == words + " ago"


# Sizes.


@pytest.mark.parametrize(
    ("size", "three", "four"),
    [
        (0, "0B", "0B"),
        (999, "999B", "999B"),
        (1000, "1kB", "1kB"),
        (1024, "1.02kB", "1.024kB"),
        (9999, "10kB", "9.999kB"),
        (12345, "12.3kB", "12.35kB"),
        (123456, "123kB", "123.5kB"),
        (999500, "1e+03kB", "999.5kB"),
        (117000000, "117MB", "117MB"),
        (999999999, "1e+03MB", "1000MB"),
        (123456789012, "123GB", "123.5GB"),
        (1000000000000000, "1PB", "1PB"),
    ],
)
def test_a_size_is_printed_in_powers_of_a_thousand(size: int, three: str, four: str) -> None:
    assert (units.human_size(size, 3), units.human_size(size)) == (three, four)


def test_a_size_is_printed_in_powers_of_1024() -> None:
    printed = [units.bytes_size(size) for size in (0, 1023, 1024, 1536, 67108864, 8218000000)]
    assert printed == ["0B", "1023B", "1KiB", "1.5KiB", "64MiB", "7.654GiB"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16m", 16777216),
        ("0.5g", 536870912),
        ("1gb", 1073741824),
        ("8MB", 8388608),
        ("1048576k", 1073741824),
        ("6291456", 6291456),
        ("6291456b", 6291456),
        ("16 m", 16777216),
        ("16MiB", 16777216),
        ("10000000.9", 10000000),
        ("1_6m", 16777216),
        (".1g", 107374182),
        ("1t", 1099511627776),
        ("5 ", 5),
        ("99999p", -(1 << 63)),
    ],
)
def test_a_size_of_memory_is_read(text: str, size: int) -> None:
    assert units.ram_in_bytes(text) == size


def test_a_decimal_size_is_read() -> None:
    assert [units.human_size_in_bytes(text) for text in ("1k", "2.5MB", "1g")] == [1000, 2500000, 1000000000]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "invalid size: 'x'"),
        ("", "invalid size: ''"),
        ("-5", "invalid size: '-5'"),
        ("inf", "invalid size: 'inf'"),
        ("5x", "invalid suffix: 'x'"),
        ("5kbb", "invalid suffix: 'kbb'"),
        ("5KiBx", "invalid suffix: 'KiBx'"),
        ("5bb", "invalid suffix: 'bb'"),
        ("1.2.3", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
        ("abc5", 'strconv.ParseFloat: parsing "abc5": invalid syntax'),
        ("1e999", 'strconv.ParseFloat: parsing "1e999": value out of range'),
    ],
)
def test_what_is_no_size_is_refused_in_dockers_words(text: str, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.ram_in_bytes(text)
    assert str(caught.value) == message


@given(st.text("0123456789.kmgtpibB -e_x"))
def test_any_text_is_a_size_or_a_unit_error(text: str) -> None:
    size = 0
    with suppress(UnitError):
        size = units.ram_in_bytes(text)
    assert -(1 << 63) <= size < 1 << 63


# Instants.


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05 +0000 UTC"),
        ("2024-01-02T03:04:05.000000006Z", "2024-01-02 03:04:05.000000006 +0000 UTC"),
        ("2024-05-06T07:08:09.5+02:00", "2024-05-06 07:08:09.5 +0200 +0200"),
        ("2024-05-06T07:08:09-09:30", "2024-05-06 07:08:09 -0930 -0930"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC"),
    ],
)
def test_a_time_prints_as_go_prints_it(text: str, printed: str) -> None:
    instant = units.parse_rfc3339(text)
    assert str(instant) == printed
    assert instant.rfc3339() == text


def test_a_time_prints_with_so_many_digits_and_as_ansi_c_does() -> None:
    instant = units.parse_rfc3339("2025-05-03T12:07:14.123456789Z")
    assert instant.rfc3339(9) == "2025-05-03T12:07:14.123456789Z"
    assert instant.rfc3339(0) == "2025-05-03T12:07:14Z"
    assert instant.ansic() == "Sat May  3 12:07:14 2025"


def test_a_local_time_has_the_zones_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    assert str(units.local(1700000000)) == "2023-11-14 23:13:20 +0100 CET"
    assert str(units.parse_rfc3339("2024-05-06T07:08:09+02:00")) == "2024-05-06 07:08:09 +0200 CEST"


@pytest.mark.parametrize(
    "text", ["", "x", "2024-01-02", "2024-01-02T03:04:05", "2024-01-02 03:04:05Z", "24-1-2T3:4:5Z"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match=r"^parsing time "):
        units.parse_rfc3339(text)


@given(st.datetimes(), st.integers(0, 999_999_999))
def test_calendar_sums_agree_with_the_standard_library(moment: datetime, nanos: int) -> None:
    seconds = (moment.replace(microsecond=0) - datetime(1970, 1, 1)) // (datetime.resolution * 1_000_000)
    instant = Instant(seconds, nanos)
    assert units.parse_rfc3339(instant.rfc3339()) == instant
    assert instant.rfc3339(0) == f"{moment:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")
    assert instant.ansic().split() == [*moment.ctime().split()[:4], f"{moment.year:04d}"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10m", "1699999400"),
        ("1.5s", "1699999998"),
        ("0", "0"),
        ("1700000000", "1700000000"),
        ("1700000000.5", "1700000000.5"),
        ("2024-01-01", "1704067200.000000000"),
        ("2024-01-01Z", "1704067200.000000000"),
        ("2024-01-01+02:00", "1704060000.000000000"),
        ("2024-01-01T10", "1704103200.000000000"),
        ("2024-01-01T10:30", "1704105000.000000000"),
        ("2024-01-01T10:30:15", "1704105015.000000000"),
        ("2024-01-01T1", "1704070800.000000000"),
        ("2024-01-01T10:30:15Z", "1704105015.000000000"),
        ("2024-01-01T10:30-01:00", "1704108600.000000000"),
        ("2024-01-01T10:30:15.25", "1704105015.250000000"),
        ("2024-01-01T10:30:15.123456789+00:00", "1704105015.123456789"),
    ],
)
def test_since_and_until_become_what_the_engine_takes(value: str, expected: str) -> None:
    assert units.timestamp(value, now=1700000000) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x", 'failed to parse value as time or duration: "x"'),
        ("", 'failed to parse value as time or duration: ""'),
        ("1.x", 'failed to parse value as time or duration: "1.x"'),
        ("2024-13-01", 'parsing time "2024-13-01": month out of range'),
        ("2024-02-30", 'parsing time "2024-02-30": day out of range'),
        ("2024-01-01T25:00", 'parsing time "2024-01-01T25:00": hour out of range'),
        ("2024-01-01x", 'parsing time "2024-01-01x": extra text: "x"'),
        ("a-b", 'parsing time "a-b" as "2006-01-02": cannot parse "a-b" as "2006"'),
        ("2024-1-1", 'parsing time "2024-1-1" as "2006-01-02": cannot parse "1-1" as "01"'),
        ("2024-01-01T10:00:00.5Zq", 'parsing time "2024-01-01T10:00:00.5Zq": extra text: "q"'),
    ],
)
def test_what_is_neither_time_nor_duration_is_refused_in_dockers_words(value: str, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.timestamp(value)
    assert str(caught.value) == message


@given(st.text("0123456789-T:.Z+hms x"))
def test_any_value_of_since_is_a_time_or_a_unit_error(value: str) -> None:
    seconds = "1"
    with suppress(UnitError):
        seconds = units.timestamp(value, now=1700000000)
    assert seconds.lstrip("+-").replace(".", "", 1).replace("-", "").replace("+", "").isdecimal()


# Short forms.


def test_an_id_is_cut_to_twelve_characters_without_its_algorithm() -> None:
    assert units.truncate_id("sha256:0123456789abcdef") == "0123456789ab"
    assert units.truncate_id("0123456789abcdef") == "0123456789ab"
    assert units.truncate_id("short") == "short"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 20, "short"),
        ("exactly", 7, "exactly"),
        ("too long", 7, "too lo…"),
        ("x", 0, ""),
        ("abc", 1, "a"),
        ("", 5, ""),
        ("日本語テキスト", 14, "日本語テキスト"),
        ("日本語テキスト", 13, "日本語テキス…"),
        ("日本語テキスト", 6, "日本…"),
        ("é日x", 3, "é…"),
    ],
)
def test_a_long_text_ends_in_an_ellipsis(text: str, width: int, expected: str) -> None:
    assert units.ellipsis(text, width) == expected


@given(st.text("aé日 ", max_size=30), st.integers(2, 20))
def test_an_ellipsis_never_makes_a_text_wider_than_asked(text: str, width: int) -> None:
    from rawdocker_cli.tabwriter import text_width

    cut = units.ellipsis(text, width)
    assume(text_width(text[:1]) < width)
    assert text_width(cut) <= width
    assert cut == text or cut.endswith("…")


def test_quoting_shows_what_cannot_be_seen() -> None:
    assert units.quote('a"\\\n\x00\x7fé\u200b\U000e0001\udcff') == '"a\\"\\\\\\n\\x00\\x7fé\\u200b\\U000e0001\\xff"'


def test_now_is_the_clock_unless_told() -> None:
    assert abs(int(units.timestamp("0s")) - datetime.now(UTC).timestamp()) < 5
    assert units.human_age(time.time()) == "Less than a second ago"
