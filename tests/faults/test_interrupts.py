"""Ctrl-C at every stage of run: docker's exit code, no traceback, and nothing left that docker would not leave."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from engines import ask
from faults.commands import RAWDOCKER, Ended, begun, ended, ran, until
from proxy import Proxy, Request

pytestmark = pytest.mark.faults

IMAGE = "busybox:1"
SCRIPT = "trap 'exit 9' INT TERM HUP; echo ready; sleep 1 & wait; sleep 1"
NOWHERE = "192.0.2.7/nothing:1"
"""An image of a registry on a network where nobody answers."""


UNREAD = 60_000
"""Bytes that fit into a pipe which nobody reads."""


class Left(NamedTuple):
    """How a command ended, and what its container is doing then; nothing where there is none."""

    code: int
    container: str


class Gate:
    """Keeps the first request whose path ends with a word waiting."""

    def __init__(self, word: str) -> None:
        self._word = word
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, request: Request) -> None:
        if request.path.endswith(self._word) and not self.reached.is_set():
            self.reached.set()
            self.open.wait(20)


def interrupted(
    program: str, host: str, folder: Path, words: list[str], stage: str, number: int, name: str
) -> tuple[Left, Ended]:
    """Run a program, send it a signal while a request is kept waiting, and look what has become of its container."""
    gate = Gate(stage)
    with Proxy(host.removeprefix("unix://"), folder / "s", arrives=gate) as proxy:
        process = begun(program, proxy.host, words)
        assert gate.reached.wait(20)
        time.sleep(0.2)
        process.send_signal(number)
        time.sleep(0.3)
        gate.open.set()
        how = ended(process)
        proxy.settle()
    return Left(how.code, state(host, name)), how


def state(host: str, name: str) -> str:
    found: list[dict[str, Any]] = ask(host, "GET", "/containers/json", params={"all": "1"})
    states = [box["State"] for box in found if f"/{name}" in box["Names"]]
    return states[0] if states else ""


@pytest.fixture
def names(own_name: str) -> dict[str, str]:
    return {"docker": f"{own_name}-d", "rawdocker": f"{own_name}-r"}


FLAGS = {"in the foreground": [], "-d": ["-d"], "--rm": ["--rm"], "-i": ["-i"]}
STAGES = [
    (stage, flags)
    for stage in ("/_ping", "/create", "/attach", "/wait", "/start")
    for flags in FLAGS
    if (stage, flags) != ("/attach", "-d")
]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("stage", "flags"), STAGES)
def test_run_ends_as_docker_while_a_request_waits(
    stage: str, flags: str, number: int, engine_host: str, oracle: str, names: dict[str, str], tmp_path: Path
) -> None:
    ends = {}
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", *FLAGS[flags], "--name", names[program], IMAGE, "sh", "-c", SCRIPT]
        ends[program], how = interrupted(path, engine_host, tmp_path, words, stage, number, names[program])
    if stage == "/create":  # docker may leave a container of which it never knew the id: as fast as the engine is
        assert ends["docker"] in {(128 + number, "created"), (128 + number, "")}
        assert ends["rawdocker"] == (128 + number, "")
    assert ends["rawdocker"].code == ends["docker"].code
    assert ends["rawdocker"].container in (ends["docker"].container, "")
    assert how.err in ("", "\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_as_docker_while_its_image_is_pulled(
    number: int, engine_host: str, oracle: str, names: dict[str, str], tmp_path: Path
) -> None:
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", "--name", names[program], "--pull", "always", NOWHERE]
        left, how = interrupted(path, engine_host, tmp_path, words, "/images/create", number, names[program])
        assert (left, how.out) == ((128 + number, ""), b"")
        assert "Traceback" not in how.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("flags", ["in the foreground", "--rm", "-i"])
def test_run_passes_a_signal_on_while_its_container_runs(
    flags: str, number: int, engine_host: str, oracle: str, names: dict[str, str]
) -> None:
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", *FLAGS[flags], "--name", names[program], IMAGE, "sh", "-c", SCRIPT]
        process = begun(path, engine_host, words)
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert ended(process)[:2] == (9, b"")
        assert state(engine_host, names[program]) == ("" if flags == "--rm" else "exited")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_loses_no_output_to_a_signal_after_its_container_has_ended(
    number: int, engine_host: str, oracle: str, names: dict[str, str]
) -> None:
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        command = f"head -c {UNREAD} /dev/zero; exit 5"
        process = begun(path, engine_host, ["run", "--name", names[program], IMAGE, "sh", "-c", command])
        until(lambda name=names[program]: state(engine_host, name) == "exited")
        process.send_signal(number)
        time.sleep(0.3)
        how = ended(process)
        assert (how.code, len(how.out), how.err) == (5, UNREAD, "")


WAITING = {
    "logs -f {box}": "/logs",
    "events": "/events",
    "wait {box}": "/wait",
    "attach --no-stdin {box}": "/wait",
    "stats {box}": "/stats",
    "stop -t 2 {box}": "/stop",
    "pull 192.0.2.7/nothing:1": "/images/create",
    "ps": "/containers/json",
    "cp {box}:/bin -": "/archive",
    "export {box}": "/export",
    "top {box}": "/top",
    "image prune -f --filter label=nobody": "/prune",
}
"""Verbs, and the request that is kept waiting."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("line", WAITING)
def test_a_verb_ends_as_docker_does_by_a_signal(
    line: str, number: int, engine_host: str, oracle: str, own_name: str, tmp_path: Path
) -> None:
    assert ran(oracle, engine_host, ["run", "-d", "--name", own_name, IMAGE, "sh", "-c", SCRIPT * 10]).code == 0
    words = line.format(box=own_name).split()
    theirs, _ = interrupted(oracle, engine_host, tmp_path, words, WAITING[line], number, own_name)
    ours, how = interrupted(RAWDOCKER, engine_host, tmp_path, words, WAITING[line], number, own_name)
    # docker's cp ends now with 0, now as broken off
    assert ours.code in {theirs.code, 128 + number if line.startswith("cp") else theirs.code}
    assert how.err in ("", "\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_exec_tells_of_the_signal_where_docker_says_success(
    number: int, engine_host: str, oracle: str, own_name: str
) -> None:
    assert ran(oracle, engine_host, ["run", "-d", "--name", own_name, IMAGE, "sleep", "1000"]).code == 0
    for program, code in ((oracle, 0), (RAWDOCKER, 128 + number)):
        process = begun(program, engine_host, ["exec", own_name, "sh", "-c", "echo ready; sleep 2"])
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert ended(process).code == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stats_of_all_ends_by_a_signal_where_docker_may_run_on(number: int, engine_host: str, tmp_path: Path) -> None:
    left, how = interrupted(RAWDOCKER, engine_host, tmp_path, ["stats"], "/json", number, "none")
    assert left.code == 128 + number
    assert how.err in ("", "\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_without_a_proxy_for_signals_does_with_them_as_docker(
    number: int, engine_host: str, oracle: str, names: dict[str, str]
) -> None:
    ends = {}
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", "--sig-proxy=false", "--name", names[program], IMAGE, "sh", "-c", SCRIPT]
        process = begun(path, engine_host, words)
        assert process.stdout.readline() == b"ready\n"
        until(lambda name=names[program]: state(engine_host, name) == "running")
        process.send_signal(number)
        ends[program] = ended(process).code, state(engine_host, names[program])
    assert ends["rawdocker"] == ends["docker"]


@pytest.mark.parametrize("flags", ["in the foreground", "--rm", "-i"])
def test_a_client_that_is_killed_leaves_its_container_to_the_engine(
    flags: str, engine_host: str, oracle: str, names: dict[str, str]
) -> None:
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", *FLAGS[flags], "--name", names[program], IMAGE, "sh", "-c", "echo ready; sleep 2"]
        process = begun(path, engine_host, words)
        until(lambda name=names[program]: state(engine_host, name) == "running")
        process.kill()
        assert ended(process).code == 128 + signal.SIGKILL
        last = "" if flags == "--rm" else "exited"
        until(lambda name=names[program], last=last: state(engine_host, name) == last)


def test_a_first_process_that_ignores_a_signal_runs_on(engine_host: str, oracle: str, names: dict[str, str]) -> None:
    for program, path in (("docker", oracle), ("rawdocker", RAWDOCKER)):
        words = ["run", "--name", names[program], IMAGE, "sh", "-c", "trap '' TERM; echo ready; sleep 1; exit 6"]
        process = begun(path, engine_host, words)
        assert process.stdout.readline() == b"ready\n"
        process.terminate()
        assert ended(process)[:2] == (6, b"")
