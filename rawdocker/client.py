"""Client and AsyncClient: they execute calls. Three ways, and nothing else:

    client.send(call) -> T                          one request, its answer
    with client.stream(call) as items: ...          the answer as it comes
    with client.hijack(call) as connection: ...     read and write, as attach and exec do

The twins are thin: what a request is, how bytes become values and which error stands for what is shared and without I/O.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from time import perf_counter
from types import TracebackType
from typing import Any, TypeVar, overload

import httpcore
import httpx

from rawdocker import version as api_version
from rawdocker.call import Call, Codec, Frame, HijackCall, StreamCall
from rawdocker.codec import Decoder, decode_json, decoder_for, raise_stream_error
from rawdocker.errors import (
    CutStreamError,
    DeadlineError,
    InvalidCallError,
    ProtocolError,
    RawdockerError,
    UnreachableError,
    error_for,
)
from rawdocker.host import Endpoint, TLSFiles, resolve
from rawdocker.observe import Exchange, Observer, Observers
from rawdocker.transport import READ_SIZE, AsyncEngineTransport, EngineTransport

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection, unless the caller says otherwise."""

ORIGIN = "http://localhost"
"""Every URL begins with this, whichever endpoint is spoken to, so that mocks need to know one only."""

LONGEST_ERROR = 1 << 20
"""Bytes of a refusal that are read; what an engine says fits into a few hundred."""

USER_AGENT = "rawdocker"

_TIMEOUTS = (httpx.TimeoutException, httpcore.TimeoutException)
_NETWORK = (httpx.NetworkError, httpcore.NetworkError)
_FAILURES = (
    httpx.HTTPError,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)


