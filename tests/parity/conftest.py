from __future__ import annotations

import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import engine_host, oracle  # noqa: F401
from parity.sides import Engine, Side


@pytest.fixture(scope="session")
def engine(engine_host: str) -> Engine:  # noqa: F811
    if not engine_host.startswith("unix://"):
        pytest.fail(f"the recording proxy stands before a unix socket, not {engine_host}", pytrace=False)
    return Engine(engine_host)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with a path short enough for a socket; each side finds the same one."""
    with tempfile.TemporaryDirectory(prefix="parity-") as name:
        yield Path(name)


@pytest.fixture
def sides(engine: Engine, oracle: str, folder: Path) -> tuple[Side, Side]:  # noqa: F811
    """Return docker's side and rawdocker's."""
    ours = Path(sys.executable).parent / "rawdocker"
    return Side(oracle, oracle, engine, folder), Side(ours, oracle, engine, folder)


@pytest.fixture
def token() -> str:
    """Return what the names of a case's containers, networks, volumes and images begin with."""
    return f"rd{uuid.uuid4().hex[:9]}x"
