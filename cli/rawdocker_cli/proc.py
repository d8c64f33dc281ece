"""What this machine's /proc says of processes: their namespaces, their PIDs in them, their cgroup."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

NAMESPACES = ("pid", "net", "mnt", "uts", "ipc", "user", "cgroup")
"""As /proc calls them."""


def listener(path: str) -> int:
    """Return the PID of the process that listens at a unix socket; 0 where that is none of this machine's."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
        asking.connect(path)
        credentials = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[0])
    return 0


def namespaces(pid: int) -> dict[str, str]:
    """Return the inode number of each namespace of a process; raises OSError where we may not see them."""
    return {name: os.readlink(f"/proc/{pid}/ns/{name}").strip(f"{name}:[]") for name in NAMESPACES}


def pid_inside(pid: int) -> str:
    """Return the PID that a process has in its own PID namespace; empty where it cannot be read."""
    for line in _lines(pid, "status"):
        if line.startswith("NSpid:"):
            return line.split()[-1]
    return ""


def is_in_cgroup_of(pid: int, id: str) -> bool:
    """Say whether a process of this machine is in the cgroup of a container, so that its engine is here as well."""
    return any(id in line for line in _lines(pid, "cgroup"))


def cgroup_path(entries: Iterable[str]) -> str:
    """Return a process's path in the cgroup trees, from entries such as `0::/docker/…`; the deepest of them."""
    return max((entry.split(":", 2)[-1] for entry in entries), key=len, default="")


def cgroup(pid: int) -> str:
    """Return a process's path in the cgroup trees; empty where it cannot be read."""
    return cgroup_path(_lines(pid, "cgroup"))


def _lines(pid: int, file: str) -> list[str]:
    with suppress(OSError), open(f"/proc/{pid}/{file}", encoding="utf-8", errors="replace") as text:
        return text.read().splitlines()
    return []
