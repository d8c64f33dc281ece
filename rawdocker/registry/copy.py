"""An image from one registry to another: only what is missing there travels, in flat memory, and every byte is hashed.

What is asked of which side, in which order, is a generator that both clients carry out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rawdocker.call import Call, StreamCall
from rawdocker.errors import InvalidCallError, ProtocolError, RawdockerError, RegistryError
from rawdocker.registry.calls import (
    blob_get,
    blob_head,
    blob_upload_cancel,
    blob_upload_finish,
    blob_upload_start,
    manifest_get,
    manifest_head,
    manifest_put,
)
from rawdocker.registry.flows import DEEPEST, image
from rawdocker.registry.manifest import Descriptor, Manifest
from rawdocker.registry.reference import Reference

if TYPE_CHECKING:
    from rawdocker.registry.client import AsyncRegistryClient, RegistryClient

MOST_MANIFESTS = 1000
"""Manifests that one index may stand on, all together."""

Told: TypeAlias = Callable[[Descriptor, str], object]
"""Is told of each blob, and what became of it: "there", "mounted" or "copied"."""


class _Step(NamedTuple):
    """A call of a copy: to the target, or to the source; or content of the source as the body of a call."""

    call: Call[Any]
    to_source: bool = False
    content: StreamCall[bytes] | None = None
    size: int = 0


_Steps: TypeAlias = Generator[_Step, Any, Any]


def copy(
    source: RegistryClient,
    target: RegistryClient,
    name: Reference,
    new_name: Reference,
    *,
    platform: Mapping[str, Any] | None = None,
    told: Told = lambda blob, how: None,
) -> Manifest:
    """Copy an image, all its platforms or one, and return the manifest or index that its new name stands for.

    Parameters:
        source, target: the clients of both registries; the same one twice within one registry, whose blobs are then
            mounted rather than sent.
        name, new_name: the image, and what it is to be called.
        platform: only the manifest for this one. Default: all that the name stands for, so that the digest stays.
        told: called with each blob, and "there", "mounted" or "copied".

    Raises what the calls raise; an upload that fails is given up, and the new name is set last.
    """
    steps = _copying(name, new_name, platform, told, mount=source.origin == target.origin)
    answer: Any = None
    error: RawdockerError | None = None
    try:
        while True:
            step = steps.throw(error) if error else steps.send(answer)
            error = None
            try:
                answer = _done(source, target, step)
            except RawdockerError as failure:
                error = failure
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


async def copy_async(
    source: AsyncRegistryClient,
    target: AsyncRegistryClient,
    name: Reference,
    new_name: Reference,
    *,
    platform: Mapping[str, Any] | None = None,
    told: Told = lambda blob, how: None,
) -> Manifest:
    """Copy an image, all its platforms or one: the same as `copy`, for asyncio and trio."""
    steps = _copying(name, new_name, platform, told, mount=source.origin == target.origin)
    answer: Any = None
    error: RawdockerError | None = None
    try:
        while True:
            step = steps.throw(error) if error else steps.send(answer)
            error = None
            try:
                answer = await _done_async(source, target, step)
            except RawdockerError as failure:
                error = failure
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _done(source: RegistryClient, target: RegistryClient, step: _Step) -> Any:
    if step.content is None:
        return (source if step.to_source else target).send(step.call)
    with source.stream(step.content, longest=step.size) as chunks:
        return target.send(step.call.replace(body=chunks))


async def _done_async(source: AsyncRegistryClient, target: AsyncRegistryClient, step: _Step) -> Any:
    if step.content is None:
        return await (source if step.to_source else target).send(step.call)
    async with source.stream(step.content, longest=step.size) as chunks:
        return await target.send(step.call.replace(body=chunks))


def _copying(
    name: Reference, new_name: Reference, platform: Mapping[str, Any] | None, told: Told, *, mount: bool
) -> _Steps:
    manifests = yield from _manifests(name, platform)
    top = manifests[-1]
    if new_name.digest and new_name.digest != top.digest:
        raise InvalidCallError(f"{new_name} cannot be the name of {top.digest}")
    seen: set[str] = set()
    for manifest in manifests:
        if not (yield from _is_there(manifest_head(new_name.path, manifest.digest))):
            for blob in manifest.blobs:
                if blob.digest not in seen and not blob.urls:
                    told(blob, (yield from _blob(blob, name.path, new_name.path, mount=mount)))
                seen.add(blob.digest)
            if manifest is not top:
                yield _Step(manifest_put(new_name.path, manifest.digest, manifest))
    yield _Step(manifest_put(new_name.path, new_name.tag or top.digest, top))
    return top


def _manifests(name: Reference, platform: Mapping[str, Any] | None) -> _Steps:
    """Return the manifests to copy, each behind those that it stands on."""
    if platform is not None:
        flow = image(name, platform)
        call = next(flow)
        while True:
            answer = yield _Step(call, to_source=True)
            try:
                call = flow.send(answer)
            except StopIteration as done:
                return [done.value.manifest]
    found: dict[str, Manifest] = {}
    yield from _gather(name.path, name.tag_or_digest, found, DEEPEST)
    return list(found.values())


def _gather(path: str, reference: str, found: dict[str, Manifest], deepest: int) -> _Steps:
    """Add a manifest to those found, behind all that it stands on."""
    manifest = yield _Step(manifest_get(path, reference), to_source=True)
    if manifest.is_index and not deepest:
        raise ProtocolError(f"indexes stand inside one another, deeper than {DEEPEST}: {manifest.digest}")
    for entry in manifest.entries:
        if entry.digest not in found:
            yield from _gather(path, entry.digest, found, deepest - 1)
    found[manifest.digest] = manifest
    if len(found) > MOST_MANIFESTS:
        raise ProtocolError(f"{manifest.digest} stands on more than {MOST_MANIFESTS} manifests")


def _is_there(call: Call[Any]) -> _Steps:
    try:
        yield _Step(call)
    except RegistryError as error:
        if error.status != 404:
            raise
        return False
    return True


def _blob(blob: Descriptor, path: str, new_path: str, *, mount: bool) -> _Steps:
    if (yield from _is_there(blob_head(new_path, blob.digest))):
        return "there"
    if mount:
        location = yield _Step(blob_upload_start(new_path, mount=blob.digest, from_=path))
    else:
        location = yield _Step(blob_upload_start(new_path))
    if not location:
        return "mounted"
    sending = blob_upload_finish(new_path, location, blob.digest, b"", size=blob.size)
    try:
        yield _Step(sending, content=blob_get(path, blob.digest), size=blob.size)
    except RawdockerError:
        with suppress(RawdockerError):
            yield _Step(blob_upload_cancel(new_path, location))
        raise
    return "copied"
