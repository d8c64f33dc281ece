"""Templates print what docker's --format prints; the cases in fixtures/templates were measured with docker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rawdocker_cli.format import Inspector
from rawdocker_cli.goshapes import VERSION_FUNCTIONS, decode, go_type, known, shape
from rawdocker_cli.template import ExecutionError, TemplateError, TemplateSyntaxError, parse
from rawdocker_cli.template.gojson import encode
from rawdocker_cli.template.lexer import tokens
from rawdocker_cli.template.parser import number, unquote
from rawdocker_cli.units import quote

MEASURED = Path(__file__).parents[2] / "fixtures" / "templates"
INSPECTED = {
    name: json.loads((MEASURED / f"{name}.json").read_text())
    for name in ("container", "image", "network", "syntax", "volume")
}
CASES = [
    pytest.param(name, template, out, err, id=f"{name}-{template}")
    for name, measured in INSPECTED.items()
    for template, out, err in measured["cases"]
]


def inspect(name: str, template: str) -> tuple[str, str]:
    """Return what inspect would print on stdout and on stderr."""
    measured = INSPECTED[name]
    complaint = ""
    try:
        inspector = Inspector(template)
        try:
            inspector.add(measured["go_type"], measured["answer"].encode(), measured["typed_only"])
        except TemplateError as error:
            complaint = f"{error}\n"
        return inspector.text(), complaint
    except TemplateSyntaxError:
        raise AssertionError("a syntax error lost docker's prefix") from None
    except TemplateError as error:
        return "", f"{error}\n"


@pytest.mark.parametrize(("name", "template", "out", "err"), CASES)
def test_a_template_prints_what_docker_prints(name: str, template: str, out: str, err: str) -> None:
    assert inspect(name, template) == (out, err)


def test_a_template_that_suits_neither_the_type_nor_the_json_leaves_the_other_objects_printed() -> None:
    inspector = Inspector("{{.Name}}")
    inspector.add("network.Inspect", b'{"Name": "one"}')
    with pytest.raises(TemplateError, match='map has no entry for key "Name"'):
        inspector.add("unknown.Type", b"{}")
    inspector.add("unknown.Type", b'{"Name": "two"}')
    assert inspector.text() == "one\ntwo\n"


def test_nothing_inspected_is_an_empty_list_or_line() -> None:
    assert [Inspector(source).text() for source in ("", "json", "{{.Name}}")] == ["[]\n", "[]\n", "\n"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{.a}} {{.b}} {{.c}}", "1 <no value> [x 2.5 true <nil>]"),
        ("{{.a.b}}", "can't evaluate field b in type interface {}"),
        ("{{.m.k}} {{.m}}", "v map[j:1 k:v]"),
        ("{{range $k, $v := .m}}{{$k}}{{$v}} {{end}}", "j1 kv "),
        ("{{.none.deeper}}", "nil pointer evaluating interface {}.deeper"),
        ("{{json .}}", '{"a":1,"c":["x",2.5,true,null],"m":{"j":1,"k":"v"},"none":null}'),
    ],
)
def test_python_data_is_seen_as_untyped_json(template: str, expected: str) -> None:
    data = {"m": {"k": "v", "j": 1}, "a": 1, "c": ["x", 2.5, True, None], "none": None}
    try:
        shown = parse(template).render(data)
    except ExecutionError as error:
        shown = str(error).rpartition(">: ")[2]
    assert shown == expected


def test_an_error_carries_the_name_of_the_template_and_what_was_printed_before() -> None:
    with pytest.raises(ExecutionError) as caught:
        parse("Client: {{.Version}} {{.Version.X}}", name="version").render({"Version": "1"})
    assert str(caught.value) == (
        'template: version:1:31: executing "version" at <.Version.X>: can\'t evaluate field X in type interface {}'
    )
    assert caught.value.partial == "Client: 1 "


def test_the_fields_a_template_mentions_are_known_before_it_is_run() -> None:
    template = parse(
        '{{if .A}}{{range $x := .B.C}}{{$x.D}}{{end}}{{else}}{{json (.E)}}{{end}}{{define "t"}}{{.F}}{{end}}'
    )
    assert template.fields() == {"A", "B", "C", "D", "E", "F"}


def test_recursion_between_templates_ends_with_an_error() -> None:
    with pytest.raises(ExecutionError, match="exceeded maximum template depth"):
        parse('{{define "t"}}{{template "t"}}{{end}}{{template "t"}}').render(None)


def test_nesting_beyond_measure_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateSyntaxError, match="nested too deeply"):
        parse("{{" + "(" * 5000 + "1" + ")" * 5000 + "}}")
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(TemplateError, match="nested too deeply"):
        parse("{{.}}").render(deep)


def test_the_template_of_version_can_ask_for_the_details_in_order() -> None:
    version = shape("types.Version", {"Components": [{"Name": "Engine", "Details": {"b": "1", "a": "2"}}]})
    template = parse("{{range .Components}}{{getDetailsOrder .}}{{end}}", "version", VERSION_FUNCTIONS)
    assert template.render(version) == "[a b]"


# Typed values.


def test_a_type_that_is_not_known_says_so() -> None:
    assert not known("nope.Type")
    with pytest.raises(KeyError):
        go_type("nope.Type")


def test_every_declared_type_has_a_zero_value_that_prints_and_marshals() -> None:
    from rawdocker_cli.goshapes import _declarations

    for name in _declarations():
        value = shape(name, None)
        assert parse("{{.}}{{json .}}").render(value)
        assert parse('{{printf "%+v %#v %d %s %q %x" . . . . . .}}').render(value)


@pytest.mark.parametrize(
    ("type_name", "data", "expected"),
    [
        ("container.State", {"status": "up", "PID": 3}, '"Status":"up"'),
        ("container.State", {"Pid": "three"}, '"Pid":0'),
        ("container.Config", {"Cmd": "sh"}, '"Cmd":["sh"]'),
        ("container.HostConfig", {"ConsoleSize": [1]}, '"ConsoleSize":[1,0]'),
        ("network.Inspect", {"Created": "no time"}, '"Created":"0001-01-01T00:00:00Z"'),
        ("volume.Volume", {"Status": {"n": 12345678}}, '"Status":{"n":12345678}'),
        ("swarm.TLSInfo", {"CertIssuerSubject": "AQI="}, '"CertIssuerSubject":"AQI="'),
        ("types.PluginInterfaceType", {"Prefix": "docker", "Capability": "x", "Version": "1"}, '"docker.x/1"'),
        (
            "*registry.ServiceConfig",
            {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": {"d": {"Name": "d", "Mirrors": []}}},
            '{"IndexConfigs":{"d":{"Mirrors":[],"Name":"d","Official":false,"Secure":false}},'
            '"InsecureRegistryCIDRs":["127.0.0.0/8"],"Mirrors":null}',
        ),
    ],
)
def test_json_becomes_the_struct_docker_would_have(type_name: str, data: Any, expected: str) -> None:
    assert expected in encode(shape(type_name, data))


# Properties.

SCRAPS = (
    st.sampled_from(["{{", "}}", " -}}", "{{- ", ".A", ".B.C", ".", "$", "$x", ":=", "=", "|", "(", ")", " ", ",", "é"])
    | st.sampled_from(["if ", "range ", "with ", "end", "else", "break", "template ", "define ", "block ", "/*", "*/"])
    | st.sampled_from(
        ["len ", "index ", "json ", "printf ", "eq ", "slice ", "and ", "not ", "pad ", "split ", "join "]
    )
    | st.sampled_from(["nil", "true", '"a"', "`b`", "'c'", "1", "1.5", "-3", "0x1f", "\n", '"%d"'])
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ABC"), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(SCRAPS, max_size=14).map("".join) | st.text(), JSON)
def test_whatever_the_template_only_its_own_errors_are_raised(text: str, data: Any) -> None:
    complaint = "template: "
    try:
        parse(text).render(data)
    except TemplateError as error:
        complaint = str(error)
    assert complaint.startswith("template: ")


@settings(deadline=None)
@given(st.lists(SCRAPS, max_size=10).map(lambda scraps: "{{" + "".join(scraps) + "}}"))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    found = list(tokens(text))
    assert found[-1].kind in ("EOF", "error")
    assert [token.pos for token in found] == sorted(token.pos for token in found)
    assert all(text[token.pos :].startswith(token.text) for token in found[:-1])


@given(st.text())
def test_text_without_actions_comes_out_as_it_went_in(text: str) -> None:
    text = text.replace("{{", "")
    assert parse(text).render(None) == text


@given(st.text())
def test_a_quoted_string_reads_back(text: str) -> None:
    assert unquote(quote(text)) == text
    assert parse("{{" + quote(text) + "}}").render(None) == text


@given(st.text(st.characters(codec="utf-8")))
def test_json_of_a_string_reads_back(text: str) -> None:
    assert json.loads(encode(text)) == json.loads(encode(text, escape_html=False)) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_prints_as_it_is_written(value: int) -> None:
    assert number(str(value)) == value
    assert parse("{{" + str(value) + "}}").render(None) == str(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_float_reads_back(value: float) -> None:
    assert float(parse("{{.}}").render(value)) == value
    assert float(encode(value)) == value


@settings(deadline=None)
@given(st.sampled_from(["container.InspectResponse", "system.dockerInfo", "image.InspectResponse"]), JSON)
def test_any_json_fits_a_type_somehow(type_name: str, data: Any) -> None:
    value = decode(go_type(type_name), data)
    assert json.loads(encode(value)) is not None
    assert parse("{{.}}").render(value)
