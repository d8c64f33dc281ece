"""Make the recordings in fixtures/recordings from a real engine: scripts/engine exec python scripts/record_sessions.py

Commands are run through a spy that records, and what each printed is written beside (sessions.json). The tour is the
console sessions of README.md. Names of recordings on the command line choose some of them.

Look at what came before it is committed: no secret but marks, no path of your machine, some kilobytes each.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rawdocker.har import HarRecorder, read
from rawdocker.host import resolve
from rawdocker.spy import Spy

ROOT = Path(__file__).parent.parent
RECORDINGS = ROOT / "fixtures" / "recordings"
ENDPOINT = "unix:///var/run/docker.sock"
"""What recordings say they were made with, wherever the engine's socket was."""

REGISTRY = "127.0.0.1:5000"

SESSIONS: dict[str, Sequence[str]] = {
    "demo": ("rawdocker run debian:12 echo hi",),
    "run": ("rawdocker run --rm --name recorded debian:12 sh -c 'echo out; echo err >&2; exit 3'",),
    "stdin": ("printf 'one\\ntwo\\n' | rawdocker run -i --rm --name recorded debian:12 sh -c 'cat; echo end; exit 4'",),
    "container": (
        "rawdocker version --format '{{.Server.APIVersion}}'",
        "rawdocker run -d --name recorded debian:12 sh -c 'echo one; sleep 0.4; echo two >&2; exec sleep 100'",
        "rawdocker exec recorded cat /proc/1/comm",
        "printf abc | rawdocker exec -i recorded sh -c 'cat; exit 5'",
        "rawdocker ps -a -f name=recorded --format '{{.Names}} {{.Image}}'",
        "rawdocker logs recorded",
        "rawdocker cp recorded:/etc/debian_version - | tar -xO",
        "rawdocker inspect --format '{{.Config.Image}}' recorded",
        "rawdocker stop -t 0 recorded",
        "rawdocker logs -f --tail 1 recorded",
        "rawdocker rm recorded",
        "rawdocker inspect recorded",
    ),
    "times": ("rawdocker run --rm --name recorded debian:12 sh -c 'for n in 1 2 3; do echo $n; sleep 0.5; done'",),
    "terminal": ("rawdocker run -t --rm --name recorded debian:12 sh -c 'tty; ls -d /etc'",),
    "pull": (f"rawdocker pull {REGISTRY}/library/busybox:1", f"rawdocker rmi {REGISTRY}/library/busybox:1"),
    "secret": ("rawdocker run --rm --name recorded -e DB_PASSWORD=a-secret-of-tests debian:12 printenv DB_PASSWORD",),
}
CLEANING = "rawdocker rm -f recorded once deb12 ticker talker course course_1"


def tour() -> Sequence[str]:
    """Return the commands of the README's console sessions that want an engine alone."""
    spec = importlib.util.spec_from_file_location("tour", ROOT / "scripts" / "tour.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "README.md").read_text()
    sessions = module.sessions(page, engine_alone=True)
    return [step.command for session in sessions for step in module.steps(session)]


def run(command: str, host: str, directory: str) -> dict[str, Any]:
    """Run a command line against a DOCKER_HOST; return what it printed and its exit code."""
    environ = {**os.environ, "DOCKER_HOST": host, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return {"line": command, "code": done.returncode, "out": done.stdout, "err": done.stderr}


def record(name: str, commands: Sequence[str]) -> list[dict[str, Any]]:
    """Run commands and record what they ask of the engine; return what they printed."""
    endpoint = resolve()
    path = RECORDINGS / f"{name}.har"
    with tempfile.TemporaryDirectory() as directory:
        run(CLEANING, endpoint.url, directory)
        recorder = HarRecorder(path)
        with Spy(endpoint, f"{directory}/spy.sock", [recorder]) as spy:
            outputs = []
            for command in commands:
                outputs.append(run(command, spy.host, directory))
                spy.settle()
        recorder.close()
        created = (entry.content for entry in read(path).entries if entry.status == 201)
        ids = " ".join(json.loads(answer)["Id"] for answer in created)
        run(f"rawdocker rm -f {ids}", endpoint.url, directory)
    path.write_text(path.read_text().replace(endpoint.url, ENDPOINT))
    path.chmod(0o644)
    return outputs


def main(names: Sequence[str]) -> None:
    RECORDINGS.mkdir(exist_ok=True)
    index = RECORDINGS / "sessions.json"
    sessions = json.loads(index.read_text()) if index.exists() else {}
    for name in names or [*SESSIONS, "tour"]:
        if name == "tour":
            record(name, tour())
        else:
            sessions[name] = record(name, SESSIONS[name])
        print(f"{name}.har: {(RECORDINGS / f'{name}.har').stat().st_size:,} bytes")
    index.write_text(json.dumps(dict(sorted(sessions.items())), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
