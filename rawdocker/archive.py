"""Tar archives of files of this machine, made and unpacked as docker's cp does, in flat memory and without temporary
files.

    packed("/home/me", "site")         yields the bytes of an archive of /home/me/site, entries site/, site/a …
    Incoming(chunks)                   reads the entries of an archive as its bytes arrive
    unpack(Incoming(chunks), folder)   makes files of them

What an archive brings is not trusted: nothing is written outside of the folder, nor through a link inside it, and an
archive that ends too early raises, so that half a copy never passes for a whole one.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from tarfile import BLOCKSIZE, TarInfo
from typing import IO

from rawdocker.errors import CopyError

PIECE = 65536
"""Bytes of a file that are read, and of small entries that are gathered, at once."""

LONGEST_HEADER = 1 << 20
"""Bytes of one extended header; names and attributes of files fit, an archive made to fill the memory does not."""

IMPLIED_MODE = 0o755
"""The mode of folders that an archive mentions in names only."""

Renames = Sequence[tuple[str, str]]
"""Pairs of an old and a new part of names; each replaces its first occurrence in every entry's name, in order."""

_ZEROS = bytes(BLOCKSIZE)
_CAPABILITY = "security.capability"
_ATTRIBUTE = "SCHILY.xattr."

_TYPES = {
    stat.S_IFREG: tarfile.REGTYPE,
    stat.S_IFDIR: tarfile.DIRTYPE,
    stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFIFO: tarfile.FIFOTYPE,
    stat.S_IFCHR: tarfile.CHRTYPE,
    stat.S_IFBLK: tarfile.BLKTYPE,
}


def clean(path: str) -> str:
    """Return a path without double slashes, dots and a slash at its end; an empty one becomes a dot."""
    cleaned = os.path.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def renamed(name: str, renames: Renames) -> str:
    """Return the name that an entry gets."""
    for old, new in renames:
        name = name.replace("" if old == "/" else old, new, 1)
    return name


NO_FILE = (OSError, ValueError, OverflowError)
"""What Python raises for what no file can have: the latter two for a NUL in a name, a number that does not fit."""


def reason(error: BaseException) -> str:
    """Return why something could not be done: 'permission denied'."""
    return (getattr(error, "strerror", None) or str(error)).lower()


@contextmanager
def told(action: str) -> Iterator[None]:
    """Turn a failure into a CopyError that says what was done to which file: 'open /x: permission denied'."""
    try:
        yield
    except NO_FILE as error:
        raise CopyError(f"{action}: {reason(error)}") from error


def opened(path: str) -> IO[bytes]:
    """Open a file for reading."""
    with told(f"open {path}"):
        return open(path, "rb", buffering=0)


def packed(
    folder: str, entry: str, renames: Renames = (), *, skipped: Callable[[str], object] = lambda why: None
) -> Iterator[bytes]:
    """Yield the tar archive of an entry of a folder and of everything below it, in order of names.

    Parameters:
        folder: where it is.
        entry: its name there; "." is all that the folder holds.
        renames: what is called otherwise in the archive.
        skipped: told why something is left out: a socket, or what cannot be looked at. Default: nobody is.

    Links are kept as links, files with several names as hard links, owners as numbers, times as seconds.
    Raises CopyError for a file that cannot be read, or becomes shorter meanwhile.
    """
    return _gathered(_pieces(folder, entry, renames, skipped))


