"""Results as a page: docs/performance.md between its two marks, and the same tables for a terminal."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

MOST_MEMORY = 48
"""MiB that a stream may take at its peak."""

RECORDED = "recorded"
"""The way that is to keep what passes, up to 16 MiB of it."""

MEASURES = {"wall": "wall", "cpu": "CPU"}


def write(results: dict[str, Any]) -> None:
    """Put the tables into the page; what stands around them is written by hand and stays."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text(results)}{END}{after}")


def text(results: dict[str, Any]) -> str:
    """Return all of it as Markdown."""
    facts = ", ".join(f"{name} {value}" for name, value in results["versions"].items())
    machine = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    size = "The small size (`--quick`). " if results["quick"] else ""
    head = f"{size}Measured on {results['when']}: {facts}.\nMachine: {machine}.\n"
    rows = results["rows"]
    return "\n".join([head, "## Goals\n", goals(rows), "## Works\n", *map(row, rows)])


def goals(rows: list[dict[str, Any]]) -> str:
    """Return the table of goals."""
    lines = ["| work | | against | goal | measured | difference | |", "|---|---|---|---|---|---|---|"]
    lines += [_goal(row, goal) for row in rows for goal in row["goals"]]
    lines += [_memory(rows)] if any(row["stream"] for row in rows) else []
    return "\n".join([*lines, ""])


def _goal(row: dict[str, Any], goal: dict[str, Any]) -> str:
    difference = f"{_time(abs(goal['difference']))} {'more' if goal['difference'] > 0 else 'less'}"
    cells = (
        row["title"],
        f"{goal['way']}, {MEASURES[goal['measure']]}",
        goal["against"],
        f"≤ {goal['most']}",
        f"{goal['ratio']:.2f}",
        difference,
        "met" if goal["met"] else "**not met**",
    )
    return f"| {' | '.join(cells)} |"


def _memory(rows: list[dict[str, Any]]) -> str:
    peaks = {
        f"{name}, {row['name']}": max(row["ways"][name]["memory"])
        for row in rows
        if row["stream"]
        for name in row["ours"]
        if name != RECORDED
    }
    worst = max(peaks, key=lambda name: peaks[name], default="")
    met = "met" if peaks[worst] <= MOST_MEMORY else "**not met**"
    return f"| peak memory on any stream | worst: {worst} | | ≤ {MOST_MEMORY} MiB | {peaks[worst]:.0f} MiB | | {met} |"


def row(row: dict[str, Any]) -> str:
    """Return the table of one work."""
    rate = "MB/s" if row["bytes"] else "each" if row["each"] else ""
    base = row["base"]
    lines = [
        f"### {row['title']}\n",
        f"| | wall | spread | to {base} | CPU | to {base} | peak MiB | {rate} |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *_ways(row), ""])


def _ways(row: dict[str, Any]) -> Iterator[str]:
    base = row["ways"][row["base"]]
    for name, way in row["ways"].items():
        wall, cpu = statistics.median(way["wall"]), statistics.median(way["cpu"])
        to_base = (value / statistics.median(base[column]) for value, column in ((wall, "wall"), (cpu, "cpu")))
        wall_ratio, cpu_ratio = (f"{ratio:.2f}" for ratio in to_base)
        memory = f"{statistics.median(way['memory']):.0f}"
        cells = (
            name,
            _time(wall),
            _time(_spread(way["wall"])),
            wall_ratio,
            _time(cpu),
            cpu_ratio,
            memory,
            _rate(row, wall),
        )
        yield f"| {' | '.join(cells)} |"


def _rate(row: dict[str, Any], wall: float) -> str:
    if row["bytes"]:
        return f"{row['bytes'] / wall / 1e6:,.3g}"
    return _time(wall / row["each"]) if row["each"] else ""


def _spread(values: list[float]) -> float:
    """Return the distance of the quartiles, of few values that of the ends."""
    if len(values) < 4:
        return max(values) - min(values)
    first, _, third = statistics.quantiles(values, n=4)
    return third - first


def _time(seconds: float) -> str:
    """Return seconds as a person reads them."""
    for limit, factor, unit in ((1.0, 1, "s"), (0.001, 1e3, "ms")):
        if seconds >= limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"