class _Base:
    """What both clients know: the endpoint, the version, and how a call becomes a request."""

    def __init__(
        self,
        host: str | None = None,
        *,
        context: str | None = None,
        version: str | None = None,
        endpoint: Endpoint | None = None,
        tls: TLSFiles | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = CONNECT_TIMEOUT,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.endpoint = endpoint or resolve(host, context, tls=tls)
        pinned = version or os.environ.get("DOCKER_API_VERSION") or ""
        self._version = ".".join(map(str, api_version.parsed(pinned))) if pinned else ""
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._observers = Observers(observers)
        self._headers = {"User-Agent": USER_AGENT, "Host": self._host_header(), **(headers or {})}

    def _host_header(self) -> str:
        if self.endpoint.scheme != "tcp":
            return "localhost"
        return self.endpoint.url.removeprefix("tcp://").split("/")[0]

    def _timeouts(self, timeout: float | None) -> httpx.Timeout:
        return httpx.Timeout(timeout, connect=self._connect_timeout)

    def _request(self, call: Call[Any], *, hijack: bool = False) -> tuple[dict[str, Any], Exchange]:
        """Return what httpx builds the request from, and the exchange that observers are told of."""
        prefix = "" if call.path == "/_ping" else f"/v{self._version}"
        headers = {**self._headers, **call.headers}
        content = call.body
        document = call.json_body()
        if document is not None:
            content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        elif hasattr(content, "read"):
            content = _pieces(content)
        if hijack:
            headers = {"Connection": "Upgrade", "Upgrade": "tcp", **headers}
        exchange = Exchange(call, call.method, prefix + call.target, list(headers.items()), self.endpoint.url)
        self._observers.request(exchange)
        if isinstance(content, bytes):
            self._observers.sent(exchange, content)
        request = {
            "method": call.method,
            "url": ORIGIN + exchange.target,
            "headers": headers,
            "content": content,
        }
        return request, exchange

    def _answered(self, exchange: Exchange, response: httpx.Response) -> None:
        exchange.received = perf_counter()
        exchange.status, exchange.reason = response.status_code, response.reason_phrase
        exchange.response_headers = response.headers.multi_items()
        self._observers.response(exchange)


class _Closed:
    """Tells observers of the end of an exchange once, whichever way it is left."""

    def __init__(self, observers: Observers, exchange: Exchange) -> None:
        self._observers, self._exchange = observers, exchange

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observers.end(self._exchange, error)


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
        timeout: seconds that the engine may stay silent in `send`. Default: no limit, as stop and wait need.
            Streams and hijacked connections never have one.
        connect_timeout: seconds to wait for a connection. Default: 10.
        observers: told of every exchange (see rawdocker.observe).
        transport: an httpx transport instead of the endpoint's, for instance httpx.MockTransport.

    Use it as a context manager, or call close(). Raises EndpointError for a context that does not exist; everything else
    is raised by the calls: UnreachableError, VersionError, EngineError and what is below them (see rawdocker.errors).
    """

    def __init__(
        self, host: str | None = None, *, transport: httpx.BaseTransport | None = None, **options: Any
    ) -> None:
        super().__init__(host, **options)
        self._http = httpx.Client(
            transport=transport or EngineTransport(self.endpoint), trust_env=False, follow_redirects=False
        )
        self._negotiating = threading.Lock()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept for later calls."""
        self._http.close()

    def negotiate(self) -> str:
        """Return the API version spoken, such as "1.41"; the first use pings the engine: HEAD /_ping, GET where that fails."""
        with self._negotiating:
            if not self._version:
                self._version = api_version.negotiated(self._ping())
        return self._version

    def _ping(self) -> Mapping[str, str]:
        for method in ("HEAD", "GET"):
            ping: Call[None] = Call("SystemPing", method, "/_ping", codec=Codec.EMPTY)
            with self._open(ping, self._timeout) as (response, _):
                # an engine that is starting or shutting down answers 500 and still tells its version
                if response.status_code == 200 or response.headers.get("api-version"):
                    return response.headers
        raise error_for(
            response.status_code, f"/_ping answered {response.status_code} {response.reason_phrase}", ping
        )

    def send(self, call: Call[T], *, timeout: float | None = None) -> T:
        """Execute a call and return its answer: a model, None, text; a list of all items for a stream.

        timeout: seconds that the engine may stay silent; default: the client's.
        """
        self.negotiate()
        if isinstance(call, StreamCall):
            with self.stream(call) as items:
                return list(items)  # type: ignore[return-value]
        with self._open(call, self._timeout if timeout is None else timeout) as (response, exchange):
            self._check(call, response)
            return _decoded(call, response.headers, b"".join(self._chunks(call, response, exchange)))  # type: ignore[no-any-return]

    @overload
    def stream(self, call: StreamCall[T]) -> AbstractContextManager[Iterator[T]]: ...
    @overload
    def stream(self, call: Call[T]) -> AbstractContextManager[Iterator[T]]: ...
    def stream(self, call: Any) -> Any:
        """Execute a call and iterate over its answer as it comes, in flat memory and without a read timeout.

        A context manager: leaving it closes the connection. It is entered when the head of the answer is there. A call
        with one answer (container_wait) gives just that when it comes.
        """
        return self._stream(call)

    @contextmanager
    def _stream(self, call: Call[Any]) -> Iterator[Iterator[Any]]:
        self.negotiate()
        with self._open(call, None) as (response, exchange):
            self._check(call, response)
            chunks = self._chunks(call, response, exchange)
            if isinstance(call, StreamCall):
                yield _items(call, chunks)
            else:
                yield (_decoded(call, response.headers, b"".join(chunks)) for _ in range(1))

    @contextmanager
    def hijack(self, call: HijackCall) -> Iterator[Connection]:
        """Execute a call and take its connection over: read frames, write stdin, close stdin while output goes on.

        A context manager that gives a Connection; leaving it closes it. Engines answer 101, some proxies 200: both are taken.
        """
        self.negotiate()
        with self._open(call, None, hijack=True) as (response, exchange):
            self._check(call, response)
            connection = Connection(call, response, exchange, self._observers)
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _open(
        self, call: Call[Any], timeout: float | None, *, hijack: bool = False
    ) -> Iterator[tuple[httpx.Response, Exchange]]:
        parts, exchange = self._request(call, hijack=hijack)
        with _Closed(self._observers, exchange):
            try:
                parts["content"] = self._watched(parts["content"], exchange)
                request = self._http.build_request(**parts, timeout=self._timeouts(timeout))
                response = self._http.send(request, stream=True)
            except _FAILURES as error:
                raise _failure(error, call, self.endpoint) from error
            try:
                self._answered(exchange, response)
                yield response, exchange
            finally:
                response.close()

    def _watched(self, content: Any, exchange: Exchange) -> Any:
        if not self._observers or content is None or isinstance(content, bytes):
            return content
        return _watch(content, lambda piece: self._observers.sent(exchange, piece))

    def _check(self, call: Call[Any], response: httpx.Response) -> None:
        if refused(response.status_code):
            raise refusal(call, response, b"".join(_limited(self._read(call, response))))

    def _chunks(self, call: Call[Any], response: httpx.Response, exchange: Exchange) -> Iterator[bytes]:
        for chunk in self._read(call, response):
            self._observers.received(exchange, chunk)
            yield chunk

    def _read(self, call: Call[Any], response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_raw()
        except _FAILURES as error:
            raise _cut(error, call) from error


class Connection:
    """A hijacked connection. Iterate over it for Frame(stream, data); write() and close_write() may come from another thread."""

    def __init__(
        self, call: HijackCall, response: httpx.Response, exchange: Exchange, observers: Observers
    ) -> None:
        self.status = response.status_code
        """101 from an engine, 200 from some proxies before it."""
        self.headers = response.headers
        self._call, self._exchange, self._observers = call, exchange, observers
        self._network = _network_stream(call, response)
        self._decoder = decoder_for(call)
        # Behind a 200 the bytes come as a body, and the iterator must live: collected, it closes the socket.
        self._body = response.iter_raw() if self.status != 101 else iter(self._upgraded, b"")

    def _upgraded(self) -> bytes:
        data: bytes = self._network.read(READ_SIZE)
        return data

    def __iter__(self) -> Iterator[Frame]:
        return _items(self._call, self.chunks(), self._decoder)

    def chunks(self) -> Iterator[bytes]:
        """Iterate over the bytes as they come, frame headers included."""
        try:
            for chunk in self._body:
                self._observers.received(self._exchange, chunk)
                yield chunk
        except _FAILURES as error:
            raise _cut(error, self._call) from error

    def write(self, data: bytes) -> None:
        """Send bytes to the process's stdin; raises CutStreamError where it reads no more."""
        self._observers.sent(self._exchange, data)
        try:
            self._network.write(data)
        except _FAILURES as error:
            raise _cut(error, self._call) from error

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


class AsyncClient(_Base):
    """The same as Client for asyncio and trio: `await client.send(call)`, `async with client.stream(call) as items`.

    The parameters are Client's; transport is an httpx.AsyncBaseTransport.
    """

    def __init__(
        self, host: str | None = None, *, transport: httpx.AsyncBaseTransport | None = None, **options: Any
    ) -> None:
        super().__init__(host, **options)
        self._http = httpx.AsyncClient(
            transport=transport or AsyncEngineTransport(self.endpoint),
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that are kept for later calls."""
        await self._http.aclose()

    async def negotiate(self) -> str:
        """Return the API version spoken, such as "1.41"; the first use pings the engine."""
        if not self._version:
            self._version = api_version.negotiated(await self._ping())
        return self._version

    async def _ping(self) -> Mapping[str, str]:
        for method in ("HEAD", "GET"):
            ping: Call[None] = Call("SystemPing", method, "/_ping", codec=Codec.EMPTY)
            async with self._open(ping, self._timeout) as (response, _):
                if response.status_code == 200 or response.headers.get("api-version"):
                    return response.headers
        raise error_for(
            response.status_code, f"/_ping answered {response.status_code} {response.reason_phrase}", ping
        )

    async def send(self, call: Call[T], *, timeout: float | None = None) -> T:
        """Execute a call and return its answer: a model, None, text; a list of all items for a stream.

        timeout: seconds that the engine may stay silent; default: the client's.
        """
        await self.negotiate()
        if isinstance(call, StreamCall):
            async with self.stream(call) as items:
                return [item async for item in items]  # type: ignore[return-value]
        async with self._open(call, self._timeout if timeout is None else timeout) as (response, exchange):
            await self._check(call, response)
            body = [chunk async for chunk in self._chunks(call, response, exchange)]
            return _decoded(call, response.headers, b"".join(body))  # type: ignore[no-any-return]

    @overload
    def stream(self, call: StreamCall[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]: ...
    @overload
    def stream(self, call: Call[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]: ...
    def stream(self, call: Any) -> Any:
        """Execute a call and iterate over its answer as it comes, in flat memory and without a read timeout."""
        return self._stream(call)

    @asynccontextmanager
    async def _stream(self, call: Call[Any]) -> AsyncIterator[AsyncIterator[Any]]:
        await self.negotiate()
        async with self._open(call, None) as (response, exchange):
            await self._check(call, response)
            chunks = self._chunks(call, response, exchange)
            if isinstance(call, StreamCall):
                yield _async_items(call, chunks)
            else:
                yield _async_once(call, response.headers, chunks)

    @asynccontextmanager
    async def hijack(self, call: HijackCall) -> AsyncIterator[AsyncConnection]:
        """Execute a call and take its connection over: read frames, write stdin, close stdin while output goes on."""
        await self.negotiate()
        async with self._open(call, None, hijack=True) as (response, exchange):
            await self._check(call, response)
            connection = AsyncConnection(call, response, exchange, self._observers)
            try:
                yield connection
            finally:
                await connection.close()

    @asynccontextmanager
    async def _open(
        self, call: Call[Any], timeout: float | None, *, hijack: bool = False
    ) -> AsyncIterator[tuple[httpx.Response, Exchange]]:
        parts, exchange = self._request(call, hijack=hijack)
        with _Closed(self._observers, exchange):
            try:
                parts["content"] = self._watched(parts["content"], exchange)
                request = self._http.build_request(**parts, timeout=self._timeouts(timeout))
                response = await self._http.send(request, stream=True)
            except _FAILURES as error:
                raise _failure(error, call, self.endpoint) from error
            try:
                self._answered(exchange, response)
                yield response, exchange
            finally:
                await response.aclose()

    def _watched(self, content: Any, exchange: Exchange) -> Any:
        if content is None or isinstance(content, bytes):
            return content
        return _async_watch(content, lambda piece: self._observers.sent(exchange, piece))

    async def _check(self, call: Call[Any], response: httpx.Response) -> None:
        if refused(response.status_code):
            body = bytearray()
            async for chunk in self._read(call, response):
                body += chunk
                if len(body) > LONGEST_ERROR:
                    break
            raise refusal(call, response, bytes(body))

    async def _chunks(
        self, call: Call[Any], response: httpx.Response, exchange: Exchange
    ) -> AsyncIterator[bytes]:
        async for chunk in self._read(call, response):
            self._observers.received(exchange, chunk)
            yield chunk

    async def _read(self, call: Call[Any], response: httpx.Response) -> AsyncIterator[bytes]:
        try:
            async for chunk in response.aiter_raw():
                yield chunk
        except _FAILURES as error:
            raise _cut(error, call) from error


class AsyncConnection:
    """A hijacked connection: `async for frame in connection`, `await connection.write(data)`, `await connection.close_write()`."""

    def __init__(
        self, call: HijackCall, response: httpx.Response, exchange: Exchange, observers: Observers
    ) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._call, self._exchange, self._observers = call, exchange, observers
        self._network = _network_stream(call, response)
        self._decoder = decoder_for(call)
        self._body = response.aiter_raw() if self.status != 101 else self._upgraded()

    async def _upgraded(self) -> AsyncIterator[bytes]:
        while data := await self._network.read(READ_SIZE):
            yield data

    def __aiter__(self) -> AsyncIterator[Frame]:
        return _async_items(self._call, self.chunks(), self._decoder)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Iterate over the bytes as they come, frame headers included."""
        try:
            async for chunk in self._body:
                self._observers.received(self._exchange, chunk)
                yield chunk
        except _FAILURES as error:
            raise _cut(error, self._call) from error

    async def write(self, data: bytes) -> None:
        """Send bytes to the process's stdin; raises CutStreamError where it reads no more."""
        self._observers.sent(self._exchange, data)
        try:
            await self._network.write(data)
        except _FAILURES as error:
            raise _cut(error, self._call) from error

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


def refused(status: int) -> bool:
    """Say whether a status means that the call was not done. 304: it was so already."""
    return status >= 300 and status != 304


def refusal(call: Call[Any], response: httpx.Response, body: bytes) -> RawdockerError:
    """Return the error for an answer that refuses a call, with the engine's words where it has some."""
    status, phrase = response.status_code, f"{response.status_code} {response.reason_phrase}".strip()
    if status < 400:
        location = response.headers.get("location", "")
        return ProtocolError(
            f"{call} was redirected ({phrase}) to {location or 'nowhere'}: not an engine's answer", call=call
        )
    text = body[:LONGEST_ERROR].decode("utf-8", "replace").strip()
    if not text:
        message = (
            f"request returned {phrase} for API route and version {response.request.url}, "
            "check if the server supports the requested API version"
        )
    elif response.headers.get("content-type", "").startswith("application/json"):
        message = (
            _message_in(text)
            or f"API returned a {phrase.replace(' ', ' (', 1)}) but provided no error-message"
        )
    else:
        message = text
    return error_for(status, message, call)


def _message_in(text: str) -> str:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return str(answer.get("message") or "").strip() if isinstance(answer, dict) else text


def _decoded(call: Call[Any], headers: Mapping[str, str], body: bytes) -> Any:
    if call.codec is Codec.EMPTY:
        return None
    if call.codec is Codec.TEXT:
        return body.decode("utf-8", "replace")
    if call.codec is Codec.HEADERS:
        return dict(headers)
    if call.codec is Codec.PATH_STAT:
        return _modelled(call, _stat_header(call, headers))
    if not call.returns:
        return decode_json(body, call)
    from pydantic import ValidationError

    from rawdocker.models import adapter

    try:
        return adapter(call.returns).validate_json(body)
    except ValidationError as error:
        decode_json(body, call)  # not JSON at all: say that
        raise ProtocolError(f"the answer is not a {call.returns}: {error}", call=call) from error


def _stat_header(call: Call[Any], headers: Mapping[str, str]) -> Any:
    from base64 import b64decode

    text = headers.get("x-docker-container-path-stat", "")
    try:
        return decode_json(b64decode(text, validate=True), call)
    except ValueError:
        raise ProtocolError(f"X-Docker-Container-Path-Stat is not base64: {text[:80]!r}", call=call) from None


def _modelled(call: Call[Any], value: Any) -> Any:
    if not call.returns:
        return value
    from pydantic import ValidationError

    from rawdocker.models import adapter

    try:
        return adapter(call.returns).validate_python(value)
    except ValidationError as error:
        raise ProtocolError(f"the answer is not a {call.returns}: {error}", call=call) from error


def _converter(call: Call[Any]) -> Callable[[Any], Any]:
    if call.codec is not Codec.JSON_STREAM:
        return lambda item: item

    def converted(item: Any) -> Any:
        raise_stream_error(item, call)
        return _modelled(call, item)

    return converted


def _items(call: Call[Any], chunks: Iterator[bytes], decoder: Decoder | None = None) -> Iterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    for chunk in chunks:
        for item in decoder.feed(chunk):
            yield converted(item)
    for item in decoder.end():
        yield converted(item)


async def _async_items(
    call: Call[Any], chunks: AsyncIterator[bytes], decoder: Decoder | None = None
) -> AsyncIterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    async for chunk in chunks:
        for item in decoder.feed(chunk):
            yield converted(item)
    for item in decoder.end():
        yield converted(item)


async def _async_once(
    call: Call[Any], headers: Mapping[str, str], chunks: AsyncIterator[bytes]
) -> AsyncIterator[Any]:
    yield _decoded(call, headers, b"".join([chunk async for chunk in chunks]))


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > LONGEST_ERROR:
            return


def _pieces(file: Any) -> Iterator[bytes]:
    return iter(lambda: file.read(READ_SIZE), b"")


def _watch(pieces: Any, tell: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        tell(piece)
        yield piece


async def _async_watch(pieces: Any, tell: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    if hasattr(pieces, "__aiter__"):
        async for piece in pieces:
            tell(piece)
            yield piece
    else:
        for piece in pieces:
            tell(piece)
            yield piece


def _network_stream(call: HijackCall, response: httpx.Response) -> Any:
    try:
        return response.extensions["network_stream"]
    except KeyError:
        raise ProtocolError(f"{call}: the transport gives no two-way stream", call=call) from None


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

    try:
        sock.shutdown(socket.SHUT_WR if write_only else socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


def _failure(error: Exception, call: Call[Any], endpoint: Endpoint) -> RawdockerError:
    """Return our error for a request that got no answer."""
    where = f"{call} on {endpoint.url}"
    if isinstance(
        error, (httpx.ConnectError, httpx.ConnectTimeout)
    ):  # a mocked transport's; ours raises its own
        return UnreachableError(f"Cannot connect to the Docker daemon at {endpoint.url}: {error}", call=call)
    if isinstance(error, _TIMEOUTS):
        return DeadlineError(f"{where}: the engine did not answer in time", call=call)
    if isinstance(error, _NETWORK):
        return UnreachableError(f"{where}: the connection broke before an answer came: {error}", call=call)
    if isinstance(error, httpx.InvalidURL):
        return InvalidCallError(f"{where}: {error}", call=call)
    return ProtocolError(f"{where}: not an HTTP answer: {error}", call=call)


def _cut(error: Exception, call: Call[Any]) -> RawdockerError:
    """Return our error for an answer that broke off."""
    if isinstance(error, _TIMEOUTS):
        return DeadlineError(f"{call}: the engine was silent for too long", call=call)
    return CutStreamError(f"{call}: the stream was cut: {error or type(error).__name__}", call=call)
