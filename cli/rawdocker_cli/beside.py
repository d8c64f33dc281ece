"""A command that is run beside a socket of ours: DOCKER_HOST names that for it, and its exit code is ours."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from rawdocker.host import OTHER_HOSTS
from rawdocker_cli.shell import PROGRAM, Failure

NOT_FOUND, NOT_EXECUTABLE = 127, 126


@contextmanager
def own_socket(path: str) -> Iterator[str]:
    """Give the path of a socket: the one that was named, else a new one in a folder that is removed afterwards."""
    if path:
        yield os.path.abspath(path)
        return
    with tempfile.TemporaryDirectory(prefix=f"{PROGRAM}-") as folder:
        yield os.path.join(folder, "docker.sock")


def beside(command: Sequence[str], host: str) -> int:
    """Run a command with a DOCKER_HOST and return its exit code; without one say the DOCKER_HOST and wait for
    Ctrl-C."""
    if command:
        return ran(command, host)
    with suppress(KeyboardInterrupt):
        sys.stderr.write(f"export DOCKER_HOST={shlex.quote(host)}   (Ctrl-C ends it)\n")
        sys.stderr.flush()
        threading.Event().wait()
    return 0


def ran(command: Sequence[str], host: str, **streams: Any) -> int:
    """Run a command with a DOCKER_HOST; return its exit code as a shell does, 128 and more for signals.

    streams: stdin, stdout and stderr, as subprocess takes them.
    """
    environ = {name: value for name, value in os.environ.items() if name not in OTHER_HOSTS}
    with _signals_left_to_the_process() as started:
        try:
            process = subprocess.Popen(command, env={**environ, "DOCKER_HOST": host}, **streams)
        except OSError as error:
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            raise Failure(f"{PROGRAM}: {command[0]}: {(error.strerror or str(error)).lower()}", code) from None
        started(process)
        code = process.wait()
    return 128 - code if code < 0 else code


@contextmanager
def _signals_left_to_the_process() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Let a command decide about signals: a terminal sends it Ctrl-C itself, what is sent to us alone is passed on."""
    processes: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def passed_on(number: int, frame: FrameType | None) -> None:
        if not processes:
            early.append(number)  # the command may run already, though we do not know it yet
        elif not _typed(number):
            processes[0].send_signal(number)

    def started(process: subprocess.Popen[bytes]) -> None:
        processes.append(process)
        for number in early:
            process.send_signal(number)

    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, passed_on) for number in numbers}
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _typed(number: int) -> bool:
    """Say whether a signal comes from the keyboard: we are what runs on the terminal, and so is the command."""
    if number not in (signal.SIGINT, signal.SIGQUIT):
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
