"""Files that a verb writes: all of one or nothing of it, and never something else than a file in its place."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rawdocker.archive import told
from rawdocker.errors import CopyError
from rawdocker_cli.shell import Failure

NO_FILES = {
    stat.S_IFDIR: "a directory",
    stat.S_IFLNK: "a symbolic link directly",
    stat.S_IFIFO: "a named pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device file",
    stat.S_IFBLK: "a block device file",
}


def _check_output(path: str) -> None:
    """Refuse to replace anything but a file: renaming would put a file in its place."""
    folder = os.path.dirname(path) or "."
    with told(f"invalid output path: stat {folder}"):
        if not stat.S_ISDIR(os.stat(folder).st_mode):
            raise CopyError(f"invalid output path: stat {folder}: not a directory")
    with told("failed to stat output path"):
        try:
            kind = stat.S_IFMT(os.lstat(path).st_mode)
        except FileNotFoundError:
            return
    if kind in NO_FILES:
        raise CopyError(f"cannot write to {NO_FILES[kind]}")


@contextmanager
def replaced(path: str, failed: str) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of `path` when all is written, and is removed where something fails."""
    from tempfile import mkstemp

    folder, name = os.path.split(os.path.abspath(path))
    try:
        _check_output(path)
        with told(f"open {path}"):
            descriptor, beside = mkstemp(dir=folder, prefix=f".tmp-{name}")
    except CopyError as error:
        raise Failure(f"{failed}: {error}") from None
    try:
        with open(descriptor, "wb") as file:
            yield file
            with told(f"write {path}"):
                file.flush()
                os.fsync(descriptor)
        with told(f"rename {beside} {path}"):
            os.rename(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
