"""Sessions in a terminal on a real engine: raw mode, size, the keys that leave."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Callable, Iterator

import pexpect
import pytest
from engines import ask
from processes import IMAGE, PROGRAM, create, state

pytestmark = pytest.mark.live

Session = Callable[..., "pexpect.spawn[bytes]"]


@pytest.fixture
def session(engine_host: str) -> Iterator[Session]:
    """Give a function that starts rawdocker in a terminal of 30 rows and 100 columns."""
    started: list[pexpect.spawn[bytes]] = []

    def begin(*words: str) -> pexpect.spawn[bytes]:
        process = pexpect.spawn(PROGRAM, ["-H", engine_host, *words], dimensions=(30, 100), timeout=20)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.close(force=True)


def ended(process: pexpect.spawn[bytes]) -> tuple[int | None, bytes]:
    """Wait for the end of a session; return its exit code and what it had not shown before."""
    process.expect(pexpect.EOF)
    rest: bytes = process.before or b""
    process.wait()
    return process.exitstatus, rest


def is_raw(process: pexpect.spawn[bytes]) -> bool:
    return not termios.tcgetattr(process.child_fd)[3] & termios.ICANON


def expect_size(process: pexpect.spawn[bytes], rows: int, columns: int) -> None:
    """Ask the shell for the size of its terminal until it is the one expected."""
    for _ in range(20):
        process.send("stty size\r")
        process.expect(r"(\d+ \d+)\r\n")
        if process.match and process.match[1].decode() == f"{rows} {columns}":  # type: ignore[union-attr]
            return
    raise AssertionError(f"the size is never {rows} {columns}")


def test_run_in_a_terminal_follows_its_size_and_has_the_exit_code(session: Session, own_name: str) -> None:
    process = session("run", "-it", "--rm", "--name", own_name, IMAGE, "bash", "--norc")
    process.expect("# ")
    assert is_raw(process)
    expect_size(process, 30, 100)
    process.setwinsize(40, 90)
    expect_size(process, 40, 90)
    process.send("exit 5\r")
    assert ended(process)[0] == 5


def test_ctrl_c_is_a_key_for_the_program_in_a_raw_terminal(session: Session, own_name: str) -> None:
    process = session("run", "-it", "--rm", "--name", own_name, IMAGE, "bash", "--norc")
    process.expect("# ")
    process.send("sleep 1000; echo code $?\r")
    process.expect(r"sleep 1000; echo code \$\?\r\n")
    process.send("\x03")
    process.expect(r"code 130|# ")
    process.send("exit\r")
    assert ended(process)[0] in (0, 130)


def test_the_detach_keys_leave_a_run_that_goes_on(session: Session, own_name: str, engine_host: str) -> None:
    process = session("run", "-it", "--name", own_name, IMAGE, "bash", "--norc")
    process.expect("# ")
    process.send("\x10\x11")
    code, rest = ended(process)
    assert (code, b"read escape" in rest) == (0, False)
    container = ask(engine_host, "GET", f"/containers/{own_name}/json")
    assert (container["State"]["Running"], container["HostConfig"]["ConsoleSize"]) == (True, [30, 100])


def test_attach_draws_the_prompt_again_and_detaches_with_keys_of_one_s_own(
    session: Session, own_name: str, engine_host: str
) -> None:
    create(engine_host, own_name, "bash", "--norc", Tty=True, OpenStdin=True)
    process = session("attach", "--detach-keys", "ctrl-a,d", own_name)
    process.expect("# ")
    process.send("\x01d")
    code, rest = ended(process)
    assert (code, rest.endswith(b"read escape sequence\r\n")) == (1, True)
    assert state(engine_host, own_name)["Running"]


def test_attach_ends_with_the_container_s_exit_code(session: Session, own_name: str, engine_host: str) -> None:
    create(engine_host, own_name, "bash", "--norc", Tty=True, OpenStdin=True)
    process = session("attach", own_name)
    process.expect("# ")
    process.send("exit 6\r")
    assert ended(process)[0] == 6


def test_exec_in_a_terminal_follows_its_size_and_has_the_exit_code(
    session: Session, own_name: str, engine_host: str
) -> None:
    create(engine_host, own_name, "sleep", "1000")
    process = session("exec", "-it", own_name, "bash", "--norc")
    process.expect("# ")
    expect_size(process, 30, 100)
    process.setwinsize(20, 70)
    expect_size(process, 20, 70)
    process.send("exit 4\r")
    assert ended(process)[0] == 4


def test_the_detach_keys_leave_an_exec_that_goes_on(session: Session, own_name: str, engine_host: str) -> None:
    create(engine_host, own_name, "sleep", "1000")
    process = session("exec", "-it", own_name, "bash", "--norc")
    process.expect("# ")
    process.send("\x10\x11")
    code, rest = ended(process)
    assert (code, rest.endswith(b"read escape sequence\r\n")) == (1, True)
    assert "bash" in str(ask(engine_host, "GET", f"/containers/{own_name}/top")["Processes"])


def test_start_interactive_attaches_a_terminal(session: Session, own_name: str, engine_host: str) -> None:
    create(engine_host, own_name, "bash", "--norc", start=False, Tty=True, OpenStdin=True)
    process = session("start", "-ai", own_name)
    process.expect("# ")
    process.send("exit 3\r")
    assert ended(process)[0] == 3


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT],
)
def test_a_signal_gives_the_terminal_back(own_name: str, engine_host: str, number: int) -> None:
    create(engine_host, own_name, "sleep", "1000")
    shell = pexpect.spawn("bash", ["--norc"], timeout=20, env={"PS1": "ready> ", "PATH": "/usr/bin:/bin"}, echo=False)
    try:
        shell.expect("ready> ")
        before = termios.tcgetattr(shell.child_fd)
        shell.sendline(f"{PROGRAM} -H {engine_host} exec -it {own_name} bash --norc & echo pid $!; fg >/dev/null")
        shell.expect(r"pid (\d+)")
        pid = int(shell.match[1])  # type: ignore[index,union-attr]
        shell.expect("# ")
        assert is_raw(shell)
        os.kill(pid, number)
        shell.expect("ready> ")
        assert termios.tcgetattr(shell.child_fd)[:4] == before[:4]
        shell.sendline("echo code $?")
        shell.expect(r"code (\d+)")
        assert int(shell.match[1]) == 128 + number  # type: ignore[index,union-attr]
    finally:
        shell.close(force=True)
