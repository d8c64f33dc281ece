"""Where requests go: the connections of one endpoint, below the method of httpcore that mocks replace.

URLs are always http://localhost/v1.NN/…, and whatever intercepts httpcore's pool (respx with no argument, for one)
intercepts rawdocker too. Where nothing does, requests go to the connections at once: the pool's own bookkeeping costs a
call half as much again. httpx would add nothing that a socket needs, and costs as much as the call itself; it is spoken
only to a transport of a user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore

from rawdocker.host import Endpoint
from rawdocker.transport import AsyncLines, Lines

if TYPE_CHECKING:
    import httpx


class Pool(httpcore.ConnectionPool):
    """The connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(max_connections=None)
        self.lines = Lines(endpoint)

    def handle_request(self, request: httpcore.Request) -> Any:
        if _is_httpcores_own(httpcore.ConnectionPool.handle_request):
            return self.lines.handle_request(request)
        return super().handle_request(request)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        """Return what takes a request that a mock lets pass."""
        return self.lines

    def close(self) -> None:
        self.lines.close()


class AsyncPool(httpcore.AsyncConnectionPool):
    """The same for asyncio and trio."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(max_connections=None)
        self.lines = AsyncLines(endpoint)

    async def handle_async_request(self, request: httpcore.Request) -> Any:
        if _is_httpcores_own(httpcore.AsyncConnectionPool.handle_async_request):
            return await self.lines.handle_async_request(request)
        return await super().handle_async_request(request)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """Return what takes a request that a mock lets pass."""
        return self.lines

    async def aclose(self) -> None:
        await self.lines.aclose()


def _is_httpcores_own(method: Any) -> bool:
    """Say whether a method is the one that httpcore has, and not a mock in its place."""
    module: str = getattr(method, "__globals__", {}).get("__name__", "")
    return module.startswith("httpcore.")


class Foreign:
    """An httpx transport of a user's own in a pool's place."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        return _from_httpx(self._transport.handle_request(_for_httpx(request)))

    def close(self) -> None:
        self._transport.close()


class AsyncForeign:
    """The same for asyncio and trio."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        return _from_httpx(await self._transport.handle_async_request(_for_httpx(request)))

    async def aclose(self) -> None:
        await self._transport.aclose()


def _for_httpx(request: httpcore.Request) -> httpx.Request:
    import httpx

    url = bytes(request.url).decode("ascii")
    stream: Any = request.stream
    return httpx.Request(
        request.method.decode("ascii"), url, headers=request.headers, stream=stream, extensions=request.extensions
    )


def _from_httpx(response: httpx.Response) -> httpcore.Response:
    return httpcore.Response(
        response.status_code, headers=response.headers.raw, content=response.stream, extensions=response.extensions
    )
