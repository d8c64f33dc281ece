"""The spy before a real engine: docker, docker-py and rawdocker do through it what they do without it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import docker
import pexpect
import pytest
from engines import LABEL, ask
from processes import IMAGE, PROGRAM, create, peak

from rawdocker.compare import Requests
from rawdocker.host import Endpoint
from rawdocker.observe import Exchange, Observer
from rawdocker.spy import Spy

pytestmark = pytest.mark.live

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


class Frames(Observer):
    """Keeps what came of streams that are a terminal's, and of those that are not."""

    def __init__(self) -> None:
        self.streams: dict[bool, bytes] = {True: b"", False: b""}

    def received(self, exchange: Exchange, data: bytes) -> None:
        if exchange.call.operation in ("ContainerAttach", "ContainerLogs", "ExecStart"):
            self.streams[exchange.call.tty] += data


@pytest.fixture
def spied(engine_host: str, oracle: str, tmp_path: Path) -> Run:
    """Give a function that runs a program through `rawdocker spy`; "docker" is the oracle."""
    environ = {**os.environ, "PATH": f"{Path(oracle).parent}:{Path(PROGRAM).parent}:{os.environ['PATH']}"}

    def run(*words: str, flags: tuple[str, ...] = (), **streams: Any) -> subprocess.CompletedProcess[bytes]:
        command = [PROGRAM, "-H", engine_host, "spy", *flags, "--", *words]
        return subprocess.run(command, capture_output=True, env=environ, timeout=60, check=False, **streams)

    return run


@pytest.fixture
def spy(engine_host: str, tmp_path: Path) -> Iterator[tuple[Spy, Requests, Frames]]:
    """Give a spy in this process, and what it tells."""
    kept, frames = Requests(), Frames()
    with Spy(Endpoint(engine_host, "the test"), tmp_path / "spy", [kept, frames]) as spy:
        yield spy, kept, frames


