"""What all tests share: sync and async clients behind one face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest
from hypothesis import settings

from rawdocker import AsyncClient, Call, Client, HijackCall

# A busy machine is no mistake of the code's.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


class Driver:
    """Executes calls with Client or AsyncClient, so that one test holds for both."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def send(self, call: Call[Any], *, timeout: float | None = None, **options: Any) -> Any:
        """Send one call with a client of its own."""
        return self.do(lambda _: [("send", call, {"timeout": timeout})], **options)[0]

    def stream(self, call: Call[Any], **options: Any) -> list[Any]:
        """Stream one call to its end."""
        return self.do(lambda _: [("stream", call, {})], **options)[0]

    def hijack(self, call: HijackCall, writes: Sequence[bytes | int], **options: Any) -> tuple[int, list[Any]]:
        """Hijack, write bytes and send descriptors, close for writing, read to the end."""
        return self.do(lambda _: [("hijack", call, {"writes": writes})], **options)[0]

    def do(self, steps: Callable[[Any], list[tuple[str, Any, dict[str, Any]]]], **options: Any) -> list[Any]:
        """Take several steps with one client."""
        if self.kind == "sync":
            with Client(**options) as client:
                return [getattr(self, f"_{name}")(client, call, **extra) for name, call, extra in steps(client)]
        return anyio.run(self._do_async, steps, options)

    async def _do_async(self, steps: Any, options: dict[str, Any]) -> list[Any]:
        async with AsyncClient(**options) as client:
            return [await getattr(self, f"_async_{name}")(client, call, **extra) for name, call, extra in steps(client)]

    def _send(self, client: Client, call: Call[Any], timeout: float | None = None) -> Any:
        return client.send(call, timeout=timeout)

    def _stream(self, client: Client, call: Call[Any]) -> list[Any]:
        with client.stream(call) as items:
            return list(items)

    def _hijack(self, client: Client, call: HijackCall, writes: Sequence[bytes | int]) -> tuple[int, list[Any]]:
        with client.hijack(call) as connection:
            for data in writes:
                if isinstance(data, int):
                    connection.sendfile(data)
                else:
                    connection.write(data)
            connection.close_write()
            return connection.status, list(connection)

    async def _async_send(self, client: AsyncClient, call: Call[Any], timeout: float | None = None) -> Any:
        return await client.send(call, timeout=timeout)

    async def _async_stream(self, client: AsyncClient, call: Call[Any]) -> list[Any]:
        async with client.stream(call) as items:
            return [item async for item in items]

    async def _async_hijack(
        self, client: AsyncClient, call: HijackCall, writes: Sequence[bytes | int]
    ) -> tuple[int, list[Any]]:
        async with client.hijack(call) as connection:
            for data in writes:
                if isinstance(data, int):
                    await connection.sendfile(data)
                else:
                    await connection.write(data)
            await connection.close_write()
            return connection.status, [frame async for frame in connection]


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Give each test a Client and an AsyncClient in turn."""
    return Driver(request.param)


@pytest.fixture(autouse=True)
def no_docker_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the machine's own docker configuration out of every test."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DOCKER_API_VERSION", "DOCKER_CUSTOM_HEADERS", "DOCKER_DEFAULT_PLATFORM", "RAWDOCKER_TRACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path_factory.getbasetemp() / "no-docker-config"))
