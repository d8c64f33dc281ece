from __future__ import annotations

import sys
from pathlib import Path

import pytest
from parity.conftest import engine, engine_host, folder, oracle, token  # noqa: F401
from parity.sides import Engine
from terminal.seat import Seat


@pytest.fixture
def seats(engine: Engine, oracle: str, folder: Path) -> tuple[Seat, Seat]:  # noqa: F811
    """Return the seat with docker and the one with rawdocker."""
    ours = Path(sys.executable).parent / "rawdocker"
    return Seat(oracle, oracle, engine, folder), Seat(ours, oracle, engine, folder)
