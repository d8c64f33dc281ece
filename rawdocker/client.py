"""Client and AsyncClient: they execute calls. Three ways, and nothing else:

    client.send(call) -> T                          one request, its answer
    with client.stream(call) as items: ...          the answer as it comes
    with client.hijack(call) as connection: ...     read and write, as attach and exec do

The twins are thin: what a request is, how bytes become values and which error stands for what is shared, without I/O.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack, overload
from urllib.parse import quote

from rawdocker import version as api_version
from rawdocker.answer import (
    LONGEST_ERROR,
    Response,
    async_items,
    async_once,
    cut,
    decoded,
    failure,
    failures,
    items,
    on_the_wire,
    refusal,
    refused,
)
from rawdocker.call import Call, Codec, HijackCall, StreamCall
from rawdocker.connection import AsyncConnection, Connection
from rawdocker.errors import InvalidCallError, ProtocolError, error_for
from rawdocker.host import Endpoint, TLSFiles, resolve
from rawdocker.http1 import Request, Whole
from rawdocker.observe import Exchange, Observer, Observers, async_watched, pieces, watched
from rawdocker.pool import AsyncForeign, AsyncPool, Foreign, Pool

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection, unless the caller says otherwise."""

PING_TIMEOUT = 30.0
"""Seconds that an engine may take to answer a ping, unless the caller allows less: a server that waits for words of
another protocol would let us wait for ever. systemd starts engines at their first connection, which takes a while."""

STARTS_AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
"""Containers that one client's `run`s start at the same time. An engine that is asked for hundreds at once changes from
one to the other all the time, and takes a third longer for all of them."""

ORIGIN = "http://localhost"
"""Every URL begins with this, whichever endpoint is spoken to, so that mocks need to know one only."""

USER_AGENT = "rawdocker"

