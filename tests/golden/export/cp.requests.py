#!/usr/bin/env python3
"""Made by rawdocker --dry-run --as requests: the requests of a verb, sent by requests."""

import os
import sys
import tarfile
import tempfile
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


def tar(folder, entry, renames):
    """Return an archive of an entry of a folder, in which names have the first part of each pair replaced."""

    def renamed(member):
        for old, new in renames:
            member.name = member.name.replace("" if old == "/" else old, new, 1)
        return member

    file = tempfile.TemporaryFile()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(os.path.join(folder, entry), entry, filter=renamed)
    file.seek(0)
    return file


def document(answer):
    """Return the JSON of an answer."""
    return answer.json()


def ask(method, path, **more):
    """Send a request and return the answer."""
    return accepted(session.request(method, ENGINE + path, **more))


api = ask("HEAD", "/_ping").headers["Api-Version"]  # the version of the API that the engine speaks


def main() -> int:
    try:
        ask("HEAD", f"/v{api}/containers/web/archive", params={"path": "/srv/hosts.txt"})
    except Refused:
        ask(
            "PUT",
            f"/v{api}/containers/web/archive",
            params={"noOverwriteDirNonDir": "1", "path": "/srv"},
            headers={"Content-Type": "application/x-tar"},
            data=tar("/etc", "hosts", [('hosts', 'hosts.txt')]),
        )
    else:
        ask(
            "PUT",
            f"/v{api}/containers/web/archive",
            params={"noOverwriteDirNonDir": "1", "path": "/srv/hosts.txt"},
            headers={"Content-Type": "application/x-tar"},
            data=tar("/etc", "hosts", []),
        )
    return 0


try:
    with session:
        sys.exit(main())
except Refused as error:
    sys.exit(tell(error))
