#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import os
import sys

from rawdocker import Client, calls
from rawdocker.errors import EngineError
from rawdocker.errors import NotFoundError

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
docker = Client(f"unix://{SOCKET}")


def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return 1


def main() -> int:
    failed = 0
    try:
        docker.send(calls.container_delete("web", force=True))
        print("web", flush=True)
    except NotFoundError:
        pass
    except EngineError as error:
        failed = tell(error)
    try:
        docker.send(calls.container_delete("db", force=True))
        print("db", flush=True)
    except NotFoundError:
        pass
    except EngineError as error:
        failed = tell(error)
    return failed


try:
    with docker:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
