"""What mocks of httpcore see: requests in its words, and below its pool the connections that are really there.

Loaded only where a mock stands in the place of httpcore's method (see rawdocker.pool).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore

from rawdocker.http1 import Request

if TYPE_CHECKING:
    from rawdocker.pool import AsyncPool, Pool

_CONNECTED = "rawdocker.connected"


def handle_request(pool: Pool, request: Request) -> Any:
    """Ask the mock, and the endpoint where the mock lets the request pass."""
    return _Pool(pool).handle_request(_for_httpcore(request))


async def handle_async_request(pool: AsyncPool, request: Request) -> Any:
    """The same for asyncio and trio."""
    return await _AsyncPool(pool).handle_async_request(_for_httpcore(request))


def _for_httpcore(request: Request) -> httpcore.Request:
    url = httpcore.URL(scheme=b"http", host=b"localhost", port=None, target=request.target)
    extensions = {**request.extensions, _CONNECTED: request.connected}
    return httpcore.Request(request.method, url, headers=request.headers, content=request.body, extensions=extensions)


def _from_httpcore(request: httpcore.Request) -> Request:
    limits = request.extensions["timeout"]
    return Request(
        request.method,
        request.url.target,
        request.headers,
        request.stream,
        timeout=limits["read"],
        connect_timeout=limits["connect"],
        connected=request.extensions[_CONNECTED],
    )


class _AnyNumber:
    """To httpcore all connections of a pool are one that takes any number of requests, as one of HTTP/2 does."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return True

    def is_available(self) -> bool:
        return True

    def is_idle(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return False

    def has_expired(self) -> bool:
        return False

    def info(self) -> str:
        return f"{self._pool.endpoint.url}, {len(self._pool)} connections"


class _Connections(_AnyNumber, httpcore.ConnectionInterface):
    def handle_request(self, request: httpcore.Request) -> Any:
        return self._pool.ask(_from_httpcore(request))


class _AsyncConnections(_AnyNumber, httpcore.AsyncConnectionInterface):
    async def handle_async_request(self, request: httpcore.Request) -> Any:
        return await self._pool.ask(_from_httpcore(request))


class _Pool(httpcore.ConnectionPool):
    def __init__(self, pool: Pool) -> None:
        super().__init__(max_connections=None)
        self._pool = pool

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        return _Connections(self._pool)


class _AsyncPool(httpcore.AsyncConnectionPool):
    def __init__(self, pool: AsyncPool) -> None:
        super().__init__(max_connections=None)
        self._pool = pool

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        return _AsyncConnections(self._pool)
