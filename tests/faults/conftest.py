"""What the tests of faults take from those of engines, and the page that a run of the bench writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from engines import (  # noqa: F401
    disposable_engine,
    engine_host,
    index,
    locked_registry,
    oracle,
    own_name,
    registry,
)
from faults.reliability import Reliability

FOUND = pytest.StashKey[Reliability]()


@pytest.fixture(scope="session")
def reliability(pytestconfig: pytest.Config) -> Reliability:
    """Return what counts the verdicts of this run."""
    return pytestconfig.stash.setdefault(FOUND, Reliability())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show what the bench has found; write it to the file that RAWDOCKER_RELIABILITY names, if it does."""
    found = config.stash.get(FOUND, None)
    if not found:
        return
    page = found.page([report.nodeid for report in terminalreporter.stats.get("passed", ()) if report.when == "call"])
    path = os.environ.get("RAWDOCKER_RELIABILITY")
    if path:
        Path(path).write_text(page)
    terminalreporter.write(page)
