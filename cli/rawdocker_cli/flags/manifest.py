"""manifest inspect."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL
from rawdocker_cli.flags.registry import INSECURE

_VERBOSE = Flag(
    "verbose",
    BOOL,
    "Also each manifest's reference, digest, platform and bytes",
    short="v",
    client="asks for the configuration of an image, or for each manifest of a list, too",
)

VERBS = (
    Verb(
        "manifest inspect",
        "[OPTIONS] [MANIFEST_LIST] MANIFEST",
        "Show an image's manifest, or list of manifests, as its registry has it",
        1,
        2,
        "manifest:inspect",
        ("GET /v2/{name}/manifests/{reference}", "GET /v2/{name}/blobs/{digest} (with --verbose)"),
        (INSECURE, _VERBOSE),
        asks=("ManifestGet",),
    ),
)
