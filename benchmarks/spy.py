"""What the spy costs: bytes and calls direct and through it, in turns; and what tracing costs in the client.

    DOCKER_HOST=unix:///… .venv/bin/python benchmarks/spy.py [ROUNDS] [MEGABYTES]

The stream comes from a server on this machine, in chunks as an engine cuts them, and from a container of the engine
(export, logs). Prints medians, and each as a ratio to the direct way. The image is busybox:1.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from rawdocker import Client, calls
from rawdocker_cli.trace import Trace

PROGRAM = str(Path(sys.executable).with_name("rawdocker"))
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
MEGABYTES = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
PIECE = 32768
"""Bytes of a chunk, as an engine's exports have them."""

CALLS = 500
LINES = 200_000

WAYS = {
    "level 0": ["-q"],
    "level 1": ["-T"],
    "level 3": ["-TTT", "--trace-to", "{folder}/trace"],
    "recording": ["-q", "-o", "{folder}/session.har"],
}


@contextmanager
def spies(host: str, folder: str) -> Iterator[dict[str, str]]:
    """Start a spy for each way; give the sockets by name, the engine's own first."""
    paths = {"direct": host.removeprefix("unix://")}
    with ExitStack() as stack:
        for number, (name, flags) in enumerate(WAYS.items()):
            path = f"{folder}/{number}.sock"
            own = [flag.format(folder=folder) for flag in flags]
            words = [PROGRAM, "-H", host, "spy", *own, "--listen", path]
            process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
            stack.callback(_ended, process)
            _wait_for(path)
            paths[name] = path
        yield paths


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def _wait_for(path: str) -> None:
    while True:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            return probe.connect(path)
        time.sleep(0.02)


def connected(path: str) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    return client


def read_stream(path: str, target: str) -> float:
    """Read a chunked answer to its end; return megabytes a second."""
    buffer, total, last = bytearray(1 << 18), 0, b""
    with connected(path) as client:
        started = time.perf_counter()
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not last.endswith(b"\r\n0\r\n\r\n") and (count := client.recv_into(buffer)):
            total += count
            last = (last + buffer[max(0, count - 7) : count])[-7:]
        return total / (time.perf_counter() - started) / 1e6


def ask_often(path: str) -> float:
    """Return the milliseconds that a call takes on a connection that stands."""
    times = []
    with connected(path) as client:
        for _ in range(CALLS):
            started = time.perf_counter()
            client.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(65536)
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def serve(path: str) -> None:
    """Answer every request with a stream."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    chunk = b"%x\r\n%b\r\n" % (PIECE, os.urandom(PIECE))
    while True:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            if connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(MEGABYTES * 1_000_000 // PIECE):
                    connection.sendall(chunk)
                connection.sendall(b"0\r\n\r\n")


def compare(title: str, unit: str, paths: dict[str, str], measure: Callable[[str], float]) -> None:
    """Measure each way in turns and print the table."""
    found: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(ROUNDS):
        for name, path in paths.items():
            found[name].append(measure(path))
    _print(title, unit, found)


def _print(title: str, unit: str, found: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(values) for name, values in found.items()}
    first = next(iter(medians.values()))
    print(f"\n{title}", flush=True)
    for name, value in medians.items():
        print(f"  {name:12} {value:10.2f} {unit:5} ratio {value / first:6.2f}  difference {value - first:+8.2f}")


@contextmanager
def container(docker: Client) -> Iterator[str]:
    """Give a container with a big file, and many lines of log."""
    script = f"head -c {MEGABYTES // 2}000000 /dev/urandom > /big; seq {LINES}; echo ready >&2; sleep 10000"
    box = docker.send(calls.container_create({"Image": "busybox:1", "Cmd": ["sh", "-c", script]}).as_json())["Id"]
    docker.send(calls.container_start(box))
    try:
        with docker.stream(calls.container_logs(box, stderr=True, follow=True)) as frames:
            next(iter(frames))
        yield box
    finally:
        docker.send(calls.container_delete(box, force=True))


def export_through(client: Client, box: str) -> float:
    started, total = time.perf_counter(), 0
    with client.stream(calls.container_export(box)) as pieces:
        for piece in pieces:
            total += len(piece)
    return total / (time.perf_counter() - started) / 1e6


def main() -> None:
    """Print the tables."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.Process(target=serve, args=(f"{folder}/server",), daemon=True).start()
        _wait_for(f"{folder}/server")
        with spies(f"unix://{folder}/server", tempfile.mkdtemp(dir=folder)) as paths:
            title = f"{MEGABYTES} MB from a server that does nothing else"
            compare(title, "MB/s", paths, lambda path: read_stream(path, "/v1.41/containers/x/export"))
        docker = Client(host)
        with container(docker) as box, spies(host, tempfile.mkdtemp(dir=folder)) as paths:
            export, logs = f"/v1.41/containers/{box}/export", f"/v1.41/containers/{box}/logs?stdout=1"
            compare("export of a container", "MB/s", paths, lambda path: read_stream(path, export))
            compare(f"logs, {LINES} lines", "MB/s", paths, lambda path: read_stream(path, logs))
            compare("a ping", "ms", paths, ask_often)
            traced = Client(host, observers=[Trace(1, io.StringIO())])
            found: dict[str, list[float]] = {"untraced": [], "level 1": []}
            for _ in range(ROUNDS):
                found["untraced"].append(export_through(docker, box))
                found["level 1"].append(export_through(traced, box))
            _print("export by the client", "MB/s", found)


if __name__ == "__main__":
    main()
