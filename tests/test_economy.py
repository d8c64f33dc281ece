"""What made it fast is kept: one request and few calls of the system for a call, one write for what came together, and
no copy of bytes that pass. Which modules are loaded is held by test_architecture."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from struct import Struct
from typing import Any

import pytest
from faults import servers

from rawdocker import AsyncClient, Client, calls, connection
from rawdocker.call import Frame
from rawdocker.codec import JoinedFrameDecoder, RawDecoder, TerminalDecoder
from rawdocker.http1 import BodyOfLength, BodyToTheEnd, ChunkedBody, head_of
from rawdocker.transport import SocketStream
from rawdocker_cli import session, terminal

CALLS = 20


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what connections do."""
    counts: Counter[str] = Counter()

    def count(name: str) -> None:
        real = getattr(SocketStream, name)

        def method(self: SocketStream, *arguments: Any, **named: Any) -> Any:
            counts[name] += 1
            return real(self, *arguments, **named)

        monkeypatch.setattr(SocketStream, name, method)

    for name in ("__init__", "read", "write"):
        count(name)
    return counts


def test_calls_in_a_row_are_one_write_and_one_read_each_on_one_connection(
    tmp_path: Path, counted: Counter[str]
) -> None:
    document = b'{"Id": "web"}'
    with (
        servers.Server(tmp_path / "s", servers.answers("200 OK", document, "application/json")) as host,
        Client(host) as docker,
    ):
        for _ in range(CALLS):
            docker.send(calls.container_inspect("web"))
    assert counted["__init__"] == 1
    assert counted["write"] == counted["read"] == CALLS + 1, "a ping, and the calls"


def test_an_asynchronous_call_makes_no_generator_that_the_loop_keeps_count_of(tmp_path: Path) -> None:
    async def generators(host: str) -> list[str]:
        begun: list[str] = []
        async with AsyncClient(host) as docker:
            await docker.send(calls.container_inspect("web"))
            sys.set_asyncgen_hooks(firstiter=lambda generator: begun.append(generator.__qualname__))
            await docker.send(calls.container_inspect("web"))
        return begun

    answer = servers.answers("200 OK", b'{"Id": "web"}', "application/json")
    with servers.Server(tmp_path / "s", answer) as host:
        assert asyncio.run(generators(host)) == []


def test_of_a_hundred_kept_connections_a_call_looks_at_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = Counter[str]()
    real = SocketStream.get_extra_info

    def get_extra_info(self: SocketStream, info: str) -> Any:
        looked_at[info] += 1
        return real(self, info)

    monkeypatch.setattr(SocketStream, "get_extra_info", get_extra_info)
    answer = servers.answers("200 OK", b'{"Id": "web"}', "application/json")
    with servers.Server(tmp_path / "s", answer) as host, Client(host) as docker:
        with ExitStack() as stack:
            for _ in range(100):
                answers = stack.enter_context(docker.stream(calls.container_inspect("web")))
                assert len(list(answers)) == 1
        looked_at.clear()
        docker.send(calls.container_inspect("web"))
    assert looked_at["is_readable"] == 1


def test_a_thousand_frames_that_came_together_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[int, bytes]] = []

    def write(descriptor: int, data: bytes) -> int:
        written.append((descriptor, data))
        return len(data)

    monkeypatch.setattr(os, "write", write)
    session.copy_output(JoinedFrameDecoder().feed(1000 * b"\1\0\0\0\0\0\0\5line\n"))
    assert written == [(1, 1000 * b"line\n")]


