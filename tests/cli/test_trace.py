"""--trace at its three levels: what is shown, what is hidden, where it goes."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from rawdocker import Client, calls
from rawdocker.errors import NotFoundError, ServerError
from rawdocker.host import TLSFiles
from rawdocker.observe import Exchange
from rawdocker.secrets import Redactor
from rawdocker_cli.trace import Trace, wants_colour

ID = "0123456789abcdef" * 4
BASE = "http://localhost/v1.41"
CREATED = httpx.Response(201, json={"Id": ID, "Warnings": []})
NO_CONTENT = httpx.Response(204)


class Terminal(io.StringIO):
    """A page at which a person looks."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError("no descriptor")


def traced(level: int, *executed: calls.Call[Any], page: io.StringIO | None = None, **options: Any) -> str:
    """Return what a trace of some calls shows."""
    page = page or io.StringIO()
    with Client("unix:///none", version="1.41", observers=[Trace(level, page, **options)]) as docker:
        for call in executed:
            docker.send(call)
    return page.getvalue()


@respx.mock
def test_level_1_is_a_line_a_call_and_names_ids_that_came_before() -> None:
    respx.post(f"{BASE}/containers/create").mock(CREATED)
    respx.post(f"{BASE}/containers/{ID}/start").mock(NO_CONTENT)
    respx.post(f"{BASE}/containers/{'f' * 64}/start").mock(NO_CONTENT)
    create = calls.container_create({"Image": "x"}, name="web")
    text = traced(1, create, calls.container_start(ID), calls.container_start("f" * 64))
    assert re.sub(r"[\d.]+ ms", "N ms", text) == (
        "POST /v1.41/containers/create?name=web -> 201 Created N ms\n"
        f"POST /v1.41/containers/<Id {ID[:12]}>/start -> 204 No Content N ms\n"
        f"POST /v1.41/containers/{'f' * 64}/start -> 204 No Content N ms\n"
    )


@respx.mock
def test_an_id_that_was_looked_up_is_named_as_well() -> None:
    respx.get(f"{BASE}/containers/web/json").mock(httpx.Response(200, json={"Id": ID, "Name": "/web"}))
    respx.get(f"{BASE}/containers/{ID}/logs").mock(httpx.Response(200, content=b""))
    text = traced(1, calls.container_inspect("web"), calls.container_logs(ID, stdout=True))
    assert f"GET /v1.41/containers/<Id {ID[:12]}>/logs?stdout=1 -> 200 OK" in text


@respx.mock
def test_a_form_shows_the_request_and_higher_levels_its_answer() -> None:
    respx.post(f"{BASE}/containers/web/stop").mock(httpx.Response(304, headers={"X-Odd-Case": "kept"}))
    stop = calls.container_stop("web", t=3)
    asked = "curl -sS --unix-socket /none -X POST 'http://localhost/v1.41/containers/web/stop?t=3'\n"
    assert traced(1, stop, form="curl") == asked
    text = traced(2, stop, form="curl")
    assert text.startswith(asked + " 1 < 304 Not Modified\n 1 < X-Odd-Case: kept\n 1 < end: ")


def test_a_form_names_the_certificates_that_an_engine_behind_tls_wants() -> None:
    page = io.StringIO()
    stop = calls.container_stop("web")
    files = TLSFiles("/c/ca.pem", "/c/cert.pem", "/c/key.pem")
    exchange = Exchange(stop, "POST", "/v1.41/containers/web/stop", (), "tcp://engine:2376", files)
    trace = Trace(1, page, form="curl")
    trace.request(exchange)
    trace.response(exchange)
    assert "--cacert /c/ca.pem --cert /c/cert.pem --key /c/key.pem" in page.getvalue()
    assert "https://engine:2376/v1.41/containers/web/stop" in page.getvalue()


