"""cp: files between a container and this machine, by docker's rules of what ends up where.

    copy_from_container(docker, "web", "/etc/nginx", "backup")     GET the archive, unpack it here
    copy_to_container(docker, "site/.", "web", "/srv")             HEAD what is there, PUT an archive of files from here

The engine only reads and unpacks archives. That `cp a b` puts a into a folder b, but calls it b where there is none, is
done here, by choosing the folder to unpack in and the names in the archive.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, Protocol

from rawdocker.archive import Incoming, Packed, Renames, clean, reason, told, unpack
from rawdocker.call import Call
from rawdocker.calls.container import container_archive, container_archive_info, put_container_archive
from rawdocker.errors import CopyError, EngineError

MOST_LINKS = 10
"""Links of a destination that are followed."""

IS_LINK, IS_DEVICE, IS_IRREGULAR, IS_FOLDER = 1 << 27, 1 << 26, 1 << 19, 1 << 31
"""Bits of Go's FileMode, which the engine's stat has."""


class Docker(Protocol):
    """What executes calls: a Client, or anything like one."""

    def send(self, call: Call[Any]) -> Any: ...
    def stream(self, call: Call[Any]) -> AbstractContextManager[Iterator[Any]]: ...


class Place(NamedTuple):
    """One end of a copy."""

    path: str
    exists: bool = False
    is_folder: bool = False
    called: str = ""
    """The name it has in the archive, where that is not the last part of the path: the name of a followed link."""


def copy_from_container(
    docker: Docker,
    container: str,
    path: str,
    destination: str,
    *,
    follow_link: bool = False,
    watch: Callable[[int], object] = lambda size: None,
) -> str:
    """Copy a file or folder of a container, running or not, to this machine.

    Parameters:
        docker: a Client.
        container: its id, a unique beginning of it, or its name.
        path: what to copy; /dir/. is what the folder holds.
        destination: a folder to put it into, a file to replace, or a new name in a folder that exists.
        follow_link: where the path is a link, copy what it leads to. Default: the link.
        watch: told the size of every piece of the archive, in bytes. Default: nobody is.

    Files belong to who runs this; modes and times are kept. Returns the absolute path of the destination.
    Raises CopyError where docker's cp refuses (a folder onto a file, links that lead out of the destination …) and
    for files that cannot be written; NotFoundError for a missing container or path; CutStreamError.
    API: GET /containers/{id}/archive (ContainerArchive), before it HEAD (ContainerArchiveInfo) with follow_link.
    """
    destination = absolute(destination)
    _check_destination(destination)
    with open_source(docker, container, path, follow_link=follow_link) as (source, chunks):
        archive = Incoming(Watched(chunks, watch))
        source = source._replace(is_folder=archive.first is not None and archive.first.isdir())
        folder, renames = rules(source, _local_destination(destination))
        unpack(archive, folder, (*_calling(source), *renames))
    return destination


@contextmanager
def open_source(
    docker: Docker, container: str, path: str, *, follow_link: bool = False
) -> Iterator[tuple[Place, Iterator[bytes]]]:
    """Open a path of a container: what it is, and the bytes of its archive as `cp CONTAINER:PATH -` writes them."""
    source = Place(path, exists=True)
    if follow_link:
        target = _link_target(_look(docker, container, path), path)
        if target:
            source = _followed(path, target)
    with docker.stream(container_archive(container, path=source.path)) as chunks:
        yield source, chunks


def copy_to_container(
    docker: Docker,
    source: str | Iterable[bytes],
    container: str,
    path: str,
    *,
    follow_link: bool = False,
    archive: bool = False,
    watch: Callable[[int], object] = lambda size: None,
    skipped: Callable[[str], object] = lambda why: None,
) -> str:
    """Copy a file or folder of this machine into a container, running or not.

    Parameters:
        docker: a Client.
        source: what to copy, dir/. is what the folder holds; or the bytes of a tar archive, to be unpacked in a folder.
        container: its id, a unique beginning of it, or its name.
        path: a folder to put it into, a file to replace, or a new name in a folder that exists.
        follow_link: where the source is a link, copy what it leads to. Default: the link.
        archive: keep the owner numbers of the files. Default: they become root's.
        watch: told the size of every piece of the archive, in bytes. Default: nobody is.
        skipped: told why something is left out, such as a socket. Default: nobody is.

    Returns the path in the container, after a link has been followed.
    Raises CopyError where docker's cp refuses and for files that cannot be read; NotFoundError for a missing
    container or folder; ServerError where the engine cannot unpack.
    API: HEAD /containers/{id}/archive (ContainerArchiveInfo), once more for the target of a link, and PUT
    (PutContainerArchive).
    """
    destination, mode = _container_destination(docker, container, path)
    for bit, kind in ((IS_DEVICE, "a device"), (IS_IRREGULAR, "an irregular file")):
        if mode & bit:
            raise CopyError(f'destination "{container}:{path}" must be a directory or a regular file: got {kind}')
    if isinstance(source, str):
        folder, content = _outgoing(source, destination, follow_link, skipped)
    else:
        folder, content = destination.path, source
        if not destination.is_folder:
            raise CopyError(f'destination "{container}:{path}" must be a directory')
    body = Watched(content, watch)
    docker.send(
        put_container_archive(
            container, body, path=folder, noOverwriteDirNonDir=True, copyUIDGID=True if archive else None
        )
    )
    return destination.path


def _outgoing(
    path: str, destination: Place, follow_link: bool, skipped: Callable[[str], object]
) -> tuple[str, Iterable[bytes]]:
    source = _local_source(absolute(path), follow_link)
    folder, renames = rules(source, destination)
    return folder, Packed(*split(source.path), (*_calling(source), *renames), skipped=skipped)


def rules(source: Place, destination: Place) -> tuple[str, Renames]:
    """Return the folder to unpack an archive of the source in, and what to call otherwise, to copy as docker does.

    An existing folder takes the source under its own name. An existing file is replaced by a file. Where nothing is,
    the source gets the destination's name. Raises CopyError for a folder onto a file, and for a file as dir/ that
    does not exist.
    """
    if destination.exists and destination.is_folder:
        return destination.path, ()
    if destination.exists and source.is_folder:
        raise CopyError("cannot copy directory")
    if not source.is_folder and not destination.exists and _means_folder(destination.path):
        raise CopyError("no such directory")
    folder, name = split(destination.path)
    return folder, ((source.called or split(source.path)[1], name),)


def _calling(source: Place) -> Renames:
    return ((split(source.path)[1], source.called),) if source.called else ()


class Watched:
    """The bytes of an archive as they come, each piece's size told to `watch`."""

    def __init__(self, source: Iterable[bytes], watch: Callable[[int], object]) -> None:
        self.source = source
        """Where they come from."""
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.source:
            self._watch(len(chunk))
            yield chunk


