"""RegistryClient and AsyncRegistryClient: they execute the calls of rawdocker.registry.calls against one registry.

    client.send(call) -> T                          one answer; of a list all pages, of a blob all chunks
    with client.stream(call) as items: ...          tags page by page, a blob as it comes
    client.follow(flow) -> T                        what takes several calls (rawdocker.registry.flows)

The twins only carry out what a conversation yields: who asks, redirects, patience, pages, resuming and verification are
shared, without I/O.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    aclosing,
    asynccontextmanager,
    closing,
    contextmanager,
)
from functools import partial
from ipaddress import ip_address
from time import perf_counter
from typing import Any, TypedDict, TypeVar, Unpack

import httpx

from rawdocker.answer import failures, on_the_wire
from rawdocker.call import Call, Codec, StreamCall
from rawdocker.errors import (
    CutStreamError,
    DeadlineError,
    InvalidCallError,
    ProtocolError,
    RawdockerError,
    UnreachableError,
)
from rawdocker.observe import Closing, Exchange, Observer, Observers, async_watched, pieces, watched
from rawdocker.registry.answer import LONGEST_DOCUMENT, Answer, Download, Gauge, Pages, decoded
from rawdocker.registry.auth import Request
from rawdocker.registry.conversation import Credentials, Pause, Session
from rawdocker.registry.flows import Flow, Walk
from rawdocker.registry.reference import host_of

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
TIMEOUT = 30.0

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:]+\])(?::([0-9]{1,5}))?", re.ASCII)


class RegistryOptions(TypedDict, total=False):
    """What both clients take besides the registry; described at RegistryClient."""

    credentials: Credentials | None
    insecure: bool
    timeout: float
    connect_timeout: float
    observers: Sequence[Observer]


class _Base:
    """What both clients know: where the registry is, and how requests and failures look."""

    def __init__(self, registry: str, options: RegistryOptions) -> None:
        self.origin = origin(registry, insecure=options.get("insecure", False))
        """Scheme, host and port: https://registry-1.docker.io."""
        self._session = Session(self.origin, options.get("credentials") or {})
        self._timeout = options.get("timeout", TIMEOUT)
        self._connect_timeout = options.get("connect_timeout", CONNECT_TIMEOUT)
        self._observers = Observers(options.get("observers", ()))

    def _settings(self) -> dict[str, Any]:
        from ssl import create_default_context

        # proxies are for what is not on this machine; the system's certificates are those that docker trusts, too
        secure = self.origin.startswith("https://")
        return {
            "trust_env": not _is_loopback(self.origin),
            "verify": create_default_context() if secure else False,
            "follow_redirects": False,
            "timeout": httpx.Timeout(self._timeout, connect=self._connect_timeout),
        }

    def _exchange(self, request: Request) -> Exchange:
        return Exchange(request.call, request.call.method, request.shown or request.target, (), request.origin)

    def _begun(self, exchange: Exchange, request: Request, built: httpx.Request) -> httpx.Request:
        exchange.headers = on_the_wire(built.headers.raw)
        exchange.started = perf_counter()
        self._observers.request(exchange)
        if isinstance(request.content, bytes) and not request.secret:
            self._observers.sent(exchange, request.content)
        return built

    def _content(self, request: Request, exchange: Exchange, watched: Callable[..., Any]) -> Any:
        content = pieces(request.content) if hasattr(request.content, "read") else request.content
        if content is None or isinstance(content, bytes):
            return content
        return watched(content, partial(self._observers.sent, exchange))

    def _answered(self, exchange: Exchange, response: httpx.Response) -> Answer:
        exchange.received = perf_counter()
        exchange.status, exchange.reason = response.status_code, response.reason_phrase
        exchange.response_headers = on_the_wire(response.headers.raw)
        self._observers.response(exchange)
        return Answer(response.status_code, response.reason_phrase, response.headers)

    def _gauge(self, call: Call[Any], longest: int = LONGEST_DOCUMENT) -> Gauge:
        return Gauge(call, longest, self._timeout)


