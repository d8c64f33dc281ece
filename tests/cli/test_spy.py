"""spy and compare before an engine that answers every request the same."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pexpect
import pytest

PROGRAM = str(Path(sys.executable).with_name("rawdocker"))
ASK = (
    "import http.client, os, socket, sys\n"
    "c = http.client.HTTPConnection('localhost'); c.sock = socket.socket(socket.AF_UNIX)\n"
    "c.sock.connect(os.environ['DOCKER_HOST'].removeprefix('unix://'))\n"
    "c.request(*sys.argv[1:3], *([sys.argv[3], {'Content-Type': 'application/json'}] if sys.argv[3:] else ()))\n"
    "print(c.getresponse().status)\n"
)
CREATE = ("POST", "/v1.41/containers/create", '{"Image": "box", "Env": ["DB_PASSWORD=hunter22"]}')
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def asking(*words: str) -> list[str]:
    """Return a command that makes one request to DOCKER_HOST."""
    return [sys.executable, "-c", ASK, *words]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """Give the DOCKER_HOST of an engine."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "engine"))
    listener.listen()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while connection.recv(65536):
                connection.sendall(ANSWER)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"unix://{tmp_path}/engine"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def begun(host: str, *words: str, **streams: Any) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([PROGRAM, "-H", host, *words], text=True, start_new_session=True, **(pipes | streams))


def ran(host: str, *words: str, **streams: Any) -> tuple[int, str, str]:
    process = begun(host, *words, **streams)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_the_calls_of_a_command_are_shown_and_its_output_is_its_own(host: str) -> None:
    code, out, err = ran(host, "spy", *asking("GET", "/v1.41/info"))
    assert (code, out) == (0, "201\n")
    assert [line.split(" -> ")[0] for line in err.splitlines()] == ["GET /v1.41/info"]


def test_words_behind_the_command_are_the_commands(host: str) -> None:
    assert ran(host, "spy", "-q", "--", "printf", "%s.", "-T", "--help", "-o")[:2] == (0, "-T.--help.-o.")


@pytest.mark.parametrize("flags", [["-TT"], ["--trace", "--trace"]])
def test_a_higher_level_shows_bodies_without_secrets(host: str, flags: list[str]) -> None:
    err = ran(host, "spy", *flags, *asking(*CREATE))[2]
    assert '"Image": "box"' in err
    assert "hunter22" not in err
    assert "<redacted: value of DB_PASSWORD>" in err


def test_quiet_shows_nothing(host: str) -> None:
    assert ran(host, "spy", "-q", *asking(*CREATE)) == (0, "201\n", "")


@pytest.mark.parametrize("flag", ["-o", "--output", "--record"])
def test_what_passes_is_recorded_without_secrets(host: str, tmp_path: Path, flag: str) -> None:
    path = tmp_path / "session.har"
    assert ran(host, "spy", "-q", flag, str(path), *asking(*CREATE))[0] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (entry,) = json.loads(path.read_text())["log"]["entries"]
    assert (entry["request"]["url"], entry["response"]["status"]) == ("http://localhost/v1.41/containers/create", 201)
    assert entry["_rawdocker"]["operation"] == "ContainerCreate"
    assert b"hunter22" not in path.read_bytes()


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
def test_the_exit_code_is_the_commands(host: str, script: str, code: int) -> None:
    assert ran(host, "spy", "sh", "-c", script)[0] == code


def test_a_command_that_cannot_be_run_has_a_shells_exit_codes(host: str, tmp_path: Path) -> None:
    code, _, err = ran(host, "spy", "not-there")
    assert (code, err) == (127, "rawdocker: not-there: no such file or directory\n")
    assert ran(host, "spy", str(tmp_path))[0] == 126


def test_a_command_that_goes_elsewhere_is_told_of(host: str) -> None:
    err = ran(host, "spy", "true")[2]
    assert "nobody connected" in err


def test_an_engine_that_is_not_there_is_told_of_before_the_command_runs() -> None:
    code, out, err = ran("unix:///not/there.sock", "spy", "echo", "ran")
    assert (code, out) == (1, "")
    assert err.startswith("Cannot connect to the Docker daemon at unix:///not/there.sock.")


def test_nothing_leads_the_command_past_the_spy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_TLS_VERIFY", "DOCKER_CONTEXT"):
        monkeypatch.setenv(name, "")
    script = "env | grep ^DOCKER_ | cut -d= -f1 | grep -v CONFIG"
    assert ran(host, "spy", "sh", "-c", script)[1] == "DOCKER_HOST\n"


def test_there_is_no_dry_run_of_it(host: str) -> None:
    code, out, err = ran(host, "spy", "--dry-run", "echo", "ran")
    assert (code, out) == (125, "")
    assert "there is no dry run of it" in err


