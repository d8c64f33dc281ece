"""Where requests go: connections to one endpoint, a mock in their place, or a transport of a user's own.

URLs are always http://localhost/v1.NN/…, and whatever intercepts httpcore's pool (respx with no argument, for one)
intercepts rawdocker too. httpcore itself is not loaded for that: to load it takes longer than most calls do.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from rawdocker.broken import Stale
from rawdocker.host import Endpoint
from rawdocker.http1 import Request
from rawdocker.transport import Answer, AsyncLine, Line

if TYPE_CHECKING:
    import httpx

MOST_KEPT = 100
"""Idle connections that are kept for later requests; more are closed."""


class _Pool:
    """Connections to one endpoint, of which there may be any number. Some are kept; the one used last is used next."""

    _kind: ClassVar[type[Any]]

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._open: set[Any] = set()
        self._kept: list[Any] = []

    def __len__(self) -> int:
        return len(self._open)

    def taken(self) -> Any:
        """Return a connection for a request: one that was kept, or a new one."""
        with suppress(IndexError):
            return self._kept.pop()
        line = self._kind(self)
        self._open.add(line)
        return line

    def keep(self, line: Any) -> bool:
        """Take a connection back for later requests; say whether there was room."""
        if line not in self._open or len(self._kept) >= MOST_KEPT:
            return False
        self._kept.append(line)
        return True

    def forget(self, line: Any) -> None:
        """Take note that a connection is closed."""
        self._open.discard(line)


class Pool(_Pool):
    """The connections of a client that waits."""

    _kind = Line

    def handle_request(self, request: Request) -> Any:
        """Return the answer to a request, or what a mock has for it."""
        if _is_mocked("ConnectionPool", "handle_request"):
            from rawdocker.interception import handle_request

            return handle_request(self, request)
        return self.ask(request)

    def ask(self, request: Request) -> Answer:
        """Return the endpoint's answer to a request."""
        while True:
            with suppress(Stale):
                answer: Answer = self.taken().ask(request)
                return answer

    def close(self) -> None:
        """Close all connections."""
        self._kept.clear()
        for line in list(self._open):
            line.close()


class AsyncPool(_Pool):
    """The same for asyncio and trio."""

    _kind = AsyncLine

    async def handle_async_request(self, request: Request) -> Any:
        """Return the answer to a request, or what a mock has for it."""
        if _is_mocked("AsyncConnectionPool", "handle_async_request"):
            from rawdocker.interception import handle_async_request

            return await handle_async_request(self, request)
        return await self.ask(request)

    async def ask(self, request: Request) -> Answer:
        """Return the endpoint's answer to a request."""
        while True:
            with suppress(Stale):
                answer: Answer = await self.taken().ask(request)
                return answer

    async def aclose(self) -> None:
        """Close all connections."""
        self._kept.clear()
        for line in list(self._open):
            await line.aclose()


def _is_mocked(pool: str, method: str) -> bool:
    """Say whether something has replaced httpcore's own method; who does that has loaded httpcore."""
    there = getattr(getattr(sys.modules.get("httpcore"), pool, None), method, None)
    module: str = getattr(there, "__globals__", {}).get("__name__", "")
    return there is not None and not module.startswith("httpcore.")


class Foreign:
    """An httpx transport of a user's own in a pool's place."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: Request) -> Any:
        return _from_httpx(self._transport.handle_request(_for_httpx(request)))

    def close(self) -> None:
        self._transport.close()


class AsyncForeign:
    """The same for asyncio and trio."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: Request) -> Any:
        return _from_httpx(await self._transport.handle_async_request(_for_httpx(request)))

    async def aclose(self) -> None:
        await self._transport.aclose()


def _for_httpx(request: Request) -> httpx.Request:
    import httpx

    return httpx.Request(
        request.method.decode("ascii"),
        "http://localhost" + request.target.decode("ascii"),
        headers=request.headers,
        stream=request.body,
        extensions=request.extensions,
    )


def _from_httpx(response: httpx.Response) -> Answer:
    return Answer(response.status_code, response.headers.raw, response.stream, response.extensions)
