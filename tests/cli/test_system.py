"""version, info and events, beyond what the recorded outputs of docker show of their formats."""

from __future__ import annotations

import json
import platform
import re
import time
from pathlib import Path
from typing import Any

import pytest
from answers import recorded

from rawdocker import __version__
from rawdocker.version import HIGHEST
from rawdocker_cli.info import server_lines
from rawdocker_cli.verbs.system import event_line

OUTPUTS = Path(__file__).parent.parent.parent / "fixtures" / "docker-28.2.2"
BASE = "http://localhost/v1.41"
NOWHERE = "unix:///nowhere/docker.sock"


def sorted_runtimes(page: str) -> str:
    """Return a page of info with its runtimes in order; docker prints them in any."""
    return re.sub(r"(?<= Runtimes: ).*", lambda found: " ".join(sorted(found[0].split())), page)


def streams(engine: Any, messages: list[Any]) -> None:
    text = "".join(json.dumps(message) + "\n" for message in messages)
    engine.router.get(url__regex=f"^{BASE}/events").respond(200, text=text)


def test_the_version_of_the_command_is_one_line(rawdocker: Any) -> None:
    assert rawdocker("--version") == (0, f"rawdocker version {__version__}\n", "")


def test_version_shows_client_and_engine(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /version", "system_version")
    code, out, err = rawdocker("version")
    client, server = out.split("\n\n")
    assert (code, err, engine.requests) == (0, "", ["GET /version"])
    lines = client.splitlines()
    assert lines[:2] == ["Client:", f" Version:           {__version__}"]
    assert lines[2] == f" API version:       1.41 (downgraded from {HIGHEST})"
    assert lines[3] == f" Python version:    {platform.python_version()}"
    assert lines[-1] == " Context:           default"
    details = recorded("system_version")["Components"][0]["Details"]
    assert server.splitlines()[:5] == [
        "Server:",
        " Engine:",
        f"  Version:          {recorded('system_version')['Version']}",
        "  API version:      1.41 (minimum version 1.12)",
        f"  Go version:       {details['GoVersion']}",
    ]


def test_version_shows_the_client_where_no_engine_answers(rawdocker: Any) -> None:
    ran = rawdocker("-H", NOWHERE, "version")
    assert ran.code == 1
    assert f" API version:       {HIGHEST}\n" in ran.out
    assert "Server" not in ran.out
    assert ran.err.startswith(f"Cannot connect to the Docker daemon at {NOWHERE}. Is the docker daemon running?\n")
    assert rawdocker("-H", NOWHERE, "version", "-f", "{{.Client.Version}} {{.Server}}").out == f"{__version__} <nil>\n"


def test_an_engine_without_components_is_one_itself(engine: Any, rawdocker: Any) -> None:
    answer = {name: value for name, value in recorded("system_version").items() if name != "Components"}
    engine.answers("GET /version", status=200, body={**answer, "BuildTime": "2026-05-07T21:09:36.000000000+00:00"})
    out = rawdocker("version").out
    assert "\n Engine:\n" in out
    assert "  Built:            Thu May  7 21:09:36 2026\n" in out
    assert "  Experimental:     false\n" in out


@pytest.mark.parametrize("name", ["info", "info_swarm"])
def test_info_prints_the_engine_as_docker_does(engine: Any, rawdocker: Any, name: str) -> None:
    engine.answers("GET /info", f"system_{name}")
    code, out, err = rawdocker("info")
    client, _, server = out.partition("Server:")
    assert (code, err) == (0, "".join(f"{warning}\n" for warning in recorded(f"system_{name}")["Warnings"] or ()))
    assert client == f"Client:\n Version:    {__version__}\n Context:    default\n Debug Mode: false\n\n"
    assert sorted_runtimes(server) == sorted_runtimes((OUTPUTS / f"{name}.txt").read_text())


def test_what_few_engines_say_is_shown_too() -> None:
    answer = {
        **recorded("system_info_swarm"),
        "Debug": True,
        "HttpProxy": "http://proxy",
        "Labels": ["a=b"],
        "CDISpecDirs": ["/etc/cdi"],
        "DiscoveredDevices": [{"Source": "cdi", "ID": "gpu=0"}],
        "ProductLicense": "Free",
        "DefaultAddressPools": [{"Base": "10.0.0.0/8", "Size": 24}],
        "SystemStatus": [["Role", "primary"]],
        "SecurityOptions": ["apparmor", "name=seccomp,profile=builtin"],
    }
    lines, errors = server_lines(answer, user="ada")
    assert errors == []
    expected = """
 Role: primary
 CDI spec directories:
  /etc/cdi
 Discovered Devices:
  cdi: gpu=0
  apparmor
   Profile: builtin
 Debug Mode: true
  File Descriptors: {NFd}
 HTTP Proxy: http://proxy
 Username: ada
 Labels:
  a=b
 Product License: Free
 Default Address Pools:
   Base: 10.0.0.0/8, Size: 24""".format(**answer)
    places = [lines.index(line) for line in expected.splitlines()[1:]]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("option", "error"),
    [("name=x,odd", 'invalid security option "odd"'), ("name=", "invalid empty security option")],
)
def test_an_answer_that_makes_no_sense_is_told_at_the_end(engine: Any, rawdocker: Any, option: str, error: str) -> None:
    engine.answers("GET /info", status=200, body={**recorded("system_info"), "SecurityOptions": [option]})
    ran = rawdocker("info")
    assert (ran.code, ran.err) == (1, f"ERROR: {error}\nerrors pretty printing info\n")
    assert " Kernel Version:" in ran.out


