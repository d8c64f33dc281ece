"""An engine that is killed while verbs are under way: they end soon, as docker's do, and leave nothing half done."""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from engines import Engine
from faults.breaking import Breaking, Fault, stalled
from faults.commands import RAWDOCKER, Ended, begun, ended, ran, until
from faults.reliability import Reliability

from rawdocker import Client, calls

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

IMAGE = "busybox:1"
TALKS = "while sleep 0.1; do echo ready; done"
AFTER = 10
"""Seconds that everything under way has to end when the engine has gone, and to begin before."""

SILENT = {
    "wait": "wait box",
    "stop": "stop -t 100 deaf",
    "pull": "pull 192.0.2.7/nothing:1",
}
TALKING = {
    "run": f"run --name {{own}} {IMAGE} sh -c '{TALKS}'",
    "run --rm": f"run --rm --name {{own}} {IMAGE} sh -c '{TALKS}'",
    "run -i": f"run -i --name {{own}} {IMAGE} sh -c '{TALKS}'",
    "exec": f"exec box sh -c '{TALKS}'",
    "exec -i": "exec -i box sh -c 'echo ready; exec cat'",
    "attach": "attach --no-stdin talker",
    "start -a": "start -a {own}",
    "logs -f": "logs -f talker",
    "events": "events --since 0",
    "stats": "stats",
    "stats NAME": "stats box",
    "cp to stdout": "cp {own}:/bin/busybox -",
    "save": f"save {IMAGE}",
}
STOPPED = {
    "cp": ("cp {own}:/bin/busybox there", "GET .*/archive"),
    "cp over a file": ("cp {own}:/bin/busybox old", "GET .*/archive"),
    "save -o": (f"save -o there {IMAGE}", "GET .*/get"),
    "export -o": ("export -o old {own}", "GET .*/export"),
}
"""What would be done before the engine is killed: the answer that is kept from coming to its end."""

PREPARED = (
    f"run -d --name box {IMAGE} sleep 1000",
    f"run -d --name deaf {IMAGE} sleep 1000",
    f"run -d --name talker {IMAGE} sh -c '{TALKS}'",
)
CREATED = ("start -a", "cp to stdout", "cp", "cp over a file", "export -o")
"""What has a container of its own: the engine lets only one reach its files at a time."""


class Left(NamedTuple):
    """How a program ended, and the files it left in its folder."""

    ended: Ended | None
    """Nothing where it still ran."""
    files: dict[str, bytes]


class Program:
    """A program that is under way."""

    def __init__(self, path: str, host: str, line: str, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "old").write_bytes(b"what was there")
        # a stdin that stays open, and an output that nobody reads
        self._process = begun(path, host, shlex.split(line), stdin=-1, cwd=folder, env={"TMPDIR": str(folder)})

    def wait_until_it_talks(self) -> None:
        """Wait for output, and leave it unread."""
        assert select.select([self._process.stdout], [], [], AFTER)[0], self._process.args

    def left(self, until: float) -> Left:
        """Wait for its end until then."""
        stdin, self._process.stdin = self._process.stdin, None  # which would be closed too early
        try:
            end = ended(self._process, max(0.1, until - time.monotonic()))
        except AssertionError:
            end = None
        stdin.close()
        return Left(end, {path.name: path.read_bytes() for path in self._folder.iterdir() if path.is_file()})


def container_of(program: str, verb: str) -> str:
    """Return the name of a container of a verb's own."""
    return f"{Path(program).name}-{verb.replace(' ', '')}"


@contextmanager
def under_way(engine: Engine, program: str, folder: Path, gate: threading.Event) -> Iterator[dict[str, Program]]:
    """Give a program with each verb once that has begun; the gate lets go on what stopped."""
    host = engine.host

    def start(verb: str, line: str, host: str) -> Program:
        return Program(program, host, line.format(own=container_of(program, verb)), folder / verb)

    started = {verb: start(verb, line, host) for verb, line in SILENT.items()}
    with ExitStack() as stack:
        for verb, (line, request) in STOPPED.items():
            (folder / verb).mkdir(parents=True)
            proxy = stack.enter_context(Breaking(host, folder / verb / "s", Fault(stalled(gate)), request))
            started[verb] = start(verb, line, proxy.host)
            until(lambda proxy=proxy: proxy.hits)
        for verb, line in TALKING.items():
            started[verb] = start(verb, line, host)
        for verb in TALKING:
            started[verb].wait_until_it_talks()
        yield started


def kill(engine: Engine) -> None:
    """Kill an engine, and wait until it is gone."""
    process = os.pidfd_open(engine.pid)
    signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [], 20)
    os.close(process)


def prepare(engine: Engine, docker: str) -> None:
    # a registry that never answers: somebody has this address, and does not react
    neighbour = ["ip", "neigh", "replace", "192.0.2.7", "lladdr", "02:00:00:00:00:01", "dev", "uplink"]
    subprocess.run(["nsenter", f"--net=/proc/{engine.pid}/ns/net", *neighbour], check=True)
    created = (container_of(program, verb) for program in (docker, RAWDOCKER) for verb in CREATED)
    for line in (*PREPARED, *(f"create --name {name} {IMAGE} sh -c '{TALKS}'" for name in created)):
        assert ran(docker, engine.host, shlex.split(line)).code == 0


def test_verbs_end_as_docker_s_when_the_engine_is_killed(
    disposable_engine: Engine, oracle: str, tmp_path: Path, reliability: Reliability
) -> None:
    engine, gate = disposable_engine, threading.Event()
    prepare(engine, oracle)
    with (
        Client(engine.host) as client,
        under_way(engine, oracle, tmp_path / "docker", gate) as theirs,
        under_way(engine, RAWDOCKER, tmp_path / "rawdocker", gate) as ours,
    ):
        client.send(calls.system_info())
        kill(engine)
        gate.set()
        end = time.monotonic() + AFTER
        ends = {verb: (ours[verb].left(end), theirs[verb].left(end)) for verb in ours}
        engine.start()
        assert client.send(calls.system_info()).Name
        assert ran(RAWDOCKER, engine.host, ["run", "--rm", IMAGE, "echo", "hi"])[:2] == (0, b"hi\n")
    wrongs = []
    for verb, (our, their) in ends.items():
        why = wrong(our, their)
        reliability.engine.append((verb, our.ended.code if our.ended else -1))
        wrongs += [f"{verb}: {why}"] if why else []
    assert not wrongs, "\n".join(wrongs)


def wrong(our: Left, their: Left) -> str:
    """Return what is wrong with an end of ours, nothing where nothing is; docker watches some dead engines for ever."""
    if our.ended is None:
        return f"not ended in {AFTER} s"
    code, _, err = our.ended
    if "Traceback" in err or (code and not err.strip()):
        return f"exit {code}: {err!r}"
    if our.files != {"old": b"what was there"}:
        return f"files left behind: {list(our.files)}"
    return f"exit {code}, docker {their.ended.code}: {err!r}" if their.ended and their.ended.code != code else ""
