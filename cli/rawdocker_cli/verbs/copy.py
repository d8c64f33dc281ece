"""cp: which end is a container, and what is told of the copy; the rules are the library's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import Shell
from rawdocker_cli.terminal import STDOUT, is_terminal
from rawdocker_cli.units import human_size
from rawdocker_cli.verbs.each import trimmed

PIECE = 65536


def cp(shell: Shell, options: Options, words: list[str]) -> None:
    """Copy from a container or into one."""
    for word, end in zip(words, ("source", "destination"), strict=True):
        if not word:
            shell.fail(f"{end} can not be empty")
    (source_container, source), (container, destination) = map(located, words)
    if source_container and container:
        shell.fail("copying between containers is not supported")
    if source_container:
        _from_container(shell, options, trimmed("container", source_container), source, destination)
    elif container:
        _to_container(shell, options, source, trimmed("container", container), destination)
    else:
        shell.fail("must specify at least one container source")


def located(word: str) -> tuple[str, str]:
    """Return container and path of CONTAINER:PATH; no container for a path of this machine: /a:b and ./a:b are such."""
    container, colon, path = word.partition(":")
    if not colon or word.startswith(("/", ".")):
        return "", word
    return container, path


class Stdin:
    """What stdin holds, as it comes."""

    name = "-"

    def __iter__(self) -> Iterator[bytes]:
        return iter(partial(sys.stdin.buffer.read1, PIECE), b"")  # type: ignore[union-attr]


class _Count:
    """How many bytes of archive have passed."""

    def __init__(self) -> None:
        self.size = 0

    def add(self, size: int) -> None:
        self.size += size


def _from_container(shell: Shell, options: Options, container: str, source: str, destination: str) -> None:
    from rawdocker.flows.copy import copy_from_container, open_source

    follow, copied = options.follow_link, _Count()
    if destination == "-":
        with open_source(shell, container, source, follow_link=follow) as (_, chunks):
            for chunk in chunks:
                shell.write_bytes(chunk)
        return
    shell.goes_to("files", destination)
    path = copy_from_container(shell, container, source, destination, follow_link=follow, watch=copied.add)
    _tell(shell, options, copied, path)


def _to_container(shell: Shell, options: Options, source: str, container: str, destination: str) -> None:
    from rawdocker.flows.copy import copy_to_container

    copied = _Count()
    path = copy_to_container(
        shell,
        Stdin() if source == "-" else source,
        container,
        destination,
        follow_link=options.follow_link,
        archive=options.archive,
        watch=copied.add,
        skipped=shell.warn,
    )
    _tell(shell, options, copied, f"{container}:{path}")


def _tell(shell: Shell, options: Options, copied: _Count, destination: str) -> None:
    quiet = options.quiet if options.typed("quiet") else not is_terminal(STDOUT)
    if not quiet:
        shell.warn(f"Successfully copied {human_size(copied.size, 3)} to {destination}")
