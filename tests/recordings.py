"""Recordings for tests: one of a real engine, and hand-made ones."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from rawdocker.report import Recording, read

SESSION = Path(__file__).parent.parent / "fixtures" / "recordings" / "session.har"
"""A pull, a container's life with exec, logs and a failing inspect, recorded from an engine."""


def har(*entries: Any) -> bytes:
    """Return a recording of some entries."""
    creator = {"name": "tests", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": list(entries)}}).encode()


def entry(
    method: str = "GET", path: str = "/v1.41/info", body: str = "", answer: str = "", **more: Any
) -> dict[str, Any]:
    """Return an entry; `more` stands beside its request and response."""
    request = {"method": method, "url": f"http://localhost{path}", "headers": [], "queryString": [], "bodySize": -1}
    if body:
        request["postData"] = {"mimeType": "application/json", "text": body}
    content = {"size": len(answer.encode()), "mimeType": "application/json", "text": answer}
    return {
        "startedDateTime": "2026-11-24T10:00:00.000Z",
        "time": 12.0,
        "request": request,
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": content},
        "timings": {"blocked": -1, "dns": -1, "connect": 1, "send": 0, "wait": 8, "receive": 3},
        **more,
    }


def understood(data: bytes) -> Recording:
    """Return what a file of these bytes is read as."""
    with tempfile.NamedTemporaryFile(suffix=".har") as file:
        file.write(data)
        file.flush()
        return read(file.name)
