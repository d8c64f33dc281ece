"""The fixture for users' own tests: replays without an engine, whichever client they use."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RECORDINGS = Path(__file__).parent.parent / "fixtures" / "recordings"

Run = Callable[..., str]

MARK = '@pytest.mark.rawdocker_replay("recordings/container.har")'
TEST = f"""
import os, subprocess
import pytest

{MARK}
def test_it(rawdocker_replay):
    %s
"""
CLIENTS = {
    "httpx": """
        import httpx
        with httpx.Client(transport=httpx.HTTPTransport(uds=rawdocker_replay.path), base_url="http://docker") as client:
            assert client.get("/containers/recorded/json").json()["Config"]["Image"] == "debian:12"
    """,
    "requests": """
        import requests_unixsocket
        path = rawdocker_replay.path.replace("/", "%2F")
        with requests_unixsocket.Session() as session:
            answer = session.get(f"http+unix://{path}/containers/recorded/json")
            assert answer.json()["Config"]["Image"] == "debian:12"
    """,
    "docker-py": """
        import docker
        client = docker.from_env()
        assert client.containers.get("recorded").attrs["Config"]["Image"] == "debian:12"
        client.close()
    """,
    "rawdocker": """
        from rawdocker import Client, calls
        with Client() as client:
            assert client.send(calls.container_inspect("recorded")).Config.Image == "debian:12"
    """,
    "a command": """
        done = subprocess.run(["rawdocker", "inspect", "-f", "{{.Config.Image}}", "recorded"], capture_output=True)
        assert done.stdout == b"debian:12\\n"
    """,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs a test of a user's and returns what pytest printed and its exit code at the end."""
    (tmp_path / "recordings").mkdir()
    shutil.copy(RECORDINGS / "container.har", tmp_path / "recordings")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    def run(code: str, *flags: str) -> str:
        (tmp_path / "test_user.py").write_text(code)
        quietly = ("-q", "-p", "no:cacheprovider", "-W", "error")
        command = [sys.executable, "-m", "pytest", *quietly, *flags, "test_user.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return f"{done.stdout}{done.stderr}\nexit code {done.returncode}"

    return run


@pytest.mark.parametrize("client", CLIENTS)
def test_any_client_is_answered(run: Run, client: str) -> None:
    assert run(TEST % textwrap.indent(textwrap.dedent(CLIENTS[client]), "    ")).endswith("\nexit code 0")


def test_what_was_not_recorded_fails_the_test_even_where_nobody_looks(run: Run) -> None:
    printed = run(TEST % 'subprocess.run(["rawdocker", "images"])')
    assert "replay of container.har: GET /v1.41/images/json was not recorded; the nearest is" in printed
    assert printed.endswith("\nexit code 1")


def test_a_missing_recording_says_how_to_make_it(run: Run) -> None:
    printed = run("def test_it(rawdocker_replay): ...")
    assert re.search(r"no recording \S+/test_user\.test_it\.har: make it with --rawdocker-record=new", printed)
    assert printed.endswith("\nexit code 1")


def test_a_strict_order_wants_every_exchange(run: Run) -> None:
    strict = TEST.replace('.har")', '.har", strict=True)')
    printed = run(strict % 'subprocess.run(["rawdocker", "version"])')
    assert "never asked: POST /v1.41/containers/create?name=recorded" in printed
    assert printed.endswith("\nexit code 1")


def test_without_an_engine_recording_says_so_and_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///none/docker.sock")
    code = 'import subprocess\ndef test_it(rawdocker_replay): assert subprocess.call(["rawdocker", "ps"]) == 0'
    assert run(code, "--rawdocker-record=new").endswith("\nexit code 1")
    assert os.listdir(tmp_path / "recordings") == ["container.har"]


def test_a_run_without_the_fixture_loads_nothing_of_it(run: Run) -> None:
    others = "[name for name in sys.modules if name.startswith('rawdocker.') and 'plugin' not in name]"
    assert run(f"import sys\ndef test_it(): assert not {others}").endswith("\nexit code 0")
