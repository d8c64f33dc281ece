"""TLS that can be closed for writing while it is read: over memory, because Python's SSLSocket cannot do that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from rawdocker.errors import EndpointError
from rawdocker.host import Endpoint

if TYPE_CHECKING:
    import ssl

    from rawdocker.transport import AsyncStream, Stream

T = TypeVar("T")

READ_SIZE = 65536


class _TLS:
    """TLS over memory, as generators of steps: bytes to send, or None for 'give me what arrives'."""

    def __init__(self, endpoint: Endpoint) -> None:
        import ssl

        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._want = ssl.SSLWantReadError
        self._closed = (ssl.SSLZeroReturnError, ssl.SSLEOFError)
        self._object = _tls_context(endpoint).wrap_bio(
            self._incoming,
            self._outgoing,
            server_hostname=(endpoint.tls and endpoint.tls.server_name) or endpoint.address[0],
        )
        self._early = bytearray()
        self._lock = threading.Lock()  # reader and writer may be two threads; never held while waiting for the network

    def receive(self, data: bytes) -> None:
        with self._lock:
            self._incoming.write(data) if data else self._incoming.write_eof()

    def handshake(self) -> Generator[bytes | None, None, None]:
        return self._steps(self._object.do_handshake)

    def read(self, size: int) -> Generator[bytes | None, None, bytes]:
        try:
            return (yield from self._steps(partial(self._take, size)))
        except self._closed:
            return b""

    def write(self, data: bytes) -> Generator[bytes | None, None, None]:
        position = 0
        while position < len(data):
            position += yield from self._steps(partial(self._object.write, data[position : position + READ_SIZE]))

    def _take(self, size: int) -> bytes:
        if not self._early:
            return self._object.read(size)
        data, self._early = self._early[:size], self._early[size:]
        return bytes(data)

    def close_write(self) -> Generator[bytes | None, None, None]:
        with self._lock:
            # OpenSSL would throw away what has arrived but is not read yet, looking for the peer's close_notify.
            with suppress(self._want, *self._closed):
                while data := self._object.read(READ_SIZE):
                    self._early += data
            with suppress(self._want):  # ours is in the buffer then; the peer's may come when it likes
                self._object.unwrap()
            pending = self._outgoing.read()
        yield pending

    def _steps(self, operation: Callable[[], T]) -> Generator[bytes | None, None, T]:
        while True:
            with self._lock:
                try:
                    result, done = operation(), True
                except self._want:
                    done = False
                pending = self._outgoing.read()
            if pending:
                yield pending
            if done:
                return result
            yield None


def _tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    import ssl

    files = endpoint.tls
    assert files is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = files.verify
    context.verify_mode = ssl.CERT_REQUIRED if files.verify else ssl.CERT_NONE
    try:
        if files.ca:
            context.load_verify_locations(files.ca)
        elif files.verify:
            context.load_default_certs()
        if files.cert or files.key:
            context.load_cert_chain(files.cert, files.key or None)
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(path for path in (files.ca, files.cert, files.key) if path)
        raise EndpointError(f"cannot load the TLS files of {endpoint.url} ({named}): {error}") from None
    return context


class TLSStream:
    """A TLS connection that can be closed for writing while it is read, from two threads if need be."""

    def __init__(self, stream: Stream, endpoint: Endpoint, timeout: float | None) -> None:
        self._stream = stream
        self._sending = threading.Lock()
        try:
            self._tls = _TLS(endpoint)
            self._run(self._tls.handshake(), timeout)
        except BaseException:
            stream.close()
            raise

    def _run(self, steps: Generator[bytes | None, None, T], timeout: float | None) -> T:
        try:
            while True:
                pending = next(steps)
                if pending is None:
                    self._tls.receive(self._stream.read(READ_SIZE, timeout))
                else:
                    self._stream.write(pending, timeout)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._run(self._tls.read(max_bytes), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._sending:
            self._run(self._tls.write(buffer), timeout)

    def close_write(self) -> None:
        """Say that nothing more is sent (close_notify); reading goes on."""
        with self._sending:
            self._run(self._tls.close_write(), None)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self.close_write if info == "close_write" else self._stream.get_extra_info(info)


class AsyncTLSStream:
    """The same for asyncio and trio."""

    def __init__(self, stream: AsyncStream, endpoint: Endpoint) -> None:
        import anyio

        self._stream = stream
        self._tls = _TLS(endpoint)
        self._sending = anyio.Lock()

    @classmethod
    async def open(cls, stream: AsyncStream, endpoint: Endpoint, timeout: float | None) -> AsyncTLSStream:
        """Shake hands over a connection that stands."""
        try:
            self = cls(stream, endpoint)
            await self._run(self._tls.handshake(), timeout)
        except BaseException:
            await stream.aclose()
            raise
        return self

    async def _run(self, steps: Generator[bytes | None, None, T], timeout: float | None) -> T:
        try:
            while True:
                pending = next(steps)
                if pending is None:
                    self._tls.receive(await self._stream.read(READ_SIZE, timeout))
                else:
                    await self._stream.write(pending, timeout)
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._run(self._tls.read(max_bytes), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        async with self._sending:
            await self._run(self._tls.write(buffer), timeout)

    async def close_write(self) -> None:
        """Say that nothing more is sent (close_notify); reading goes on."""
        async with self._sending:
            await self._run(self._tls.close_write(), None)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self.close_write if info == "close_write" else self._stream.get_extra_info(info)