class Packed:
    """What `packed` yields for the same parameters, anew each time it is gone through."""

    def __init__(
        self, folder: str, entry: str, renames: Renames = (), *, skipped: Callable[[str], object] = lambda why: None
    ) -> None:
        self.folder, self.entry, self.renames = folder, entry, tuple(renames)
        self._skipped = skipped

    def __iter__(self) -> Iterator[bytes]:
        return packed(self.folder, self.entry, self.renames, skipped=self._skipped)


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join small pieces, so that a thousand small files are not three thousand writes to the engine."""
    waiting = bytearray()
    for piece in pieces:
        if len(waiting) + len(piece) < PIECE:
            waiting += piece
            continue
        if waiting:
            yield bytes(waiting)
            waiting.clear()
        yield piece
    yield bytes(waiting)


def _pieces(folder: str, entry: str, renames: Renames, skipped: Callable[[str], object]) -> Iterator[bytes]:
    known: dict[tuple[int, int], str] = {}
    for path, name, status in _walked(folder, entry, skipped):
        member = _member(path, renamed(name, renames), status, known)
        if member is None:
            skipped(f"Can't add file {path} to tar: archive/tar: sockets not supported")
        elif member.isreg() and member.size:
            yield from _file(path, member)
        else:
            yield _header(member)
    yield _ZEROS * 2


def _walked(folder: str, entry: str, skipped: Callable[[str], object]) -> Iterator[tuple[str, str, os.stat_result]]:
    names = [entry]
    while names:
        name = names.pop()
        path = os.path.join(folder, name)
        try:
            status = os.lstat(path)
            yield path, name, status
            if stat.S_ISDIR(status.st_mode):
                names.extend(os.path.join(name, child) for child in sorted(os.listdir(path), reverse=True))
        except OSError as error:
            skipped(f"Can't add file {path} to tar: {reason(error)}")


def _member(path: str, name: str, status: os.stat_result, known: dict[tuple[int, int], str]) -> TarInfo | None:
    """Return the header of a file, None for what an archive cannot hold."""
    kind = _TYPES.get(stat.S_IFMT(status.st_mode))
    if kind is None:
        return None
    member = TarInfo(name)
    member.type, member.mode = kind, stat.S_IMODE(status.st_mode)
    member.uid, member.gid = status.st_uid, status.st_gid
    member.mtime = status.st_mtime_ns // 1_000_000_000
    if member.issym():
        with told(f"readlink {path}"):
            member.linkname = os.readlink(path)
    elif member.ischr() or member.isblk():
        member.devmajor, member.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
    elif member.isreg():
        member.size = status.st_size
        member.pax_headers = _capability(path)
    if status.st_nlink > 1 and not member.isdir():
        first = known.setdefault((status.st_dev, status.st_ino), name)
        if first != name:
            member.type, member.linkname, member.size = tarfile.LNKTYPE, first, 0
    return member


def _capability(path: str) -> dict[str, str]:
    try:
        value = os.getxattr(path, _CAPABILITY, follow_symlinks=False)
    except OSError:
        return {}
    # Revision 3 names a root user of a namespace, which means nothing elsewhere: revision 2 is the same without.
    value = value[:3] + b"\x02" + value[4:20] if value[3] == 3 else value
    return {_ATTRIBUTE + _CAPABILITY: value.decode("utf-8", "surrogateescape")}


def _header(member: TarInfo) -> bytes:
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _file(path: str, member: TarInfo) -> Iterator[bytes]:
    left = member.size
    with opened(path) as file, told(f"read {path}"):
        yield _header(member)
        # A file that grows is cut at the size that the header has told.
        while left and (piece := file.read(min(left, PIECE))):
            left -= len(piece)
            yield piece
    if left:
        raise CopyError(f"read {path}: it became shorter while it was copied")
    yield bytes(-member.size % BLOCKSIZE)


class Incoming:
    """The entries of a tar archive, read as its bytes arrive; each entry's content is to be taken before the next."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._stream = _Stream(chunks)
        with _damage():
            self._tar = tarfile.TarFile(fileobj=self._stream, encoding="utf-8", errors="surrogateescape")  # type: ignore[arg-type]
        self.first = self._next()
        """The first entry: what was asked for, whose type tells a folder from a file. None in an empty archive."""

    def __iter__(self) -> Iterator[TarInfo]:
        member = self.first
        while member is not None:
            yield member
            member = self._next()

    def content(self, member: TarInfo) -> Iterator[memoryview]:
        """Yield the bytes of the entry that was given last."""
        left = member.size
        for piece in self._stream.pieces(left):
            left -= len(piece)
            yield piece
        if left:
            raise CopyError("unexpected EOF")

    def _next(self) -> TarInfo | None:
        with _damage():
            member = self._tar.next()
        # tarfile takes damage for the end; only a block of zeros is one.
        if member is None and self._stream.last != _ZEROS:
            raise CopyError("archive/tar: invalid tar header" if self._stream.last else "unexpected EOF")
        self._tar.members.clear()  # type: ignore[attr-defined]  # it would keep every entry
        return member


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        # tarfile has a word for damaged numbers in headers, but stumbles over damaged texts, and over a chain of them
        raise CopyError(f"the archive is damaged: {error}") from error


