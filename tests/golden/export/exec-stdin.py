#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import atexit
import contextlib
import os
import sys
import termios
import threading
import tty
from contextlib import ExitStack

from rawdocker import Client, calls
from rawdocker.errors import EngineError

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
docker = Client(f"unix://{SOCKET}")
streams = ExitStack()
opened = streams.enter_context


def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return 1


def output(frames) -> None:
    """Write what a container writes to stdout and stderr."""
    for stream, data in frames:
        page = sys.stdout if stream == "stdout" else sys.stderr
        page.buffer.write(data)
        page.flush()


def send_stdin(write, close, terminal=False) -> None:
    """Send stdin in the background; a terminal passes each key on as it is."""
    if terminal and os.isatty(0):
        before = termios.tcgetattr(0)
        tty.setraw(0)
        atexit.register(termios.tcsetattr, 0, termios.TCSADRAIN, before)

    def send() -> None:
        with contextlib.suppress(OSError):  # the container reads no more
            while data := os.read(0, 65536):
                write(data)
            close()

    threading.Thread(target=send, daemon=True).start()


def main() -> int:
    docker.send(calls.container_inspect("web"))
    exec_id = docker.send(calls.container_exec(
        "web",
        {
            "Cmd": ["sh", "-c", "cat; exit 3"],
            "AttachStdout": True,
            "AttachStderr": True,
            "AttachStdin": True,
        },
    )).Id
    start = opened(docker.hijack(calls.exec_start(exec_id, {})))
    send_stdin(start.write, start.close_write)
    output(start)
    inspect_2_exit_code = docker.send(calls.exec_inspect(exec_id)).ExitCode
    return inspect_2_exit_code


try:
    with docker, streams:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
