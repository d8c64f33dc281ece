"""rawdocker as a process of its own against a real engine, and containers that were made without it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from engines import LABEL, ask

IMAGE = "debian:12"
PROGRAM = str(Path(sys.executable).with_name("rawdocker"))

Process = subprocess.Popen[bytes]


class Done(NamedTuple):
    """What a process left behind."""

    code: int
    out: str
    err: str


class Command:
    """Runs rawdocker against one engine."""

    def __init__(self, host: str) -> None:
        self.host = host

    def __call__(self, *words: str, stdin: str = "") -> Done:
        """Run it to its end."""
        return finished(self.begin(*words, stdin=subprocess.PIPE), stdin)

    def begin(self, *words: str, stdin: Any = subprocess.DEVNULL, stdout: IO[Any] | int = subprocess.PIPE) -> Process:
        """Start it, as the leader of a session so that signals to the tests do not reach it."""
        words = (PROGRAM, "-H", self.host, *words)
        return subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, start_new_session=True)

    def calls(self, *words: str, name: str) -> list[str]:
        """Return the calls that it makes, without the ping and with the name in place of the container's id."""
        lines = self("-T", *words).err.splitlines()
        id = ask(self.host, "GET", f"/containers/{name}/json")["Id"]
        asked = [line.split(" -> ")[0].replace("/v1.41", "") for line in lines if " -> " in line][1:]
        return [line.replace(f"<Id {id[:12]}>", name).replace(id, name) for line in asked]


def finished(process: Process, stdin: str = "") -> Done:
    """Wait for a process."""
    out, err = process.communicate(stdin.encode() if process.stdin else None, timeout=60)
    return Done(process.returncode, (out or b"").decode(), err.decode())


def peak(process: Process) -> int:
    """Wait for a process and return the most memory that it had, in MiB; its exit code must be 0."""
    # wait4() would tell the most of this process as well, which it was forked from
    most = 0
    with process:
        while process.poll() is None:
            with suppress(OSError):
                found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
                most = int(found[1]) // 1024 if found else most
            time.sleep(0.02)
    assert process.returncode == 0
    assert most, "it was never seen"
    return most


def create(host: str, name: str, *command: str, start: bool = True, **more: Any) -> str:
    """Create a container without rawdocker, and start it; return its id."""
    body = {"Image": IMAGE, "Cmd": list(command), "Labels": {LABEL: name}, **more}
    identifier: str = ask(host, "POST", "/containers/create", params={"name": name}, json=body)["Id"]
    if start:
        ask(host, "POST", f"/containers/{name}/start")
    return identifier


def state(host: str, name: str) -> dict[str, Any]:
    """Return the state of a container."""
    found: dict[str, Any] = ask(host, "GET", f"/containers/{name}/json")["State"]
    return found


def exists(host: str, name: str) -> bool:
    """Say whether a container is there."""
    chosen = {"all": "1", "filters": f'{{"name": ["^/{name}$"]}}'}
    return bool(ask(host, "GET", "/containers/json", params=chosen))
