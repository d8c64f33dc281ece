"""Files that are replaced as a whole: there is the old content or the new one, never a part of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

PRIVATE = 0o600


@contextmanager
def replacing(path: str) -> Iterator[IO[bytes]]:
    """Give a file to write, which takes the place of `path` when the body has ended well, and vanishes otherwise.

    It has the mode of the file it replaces, 0600 where there is none. Raises OSError.
    """
    path = os.path.realpath(path)
    mode = os.stat(path).st_mode & 0o7777 if os.path.exists(path) else PRIVATE
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=os.path.dirname(path))
    try:
        with open(descriptor, "wb") as file:
            yield file
            os.fchmod(descriptor, mode)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
