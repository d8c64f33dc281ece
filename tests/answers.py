"""The recorded answers of an engine, by the names of their files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent.parent / "fixtures" / "engine-20.10"


def exchange(name: str) -> dict[str, Any]:
    """Return what a file holds: request, status, body and more."""
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return found


def recorded(name: str) -> Any:
    """Return the body of an answer."""
    return exchange(name)["body"]