_IN_A_TARGET = re.compile(r"[!$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

WITH_BODY = ("POST", "PUT", "PATCH")
"""Methods whose requests say that they have no body."""


class ClientOptions(TypedDict, total=False):
    """What both clients take besides the host; described at Client."""

    context: str | None
    version: str | None
    endpoint: Endpoint | None
    tls: TLSFiles | None
    headers: Mapping[str, str]
    timeout: float | None
    connect_timeout: float | None
    observers: Sequence[Observer]


class _Base:
    """What both clients know: the endpoint, the version, and how a call becomes a request."""

    def __init__(self, host: str | None, options: ClientOptions) -> None:
        self.endpoint = options.get("endpoint") or resolve(host, options.get("context"), tls=options.get("tls"))
        pinned = options.get("version") or os.environ.get("DOCKER_API_VERSION") or ""
        self._version = ".".join(map(str, api_version.parsed(pinned))) if pinned else ""
        self.engine: Mapping[str, str] = {}
        """What the engine said of itself when it was pinged: api-version, ostype, docker-experimental and others.
        Empty until then, and where the version is pinned."""
        self._timeout = options.get("timeout")
        self._connect_timeout = options.get("connect_timeout", CONNECT_TIMEOUT)
        self._observers = Observers(options.get("observers", ()))
        # identity: what is seen on the way is what the engine said, also where a proxy could compress it
        own = {
            "Accept": "*/*",
            "Connection": "keep-alive",
            "User-Agent": USER_AGENT,
            "Host": self._host_header(),
            "Accept-Encoding": "identity",
        }
        self._headers = _merged(own, options.get("headers", {}))
        self._headers_alone = _encoded(self._headers)

    def _host_header(self) -> str:
        if self.endpoint.scheme != "tcp":
            return "localhost"
        return self.endpoint.url.removeprefix("tcp://").split("/")[0]

    @property
    def _ping_timeout(self) -> float:
        return min(self._timeout or PING_TIMEOUT, PING_TIMEOUT)

    def _request(
        self, call: Call[Any], timeout: float | None, *, hijack: bool = False
    ) -> tuple[Request, Any, Exchange]:
        """Return a call as a request, its body, and the exchange that observers are told of."""
        prefix = f"/v{self._version}" if call.takes_version else ""
        exchange = Exchange(call, call.method, prefix + call.target, (), self.endpoint.url, self.endpoint.tls)
        content, own = _content(call)
        if hijack:
            own = {"Connection": "Upgrade", "Upgrade": "tcp", **own}
        more, framing = {**own, **call.headers}, _framing(call, content)
        request = Request(
            call.method.encode(),
            _target(exchange.target, call),
            _encoded({**_merged(self._headers, more), **framing}) if more or framing else [*self._headers_alone],
            Whole(content or b"") if _is_whole(content) else self._watched(content, exchange),
            timeout=timeout,
            connect_timeout=self._connect_timeout,
            connected=partial(_time_connection, exchange) if self._observers else None,
        )
        return request, content, exchange

    def _watched(self, content: Any, exchange: Exchange) -> Any:
        """Return a body whose pieces observers are told of as they go."""
        raise NotImplementedError

    def _sending(self, exchange: Exchange, request: Request, content: Any) -> None:
        if self._observers:
            exchange.headers = on_the_wire(request.headers)
            exchange.started = perf_counter()
            self._observers.request(exchange)
            if content and isinstance(content, bytes):
                self._observers.sent(exchange, content)

    def _answered(self, exchange: Exchange, answer: Any) -> Response:
        response = Response(answer, ORIGIN + exchange.target)
        if self._observers:
            exchange.received = perf_counter()
            exchange.status, exchange.reason = response.status, response.reason
            exchange.response_headers = response.on_the_wire
            self._observers.response(exchange)
        packing = response.packing
        if packing != "identity":  # a megabyte of it may unpack to a gigabyte
            raise ProtocolError(
                f"{exchange.call}: the answer is {packing}, which was not asked for", call=exchange.call
            )
        return response


class _Opened:
    """An exchange from its request to the head of its answer and on to its end, which observers are told of once,
    whichever way it is left."""

    __slots__ = ("_answer", "_call", "_client", "_exchange", "_hijack", "_timeout")

    def __init__(self, client: Any, call: Call[Any], timeout: float | None, *, hijack: bool = False) -> None:
        self._client, self._call, self._timeout, self._hijack = client, call, timeout, hijack
        self._answer: Any = None

    def __enter__(self) -> tuple[Response, Exchange]:
        client = self._client
        request, content, exchange = client._request(self._call, self._timeout, hijack=self._hijack)
        self._exchange = exchange
        try:
            client._sending(exchange, request, content)
            try:
                self._answer = client._pool.handle_request(request)
            except failures() as error:
                raise failure(error, self._call, client.endpoint) from error
            return client._answered(exchange, self._answer), exchange
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            if self._answer is not None:
                self._answer.close()
        finally:
            self._client._observers.end(self._exchange, error)

    async def __aenter__(self) -> tuple[Response, Exchange]:
        client = self._client
        request, content, exchange = client._request(self._call, self._timeout, hijack=self._hijack)
        self._exchange = exchange
        try:
            client._sending(exchange, request, content)
            try:
                self._answer = await client._pool.handle_async_request(request)
            except failures() as error:
                raise failure(error, self._call, client.endpoint) from error
            return client._answered(exchange, self._answer), exchange
        except BaseException as error:
            await self.__aexit__(type(error), error, None)
            raise

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        try:
            if self._answer is not None:
                await self._answer.aclose()
        finally:
            self._client._observers.end(self._exchange, error)


class Client(_Base):
    """Speaks to one engine, synchronously. May be used from several threads at once; each call has its own connection.

    Parameters:
        host: unix:///path, tcp://host:port. Default: found as docker finds it (see rawdocker.host).
        context: the name of a docker context, instead of host.
        version: the API version to speak, such as "1.41"; then no ping is sent. Default: DOCKER_API_VERSION, else
            negotiated at the first call.
        endpoint: a resolved endpoint, instead of host and context.
        tls: certificate files for a tcp host. Default: DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.
        headers: sent with every request.
        timeout: seconds that the engine may stay silent in `send`. Default: no limit, as stop and wait need, but for
            the ping, which has 30. Streams and hijacked connections never have one.
        connect_timeout: seconds to wait for a connection. Default: 10.
        observers: told of every exchange (see rawdocker.observe).
        transport: an httpx transport instead of the endpoint's, for instance httpx.MockTransport.

    Use it as a context manager, or call close(). Raises EndpointError for a context that does not exist; everything
    else is raised by the calls: UnreachableError, VersionError, EngineError and its branches (see rawdocker.errors).
    """

    def __init__(
        self, host: str | None = None, *, transport: httpx.BaseTransport | None = None, **options: Unpack[ClientOptions]
    ) -> None:
        super().__init__(host, options)
        self._pool = Foreign(transport) if transport else Pool(self.endpoint)
        self._negotiating = threading.Lock()
        self.starting = threading.BoundedSemaphore(STARTS_AT_ONCE)
        """Held by each `run` while the engine starts its container."""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for later calls."""
        self._pool.close()

    def negotiate(self) -> str:
        """Return the API version spoken, such as "1.41"; the first use pings the engine: HEAD /_ping, GET where
        that fails."""
        if not self._version:
            with self._negotiating:
                if not self._version:  # another thread was first
                    self.engine = self._ping()
                    self._version = api_version.negotiated(self.engine)
        return self._version

    def _ping(self) -> Mapping[str, str]:
        for method in ("HEAD", "GET"):
            ping: Call[None] = Call("SystemPing", method, "/_ping", codec=Codec.EMPTY)
            with _Opened(self, ping, self._ping_timeout) as (response, _):
                # an engine that is starting or shutting down answers 500 and still tells its version
                if response.status == 200 or response.headers.get("api-version"):
                    return response.headers
        raise error_for(response.status, f"/_ping answered {response.status} {response.reason}", ping)

    def send(self, call: Call[T], *, timeout: float | None = None) -> T:
        """Execute a call and return its answer: a model, None, text; a list of all items for a stream.

        timeout: seconds that the engine may stay silent; default: the client's.
        """
        self.negotiate()
        if isinstance(call, StreamCall):
            with self.stream(call) as items:
                return list(items)  # type: ignore[return-value]
        with _Opened(self, call, self._timeout if timeout is None else timeout) as (response, exchange):
            self._check(call, response, exchange)
            return decoded(call, response, b"".join(self._chunks(call, response, exchange)))  # type: ignore[no-any-return]

    @overload
    def stream(self, call: StreamCall[T]) -> AbstractContextManager[Iterator[T]]: ...
    @overload
    def stream(self, call: Call[T]) -> AbstractContextManager[Iterator[T]]: ...
    def stream(self, call: Call[Any]) -> AbstractContextManager[Iterator[Any]]:
        """Execute a call and iterate over its answer as it comes, in flat memory and without a read timeout.

        A context manager: leaving it closes the connection. It is entered when the head of the answer is there. A call
        with one answer (container_wait) gives just that when it comes.
        """
        return self._stream(call)

    @contextmanager
    def _stream(self, call: Call[Any]) -> Iterator[Iterator[Any]]:
        self.negotiate()
        with _Opened(self, call, None) as (response, exchange):
            self._check(call, response, exchange)
            chunks = self._chunks(call, response, exchange)
            if isinstance(call, StreamCall):
                yield items(call, chunks)
            else:
                yield (decoded(call, response, b"".join(chunks)) for _ in range(1))

    @contextmanager
    def hijack(self, call: HijackCall) -> Iterator[Connection]:
        """Execute a call and take its connection over: read frames, write stdin, close stdin while output goes on.

        A context manager that gives a Connection; leaving it closes it. Engines answer 101, some proxies 200: both
        are taken.
        """
        self.negotiate()
        with _Opened(self, call, None, hijack=True) as (response, exchange):
            self._check(call, response, exchange)
            connection = Connection(call, response, exchange, self._observers)
            try:
                yield connection
            finally:
                connection.close()

    def _watched(self, content: Any, exchange: Exchange) -> Any:
        if not self._observers:
            return content
        return watched(content, lambda piece: self._observers.sent(exchange, piece))

    def _check(self, call: Call[Any], response: Response, exchange: Exchange) -> None:
        if refused(response.status):
            raise refusal(call, response, b"".join(_limited(self._chunks(call, response, exchange))))

    def _chunks(self, call: Call[Any], response: Response, exchange: Exchange) -> Iterator[bytes]:
        try:
            for chunk in response.stream:
                self._observers.received(exchange, chunk)
                yield chunk
        except failures() as error:
            raise cut(error, call) from error


class AsyncClient(_Base):
    """The same as Client for asyncio and trio: `await client.send(call)`, `async with client.stream(call) as items`.

    The parameters are Client's; transport is an httpx.AsyncBaseTransport.
    """

    def __init__(
        self,
        host: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(host, options)
        self._pool = AsyncForeign(transport) if transport else AsyncPool(self.endpoint)

    @cached_property
    def _negotiating(self) -> AbstractAsyncContextManager[object]:
        from anyio import Lock

        return Lock()

    @cached_property
    def starting(self) -> AbstractAsyncContextManager[object]:
        """Held by each `run_async` while the engine starts its container."""
        from anyio import Semaphore

        return Semaphore(STARTS_AT_ONCE)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that are kept for later calls."""
        await self._pool.aclose()

    async def negotiate(self) -> str:
        """Return the API version spoken, such as "1.41"; the first use pings the engine."""
        if not self._version:
            async with self._negotiating:
                if not self._version:  # another task was first
                    self.engine = await self._ping()
                    self._version = api_version.negotiated(self.engine)
        return self._version

    async def _ping(self) -> Mapping[str, str]:
        for method in ("HEAD", "GET"):
            ping: Call[None] = Call("SystemPing", method, "/_ping", codec=Codec.EMPTY)
            async with _Opened(self, ping, self._ping_timeout) as (response, _):
                if response.status == 200 or response.headers.get("api-version"):
                    return response.headers
        raise error_for(response.status, f"/_ping answered {response.status} {response.reason}", ping)

    async def send(self, call: Call[T], *, timeout: float | None = None) -> T:
        """Execute a call and return its answer: a model, None, text; a list of all items for a stream.

        timeout: seconds that the engine may stay silent; default: the client's.
        """
        await self.negotiate()
        if isinstance(call, StreamCall):
            async with self.stream(call) as items:
                return [item async for item in items]  # type: ignore[return-value]
        async with _Opened(self, call, self._timeout if timeout is None else timeout) as (response, exchange):
            await self._check(call, response, exchange)
            body = [chunk async for chunk in self._chunks(call, response, exchange)]
            return decoded(call, response, b"".join(body))  # type: ignore[no-any-return]

    @overload
    def stream(self, call: StreamCall[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]: ...
    @overload
    def stream(self, call: Call[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]: ...
    def stream(self, call: Call[Any]) -> AbstractAsyncContextManager[AsyncIterator[Any]]:
        """Execute a call and iterate over its answer as it comes, in flat memory and without a read timeout."""
        return self._stream(call)

    @asynccontextmanager
    async def _stream(self, call: Call[Any]) -> AsyncIterator[AsyncIterator[Any]]:
        await self.negotiate()
        async with _Opened(self, call, None) as (response, exchange):
            await self._check(call, response, exchange)
            chunks = self._chunks(call, response, exchange)
            if isinstance(call, StreamCall):
                yield async_items(call, chunks)
            else:
                yield async_once(call, response, chunks)

    @asynccontextmanager
    async def hijack(self, call: HijackCall) -> AsyncIterator[AsyncConnection]:
        """Execute a call and take its connection over: read frames, write stdin, close stdin while output goes on."""
        await self.negotiate()
        async with _Opened(self, call, None, hijack=True) as (response, exchange):
            await self._check(call, response, exchange)
            connection = AsyncConnection(call, response, exchange, self._observers)
            try:
                yield connection
            finally:
                await connection.close()

    def _watched(self, content: Any, exchange: Exchange) -> Any:
        return async_watched(content, lambda piece: self._observers.sent(exchange, piece))

    async def _check(self, call: Call[Any], response: Response, exchange: Exchange) -> None:
        if refused(response.status):
            body = bytearray()
            async for chunk in self._chunks(call, response, exchange):
                body += chunk
                if len(body) > LONGEST_ERROR:
                    break
            raise refusal(call, response, bytes(body))

    def _chunks(self, call: Call[Any], response: Response, exchange: Exchange) -> AsyncIterator[bytes]:
        return _AsyncChunks(call, response, exchange, self._observers)


class _AsyncChunks:
    """The bytes of an answer, of which observers are told. An asynchronous generator would be kept count of by asyncio,
    which takes as long as a chunk does."""

    def __init__(self, call: Call[Any], response: Response, exchange: Exchange, observers: Observers) -> None:
        self._call, self._exchange, self._observers = call, exchange, observers
        self._next = aiter(response.stream).__anext__

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk: bytes = await self._next()
        except StopAsyncIteration:
            raise  # it is no failure; to look among those takes as long as a chunk does
        except failures() as error:
            raise cut(error, self._call) from error
        self._observers.received(self._exchange, chunk)
        return chunk


def _merged(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return headers with more of them, which replace those of the same name in whatever letters."""
    if not more:
        return dict(headers)
    names = {name.lower(): name for name in headers}
    return {**headers, **{names.get(name.lower(), name): value for name, value in more.items()}}


def _content(call: Call[Any]) -> tuple[Any, dict[str, str]]:
    """Return a call's body as it is sent, and the headers that say what it is."""
    document = call.json_body()
    if document is None:
        return (pieces(call.body) if hasattr(call.body, "read") else call.body), {}
    # an argument of a command line need not be UTF-8; the engine reads its odd bytes as U+FFFD
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogateescape"), {"Content-Type": "application/json"}


def _framing(call: Call[Any], content: Any) -> dict[str, str]:
    """Return the header that says how long a body is."""
    if any(name.lower() in ("content-length", "transfer-encoding") for name in call.headers):
        return {}
    if isinstance(content, bytes):
        return {"Content-Length": str(len(content))} if content or call.method in WITH_BODY else {}
    if content is None:
        return {"Content-Length": "0"} if call.method in WITH_BODY else {}
    return {"Transfer-Encoding": "chunked"}


def _is_whole(content: Any) -> bool:
    """Say whether a body is there at once."""
    return content is None or isinstance(content, bytes)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(_bytes(name), _bytes(value)) for name, value in headers.items()]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _target(target: str, call: Call[Any]) -> bytes:
    """Return a path as it stands in the request line; what cannot stand there is escaped."""
    if not _IN_A_TARGET.fullmatch(target):
        if _CONTROL.search(target):
            raise InvalidCallError(f"{call}: a path has no control characters", call=call)
        target = quote(target, safe="!$%&'()*+,/:;=?@[]~", errors="surrogateescape")
    return target.encode("ascii")


def _time_connection(exchange: Exchange) -> None:
    """Take down when a new connection stood."""
    exchange.connected = perf_counter()


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > LONGEST_ERROR:
            return
