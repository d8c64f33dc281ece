"""A verb with several names: each is done, its name printed, and what failed told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from rawdocker.errors import RawdockerError
from rawdocker_cli.shell import Failure, Shell, spoken

AT_ONCE = 50
"""How many calls are under way together, as in docker."""

Act = Callable[[str], Any]
Excused = Callable[[Exception], bool]


def _never(error: Exception) -> bool:
    return False


def trimmed(kind: str, name: str) -> str:
    """Return a name without the blanks around it; refuse one with nothing else in docker's words."""
    name = name.strip()
    if not name:
        raise Failure(f"invalid {kind} name or ID: value is empty")
    return name


def in_turn(shell: Shell, names: Sequence[str], act: Act, excused: Excused = _never) -> None:
    """Do it to one name after the other; an excused error is told at once and does not make the verb fail."""
    _report(shell, ((name, partial(act, name)) for name in names), excused)


def at_once(shell: Shell, names: Sequence[str], act: Act, excused: Excused = _never) -> None:
    """Do it to all names together; what is printed keeps their order."""
    if len(names) == 1 or shell.rehearsing:
        return in_turn(shell, names, act, excused)
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        running = [(name, pool.submit(act, name).result) for name in names]
        return _report(shell, iter(running), excused)
    finally:
        # Ctrl-C must not wait for a stop that takes its ten seconds.
        pool.shutdown(wait=False, cancel_futures=True)


def _report(shell: Shell, results: Iterator[tuple[str, Callable[[], Any]]], excused: Excused) -> None:
    errors = []
    for name, result in results:
        try:
            result()
        except (RawdockerError, Failure) as error:
            if excused(error):
                shell.warn(spoken(error))
            else:
                errors.append(spoken(error))
        else:
            shell.print(name)
    if errors:
        shell.fail("\n".join(errors))
