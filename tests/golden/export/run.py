#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import os
import sys
from contextlib import ExitStack

from rawdocker import Client, calls
from rawdocker.errors import EngineError
from rawdocker.errors import NotFoundError

SECRET_1 = os.environ["SECRET_1"]  # value of DB_PASSWORD
SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
docker = Client(f"unix://{SOCKET}")
streams = ExitStack()
opened = streams.enter_context


CODES = {
    "executable file not found": 127,
    "no such file or directory": 127,
    "permission denied": 126,
    "is a directory": 126,
}


def tell(error) -> int:
    """Say what the engine has against it; return the exit code, which its words may decide."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return next((code for words, code in CODES.items() if words in str(error)), 125)


def output(frames) -> None:
    """Write what a container writes to stdout and stderr."""
    for stream, data in frames:
        page = sys.stdout if stream == "stdout" else sys.stderr
        page.buffer.write(data)
        page.flush()


def progress(answer, page) -> None:
    """Print the messages of a stream as docker does without a terminal."""
    for message in answer:
        if "aux" in message or message.get("progressDetail") or page is None:
            continue
        named = f"{message['id']}: " if message.get("id") else ""
        page.write(named + (message.get("stream") or f"{message.get('status', '')}\n"))
        page.flush()


def main() -> int:
    try:
        create_id = docker.send(calls.container_create(
            {
                "Image": "debian:12",
                "Cmd": ["echo", "hi"],
                "Env": [f"DB_PASSWORD={SECRET_1}"],
                "AttachStdout": True,
                "AttachStderr": True,
            },
            name="web",
        )).Id
    except NotFoundError:
        create_2 = opened(docker.stream(calls.image_create(
            fromImage="docker.io/library/debian",
            tag="12",
        ).as_json()))
        progress(create_2, sys.stderr)
        create_id = docker.send(calls.container_create(
            {
                "Image": "debian:12",
                "Cmd": ["echo", "hi"],
                "Env": [f"DB_PASSWORD={SECRET_1}"],
                "AttachStdout": True,
                "AttachStderr": True,
            },
            name="web",
        )).Id
    attach = opened(docker.hijack(calls.container_attach(
        create_id,
        stream=True,
        stdout=True,
        stderr=True,
    )))
    wait = opened(docker.stream(calls.container_wait(create_id, condition="next-exit")))
    docker.send(calls.container_start(create_id))
    output(attach)
    wait_status_code = next(wait).StatusCode
    return wait_status_code


try:
    with docker, streams:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
