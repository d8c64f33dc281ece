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


def progress(answer, page) -> None:
    """Print the messages of a stream as docker does without a terminal."""
    for message in answer:
        if "aux" in message or message.get("progressDetail") or page is None:
            continue
        named = f"{message['id']}: " if message.get("id") else ""
        page.write(named + (message.get("stream") or f"{message.get('status', '')}\n"))
        page.flush()


def main() -> int:
    create = opened(docker.stream(calls.image_create(
        fromImage="127.0.0.1:5000/course/hello",
        tag="1",
    ).as_json()))
    progress(create, sys.stdout)
    print("127.0.0.1:5000/course/hello:1", flush=True)
    return 0


try:
    with docker, streams:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
