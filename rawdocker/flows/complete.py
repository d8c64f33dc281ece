"""Actions that must not be cut in half: a container that was made, but whose id never arrived, would stay for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def completed(action: Callable[[], T], undo: Callable[[T], object]) -> T:
    """Run an action to its end although Ctrl-C comes meanwhile; then undo it, and raise what came.

    action: runs in a thread of its own, which no signal reaches.
    undo: called with the action's result. A second Ctrl-C does not wait for either.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    ended = threading.Event()  # not join(): interrupted once, it believes that the thread has ended

    def run() -> None:
        try:
            results.append(action())
        except BaseException as error:
            errors.append(error)
        ended.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        ended.wait()
    except BaseException:
        ended.wait()
        for result in results:
            undo(result)
        raise
    for error in errors:
        raise error
    return results[0]
