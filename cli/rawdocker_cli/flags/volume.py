"""volume create, ls, rm and prune."""

from __future__ import annotations

from typing import Any

from rawdocker_cli.flags.flag import Flag, Kind, Verb, body, pairs
from rawdocker_cli.flags.kinds import BOOL, BYTES, FILTER, LABEL, LIST, MAP, STRING

SPEC = "ClusterVolumeSpec"


def _cluster(name: str, kind: Kind, help: str, default: Any = None) -> Flag:
    return Flag(name, kind, f"Of a swarm's volume: {help}", since="1.42", default=default)


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
            _cluster("availability", STRING, f"active, pause or drain ({SPEC}.Availability)", "active"),
            Flag("driver", STRING, "Who keeps it (Driver)", body("Driver"), short="d", default="local"),
            _cluster("group", STRING, f"volumes that can stand for each other ({SPEC}.Group)"),
            Flag("label", LABEL, "name=value to keep with it (Labels)", pairs("Labels")),
            _cluster("limit-bytes", BYTES, f"largest size ({SPEC}.CapacityRange.LimitBytes)"),
            Flag("name", STRING, "Its name", body("Name"), hidden=True),
            Flag("opt", MAP, "An option of the driver (DriverOpts)", pairs("DriverOpts"), short="o"),
            _cluster("required-bytes", BYTES, f"smallest size ({SPEC}.CapacityRange.RequiredBytes)"),
            _cluster("scope", STRING, f"single or multi: nodes at once ({SPEC}.AccessMode.Scope)", "single"),
            _cluster("secret", MAP, f"key=secret for the driver ({SPEC}.Secrets)"),
            _cluster("sharing", STRING, f"none, readonly, onewriter or all ({SPEC}.AccessMode.Sharing)", "none"),
            _cluster("topology-preferred", LIST, f"where best ({SPEC}.AccessibilityRequirements.Preferred)"),
            _cluster("topology-required", LIST, f"where it must be ({SPEC}.AccessibilityRequirements.Requisite)"),
            _cluster("type", STRING, f"mount or block ({SPEC}.AccessMode)", "block"),
        ),
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
            Flag("cluster", BOOL, "Only a swarm's volumes, in columns of their own", since="1.42"),
            Flag("filter", FILTER, "Only those that match name=value (?filters)", short="f"),
            Flag("format", STRING, "json, table, table TEMPLATE, or a Go template"),
            Flag("quiet", BOOL, "Only names", short="q"),
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
        (Flag("force", BOOL, "No error where it does not exist (?force)", short="f", since="1.25"),),
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
            Flag("all", BOOL, "Also those with a name (?filters all)", short="a", since="1.42"),
            Flag("filter", FILTER, "Only those that match: label=name=value (?filters)"),
            Flag("force", BOOL, "Do not ask first", short="f"),
        ),
    ),
)
