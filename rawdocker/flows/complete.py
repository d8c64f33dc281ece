"""Actions that must not be cut in half: a container that was made, but whose id never arrived, would stay for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def completed(action: Callable[[], T], undo: Callable[[T], object]) -> T:
    """Run an action to its end although Ctrl-C comes meanwhile; then undo it, and raise what came.

    action: runs in a thread of its own, which no signal reaches.
    undo: called with the action's result. A second Ctrl-C does not wait for either.
    """
    ended: SimpleQueue[tuple[bool, T | BaseException]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((True, action()))
        except BaseException as error:
            ended.put((False, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        done, result = ended.get()
    except BaseException:
        done, result = ended.get()
        if done:
            undo(result)  # type: ignore[arg-type]
        raise
    if isinstance(result, BaseException) and not done:
        raise result
    return result  # type: ignore[return-value]
