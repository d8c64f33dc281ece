#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as httpx: the requests of a verb, sent by httpx."""

import json
import os
import sys

import httpx

SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
client = httpx.Client(
    transport=httpx.HTTPTransport(uds=SOCKET),
    base_url="http://localhost",
    headers={"Accept-Encoding": "identity"},
    timeout=None,
)


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
    return json.loads(answer.read())


def ask(method, path, **more):
    """Send a request and return the answer."""
    return accepted(client.request(method, path, **more))


def opened(method, path, **more):
    """Send a request and return when the head of the answer is there."""
    return accepted(client.send(client.build_request(method, path, **more), stream=True))


def chunks(answer):
    """Yield the bytes of an answer as they come."""
    if answer.status_code == 101:
        connection = answer.extensions["network_stream"]
        return iter(lambda: connection.read(65536), b"")
    return answer.iter_raw()


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
    with client:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
