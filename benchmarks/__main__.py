"""rawdocker beside its rivals: each work in turns, on an engine of its own.

    make bench                          all rows at full size; writes docs/performance.md and results/full.json
    make bench QUICK=1                  the small size, to see that all works; writes results/part.json
    make bench ROWS="logs exec-out"     some rows; writes results/part.json
    python -m benchmarks --list         the rows

Needs root and Linux, as the tests with an engine do.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from benchmarks import page, stage
from benchmarks.measure import Row, measure
from benchmarks.rows import ROWS


def main() -> None:
    """Do what the command line says."""
    options = _options()
    if options.list:
        return print("\n".join(f"{row.name:14} {row.title}" for row in ROWS))
    chosen = [row for row in ROWS if not options.rows or row.name in options.rows]
    stage.compile_ours()
    stage.install_rivals()
    with stage.opened() as place:
        results = {
            "when": f"{datetime.now(UTC):%Y-%m-%d}",
            "quick": options.quick,
            "machine": stage.machine(),
            "versions": stage.versions(place),
            "rows": [_played(row, place, options) for row in chosen],
        }
    whole = not options.quick and not options.rows
    path = stage.HERE / "results" / ("full.json" if whole else "part.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")
    if whole:
        page.write(results)
    print(page.goals(results["rows"]))
    return None


def _played(row: Row, place: stage.Stage, options: argparse.Namespace) -> dict[str, Any]:
    started = perf_counter()
    try:
        result = measure(row, place, quick=options.quick, rounds=options.rounds)
    finally:
        place.leave()
    print(page.row(result), f"({row.name}: {perf_counter() - started:.0f} s)\n", sep="\n", flush=True)
    return result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="play these rows only")
    parser.add_argument("--quick", action="store_true", help="do less of everything")
    parser.add_argument("--rounds", type=int, help="times that each way is played, in place of each row's own")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    options = parser.parse_args()
    unknown = set(options.rows) - {row.name for row in ROWS}
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; see --list")
    return options


if __name__ == "__main__":
    main()
