"""Sockets for asyncio and trio: what a socket has or takes is read and written at once, and only for more is waited.

A stream of anyio's, with asyncio's transport and protocol below it, costs a call more than all the rest of it does.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

from rawdocker.host import Endpoint
from rawdocker.transport import Socket, passed_on, read_failure, write_failure

T = TypeVar("T")

PAUSE = 0.01
"""Seconds until a unix socket whose queue is full is tried again; nothing tells when it is not."""


class AsyncSocketStream(Socket):
    """A connected socket that never blocks."""

    _written = False
    """Whether what comes next answers what was just written, and cannot be there yet."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            if timeout is None:
                return await self._read(max_bytes)
            with anyio.fail_after(timeout):
                return await self._read(max_bytes)
        except OSError as error:
            raise read_failure(error) from error

    async def _read(self, max_bytes: int) -> bytes:
        if not self._written:
            with suppress(BlockingIOError):
                data = self._socket.recv(max_bytes)
                await checkpoint()  # an engine that is faster than this must not keep others from their turn
                return data
        self._written = False
        return await self._when(anyio.wait_readable, partial(self._socket.recv, max_bytes))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._written = True
        try:
            done = _tried(partial(self._socket.send, buffer)) or 0
            if done == len(buffer):
                return
            left = memoryview(buffer)[done:]
            with _limit(timeout):
                while left:
                    left = left[await self._when(anyio.wait_writable, partial(self._socket.send, left)) :]
        except OSError as error:
            raise write_failure(error) from error

    async def sendfile(self, descriptor: int) -> None:
        """Send what a file holds from where it stands; raises OSError for anything that is no file."""
        while await self._when(anyio.wait_writable, partial(passed_on, self._socket, descriptor)):
            pass

    async def _when(self, possible: Callable[[socket.socket], Awaitable[None]], work: Callable[[], T]) -> T:
        """Do something once it is possible."""
        done = None
        while done is None:
            try:
                await possible(self._socket)
            except anyio.ClosedResourceError as error:
                raise OSError("the connection was closed") from error
            done = _tried(work)
        return done

    async def aclose(self) -> None:
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()


def _tried(work: Callable[[], T]) -> T | None:
    try:
        return work()
    except BlockingIOError:
        return None


def _limit(timeout: float | None) -> AbstractContextManager[object]:
    return nullcontext() if timeout is None else anyio.fail_after(timeout)


async def connected(endpoint: Endpoint, timeout: float | None) -> socket.socket:
    """Return a socket that is connected to an endpoint; raises OSError, TimeoutError for one that cannot be."""
    with _limit(timeout):
        if endpoint.scheme == "unix":
            return await _connected(socket.AF_UNIX, endpoint.path)
        host, port = endpoint.address
        failure = OSError(f"{host} has no address")
        for family, _, _, _, address in await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                sock = await _connected(family, address)
            except OSError as error:
                failure = error
            else:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        raise failure


async def _connected(family: int, address: str | tuple[str | int, ...]) -> socket.socket:
    sock = socket.socket(family)
    sock.setblocking(False)
    try:
        while problem := sock.connect_ex(address):
            if problem == errno.EAGAIN:
                await anyio.sleep(PAUSE)
            elif problem in (errno.EINPROGRESS, errno.EALREADY):
                await anyio.wait_writable(sock)
            elif problem == errno.EISCONN:
                break
            else:
                raise OSError(problem, os.strerror(problem))
    except BaseException:
        sock.close()
        raise
    return sock
