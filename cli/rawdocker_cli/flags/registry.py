"""registry …: a registry asked directly, without an engine."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

_PRINTS = "prints what the answers say that way"
_FORMAT = Flag("format", STRING, "json, table, table TEMPLATE, or a Go template", client=_PRINTS)
_QUIET = Flag("quiet", BOOL, "Only digests", short="q", client=_PRINTS)

INSECURE = Flag(
    "insecure",
    BOOL,
    "Speak HTTP; without it only this machine's own registries are spoken to by it",
    client="speaks HTTP to the registry instead of HTTPS",
)
WHERE = (
    INSECURE,
    Flag(
        "mirror",
        STRING,
        "Ask this registry in place of Docker Hub; else RAWDOCKER_MIRROR",
        client="sends there what is for Docker Hub",
    ),
)
_CHOOSES = "chooses from the index that the registry answers with, and asks for that manifest"
_PLATFORM = Flag(
    "platform",
    STRING,
    "os/arch[/variant] of an index; else DOCKER_DEFAULT_PLATFORM, or this machine's",
    client=_CHOOSES,
)
ONE_PLATFORM = Flag(
    "platform", STRING, "os/arch[/variant]: the manifest for that, not the index of all", client=_CHOOSES
)

_MANIFEST = "GET /v2/{name}/manifests/{reference}"
_BLOB = "GET /v2/{name}/blobs/{digest}"

VERBS = (
    Verb(
        "registry resolve",
        "[OPTIONS] IMAGE",
        "Print the digest that an image's tag names now",
        1,
        1,
        "registry:resolve",
        (_MANIFEST,),
        (ONE_PLATFORM, *WHERE),
        asks=("ManifestGet",),
    ),
    Verb(
        "registry tags",
        "[OPTIONS] NAME",
        "Print the tags of a repository, one a line",
        1,
        1,
        "registry:tags",
        ("GET /v2/{name}/tags/list (each page)",),
        WHERE,
        asks=("TagList",),
    ),
    Verb(
        "registry manifest",
        "[OPTIONS] IMAGE",
        "Print the very bytes of an image's index or manifest",
        1,
        1,
        "registry:manifest",
        (_MANIFEST,),
        (ONE_PLATFORM, *WHERE),
        asks=("ManifestGet",),
    ),
    Verb(
        "registry config",
        "[OPTIONS] IMAGE",
        "Print the very bytes of an image's configuration",
        1,
        1,
        "registry:config",
        (_MANIFEST, _BLOB),
        (_PLATFORM, *WHERE),
        asks=("ManifestGet",),
    ),
    Verb(
        "registry blob",
        "[OPTIONS] NAME@DIGEST",
        "Print a blob, once all its bytes are those of the digest",
        1,
        1,
        "registry:blob",
        (_BLOB,),
        (
            Flag("output", STRING, "Write it to a file", short="o", client="writes the bytes there once all are right"),
            *WHERE,
        ),
    ),
    Verb(
        "registry platforms",
        "[OPTIONS] IMAGE",
        "List the platforms an image is there for, and the digest of each",
        1,
        1,
        "registry:platforms",
        (_MANIFEST, f"{_BLOB} (of an image without an index)"),
        (_FORMAT, _PLATFORM, _QUIET, *WHERE),
        asks=("ManifestGet",),
    ),
    Verb(
        "registry referrers",
        "[OPTIONS] IMAGE",
        "List what refers to an image: signatures, attestations, bills of materials",
        1,
        1,
        "registry:referrers",
        (_MANIFEST, "GET /v2/{name}/referrers/{digest}?artifactType"),
        (
            Flag(
                "artifact-type",
                STRING,
                "Only those of this type (?artifactType)",
                client="sends it as ?artifactType, and leaves out what the registry did not",
            ),
            _FORMAT,
            _QUIET,
            *WHERE,
        ),
        asks=("ManifestGet", "ReferrerList"),
    ),
    Verb(
        "registry copy",
        "[OPTIONS] SOURCE_IMAGE TARGET_IMAGE",
        "Copy an image to another registry or name, sending only what is missing there",
        2,
        2,
        "registry:copy",
        (
            f"{_MANIFEST} (source)",
            "HEAD /v2/{name}/blobs/{digest}",
            "POST /v2/{name}/blobs/uploads/?mount&from (what is missing)",
            f"{_BLOB} (source)",
            "PUT <location>?digest",
            "PUT /v2/{name}/manifests/{reference}",
        ),
        (
            Flag(
                "quiet",
                BOOL,
                "Do not tell what becomes of each blob",
                short="q",
                client="does not tell what becomes of each blob",
            ),
            ONE_PLATFORM,
            *WHERE,
        ),
        words={"TARGET_IMAGE": ()},
        asks=("ManifestGet", "ManifestHead", "BlobHead"),
    ),
)
