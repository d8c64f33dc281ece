#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as requests: the requests of a verb, sent by requests."""

import os
import sys
from urllib.parse import quote

import requests_unixsocket

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
session = requests_unixsocket.Session()
session.headers.update({"Accept-Encoding": "identity"})
ENGINE = "http+unix://" + quote(SOCKET, safe="")


def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {error}", file=sys.stderr)
    return 1


class Refused(Exception):
    """The engine refuses."""


class Missing(Refused):
    """The engine does not have it."""


def accepted(answer):
    """Return an answer that is no refusal."""
    if answer.status_code >= 400:
        kind = Missing if answer.status_code == 404 else Refused
        raise kind(document(answer)["message"] if answer.request.method != "HEAD" else "")
    return answer


def output(answer, terminal=False) -> None:
    """Write what a container writes to stdout and stderr. Unless it has a terminal, 8 bytes stand before each piece:
    the stream (1 is stdout, 2 is stderr), three zeros, and the length as a number of four bytes, the highest first."""
    rest = b""
    for chunk in chunks(answer):
        if terminal:
            sys.stdout.buffer.write(chunk)
        rest += b"" if terminal else chunk
        while len(rest) >= 8 and len(rest) >= (end := 8 + int.from_bytes(rest[4:8], "big")):
            (sys.stdout if rest[0] == 1 else sys.stderr).buffer.write(rest[8:end])
            rest = rest[end:]
        sys.stdout.flush()
        sys.stderr.flush()


def document(answer):
    """Return the JSON of an answer."""
    return answer.json()


def ask(method, path, **more):
    """Send a request and return the answer."""
    return accepted(session.request(method, ENGINE + path, **more))


def opened(method, path, **more):
    """Send a request and return when the head of the answer is there."""
    return ask(method, path, stream=True, **more)


def chunks(answer):
    """Yield the bytes of an answer as they come."""
    return iter(lambda: answer.raw.read1(65536), b"")


api = ask("HEAD", "/_ping").headers["Api-Version"]  # the version of the API that the engine speaks


def main() -> int:
    inspect = ask("GET", f"/v{api}/containers/web/json")
    inspect_id = document(inspect)["Id"]
    inspect_tty = document(inspect)["Config"]["Tty"]
    logs = opened(
        "GET",
        f"/v{api}/containers/{inspect_id}/logs",
        params={"follow": "1", "stderr": "1", "stdout": "1", "tail": "all"},
    )
    output(logs, terminal=inspect_tty)
    return 0


try:
    with session:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
