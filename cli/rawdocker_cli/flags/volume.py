"""volume create, ls, rm and prune."""

from __future__ import annotations

from typing import Any

from rawdocker_cli.flags.common import CONFIRMS, FORMAT, QUIET
from rawdocker_cli.flags.flag import Flag, Kind, Verb, body, pairs
from rawdocker_cli.flags.kinds import BOOL, BYTES, FILTER, LABEL, LIST, MAP, STRING


def _cluster(name: str, kind: Kind, help: str, *keys: str, default: Any = None) -> Flag:
    wire = tuple(f"ClusterVolumeSpec.{key}" for key in keys)
    return Flag(name, kind, f"Of a swarm's volume: {help}", since="1.42", default=default, wire=wire)


VERBS = (
    Verb(
        "volume create",
        "[OPTIONS] [VOLUME]",
        "Create a volume",
        0,
        1,
        "volume:create",
        ("POST /volumes/create",),
        (
            _cluster("availability", STRING, "active, pause or drain", "Availability", default="active"),
            Flag("driver", STRING, "Who keeps it", body("Driver"), short="d", default="local"),
            _cluster("group", STRING, "volumes that can stand for each other", "Group"),
            Flag("label", LABEL, "name=value to keep with it", pairs("Labels")),
            _cluster("limit-bytes", BYTES, "largest size", "CapacityRange.LimitBytes"),
            Flag("name", STRING, "Its name", body("Name"), hidden=True),
            Flag("opt", MAP, "An option of the driver", pairs("DriverOpts"), short="o"),
            _cluster("required-bytes", BYTES, "smallest size", "CapacityRange.RequiredBytes"),
            _cluster("scope", STRING, "single or multi: nodes at once", "AccessMode.Scope", default="single"),
            _cluster("secret", MAP, "key=secret for the driver", "Secrets"),
            _cluster("sharing", STRING, "none, readonly, onewriter or all", "AccessMode.Sharing", default="none"),
            _cluster("topology-preferred", LIST, "where best", "AccessibilityRequirements.Preferred"),
            _cluster("topology-required", LIST, "where it must be", "AccessibilityRequirements.Requisite"),
            _cluster(
                "type", STRING, "mount or block", "AccessMode.MountVolume", "AccessMode.BlockVolume", default="block"
            ),
        ),
        words={"VOLUME": ("Name",)},
    ),
    Verb(
        "volume ls",
        "[OPTIONS]",
        "List volumes",
        0,
        0,
        "volume:ls",
        ("GET /volumes?filters",),
        (
            Flag(
                "cluster",
                BOOL,
                "Only a swarm's volumes, in columns of their own",
                client="prints only part of the answer",
                since="1.42",
            ),
            Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
            FORMAT,
            Flag("quiet", BOOL, "Only names", short="q", client=QUIET),
        ),
        aliases=("volume list",),
    ),
    Verb(
        "volume rm",
        "[OPTIONS] VOLUME [VOLUME...]",
        "Remove one or more volumes",
        1,
        None,
        "volume:rm",
        ("DELETE /volumes/{name}?force",),
        (Flag("force", BOOL, "No error where it does not exist", wire=("?force",), short="f", since="1.25"),),
        aliases=("volume remove",),
    ),
    Verb(
        "volume prune",
        "[OPTIONS]",
        "Remove unused volumes",
        0,
        0,
        "volume:prune",
        ("POST /volumes/prune?filters",),
        (
            Flag("all", BOOL, "Also those with a name", wire=("?filters",), short="a", since="1.42"),
            Flag("filter", FILTER, "Only those that match: label=name=value", wire=("?filters",)),
            Flag("force", BOOL, "Do not ask first", short="f", client=CONFIRMS),
        ),
    ),
)
