"""Every verb and every fault of the bench: survived, or told with docker's exit code; see faults.bench."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from engines import ask, remove_all
from faults.bench import CASES, FAULTS, IMAGE, OTHERWISE, OUTPUT, Bench, Verdict, judged
from faults.commands import COMMANDS, ran, until
from faults.reliability import WORDS, Reliability

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

AT_ONCE = 4
"""Cases that are run together: most of their time they wait."""


@pytest.fixture(scope="module")
def bench(
    engine_host: str,
    oracle: str,
    registry: str,
    locked_registry: str,
    index: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    own, folder = f"rd-{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("bench")
    values = {"own": own, "registry": registry, "locked": locked_registry, "index": index}
    values |= {"tar": str(folder / "tar"), "saved": str(folder / "saved")}
    docker = partial(ran, oracle, engine_host)
    values |= {name: f"{own}-{name}" for name in ("box", "done", "still", "volume")}
    try:
        docker(["run", "-d", "--name", values["box"], IMAGE, "sleep", "10000"])
        docker(["run", "--name", values["done"], IMAGE, "sh", "-c", OUTPUT])
        docker(["create", "--name", values["still"], IMAGE, "sleep", "10000"])
        docker(["volume", "create", values["volume"]])
        docker(["export", "-o", values["tar"], values["still"]])
        docker(["save", "-o", values["saved"], IMAGE])
        bench = Bench(engine_host, oracle, folder, values)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(bench.prepare, CASES))
        yield bench
    finally:
        docker(["rmi", f"{registry}/faults:1"])
        remove_all(engine_host, own)


def test_every_verb_is_in_the_table() -> None:
    assert CASES.keys() >= COMMANDS.keys() | {"api", "ns"}


def test_without_a_fault_every_verb_does_as_docker(bench: Bench) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = dict(zip(CASES, pool.map(bench.undisturbed, CASES), strict=True))
    assert {name: outcome.ended for name, outcome in outcomes.items() if not outcome.same(bench.whole[name])} == {}
    assert bench.struck == CASES.keys()


@pytest.mark.parametrize("fault", FAULTS)
def test_no_verb_is_broken_by(fault: str, bench: Bench, reliability: Reliability) -> None:
    how = FAULTS[fault]
    names = [name for name in CASES if bench.applies(name, how)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(names, pool.map(partial(bench.tried, fault=how), names), strict=True))
    wrongs = []
    for name, (ours, theirs) in found.items():
        untold = how.untold and name in bench.upgrading
        verdict = judged(ours, theirs, bench.whole[name], bench.untouched, untold=untold)
        if (name, fault) in OTHERWISE:
            assert verdict.word not in WORDS, "it is as it should be"
            verdict = Verdict("told")
        reliability.add(fault, name, verdict)
        if verdict.word not in (WORDS[:1] if how.harmless else WORDS):
            wrongs.append(f"{name}: {verdict.word}")
    assert not wrongs, "\n".join(wrongs)


def test_no_command_of_a_broken_exec_runs_on(bench: Bench, engine_host: str) -> None:
    def processes() -> list[str]:
        return [row[-1] for row in ask(engine_host, "GET", f"/containers/{bench.box}/top")["Processes"]]

    until(lambda: processes() == ["sleep 10000"])
