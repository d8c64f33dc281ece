"""The fixture rawdocker_replay of pytest: tests that speak to an engine run without one, from recordings.

    def test_web(rawdocker_replay):
        client = docker.DockerClient(base_url=rawdocker_replay.host)      # any client; DOCKER_HOST is set as well

    pytest --rawdocker-record=new       once, where an engine is: what has no recording is recorded
    pytest --rawdocker-record=all       everything is recorded anew
    pytest                              replays

A test's recording is recordings/FILE.TEST.har beside it; the marker rawdocker_replay names another, and how it is
replayed (docs/recording.md). pytest loads this module whenever it runs: everything else is imported where it is used.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

MARKER = "rawdocker_replay"
NEW, ALL = "new", "all"


class Engine(NamedTuple):
    """What the fixture gives: where a test finds its engine, be it one or a recording."""

    host: str
    """What DOCKER_HOST is: unix:///…"""
    path: str
    """The path of that socket, for clients that want it: httpx.HTTPTransport(uds=engine.path)."""
    recording: Path
    recording_now: bool
    """Whether an engine answers, and is recorded."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("rawdocker").addoption(
        "--rawdocker-record",
        choices=(NEW, ALL),
        help="record what tests with rawdocker_replay ask of the engine: those without a recording (new), or all",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARKER}(path, strict=False, speed=0, max_body=16 MiB): the recording of a test, and how it is replayed",
    )


class Settings(NamedTuple):
    """What the marker says."""

    path: str = ""
    """Of the recording, relative to the test's file."""
    strict: bool = False
    speed: float = 0
    max_body: int = 16 << 20


@pytest.fixture
def rawdocker_replay(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give an engine that answers from the test's recording; with --rawdocker-record, one that is recorded."""
    mark = request.node.get_closest_marker(MARKER)
    settings = Settings(*mark.args, **mark.kwargs) if mark else Settings()
    recording = request.path.parent / (settings.path or _default(request.node))
    mode = request.config.getoption("--rawdocker-record")
    with tempfile.TemporaryDirectory(prefix="rawdocker-") as folder:
        socket = f"{folder}/docker.sock"
        if mode == ALL or (mode == NEW and not recording.exists()):
            engine = _recorded(request, recording, socket, settings)
        else:
            engine = _replayed(recording, socket, settings)
        with engine as found:
            _point_to(found.host, monkeypatch)
            yield found


def _default(node: Any) -> Path:
    name = re.sub(r"[^\w.\-\[\]]+", "_", node.name)
    return Path("recordings") / f"{node.path.stem}.{name}.har"


def _point_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from rawdocker.host import OTHER_HOSTS

    for name in OTHER_HOSTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", host)


@contextmanager
def _replayed(recording: Path, socket: str, settings: Settings) -> Iterator[Engine]:
    from rawdocker.har import read
    from rawdocker.replay import Replay

    if not recording.exists():
        pytest.fail(f"no recording {recording}: make it with --rawdocker-record={NEW} where an engine is", False)
    with Replay(read(recording), socket, speed=settings.speed, strict=settings.strict) as replay:
        yield Engine(replay.host, socket, recording, False)
    if replay.refusals:
        pytest.fail("\n".join([*replay.refusals, "(record anew with --rawdocker-record=all)"]), False)
    if settings.strict and replay.matcher.unasked:
        pytest.fail("\n".join(f"never asked: {one.method} {one.target}" for one in replay.matcher.unasked), False)


@contextmanager
def _recorded(request: pytest.FixtureRequest, recording: Path, socket: str, settings: Settings) -> Iterator[Engine]:
    """Record the engine that is found as docker finds it; a test that fails leaves no recording."""
    from rawdocker.har import HarRecorder
    from rawdocker.host import resolve
    from rawdocker.spy import Spy

    recording.parent.mkdir(exist_ok=True)
    unproven = recording.with_name(f".{recording.name}.new")
    failed = request.session.testsfailed
    recorder = HarRecorder(unproven, max_body=settings.max_body)
    try:
        with Spy(resolve(), socket, [recorder]) as spy:
            yield Engine(spy.host, socket, recording, True)
        recorder.close()
        if request.session.testsfailed == failed:
            unproven.replace(recording)
    finally:
        recorder.close()
        unproven.unlink(missing_ok=True)