@respx.mock
def test_level_2_shows_heads_and_bodies_as_they_are_on_the_wire() -> None:
    route = respx.post(f"{BASE}/containers/create").mock(
        httpx.Response(201, headers={"X-Odd-Case": "kept"}, json={"Id": ID, "Warnings": []})
    )
    text = traced(2, calls.container_create({"Image": "x", "Cmd": ["echo"]}, name="web"))
    sent = route.calls.last.request
    for name, value in sent.headers.raw:
        assert f" 1 > {name.decode()}: {value.decode()}\n" in text
    assert " 1 > POST /v1.41/containers/create?name=web HTTP/1.1\n" in text
    shown = "".join(line[5:] + "\n" for line in text.splitlines() if line.startswith((" 1 > {", " 1 > }", " 1 >  ")))
    assert json.loads(shown) == json.loads(sent.content)
    assert " 1 < 201 Created\n 1 < X-Odd-Case: kept\n" in text
    assert ' 1 <   "Warnings": []\n' in text
    assert re.search(r" 1 < end: first byte [\d.]+ ms, total [\d.]+ ms\n$", text)


@respx.mock
def test_level_2_cuts_a_long_body_and_says_how_long_it_is() -> None:
    listed = [{"Id": ID, "Names": [f"/box-{number}"]} for number in range(500)]
    respx.get(f"{BASE}/containers/json").mock(httpx.Response(200, json=listed))
    size = len(json.dumps(listed, separators=(",", ":")))
    text = traced(2, calls.container_list())
    assert len(text) < 12_000
    assert f"… (cut: {size:,} bytes in all)" in text


@respx.mock
def test_level_2_tells_the_size_of_what_is_no_text() -> None:
    respx.get(f"{BASE}/containers/x/export").mock(
        httpx.Response(200, headers={"Content-Type": "application/x-tar"}, content=b"\0" * 1024)
    )
    assert "(1,024 bytes in 1 piece)" in traced(2, calls.container_export("x"))


@respx.mock
def test_level_3_shows_each_frame_with_its_header() -> None:
    frames = b"\1\0\0\0\0\0\0\3hi\n" + b"\2\0\0\0\0\0\0\2\xff\0"
    respx.get(f"{BASE}/containers/x/logs").mock(httpx.Response(200, content=frames))
    text = traced(3, calls.container_logs("x", stdout=True, stderr=True))
    clock = r"\d\d:\d\d:\d\d\.\d\d\d"
    assert re.search(rf" 1 < {clock} stdout \[01 00 00 00 00 00 00 03\] 3 bytes \"hi\\n\"\n", text)
    assert re.search(rf" 1 < {clock} stderr \[02 00 00 00 00 00 00 02\] 2 bytes ff 00\n", text)


@respx.mock
def test_level_3_shows_a_terminal_s_bytes_without_headers_and_documents_as_they_come() -> None:
    respx.get(f"{BASE}/containers/x/logs").mock(httpx.Response(200, content=b"\x1b[1mbold\r\n"))
    respx.get(f"{BASE}/events").mock(httpx.Response(200, content=b'{"Type":"container"}\n{"Type":"image"}'))
    text = traced(3, calls.container_logs("x", stdout=True, tty=True), calls.system_events(until="1"))
    assert 'stdout 10 bytes "\\x1b[1mbold\\x0d\\n"' in text
    assert '{"Type": "container"}\n' in text
    assert '{"Type": "image"}\n' in text


@respx.mock
def test_level_3_goes_on_where_a_stream_is_not_what_it_should_be() -> None:
    respx.get(f"{BASE}/containers/x/logs").mock(httpx.Response(200, content=b"HTTP/1.1 is no frame"))
    page = io.StringIO()
    with (
        Client("unix:///none", version="1.41", observers=[Trace(3, page)]) as docker,
        pytest.raises(Exception, match="not a frame header"),
    ):
        docker.send(calls.container_logs("x", stdout=True))
    assert 'bytes 20 bytes "HTTP/1.1 is no frame"' in page.getvalue()
    assert "not a frame header" in page.getvalue().splitlines()[-1]


@respx.mock
@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_request_without_an_answer_says_why(level: int) -> None:
    respx.get(f"{BASE}/info").mock(side_effect=httpx.ReadError("broken"))
    page = io.StringIO()
    with (
        Client("unix:///none", version="1.41", observers=[Trace(level, page)]) as docker,
        pytest.raises(Exception, match="broke"),
    ):
        docker.send(calls.system_info())
    assert "failed" in page.getvalue()
    assert "the connection broke before an answer came" in page.getvalue()


SECRETS = [
    calls.container_create({"Image": "x", "Env": ["DB_PASSWORD=hunter2-long"]}, name="web"),
    calls.image_create(fromImage="x", X_Registry_Auth={"username": "u", "password": "hunter2-long"}),
    calls.system_auth({"username": "u", "password": "hunter2-long"}),
    calls.image_build(remote="https://u:hunter2-long@example.com/x.git", buildargs={"NPM_TOKEN": "hunter2-long"}),
]


