"""ps, stats and inspect over recorded answers, to the letter what docker asks for, prints and ends with."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

OUTPUTS = Path(__file__).parent.parent.parent / "fixtures" / "docker-28.2.2"
THREE_MINUTES_LATER = 1795476375 + 200

CASES = [
    pytest.param(outputs["answers"], run, id=" ".join(run["line"]))
    for path in sorted(OUTPUTS.glob("*.json"))
    for outputs in [json.loads(path.read_text())]
    for run in outputs["runs"]
]


@pytest.mark.parametrize(("answers", "run"), CASES)
def test_a_command_line_does_what_docker_does(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], run: dict[str, Any]
) -> None:
    monkeypatch.setattr(time, "time", lambda: float(THREE_MINUTES_LATER))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for path, name in answers.items():
        engine.answers(f"GET {path}", name)
    code, out, err = rawdocker(*run["line"])
    assert (code, err) == (run["code"], run["err"])
    assert out == run["out"]
    # stats asks for all containers together, so that either may ask first
    assert sorted(engine.requests) == sorted(run["requests"])
