"""--use-api-socket: a container that speaks to the engine it runs on, with the credentials stored here."""

from __future__ import annotations

import json
from typing import Any

from rawdocker.calls.container import put_container_archive
from rawdocker.errors import CredentialsError, RawdockerError
from rawdocker_cli.flags.flag import Draft
from rawdocker_cli.shell import Shell

SOCKET = "/var/run/docker.sock"
CONFIG = "/run/secrets/docker"
"""Where the container finds the socket, and the directory of a config.json."""


def mount(shell: Shell, draft: Draft) -> dict[str, Any]:
    """Mount the engine's socket into a container to be; return the credentials to copy into it.

    There are none to copy where the container has a DOCKER_CONFIG of its own.
    """
    endpoint = shell.docker.endpoint
    if endpoint.scheme != "unix":
        needs = "flag --use-api-socket can only be used with unix sockets"
        raise RawdockerError(f"{needs}: docker endpoint {endpoint.url} incompatible")
    socket = {"Type": "bind", "Source": endpoint.path, "Target": SOCKET}
    draft.at("HostConfig", "Mounts", default=[]).append(socket)
    if any(variable.startswith("DOCKER_CONFIG=") for variable in draft.body.get("Env", ())):
        return {}
    credentials = _credentials(shell)
    if credentials:
        draft.at("Env", default=[]).append(f"DOCKER_CONFIG={CONFIG}")
    return credentials


def _credentials(shell: Shell) -> dict[str, Any]:
    from rawdocker.registry.credentials import as_entry, everything

    try:
        found = everything(shell.config, shell.environment)
    except CredentialsError as error:
        raise RawdockerError(f"resolving credentials failed: {error}") from None
    return {address: as_entry(credentials) for address, credentials in found.items()}


def copy_credentials(shell: Shell, id: str, credentials: dict[str, Any]) -> None:
    """Copy a config.json that holds credentials and nothing else into a container."""
    import tarfile
    from io import BytesIO

    content = json.dumps({"auths": credentials}, indent="\t").encode()
    entry = tarfile.TarInfo(f"{CONFIG}/config.json")
    entry.size, entry.mode = len(content), 0o600
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(entry, BytesIO(content))
    shell.send(put_container_archive(id, buffer.getvalue(), path="/", noOverwriteDirNonDir=True))
