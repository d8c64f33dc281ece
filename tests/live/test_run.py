"""run on a real engine: streams, exit codes, the order of calls, signals, and what is left behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from engines import ask
from processes import IMAGE, PROGRAM, Command, create, exists, finished, peak, state
from proxy import Proxy

pytestmark = pytest.mark.live

MIB = 1 << 20


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give the command."""
    return Command(engine_host)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_streams_stay_apart_and_the_exit_code_is_the_command_s(rawdocker: Command, own_name: str) -> None:
    done = rawdocker("run", "--rm", "--name", own_name, IMAGE, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert done == (3, "out\n", "err\n")
    assert not exists(rawdocker.host, own_name)


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("nothing-of-that-name", 127, "executable file not found in $PATH"),
        ("/no/such/file", 127, "no such file or directory"),
        ("/etc", 126, "permission denied"),
    ],
)
@pytest.mark.parametrize("flags", [("--rm",), ("-d",), ()])
def test_what_cannot_be_started_is_told_and_kept_only_without_rm(
    rawdocker: Command, own_name: str, command: str, code: int, says: str, flags: tuple[str, ...]
) -> None:
    done = rawdocker("run", *flags, "--name", own_name, IMAGE, command)
    assert done.code == code
    assert done.err.startswith("rawdocker: Error response from daemon: ")
    assert says in done.err
    assert done.err.endswith("\n\nRun 'rawdocker run --help' for more information\n")
    assert exists(rawdocker.host, own_name) == ("--rm" not in flags)


def test_a_taken_name_ends_with_125(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "true", start=False)
    done = rawdocker("run", "--name", own_name, IMAGE)
    assert (done.code, done.out) == (125, "")
    assert f'The container name "/{own_name}" is already in use' in done.err


@pytest.mark.parametrize(
    ("flags", "query"),
    [
        ((), "stderr=1&stdout=1"),
        (("-t",), "stderr=1&stdout=1"),
        (("-i",), "stderr=1&stdin=1&stdout=1"),
        (("-a", "stderr"), "stderr=1"),
        (("-a", "STDIN", "-a", "stdout"), "stdin=1&stdout=1"),
        (("-i", "-a", "stdin"), "stdin=1"),
        (("--detach-keys", "a,b"), "detachKeys=a%2Cb&stderr=1&stdout=1"),
    ],
)
def test_the_calls_are_docker_s_in_docker_s_order(
    rawdocker: Command, own_name: str, flags: tuple[str, ...], query: str
) -> None:
    assert rawdocker.calls("run", *flags, "--name", own_name, IMAGE, "true", name=own_name) == [
        f"POST /containers/create?name={own_name}",
        f"POST /containers/{own_name}/attach?{query}&stream=1",
        f"POST /containers/{own_name}/wait?condition=next-exit",
        f"POST /containers/{own_name}/start",
    ]


def test_detached_it_prints_the_id_and_the_container_goes_on(rawdocker: Command, own_name: str) -> None:
    done = rawdocker("run", "-d", "--rm", "--name", own_name, IMAGE, "sleep", "100")
    assert done.code == 0
    assert state(rawdocker.host, done.out.strip())["Running"]


def test_only_the_attached_streams_are_shown(rawdocker: Command, own_name: str) -> None:
    script = "echo out; echo err >&2"
    assert rawdocker("run", "--rm", "-a", "stderr", "--name", own_name, IMAGE, "sh", "-c", script) == (0, "", "err\n")


def test_stdin_alone_is_sent_and_the_exit_code_waited_for(rawdocker: Command, own_name: str) -> None:
    command = ("run", "-i", "-a", "stdin", "--name", own_name, IMAGE, "sh", "-c", "cat; exit 4")
    assert rawdocker(*command, stdin="in\n") == (4, "", "")
    assert rawdocker("logs", own_name) == (0, "in\n", "")


def test_the_end_of_stdin_is_the_end_of_the_command_s(rawdocker: Command, own_name: str) -> None:
    done = rawdocker("run", "-i", "--rm", "--name", own_name, IMAGE, "sh", "-c", "cat; echo end", stdin="data\n")
    assert done == (0, "data\nend\n", "")


