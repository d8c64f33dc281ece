"""spy: a proxy before the engine that shows and records what any client asks of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.ours import trace_level
from rawdocker_cli.shell import PROGRAM, Failure, Shell, without_click
from rawdocker_cli.watch import BAD_FLAG

if TYPE_CHECKING:
    import subprocess

    from rawdocker.spy import Spy

NOT_FOUND, NOT_RUNNABLE = 127, 126
"""The exit codes of shells for a command that is not there, or cannot be run."""

ELSEWHERE = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
"""Variables that lead a client past DOCKER_HOST, or make it speak TLS where there is none."""


def spy(shell: Shell, options: Options, words: list[str]) -> int:
    """Run a command whose calls are watched, or wait for Ctrl-C while others use the socket."""
    if shell.rehearsing:
        shell.fail(f"{PROGRAM}: spy sends nothing of its own: there is no dry run of it", BAD_FLAG)
    with listening(shell, options.listen, _observers(shell, options)) as proxy:
        code = ran(words, proxy.host) if words else _until_interrupted(shell, proxy)
        proxy.settle()
    if proxy.fault:
        shell.warn(f"{PROGRAM}: not all that passed was shown or recorded: {proxy.fault}")
    if words and not proxy.connections:
        shell.warn(f"{PROGRAM}: nobody connected to {proxy.host}: does the command name an engine itself?")
    return code


def _observers(shell: Shell, options: Options) -> Sequence[Any]:
    if options.quiet or trace_level(shell.ours):
        return shell.observers
    from rawdocker_cli.trace import LINES, Trace
    from rawdocker_cli.watch import redactor_for

    return [*shell.observers, Trace(LINES, sys.stderr, redactor_for(shell.ours, sys.stderr))]


@contextmanager
def listening(shell: Shell, address: str, observers: Sequence[Any]) -> Iterator[Spy]:
    """Pass connections on to the engine while the body runs; address: a socket's path, with unix:// or without."""
    import tempfile

    with without_click():
        from rawdocker.spy import Spy
        from rawdocker.transport import dialled

    scheme, _, path = address.rpartition("://")
    if scheme not in ("", "unix"):
        shell.fail(f"{PROGRAM}: --listen: {address} is no unix socket, and a spy listens on nothing else", BAD_FLAG)
    endpoint = shell.endpoint()
    dialled(endpoint, 10).close()  # an engine that is not there is told of at once
    with ExitStack() as stack:
        if not path:
            own = stack.enter_context(tempfile.TemporaryDirectory(prefix="rawdocker-spy-"))
            path = os.path.join(own, "docker.sock")
        yield stack.enter_context(Spy(endpoint, os.path.abspath(path), observers))


def _until_interrupted(shell: Shell, proxy: Spy) -> int:
    shell.print(f"DOCKER_HOST={proxy.host}")
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0


def ran(command: Sequence[str], host: str, **streams: Any) -> int:
    """Run a command that is to speak to a host; return its exit code as a shell does, 128 and more for signals."""
    import subprocess

    environ = {name: value for name, value in os.environ.items() if name not in ELSEWHERE} | {"DOCKER_HOST": host}
    with _passing_signals_on() as processes:
        try:
            processes.append(subprocess.Popen(command, env=environ, **streams))
        except OSError as error:
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_RUNNABLE
            raise Failure(f"{PROGRAM}: {command[0]}: {(error.strerror or str(error)).lower()}", code) from None
        code = processes[0].wait()
    return 128 - code if code < 0 else code


@contextmanager
def _passing_signals_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give signals that come in a block to the process that the body appends, and outlive them."""
    from rawdocker_cli.signals import handled

    processes: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int) -> None:
        if not processes:
            raise KeyboardInterrupt
        if not _typed(number):
            processes[0].send_signal(number)

    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            stack.enter_context(handled(number, pass_on))
        yield processes


def _typed(number: int) -> bool:
    """Say whether a signal comes from the keyboard: then the command got it, too."""
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
