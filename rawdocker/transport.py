"""How bytes reach the engine: an httpx transport whose connections all go to one endpoint, whatever host a URL names.

URLs are always http://localhost/v1.NN/…, and the connections are httpcore's, so whatever intercepts httpx or httpcore
(respx with no argument, for one) intercepts rawdocker too. Dialling is ours for one reason: a hijacked connection must be
closed for writing while it is still read, over TLS as well, which Python's SSLSocket cannot do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore
import httpx

from rawdocker.errors import EndpointError, UnreachableError
from rawdocker.host import Endpoint

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")

READ_SIZE = 65536


class EngineTransport(httpx.BaseTransport):
    """Sends every request to one endpoint; connections are kept and used again, without a limit to their number."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._pool = httpcore.ConnectionPool(max_connections=None, network_backend=_Dialer(endpoint))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(_core_request(request))
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class AsyncEngineTransport(httpx.AsyncBaseTransport):
    """The same for asyncio and trio."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=None, network_backend=_AsyncDialer(endpoint)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._pool.handle_async_request(_core_request(request))
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_AsyncBody(answer.stream),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def _core_request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        if hasattr(self._stream, "aclose"):
            await self._stream.aclose()


class _Dialer(httpcore.NetworkBackend):
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        endpoint = _dialable(self._endpoint)
        try:
            if endpoint.scheme == "unix":
                return self._network.connect_unix_socket(endpoint.path, timeout)
            stream = self._network.connect_tcp(*endpoint.address, timeout)
            return TLSStream(stream, endpoint, timeout) if endpoint.tls else stream
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raise unreachable(endpoint, error) from error


class _AsyncDialer(httpcore.AsyncNetworkBackend):
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        endpoint = _dialable(self._endpoint)
        try:
            if endpoint.scheme == "unix":
                return await self._network.connect_unix_socket(endpoint.path, timeout)
            stream = await self._network.connect_tcp(*endpoint.address, timeout)
            return await AsyncTLSStream.open(stream, endpoint, timeout) if endpoint.tls else stream
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raise unreachable(endpoint, error) from error

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


def _dialable(endpoint: Endpoint) -> Endpoint:
    if endpoint.scheme in ("unix", "tcp"):
        return endpoint
    advice = (
        "forward the engine's socket and use that: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST"
    )
    if endpoint.scheme != "ssh":
        advice = "use unix:// or tcp://"
    raise EndpointError(
        f"{endpoint.url} ({endpoint.reason}): {endpoint.scheme}:// is not supported yet; {advice}"
    )


def unreachable(endpoint: Endpoint, error: BaseException) -> UnreachableError:
    """Return the error for an engine that cannot be dialled: docker's words, then which endpoint, why, and what to try."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    why = getattr(cause, "strerror", None) or str(cause) or "no answer in time"
    if isinstance(cause, PermissionError):
        first = f"permission denied while trying to connect to the Docker daemon socket at {endpoint.url}"
        advice = "run as root, or as a member of the socket's group (often docker)"
    else:
        first = f"Cannot connect to the Docker daemon at {endpoint.url}. Is the docker daemon running?"
        advice = "start the engine, or name another one with -H or --context"
        known = (f"unix://{path}" for path in _known_sockets() if os.path.exists(path))
        others = [url for url in known if url != endpoint.url]
        if others:
            advice += f"; there is {', '.join(others)}"
    return UnreachableError(f"{first}\n({endpoint.url} comes from {endpoint.reason}: {why}; {advice})")


def _known_sockets() -> list[str]:
    home, runtime = os.path.expanduser("~"), os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    return [
        "/var/run/docker.sock",
        f"{runtime}/docker.sock",
        f"{home}/.docker/run/docker.sock",
        f"{home}/.colima/default/docker.sock",
        f"{home}/.orbstack/run/docker.sock",
        f"{runtime}/podman/podman.sock",
    ]


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
        self._lock = (
            threading.Lock()
        )  # reader and writer may be two threads; never held while waiting for the network

    def receive(self, data: bytes) -> None:
        with self._lock:
            self._incoming.write(data) if data else self._incoming.write_eof()

    def handshake(self) -> Generator[bytes | None, None, None]:
        return self._steps(self._object.do_handshake)

    def read(self, size: int) -> Generator[bytes | None, None, bytes]:
        try:
            return (yield from self._steps(lambda: self._object.read(size)))
        except self._closed:
            return b""

    def write(self, data: bytes) -> Generator[bytes | None, None, None]:
        position = 0
        while position < len(data):
            position += yield from self._steps(
                partial(self._object.write, data[position : position + READ_SIZE])
            )

    def close_write(self) -> Generator[bytes | None, None, None]:
        with self._lock:
            with suppress(self._want):  # our close_notify is in the buffer; the peer's may come when it likes
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


class TLSStream(httpcore.NetworkStream):
    """A TLS connection that can be closed for writing while it is read, from two threads if need be."""

    def __init__(self, stream: httpcore.NetworkStream, endpoint: Endpoint, timeout: float | None) -> None:
        self._stream = stream
        self._tls = _TLS(endpoint)
        self._sending = threading.Lock()
        try:
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


class AsyncTLSStream(httpcore.AsyncNetworkStream):
    """The same for asyncio and trio."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, endpoint: Endpoint) -> None:
        import anyio

        self._stream = stream
        self._tls = _TLS(endpoint)
        self._sending = anyio.Lock()

    @classmethod
    async def open(
        cls, stream: httpcore.AsyncNetworkStream, endpoint: Endpoint, timeout: float | None
    ) -> AsyncTLSStream:
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
