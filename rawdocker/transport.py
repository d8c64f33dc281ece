"""How bytes reach the engine: connections that all go to one endpoint, whatever host a URL names.

They are ours for two reasons: a hijacked one must be closed for writing while it is still read, over TLS as well, which
Python's SSLSocket cannot do; and a log is a million small chunks, which http1 reads in one pass.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

from rawdocker.broken import Broken, Stale, TimedOut, WriteBroken
from rawdocker.errors import EndpointError, UnreachableError
from rawdocker.host import Endpoint
from rawdocker.http1 import Body, Exchange, Head, Request

READ_SIZE = 1 << 16
"""Bytes that are read at once. For 128 KiB and more C's library asks the system for memory at each read and gives it
back, at the cost of page faults; an engine sends 32 KiB at once."""

SENT_AT_ONCE = 1 << 30
"""Bytes of a file that the kernel is asked to send at once."""

READS = (b"GET", b"HEAD")
"""What may be asked again where no answer began: it changes nothing."""

PAUSE = 0.1
"""Seconds before an engine that has refused a connection is tried once more."""


class Pool(Protocol):
    """Where connections come from and go back to."""

    endpoint: Endpoint

    def keep(self, line: Any) -> bool: ...

    def forget(self, line: Any) -> None: ...


class Stream(Protocol):
    """A connection that can be read and written; what httpcore calls a NetworkStream."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...

    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...

    def close(self) -> None: ...

    def get_extra_info(self, info: str) -> Any: ...


class AsyncStream(Protocol):
    """The same for asyncio and trio."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...

    async def write(self, buffer: bytes, timeout: float | None = None) -> None: ...

    async def aclose(self) -> None: ...

    def get_extra_info(self, info: str) -> Any: ...


class Answer:
    """The head of an answer and the stream behind it, as httpcore.Response has them."""

    __slots__ = ("extensions", "headers", "status", "stream")

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]], stream: Any, extensions: Any) -> None:
        self.status, self.headers, self.stream, self.extensions = status, headers, stream, extensions

    def close(self) -> None:
        self.stream.close()

    async def aclose(self) -> None:
        await self.stream.aclose()


class _Connected:
    """What both kinds of connections have in common. One serves a request at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stream: Any = None

    def _closed_between(self, request: Request, exchange: Exchange, error: BaseException) -> bool:
        """Say whether the engine closed a kept connection just when a read was sent, which another one may ask."""
        unanswered = not exchange.answered and isinstance(error, Broken)
        return exchange.kept and unanswered and request.method in READS

    def _connected(self, request: Request, stream: Any) -> None:
        self._stream = stream
        if request.connected is not None:
            request.connected()

    def _answer(self, head: Head, content: Any, behind: bytes) -> Answer:
        extensions = {
            "http_version": b"HTTP/" + head.version,
            "reason_phrase": head.reason,
            "network_stream": self._upgraded(behind) if head.status == 101 else self._stream,
        }
        return Answer(head.status, head.headers, content, extensions)

    def _upgraded(self, behind: bytes) -> Any:
        raise NotImplementedError

    def _is_stale(self) -> bool:
        """Say whether the engine has closed a kept connection: it can be read then, where nothing is to come."""
        return self._stream is not None and bool(self._stream.get_extra_info("is_readable"))


def _worth_another_try(request: Request, error: BaseException | None) -> bool:
    """Say whether a read was refused a connection: an engine that starts again may take the next one."""
    while error is not None and not isinstance(error, ConnectionRefusedError):
        error = error.__cause__
    return error is not None and request.method in READS


