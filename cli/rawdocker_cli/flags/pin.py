"""pin: the digest that a tag names, kept."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.flags.registry import ONE_PLATFORM, WHERE

VERBS = (
    Verb(
        "pin",
        "[OPTIONS] IMAGE... | --check [FILE] | --update [FILE] | --in FILE",
        "Print, keep and compare the digests that tags name",
        0,
        None,
        "pin:pin",
        ("GET /v2/{name}/manifests/{reference}",),
        (
            Flag(
                "check",
                BOOL,
                "Tell which images of a lock (images.lock) have moved; exit 1 where one has",
                client="asks for the tag of each image of the lock, and compares the digests",
            ),
            Flag(
                "in",
                LIST,
                "Put digests behind the images of a Dockerfile or compose file (.yml, .yaml), in place",
                client="asks for each image that the file names, and writes the file anew",
            ),
            ONE_PLATFORM,
            Flag(
                "update",
                BOOL,
                "Move the images of a lock (images.lock) to what their tags name now",
                client="does what --check does, and writes the lock anew where something moved",
            ),
            Flag(
                "write",
                STRING,
                "Keep the digests in this lock, such as images.lock",
                client="writes what the registries answered into the lock",
            ),
            *WHERE,
        ),
        asks=("ManifestGet",),
    ),
)
