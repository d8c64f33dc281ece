"""Measuring: a process is run once, or in turns with its rivals, and what it took is told.

Wall time is ours; processor time (user and system) and peak memory are what the kernel says of a process that ended. A
program of this suite that reports its own times is believed where a row asks for the work alone.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.stage import HERE, RIVALS, Stage

LONGEST = 600.0
"""Seconds that one process may take."""


class Sample(NamedTuple):
    """What one process took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, in the kernel too, of the process and those it waited for."""
    memory: float
    """MiB at the peak. What the measuring process itself has, some 20, is the least that can be told."""


class Way(NamedTuple):
    """One way of doing a work: a command, with the names of what a row prepares in braces."""

    words: tuple[str, ...]
    stdin: str = os.devnull


class Goal(NamedTuple):
    """What a row is to show: that a way takes at most so many times what another takes."""

    way: str
    measure: str
    most: float
    against: str


class Row(NamedTuple):
    """One line of the table of works."""

    name: str
    title: str
    ways: Mapping[str, Way]
    base: str
    """The way that ratios are told to."""
    sizes: tuple[int, int] = (1, 1)
    """How much is done: at full size, and where it has to be quick. In braces {size} in title and commands."""
    rounds: tuple[int, int] = (5, 3)
    bystanders: int = 1
    """Ways that no goal names are played in every so manyth round only."""
    prepare: Callable[[Stage, int], Mapping[str, Any]] = lambda stage, size: {}
    """Returns what commands name in braces, and: bytes, that pass; each, the number of calls; done, what programs
    must report."""
    before: Callable[[Stage], object] = lambda stage: None
    """Done before each measurement, and not measured."""
    alone: bool = False
    """Whether of a program that reports its times the work alone counts, without start and imports."""
    warm: str = "listed 1"
    """What such a program does before."""
    work_wall: bool = False
    """Whether that is so of the wall time only: a program below another, whose processor time counts too."""
    goals: tuple[Goal, ...] = ()
    stream: bool = False
    """Whether memory must stay flat."""
    measured: Callable[[list[str], Stage], Sample] | None = None
    """Measures in a way of its own."""


def measure(row: Row, stage: Stage, *, quick: bool, rounds: int | None = None) -> dict[str, Any]:
    """Play a row: all ways in turns, some rounds; return what the results keep of it.

    Each round has an order of its own, the same in every run: an engine may have work left of who came before.
    """
    size = row.sizes[quick]
    values = {**_known(stage), "size": size, **row.prepare(stage, size)}
    samples: dict[str, list[Sample]] = {name: [] for name in row.ways}
    order = random.Random(row.name)
    judged = {name for goal in row.goals for name in (goal.way, goal.against)}
    for number in range(rounds or row.rounds[quick]):
        playing = list(row.ways) if number % row.bystanders == 0 else sorted(judged)
        for name in order.sample(playing, len(playing)):
            row.before(stage)
            samples[name].append(_sample(row, row.ways[name], values, stage))
    ways = {name: _columns(taken) for name, taken in samples.items()}
    return {
        "name": row.name,
        "title": row.title.format_map(values),
        "base": row.base,
        "bytes": values.get("bytes"),
        "each": values.get("each"),
        "stream": row.stream,
        "ours": [name for name, way in row.ways.items() if way.words[0].startswith("rawdocker")],
        "ways": ways,
        "goals": [_judged(goal, ways) for goal in row.goals],
    }


def _known(stage: Stage) -> dict[str, Any]:
    return {"folder": stage.folder, "socket": stage.socket, "python": sys.executable, "programs": HERE / "programs"}


def _columns(samples: list[Sample]) -> dict[str, list[float]]:
    return {
        name: [round(value, 7) for value in values]
        for name, values in zip(Sample._fields, zip(*samples, strict=True), strict=True)
    }


def _judged(goal: Goal, ways: Mapping[str, Any]) -> dict[str, Any]:
    ours, theirs = (statistics.median(ways[name][goal.measure]) for name in (goal.way, goal.against))
    return {
        **goal._asdict(),
        "ratio": round(ours / theirs, 3),
        "difference": ours - theirs,
        "met": ours <= goal.most * theirs,
    }


def _command(way: Way, values: Mapping[str, Any]) -> list[str]:
    first, *rest = (word.format_map(values) for word in way.words)
    return [*_program(first), *rest]


def _program(name: str) -> list[str]:
    """Return how a program is started: ours in the project's environment, a rival's in its own."""
    ours = Path(sys.executable)
    if name == "rawdocker":
        return [str(ours.with_name("rawdocker"))]
    if name == "python":
        return [str(ours)]
    if name == "rival-python":
        return [str(RIVALS / "bin/python")]
    if name.endswith(".py"):
        python = ours if name.startswith("rawdocker") else RIVALS / "bin/python"
        return [str(python), str(HERE / "programs" / name)]
    return [name]


def environment(stage: Stage, host: str = "") -> dict[str, str]:
    """Return what a process is told: which engine, and nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DOCKER_HOST": host or f"unix://{stage.socket}",
        "DOCKER_CONFIG": str(stage.folder / "no-config"),
        "REPORT": str(stage.folder / "report"),
    }


def _sample(row: Row, way: Way, values: Mapping[str, Any], stage: Stage) -> Sample:
    """Do a row's work once in one way."""
    words = _command(way, values)
    if row.measured is not None:
        return row.measured(words, stage)
    report = stage.folder / "report"
    report.unlink(missing_ok=True)
    environ = environment(stage, values.get("host", ""))
    if row.alone:
        environ["WARM"] = row.warm.format_map(values)
    sample = _process(words, way.stdin.format_map(values), stage, environ)
    if not report.exists():
        return sample
    told = json.loads(report.read_text())
    _check(words, told["done"], values)
    if row.alone:
        return sample._replace(wall=told["wall"], cpu=told["cpu"])
    return sample._replace(wall=told["wall"]) if row.work_wall else sample


def _process(words: list[str], stdin: str, stage: Stage, environ: Mapping[str, str]) -> Sample:
    """Run a command to its end."""
    with open(stdin, "rb") as file, open(stage.folder / "errors", "w+") as errors:
        started = perf_counter()
        process = subprocess.Popen(words, stdin=file, stdout=subprocess.DEVNULL, stderr=errors, env=environ)
        sample = ended(process, started)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{' '.join(words)}: exit code {process.returncode}: {errors.read()[-2000:]}")
    return sample


def ended(process: subprocess.Popen[Any], started: float) -> Sample:
    """Wait for a process that was started then, and return what it took."""
    limit = threading.Timer(LONGEST, process.kill)
    limit.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - started
    limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _check(words: list[str], done: int, values: Mapping[str, Any]) -> None:
    """Refuse a result that was not worked for. The raw socket counts what it does not decode too."""
    wanted = values.get("done")
    if wanted is not None and done != wanted and "raw_socket.py" not in " ".join(words):
        sys.exit(f"{' '.join(words)}: did {done}, not {wanted}")
