#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import os
import sys

from rawdocker import Client, calls
from rawdocker.errors import EngineError
from rawdocker.archive import packed

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
docker = Client(f"unix://{SOCKET}")


def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return 1


def main() -> int:
    try:
        docker.send(calls.container_archive_info("web", path="/srv/hosts.txt"))
    except EngineError:
        docker.send(calls.put_container_archive(
            "web",
            packed("/etc", "hosts", [('hosts', 'hosts.txt')]),
            path="/srv",
            noOverwriteDirNonDir=True,
        ))
    else:
        docker.send(calls.put_container_archive(
            "web",
            packed("/etc", "hosts", []),
            path="/srv/hosts.txt",
            noOverwriteDirNonDir=True,
        ))
    return 0


try:
    with docker:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
