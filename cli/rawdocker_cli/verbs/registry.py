"""registry …: what a registry has, asked without an engine, every byte compared with its digest."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from rawdocker.registry import flows, platform
from rawdocker.registry.calls import blob_get, manifest_get, tag_list
from rawdocker.registry.manifest import Descriptor
from rawdocker.registry.reference import Reference, parse
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.harmless import harmless
from rawdocker_cli.registries import Registries
from rawdocker_cli.shell import Shell

if TYPE_CHECKING:
    from rawdocker.registry.manifest import Manifest
    from rawdocker_cli.format import Table

MEMORY = 1 << 20
"""Bytes of a blob that are held in memory until all are verified; more go to a temporary file."""


def resolve(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the digest of what a name stands for."""
    shell.print(_asked(shell, options, words[0]).digest)


def manifest(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the bytes of what a name stands for, and nothing else."""
    shell.write_bytes(_asked(shell, options, words[0]).body)


def config(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the bytes of an image's configuration, and nothing else."""
    image = parse(words[0])
    with Registries(shell, options) as registries:
        found, body = registries.of(image).follow(flows.config(image, _wanted(options)))
    _tell_choice(shell, found)
    shell.write_bytes(body)


def _asked(shell: Shell, options: Options, word: str) -> Manifest:
    """Return what a name stands for: an index as a whole, unless --platform chooses of it."""
    image = parse(word)
    with Registries(shell, options) as registries:
        client = registries.of(image)
        if not options.platform:
            return client.send(manifest_get(image.path, image.tag_or_digest))
        found = client.follow(flows.image(image, platform.parse(options.platform)))
    _tell_choice(shell, found)
    return found.manifest


def _wanted(options: Options) -> dict[str, str]:
    text = options.platform or os.environ.get("DOCKER_DEFAULT_PLATFORM", "")
    return platform.parse(text) if text else platform.default()


def _tell_choice(shell: Shell, found: flows.Found) -> None:
    if found.platform:
        others = ", ".join(name for name in found.available if name != found.platform)
        shell.warn(f"{found.platform} was chosen; there is also: {others or 'nothing else'}")


def tags(shell: Shell, options: Options, words: list[str]) -> None:
    """Print tags as they come."""
    image = parse(words[0])
    if not image.name_only:
        shell.fail(f"{words[0]}: the name of a repository has no tag and no digest")
    with Registries(shell, options) as registries, registries.of(image).stream(tag_list(image.path)) as found:
        for tag in found:
            shell.print(harmless(tag, sys.stdout))


def blob(shell: Shell, options: Options, words: list[str]) -> None:
    """Write a blob to stdout or a file: all of it, or, where the bytes are wrong, nothing."""
    from tempfile import SpooledTemporaryFile

    image = parse(words[0])
    if not image.digest:
        shell.fail(f"{words[0]}: a blob is named by its digest: NAME@sha256:…")
    with Registries(shell, options) as registries:
        if options.output:
            shell.goes_to("file", options.output)
            _save(shell, registries, image, options.output)
            return
        with SpooledTemporaryFile(MEMORY) as kept:
            _download(registries, image, kept)
            kept.seek(0)
            while chunk := kept.read(MEMORY):
                shell.write_bytes(chunk)


def _save(shell: Shell, registries: Registries, image: Reference, path: str) -> None:
    from rawdocker.registry.files import replacing

    try:
        with replacing(path) as file:
            _download(registries, image, file)
    except OSError as error:
        shell.fail(f"{path}: {(error.strerror or str(error)).lower()}")


def _download(registries: Registries, image: Reference, file: Any) -> None:
    with registries.of(image).stream(blob_get(image.path, image.digest)) as chunks:
        for chunk in chunks:
            file.write(chunk)


def platforms(shell: Shell, options: Options, words: list[str]) -> None:
    """List the platforms of an image, and mark the one that is chosen."""
    from rawdocker_cli.listing import show

    image = parse(words[0])
    with Registries(shell, options) as registries:
        found = registries.of(image).follow(flows.available(image))
    best = platform.best(_wanted(options), [platform.parts(name) for name in found])
    rows = [(name, digest, place == best) for place, (name, digest) in enumerate(found.items())]
    show(shell, platform_table(), rows, options.format, options.quiet)


def platform_table() -> Table[tuple[str, str, bool]]:
    """Return what `registry platforms` can show."""
    from rawdocker_cli.format import Table

    return Table(
        "*registry.platformContext",
        {
            "Platform": ("PLATFORM", lambda row: row[0]),
            "Digest": ("DIGEST", lambda row: row[1]),
            "Chosen": ("CHOSEN", lambda row: "*" if row[2] else ""),
        },
        default=r"table {{.Platform}}\t{{.Digest}}\t{{.Chosen}}",
        quiet="{{.Digest}}",
    )


def referrers(shell: Shell, options: Options, words: list[str]) -> None:
    """List what refers to an image."""
    from rawdocker_cli.listing import show

    image = parse(words[0])
    with Registries(shell, options) as registries:
        found = registries.of(image).follow(flows.referrers(image, options.artifact_type or None))
    show(shell, referrer_table(), found, options.format, options.quiet)


def referrer_table() -> Table[Descriptor]:
    """Return what `registry referrers` can show."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.units import human_size

    return Table(
        "*registry.referrerContext",
        {
            "Digest": ("DIGEST", lambda row: row.digest),
            "ArtifactType": ("ARTIFACT TYPE", lambda row: row.artifact_type or row.media_type),
            "Size": ("SIZE", lambda row: human_size(row.size, 3)),
        },
        default=r"table {{.Digest}}\t{{.ArtifactType}}\t{{.Size}}",
        quiet="{{.Digest}}",
    )


def copy(shell: Shell, options: Options, words: list[str]) -> None:
    """Copy an image, tell on stderr what becomes of each blob, and print the new name with its digest."""
    from rawdocker.registry.copy import copy as copied
    from rawdocker_cli.units import human_size

    def told(blob: Descriptor, how: str) -> None:
        if not options.quiet:
            shell.warn(f"{blob.digest[:19]} {how.ljust(7)} {human_size(blob.size, 3)}")

    source, target = (parse(word).with_default_tag() for word in words)
    wanted = platform.parse(options.platform) if options.platform else None
    with Registries(shell, options) as registries:
        clients = registries.of(source), registries.of(target)
        top = shell.does(copied, *clients, source, target, platform=wanted, told=told)
    shell.print(str(target._replace(digest=top.digest).familiar))
