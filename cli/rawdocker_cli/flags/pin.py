"""pin: the digest that a tag names, kept."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.flags.registry import WHERE

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
            Flag("check", BOOL, "Tell which images of a lock (images.lock) have moved; exit 1 where one has"),
            Flag("in", LIST, "Put digests behind the images of a Dockerfile or compose file (.yml, .yaml), in place"),
            Flag("platform", STRING, "os/arch[/variant]: the manifest for that, not the index of all"),
            Flag("update", BOOL, "Move the images of a lock (images.lock) to what their tags name now"),
            Flag("write", STRING, "Keep the digests in this lock, such as images.lock"),
            *WHERE,
        ),
    ),
)
