"""A HAR file that is a whole JSON document after each entry, whatever ends the process that writes it.

Each entry is one line. A process that is killed while it writes can only spoil the last line; `reader` leaves it out.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from rawdocker import __version__
from rawdocker.errors import RecordingError

VERSION = "1.2"
CREATOR = {"name": "rawdocker", "version": __version__}
TAIL = b"\n]}}\n"


class HarFile:
    """A new file that only its owner may read (mode 0600). It takes the place of a file of that name at once, with
    whatever mode that had; something else of that name (a link, a device, a pipe) is refused.

    Raises RecordingError where it cannot be made.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._empty = True
        head = json.dumps({"version": VERSION, "creator": CREATOR, "entries": []}, separators=(",", ":"))
        start = b'{"log":' + head.removesuffix("]}").encode()
        self._descriptor = _made(self.path, start + TAIL)
        self._end = len(start)

    def add(self, entry: dict[str, Any]) -> None:
        """Write an entry behind the others. Raises OSError where that fails; the file then ends before the entry."""
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        line = (b"\n" if self._empty else b",\n") + line
        try:
            _write(self._descriptor, line + TAIL, self._end)
        except OSError:
            os.ftruncate(self._descriptor, self._end)
            _write(self._descriptor, TAIL, self._end)
            raise
        self._end += len(line)
        self._empty = False

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _made(path: Path, content: bytes) -> int:
    """Put a file of ours at a path, whole from the first moment on, and return it open."""
    try:
        if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
            raise RecordingError(f"{path} is no plain file: a recording takes the place of nothing else")
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            _write(descriptor, content, 0)
            os.replace(temporary, path)
        except OSError:
            os.close(descriptor)
            os.unlink(temporary)
            raise
    except OSError as error:
        raise RecordingError(f"open {path}: {(error.strerror or str(error)).lower()}") from None
    return descriptor


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
