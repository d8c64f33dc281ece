"""Listening on a unix socket that is for one user alone."""

from __future__ import annotations

import os
import socket
import stat
import struct

from rawdocker.errors import EndpointError

BACKLOG = 128


def listening(path: str) -> socket.socket:
    """Return a socket that listens at a path (mode 0600); one that was left there by a process that was killed is
    replaced. Raises EndpointError where that cannot be."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_abandoned(path)
        listener.bind(path)
        os.chmod(path, 0o600)  # nobody can connect before listen()
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise EndpointError(f"cannot listen on unix://{path}: {error.strerror or error}") from None
    return listener


def may_connect(client: socket.socket) -> bool:
    """Say whether a client is the user who runs this, or root."""
    if not hasattr(socket, "SO_PEERCRED"):  # the file's mode has to do
        return True
    _, user, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return user in (os.geteuid(), 0)


def _remove_abandoned(path: str) -> None:
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
