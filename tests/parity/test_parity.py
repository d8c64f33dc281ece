"""docker and rawdocker are given the same command lines; what they print, return and ask of the engine is the same."""

from __future__ import annotations

import difflib
import os
import zlib
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from parity import normal
from parity.case import ANY_ORDER, Case
from parity.differences import INTENDED
from parity.sides import Engine, Outcome, Side, alone

from rawdocker import compare

pytestmark = pytest.mark.parity

AREAS = sorted(path.stem for path in (Path(__file__).parent / "cases").glob("*.py"))
TRACED = ("-TTT", "--trace-to", os.devnull)
STRAY = "S"
"""A letter docker has by mistake in the hint of what takes at most so many arguments: SRun 'docker …"""

TABLES = {area: import_module(f"parity.cases.{area}").CASES for area in AREAS}
CASES = [case for table in TABLES.values() for case in table]


def compared(case: Case, outcome: Outcome, engine: Engine) -> dict[str, list[str]]:
    """Return what of an outcome must be equal on both sides."""
    names = compare.Names(outcome.known, engine.constant)
    calls = [names.put_into(compare.line(request)) for request in outcome.requests]
    if calls == ["HEAD /_ping"]:
        # docker pings before it looks at values; rawdocker when there is something to ask. Nothing is asked here.
        calls = []
    if case.typed:
        # Each program tells a size until the engine takes it, which depends on when the container is there.
        calls = [call for at, call in enumerate(calls) if "/resize " not in call or call not in calls[:at]]
    if case.calls == ANY_ORDER:
        calls.sort()
    stdout = [line for line in _plain(outcome.stdout).splitlines(keepends=True) if case.applies_to(line)]
    return {
        "exit code": [str(outcome.code)],
        "stdout": [normal.text("".join(stdout), names, case.mask)] if case.stdout else [],
        "stderr": [normal.text(_plain(outcome.stderr, STRAY), names, case.mask)] if case.stderr else [],
        "calls": calls if case.calls else [],
        "files": [normal.text(outcome.tree, names)],
        "afterwards": [normal.text(outcome.after, names, case.mask)],
    }


def _plain(text: str, stray: str = "") -> str:
    return text.replace("rawdocker", "docker").replace(f"\n{stray}Run '", "\nRun '")


def difference(aspect: str, expected: list[str], got: list[str]) -> str:
    """Show in which lines two sides differ."""
    pair = ["\n".join(side).splitlines() for side in (expected, got)]
    diff = list(difflib.unified_diff(*pair, lineterm="", n=1000))[2:]
    return f"{aspect}:\n" + "\n".join(diff or [repr(expected), repr(got)])


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{area}: {case.id}") for area, table in TABLES.items() for case in table]
)
def test_rawdocker_does_what_docker_does(case: Case, sides: tuple[Side, Side], engine: Engine, token: str) -> None:
    sides[1].flags = TRACED if is_traced(case) else ()
    with alone(case):
        parts = differences(case, sides, engine, token)
        if parts:
            # Where the engine races with itself, docker's outcome differs from run to run: a difference shows twice.
            parts = differences(case, sides, engine, token)
    if parts:
        pytest.fail("\n".join([f"(- docker, + rawdocker) {case.command}", *parts]), pytrace=False)


def is_traced(case: Case) -> bool:
    """Say whether rawdocker traces a case: every other one, or as PARITY_TRACE says (all, none)."""
    wanted = os.environ.get("PARITY_TRACE", "half")
    return wanted == "all" or (wanted == "half" and zlib.crc32(case.id.encode()) % 2 == 0)


def differences(case: Case, sides: tuple[Side, Side], engine: Engine, token: str) -> list[str]:
    """Run a case on both sides; return in which aspects they differ though they are not meant to."""
    expected, got = (compared(case, side.run(case, token), engine) for side in sides)
    differing = [aspect for aspect in expected if expected[aspect] != got[aspect]]
    intended, reason = INTENDED.get(case.id, ((), ""))
    parts = [f"{aspect}: no longer differs, though it was meant to: {reason}" for aspect in intended
             if aspect not in differing]  # fmt: skip
    return parts + [difference(aspect, expected[aspect], got[aspect]) for aspect in differing if aspect not in intended]


def test_every_case_has_a_name_of_its_own() -> None:
    assert [id for id, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_intended_differences_are_those_of_cases() -> None:
    assert set(INTENDED) <= {case.id for case in CASES}
