"""The round trip on a real engine: recorded, then replayed to rawdocker and to docker, it is the same."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pexpect
import pytest
from engines import LABEL
from har_rules import wrong
from processes import IMAGE, PROGRAM, create, exists, peak

from rawdocker.har import Entry, read
from rawdocker.har.file import TAIL

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.har"


def run(*command: str, stdin: str = "", timeout: float = 60) -> Done:
    done = subprocess.run(command, input=stdin.encode(), capture_output=True, timeout=timeout)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def replayed(path: Path, *command: str, stdin: str = "", flags: tuple[str, ...] = ()) -> Done:
    """Run a command beside the replay of a recording; what the replay says of itself is left out."""
    done = run(PROGRAM, "replay", *flags, str(path), "--", *command, stdin=stdin)
    lines = done.err.splitlines(keepends=True)
    assert lines, "it says that it is a recording"
    assert lines[0].startswith("rawdocker replay: answers come from the recording session.har of ")
    return Done(done.code, done.out, "".join(lines[1:]).replace("docker:", "rawdocker:").replace("rawraw", "raw"))


BUSY = "for n in 1 2 3; do echo $n; sleep 0.2; done; echo err >&2; exec sleep 100"

ROUND_TRIPS = {
    "run": (["run", "--rm", "--name", "NAME", IMAGE, "sh", "-c", "echo out; echo err >&2; exit 3"], ""),
    "stdin": (["run", "-i", "--rm", "--name", "NAME", IMAGE, "sh", "-c", "cat; echo end; exit 4"], "one\ntwo\n"),
    "detached": (["run", "-d", "--name", "NAME", IMAGE, "sleep", "100"], ""),
    "a terminal's output": (["run", "-t", "--rm", "--name", "NAME", IMAGE, "ls", "-d", "/etc", "/tmp"], ""),
    "no such command": (["run", "--rm", "--name", "NAME", IMAGE, "nothing-of-that-name"], ""),
    "pull": (["pull", IMAGE], ""),
    "pull of nothing": (["pull", "127.0.0.1:5000/nothing:1"], ""),
    "events": (["events", "--since", "1m", "--until", "0s"], ""),
    "images": (["images", "--format", "{{.ID}} {{.Repository}}", "debian"], ""),
    "version": (["version", "--format", "{{json .Server}}"], ""),
}
OF_A_CONTAINER = {
    "logs": (["logs", "NAME"], ""),
    "logs with times": (["logs", "-t", "--tail", "2", "NAME"], ""),
    "exec": (["exec", "NAME", "sh", "-c", "echo out; echo err >&2; exit 5"], ""),
    "exec with stdin": (["exec", "-i", "NAME", "sh", "-c", "cat; exit 6"], "words\n"),
    "cp to stdout": (["cp", "NAME:/etc/passwd", "-"], ""),
    "inspect": (["inspect", "NAME"], ""),
    "top": (["top", "NAME"], ""),
    "ps": (["ps", "-a", "--no-trunc", "-f", "name=NAME", "--format", "{{.ID}} {{.Names}}"], ""),
    "stop": (["stop", "-t", "0", "NAME"], ""),
    "rm": (["rm", "-f", "NAME", "NAME-missing"], ""),
}


def assert_round_trip(engine_host: str, path: Path, oracle: str, words: list[str], stdin: str) -> None:
    live = run(PROGRAM, "-H", engine_host, "--record", str(path), *words, stdin=stdin)
    assert wrong(json.loads(path.read_bytes())) == []
    for program in (PROGRAM, oracle):
        for flags in ((), ("--strict",)):
            again = replayed(path, program, *words, stdin=stdin, flags=flags)
            assert (again.code, again.out) == (live.code, live.out), again.err
            assert "was not recorded" not in again.err


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_command_is_replayed_as_it_was(
    engine_host: str, own_name: str, path: Path, oracle: str, registry: str, name: str
) -> None:
    words, stdin = ROUND_TRIPS[name]
    assert_round_trip(engine_host, path, oracle, [word.replace("NAME", own_name) for word in words], stdin)


@pytest.mark.parametrize("name", OF_A_CONTAINER)
def test_what_is_done_with_a_container_is_replayed_as_it_was(
    engine_host: str, own_name: str, path: Path, oracle: str, name: str
) -> None:
    create(engine_host, own_name, "sh", "-c", BUSY)
    time.sleep(1)
    words, stdin = OF_A_CONTAINER[name]
    assert_round_trip(engine_host, path, oracle, [word.replace("NAME", own_name) for word in words], stdin)


def test_what_is_copied_out_again_is_the_same(engine_host: str, own_name: str, path: Path, oracle: str) -> None:
    create(engine_host, own_name, "true")
    (path.parent / "in").write_bytes(os.urandom(5000))
    words = ["cp", f"{own_name}:/etc/passwd"]
    assert run(PROGRAM, "-H", engine_host, "--record", str(path), *words, str(path.parent / "live")).code == 0
    for program in (PROGRAM, oracle):
        copy = path.parent / f"{Path(program).name}-copy"
        assert replayed(path, program, *words, str(copy)).code == 0
        assert copy.read_bytes() == (path.parent / "live").read_bytes()
    inwards = ["cp", str(path.parent / "in"), f"{own_name}:/tmp"]
    assert run(PROGRAM, "-H", engine_host, "--record", str(path), *inwards).code == 0
    assert [replayed(path, program, *inwards).code for program in (PROGRAM, oracle)] == [0, 0]


def test_a_session_in_a_terminal_is_replayed(engine_host: str, own_name: str, path: Path, oracle: str) -> None:
    words = ["run", "-it", "--rm", "--name", own_name, IMAGE, "bash", "--norc"]

    def session(*command: str) -> tuple[int | None, bytes]:
        process = pexpect.spawn(command[0], list(command[1:]), dimensions=(30, 100), timeout=30)
        process.expect("# ")
        process.send("echo $((6*7))\r")
        process.expect("42\r\n")
        process.send("exit 9\r")
        process.expect(pexpect.EOF)
        process.wait()
        return process.exitstatus, process.before or b""

    assert session(PROGRAM, "-H", engine_host, "--record", str(path), *words)[0] == 9
    for program in (PROGRAM, oracle):
        assert session(PROGRAM, "replay", str(path), "--", program, *words)[0] == 9


def test_a_followed_log_takes_its_time_where_that_is_asked_for(engine_host: str, own_name: str, path: Path) -> None:
    create(engine_host, own_name, "sh", "-c", "for n in 1 2 3 4 5; do echo $n; sleep 0.4; done")
    words = ["logs", "-f", own_name]
    assert run(PROGRAM, "-H", engine_host, "--record", str(path), *words).out == "1\n2\n3\n4\n5\n"
    took = {}
    for speed in ("0", "1"):
        begun = time.monotonic()
        assert replayed(path, PROGRAM, *words, flags=("--speed", speed)).out == "1\n2\n3\n4\n5\n"
        took[speed] = time.monotonic() - begun
    recorded = max(entry.time for entry in read(path).entries) / 1000
    assert took["1"] > recorded - 0.1 > 0.8
    assert took["0"] < took["1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_recording_that_is_interrupted_is_a_whole_file(
    engine_host: str, own_name: str, path: Path, number: int
) -> None:
    create(engine_host, own_name, "sh", "-c", "while :; do echo tick; sleep 0.05; done")
    command = [PROGRAM, "-H", engine_host, "--record", str(path), "logs", "-f", own_name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(number)
        process.stdout.read()
    assert path.read_bytes().endswith(TAIL)
    targets = [entry.target.partition("?")[0] for entry in read(path).entries]
    if number == signal.SIGKILL:  # what had ended is there
        assert targets[-1] == f"/v1.41/containers/{own_name}/json"
    else:
        assert targets[-1].endswith("/logs")
        assert read(path).entries[-1].content.count(b"tick\n") >= 5


def test_a_long_stream_is_recorded_in_flat_memory_and_told_when_it_is_asked_for(
    engine_host: str, own_name: str, path: Path
) -> None:
    words = ["run", "--rm", "--name", own_name, IMAGE, "head", "-c", "200000000", "/dev/zero"]
    recording = [PROGRAM, "-H", engine_host, "--record", str(path), "--max-body", "1m", *words]
    assert peak(subprocess.Popen(recording, stdout=subprocess.DEVNULL)) < 96
    (attach,) = [entry for entry in read(path).entries if entry.hijacked]
    assert attach.ours["received"]["size"] > 200_000_000
    done = replayed(path, PROGRAM, *words)
    assert done.code == 1
    assert f"not its bodies: answer of {attach.ours['received']['size']:,} bytes" in done.err


def test_no_secret_of_a_session_is_in_its_recording(
    engine_host: str, own_name: str, path: Path, locked_registry: str
) -> None:
    planted = "pl4nted-s3cret"
    script = "echo it is $API_TOKEN; cat"
    words = ["run", "-i", "--rm", "--name", own_name, "-e", f"API_TOKEN={planted}", IMAGE, "sh", "-c", script]
    done = run(PROGRAM, "-H", engine_host, "--record", str(path), *words, stdin=f"{planted}\n")
    assert done.out == f"it is {planted}\n{planted}\n"
    data = path.read_text()
    assert planted not in data
    again = replayed(path, PROGRAM, *words, stdin=f"{planted}\n")
    assert again.out == f"it is {'*' * len(planted)}\n{'*' * len(planted)}\n"


def test_recording_changes_neither_output_nor_exit_code(engine_host: str, own_name: str, path: Path) -> None:
    words = ["run", "--rm", "--name", own_name, IMAGE, "sh", "-c", "echo out; echo err >&2; exit 3"]
    for flags in ((), ("--record", str(path)), ("--record", str(path), "--max-body", "0")):
        assert run(PROGRAM, "-H", engine_host, *flags, *words) == (3, "out\n", "err\n")


def test_what_cannot_be_recorded_stops_before_anything_is_done(engine_host: str, own_name: str) -> None:
    done = run(PROGRAM, "-H", engine_host, "--record", "/dev/null", "run", "--name", own_name, IMAGE, "true")
    assert done.code == 125
    assert done.err == (
        "rawdocker: --record: /dev/null is no plain file: a recording takes the place of nothing else\n"
    )
    assert not exists(engine_host, own_name)


USERS_TESTS = """
import os, subprocess, docker, httpx, requests_unixsocket