class Line(_Connected):
    """A connection of a client that waits."""

    def ask(self, request: Request) -> Answer:
        if self._is_stale():
            self.close()
            raise Stale  # another is taken
        exchange = Exchange(request, kept=self._stream is not None)
        try:
            if self._stream is None:
                self._connected(request, self._dialled(request))
            # An engine may refuse before it has read all, and close; its answer says why.
            with suppress(WriteBroken):
                self._send(request, exchange)
                exchange.sent = True
            timeout = request.timeout
            head = None
            while head is None:
                head = exchange.receive(self._stream.read(READ_SIZE, timeout))
            content = _Content(self, exchange, head, timeout)
            return self._answer(head, content, exchange.behind_the_head)
        except BaseException as error:
            self.close()
            if self._closed_between(request, exchange, error):
                raise Stale from error
            raise

    def _dialled(self, request: Request) -> Stream:
        timeout = request.connect_timeout
        try:
            return dialled(self._pool.endpoint, timeout)
        except UnreachableError as error:
            if not _worth_another_try(request, error):
                raise
        time.sleep(PAUSE)
        return dialled(self._pool.endpoint, timeout)

    def _send(self, request: Request, exchange: Exchange) -> None:
        timeout = request.timeout
        whole = exchange.whole()
        if whole is not None:
            self._stream.write(whole, timeout)
            return
        waiting = exchange.head()
        if exchange.chunked:  # its pieces may be long in coming
            self._stream.write(waiting, timeout)
            waiting = b""
        for piece in request.body:
            self._stream.write(waiting + exchange.data(piece), timeout)
            waiting = b""
        waiting += exchange.end()
        if waiting:
            self._stream.write(waiting, timeout)

    def read(self, timeout: float | None) -> bytes:
        data: bytes = self._stream.read(READ_SIZE, timeout)
        return data

    def release(self, *, reusable: bool) -> None:
        """Give the connection back after an answer, or close it."""
        if not (reusable and self._pool.keep(self)):
            self.close()

    def close(self) -> None:
        self._pool.forget(self)
        if self._stream is not None:
            self._stream.close()

    def _upgraded(self, behind: bytes) -> Any:
        return _Upgraded(self._stream, behind) if behind else self._stream


class _Content:
    """The body of an answer; closing it gives the connection back."""

    def __init__(self, connection: Line, exchange: Exchange, head: Head, timeout: float | None) -> None:
        self._connection, self._exchange, self._head, self._timeout = connection, exchange, head, timeout
        self._body: Body = exchange.body(head)
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        body, connection = self._body, self._connection
        data = self._exchange.behind_the_head
        try:
            while True:
                piece = body.feed(data) if data else b""
                if piece:
                    yield piece
                if body.done:
                    return
                data = connection.read(self._timeout)
                if not data:
                    body.end()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._connection.release(reusable=self._exchange.may_go_on(self._head, self._body))


class _Upgraded:
    """A stream with bytes that came glued to the head of an answer."""

    def __init__(self, stream: Stream, behind: bytes) -> None:
        self._stream, self._behind = stream, behind
        self.sendfile = getattr(stream, "sendfile", None)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._behind:
            data, self._behind = self._behind[:max_bytes], self._behind[max_bytes:]
            return data
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncLine(_Connected):
    """The same for asyncio and trio."""

    async def ask(self, request: Request) -> Answer:
        if self._is_stale():
            await self.aclose()
            raise Stale
        exchange = Exchange(request, kept=self._stream is not None)
        try:
            if self._stream is None:
                self._connected(request, await self._dialled(request))
            with suppress(WriteBroken):
                await self._send(request, exchange)
                exchange.sent = True
            timeout = request.timeout
            head = None
            while head is None:
                head = exchange.receive(await self._stream.read(READ_SIZE, timeout))
            content = _AsyncContent(self, exchange, head, timeout)
            return self._answer(head, content, exchange.behind_the_head)
        except BaseException as error:
            await self.aclose()
            if self._closed_between(request, exchange, error):
                raise Stale from error
            raise

    async def _dialled(self, request: Request) -> AsyncStream:
        from anyio import sleep

        timeout = request.connect_timeout
        try:
            return await async_dialled(self._pool.endpoint, timeout)
        except UnreachableError as error:
            if not _worth_another_try(request, error):
                raise
        await sleep(PAUSE)
        return await async_dialled(self._pool.endpoint, timeout)

    async def _send(self, request: Request, exchange: Exchange) -> None:
        timeout = request.timeout
        whole = exchange.whole()
        if whole is not None:
            await self._stream.write(whole, timeout)
            return
        waiting = exchange.head()
        if exchange.chunked:
            await self._stream.write(waiting, timeout)
            waiting = b""
        async for piece in request.body:
            await self._stream.write(waiting + exchange.data(piece), timeout)
            waiting = b""
        waiting += exchange.end()
        if waiting:
            await self._stream.write(waiting, timeout)

    async def read(self, timeout: float | None) -> bytes:
        data: bytes = await self._stream.read(READ_SIZE, timeout)
        return data

    async def release(self, *, reusable: bool) -> None:
        """Give the connection back after an answer, or close it."""
        if not (reusable and self._pool.keep(self)):
            await self.aclose()

    async def aclose(self) -> None:
        self._pool.forget(self)
        if self._stream is not None:
            await self._stream.aclose()

    def _upgraded(self, behind: bytes) -> Any:
        return _AsyncUpgraded(self._stream, behind) if behind else self._stream


