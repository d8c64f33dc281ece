"""Many at once: runs, processes, followers of a log, events of a day. Each returns what came of it: a row of a table.

The tests of load take small numbers; scripts/load takes large ones, and prints the rows.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from rawdocker import AsyncClient, Client, calls, run_async

IMAGE = "busybox:1"
RAWDOCKER = str(Path(sys.executable).with_name("rawdocker"))
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1 << 20


class Row(NamedTuple):
    """What came of a load."""

    load: str
    wanted: int
    """Answers, lines or events that were to come."""
    came: int
    """How many of them came, each once and in its place."""
    descriptors: int
    """Open files more than before."""
    growth: float
    """MiB of memory more at the end than after the first tenth."""
    seconds: float

    def __str__(self) -> str:
        told = f"| {self.load} | {self.wanted:,} | {self.came:,} | {self.descriptors} | {self.growth:.1f}"
        return f"{told} | {self.seconds:.1f} |"


HEAD = (
    "| load | wanted | came, in order | descriptors left | memory that grew, MiB | seconds |\n|---|--:|--:|--:|--:|--:|"
)


def descriptors() -> int:
    """Return how many files this process has open."""
    return len(os.listdir("/proc/self/fd"))


def resident() -> float:
    """Return the MiB of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / MIB


class Watch:
    """Counts what comes in its order, and what is left of it in memory and descriptors."""

    def __init__(self, load: str, wanted: int) -> None:
        self.load, self.wanted, self.came = load, wanted, 0
        self._open, self._started = descriptors(), time.monotonic()
        self._settled = resident()

    def take(self, number: int, expected: int) -> None:
        """Count an item that stands where it should."""
        self.came += number == expected
        if self.came == self.wanted // 10:
            self._settled = resident()

    def row(self) -> Row:
        """Return what came of the load, once all is closed."""
        gc.collect()
        left, grew = descriptors() - self._open, resident() - self._settled
        return Row(self.load, self.wanted, self.came, left, max(0.0, grew), time.monotonic() - self._started)


def runs(host: str, count: int) -> Row:
    """Run containers, all at once, by one asynchronous client."""

    async def all_at_once() -> None:
        async with AsyncClient(host) as docker:
            await asyncio.gather(*(one(docker, number) for number in range(count)))

    async def one(docker: AsyncClient, number: int) -> None:
        result = await run_async(IMAGE, ["echo", str(number)], client=docker)
        watch.take(int(result.stdout), number)

    asyncio.run(_warm(host))
    watch = Watch(f"{count} `run` at once by one asynchronous client", count)
    asyncio.run(all_at_once())
    return watch.row()


async def _warm(host: str) -> None:
    """Load what the first call loads, which is no growth."""
    async with AsyncClient(host) as docker:
        await docker.send(calls.system_version())


def processes(host: str, count: int, name: str) -> Row:
    """Start command lines, all at once; each must find the one container with a name."""
    watch = Watch(f"{count} processes `rawdocker ps` at once", count)
    with Client(host) as docker:
        docker.send(calls.container_create({"Image": IMAGE}, name=name))
        line = [RAWDOCKER, "-H", host, "ps", "-a", "-f", f"name={name}", "--format", "{{.Names}}"]
        started = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(count)]
        for process in started:
            said, _ = process.communicate()
            watch.take(0, 0 if (process.returncode, said) == (0, f"{name}\n".encode()) else 1)
        docker.send(calls.container_delete(name))
    return watch.row()


def followers(host: str, count: int, lines: int, name: str) -> Row:
    """Follow the log of one container many times over, by one asynchronous client; it speaks when all listen."""
    # an engine may tell a follower that the container has ended before it has told all that was said
    script = f"read go; i=0; while [ $i -lt {lines} ]; do echo $i; i=$((i+1)); done; sleep 2"
    config = {"Image": IMAGE, "Cmd": ["sh", "-c", script], "OpenStdin": True, "StdinOnce": True}

    async def all_at_once() -> None:
        async with AsyncClient(host, connect_timeout=60) as docker:
            await docker.send(calls.container_create(config, name=name))
            await docker.send(calls.container_start(name))
            listening = asyncio.Semaphore(0)
            following = [asyncio.create_task(follow(docker, listening)) for _ in range(count)]
            for _ in range(count):
                await listening.acquire()
            async with docker.hijack(calls.container_attach(name, stdin=True, stream=True)) as stdin:
                await stdin.write(b"go\n")
                await asyncio.gather(*following)
            await docker.send(calls.container_delete(name, force=True))

    async def follow(docker: AsyncClient, listening: asyncio.Semaphore) -> None:
        text = b""
        async with docker.stream(calls.container_logs(name, follow=True, stdout=True)) as frames:
            listening.release()
            async for frame in frames:
                text += frame.data
        for expected, line in enumerate(text.splitlines()):
            watch.take(int(line), expected)

    asyncio.run(_warm(host))
    watch = Watch(f"{count:,} followers of a log by one asynchronous client", count * lines)
    asyncio.run(all_at_once())
    return watch.row()


def _events(count: int) -> Iterator[bytes]:
    """Yield the events of a day as chunks of HTTP: cut anywhere but between documents."""
    attributes = {"image": "debian:12", "name": "box", "maintainer": "é" * 20}
    text, size = b"", 0
    for number in range(count):
        event = {"Type": "container", "Action": "start", "Actor": {"ID": str(number), "Attributes": attributes}}
        text += json.dumps({**event, "scope": "local", "time": 1_700_000_000 + number // 12}).encode() + b"\n"
        if len(text) > 60_000:
            size = 60_000 - number % 100
            yield text[:size]
            text = text[size:]
    yield text


@contextmanager
def streaming(chunks: Iterable[bytes]) -> Iterator[str]:
    """Serve a stream to whoever asks, on a socket of its own."""

    def serve() -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for chunk in chunks:
                client.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            client.sendall(b"0\r\n\r\n")

    with tempfile.TemporaryDirectory(prefix="stream-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"unix://{folder}/s"
        thread.join(30)


def simulated_events(count: int) -> Row:
    """Read the events of a day, a thousand times as fast."""
    watch = Watch(f"{count:,} events from a stream", count)
    call = calls.system_events().as_json()
    with streaming(_events(count)) as host, Client(host, version="1.41") as docker, docker.stream(call) as events:
        for expected, event in enumerate(events):
            watch.take(int(event["Actor"]["ID"]), expected)
    return watch.row()


def real_events(host: str, count: int, name: str) -> Row:
    """Read the engine's own events while volumes are made, one after the other."""
    label = {"load": name}
    begun = threading.Event()

    def make() -> None:
        begun.wait(30)
        with Client(host) as docker:
            for number in range(count):
                docker.send(calls.volume_create({"Name": f"{name}-{number}", "Labels": label}))
                docker.send(calls.volume_delete(f"{name}-{number}"))

    with Client(host) as warm:
        warm.send(calls.system_version())
    watch = Watch(f"{count * 2:,} events of a real engine", count * 2)
    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    chosen = {"type": {"volume": True}, "event": {"create": True, "destroy": True}}
    with Client(host) as docker, docker.stream(calls.system_events(filters=chosen).as_json()) as events:
        begun.set()
        expected = 0
        for event in events:
            if event["Actor"]["ID"].startswith(f"{name}-"):
                number = int(event["Actor"]["ID"].rpartition("-")[2]) * 2 + (event["Action"] == "destroy")
                watch.take(number, expected)
                expected += 1
                if number == count * 2 - 1:
                    break
    thread.join(30)
    return watch.row()
