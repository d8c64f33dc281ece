"""The progress of a pull, push or load: a line for each layer, drawn over on a terminal, steps alone elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from rawdocker_cli.harmless import harmless
from rawdocker_cli.units import human_size

BAR = 50
BAR_NEEDS, TIME_NEEDS = 110, 50
"""The columns that a terminal must have more of for the bar and for the time left."""

WIDTH = 200
"""The columns that are assumed where the stream is no terminal."""

ERASE_LINE = "\x1b[2K"


def show(
    messages: Iterable[dict[str, Any]],
    stream: TextIO | None,
    aside: Callable[[dict[str, Any]], object] = lambda aux: None,
) -> None:
    """Write the messages of a progress stream as docker does; an error in one of them is raised by who reads them.

    Nothing is written where there is no stream. `aside` is given what is meant for programs, not for people.
    """
    lines = _Lines(stream) if stream is not None else None
    for message in messages:
        message = harmless(message, stream) if stream is not None else message
        if message.get("aux") is not None:
            aside(message["aux"])
        elif lines is not None:
            lines.show(message)


class _Lines:
    """What has been written: each id has its line, counted from the first of a block of progress."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._rows: dict[str, int] = {}

    def show(self, message: dict[str, Any]) -> None:
        id, detail = message.get("id") or "", message.get("progressDetail")
        below = self._go_to(id) if id and (detail is not None or message.get("progress")) else self._begin_block()
        self._write(self._text(message, id, detail))
        if id and below:
            self._write(f"\x1b[{below}B")
        self._stream.flush()

    def _go_to(self, id: str) -> int:
        """Move to the line of an id and return how many lines are below."""
        new = id not in self._rows
        row = self._rows.setdefault(id, len(self._rows))
        if not self._terminal:
            return 0
        below = len(self._rows) - row
        self._write(("\n" if new else "") + f"\x1b[{below}A")
        return below

    def _begin_block(self) -> int:
        self._rows.clear()
        return 0

    def _text(self, message: dict[str, Any], id: str, detail: dict[str, Any] | None) -> str:
        step = message.get("stream") or ""
        drawn = _drawn(detail, self._columns()) if detail is not None else ""
        before, end = (f"{ERASE_LINE}\r", "\r") if self._terminal and not step and detail is not None else ("", "")
        if not before and drawn:
            return ""
        head = before + (f"{id}: " if id else "")
        status = message.get("status") or ""
        if detail is not None and self._terminal:
            return f"{head}{status} {drawn}{end}"
        if message.get("progress"):
            return f"{head}{status} {message['progress']}{end}"
        return f"{head}{step}{end}" if step else f"{head}{status}{end}\n"

    def _columns(self) -> int:
        return os.get_terminal_size(self._stream.fileno()).columns if self._terminal else WIDTH

    def _write(self, text: str) -> None:
        self._stream.write(text)


def _drawn(detail: dict[str, Any], columns: int) -> str:
    """Return the bar and the numbers of a progressDetail, nothing where there are no numbers."""
    current, total, unit = detail.get("current") or 0, detail.get("total") or 0, detail.get("units") or ""
    if current <= 0 and total <= 0:
        return ""
    numbers = f"{current} {unit}" if unit else human_size(current).rjust(8)
    if total <= 0:
        return numbers
    if current <= total:
        numbers = f"{current}/{total} {unit}" if unit else f"{numbers}/{human_size(total)}"
    done = min(int(current / total * 100) // 2, BAR)
    bar = f"[{'=' * done}>{' ' * (BAR - done)}] " if columns > BAR_NEEDS else ""
    return bar + ("" if detail.get("hidecounts") else numbers) + _time_left(detail, current, total, done, columns)


def _time_left(detail: dict[str, Any], current: int, total: int, done: int, columns: int) -> str:
    start = detail.get("start") or 0
    if columns <= TIME_NEEDS or current <= 0 or start <= 0 or done >= BAR:
        return ""
    from time import time

    from rawdocker_cli.units import format_duration

    seconds = round((time() - start) / current * (total - current))
    return " " + format_duration(seconds * 1_000_000_000)