NAME, IMAGE, LABEL = {name!r}, "debian:12", {label!r}

def test_docker_py(rawdocker_replay):
    client = docker.from_env()
    command = ["sh", "-c", "echo hi; exec sleep 100"]
    box = client.containers.run(IMAGE, command, name=NAME, labels={{LABEL: NAME}}, detach=True)
    code, output = box.exec_run(["sh", "-c", "echo from exec; exit 3"])
    assert (code, output) == (3, b"from exec\\n")
    assert client.containers.list(filters={{"name": NAME}})[0].id == box.id
    box.kill()
    assert box.wait()["StatusCode"] == 137
    assert box.logs() == b"hi\\n"
    box.remove()
    client.close()

def test_docker_command(rawdocker_replay):
    def docker(*words, **more):
        return subprocess.run([{oracle!r}, *words], capture_output=True, text=True, **more)
    done = docker("run", "-i", "--rm", "--name", NAME, IMAGE, "sh", "-c", "cat; exit 3", input="words\\n")
    assert (done.returncode, done.stdout) == (3, "words\\n")
    assert docker("inspect", NAME).returncode == 1

def test_httpx(rawdocker_replay):
    with httpx.Client(transport=httpx.HTTPTransport(uds=rawdocker_replay.path), base_url="http://docker") as client:
        body = {{"Image": IMAGE, "Cmd": ["echo", "hi"], "Labels": {{LABEL: NAME}}}}
        id = client.post("/v1.41/containers/create", params={{"name": NAME}}, json=body).json()["Id"]
        assert client.post(f"/v1.41/containers/{{id}}/start").status_code == 204
        assert client.post(f"/v1.41/containers/{{id}}/wait", timeout=30).json()["StatusCode"] == 0
        assert client.get(f"/v1.41/containers/{{id}}/logs?stdout=1").content.endswith(b"hi\\n")
        assert client.delete(f"/v1.41/containers/{{id}}").status_code == 204