class _Stream:
    """Chunks as tarfile reads a file, forward only."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._position = 0
        self.last = b""
        """What was read last as a block: the end of the archive, if it is zeros."""

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        for _ in self.pieces(position - self._position):
            pass
        return self._position

    def read(self, size: int) -> bytes:
        if size > LONGEST_HEADER:
            raise CopyError(f"the archive is damaged: a header of {size} bytes")
        self.last = b"".join(self.pieces(size))
        return self.last

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Yield the next bytes as they come, fewer where the stream ends."""
        while size > 0:
            if not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return
                self._rest = memoryview(chunk)
            piece, self._rest = self._rest[:size], self._rest[size:]
            self._position += len(piece)
            size -= len(piece)
            yield piece


def unpack(archive: Incoming, folder: str, renames: Renames = ()) -> None:
    """Make files of the entries of an archive, as docker's cp does.

    Parameters:
        archive: what is unpacked.
        folder: where to; what it holds already is merged with folders and replaced by files.
        renames: what is called otherwise than in the archive.

    Modes and times are those of the archive, the owner is who runs this. Raises CopyError where a file would take
    the place of a folder or the other way round, where an entry leads out of the folder, for what cannot be written,
    and for a damaged archive; the file it was at is removed then.
    """
    target = _Target(folder)
    for member in archive:
        member.name = renamed(member.name, renames)
        if member.islnk():
            member.linkname = renamed(member.linkname, renames)
        target.put(member, archive.content(member))
    target.finish()


class _Target:
    def __init__(self, folder: str) -> None:
        self._folder = clean(folder)
        self._safe = self._folder
        """The folder that was last seen to be one, without links on the way to it."""
        self._folders: list[tuple[str, TarInfo]] = []

    def put(self, member: TarInfo, content: Iterator[memoryview]) -> None:
        path = self._path(member.name)
        if not self._may_be(path, member):
            return
        if member.type not in _MAKERS or member.issparse():
            raise CopyError(f"unhandled tar header type {ord(member.type)}")
        _MAKERS[member.type](self, path, member, content)
        if not member.islnk():
            _set_attributes(path, member)
            _set_times(path, member)
        if member.isdir():
            self._folders.append((path, member))

    def finish(self) -> None:
        """Set the times of folders, which what was put into them has changed."""
        for path, member in self._folders:
            _set_times(path, member)

    def _path(self, name: str) -> str:
        name = clean(name)
        if name == ".." or name.startswith("../"):
            raise CopyError(f'"{name}" is outside of "{self._folder}"')
        path = clean(os.path.join(self._folder, name.lstrip("/")))
        if path != self._folder:
            self._secure(os.path.dirname(path))
        return path

    def _secure(self, parent: str) -> None:
        """Make the folders on the way to an entry that are missing; refuse to go through a link."""
        if parent == self._safe:
            return
        path = self._folder
        for part in os.path.relpath(parent, self._folder).split("/"):
            path = clean(os.path.join(path, part))
            status = _status(path)
            if status is None:
                with told(f"mkdir {path}"):
                    os.mkdir(path)
                    os.chmod(path, IMPLIED_MODE)
            elif stat.S_ISLNK(status.st_mode) and path != self._folder:
                raise CopyError(f'"{parent}" leads through the link "{path}"')
        self._safe = parent

    def _may_be(self, path: str, member: TarInfo) -> bool:
        """Refuse what must not take another's place; say whether there is something to make."""
        status = _status(path)
        if status is None:
            return True
        is_folder = stat.S_ISDIR(status.st_mode)
        if is_folder and not member.isdir():
            raise CopyError(f'cannot overwrite directory "{path}" with non-directory "{self._folder}"')
        if not is_folder and member.isdir():
            raise CopyError(f'cannot overwrite non-directory "{path}" with directory "{self._folder}"')
        return not is_folder or path != self._folder

    def _holds(self, path: str) -> bool:
        return path == self._folder or path.startswith(self._folder.rstrip("/") + "/")

    def _make_file(self, path: str, member: TarInfo, content: Iterator[memoryview]) -> None:
        from tempfile import mkstemp

        # What is there stays until all of the new one has come.
        with told(f"open {path}"):
            descriptor, beside = mkstemp(dir=os.path.dirname(path), prefix=".tmp-")
        try:
            with open(descriptor, "wb") as file:
                for piece in content:
                    with told(f"write {path}"):
                        file.write(piece)
                with told(f"write {path}"):
                    file.flush()
            with told(f"rename {beside} {path}"):
                os.rename(beside, path)
        except BaseException:
            os.unlink(beside)
            raise

    def _make_folder(self, path: str, member: TarInfo, content: Iterator[memoryview]) -> None:
        if not os.path.isdir(path):
            with told(f"mkdir {path}"):
                os.mkdir(path, 0o700)

    def _make_device(self, path: str, member: TarInfo, content: Iterator[memoryview]) -> None:
        kind = next(kind for kind, type in _TYPES.items() if type == member.type)
        _make_room(path)
        with told(f"mknod {path}"):
            os.mknod(path, kind | 0o600, os.makedev(member.devmajor, member.devminor))

    def _make_hard_link(self, path: str, member: TarInfo, content: Iterator[memoryview]) -> None:
        target = clean(os.path.join(self._folder, member.linkname.lstrip("/")))
        if not self._holds(target):
            raise CopyError(f'invalid hardlink "{target}" -> "{member.linkname}"')
        self._secure(os.path.dirname(target))
        _make_room(path)
        with told(f"link {target} {path}"):
            os.link(target, path, follow_symlinks=False)

    def _make_link(self, path: str, member: TarInfo, content: Iterator[memoryview]) -> None:
        # An absolute link is allowed, for it leads out of no folder in the container; here nothing is written through.
        target = clean(os.path.join(os.path.dirname(path), member.linkname.lstrip("/")))
        if not self._holds(target):
            raise CopyError(f'invalid symlink "{path}" -> "{member.linkname}"')
        _make_room(path)
        with told(f"symlink {member.linkname} {path}"):
            os.symlink(member.linkname, path)