SWITCHED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def test_large_pieces_gather_between_two_reads_and_small_ones_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    piece = b"\1\0\0\0\0\0\x80\0" + bytes(1 << 15)
    reading, paused, written = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)
    pauses: list[float] = []

    def engine(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(SWITCHED)
        reading.wait()
        client.sendall(piece)
        paused.acquire(timeout=10)
        client.sendall(4 * piece)
        written.release()
        paused.acquire(timeout=10)
        client.sendall(b"\1\0\0\0\0\0\0\5line\n")
        written.release()
        client.shutdown(socket.SHUT_RDWR)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        paused.release()
        assert written.acquire(timeout=10)

    monkeypatch.setattr(connection.time, "sleep", pause)
    with (
        servers.Server(tmp_path / "s", engine) as host,
        Client(host, version="1.41") as docker,
        docker.hijack(calls.exec_start("e", {})) as frames,
    ):
        counted.clear()
        reading.set()
        assert [len(frame.data) for frame in frames] == [*5 * [1 << 15], 5]
    assert counted["read"] == 4, "one piece, four pieces, a line, the end"
    assert pauses == 2 * [connection.GATHERING]


def test_a_pause_that_is_interrupted_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = b"\1\0\0\0\0\0\x80\0" + bytes(1 << 15)
    reading = threading.Event()

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(connection.time, "sleep", interrupted)

    def engine(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(SWITCHED)
        reading.wait()
        client.sendall(9 * piece)
        client.shutdown(socket.SHUT_RDWR)

    read: list[Frame] = []
    interruptions = 0
    with (
        servers.Server(tmp_path / "s", engine) as host,
        Client(host, version="1.41") as docker,
        docker.hijack(calls.exec_start("e", {})) as frames,
    ):
        reading.set()
        while True:
            try:
                read.extend(frames)
                break
            except KeyboardInterrupt:
                interruptions += 1
                monkeypatch.undo()
    assert [len(frame.data) for frame in read] == 9 * [1 << 15]
    assert interruptions == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' libraries hand out memory their own way")
def test_the_memory_of_a_large_read_is_used_again() -> None:
    script = """
import resource, socket
from rawdocker.connection import GATHERED
from rawdocker.transport import SocketStream
ours, theirs = socket.socketpair()
stream, data = SocketStream(ours), bytes(150_000)
def read():
    theirs.sendall(data)
    return len(stream.read(GATHERED))
assert sum(read() for _ in range(20)) == 20 * len(data)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
assert sum(read() for _ in range(200)) == 200 * len(data)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert int(out) < 200, "page faults; 36 for each read where the system is asked for its memory"


def test_a_file_on_stdin_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"line\n" * 100_000
    (tmp_path / "file").write_bytes(content)
    arrived: list[int] = []
    read: list[int] = []
    real = os.read

    def count(descriptor: int, size: int) -> bytes:
        read.append(len(data := real(descriptor, size)))
        return data

    def engine(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(SWITCHED)
        while piece := client.recv(65536):
            arrived.append(len(piece))
        client.close()

    with (
        open(tmp_path / "file", "rb") as file,
        servers.Server(tmp_path / "s", engine) as host,
        Client(host, version="1.41") as docker,
        docker.hijack(calls.exec_start("e", {})) as attached,
    ):
        monkeypatch.setattr(terminal, "STDIN", file.fileno())
        monkeypatch.setattr(os, "read", count)
        with terminal.carried_stdin(attached, tty=False, keys=""):
            assert list(attached) == []
    assert sum(arrived) == len(content)
    assert sum(read) == 0


def test_a_body_that_came_as_it_is_is_not_copied() -> None:
    piece = bytes(1 << 16)
    assert BodyToTheEnd().feed(piece) is piece
    assert BodyOfLength(len(piece)).feed(piece) is piece
    assert next(RawDecoder().feed(piece)) is piece
    (frame,) = TerminalDecoder().feed(piece)
    assert frame.data is piece


def test_a_chunk_that_is_passed_on_is_only_looked_at() -> None:
    chunk = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
    data, spans = ChunkedBody().spans(chunk)
    assert data is chunk
    assert spans == [(7, 7 + (1 << 16))]


def test_large_payloads_are_views_and_small_ones_are_joined_again_afterwards() -> None:
    decoder, large, small = JoinedFrameDecoder(), bytes(1 << 15), b"line\n"
    data = 2 * (b"\1\0\0\0\0\0\x80\0" + large)
    assert [len(frame.data) for frame in decoder.feed(data)] == [1 << 16]
    for split in (1, 9, 40_000):  # inside a header, a payload, the next one
        frames = [*decoder.feed(data[:split]), *decoder.feed(data[split:])]
        assert b"".join(frame.data for frame in frames) == 2 * large
        assert all(isinstance(frame.data, memoryview) for frame in decoder.feed(data))
    lines = 1000 * (b"\2\0\0\0\0\0\0\5" + small)
    assert len(list(decoder.feed(lines))) == 1000
    assert list(decoder.feed(lines)) == [Frame("stderr", 1000 * small)]
    assert list(decoder.end()) == []


def test_a_head_that_says_the_same_is_read_once() -> None:
    head = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\n"
    assert head_of(head) is head_of(bytes(bytearray(head)))


def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage() -> None:
    script = """
import gc
from rawdocker_cli import entry
before = sum(generation["collections"] for generation in gc.get_stats())
from rawdocker_cli import main
from rawdocker import client
from rawdocker_cli.verbs import attach, ps, run
main.run(["run", "--help"])
print(sum(generation["collections"] for generation in gc.get_stats()) - before)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="no other system has these policies")
@pytest.mark.parametrize(
    ("given", "kept"), [("SCHED_OTHER", "SCHED_BATCH"), ("SCHED_BATCH", "SCHED_BATCH"), ("SCHED_IDLE", "SCHED_IDLE")]
)
def test_the_command_line_interrupts_nobody_who_writes_to_it(given: str, kept: str, tmp_path: Path) -> None:
    policies: list[int] = []

    def engine(client: socket.socket) -> None:
        process, _, _ = Struct("3i").unpack(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        policies.append(os.sched_getscheduler(process))
        client.close()

    with servers.Server(tmp_path / "s", engine) as host:
        subprocess.run(_scheduled(given, "-H", host, "ps"), capture_output=True, check=False)
    assert policies
    assert set(policies) == {getattr(os, kept)}


@pytest.mark.skipif(sys.platform != "linux", reason="no other system has these policies")
def test_a_program_that_a_verb_starts_may_interrupt_as_ever(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import os; print(os.sched_getscheduler(0) == os.SCHED_OTHER)"]
    with servers.Server(tmp_path / "s", servers.hangs_up) as host:
        command = _scheduled("SCHED_OTHER", "-H", host, "spy", "--", *program)
        assert subprocess.run(command, capture_output=True, check=True).stdout == b"True\n"


def _scheduled(policy: str, *words: str) -> list[str]:
    """Return the command line as a process of a policy."""
    script = f"""
import os
os.sched_setscheduler(0, os.{policy}, os.sched_param(0))
from rawdocker_cli.entry import entry
entry()
"""
    return [sys.executable, "-c", script, *words]


def test_what_came_of_a_frame_does_not_wait_for_the_rest() -> None:
    decoder = JoinedFrameDecoder()
    assert list(decoder.feed(b"\1\0\0\0\0\1\0\0")) == []
    piece = bytes(1 << 15)
    for _ in range(2):
        assert list(decoder.feed(piece)) == [Frame("stdout", piece)]
