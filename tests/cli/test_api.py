"""api: any call by hand, and what is printed of its answer."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from rawdocker.har import read
from rawdocker_cli import fields
from rawdocker_cli.main import run

BASE = "http://localhost/v1.41"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-2.5", -2.5), ("true", True), ("false", False), ("null", None), ('{"a": 1}', {"a": 1}),
        ("[1, 2]", [1, 2]), ('"1"', "1"), ("text", "text"), ("", ""), ("1.2.3.4", "1.2.3.4"), ("{{.x}}", "{{.x}}"),
        ("True", "True"), ("NaN", "NaN"), ("007", "007"), ("512m", "512m"), ("[" * 100_000, "[" * 100_000),
    ],
)  # fmt: skip
def test_a_field_is_what_json_reads_else_text(text: str, value: Any) -> None:
    assert fields.typed(text) == value


@pytest.mark.parametrize(
    ("pairs", "made"),
    [
        ([("a", 1)], {"a": 1}),
        ([("a.b", 1), ("a.c", 2)], {"a": {"b": 1, "c": 2}}),
        ([("a[b]", 1)], {"a": {"b": 1}}),
        ([("Labels[com.example.x]", "y")], {"Labels": {"com.example.x": "y"}}),
        ([("Cmd[]", "sh"), ("Cmd[]", "-c")], {"Cmd": ["sh", "-c"]}),
        ([("Cmd[]", [])], {"Cmd": []}),
        ([("a[][x]", 1), ("a[][y]", 2), ("a[][x]", 3)], {"a": [{"x": 1, "y": 2}, {"x": 3}]}),
        ([("HostConfig.Ulimits[].Name", "nofile"), ("HostConfig.Ulimits[].Soft", 1)],
         {"HostConfig": {"Ulimits": [{"Name": "nofile", "Soft": 1}]}}),
        ([("a[][b][c]", 1), ("a[][b][d]", 2)], {"a": [{"b": {"c": 1, "d": 2}}]}),
        ([("a", 1), ("a", 2)], {"a": 2}),
    ],
)  # fmt: skip
def test_keys_lead_into_objects_and_lists(pairs: list[tuple[str, Any]], made: Any) -> None:
    assert fields.built(pairs) == made


@pytest.mark.parametrize(
    "keys",
    [
        ["a", "a.b"],
        [
            "a[",
        ],
        ["[a]x"],
        ["[]"],
        [".a."],
        ["a..b"],
        ["a[]", "a.b"],
        ["a.b", "a[]"],
    ],
)
def test_a_key_that_leads_nowhere_is_refused(keys: list[str]) -> None:
    with pytest.raises(fields.FieldError):
        fields.built([(key, 1) for key in keys])


@given(st.lists(st.tuples(st.text("ab.[]", min_size=1, max_size=8), st.integers())))
def test_keys_are_read_or_refused_and_nothing_else(pairs: list[tuple[str, Any]]) -> None:
    with suppress(fields.FieldError):
        assert isinstance(fields.built(pairs), dict)


@pytest.mark.parametrize(
    ("line", "request_line"),
    [
        (["/info"], "GET /info"),
        (["info"], "GET /info"),
        (["get", "/info"], "GET /info"),
        (["/containers/create", "-f", "Image=x", "-f", "Tty=true"], 'POST /containers/create {"Image":"x","Tty":true}'),
        (["POST", "/containers/create", "-F", "Image=1"], 'POST /containers/create {"Image":"1"}'),
        (["POST", "/containers/create?name=a", "-q", "platform=l/a"], "POST /containers/create?name=a&platform=l%2Fa"),
        (["/containers/json", "-q", "all=1"], "GET /containers/json?all=1"),
        (["GET", "/containers/json", "-f", "all=true", "-f", "filters[name][]=web"],
         "GET /containers/json?all=1&filters=%7B%22name%22%3A%5B%22web%22%5D%7D"),
        (["/images/get?names=a", "-q", "names=b"], "GET /images/get?names=a&names=b"),
        (["DELETE", "/containers/web", "-f", "v=1"], "DELETE /containers/web?v=1"),
        (["POST", "/containers/web/start"], "POST /containers/web/start"),
        (["/no/such/thing"], "GET /no/such/thing"),
        (["/images/a%2Fb/json"], "GET /images/a/b/json"),
    ],
)  # fmt: skip
def test_words_and_flags_become_a_request(engine: Any, rawdocker: Any, line: list[str], request_line: str) -> None:
    engine.router.route().mock(return_value=httpx.Response(200, content=b"{}"))
    assert rawdocker("api", *line) == (0, "{}", "")
    assert engine.requests == [request_line]


def test_a_path_that_names_a_version_keeps_it(engine: Any, rawdocker: Any) -> None:
    engine.router.get("http://localhost/v1.30/info").mock(return_value=httpx.Response(200, content=b"old"))
    assert rawdocker("api", "/v1.30/info").out == "old"


def test_headers_are_sent(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", body={})
    rawdocker("api", "/info", "-H", "X-Registry-Auth: abc", "-H", "X-Two:2")
    headers = engine.router.calls[0].request.headers
    assert (headers["x-registry-auth"], headers["x-two"]) == ("abc", "2")


def test_the_very_bytes_of_an_answer_are_printed(engine: Any, rawdocker: Any) -> None:
    content = '{"b":1,  "a":"ü\\u00fc"}\n'
    engine.router.get(f"{BASE}/info").mock(return_value=httpx.Response(200, content=content.encode()))
    assert rawdocker("api", "/info").out == content


def test_a_person_gets_json_laid_out(engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.answers("GET /info", body={"a": [1]})
    monkeypatch.setattr("rawdocker_cli.verbs.api.is_terminal", lambda descriptor: True)
    assert rawdocker("api", "/info").out == '{\n  "a": [\n    1\n  ]\n}\n'


def test_input_is_the_body_as_it_is(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.router.route().mock(return_value=httpx.Response(201, content=b"{}"))
    (tmp_path / "body").write_text('{"Image":  "x"}')
    assert rawdocker("api", "/containers/create", "--input", str(tmp_path / "body")).code == 0
    assert rawdocker("api", "/containers/create", "--input", "-", stdin="{ }").code == 0
    sent = [call.request for call in engine.router.calls]
    assert [request.content for request in sent] == [b'{"Image":  "x"}', b"{ }"]
    assert {request.headers["content-type"] for request in sent} == {"application/json"}


def test_an_archive_is_sent_as_one(engine: Any, rawdocker: Any) -> None:
    engine.router.route().mock(return_value=httpx.Response(200, content=b""))
    assert rawdocker("api", "PUT", "/containers/web/archive?path=/", "--input", "-", stdin="tar").code == 0
    assert engine.router.calls[0].request.headers["content-type"] == "application/x-tar"


def test_a_raw_field_takes_a_file(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.router.route().mock(return_value=httpx.Response(201, content=b"{}"))
    (tmp_path / "data").write_text("true")
    rawdocker("api", "/secrets/create", "-F", f"Data=@{tmp_path}/data", "-F", "Name=@-", stdin="one")
    assert json.loads(engine.router.calls[0].request.content) == {"Data": "true", "Name": "one"}


def test_include_prints_the_head_first(engine: Any, rawdocker: Any) -> None:
    response = httpx.Response(200, headers={"Api-Version": "1.41"}, content=b"{}")
    engine.router.get(f"{BASE}/info").mock(return_value=response)
    assert rawdocker("api", "-i", "/info").out.replace("\r", "") == (
        "HTTP/1.1 200 OK\nApi-Version: 1.41\nContent-Length: 2\n\n{}"
    )


def test_head_has_nothing_but_the_head(engine: Any, rawdocker: Any) -> None:
    engine.router.head(f"{BASE}/_x").mock(return_value=httpx.Response(200, headers={"A": "1"}))
    assert rawdocker("api", "HEAD", "/_x").out.replace("\r", "") == "HTTP/1.1 200 OK\nA: 1\n\n"


@pytest.mark.parametrize("flags", [[], ["--stream"], ["--raw"], ["--format", "{{.x}}"]])
def test_a_refusal_is_printed_and_told(engine: Any, rawdocker: Any, flags: list[str]) -> None:
    engine.answers("GET /containers/web/json", status=404, body={"message": "No such container: web"})
    ran = rawdocker("api", "/containers/web/json", *flags)
    assert ran.code == 1
    assert ran.out == '{"message": "No such container: web"}'
    assert ran.err == "rawdocker: No such container: web (HTTP 404)\n"


def test_what_is_neither_done_nor_refused_is_no_success(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/web/start", status=304)
    assert rawdocker("api", "POST", "/containers/web/start") == (1, "", "rawdocker: HTTP 304 Not Modified\n")


FRAMES = b"\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n"


def test_frames_go_to_their_streams(engine: Any, capfdbinary: Any) -> None:
    engine.router.get(url__startswith=f"{BASE}/containers/web/logs").mock(
        return_value=httpx.Response(200, content=FRAMES)
    )
    assert run(["api", "/containers/web/logs?stdout=1&stderr=1"]) == 0
    assert tuple(capfdbinary.readouterr()) == (b"out\n", b"err\n")


def test_raw_leaves_frames_as_they_are(engine: Any, rawdocker: Any) -> None:
    engine.router.get(url__startswith=f"{BASE}/containers/web/logs").mock(
        return_value=httpx.Response(200, content=FRAMES)
    )
    assert rawdocker("api", "/containers/web/logs", "--raw").out.encode() == FRAMES


def test_a_terminal_s_stream_has_no_frames(engine: Any, capfdbinary: Any) -> None:
    engine.router.get(url__startswith=f"{BASE}/containers/web/logs").mock(
        return_value=httpx.Response(200, content=b"plain")
    )
    assert run(["api", "/containers/web/logs", "-t"]) == 0
    assert capfdbinary.readouterr().out == b"plain"


DOCUMENTS = b'{"status": "a"}\r\n{"status":\n "b"}'


@pytest.mark.parametrize(
    ("flags", "out"),
    [
        ([], DOCUMENTS.decode()),
        (["--raw"], DOCUMENTS.decode()),
        (["--stream"], '{"status":"a"}\n{"status":"b"}\n'),
        (["--format", "<{{.status}}>"], "<a>\n<b>\n"),
    ],
)
def test_a_stream_of_documents(engine: Any, rawdocker: Any, flags: list[str], out: str) -> None:
    engine.router.get(f"{BASE}/events").mock(return_value=httpx.Response(200, content=DOCUMENTS))
    assert rawdocker("api", "/events", *flags) == (0, out, "")


def test_an_error_inside_a_stream_ends_it(engine: Any, rawdocker: Any) -> None:
    content = b'{"status":"a"}{"errorDetail":{"message":"no space"},"error":"no space"}'
    engine.router.post(f"{BASE}/images/create").mock(return_value=httpx.Response(200, content=content))
    ran = rawdocker("api", "POST", "/images/create", "--stream")
    assert (ran.code, ran.out) == (1, '{"status":"a"}\n')
    assert "no space" in ran.err


def test_a_template_is_filled_with_the_answer(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", body={"ID": "x", "N": 3})
    assert rawdocker("api", "/info", "--format", "{{.ID}} {{json .N}}").out == "x 3\n"


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        (["PATCH", "/info"], 125, "rawdocker: 'PATCH' is no method of the API: GET, HEAD, POST, PUT, DELETE"),
        (["/info", "-f", "novalue"], 125, 'invalid argument "novalue" for "-f, --field" flag: a field is key=value'),
        (["/info", "-q", "x"], 125, 'invalid argument "x" for "-q, --query" flag: a parameter is name=value'),
        (["/info", "-H", "x"], 125, 'invalid argument "x" for "-H, --header" flag: a header is name: value'),
        (["/info", "-H", "X: é"], 125, 'invalid argument "X: é" for "-H, --header" flag: a header is a line of ASCII'),
        (["/info", "-H", "X: a\nB: c"], 125, 'invalid argument "X: a\\nB: c" for "-H, --header" flag: a header'),
        (["/info", "-f", "a=1", "-f", "a.b=2"], 125, "rawdocker: a.b: there is a value already"),
        (["/x", "--input", "-", "-f", "a=1"], 125, "rawdocker: --input is the whole body"),
        (["/info", "--paginate"], 125, "--paginate is not supported: the Engine API has no pages"),
        (["/info", "--format", "{{"], 64, "template parsing error: "),
        (["/x", "--input", "/no/such/file"], 1, "open /no/such/file: no such file or directory"),
        (["/x", "-F", "a=@/no/such/file"], 1, "open /no/such/file: no such file or directory"),
        (["/a/../b"], 125, "rawdocker: a path has no . and .. in it: /a/../b"),
        (["/containers/%2e%2e/json"], 125, "rawdocker: a path has no . and .. in it: /containers/%2e%2e/json"),
        (["GET", "/info", "x"], 1, "rawdocker: 'rawdocker api' requires at least 1 and at most 2 arguments"),
        ([], 1, "rawdocker: 'rawdocker api' requires at least 1 and at most 2 arguments"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(
    engine: Any, rawdocker: Any, line: list[str], code: int, error: str
) -> None:
    ran = rawdocker("api", *line)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(error)
    assert engine.requests == []


def test_what_is_no_json_has_no_fields(engine: Any, rawdocker: Any) -> None:
    engine.router.get(f"{BASE}/_x").mock(return_value=httpx.Response(200, content=b"OK"))
    ran = rawdocker("api", "/_x", "--format", "{{.x}}")
    assert (ran.code, ran.err) == (1, "rawdocker: --format needs JSON, and the answer is none: b'OK'\n")


def test_a_dry_run_shows_the_call_and_sends_none(rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    with respx.mock:
        ran = rawdocker("api", "--dry-run", "/v1.30/containers/create", "-f", "Env[]=DB_PASSWORD=hunter2xyz")
    assert ran.code == 0
    assert "POST /v1.30/containers/create\n" in ran.out
    assert '"DB_PASSWORD=<redacted: value of DB_PASSWORD>"' in ran.out


def test_a_call_by_hand_is_recorded_and_traced_as_any_other(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.answers("POST /volumes/create", status=201, body={"Name": "data"})
    path = tmp_path / "api.har"
    ran = rawdocker("api", "POST", "/volumes/create", "-f", "Name=data", "--record", str(path), "-T")
    assert ran.out == '{"Name": "data"}'
    assert re.fullmatch(r"POST /v1\.41/volumes/create -> 201 Created [\d.]+ ms\n", ran.err)
    (entry,) = read(path).entries
    assert (entry.call.operation, entry.call.body) == ("VolumeCreate", {"Name": "data"})
    assert (entry.status, entry.content) == (201, b'{"Name": "data"}')


def test_a_trace_shows_the_call(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", body={"ID": "x"})
    ran = rawdocker("api", "-TT", "/info")
    assert ran.out == '{"ID": "x"}'
    assert " < 200 OK" in ran.err
    assert '"ID": "x"' in ran.err
