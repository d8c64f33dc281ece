"""Lists, tables and laid out JSON print as docker prints them; tables.json was measured with docker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker_cli import tabwriter
from rawdocker_cli.format import Table, compact_json, go_json, indent_json, print_rows, render_rows, row_value
from rawdocker_cli.template import TemplateError, parse
from rawdocker_cli.units import parse_rfc3339, truncate_id

MEASURED = json.loads((Path(__file__).parents[2] / "fixtures" / "templates" / "tables.json").read_text())
ROWS = json.loads(MEASURED["answer"])
Network = dict[str, Any]


def lower(field: str) -> Any:
    return lambda row: str(row[field]).lower()


def labels(row: Network) -> str:
    return ",".join(sorted(f"{name}={value}" for name, value in (row["Labels"] or {}).items()))


NETWORKS: Table[Network] = Table(
    "*network.networkContext",
    {
        "ID": ("NETWORK ID", lambda row: truncate_id(row["Id"])),
        "Name": ("NAME", lambda row: row["Name"]),
        "Driver": ("DRIVER", lambda row: row["Driver"]),
        "Scope": ("SCOPE", lambda row: row["Scope"]),
        "IPv4": ("IPV4", lambda row: "false"),
        "IPv6": ("IPV6", lower("EnableIPv6")),
        "Internal": ("INTERNAL", lower("Internal")),
        "Labels": ("LABELS", labels),
        "Label": (None, lambda row, name: (row["Labels"] or {}).get(name, ""), 1),
        "CreatedAt": ("CREATED AT", lambda row: str(parse_rfc3339(row["Created"]))),
    },
    default=r"table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
    raw=r"network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
    raw_quiet="network_id: {{.ID}}",
)
WHOLE_IDS = NETWORKS._replace(columns={**NETWORKS.columns, "ID": ("NETWORK ID", lambda row: row["Id"])})


@pytest.mark.parametrize("case", MEASURED["cases"], ids=lambda case: " ".join([*case["flags"], case["format"]]))
def test_a_list_prints_what_docker_prints(case: dict[str, Any]) -> None:
    table = WHOLE_IDS if "--no-trunc" in case["flags"] else NETWORKS
    printed: list[str] = []
    complaint = ""
    try:
        print_rows(printed.append, table, ROWS, case["format"], quiet="-q" in case["flags"])
    except TemplateError as error:
        complaint = f"{error}\n"
    assert ("".join(printed), complaint) == (case["stdout"], case["stderr"])


def test_a_table_without_rows_still_has_its_titles() -> None:
    assert render_rows(NETWORKS, []) == "NETWORK ID   NAME      DRIVER    SCOPE\n"
    assert render_rows(NETWORKS, [], "{{.Nope}}") == ""


def test_quiet_wins_over_a_template_where_the_verb_says_so() -> None:
    assert render_rows(NETWORKS, ROWS[:1], "{{.Scope}}!", quiet=True) == "!\n"
    assert render_rows(NETWORKS._replace(quiet_always=True), ROWS[:1], "{{.Scope}}!", quiet=True) == "short\n"


def test_a_template_can_be_tried_on_a_row_before_anything_is_asked() -> None:
    with pytest.raises(TemplateError, match=r"can't evaluate field Nope in type \*network.networkContext"):
        parse("{{.Nope}}").render(row_value(NETWORKS, ROWS[0]))


# JSON.


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a href='x'>&", r'"\u003ca href=' "'x'" r'\u003e\u0026"'),
        ('\u2028\u2029\x00\x1f\x7f\t\n\r\b\f"\\/é😀', '"\\u2028\\u2029\\u0000\\u001f\x7f\\t\\n\\r\\b\\f\\"\\\\/é😀"'),
        ("\udcff", r'"\ufffd"'),
        ([None, True, False, 0, -1, 1 << 62], "[null,true,false,0,-1,4611686018427387904]"),
        (
            [1.0, 1e20, 1e21, 1e-6, 1e-7, 1.5, -0.0, 123456789.125],
            "[1,100000000000000000000,1e+21,0.000001,1e-7,1.5,-0,123456789.125]",
        ),
        ({"b": 1, "a": {}}, '{"b":1,"a":{}}'),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_json_is_written_as_go_writes_it(value: Any, expected: str) -> None:
    assert go_json(value) == expected


def test_indented_json_keeps_every_literal() -> None:
    raw = b'{"a":1.50,"b":[],"c":{},"d":[1,{"e":"\\u003c \\" { , :"}],"f":12345678901234567890,"g":"\xc3\xa9"}\n'
    expected = """{
    "a": 1.50,
    "b": [],
    "c": {},
    "d": [
        1,
        {
            "e": "\\u003c \\" { , :"
        }
    ],
    "f": 12345678901234567890,
    "g": "é"
}"""
    assert indent_json(raw) == expected
    assert compact_json(expected) == raw.decode().strip()
    assert go_json({"a": [1]}, indent=2) == '{\n  "a": [\n    1\n  ]\n}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


@given(JSON)
def test_laying_out_json_changes_its_white_space_only(value: Any) -> None:
    raw = json.dumps(value)
    assert indent_json(raw) == json.dumps(value, indent=4)
    assert compact_json(indent_json(raw)) == json.dumps(value, separators=(",", ":"))


# Columns.


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a\tb", "cccccccccc\td"], "a            b\ncccccccccc   d\n"),
        (["a\tb\tc", "x"], "a         b         c\nx\n"),
        (["a\tb", "only", "ccccccccccccc\td"], "a         b\nonly\nccccccccccccc   d\n"),
        (["\t\tx"], "                    x\n"),
        (["a\t"], "a         \n"),
        (["日本\tx", "ab\ty"], "日本      x\nab        y\n"),
        (["e\u0301\tx"], "e\u0301         x\n"),
        (["\U0001f468\u200d\U0001f469\tx"], "\U0001f468\u200d\U0001f469        x\n"),
        ([""], "\n"),
    ],
)
def test_columns_are_aligned(lines: list[str], expected: str) -> None:
    assert tabwriter.render(lines) == expected


@given(st.lists(st.lists(st.text("ab é日", max_size=12), min_size=1, max_size=4), max_size=5))
def test_aligning_keeps_the_cells_and_pads_none_at_the_end(rows: list[list[str]]) -> None:
    out = tabwriter.render(["\t".join(cells) for cells in rows]).splitlines()
    assert len(out) == len(rows)
    for line, cells in zip(out, rows, strict=True):
        assert line.endswith(cells[-1])
        assert line.replace(" ", "") == "".join(cells).replace(" ", "")


@given(st.lists(st.tuples(st.text("abc", max_size=20), st.just("|")), min_size=2))
def test_the_second_column_starts_at_one_place(rows: list[tuple[str, str]]) -> None:
    places = {line.index("|") for line in tabwriter.render(["\t".join(cells) for cells in rows]).splitlines()}
    assert places == {max(10, *(len(first) + 3 for first, _ in rows))}
