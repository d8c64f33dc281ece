"""The observer that records: it keeps what passes until an exchange has ended, then writes it as an entry."""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Iterator, Sequence
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from rawdocker.errors import RecordingError
from rawdocker.har.entry import entry, words_without_secrets
from rawdocker.har.file import HarFile
from rawdocker.observe import Exchange, Observer
from rawdocker.secrets import Redactor

if TYPE_CHECKING:
    from hashlib import _Hash

MAX_BODY = 16 << 20
"""Bytes of an exchange that are kept, unless the caller says otherwise."""

_SAME_MOMENT = 1.0
"""Milliseconds in which pieces of one direction count as one, so that tiny ones do not cost more than their bytes."""


class Body:
    """The bytes of a body or stream; where they were too many, only their number and digest."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.size = 0
        self._digest: _Hash | None = None

    @property
    def dropped(self) -> bool:
        """Whether its bytes were too many to be kept."""
        return self._digest is not None

    @property
    def sha256(self) -> str:
        """The digest of all its bytes, once they were dropped."""
        assert self._digest is not None
        return self._digest.hexdigest()

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if self._digest is not None:
            self._digest.update(data)
        else:
            self.data += data

    def drop(self) -> None:
        """Keep only the number and digest of the bytes, of those that come as well."""
        from hashlib import sha256

        self._digest = sha256(self.data)
        self.data = bytearray()


class Kept:
    """What is kept of an exchange until it is written."""

    def __init__(self, number: int, max_body: int) -> None:
        self.number = number
        self.clock = time()
        """When the request was sent, in seconds since 1970."""
        self.body, self.stdin, self.answer = Body(), Body(), Body()
        self.body_sent = 0.0
        """When the last byte of the request's body was sent, by perf_counter."""
        self.half_close: float | None = None
        """Milliseconds until the client closed its side of the connection."""
        self._max_body = max_body
        self._times, self._sizes = array("d"), array("q")
        self._lock = threading.Lock()

    def request_body(self, data: bytes) -> None:
        with self._lock:
            self._add(self.body, data)
            self.body_sent = perf_counter()

    def piece(self, body: Body, since: float, data: bytes) -> None:
        """Keep a piece of a stream, and when it passed."""
        with self._lock:
            self._add(body, data)
            size = len(data) if body is self.answer else -len(data)
            if body.dropped:
                return
            now = (perf_counter() - since) * 1000
            if self._times and now - self._times[-1] < _SAME_MOMENT and (self._sizes[-1] > 0) == (size > 0):
                self._sizes[-1] += size
            else:
                self._times.append(now)
                self._sizes.append(size)

    def _add(self, body: Body, data: bytes) -> None:
        body.add(data)
        if not body.dropped and len(self.body.data) + len(self.stdin.data) + len(self.answer.data) > self._max_body:
            body.drop()

    def pieces(self) -> Iterator[tuple[float, int, bool]]:
        """Yield the pieces of the streams in order: milliseconds since the request, size, whether the client sent
        it."""
        for when, size in zip(self._times, self._sizes, strict=True):
            yield when, abs(size), size < 0


class HarRecorder(Observer):
    """Records every exchange it is told of in a HAR 1.2 file of mode 0600, without secrets. May be told by several
    threads; after each entry the file is whole.

    Parameters:
        path: the file. One that is there is replaced; a link or device is refused.
        max_body: bytes kept of the bodies and streams of an exchange; of longer ones the size and the SHA-256.
        redactor: what hides secrets, and remembers them; shared with a trace it hides what either has seen.
        verb: the words of the command line that is recorded.

    Raises RecordingError where the file cannot be made, and from close() where an entry could not be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        max_body: int = MAX_BODY,
        redactor: Redactor | None = None,
        verb: Sequence[str] = (),
    ) -> None:
        self._file = HarFile(path)
        self._max_body = max_body
        self._redactor = redactor or Redactor()
        self._verb = words_without_secrets(verb, self._redactor)
        self._kept: dict[Exchange, Kept] = {}
        self._count = 0
        self._lock = threading.Lock()
        self._closed = False
        self._failed: OSError | None = None

    def request(self, exchange: Exchange) -> None:
        with self._lock:
            if not self._closed:
                self._count += 1
                self._kept[exchange] = Kept(self._count, self._max_body)

    def sent(self, exchange: Exchange, data: bytes) -> None:
        kept = self._kept.get(exchange)
        if kept is None:
            return
        if hijacked(exchange):
            kept.piece(kept.stdin, exchange.started, data)
        else:
            kept.request_body(data)

    def received(self, exchange: Exchange, data: bytes) -> None:
        kept = self._kept.get(exchange)
        if kept is not None:
            kept.piece(kept.answer, exchange.started, data)

    def write_closed(self, exchange: Exchange) -> None:
        kept = self._kept.get(exchange)
        if kept is not None:
            kept.half_close = (perf_counter() - exchange.started) * 1000

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        with self._lock:
            kept = self._kept.pop(exchange, None)
            if kept is not None:
                self._add(exchange, kept, error=error)

    def close(self) -> None:
        """Write what has not ended as it is, and close the file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for exchange, kept in self._kept.items():
                self._add(exchange, kept, unfinished=True)
            self._kept.clear()
            self._file.close()
        if self._failed is not None:
            why = (self._failed.strerror or str(self._failed)).lower()
            raise RecordingError(f"write {self._file.path}: {why}: the recording is not complete")

    def _add(self, exchange: Exchange, kept: Kept, **how: Any) -> None:
        if self._failed is None:
            try:
                self._file.add(entry(exchange, kept, self._redactor, self._verb, **how))
            except OSError as error:  # what is recorded goes on all the same; close() tells
                self._failed = error


def hijacked(exchange: Exchange) -> bool:
    """Say whether an exchange has become a two-way stream."""
    from rawdocker.call import HijackCall

    return exchange.status == 101 or (exchange.status == 200 and isinstance(exchange.call, HijackCall))
