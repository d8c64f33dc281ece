"""A command line for each verb, and programs run with it: what the tests of faults break."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

RAWDOCKER = str(Path(sys.executable).with_name("rawdocker"))
SECONDS = 40
"""Nothing here may take as long; the engine's own patience with `stop` is ten."""

COMMANDS = {
    "container attach": "attach box",
    "container commit": "commit box image:new",
    "container cp": "cp box:/etc/hostname -",
    "container create": "create busybox:1 true",
    "container diff": "diff box",
    "container exec": "exec box true",
    "container export": "export box",
    "container inspect": "container inspect box",
    "container kill": "kill box other",
    "container logs": "logs -f box",
    "container ls": "ps",
    "container pause": "pause box",
    "container port": "port box",
    "container prune": "container prune -f",
    "container rename": "rename box new",
    "container restart": "restart box other",
    "container rm": "rm box other",
    "container run": "run --rm busybox:1 true",
    "container start": "start box other",
    "container stats": "stats",
    "container stop": "stop box other",
    "container top": "top box",
    "container unpause": "unpause box",
    "container update": "update -m 64m box",
    "container wait": "wait box other",
    "image history": "history busybox:1",
    "image import": "import -",
    "image inspect": "image inspect busybox:1",
    "image load": "load",
    "image ls": "image ls",
    "image prune": "image prune -f",
    "image pull": "pull busybox:1",
    "image push": "push image:1",
    "image rm": "rmi busybox:1",
    "image save": "save busybox:1",
    "image tag": "tag busybox:1 image:new",
    "images": "images",
    "inspect": "inspect box",
    "login": "login -u student -p secret registry.example",
    "network connect": "network connect net box",
    "network create": "network create net",
    "network disconnect": "network disconnect net box",
    "network inspect": "network inspect net",
    "network ls": "network ls",
    "network prune": "network prune -f",
    "network rm": "network rm net",
    "search": "search busybox",
    "system events": "events",
    "system info": "info",
    "version": "version",
    "volume create": "volume create vol",
    "volume inspect": "volume inspect vol",
    "volume ls": "volume ls",
    "volume prune": "volume prune -f",
    "volume rm": "volume rm vol",
}
"""Every verb that speaks to the engine, and a command line that makes it do so."""

SPECIAL = (
    "run -d busybox:1 true", "run -i busybox:1 cat", "start -a box", "start -ai box", "exec -d box true",
    "exec -i box cat", "cp - box:/tmp", "cp commands.py box:/tmp", "stats --no-stream", "stats box",
    "stats --no-stream box",
    "logs box", "ps --format {{.ID}}", "info --format {{.ID}}", "version --format {{.Server.Version}}",
    "rmi one two", "inspect --type image one", "pull -q busybox:1", "pull -a busybox", "volume create", "rm -f box",
    "push -q image:1", "push -a image", "create --pull always busybox:1", "run --pull never busybox:1",
)  # fmt: skip
"""Further ways through the same verbs."""

EVERY = (*COMMANDS.values(), *SPECIAL)


class Ended(NamedTuple):
    """How a program ended: its exit code as a shell shows it, and what it wrote."""

    code: int
    out: bytes
    err: str


def environment(host: str, **more: str) -> dict[str, str]:
    """Return the variables for a program that is to speak to `host`, and nothing of this machine's configuration."""
    known = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "DOCKER_CONFIG": "/proc/nonexistent"}
    return {**known, "DOCKER_HOST": host, **more}


def begun(program: str, host: str, words: list[str], *, env: Mapping[str, str] | None = None, **how: Any) -> Any:
    """Start a program; its output is kept unless told otherwise."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([program, *words], env=environment(host, **(env or {})), **(streams | how))


def ended(process: Any, seconds: float = SECONDS) -> Ended:
    """Wait for a program; one that does not end is killed and fails the test."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"{process.args} still ran after {seconds} s; stderr: {err!r}") from None
    code = process.returncode
    return Ended(128 - code if code < 0 else code, out or b"", (err or b"").decode("utf-8", "replace"))


def ran(program: str, host: str, words: list[str], *, seconds: float = SECONDS, **how: Any) -> Ended:
    """Run a program to its end."""
    return ended(begun(program, host, words, **how), seconds)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)