# Paths: a slash or /. at the end says that a folder is meant, and so is kept.


def absolute(path: str) -> str:
    """Return a local path as an absolute one."""
    return _kept_end(clean(os.path.join(os.getcwd(), path)), path)


def split(path: str) -> tuple[str, str]:
    """Return the folder of a path and its last part, which stays a dot where the path ends with one."""
    cleaned = clean(path)
    if _ends_with_dot(path):
        return cleaned, "."
    return os.path.dirname(cleaned) or ".", os.path.basename(cleaned) or "/"


def _kept_end(path: str, original: str) -> str:
    if _ends_with_dot(original) and not _ends_with_dot(path):
        return path.rstrip("/") + "/."
    if original.endswith("/") and not path.endswith("/"):
        return path + "/"
    return path


def _means_folder(path: str) -> bool:
    return path.endswith("/") or _ends_with_dot(path)


def _base(path: str) -> str:
    return os.path.basename(path.rstrip("/")) or ("/" if path.startswith("/") else ".")


def _ends_with_dot(path: str) -> bool:
    return _base(path) == "."


def _followed(path: str, target: str) -> Place:
    """Return the target of a link as a source; in the archive it is called as the link."""
    target = _kept_end(target, path)
    return Place(target, exists=True, called=_base(path) if _base(path) != _base(target) else "")


# This machine's side.


def _local_source(path: str, follow_link: bool) -> Place:
    if follow_link:
        source = _followed(path, _resolved(path))
    else:
        folder, _, name = path.rpartition("/")
        resolved = _resolved(folder + "/") + "/" + name
        renamed = path.endswith("/") and _base(path) != _base(resolved)
        source = Place(resolved, exists=True, called=_base(path) if renamed else "")
    with told(f"lstat {source.path}"):
        return source._replace(is_folder=stat.S_ISDIR(os.lstat(source.path).st_mode))


def _resolved(path: str) -> str:
    """Return a path without links in it; what ends with a slash must be a folder."""
    try:
        resolved = os.path.realpath(path, strict=True)
    except NotADirectoryError:
        raise CopyError("not a directory") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise CopyError("EvalSymlinks: too many links") from None
        raise CopyError(f"lstat {error.filename}: {reason(error)}") from error
    if path.endswith("/") and not os.path.isdir(resolved):
        raise CopyError("not a directory")
    return resolved


def _check_destination(path: str) -> None:
    parent = os.path.dirname(clean(path))
    if not os.path.exists(parent):
        raise CopyError(f'invalid output path: directory "{parent}" does not exist')
    with told(f"stat {path}"):
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            return
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise CopyError(f'invalid output path: "{path}" must be a directory or a regular file: got a device')


def _local_destination(path: str) -> Place:
    """Return what is at a path of this machine; a link stands for its target, which need not exist."""
    original = path
    for _ in range(MOST_LINKS + 2):
        with told(f"lstat {path}"):
            try:
                status = os.lstat(path)
            except FileNotFoundError:
                return _missing_destination(path)
            if not stat.S_ISLNK(status.st_mode):
                return Place(path, exists=True, is_folder=stat.S_ISDIR(status.st_mode))
            path = clean(os.path.join(split(path)[0], os.readlink(path)))
    raise CopyError(f"too many symlinks in {original}")


def _missing_destination(path: str) -> Place:
    parent = split(path)[0]
    with told(f"stat {parent}"):
        if not stat.S_ISDIR(os.stat(parent).st_mode):
            raise CopyError("not a directory")
    return Place(path)


# The container's side.


def _look(docker: Docker, container: str, path: str) -> dict[str, Any] | None:
    """Return what the engine says of a path; nothing where it refuses, which the next call will explain."""
    try:
        found: dict[str, Any] = docker.send(container_archive_info(container, path=path).as_json())
    except EngineError:
        return None
    return found


def _link_target(found: dict[str, Any] | None, path: str) -> str:
    """Return where the link at a path leads, empty if there is no link."""
    if found is None or not found["mode"] & IS_LINK:
        return ""
    target: str = found["linkTarget"]
    return target if target.startswith("/") else clean(os.path.join(split(path)[0], target))


def _container_destination(docker: Docker, container: str, path: str) -> tuple[Place, int]:
    found = _look(docker, container, path)
    target = _link_target(found, path)
    if target:
        path, found = target, _look(docker, container, target)
    mode = found["mode"] if found else 0
    return Place(path, exists=found is not None, is_folder=bool(mode & IS_FOLDER)), mode