def test_it_listens_where_it_is_told_to_until_it_is_interrupted(host: str, tmp_path: Path) -> None:
    process = begun(host, "spy", "--listen", f"unix://{tmp_path}/spy.sock")
    assert process.stderr is not None
    assert f"export DOCKER_HOST=unix://{tmp_path}/spy.sock" in process.stderr.readline()
    connection = HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(tmp_path / "spy.sock"))
    connection.request("GET", "/v1.41/info")
    assert connection.getresponse().read() == b"{}"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    connection.close()
    assert (process.returncode, err.split(" -> ")[0]) == (0, "GET /v1.41/info")
    assert not (tmp_path / "spy.sock").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "npipe:////./pipe/x"])
def test_it_listens_on_unix_sockets_alone(host: str, address: str) -> None:
    assert ran(host, "spy", "--listen", address, "true")[0] == 125


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_sent_to_it_is_the_commands(host: str, number: int) -> None:
    script = f"trap 'exit 9' {number}; echo ready; while :; do sleep 0.1; done"
    process = begun(host, "spy", "sh", "-c", script)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.wait(10) == 9
    process.communicate()


def test_ctrl_c_goes_to_the_command_once_and_the_spy_outlives_it(host: str) -> None:
    script = (
        "import signal, sys, time\n"
        "count = []\n"
        "signal.signal(signal.SIGINT, lambda *_: count.append(1))\n"
        "print('ready', flush=True)\n"
        "while not count: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "print('interrupted', len(count), flush=True)\n"
        "sys.exit(5)\n"
    )
    terminal = pexpect.spawn(PROGRAM, ["-H", host, "spy", "-q", sys.executable, "-c", script], timeout=20)
    terminal.expect("ready\r\n")
    terminal.sendintr()
    terminal.expect("interrupted 1\r\n")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 5


def test_a_recording_that_cannot_be_written_stops_no_command(host: str, tmp_path: Path) -> None:
    code, out, err = ran(host, "spy", "-q", "-o", "/dev/full", *asking(*CREATE))
    assert code != 0
    assert (out, "Traceback" in err) == ("", False)


def recorded(host: str, path: Path, *request: str) -> str:
    assert ran(host, "spy", "-q", "-o", str(path), *asking(*request))[0] == 0
    return str(path)


def test_two_recordings_of_the_same_calls_do_not_differ(host: str, tmp_path: Path) -> None:
    one, two = (recorded(host, tmp_path / name, *CREATE) for name in ("one", "two"))
    code, out, _ = ran(host, "compare", one, two)
    assert (code, out.splitlines()[-1]) == (0, "1 call, no difference")


def test_fields_that_differ_are_marked(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    one = recorded(host, Path("1.har"), *CREATE)
    two = recorded(host, Path("2.har"), *CREATE[:2], '{"Image": "bag"}')
    code, out, _ = ran(host, "compare", one, two)
    assert code == 1
    assert [line.split() for line in out.splitlines()[2:]] == [
        ["!", "POST", "/containers/create", "POST", "/containers/create"],
        ["!", "body.Image:", "box", "body.Image:", "bag"],
        ["!", "body.Env:", '["DB_PASSWORD=<redacted:', "value", "of", "body.Env", "is", "not", "sent"],
        ["!", 'DB_PASSWORD>"]'],
        [],
        ["1", "call,", "1", "different"],
    ]
    assert "\033[" not in out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033[31m!" in ran(host, "compare", one, two)[1]


def test_what_cannot_be_compared_ends_with_2(host: str, tmp_path: Path) -> None:
    (tmp_path / "no.har").write_text("no")
    for words in (["a"], ["a", "b", "c"], ["not-there.har", "x"], [str(tmp_path / "no.har")] * 2):
        code, out, err = ran(host, "compare", *words)
        assert (code, out, "Traceback" in err) == (2, "", False)
        assert err


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program of that name on PATH which pings, and makes the request it is given."""
    path = tmp_path / "bin" / "docker"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\n{ASK}")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
    return path


def test_docker_and_rawdocker_are_compared_on_the_same_words(host: str, docker: Path) -> None:
    code, out, err = ran(host, "compare", "--docker", "--", "api", "/v1.41/info")
    assert code == 1
    assert "! " in out or "< " in out
    assert "201" in err


def test_docker_that_is_not_there_is_told_of(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    code, out, err = ran(host, "compare", "--docker", "--", "ps")
    assert (code, out) == (2, "")
    assert "docker is not on PATH" in err


def test_a_connection_that_stays_does_not_keep_the_spy(host: str) -> None:
    script = (
        "import os, socket, time\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(os.environ['DOCKER_HOST'].removeprefix('unix://'))\n"
        "s.sendall(b'GET /v1.41/info HTTP/1.1\\r\\n\\r\\n'); s.recv(1)\n"
        "if os.fork() == 0: [os.close(number) for number in (0, 1, 2)]; time.sleep(20)\n"
    )
    started = time.monotonic()
    assert ran(host, "spy", sys.executable, "-c", script)[0] == 0
    assert time.monotonic() - started < 15
