"""What completion offers: values of flags, and names from an engine that is asked no more than needed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from rawdocker.host import context_names
from rawdocker_cli import candidates
from rawdocker_cli.flags import index
from rawdocker_cli.flags.everywhere import GLOBALS
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.main import LOG_LEVELS
from rawdocker_cli.shell import Shell
from rawdocker_cli.verbs.inspect import KINDS


@pytest.fixture
def shell(engine: Any) -> Shell:
    """Give a shell for an engine with a few things."""
    engine.answers("GET /containers/json", body=[{"Names": ["/web"]}, {"Names": ["/db", "/web/db"]}])
    engine.answers("GET /images/json", body=[{"RepoTags": ["debian:12", "busybox:1"]}, {"RepoTags": None}])
    engine.answers("GET /networks", body=[{"Name": "bridge"}, {"Name": "back"}])
    engine.answers("GET /volumes", body={"Volumes": [{"Name": "data"}]})
    return Shell(Options(GLOBALS), Options(OURS))


def words(shell: Shell, verb: str, before: int = 0, beginning: str = "") -> list[str]:
    found = index.find(verb)
    assert found is not None
    return candidates.words(shell, found, before, beginning)


@pytest.mark.parametrize(
    ("verb", "before", "beginning", "offered"),
    [
        ("stop", 0, "", ["db", "web", "web/db"]),
        ("stop", 2, "d", ["db"]),
        ("exec", 0, "we", ["web", "web/db"]),
        ("exec", 1, "", []),
        ("run", 0, "de", ["debian:12"]),
        ("run", 1, "", []),
        ("network connect", 0, "b", ["back", "bridge"]),
        ("network connect", 1, "w", ["web", "web/db"]),
        ("network connect", 2, "", []),
        ("network create", 0, "", []),
        ("volume rm", 0, "", ["data"]),
        ("cp", 0, "d", ["db:"]),
        ("inspect", 0, "b", ["busybox:1", "back", "bridge"]),
        ("completion", 0, "z", ["zsh"]),
        ("ps", 0, "", []),
    ],
)
def test_a_word_is_what_the_usage_line_says(
    shell: Shell, verb: str, before: int, beginning: str, offered: list[str]
) -> None:
    assert words(shell, verb, before, beginning) == offered


@pytest.mark.parametrize(
    ("flag", "beginning", "offered"),
    [
        ("pull", "", ["always", "missing", "never"]),
        ("restart", "on", ["on-failure"]),
        ("pid", "h", ["host"]),
        ("pid", "container:w", ["container:web", "container:web/db"]),
        ("network", "br", ["bridge"]),
        ("volumes-from", "d", ["db"]),
        ("memory", "", []),
    ],
)
def test_a_flag_s_values_are_offered(shell: Shell, flag: str, beginning: str, offered: list[str]) -> None:
    assert candidates.values(shell, flag, beginning) == offered


def test_the_engine_is_asked_only_for_what_can_begin_so(shell: Shell, engine: Any) -> None:
    candidates.values(shell, "pid", "ho")
    assert engine.requests == []


def test_every_flag_with_values_exists() -> None:
    names = {flag.name for verb in index.all_verbs() for flag in verb.flags} | {flag.name for flag in GLOBALS}
    assert set(candidates.VALUES) <= names


def test_every_word_with_names_is_of_a_usage_line() -> None:
    usages = {candidates._bare(word) for verb in index.all_verbs() for word in verb.usage.split()}
    assert set(candidates.WORDS) <= usages


def test_the_values_are_those_the_verbs_take() -> None:
    assert set(candidates.VALUES["type"]) == set(KINDS)
    assert set(candidates.VALUES["log-level"]) <= set(LOG_LEVELS)


def test_an_engine_that_is_not_there_offers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///not/there.sock")
    assert words(Shell(Options(GLOBALS), Options(OURS)), "stop") == []


def test_a_slow_engine_is_not_waited_for(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "PATIENCE", 0.05)
    monkeypatch.setitem(candidates.NAMES, "container", lambda shell: time.sleep(30) or ["web"])
    began = time.monotonic()
    assert words(shell, "stop") == []
    assert time.monotonic() - began < 10


def test_contexts_are_found_where_docker_keeps_them(tmp_path: Path) -> None:
    for number, text in enumerate((json.dumps({"Name": "far"}), "no JSON")):
        (tmp_path / "contexts" / "meta" / str(number)).mkdir(parents=True)
        (tmp_path / "contexts" / "meta" / str(number) / "meta.json").write_text(text)
    assert context_names({"DOCKER_CONFIG": str(tmp_path)}) == ["default", "far"]
    assert context_names({"DOCKER_CONFIG": str(tmp_path / "none")}) == ["default"]
