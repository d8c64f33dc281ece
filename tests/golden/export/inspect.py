#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as python: the requests of a verb, sent by rawdocker's library."""

import json
import os
import sys

from rawdocker import Client, calls
from rawdocker.errors import EngineError
from rawdocker.errors import NotFoundError
from rawdocker.call import Call
from rawdocker.call import Codec

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
docker = Client(f"unix://{SOCKET}")


def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return 1


def show(values) -> None:
    """Print an answer as JSON."""
    print(json.dumps(values, indent=4, ensure_ascii=False), flush=True)


def main() -> int:
    try:
        answer = docker.send(calls.container_inspect("web").as_json())
    except NotFoundError:
        try:
            answer = docker.send(calls.image_inspect("web").as_json())
        except NotFoundError:
            try:
                answer = docker.send(calls.network_inspect("web").as_json())
            except NotFoundError:
                try:
                    answer = docker.send(calls.volume_inspect("web").as_json())
                except NotFoundError:
                    try:
                        docker.send(calls.system_info())
                    except EngineError:
                        pass
                    answer = docker.send(Call(
                        "PluginInspect",
                        "GET",
                        "/plugins/{id}/json",
                        {"id": "web"},
                        codec=Codec.TEXT,
                    ).as_json())
    show(answer)
    return 0


try:
    with docker:
        sys.exit(main())
except EngineError as error:
    sys.exit(tell(error))