def test_a_closed_stdin_is_an_empty_one(rawdocker: Command, own_name: str) -> None:
    words = f"{PROGRAM} -H {rawdocker.host} run -i --rm --name {own_name} {IMAGE} cat"
    done = subprocess.run(["sh", "-c", f"exec {words} <&-"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_stdin_that_nobody_reads_does_not_matter(rawdocker: Command, own_name: str) -> None:
    with open("/dev/zero", "rb") as endless:
        process = rawdocker.begin("run", "-i", "--rm", "--name", own_name, IMAGE, "true", stdin=endless)
    assert finished(process) == (0, "", "")


def test_a_stdin_that_does_not_end_does_not_hold_it_up(rawdocker: Command, own_name: str) -> None:
    read, write = os.pipe()
    process = rawdocker.begin("run", "-i", "--rm", "--name", own_name, IMAGE, "echo", "hi", stdin=read)
    os.close(read)
    assert finished(process) == (0, "hi\n", "")
    os.close(write)


def test_200_mb_of_stdin_arrive_whole_and_in_flat_memory(rawdocker: Command, own_name: str, tmp_path: Path) -> None:
    block = os.urandom(MIB)
    digest = hashlib.sha256()
    with open(tmp_path / "out", "wb") as out:
        process = rawdocker.begin(
            "run", "-i", "--rm", "--name", own_name, IMAGE, "sha256sum", stdin=subprocess.PIPE, stdout=out
        )
        assert process.stdin is not None
        for _ in range(200):
            process.stdin.write(block)
            digest.update(block)
        process.stdin.close()
        assert peak(process) < 64
    assert (tmp_path / "out").read_text() == f"{digest.hexdigest()}  -\n"


def test_a_container_that_ends_at_once_loses_no_output(rawdocker: Command, own_name: str) -> None:
    for _ in range(5):
        assert rawdocker("run", "--rm", "--name", own_name, IMAGE, "echo", "hi") == (0, "hi\n", "")


def test_a_terminal_without_a_terminal_is_refused_and_nothing_made(rawdocker: Command, own_name: str) -> None:
    done = rawdocker("run", "-it", "--name", own_name, IMAGE, "true")
    assert done == (1, "", "the input device is not a TTY\n")
    assert not exists(rawdocker.host, own_name)


TRAPPING = "trap 'echo got; exit 9' TERM HUP INT; echo ready; while :; do sleep 0.1; done"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_passed_on(rawdocker: Command, own_name: str, number: int) -> None:
    process = rawdocker.begin("run", "--rm", "--name", own_name, IMAGE, "bash", "-c", TRAPPING)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert finished(process) == (9, "got\n", "")


def test_a_container_ended_by_a_signal_has_128_more(rawdocker: Command, own_name: str) -> None:
    process = rawdocker.begin("run", "--rm", "--name", own_name, IMAGE, "bash", "-c", TRAPPING)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    ask(rawdocker.host, "POST", f"/containers/{own_name}/kill")
    assert finished(process) == (137, "", "")


@pytest.mark.parametrize("flag", ["--sig-proxy=true", "--sig-proxy=false"])
def test_the_third_ctrl_c_leaves_a_container_that_goes_on(rawdocker: Command, own_name: str, flag: str) -> None:
    deaf = "trap '' INT; echo ready; while :; do sleep 0.1; done"
    process = rawdocker.begin("run", flag, "--name", own_name, IMAGE, "bash", "-c", deaf)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert finished(process) == (1, "", "\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n")
    assert state(rawdocker.host, own_name)["Running"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_container_has_an_id_leaves_nothing_behind(
    rawdocker: Command, own_name: str, tmp_path: Path, number: int
) -> None:
    with Proxy(rawdocker.host.removeprefix("unix://"), tmp_path / "s") as proxy:
        process = Command(proxy.host).begin("run", "--name", own_name, IMAGE, "sleep", "5")
        until(lambda: any(request.path == "/containers/create" for request in proxy.requests))
        process.send_signal(number)
        done = finished(process)
    # where the id was faster than the signal the container got it, and sleep as first process does not mind
    if done.code == 128 + number:
        assert not exists(rawdocker.host, own_name)
    else:
        assert done.code == 0
        assert exists(rawdocker.host, own_name)


def test_a_reader_that_goes_away_is_told_as_docker_tells_it(rawdocker: Command, own_name: str) -> None:
    process = rawdocker.begin("run", "--rm", "--name", own_name, IMAGE, "yes")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    assert finished(process) == (1, "", "write /dev/stdout: broken pipe\n")


def test_an_engine_that_goes_away_ends_it_with_125(rawdocker: Command, own_name: str, tmp_path: Path) -> None:
    with Proxy(rawdocker.host.removeprefix("unix://"), tmp_path / "s") as proxy:
        process = Command(proxy.host).begin("run", "--name", own_name, IMAGE, "sh", "-c", "echo hi; sleep 100")
        assert process.stdout is not None
        assert process.stdout.readline() == b"hi\n"
    assert finished(process) == (125, "", "error waiting for container: unexpected EOF\n")
