"""Where the rows are played: an engine of the benchmark's own, the rivals, and what a row needs of both.

The engine is one of scripts/engine, with its own data and network, so that nothing else is listed, and is gone with all
that rows have made. The rivals live in an environment of their own beside this file, never in the project's.
"""

from __future__ import annotations

import compileall
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.programs.raw_socket import Engine, upgraded

HERE = Path(__file__).parent
ROOT = HERE.parent
RIVALS = HERE / ".rivals"
PACKAGES = ("docker", "aiodocker")

QUIET_NETWORK = {"NetworkMode": "none"}


class Stage:
    """An engine with the image busybox:1, and a folder for files."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.socket = folder, path
        self._made: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.leave()

    def enter(self, context: AbstractContextManager[Any]) -> Any:
        """Enter something that a row needs; it is left when the row is done."""
        return self._stack.enter_context(context)

    def afterwards(self, work: Callable[[], object]) -> None:
        """Have something done when the row is done."""
        self._stack.callback(work)

    def leave(self) -> None:
        """Leave what the row has entered."""
        self._stack.close()

    def engine(self) -> Engine:
        """Return a connection to the engine."""
        return Engine(str(self.socket))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the engine; return its JSON."""
        with closing(self.engine()) as engine:
            return engine.ask(method, path, body)

    def container(self, *command: str, **config: Any) -> str:
        """Start a container and return its id."""
        body = {"Image": "busybox:1", "Cmd": list(command), "HostConfig": QUIET_NETWORK, **config}
        box: str = self.ask("POST", "/containers/create", body)["Id"]
        self.ask("POST", f"/containers/{box}/start")
        return box

    def ended(self, *command: str) -> str:
        """Run a container to its end, and return its id."""
        box = self.container(*command)
        self.ask("POST", f"/containers/{box}/wait")
        return box

    @property
    def box(self) -> str:
        """A container that runs."""
        return self.once("box", lambda: self.container("sleep", "1000000"))

    def once(self, name: str, make: Any) -> Any:
        """Make something the first time it is asked for."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def run(self, box: str, script: str) -> None:
        """Run a shell script in a container."""
        body = {"Cmd": ["sh", "-c", script], "AttachStdout": True}
        made = self.ask("POST", f"/containers/{box}/exec", body)["Id"]
        with closing(self.engine()) as engine:
            engine.request("POST", f"/exec/{made}/start", "{}", {"Content-Type": "application/json"})
            engine.getresponse().read()

    def conversation(self) -> tuple[str, socket.socket]:
        """Start a container that says what it is told; return its id, and its stdin."""
        box = self.container("cat", OpenStdin=True, StdinOnce=True)
        engine = self.engine()
        return box, upgraded(engine, f"/containers/{box}/attach?stream=1&stdin=1")

    def file(self, name: str, pieces: Iterable[bytes]) -> str:
        """Return the path of a file that is made of pieces."""
        path = self.folder / name
        with path.open("wb") as file:
            file.writelines(pieces)
        return str(path)

    def zeros(self, size: int) -> str:
        """Return the path of a file of that many zeros."""
        path = self.folder / f"zeros-{size}"
        with path.open("ab") as file:
            file.truncate(size)
        return str(path)

    def containers(self, count: int) -> None:
        """Bring the number of containers, running or not, to `count`."""
        present = [box["Id"] for box in self.ask("GET", "/containers/json?all=1")]
        body = {"Image": "busybox:1", "Cmd": ["true"], "HostConfig": QUIET_NETWORK, "Labels": {"course": "containers"}}
        for _ in range(len(present), count):
            self.ask("POST", "/containers/create", body)
        for box in present[: max(0, len(present) - count)]:
            self.ask("DELETE", f"/containers/{box}?force=1")
            self._made.clear()


def _script(*words: str, **environment: str) -> str:
    done = subprocess.run(
        [ROOT / "scripts/engine", *words], env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def opened() -> Iterator[Stage]:
    """Start the engine, and clear all away at the end."""
    base = Path(os.environ.get("RAWDOCKER_ENGINE_DIR", "/var/lib/rawdocker-engine"))
    where = {"RAWDOCKER_ENGINE_DIR": str(base / "bench"), "RAWDOCKER_ENGINE_CACHE": str(base / "cache")}
    _script("clean", **where)
    try:
        _script("up", **where)
        os.environ["PATH"] = f"{Path(_script('oracle').strip()).parent}:{os.environ['PATH']}"
        files = tempfile.TemporaryDirectory(prefix="rawdocker-bench-", dir=_memory())
        with files as folder, Stage(Path(folder), base / "bench" / "docker.sock") as stage:
            yield stage
    finally:
        _script("clean", **where)


def _memory() -> str | None:
    """Return a folder that is no disk, where there is one: what is measured is no disk either."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def compile_ours() -> None:
    """Leave compiled modules beside the sources, as an installer does; a checkout may have none, or old ones."""
    for package in ("rawdocker", "cli"):
        compileall.compile_dir(HERE.parent / package, quiet=1)


def install_rivals() -> None:
    """Make the environment of the rivals where there is none."""
    if (RIVALS / "installed").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", RIVALS], check=True)
    subprocess.run([RIVALS / "bin/pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
    (RIVALS / "installed").touch()


def versions(stage: Stage) -> dict[str, str]:
    """Return what was measured, by its version."""
    engine = stage.ask("GET", "/version")
    ours, theirs = (_packages(python) for python in (sys.executable, str(RIVALS / "bin/python")))
    commit = _first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    return {
        "rawdocker": f"{ours['rawdocker']} ({commit})",
        "Python": sys.version.split()[0],
        "Engine": f"{engine['Version']}, API {engine['ApiVersion']}",
        "docker CLI": _first_line("docker", "--version").split()[2].rstrip(","),
        "curl": _first_line("curl", "--version").split()[1],
        "docker-py": theirs["docker"],
        **{name: theirs[name] for name in ("requests", "aiodocker", "aiohttp")},
        **{name: ours[name] for name in ("httpx", "httpcore", "pydantic")},
    }


def _packages(python: str) -> dict[str, str]:
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found: dict[str, str] = json.loads(_first_line(python, "-c", code))
    return found


def _first_line(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


def machine() -> dict[str, str]:
    """Return on what it was measured."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model[0].partition(":")[2].strip() if model else os.uname().machine,
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "kernel": os.uname().release,
        "load before": f"{os.getloadavg()[0]:.1f}",
    }
