#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import os
import sys
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


def main() -> int:
    inspect = docker.send(calls.container_inspect("web"))
    inspect_id = inspect.Id
    inspect_tty = inspect.Config.Tty
    logs = opened(docker.stream(calls.container_logs(
        inspect_id,
        stdout=True,
        stderr=True,
        follow=True,
        tail="all",
        tty=inspect_tty,
    )))
    output(logs)
    return 0


try:
    with docker, streams:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