_MAKERS = {
    tarfile.REGTYPE: _Target._make_file,
    tarfile.AREGTYPE: _Target._make_file,
    tarfile.DIRTYPE: _Target._make_folder,
    tarfile.SYMTYPE: _Target._make_link,
    tarfile.LNKTYPE: _Target._make_hard_link,
    tarfile.FIFOTYPE: _Target._make_device,
    tarfile.CHRTYPE: _Target._make_device,
    tarfile.BLKTYPE: _Target._make_device,
}


def _make_room(path: str) -> None:
    with told(f"unlinkat {path}"), suppress(FileNotFoundError):
        os.unlink(path)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except NO_FILE:
        return None  # what cannot be looked at cannot be made either, and that will say why


def _set_attributes(path: str, member: TarInfo) -> None:
    for key, value in member.pax_headers.items():
        if key.startswith(_ATTRIBUTE):
            name = key.removeprefix(_ATTRIBUTE)
            try:
                os.setxattr(path, name, value.encode("utf-8", "surrogateescape"), follow_symlinks=False)
            except PermissionError:
                pass  # who is not root copies a file without its capabilities
            except NO_FILE as error:
                raise CopyError(f'lsetxattr {path}: xattr "{name}": {reason(error)}') from error
    if not member.issym():
        with told(f"chmod {path}"):
            os.chmod(path, member.mode & 0o7777)


def _set_times(path: str, member: TarInfo) -> None:
    changed = _nanoseconds(member.pax_headers.get("mtime") or str(member.mtime))
    read = max(changed, _nanoseconds(member.pax_headers.get("atime") or "0"))
    with told(f"chtimes {path}"):
        os.utime(path, ns=(read, changed), follow_symlinks=False)


def _nanoseconds(seconds: str) -> int:
    """Return a time of an archive, a decimal number of seconds; what lies before 1970 becomes 1970."""
    whole, _, fraction = seconds.partition(".")
    try:
        return max(0, int(whole) * 1_000_000_000 + int(f"{fraction:0<9.9}"))
    except ValueError:
        return 0
