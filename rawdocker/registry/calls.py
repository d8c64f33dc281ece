"""The calls of the distribution specification: a function for each request to a registry; each sends nothing.

    manifest_get manifest_head manifest_put     what a tag or digest names
    blob_get blob_read blob_head                configs and layers
    blob_upload_start blob_upload_finish blob_upload_cancel
    tag_list referrer_list                      lists, whose pages are followed

RegistryClient and AsyncRegistryClient execute them: `client.send(manifest_get("library/debian", "12"))`. All raise
RegistryError where the registry refuses, UnreachableError, DeadlineError and ProtocolError (see rawdocker.errors).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from rawdocker.call import Call, Codec, RawBody, StreamCall
from rawdocker.registry.manifest import ACCEPTED, Manifest
from rawdocker.registry.urls import split

_MANIFEST = "/v2/{name}/manifests/{reference}"
_BLOB = "/v2/{name}/blobs/{digest}"
_UPLOAD = "/{upload}"
_ACCEPT = {"Accept": ", ".join(ACCEPTED)}


def registry_check() -> Call[None]:
    """Ask whether this is a registry, and whether the credentials are right.

    API: GET /v2/ (end-1).
    """
    return Call("RegistryCheck", "GET", "/v2/", codec=Codec.EMPTY)


def manifest_get(name: str, reference: str) -> Call[Manifest]:
    """Return a manifest or an index: the very bytes, their digest and media type.

    Parameters:
        name: the repository: library/debian.
        reference: a tag, or a digest, with which the bytes are compared.

    Raises DigestError where the bytes are not those of the digest, or not what the registry itself calls them.
    API: GET /v2/{name}/manifests/{reference} (end-3).
    """
    arguments = {"name": name, "reference": reference}
    return Call("ManifestGet", "GET", _MANIFEST, arguments, headers=_ACCEPT, codec=Codec.MANIFEST)


def manifest_head(name: str, reference: str) -> Call[dict[str, str]]:
    """Ask whether a manifest exists; the answer's headers are what the registry claims of it, and no proof.

    API: HEAD /v2/{name}/manifests/{reference} (end-3).
    """
    arguments = {"name": name, "reference": reference}
    return Call("ManifestHead", "HEAD", _MANIFEST, arguments, headers=_ACCEPT, codec=Codec.HEADERS)


def manifest_put(name: str, reference: str, manifest: Manifest) -> Call[None]:
    """Store a manifest, whose blobs (or, of an index, manifests) must be there already.

    Parameters:
        name: the repository.
        reference: the tag or digest it gets.
        manifest: its bytes are sent as they are.

    API: PUT /v2/{name}/manifests/{reference} (end-7).
    """
    arguments = {"name": name, "reference": reference}
    headers = {"Content-Type": manifest.media_type}
    return Call("ManifestPut", "PUT", _MANIFEST, arguments, headers=headers, body=manifest.body, codec=Codec.EMPTY)


def blob_get(name: str, digest: str) -> StreamCall[bytes]:
    """Stream a blob; its bytes are hashed while they pass by, and a download that breaks off goes on where it was.

    Raises DigestError at the end where the bytes are not those of the digest: keep nothing before that.
    API: GET /v2/{name}/blobs/{digest} (end-2).
    """
    return StreamCall("BlobGet", "GET", _BLOB, {"name": name, "digest": digest}, codec=Codec.RAW)


def blob_read(name: str, digest: str) -> Call[bytes]:
    """Return a small blob, such as an image's config, in one piece of at most 4 MiB.

    Raises DigestError where the bytes are not those of the digest.
    API: GET /v2/{name}/blobs/{digest} (end-2).
    """
    return Call("BlobGet", "GET", _BLOB, {"name": name, "digest": digest}, codec=Codec.RAW)


def blob_head(name: str, digest: str) -> Call[dict[str, str]]:
    """Ask whether a blob exists, and return the answer's headers.

    API: HEAD /v2/{name}/blobs/{digest} (end-2).
    """
    return Call("BlobHead", "HEAD", _BLOB, {"name": name, "digest": digest}, codec=Codec.HEADERS)


def blob_upload_start(name: str, *, mount: str | None = None, from_: str | None = None) -> Call[str]:
    """Begin an upload and return where it goes on; empty where nothing is left to send.

    Parameters:
        name: the repository.
        mount: a digest that another repository of this registry has already.
        from_: that repository.

    API: POST /v2/{name}/blobs/uploads/?mount&from (end-4a, end-11).
    """
    query = {"mount": mount, "from": from_}
    path = "/v2/{name}/blobs/uploads/"
    return Call("BlobUploadStart", "POST", path, {"name": name}, query=query, codec=Codec.LOCATION)


def blob_upload_finish(name: str, location: str, digest: str, body: RawBody, *, size: int | None = None) -> Call[None]:
    """Send a blob to where its upload goes on.

    Parameters:
        name: the repository.
        location: what blob_upload_start answered; only its path and query are used, on the same registry.
        digest: the digest that the registry compares the bytes with.
        body: bytes, an open file, or an iterator of chunks.
        size: how many bytes an iterator gives; without it they are sent chunked, which some registries refuse.

    API: PUT <location>?digest (end-6).
    """
    headers = {"Content-Type": "application/octet-stream"}
    if size is not None:
        headers["Content-Length"] = str(size)
    arguments, query = _upload(name, location)
    query["digest"] = digest
    parts: dict[str, Any] = {"query": query, "headers": headers, "body": body, "codec": Codec.EMPTY}
    return Call("BlobUploadFinish", "PUT", _UPLOAD, arguments, **parts)


def blob_upload_cancel(name: str, location: str) -> Call[None]:
    """Give an upload up, so that the registry forgets what was sent.

    API: DELETE <location>.
    """
    arguments, query = _upload(name, location)
    return Call("BlobUploadCancel", "DELETE", _UPLOAD, arguments, query=query, codec=Codec.EMPTY)


def tag_list(name: str, *, n: int | None = None, last: str | None = None) -> StreamCall[str]:
    """Stream the tags of a repository, in the registry's order; pages are asked for as they are needed.

    Parameters:
        name: the repository.
        n: tags a page. Default: what the registry likes.
        last: begin behind this tag.

    API: GET /v2/{name}/tags/list?n&last (end-8a, end-8b).
    """
    query = {"n": n, "last": last}
    return StreamCall("TagList", "GET", "/v2/{name}/tags/list", {"name": name}, query=query, codec=Codec.PAGES)


def referrer_list(name: str, digest: str, *, artifactType: str | None = None) -> StreamCall[dict[str, Any]]:
    """Stream the descriptors of what refers to a manifest: signatures, attestations, bills of materials.

    Parameters:
        name: the repository.
        digest: the manifest's.
        artifactType: only those of this type, where the registry can choose.

    API: GET /v2/{name}/referrers/{digest}?artifactType (end-12a, end-12b); older registries answer 404.
    """
    path, arguments = "/v2/{name}/referrers/{digest}", {"name": name, "digest": digest}
    return StreamCall("ReferrerList", "GET", path, arguments, query={"artifactType": artifactType}, codec=Codec.PAGES)


def _upload(name: str, location: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the arguments and the query of what a Location names; `name` only says whose upload it is."""
    parts = split(location)
    return {"name": name, "upload": unquote(parts.path).lstrip("/")}, dict(parse_qsl(parts.query, True))