@respx.mock
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("call", SECRETS, ids=lambda call: call.operation)
def test_no_level_shows_a_secret(level: int, call: calls.Call[Any]) -> None:
    answer = {
        "message": "hunter2-long is wrong",
        "IdentityToken": "hunter2-long",
        "Config": {"Env": ["A_KEY=hunter2-long"]},
    }
    respx.route().mock(httpx.Response(500, json=answer))
    page = io.StringIO()
    with (
        Client("unix:///none", version="1.41", observers=[Trace(level, page)]) as docker,
        pytest.raises(ServerError),
    ):
        docker.send(call)
    assert "hunter2-long" not in page.getvalue()
    assert "redacted" in page.getvalue() or level == 1


@respx.mock
def test_a_terminal_gets_colours_and_no_control_characters_of_the_engine_s() -> None:
    respx.get(f"{BASE}/info").mock(
        httpx.Response(200, headers={"Server": "evil\x1b[2J"}, text='{"Name": "\\u001b[2J\\u009b"}')
    )
    text = traced(2, calls.system_info(), page=Terminal())
    assert "\033[36m" in text
    assert "\x1b[2J" not in text
    assert "\x9b" not in text


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_follow_the_conventions(
    environ: dict[str, str], terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Terminal() if terminal else io.StringIO()) is wanted


def test_a_trace_keeps_nothing_of_an_exchange_that_has_ended() -> None:
    page = io.StringIO()
    trace = Trace(3, page, Redactor())
    for _ in range(3):
        exchange = Exchange(calls.container_list(), "GET", "/v1.41/containers/json", (), "unix:///none")
        trace.request(exchange)
        exchange.status = 200
        trace.response(exchange)
        trace.received(exchange, b"[]")
        trace.end(exchange, None)
    assert not vars(trace)["_watches"]


ONLY_A_PERSON = (
    "rawdocker: --show-secrets shows them only where a person reads on a terminal, and never in a file or recording\n"
)


def test_the_trace_goes_to_a_file_that_only_its_owner_reads(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.answers("GET /containers/json", body=[])
    ran = rawdocker("ps", "-q", "--trace-to", str(tmp_path / "trace"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (tmp_path / "trace").read_text().startswith("GET /v1.41/containers/json -> 200 OK ")
    assert stat.S_IMODE((tmp_path / "trace").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ps --trace-to /not/there/x", "rawdocker: --trace-to: open /not/there/x: no such file or directory\n"),
        ("ps --as curl", "rawdocker: --as says how --dry-run or --trace shows requests: it needs one of them\n"),
        ("ps --record x --dry-run", "rawdocker: --record keeps what is sent, and --dry-run sends nothing\n"),
        ("ps -T --show-secrets", ONLY_A_PERSON),
        ("ps --dry-run --show-secrets", ONLY_A_PERSON),
        ("ps --record x --show-secrets", ONLY_A_PERSON),
        ("ps --show-secrets", "rawdocker: --show-secrets says what --dry-run or --trace shows: it needs one of them\n"),
    ],
)
def test_flags_of_ours_that_make_no_sense_together_are_refused(line: str, message: str, rawdocker: Any) -> None:
    assert rawdocker(*line.split()) == (125, "", message)


def test_a_level_in_the_environment_that_is_none_is_refused(rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWDOCKER_TRACE", "all")
    assert rawdocker("ps") == (125, "", "rawdocker: RAWDOCKER_TRACE is 1, 2 or 3, not 'all'\n")


def test_levels_before_and_behind_the_verb_add_up(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/json", body=[])
    assert " 1 > GET /v1.41/containers/json HTTP/1.1\n" in rawdocker("-T", "ps", "-T").err


@respx.mock
def test_level_2_shows_the_body_of_a_refusal() -> None:
    respx.get(f"{BASE}/containers/x/json").mock(httpx.Response(404, json={"message": "No such container: x"}))
    page = io.StringIO()
    with Client("unix:///none", version="1.41", observers=[Trace(2, page)]) as docker, pytest.raises(NotFoundError):
        docker.send(calls.container_inspect("x"))
    assert ' 1 <   "message": "No such container: x"\n' in page.getvalue()
