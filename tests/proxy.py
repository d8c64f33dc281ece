"""A spy before an engine's socket that keeps every request: `with Proxy(engine_socket, own_socket) as proxy`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rawdocker.compare import Request, Requests
from rawdocker.host import Endpoint
from rawdocker.observe import Exchange
from rawdocker.spy import Spy


class Proxy(Spy):
    """Listens on a socket of its own and passes each connection on to the engine's.

    arrives: told of each request before it is passed on, and may keep it waiting.
    """

    def __init__(
        self, engine: Path | str, path: Path | str, *, arrives: Callable[[Request], object] = lambda request: None
    ) -> None:
        self._kept = _Gate(arrives)
        super().__init__(Endpoint(f"unix://{engine}", "the tests"), path, [self._kept])

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order in which their heads came."""
        return self._kept.requests


class _Gate(Requests):
    def __init__(self, arrives: Callable[[Request], object]) -> None:
        super().__init__()
        self._arrives = arrives

    def request(self, exchange: Exchange) -> None:
        super().request(exchange)
        self._arrives(self.requests[-1])
