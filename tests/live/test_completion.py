"""Completion in real shells: Tab completes verbs, flags, their values, and names that a real engine knows."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from processes import PROGRAM, create

pytestmark = pytest.mark.live

LOAD = {
    "bash": "bind 'set bell-style none'; . <(rawdocker completion bash)",
    "zsh": "autoload -U compinit; compinit -u -D; . <(rawdocker completion zsh)",
    "fish": "rawdocker completion fish | source",
}
START = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["-N", "-i"]}
Shell = Callable[..., "pexpect.spawn[bytes]"]


@pytest.fixture
def shell(engine_host: str, tmp_path: Path) -> Iterator[Shell]:
    """Give a function that starts a shell with our completion."""
    started: list[pexpect.spawn[bytes]] = []

    def begin(name: str, host: str = engine_host) -> pexpect.spawn[bytes]:
        path = f"{Path(PROGRAM).parent}:{os.environ['PATH']}"
        environ = {"PATH": path, "DOCKER_HOST": host, "HOME": str(tmp_path), "PS1": "> ", "TERM": "dumb"}
        process = pexpect.spawn(name, START[name], env=environ, timeout=30, dimensions=(24, 200))
        started.append(process)
        process.send(f"{LOAD[name]}; echo rea''dy\r")
        process.expect("ready\r\n")
        return process

    yield begin
    for process in started:
        process.close(force=True)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("rawdocker pau", "pause "),
        ("rawdocker container unp", "container unpause "),
        ("rawdocker run --pul", "--pull"),
        ("rawdocker run --pull al", "--pull always "),
        ("rawdocker run --pull=al", "--pull=always"),
        ("rawdocker stop {half}", "stop {name} "),
        ("rawdocker run --pid container:{half}", "--pid container:{name}"),
        ("rawdocker run debian:1", "run debian:12"),
        ("rawdocker network inspect bridg", "inspect bridge"),
        ("rawdocker --context defau", "--context default"),
    ],
)
def test_tab_completes(shell: Shell, own_name: str, engine_host: str, name: str, typed: str, completed: str) -> None:
    create(engine_host, own_name, "true", start=False)
    process = shell(name)
    process.send(typed.format(half=own_name[:-2]) + "\t")
    process.expect_exact(completed.format(name=own_name))


def test_an_engine_that_never_answers_does_not_keep_the_prompt(shell: Shell, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        process = shell("bash", f"unix://{tmp_path}/silent.sock")
        process.send("rawdocker stop \t; echo went''on\r")
        process.expect("wenton\r\n")
