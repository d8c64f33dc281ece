"""Hijacked connections: what is left of HTTP after an engine said 101, or a proxy 200."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

from rawdocker.answer import Response, async_items, cut, failures, items
from rawdocker.call import Frame, HijackCall
from rawdocker.codec import decoder_for
from rawdocker.errors import ProtocolError
from rawdocker.observe import Exchange, Observer
from rawdocker.transport import READ_SIZE

GATHERED = 1 << 18
"""Bytes that are read at once where some were left to gather: more than a local socket holds (208 KiB on Linux)."""

GATHERING = 0.0001
"""Seconds for which bytes are left to gather: too few for an engine to fill a socket, so it is not held up."""

MUCH = 1 << 14
"""Bytes: where a read brings more, the next are left to gather. TLS never does, as it hands out what it encrypted as
one; an engine writes 32 KiB at once."""

# C's library asks the system for each block of 128 KiB and more, and pays page faults for it, until a longer one has
# been given back.
bytes(2 * GATHERED)


def _unhurried(read: Callable[[int], bytes]) -> Callable[[], bytes]:
    """Return what reads the next bytes. To be woken for each piece an engine writes costs both sides more than the
    bytes do."""
    more_to_gather = False

    def read_on() -> bytes:
        nonlocal more_to_gather
        if more_to_gather:
            time.sleep(GATHERING)
        data = read(GATHERED)
        more_to_gather = len(data) > MUCH
        return data

    return read_on


class Connection:
    """A hijacked connection. Iterate over it for Frame(stream, data); write() and close_write() may come from
    another thread. Where large pieces come, some gather for 0.1 ms between two reads."""

    def __init__(self, call: HijackCall, response: Response, exchange: Exchange, observers: Observer) -> None:
        self.status = response.status
        """101 from an engine, 200 from some proxies before it."""
        self.headers = response.headers
        self._call, self._exchange, self._observers = call, exchange, observers
        self._network = _network_stream(call, response)
        self._decoder = decoder_for(call)
        # Behind a 200 the bytes come as a body, and the iterator must live: collected, it closes the socket.
        self._body = iter(response.stream) if self.status != 101 else iter(_unhurried(self._network.read), b"")

    def __iter__(self) -> Iterator[Frame]:
        return items(self._call, self.chunks(), self._decoder)

    def chunks(self) -> Iterator[bytes]:
        """Iterate over the bytes as they come, frame headers included."""
        try:
            for chunk in self._body:
                self._observers.received(self._exchange, chunk)
                yield chunk
        except failures() as error:
            raise cut(error, self._call) from error

    def write(self, data: bytes) -> None:
        """Send bytes to the process's stdin; raises CutStreamError where it reads no more."""
        self._observers.sent(self._exchange, data)
        try:
            self._network.write(data)
        except failures() as error:
            raise cut(error, self._call) from error

    def sendfile(self, descriptor: int) -> None:
        """Send what a file holds, from where it stands, to the process's stdin; the kernel copies it, nobody reads it.

        descriptor: as of an open file's fileno(). Where this cannot be, nothing of it is sent: of a pipe or a terminal,
        over TLS, and where an observer looks. What is left is there to be read, and written by `write`:

            connection.sendfile(file.fileno())
            while data := os.read(file.fileno(), 65536):
                connection.write(data)
        """
        send = _sendfile_of(self._network, self._observers)
        if send is not None:
            with suppress(OSError):  # nothing it can be done with, or the process reads no more: write() will say so
                send(descriptor)

    def close_write(self) -> None:
        """Close the process's stdin; what it writes can still be read."""
        self._observers.write_closed(self._exchange)
        close = _half_close(self._network)
        if close is not None:
            close()

    def close(self) -> None:
        """Close both ways, also while another thread reads."""
        _shut(self._network)
        self._network.close()


class AsyncConnection:
    """A hijacked connection: `async for frame in connection`, `await connection.write(data)`, `await
    connection.close_write()`."""

    def __init__(self, call: HijackCall, response: Response, exchange: Exchange, observers: Observer) -> None:
        self.status = response.status
        self.headers = response.headers
        self._call, self._exchange, self._observers = call, exchange, observers
        self._network = _network_stream(call, response)
        self._decoder = decoder_for(call)
        self._body = aiter(response.stream) if self.status != 101 else self._upgraded()

    async def _upgraded(self) -> AsyncIterator[bytes]:
        while data := await self._network.read(READ_SIZE):
            yield data

    def __aiter__(self) -> AsyncIterator[Frame]:
        return async_items(self._call, self.chunks(), self._decoder)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Iterate over the bytes as they come, frame headers included."""
        try:
            async for chunk in self._body:
                self._observers.received(self._exchange, chunk)
                yield chunk
        except failures() as error:
            raise cut(error, self._call) from error

    async def write(self, data: bytes) -> None:
        """Send bytes to the process's stdin; raises CutStreamError where it reads no more."""
        self._observers.sent(self._exchange, data)
        try:
            await self._network.write(data)
        except failures() as error:
            raise cut(error, self._call) from error

    async def sendfile(self, descriptor: int) -> None:
        """Send what a file holds to the process's stdin, as far as it can be done without reading it."""
        send = _sendfile_of(self._network, self._observers)
        if send is not None:
            with suppress(OSError):
                await send(descriptor)

    async def close_write(self) -> None:
        """Close the process's stdin; what it writes can still be read."""
        self._observers.write_closed(self._exchange)
        close = _half_close(self._network)
        result = close() if close is not None else None
        if result is not None:
            await result

    async def close(self) -> None:
        """Close both ways."""
        await self._network.aclose()


def _network_stream(call: HijackCall, response: Response) -> Any:
    try:
        return response.extensions["network_stream"]
    except KeyError:
        raise ProtocolError(f"{call}: the transport gives no two-way stream", call=call) from None


def _sendfile_of(network: Any, observers: Observer) -> Callable[[int], Any] | None:
    """Return what sends a file unread, None where its bytes are wanted: to be encrypted, or to be shown."""
    return None if observers else getattr(network, "sendfile", None)


def _half_close(network: Any) -> Callable[[], Any] | None:
    """Return what closes a network stream for writing: its own way (TLS), else the socket's."""
    close_write = network.get_extra_info("close_write")
    if close_write is not None:
        return close_write  # type: ignore[no-any-return]
    sock = network.get_extra_info("socket")
    return None if sock is None else lambda: _shutdown(sock, write_only=True)


def _shut(network: Any) -> None:
    sock = network.get_extra_info("socket")
    if sock is not None:
        _shutdown(sock, write_only=False)


def _shutdown(sock: Any, *, write_only: bool) -> None:
    import socket

    with suppress(OSError):  # the other side was faster
        sock.shutdown(socket.SHUT_WR if write_only else socket.SHUT_RDWR)