def paths(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return the calls of a trace, without version, ids and query."""
    calls = [line.split(" -> ")[0].split(" ", 1) for line in done.stderr.decode().splitlines() if " -> " in line]
    return [f"{method} {target.partition('?')[0].rpartition('/')[2]}" for method, target in calls]


@pytest.mark.parametrize("program", ["docker", "rawdocker"])
def test_run_is_as_without_it(spied: Run, own_name: str, program: str) -> None:
    words = ["run", "--rm", "-i", "--name", own_name, IMAGE, "sh", "-c", "cat; echo err >&2; exit 7"]
    done = spied(program, *words, input=b"in and out\n")
    assert (done.returncode, done.stdout) == (7, b"in and out\n")
    assert b"err\n" in done.stderr
    assert sorted(paths(done)) == ["HEAD _ping", "POST attach", "POST create", "POST start", "POST wait"]


@pytest.mark.parametrize("program", ["docker", "rawdocker"])
def test_a_sequence_of_commands_is_as_without_it(spied: Run, own_name: str, tmp_path: Path, program: str) -> None:
    (tmp_path / "file").write_bytes(os.urandom(300_000))
    script = f"""set -e
        {program} run -d --name {own_name} {IMAGE} sh -c 'echo line; exec sleep 1000' >/dev/null
        {program} exec -i {own_name} sh -c 'cat > /there' < {tmp_path}/file
        {program} cp {tmp_path}/file {own_name}:/copied
        {program} exec {own_name} cmp /there /copied
        {program} cp {own_name}:/copied {tmp_path}/back
        {program} logs {own_name}
        {program} stop -t 0 {own_name}
        {program} rm {own_name}
        """
    done = spied("sh", "-c", script)
    assert (done.returncode, done.stdout) == (0, f"line\n{own_name}\n{own_name}\n".encode()), done.stderr
    assert (tmp_path / "back").read_bytes() == (tmp_path / "file").read_bytes()
    assert paths(done)[-1] == f"DELETE {own_name}"


@pytest.mark.parametrize("program", ["docker", "rawdocker"])
def test_a_terminal_is_as_without_it(engine_host: str, oracle: str, own_name: str, program: str) -> None:
    path = oracle if program == "docker" else PROGRAM
    words = ["-H", engine_host, "spy", "-q", path, "run", "-it", "--rm", "--name", own_name, IMAGE, "bash", "--norc"]
    terminal = pexpect.spawn(PROGRAM, words, dimensions=(30, 100), timeout=20)
    terminal.expect("# ")
    for size in ("30 100", "20 70"):
        terminal.setwinsize(*map(int, size.split()))
        terminal.send(f"until [ \"$(stty size)\" = '{size}' ]; do sleep 0.1; done; stty size\r")
        terminal.expect(f"{size}\r\n")
    terminal.send("sleep 1000\r")
    terminal.sendintr()
    terminal.send("exit 9\r")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 9


def test_the_frames_of_a_terminal_are_told_from_multiplexed_ones(
    spy: tuple[Spy, Requests, Frames], oracle: str, own_name: str
) -> None:
    proxy, _, frames = spy
    words = [oracle, "run", "--rm", "--name", own_name]
    for more in (["-t"], []):
        environ = {**os.environ, "DOCKER_HOST": proxy.host}
        subprocess.run([*words, *more, IMAGE, "echo", "hi"], env=environ, check=True, capture_output=True)
    assert frames.streams == {True: b"hi\r\n", False: b"\1\0\0\0\0\0\0\3hi\n"}


def test_docker_py_is_a_client_like_any_other(spy: tuple[Spy, Requests, Frames], own_name: str) -> None:
    proxy, kept, _ = spy
    client = docker.DockerClient(base_url=proxy.host)
    try:
        box = client.containers.run(IMAGE, ["sleep", "1000"], name=own_name, labels={LABEL: own_name}, detach=True)
        assert box.exec_run(["echo", "hi"]) == (0, b"hi\n")
        code, pieces = box.exec_run(["sh", "-c", "echo one; echo two"], stream=True)
        assert (code, b"".join(pieces)) == (None, b"one\ntwo\n")
        assert b"".join(box.get_archive("/etc/hostname")[0])[:8] == b"hostname"
        box.remove(force=True)
    finally:
        client.close()
    proxy.settle()
    assert proxy.fault is None
    starts = [request for request in kept.requests if request.path.endswith("/start") and "/exec/" in request.path]
    assert [request.call.body["Detach"] for request in starts] == [False, False]
    assert all(request.status for request in kept.requests)


@pytest.mark.parametrize("level", ["-q", "-T", "-TTT"])
@pytest.mark.slow
def test_a_gigabyte_passes_in_flat_memory(
    engine_host: str, oracle: str, own_name: str, tmp_path: Path, level: str
) -> None:
    create(engine_host, own_name, "sleep", "1000")
    flags = [level, "--trace-to", str(tmp_path / "trace")] if level == "-TTT" else [level]
    listening = [PROGRAM, "-H", engine_host, "spy", *flags, "--listen", str(tmp_path / "spy")]
    size = 1_000_000_000 if level != "-TTT" else 100_000_000
    process = subprocess.Popen(listening, stderr=subprocess.PIPE, start_new_session=True)
    assert process.stderr is not None
    process.stderr.readline()
    words = [oracle, "-H", f"unix://{tmp_path}/spy", "exec", own_name, "head", "-c", str(size), "/dev/zero"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        assert sum(map(len, iter(partial(client.stdout.read, 1 << 20), b""))) == size
    assert client.returncode == 0
    threading.Timer(0.3, process.send_signal, [signal.SIGINT]).start()
    assert peak(process) < 96


def test_an_upload_and_a_download_are_the_same_bytes(
    spy: tuple[Spy, Requests, Frames], oracle: str, own_name: str, tmp_path: Path
) -> None:
    proxy, kept, _ = spy
    create(proxy.host, own_name, "true", start=False)
    data = os.urandom(20_000_000)
    (tmp_path / "up").write_bytes(data)
    for source, target in ((f"{tmp_path}/up", f"{own_name}:/big"), (f"{own_name}:/big", f"{tmp_path}/down")):
        words = [oracle, "-H", proxy.host, "cp", "-q", source, target]
        subprocess.run(words, check=True, capture_output=True)
    assert hashlib.sha256((tmp_path / "down").read_bytes()).digest() == hashlib.sha256(data).digest()
    (put,) = (request for request in kept.requests if request.call.method == "PUT")
    assert put.call.body["size"] > len(data)


def test_what_docker_does_is_recorded(spied: Run, own_name: str, tmp_path: Path) -> None:
    path = tmp_path / "session.har"
    words = ["run", "--rm", "--name", own_name, "-e", "DB_PASSWORD=hunter22", IMAGE, "echo", "hi"]
    assert spied("docker", *words, flags=("-q", "-o", str(path))).returncode == 0
    entries = json.loads(path.read_text())["log"]["entries"]
    assert [entry["_rawdocker"]["operation"] for entry in entries].count("ContainerAttach") == 1
    attach = next(entry for entry in entries if "_webSocketMessages" in entry)
    assert attach["response"]["status"] == 101
    assert [message["_stream"] for message in attach["_webSocketMessages"]] == ["stdout"]
    assert b"hunter22" not in path.read_bytes()


def compared(engine_host: str, oracle: str, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{Path(oracle).parent}:{os.environ['PATH']}", "COLUMNS": "120"}
    command = [PROGRAM, "-H", engine_host, "compare", "--docker", "--", *words]
    return subprocess.run(command, capture_output=True, env=environ, timeout=60, check=False, text=True)


def test_docker_and_rawdocker_ask_the_same(engine_host: str, oracle: str, own_name: str) -> None:
    done = compared(engine_host, oracle, "run", "--rm", "--label", f"{LABEL}={own_name}", "-m", "64m", IMAGE, "true")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "5 calls, no difference")


def test_where_docker_and_rawdocker_differ_it_is_said(engine_host: str, oracle: str) -> None:
    done = compared(engine_host, oracle, "attach", "not-there")
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("<")] != []


def test_an_engine_that_dies_ends_what_passes(disposable_engine: Any, oracle: str, tmp_path: Path) -> None:
    kept = Requests()
    with Spy(Endpoint(disposable_engine.host, "the test"), tmp_path / "spy", [kept]) as spy:
        words = [oracle, "-H", spy.host, "events"]
        client = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not any(request.status for request in kept.requests if request.path == "/events"):
            assert client.poll() is None
        os.kill(disposable_engine.pid, 9)
        assert client.wait(20) != 0
        client.communicate()
        spy.settle()
        assert spy._open == set()


def test_the_spy_answers_where_the_engine_does(spy: tuple[Spy, Requests, Frames]) -> None:
    proxy, kept, _ = spy
    assert ask(proxy.host, "GET", "/version")["ApiVersion"]
    assert [(request.path, request.status) for request in kept.requests] == [("/version", 200)]