class RegistryClient(_Base):
    """Speaks to one registry, synchronously.

    Parameters:
        registry: host and port, such as 127.0.0.1:5000 or docker.io; http:// or https:// before it decides how.
            Default: https, and http for this machine's own addresses, as docker does.
        credentials: {"username": ..., "password": ...}, {"identitytoken": ...} or {"registrytoken": ...}, or a
            function that returns one of these; used where an anonymous request is refused. Default: none.
        insecure: speak http.
        timeout: seconds that the registry may stay silent, and an answer may take beyond a pace of 1 KiB a second.
            Default: 30.
        connect_timeout: seconds to wait for a connection. Default: 10.
        observers: told of every exchange, those with token servers and where redirects lead included; the bodies of
            token servers and the queries of redirects, which are secrets, are not shown.
        transport: an httpx transport, for instance httpx.MockTransport.

    Use it as a context manager, or call close().
    """

    def __init__(
        self, registry: str, *, transport: httpx.BaseTransport | None = None, **options: Unpack[RegistryOptions]
    ) -> None:
        super().__init__(registry, options)
        self._http = httpx.Client(transport=transport, **self._settings())

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for later calls."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """Execute a call and return its answer, verified; a list of all items for a stream."""
        if isinstance(call, StreamCall):
            with self.stream(call) as items:
                return list(items)  # type: ignore[return-value]
        return decoded(call, *self._whole(call))  # type: ignore[no-any-return]

    def stream(self, call: StreamCall[T], *, longest: int | None = None) -> AbstractContextManager[Iterator[T]]:
        """Execute a call and iterate over its answer as it comes, in flat memory.

        A context manager: leaving it closes the connection. A blob whose bytes are wrong raises DigestError at its end.

        longest: bytes that a blob may have, from its descriptor. Default: what the registry says.
        """
        return closing(self._pages(call) if call.codec is Codec.PAGES else self._download(call, longest))

    def follow(self, flow: Flow[T]) -> T:
        """Make the calls of a flow and return what comes of them."""
        walk = Walk(flow)
        for call in walk:
            with walk.failing():
                walk.answer = self.send(call)
        return walk.result  # type: ignore[no-any-return]

    def _whole(self, call: Call[Any]) -> tuple[Answer, bytes]:
        with self._open(call) as (answer, response, exchange):
            return answer, self._body(call, response, exchange)

    def _pages(self, call: Call[Any]) -> Generator[Any, None, None]:
        pages = Pages(call)
        while pages.next is not None:
            yield from pages.items(*self._whole(pages.next))

    def _download(self, call: Call[Any], longest: int | None) -> Generator[Any, None, None]:
        download = Download(call, longest)
        while not download.finished:
            try:
                with self._open(download.call) as (answer, response, exchange):
                    gauge = self._gauge(call, download.limit(answer))
                    for chunk in self._chunks(call, response, exchange, gauge):
                        yield download.passed(chunk)
            except CutStreamError as error:
                download.broke(error)
            else:
                download.end()

    @contextmanager
    def _open(self, call: Call[Any]) -> Iterator[tuple[Answer, httpx.Response, Exchange]]:
        steps = self._session.steps(call)
        step: Request | Pause | None = next(steps)
        while step is not None:
            if isinstance(step, Pause):
                self._sleep(step.seconds)
                step = next(steps)
                continue
            with self._asked(step) as (answer, response, exchange):
                if step.secret or answer.status >= 300:
                    answer = answer._replace(body=self._body(call, response, exchange, secret=step.secret))
                step = _next(steps, answer)
                if step is None:
                    yield answer, response, exchange

    @contextmanager
    def _asked(self, request: Request) -> Iterator[tuple[Answer, httpx.Response, Exchange]]:
        exchange = self._exchange(request)
        with Closing(self._observers, exchange):
            try:
                built = _built(self._http, request, self._content(request, exchange, watched))
                response = self._http.send(self._begun(exchange, request, built), stream=True)
            except failures() as error:
                raise _failure(error, request) from error
            try:
                yield self._answered(exchange, response), response, exchange
            finally:
                response.close()

    def _body(self, call: Call[Any], response: httpx.Response, exchange: Exchange, *, secret: bool = False) -> bytes:
        return b"".join(self._chunks(call, response, exchange, self._gauge(call), secret=secret))

    def _chunks(
        self, call: Call[Any], response: httpx.Response, exchange: Exchange, gauge: Gauge, *, secret: bool = False
    ) -> Iterator[bytes]:
        try:
            for chunk in response.iter_raw():
                if not secret:
                    self._observers.received(exchange, chunk)
                yield gauge.passed(chunk)
        except failures() as error:
            raise _cut(error, call) from error

    def _sleep(self, seconds: float) -> None:
        from time import sleep

        sleep(seconds)


class AsyncRegistryClient(_Base):
    """The same as RegistryClient for asyncio and trio; transport is an httpx.AsyncBaseTransport."""

    def __init__(
        self, registry: str, *, transport: httpx.AsyncBaseTransport | None = None, **options: Unpack[RegistryOptions]
    ) -> None:
        super().__init__(registry, options)
        self._http = httpx.AsyncClient(transport=transport, **self._settings())

    async def __aenter__(self) -> AsyncRegistryClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that are kept for later calls."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """Execute a call and return its answer, verified; a list of all items for a stream."""
        if isinstance(call, StreamCall):
            async with self.stream(call) as items:
                return [item async for item in items]  # type: ignore[return-value]
        return decoded(call, *await self._whole(call))  # type: ignore[no-any-return]

    def stream(
        self, call: StreamCall[T], *, longest: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """Execute a call and iterate over its answer as it comes, in flat memory (see RegistryClient.stream)."""
        return aclosing(self._pages(call) if call.codec is Codec.PAGES else self._download(call, longest))

    async def follow(self, flow: Flow[T]) -> T:
        """Make the calls of a flow and return what comes of them."""
        walk = Walk(flow)
        for call in walk:
            with walk.failing():
                walk.answer = await self.send(call)
        return walk.result  # type: ignore[no-any-return]

    async def _whole(self, call: Call[Any]) -> tuple[Answer, bytes]:
        async with self._open(call) as (answer, response, exchange):
            return answer, await self._body(call, response, exchange)

    async def _pages(self, call: Call[Any]) -> AsyncGenerator[Any, None]:
        pages = Pages(call)
        while pages.next is not None:
            for item in pages.items(*await self._whole(pages.next)):
                yield item

    async def _download(self, call: Call[Any], longest: int | None) -> AsyncGenerator[Any, None]:
        download = Download(call, longest)
        while not download.finished:
            try:
                async with self._open(download.call) as (answer, response, exchange):
                    gauge = self._gauge(call, download.limit(answer))
                    async for chunk in self._chunks(call, response, exchange, gauge):
                        yield download.passed(chunk)
            except CutStreamError as error:
                download.broke(error)
            else:
                download.end()

    @asynccontextmanager
    async def _open(self, call: Call[Any]) -> AsyncIterator[tuple[Answer, httpx.Response, Exchange]]:
        steps = self._session.steps(call)
        step: Request | Pause | None = next(steps)
        while step is not None:
            if isinstance(step, Pause):
                await self._sleep(step.seconds)
                step = next(steps)
                continue
            async with self._asked(step) as (answer, response, exchange):
                if step.secret or answer.status >= 300:
                    answer = answer._replace(body=await self._body(call, response, exchange, secret=step.secret))
                step = _next(steps, answer)
                if step is None:
                    yield answer, response, exchange

    @asynccontextmanager
    async def _asked(self, request: Request) -> AsyncIterator[tuple[Answer, httpx.Response, Exchange]]:
        exchange = self._exchange(request)
        with Closing(self._observers, exchange):
            try:
                built = _built(self._http, request, self._content(request, exchange, async_watched))
                response = await self._http.send(self._begun(exchange, request, built), stream=True)
            except failures() as error:
                raise _failure(error, request) from error
            try:
                yield self._answered(exchange, response), response, exchange
            finally:
                await response.aclose()

    async def _body(
        self, call: Call[Any], response: httpx.Response, exchange: Exchange, *, secret: bool = False
    ) -> bytes:
        chunks = self._chunks(call, response, exchange, self._gauge(call), secret=secret)
        return b"".join([chunk async for chunk in chunks])

    async def _chunks(
        self, call: Call[Any], response: httpx.Response, exchange: Exchange, gauge: Gauge, *, secret: bool = False
    ) -> AsyncIterator[bytes]:
        try:
            async for chunk in response.aiter_raw():
                if not secret:
                    self._observers.received(exchange, chunk)
                yield gauge.passed(chunk)
        except failures() as error:
            raise _cut(error, call) from error

    async def _sleep(self, seconds: float) -> None:
        from anyio import sleep

        await sleep(seconds)


def origin(registry: str, *, insecure: bool = False) -> str:
    """Return scheme, host and port of a registry as it is typed: docker.io, 127.0.0.1:5000, https://localhost.

    insecure: http where no scheme is typed; without it only this machine's own addresses are spoken to by http.
    """
    scheme, separator, host = registry.rpartition("://")
    host = host_of(host.rstrip("/"))
    if separator and scheme not in ("http", "https"):
        raise InvalidCallError(f"a registry is spoken to by http or https, not {scheme}")
    port = _HOST.fullmatch(host)
    if port is None or int(port[1] or 1) not in range(1, 1 << 16):
        raise InvalidCallError(f"{host.rpartition('@')[2]!r} is no registry: HOST or HOST:PORT is wanted")
    if not separator:
        scheme = "http" if insecure or _is_loopback(f"http://{host}") else "https"
    return f"{scheme}://{host}"


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _built(http: httpx.Client | httpx.AsyncClient, request: Request, content: Any) -> httpx.Request:
    url = request.origin + request.target
    return http.build_request(request.call.method, url, headers=dict(request.headers), content=content)


def _next(steps: Any, answer: Answer) -> Request | Pause | None:
    try:
        return steps.send(answer)  # type: ignore[no-any-return]
    except StopIteration:
        return None


def _failure(error: Exception, request: Request) -> RawdockerError:
    """Return our error for a request that got no answer."""
    call, where = request.call, request.origin
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return UnreachableError(f"Cannot connect to the registry at {where}: {error or 'no answer in time'}", call=call)
    if isinstance(error, httpx.TimeoutException):
        return DeadlineError(f"{call.method} {call.resource}: {where} did not answer in time", call=call)
    if isinstance(error, httpx.NetworkError):
        return UnreachableError(f"{call.method} {call.resource}: the connection to {where} broke: {error}", call=call)
    return ProtocolError(f"{call.method} {call.resource}: {where} gave no HTTP answer: {error}", call=call)


def _cut(error: Exception, call: Call[Any]) -> RawdockerError:
    """Return our error for an answer that broke off."""
    if isinstance(error, httpx.TimeoutException):
        return DeadlineError(f"{call.method} {call.resource}: the registry was silent for too long", call=call)
    return CutStreamError(f"{call.method} {call.resource}: the answer was cut: {error}", call=call)
