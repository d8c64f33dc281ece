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
    create = opened(
        "POST",
        f"/v{api}/images/create",
        params={"fromImage": "127.0.0.1:5000/course/hello", "tag": "1"},
    )
    progress(create, sys.stdout)
    print("127.0.0.1:5000/course/hello:1", flush=True)
    return 0


try:
    with client:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