def test_requests(rawdocker_replay):
    base = "http+unix://" + rawdocker_replay.path.replace("/", "%2F")
    with requests_unixsocket.Session() as session:
        assert session.get(f"{{base}}/images/{{IMAGE}}/json").json()["Os"] == "linux"
        assert session.get(f"{{base}}/images/no-such-image/json").status_code == 404
"""


def test_users_tests_are_recorded_once_and_replayed_without_an_engine(
    engine_host: str, own_name: str, tmp_path: Path, oracle: str
) -> None:
    (tmp_path / "test_user.py").write_text(USERS_TESTS.format(name=own_name, label=LABEL, oracle=oracle))
    quietly = ["-q", "-p", "no:cacheprovider", "-W", "error"]

    def pytest_run(host: str, *flags: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *quietly, *flags, "test_user.py"],
            env={**os.environ, "DOCKER_HOST": host}, cwd=tmp_path, capture_output=True, text=True, timeout=110,
        )  # fmt: skip
        return done.returncode, done.stdout

    assert pytest_run("unix:///none.sock")[0] == 1
    recorded = pytest_run(engine_host, "--rawdocker-record=new")
    assert recorded[0] == 0, recorded[1]
    names = sorted(path.name for path in (tmp_path / "recordings").iterdir())
    assert names == [f"test_user.test_{name}.har" for name in ("docker_command", "docker_py", "httpx", "requests")]
    for _ in range(2):
        again = pytest_run("unix:///none.sock")
        assert again[0] == 0, again[1]


def test_where_no_engine_can_be_had_the_demo_shows_a_recording_and_says_so() -> None:
    # a user who is not root, and no socket in /run
    alone = "mount -t tmpfs none /run && exec unshare --user --map-user=1000 --map-group=1000 scripts/demo"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", alone], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "hi\n")
    assert "WHAT FOLLOWS IS A RECORDING of a real one, no container runs here\n" in done.stderr
    assert "answers come from the recording demo.har" in done.stderr


def test_an_engine_that_was_named_is_not_replaced_by_a_recording() -> None:
    environ = {**os.environ, "DOCKER_HOST": "unix:///none.sock"}
    done = subprocess.run(["scripts/demo"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "demo: no engine answers at unix:///none.sock\n"


def test_the_script_makes_the_recordings_that_are_shipped(engine_host: str, tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "scripts")!r})
import record_sessions
from pathlib import Path
record_sessions.RECORDINGS = Path({str(tmp_path)!r})
record_sessions.main(["demo", "stdin"])
"""
    environ = {**os.environ, "DOCKER_HOST": engine_host}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, timeout=60, stdout=subprocess.DEVNULL)
    for name in ("demo", "stdin"):
        folders = (tmp_path, ROOT / "fixtures" / "recordings")
        mine, shipped = (read(folder / f"{name}.har").entries for folder in folders)
        assert [line(entry) for entry in mine] == [line(entry) for entry in shipped]


def line(entry: Entry) -> str:
    return re.sub(r"[0-9a-f]{64}", "ID", f"{entry.method} {entry.target} {entry.status}")
