"""What a short command costs, from start to end, beside its rivals: CPU and wall time, in turns, on one engine.

    .venv/bin/pip install -e '.[bench]'
    .venv/bin/python benchmarks/startup.py [ROUNDS]

Prints medians, the spread between the quartiles, and each row's CPU as a ratio to docker-py's.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(sys.executable).parent
DOCKER_PY = "import docker\nfor box in docker.from_env().containers.list(): print(box.short_id)"
PLAIN_HTTPX = """
import httpx, os
socket = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
transport = httpx.HTTPTransport(uds=socket, verify=False)
with httpx.Client(transport=transport, trust_env=False) as client:
    client.head("http://localhost/_ping")
    for box in client.get("http://localhost/v1.41/containers/json").json(): print(box["Id"][:12])
"""

COMMANDS: dict[str, list[str]] = {
    "docker-py script, list": [sys.executable, "-c", DOCKER_PY],
    "rawdocker ps -q": [str(HERE / "rawdocker"), "ps", "-q"],
    "plain httpx script, list": [sys.executable, "-c", PLAIN_HTTPX],
    "the same below Typer": [sys.executable, "-c", "import typer\n" + PLAIN_HTTPX],
    "docker ps -q (Go)": [shutil.which("docker") or "docker", "ps", "-q"],
    "rawdocker --help": [str(HERE / "rawdocker"), "--help"],
    "import typer": [sys.executable, "-c", "import typer"],
    "import httpx": [sys.executable, "-c", "import httpx"],
    "import rawdocker": [sys.executable, "-c", "import rawdocker"],
    "python alone": [sys.executable, "-c", "pass"],
}


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command once; return its CPU and wall time in milliseconds."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command}: exit code {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000, wall * 1000


def main() -> None:
    """Take turns, then print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for turn in range(rounds + 1):
        for name, command in COMMANDS.items():
            result = measure(command)
            if turn:  # the first turn fills the caches
                times[name].append(result)
    baseline = statistics.median(cpu for cpu, _ in times["docker-py script, list"])
    print(f"{'':26} {'CPU ms':>8} {'spread':>8} {'wall ms':>8} {'CPU ratio':>10}")
    for name, results in times.items():
        cpu = sorted(cpu for cpu, _ in results)
        quartiles = statistics.quantiles(cpu, n=4)
        wall = statistics.median(wall for _, wall in results)
        middle = statistics.median(cpu)
        print(f"{name:26} {middle:8.0f} {quartiles[2] - quartiles[0]:8.0f} {wall:8.0f} {middle / baseline:10.2f}")


if __name__ == "__main__":
    main()
