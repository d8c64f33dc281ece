"""Manifests: what a tag names. An index lists an image's platforms, an image's manifest its config and layers.

The bytes are kept as they came, since the digest is theirs; what stands in them is read when it is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from rawdocker.codec import decode_json
from rawdocker.errors import DigestError, PlatformError, ProtocolError
from rawdocker.registry import platform
from rawdocker.registry.reference import digest_fault

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"

INDEXES = (OCI_INDEX, DOCKER_INDEX)
IMAGES = (OCI_IMAGE, DOCKER_IMAGE)
ACCEPTED = (*INDEXES, *IMAGES)

_ATTESTATION = "vnd.docker.reference.type"


class Hash:
    """The digest of bytes while they pass by."""

    def __init__(self, wanted: str) -> None:
        """wanted: the digest to compare with, whose algorithm is used."""
        fault = digest_fault(wanted)
        if fault:
            raise ProtocolError(f"{wanted[:200]!r} is no digest: {fault}")
        self._algorithm = wanted.partition(":")[0]
        self.wanted = wanted
        self._hash = hashlib.new(self._algorithm)
        self.update = self._hash.update

    def check(self, what: str, call: Any = None) -> None:
        """Raise DigestError where the bytes that passed are not those of the digest."""
        came = f"{self._algorithm}:{self._hash.hexdigest()}"
        if came != self.wanted:
            message = f"{what} is not what was asked for: wanted {self.wanted}, the bytes that came are {came}"
            raise DigestError(message, wanted=self.wanted, came=came, call=call)


def digest_of(data: bytes) -> str:
    """Return the sha256 digest of bytes, as registries name them."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def printable(text: object) -> str:
    """Return what a registry says, without what would steer a terminal and without end."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)[:500])


class Descriptor(NamedTuple):
    """What one document says of another content: its type, digest and size."""

    media_type: str
    digest: str
    size: int
    platform: Mapping[str, Any]
    """os, architecture, variant, of an index's entries; empty where it has none."""
    annotations: Mapping[str, str]
    artifact_type: str
    urls: tuple[str, ...]
    """Where the content of a foreign layer is, which registries do not keep."""

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEXES

    @property
    def is_image(self) -> bool:
        """Whether it is for a platform: attestations say unknown/unknown."""
        attested = _ATTESTATION in self.annotations or self.platform.get("os") == "unknown"
        return bool(self.platform.get("os")) and not attested


class Manifest(NamedTuple):
    """A manifest or an index, as the registry gave it."""

    body: bytes
    """The very bytes, which the digest is of."""
    media_type: str
    digest: str

    @property
    def document(self) -> dict[str, Any]:
        """What the bytes say, as plain JSON."""
        found = decode_json(self.body)
        if not isinstance(found, dict):
            raise ProtocolError(f"the manifest {self.digest} is not an object")
        return found

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEXES

    @property
    def entries(self) -> list[Descriptor]:
        """The manifests that an index lists, in its order; none where it is no index."""
        return self._listed("manifests") if self.is_index else []

    @property
    def config(self) -> Descriptor:
        """The image's configuration."""
        return self._descriptor(self.document.get("config"))

    @property
    def blobs(self) -> list[Descriptor]:
        """Config and layers of an image, each digest once, in order; none where it is an index."""
        if self.is_index:
            return []
        found = [self.config, *self._listed("layers")]
        return list({blob.digest: blob for blob in found}.values())

    def _listed(self, key: str) -> list[Descriptor]:
        entries = self.document.get(key) or []
        if not isinstance(entries, list):
            raise ProtocolError(f"{key} of the manifest {self.digest} is not a list")
        return [self._descriptor(entry) for entry in entries]

    def _descriptor(self, entry: Any) -> Descriptor:
        try:
            return descriptor(entry)
        except ProtocolError as error:
            raise ProtocolError(f"the manifest {self.digest} is malformed: {error}") from None


def descriptor(entry: Any) -> Descriptor:
    """Read a descriptor; raises ProtocolError for what is none."""
    if not isinstance(entry, dict):
        raise ProtocolError("a descriptor is missing")
    digest, size = entry.get("digest"), entry.get("size")
    if not isinstance(digest, str) or digest_fault(digest):
        raise ProtocolError(f"{str(digest)[:200]!r} is no digest")
    if not isinstance(size, int) or size < 0:
        raise ProtocolError(f"{str(size)[:200]!r} is no size of {digest}")
    shown, notes, urls = entry.get("platform"), entry.get("annotations"), entry.get("urls")
    return Descriptor(
        printable(entry.get("mediaType") or ""),
        digest,
        size,
        shown if isinstance(shown, dict) else {},
        notes if isinstance(notes, dict) else {},
        printable(entry.get("artifactType") or ""),
        tuple(map(str, urls)) if isinstance(urls, list) else (),
    )


def manifest(body: bytes, content_type: str, wanted: str) -> Manifest:
    """Return the manifest that bytes are.

    Parameters:
        body: the bytes.
        content_type: what the registry calls them; what they say themselves must not differ.
        wanted: the digest that they must have; empty where a tag was asked for.

    Raises DigestError where the bytes are not those of the digest, ProtocolError where they are no manifest.
    """
    if wanted:
        hashed = Hash(wanted)
        hashed.update(body)
        hashed.check("the manifest")
    found = Manifest(body, content_type.partition(";")[0].strip(), wanted or digest_of(body))
    document = found.document
    declared = str(document.get("mediaType") or found.media_type)
    if declared not in ACCEPTED:
        raise ProtocolError(f"the manifest {found.digest} is of a type that is not read here: {declared or 'none'}")
    if found.media_type in ACCEPTED and declared != found.media_type:
        raise ProtocolError(f"the manifest {found.digest} is served as {found.media_type}, but says it is {declared}")
    if "manifests" in document and ("layers" in document or "config" in document):
        raise ProtocolError(f"the manifest {found.digest} is ambiguous: an index and an image at once")
    return found._replace(media_type=declared)


def platforms(index: Manifest) -> dict[str, Descriptor]:
    """Return the images of an index by their platforms, as they are typed; attestations are none of them."""
    found: dict[str, Descriptor] = {}
    for entry in index.entries:
        if entry.is_image:
            found.setdefault(printable(platform.shown(entry.platform)), entry)
    return found


def chosen(index: Manifest, wanted: Mapping[str, Any]) -> tuple[str, Descriptor]:
    """Return the platform of an index that suits best, and its entry.

    Raises PlatformError where there is none, which says which there are.
    """
    found = platforms(index)
    place = platform.best(wanted, [entry.platform for entry in found.values()])
    if place is None:
        there = ", ".join(found) or "none"
        message = f"no manifest for platform {platform.shown(wanted)}; the image is there for: {there}"
        raise PlatformError(message, available=tuple(found))
    return list(found.items())[place]
