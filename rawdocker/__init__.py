"""A raw client of the Docker Engine API: a request is a value, and you see every one.

    from rawdocker import Client, calls

    with Client() as docker:
        box = docker.send(calls.container_create({"Image": "debian:12", "Cmd": ["echo", "hi"]}))
        docker.send(calls.container_start(box.Id))

Names are loaded when they are first used; importing the package loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rawdocker import calls as calls
    from rawdocker import errors as errors
    from rawdocker import models as models
    from rawdocker.call import Call as Call
    from rawdocker.call import Frame as Frame
    from rawdocker.call import HijackCall as HijackCall
    from rawdocker.call import StreamCall as StreamCall
    from rawdocker.client import AsyncClient as AsyncClient
    from rawdocker.client import Client as Client
    from rawdocker.errors import EngineError as EngineError
    from rawdocker.errors import RawdockerError as RawdockerError
    from rawdocker.flows.run import RunResult as RunResult
    from rawdocker.flows.run import run as run
    from rawdocker.flows.run import run_async as run_async
    from rawdocker.observe import Exchange as Exchange
    from rawdocker.observe import Observer as Observer
    from rawdocker.registry.client import AsyncRegistryClient as AsyncRegistryClient
    from rawdocker.registry.client import RegistryClient as RegistryClient

__version__ = "0.1.0"

_HOMES = {
    "AsyncClient": "client",
    "AsyncRegistryClient": "registry.client",
    "Call": "call",
    "Client": "client",
    "EngineError": "errors",
    "Exchange": "observe",
    "Frame": "call",
    "HijackCall": "call",
    "Observer": "observe",
    "RawdockerError": "errors",
    "RegistryClient": "registry.client",
    "RunResult": "flows.run",
    "StreamCall": "call",
    "run": "flows.run",
    "run_async": "flows.run",
}
_MODULES = ("calls", "errors", "models")

__all__ = ["__version__", *sorted(_HOMES), *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"rawdocker.{name}")
    if name in _HOMES:
        return getattr(import_module(f"rawdocker.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'rawdocker' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
