"""How bytes reach the engine: an httpx transport whose connections all go to one endpoint, whatever host a URL names.

URLs are always http://localhost/v1.NN/…, and the connections are httpcore's, so whatever intercepts httpx or httpcore
(respx with no argument, for one) intercepts rawdocker too. Dialling is ours for one reason: a hijacked connection must
be closed for writing while it is still read, over TLS as well, which Python's SSLSocket cannot do.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from rawdocker.errors import EndpointError, UnreachableError
from rawdocker.host import Endpoint

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
        self._pool = httpcore.AsyncConnectionPool(max_connections=None, network_backend=_AsyncDialer(endpoint))

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
            stream = SocketStream(_connected(endpoint, timeout))
            if endpoint.tls is None:
                return stream
            from rawdocker.tls import TLSStream

            return TLSStream(stream, endpoint, timeout)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raise unreachable(endpoint, error) from error


def _connected(endpoint: Endpoint, timeout: float | None) -> socket.socket:
    if endpoint.scheme == "tcp":
        sock = socket.create_connection(endpoint.address, timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(timeout)
        sock.connect(endpoint.path)
    except BaseException:
        sock.close()  # which httpcore's own backend forgets
        raise
    return sock


class SocketStream(httpcore.NetworkStream):
    """A connected socket as httpcore reads and writes it."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(timeout)
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            self._socket.settimeout(timeout)
            self._socket.sendall(buffer)

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return self._readable()
        return None

    def _readable(self) -> bool:
        if self._socket.fileno() < 0:
            return True
        poll = select.poll()  # select() refuses descriptors above 1023
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))


@contextmanager
def _as_httpcore(timeout: type[Exception], failure: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise timeout(str(error)) from error
    except OSError as error:
        raise failure(str(error)) from error


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
            if endpoint.tls is None:
                return stream
            from rawdocker.tls import AsyncTLSStream

            return await AsyncTLSStream.open(stream, endpoint, timeout)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raise unreachable(endpoint, error) from error

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


def _dialable(endpoint: Endpoint) -> Endpoint:
    if endpoint.scheme in ("unix", "tcp"):
        return endpoint
    advice = "forward the engine's socket and use that: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST"
    if endpoint.scheme != "ssh":
        advice = "use unix:// or tcp://"
    raise EndpointError(f"{endpoint.url} ({endpoint.reason}): {endpoint.scheme}:// is not supported yet; {advice}")


def unreachable(endpoint: Endpoint, error: BaseException) -> UnreachableError:
    """Return the error for an engine that cannot be dialled: docker's words, then which endpoint, why, and what to
    try."""
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
