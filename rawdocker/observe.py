"""Watching calls: an observer is told of every exchange as it happens, with the very values that are sent.

A client takes observers; each is an object with any of the methods of `Observer`. They run in the thread (or task) that
executes the call and must not block.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from time import perf_counter
from types import TracebackType
from typing import Any

from rawdocker.call import Call

PIECE = 1 << 18
"""Bytes of a file that are sent at once."""


class Exchange:
    """One request and its answer, filled in as it goes. Times are seconds of time.perf_counter, 0 until they come."""

    __slots__ = (
        "call",
        "connected",
        "ended",
        "endpoint",
        "headers",
        "method",
        "reason",
        "received",
        "response_headers",
        "started",
        "status",
        "target",
        "tls",
    )

    def __init__(
        self,
        call: Call[Any],
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        endpoint: str,
        tls: Any = None,
    ) -> None:
        self.call = call
        self.method = method
        self.target = target
        """Path and query with the version: /v1.41/containers/create?name=web."""
        self.headers = headers
        self.endpoint = endpoint
        self.tls = tls
        """The certificates that the endpoint is reached with (rawdocker.host.TLSFiles); None without TLS."""
        self.started = perf_counter()
        self.connected = 0.0
        """When a new connection stood; 0 where one was used again."""
        self.status = 0
        self.reason = ""
        self.response_headers: Sequence[tuple[str, str]] = ()
        self.received = 0.0
        """When the head of the answer was there."""
        self.ended = 0.0


class Observer:
    """What a client tells. Override what you want to know."""

    shows_streams = True
    """Whether `received` does something with answers that come piece by piece. Where no observer's does, the spy passes
    them on without cutting them out of their chunks."""

    def request(self, exchange: Exchange) -> None:
        """Say that a request is about to be sent."""

    def sent(self, exchange: Exchange, data: bytes) -> None:
        """Show bytes of a body, or of what is written to a hijacked connection."""

    def response(self, exchange: Exchange) -> None:
        """Say that the head of the answer is there."""

    def received(self, exchange: Exchange, data: bytes) -> None:
        """Show bytes of an answer or stream, before they are decoded."""

    def write_closed(self, exchange: Exchange) -> None:
        """Say that the client sends no more: a hijacked connection is closed for writing, an answer is not awaited."""

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        """Say that the exchange is over, and how."""


class Observers(Observer):
    """Several observers as one; what none of them wants to know costs nothing."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)
        for event in ("request", "sent", "response", "received", "write_closed"):
            setattr(self, event, _all([getattr(one, event) for one in observers if hears(one, event)]))

    def __bool__(self) -> bool:
        return bool(self._observers)

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        exchange.ended = perf_counter()
        for observer in self._observers:
            if hasattr(observer, "end"):
                observer.end(exchange, error)


def _all(told: Sequence[Callable[..., None]]) -> Callable[..., None]:
    if len(told) == 1:
        return told[0]

    def tell(*arguments: Any) -> None:
        for one in told:
            one(*arguments)

    return tell


def hears(observer: object, event: str) -> bool:
    """Say whether an observer does something at an event, named as the method is: what nobody hears of need not be
    cut out of a stream."""
    method = getattr(observer, event, None)
    return method is not None and getattr(method, "__func__", method) is not getattr(Observer, event)


class Closing:
    """Tells observers of the end of an exchange once, whichever way it is left."""

    def __init__(self, observers: Observers, exchange: Exchange) -> None:
        self._observers, self._exchange = observers, exchange

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observers.end(self._exchange, error)


def pieces(file: Any) -> Iterator[bytes]:
    """Yield an open file's content as it is sent."""
    return iter(lambda: file.read(PIECE), b"")


def watched(chunks: Any, tell: Callable[[bytes], None]) -> Iterator[bytes]:
    """Yield the chunks of a body, telling of each."""
    for chunk in chunks:
        tell(chunk)
        yield chunk


async def async_watched(chunks: Any, tell: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    """Yield the chunks of a body, which need not be asynchronous, telling of each."""
    if hasattr(chunks, "__aiter__"):
        async for chunk in chunks:
            tell(chunk)
            yield chunk
    else:
        for chunk in chunks:
            tell(chunk)
            yield chunk
