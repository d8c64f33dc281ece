"""A command that is run beside a socket of ours: DOCKER_HOST names that for it, and its exit code is ours."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from rawdocker_cli.shell import PROGRAM, Failure

OTHER_HOSTS = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
"""What else says which engine is spoken to, and how."""

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
        return _ran(command, host)
    sys.stderr.write(f"export DOCKER_HOST={shlex.quote(host)}   (Ctrl-C ends it)\n")
    sys.stderr.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    return 0


def _ran(command: Sequence[str], host: str) -> int:
    environ = {name: value for name, value in os.environ.items() if name not in OTHER_HOSTS}
    try:
        process = subprocess.Popen(command, env={**environ, "DOCKER_HOST": host})
    except OSError as error:
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
        raise Failure(f"{PROGRAM}: {command[0]}: {(error.strerror or str(error)).lower()}", code) from None
    with _signals_left_to(process):
        code = process.wait()
    return 128 - code if code < 0 else code


@contextmanager
def _signals_left_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a command decide about signals: a terminal sends it Ctrl-C itself, what is sent to us alone is passed on."""

    def passed_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    def left(number: int, frame: FrameType | None) -> None:
        """Do nothing."""

    handlers = {signal.SIGINT: left, signal.SIGQUIT: left, signal.SIGTERM: passed_on, signal.SIGHUP: passed_on}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