class _AsyncContent:
    """The body of an answer; closing it gives the connection back."""

    def __init__(self, connection: AsyncLine, exchange: Exchange, head: Head, timeout: float | None) -> None:
        self._connection, self._exchange, self._head, self._timeout = connection, exchange, head, timeout
        self._body: Body = exchange.body(head)
        self._data = exchange.behind_the_head
        self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        body, data = self._body, self._data
        self._data = b""
        try:
            while True:
                if data and (piece := body.feed(data)):
                    return piece
                if body.done:
                    break
                data = await self._connection.read(self._timeout)
                if not data:
                    body.end()
        except BaseException:
            await self.aclose()
            raise
        raise StopAsyncIteration

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            await self._connection.release(reusable=self._exchange.may_go_on(self._head, self._body))


class _AsyncUpgraded:
    """A stream with bytes that came glued to the head of an answer."""

    def __init__(self, stream: AsyncStream, behind: bytes) -> None:
        self._stream, self._behind = stream, behind
        self.sendfile = getattr(stream, "sendfile", None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._behind:
            data, self._behind = self._behind[:max_bytes], self._behind[max_bytes:]
            return data
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def dialled(endpoint: Endpoint, timeout: float | None) -> Stream:
    """Return a connection to an endpoint; raises UnreachableError, EndpointError for one that cannot be dialled."""
    endpoint = _dialable(endpoint)
    try:
        stream = SocketStream(_connected(endpoint, timeout))
        if endpoint.tls is None:
            return stream
        from rawdocker.tls import TLSStream

        return TLSStream(stream, endpoint, timeout)
    except OSError as error:
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


class Socket:
    """What is known of a connected socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

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


class SocketStream(Socket):
    """A connected socket."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._limit(timeout)
            return self._socket.recv(max_bytes)
        except OSError as error:
            raise read_failure(error) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._limit(timeout)
            self._socket.sendall(buffer)
        except OSError as error:
            raise write_failure(error) from error

    def sendfile(self, descriptor: int) -> None:
        """Send what a file holds from where it stands; raises OSError for anything that is no file."""
        self._limit(None)
        while passed_on(self._socket, descriptor):
            pass

    def close(self) -> None:
        self._socket.close()

    def _limit(self, timeout: float | None) -> None:
        if self._socket.gettimeout() != timeout:  # setting it is a call to the system
            self._socket.settimeout(timeout)


def passed_on(sock: socket.socket, descriptor: int) -> int:
    """Let the kernel copy from a file to a socket; return how many bytes it was, 0 at the end and where no kernel
    does."""
    return os.sendfile(sock.fileno(), descriptor, None, SENT_AT_ONCE) if sys.platform == "linux" else 0


def read_failure(error: OSError) -> Exception:
    """Return what is raised where a socket cannot be read."""
    return (TimedOut if isinstance(error, TimeoutError) else Broken)(str(error))


def write_failure(error: OSError) -> Exception:
    """Return what is raised where a socket cannot be written to."""
    return (TimedOut if isinstance(error, TimeoutError) else WriteBroken)(str(error))


async def async_dialled(endpoint: Endpoint, timeout: float | None) -> AsyncStream:
    """Return a connection to an endpoint, as `dialled` does."""
    from rawdocker.asyncsocket import AsyncSocketStream, connected

    endpoint = _dialable(endpoint)
    try:
        stream = AsyncSocketStream(await connected(endpoint, timeout))
        if endpoint.tls is None:
            return stream
        from rawdocker.tls import AsyncTLSStream

        return await AsyncTLSStream.open(stream, endpoint, timeout)
    except OSError as error:
        raise unreachable(endpoint, error) from error


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
