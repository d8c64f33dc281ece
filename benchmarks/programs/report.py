"""What every program here does around its work: it is told which by name, times it, and leaves what came of it.

    python docker_py.py inspects CONTAINER 1000

The time of the work counts neither the import of the library nor the making of its client, nor the work that WARM
names. The report is JSON in the file that REPORT names, because stdout belongs to the work.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from time import perf_counter
from typing import Any


def main(works: dict[str, Any], *clients: Any) -> None:
    """Do what the command line names, given a client where there is one."""
    name, *arguments = sys.argv[1:]
    if warm := _warm():
        works[warm[0]](*clients, *warm[1:])
    before = _clocks()
    done = works[name](*clients, *arguments)
    _leave(before, _clocks(), done)


async def async_main(works: dict[str, Any], client: Any) -> None:
    """Do the same with a coroutine."""
    name, *arguments = sys.argv[1:]
    if warm := _warm():
        await works[warm[0]](client, *warm[1:])
    before = _clocks()
    done = await works[name](client, *arguments)
    _leave(before, _clocks(), done)


def _warm() -> list[str]:
    """Return the work that is done before the clocks start: what is loaded at first use is loaded then."""
    return os.environ.get("WARM", "").split()


def _clocks() -> tuple[float, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return perf_counter(), usage.ru_utime + usage.ru_stime


def _leave(before: tuple[float, float], after: tuple[float, float], done: int) -> None:
    """Report the times, and how much was done."""
    if "REPORT" in os.environ:
        with open(os.environ["REPORT"], "w") as file:
            json.dump({"wall": after[0] - before[0], "cpu": after[1] - before[1], "done": done}, file)