def test_the_engines_warnings_go_to_stderr(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", status=200, body={**recorded("system_info"), "Warnings": ["WARNING: No swap"]})
    assert rawdocker("info").err == "WARNING: No swap\n"


def test_info_shows_the_client_where_the_engine_fails(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", status=500, body={"message": "broken"})
    refused = "Error response from daemon: broken\n"
    ran = rawdocker("info")
    assert (ran.code, ran.err) == (1, f"ERROR: {refused}errors pretty printing info\n")
    assert ran.out.endswith("\nServer:\n")
    assert rawdocker("info", "-f", "{{.ServerErrors}} {{.NCPU}}") == (0, f"[{refused[:-1]}] 0\n", refused)


def test_info_shows_the_client_where_no_engine_answers(rawdocker: Any) -> None:
    ran = rawdocker("-H", NOWHERE, "info")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "Server:")
    assert ran.err.startswith(f"Cannot connect to the Docker daemon at {NOWHERE}. Is the docker daemon running?\n")


def test_info_about_the_client_alone_asks_nobody(rawdocker: Any) -> None:
    ran = rawdocker("-H", NOWHERE, "info", "-f", "{{.ClientInfo.Version}} {{.ClientInfo.Debug}}")
    assert ran == (0, f"{__version__} false\n", "")
    assert rawdocker("-H", NOWHERE, "info", "-f", "{{.Name}}").code == 1


def test_events_are_printed_as_lines(engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    streams(engine, recorded("system_events"))
    code, out, err = rawdocker("events", "--since", "1795474840", "--until", "1795474849", "-f", "type=container")
    first = recorded("system_events")[0]
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        f"2026-11-23T23:00:40.523262069Z container create {first['id']} "
        "(image=debian:12, models=fixture, name=models-web)"
    )
    assert len(out.splitlines()) == len(recorded("system_events"))
    assert dict(engine.router.calls[0].request.url.params) == {
        "since": "1795474840",
        "until": "1795474849",
        "filters": '{"type":{"container":true}}',
    }


def test_events_are_printed_as_a_template_or_json(engine: Any, rawdocker: Any) -> None:
    streams(engine, recorded("system_events")[:1])
    assert rawdocker("events", "--format", "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}").out == (
        "container create models-web\n"
    )
    printed = json.loads(rawdocker("system", "events", "--format", "json").out)
    assert printed == recorded("system_events")[0]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"Type": "daemon", "Action": "reload", "Actor": {"ID": "x", "Attributes": {}}}, "daemon reload x"),
        ({"Type": "a", "Action": "b", "Actor": {"ID": "c"}, "time": 1}, "1970-01-01T00:00:01.000000000Z a b c"),
        (
            {"Type": "a", "Action": "b", "Actor": {"ID": "c", "Attributes": {"z": "1", "y": "2"}}},
            "a b c (y=2, z=1)",
        ),
    ],
)
def test_an_event_shows_what_it_has(monkeypatch: pytest.MonkeyPatch, message: Any, line: str) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert event_line(message) == line
