"""Whole file systems and images as archives: export, save, load, import, commit."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from rawdocker.archive import opened, told
from rawdocker.calls.container import container_export
from rawdocker.calls.image import image_commit, image_create, image_get_all, image_load
from rawdocker.errors import InvalidCallError
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.output import replaced
from rawdocker_cli.shell import Failure, Shell
from rawdocker_cli.terminal import STDIN, STDOUT, is_terminal
from rawdocker_cli.verbs.copy import Stdin
from rawdocker_cli.verbs.each import trimmed

if TYPE_CHECKING:
    from rawdocker.call import StreamCall


def export(shell: Shell, options: Options, words: list[str]) -> None:
    """Write a container's file system as a tar archive."""
    _download(shell, options, container_export(trimmed("container", words[0])), "failed to export container")


def save(shell: Shell, options: Options, words: list[str]) -> None:
    """Write images as a tar archive."""
    call = image_get_all(names=words, platform=_platform(options))
    _download(shell, options, call, "failed to save image")


def load(shell: Shell, options: Options, words: list[str]) -> None:
    """Load images from a tar archive."""
    if not options.input and is_terminal(STDIN):
        shell.fail("requested load from stdin, but stdin is empty")
    quiet = options.quiet or not is_terminal(STDOUT)
    with opened(options.input) if options.input else nullcontext(Stdin()) as body:
        _show(shell, image_load(body, quiet=quiet, platform=_platform(options)))


def import_image(shell: Shell, options: Options, words: list[str]) -> None:
    """Make an image of a file system in a tar archive."""
    from rawdocker.registry.reference import parse

    source, reference = words[0], "".join(words[1:2])
    if reference:
        parse(reference)
    platform = options.platform if options.typed("platform") else os.environ.get("DOCKER_DEFAULT_PLATFORM", "")
    remote = source.startswith(("http://", "https://"))
    with nullcontext() if remote else nullcontext(Stdin()) if source == "-" else opened(source) as body:
        call = image_create(
            **options.draft().query,
            fromSrc=source if remote else "-",
            repo=reference or None,
            platform=platform.lower() or None,
            body=body,
        )
        _show(shell, call)


def commit(shell: Shell, options: Options, words: list[str]) -> None:
    """Make an image of a container and print its id."""
    from rawdocker.registry.reference import parse

    reference = parse(words[1]) if words[1:] and words[1] else None
    if reference and reference.digest:
        shell.fail("refusing to create a tag with a digest reference")
    call = image_commit(
        container=trimmed("container", words[0]),
        repo=reference.name if reference else None,
        tag=reference.tag_or_digest if reference else None,
        **options.draft().query,
    )
    shell.print(shell.send(call)["Id"])


def _platform(options: Options) -> dict[str, str] | None:
    if not options.platform:
        return None
    from rawdocker.registry.platform import parse

    try:
        return parse(options.platform)
    except InvalidCallError as error:
        raise Failure(f"invalid platform: {error}") from None


def _show(shell: Shell, call: StreamCall[Any]) -> None:
    from rawdocker_cli.progress import show

    shell.goes_to("progress", "stdout")
    with shell.stream(call) as messages:
        show(messages, sys.stdout)


def _download(shell: Shell, options: Options, call: StreamCall[bytes], failed: str) -> None:
    """Write a stream of bytes to --output, else to stdout unless a person looks at it."""
    if not options.output:
        if is_terminal(STDOUT):
            shell.fail("cowardly refusing to save to a terminal. Use the -o flag or redirect")
        with shell.stream(call) as chunks:
            for chunk in chunks:
                shell.write_bytes(chunk)
        return
    shell.goes_to("file", options.output)
    with replaced(options.output, failed) as file, shell.stream(call) as chunks:
        for chunk in chunks:
            with told(f"write {options.output}"):
                file.write(chunk)
