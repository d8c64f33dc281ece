#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as httpx: the requests of a verb, sent by httpx."""

import json
import os
import sys

import httpx

SECRET_1 = os.environ["SECRET_1"]  # value of DB_PASSWORD
SOCKET = os.environ.get("DOCKER_SOCK", "/var/run/docker.sock")
client = httpx.Client(
    transport=httpx.HTTPTransport(uds=SOCKET),
    base_url="http://localhost",
    headers={"Accept-Encoding": "identity"},
    timeout=None,
)


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


def messages(answer):
    """Yield the messages of a stream: a JSON object a line, of which one may be an error."""
    rest = b""
    for chunk in chunks(answer):
        *complete, rest = (rest + chunk).split(b"\n")
        for line in filter(bytes.strip, complete):
            message = json.loads(line)
            if "error" in message:
                raise Refused(message["error"])
            yield message
    if rest.strip():
        yield json.loads(rest)


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


def hijacked(method, path, **more):
    """Send a request whose connection becomes a stream in both directions."""
    return opened(method, path, headers={"Connection": "Upgrade", "Upgrade": "tcp"}, **more)


def chunks(answer):
    """Yield the bytes of an answer as they come."""
    if answer.status_code == 101:
        connection = answer.extensions["network_stream"]
        return iter(lambda: connection.read(65536), b"")
    return answer.iter_raw()


def progress(answer, page) -> None:
    """Print the messages of a stream as docker does without a terminal."""
    for message in messages(answer):
        if "aux" in message or message.get("progressDetail") or page is None:
            continue
        named = f"{message['id']}: " if message.get("id") else ""
        page.write(named + (message.get("stream") or f"{message.get('status', '')}\n"))
        page.flush()


api = ask("HEAD", "/_ping").headers["Api-Version"]  # the version of the API that the engine speaks


def main() -> int:
    try:
        create_id = document(ask(
            "POST",
            f"/v{api}/containers/create",
            params={"name": "web"},
            json={
                "Image": "debian:12",
                "Cmd": ["echo", "hi"],
                "Env": [f"DB_PASSWORD={SECRET_1}"],
                "AttachStdout": True,
                "AttachStderr": True,
            },
        ))["Id"]
    except Missing:
        create_2 = opened(
            "POST",
            f"/v{api}/images/create",
            params={"fromImage": "docker.io/library/debian", "tag": "12"},
        )
        progress(create_2, sys.stderr)
        create_id = document(ask(
            "POST",
            f"/v{api}/containers/create",
            params={"name": "web"},
            json={
                "Image": "debian:12",
                "Cmd": ["echo", "hi"],
                "Env": [f"DB_PASSWORD={SECRET_1}"],
                "AttachStdout": True,
                "AttachStderr": True,
            },
        ))["Id"]
    attach = hijacked(
        "POST",
        f"/v{api}/containers/{create_id}/attach",
        params={"stderr": "1", "stdout": "1", "stream": "1"},
    )
    wait = opened("POST", f"/v{api}/containers/{create_id}/wait", params={"condition": "next-exit"})
    ask("POST", f"/v{api}/containers/{create_id}/start")
    output(attach)
    wait_status_code = document(wait)["StatusCode"]
    return wait_status_code


try:
    with client:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
