"""What takes several calls to a registry, written once for both clients: a flow is a generator that yields calls.

found = client.follow(image(reference.parse("debian:12"), platform.default()))
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from rawdocker.call import Call
from rawdocker.codec import decode_json
from rawdocker.errors import ProtocolError, RegistryError
from rawdocker.registry import platform as platforms
from rawdocker.registry.calls import blob_read, manifest_get, referrer_list
from rawdocker.registry.manifest import Descriptor, Manifest, chosen, descriptor
from rawdocker.registry.manifest import platforms as listed
from rawdocker.registry.reference import Reference

T = TypeVar("T")

Flow: TypeAlias = Generator[Call[Any], Any, T]
"""Yields calls, is sent their answers (or thrown their errors), and returns a T."""

DEEPEST = 3
"""Indexes that may stand inside one another."""


class Found(NamedTuple):
    """What a name stands for, and what was chosen of it."""

    top: Manifest
    """What the name itself stands for: an index, or an image's manifest."""
    manifest: Manifest
    """The image's manifest; the same where there was nothing to choose."""
    platform: str
    """What was chosen, such as linux/amd64; empty where there was nothing to choose."""
    available: tuple[str, ...]
    """What there was to choose from."""


def image(name: Reference, wanted: Mapping[str, Any]) -> Flow[Found]:
    """Read what a name stands for, and choose the manifest for a platform where it is an index.

    Raises PlatformError where there is none, which says which there are.
    """
    top = manifest = yield manifest_get(name.path, name.tag_or_digest)
    typed = ""
    for _ in range(DEEPEST):
        if not manifest.is_index:
            return Found(top, manifest, typed, tuple(listed(top)))
        typed, entry = chosen(manifest, wanted)
        manifest = yield manifest_get(name.path, entry.digest)
    raise ProtocolError(f"{name}: indexes stand inside one another, deeper than {DEEPEST}")


def config(name: Reference, wanted: Mapping[str, Any]) -> Flow[tuple[Found, bytes]]:
    """Read the configuration of the image for a platform: its very bytes."""
    found = yield from image(name, wanted)
    body = yield blob_read(name.path, found.manifest.config.digest)
    return found, body


def available(name: Reference) -> Flow[dict[str, str]]:
    """Return the platforms of an image and the digest of the manifest for each; an image that is no index has one."""
    top = yield manifest_get(name.path, name.tag_or_digest)
    if top.is_index:
        return {typed: entry.digest for typed, entry in listed(top).items()}
    document = decode_json((yield blob_read(name.path, top.config.digest)))
    return {(platforms.shown(document) if isinstance(document, dict) else "") or "unknown": top.digest}


def referrers(name: Reference, artifact_type: str | None = None) -> Flow[list[Descriptor]]:
    """Return what refers to an image; of registries without that call, what the tag sha256-… names instead."""
    digest = name.digest or (yield manifest_get(name.path, name.tag_or_digest)).digest
    try:
        found = yield referrer_list(name.path, digest, artifactType=artifact_type)
    except RegistryError as error:
        if error.status not in (404, 405):
            raise
        found = yield from _tagged_referrers(name.path, digest)
    described = [descriptor(item) for item in found]
    return [item for item in described if artifact_type in (None, item.artifact_type)]


def _tagged_referrers(path: str, digest: str) -> Flow[list[Any]]:
    try:
        index = yield manifest_get(path, digest.replace(":", "-"))
    except RegistryError as error:
        if error.status != 404:
            raise
        return []
    return list(index.document.get("manifests") or ())
