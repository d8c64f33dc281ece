"""ns: the processes of a container and the namespaces they are in."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

VERBS = (
    Verb(
        "ns",
        "[OPTIONS] CONTAINER",
        "Show a container's processes, their PIDs on the host and inside, and their namespaces beside the engine's",
        1,
        1,
        "ns:ns",
        ("GET /containers/{id}/json", "GET /containers/{id}/top?ps_args"),
        (
            Flag("format", STRING, "json, table, table TEMPLATE, or a Go template; of each process"),
            Flag("no-trunc", BOOL, "Do not shorten ids in cgroup paths"),
        ),
    ),
)
