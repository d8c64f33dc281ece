#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as requests: the requests of a verb, sent by requests."""

import atexit
import contextlib
import os
import socket
import sys
import termios
import threading
import tty
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


def hijacked(method, path, **more):
    """Send a request whose connection becomes a stream in both directions: without an upgrade, which requests does not
    know, the engine makes one of it all the same."""
    return opened(method, path, **more)


def chunks(answer):
    """Yield the bytes of an answer as they come."""
    return iter(lambda: answer.raw.read1(65536), b"")


def stdin_of(answer):
    """Return what writes to a hijacked connection, and what ends that."""
    connection = socket.socket(fileno=os.dup(answer.raw.fileno()))
    return connection.sendall, lambda: connection.shutdown(socket.SHUT_WR)


def send_stdin(write, close, terminal=False) -> None:
    """Send stdin in the background; a terminal passes each key on as it is."""
    if terminal and os.isatty(0):
        before = termios.tcgetattr(0)
        tty.setraw(0)
        atexit.register(termios.tcsetattr, 0, termios.TCSADRAIN, before)

    def send() -> None:
        with contextlib.suppress(OSError):  # the container reads no more
            while data := os.read(0, 65536):
                write(data)
            close()

    threading.Thread(target=send, daemon=True).start()


api = ask("HEAD", "/_ping").headers["Api-Version"]  # the version of the API that the engine speaks


def main() -> int:
    ask("GET", f"/v{api}/containers/web/json")
    exec_id = document(ask(
        "POST",
        f"/v{api}/containers/web/exec",
        json={
            "Cmd": ["sh", "-c", "cat; exit 3"],
            "AttachStdout": True,
            "AttachStderr": True,
            "AttachStdin": True,
        },
    ))["Id"]
    start = hijacked("POST", f"/v{api}/exec/{exec_id}/start", json={})
    send_stdin(*stdin_of(start))
    output(start)
    inspect_2_exit_code = document(ask("GET", f"/v{api}/exec/{exec_id}/json"))["ExitCode"]
    return inspect_2_exit_code


try:
    with session:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
