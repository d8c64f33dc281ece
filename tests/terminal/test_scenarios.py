"""The same keys are given to docker and to rawdocker on a real pseudo-terminal; a person sees the same."""

from __future__ import annotations

import difflib
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from parity import normal
from parity.sides import Engine
from terminal.scenario import Scenario
from terminal.seat import Late, Seat, Seen, pristine

pytestmark = [pytest.mark.terminal, pytest.mark.timeout(400)]

AREAS = sorted(path.stem for path in (Path(__file__).parent / "scenarios").glob("*.py"))
TABLES = {area: import_module(f"terminal.scenarios.{area}").SCENARIOS for area in AREAS}
SCENARIOS = [scenario for table in TABLES.values() for scenario in table]


def compared(scenario: Scenario, seen: Seen, engine: Engine) -> dict[str, list[str]]:
    """Return what must be equal on both sides."""
    names = normal.Names({}, engine.constant)
    return {
        "exit code": [str(seen.code)],
        "screen": [normal.text("\n".join(screen), names, scenario.mask) for screen in seen.screens],
        "terminal": ["as before" if seen.terminal in ([], pristine()) else repr(seen.terminal)],
        "afterwards": [normal.text(seen.after, names, scenario.mask)],
    }


def differences(scenario: Scenario, seats: tuple[Seat, Seat], engine: Engine, token: str) -> list[str]:
    """Play a scenario at both seats; return in which respects they differ though they are not meant to."""
    docker = seats[0].play(scenario, token, None)
    try:
        ours = seats[1].play(scenario, token, docker.screens)
    except Late as late:
        return [str(late)]
    wanted, got = (compared(scenario, seen, engine) for seen in (docker, ours))
    differing = {respect for respect in wanted if wanted[respect] != got[respect]}
    parts = [f"{respect}: no longer differs" for respect in scenario.differs if respect not in differing]
    for respect in sorted(differing - set(scenario.differs)):
        pair = ("\n".join(side[respect]).splitlines() for side in (wanted, got))
        parts.append("\n".join([f"{respect}:", *list(difflib.unified_diff(*pair, lineterm="", n=1000))[2:]]))
    return parts


@pytest.mark.parametrize(
    "scenario", [pytest.param(one, id=f"{area}: {one.name}") for area, table in TABLES.items() for one in table]
)
def test_a_person_sees_what_docker_shows(
    scenario: Scenario, seats: tuple[Seat, Seat], engine: Engine, token: str
) -> None:
    # Where the engine races with itself, docker's outcome differs from run to run: a difference shows twice.
    parts = differences(scenario, seats, engine, token) and differences(scenario, seats, engine, token)
    if parts:
        pytest.fail("\n".join([f"(- docker, + rawdocker) {scenario.line}", *parts]), pytrace=False)


def test_every_scenario_has_a_name_of_its_own_and_there_are_enough() -> None:
    assert [name for name, count in Counter(one.name for one in SCENARIOS).items() if count > 1] == []
    assert len(SCENARIOS) >= 60
