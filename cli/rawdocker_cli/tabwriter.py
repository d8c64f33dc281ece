"""Align tab-separated cells into columns the way docker's tables are aligned."""

from __future__ import annotations

from collections.abc import Iterable

# What docker's list tables use: columns are at least ten wide and three spaces apart.
MIN_WIDTH = 10
PADDING = 3


def char_width(char: str) -> int:
    """Return how many terminal cells a character occupies: 0, 1 or 2."""
    code = ord(char)
    if code < 0x300:
        return 0 if code < 0x20 or 0x7F <= code <= 0x9F or code == 0xAD else 1
    import unicodedata

    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cs", "Zl", "Zp"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def text_width(text: str) -> int:
    """Return how many terminal cells a text occupies; emoji joined to one by a zero-width joiner count once."""
    if text.isascii() and text.isprintable():
        return len(text)
    width = 0
    joined = False
    for char in text:
        cells = char_width(char)
        width += 0 if joined and cells == 2 else cells
        joined = char == "\u200d"
    return width


def render(lines: Iterable[str], min_width: int = MIN_WIDTH, padding: int = PADDING) -> str:
    """Lay out lines of tab-terminated cells in columns and return the text, a newline after each line.

    A column is a run of consecutive lines that have a cell there, so a line with fewer cells ends it. What
    follows the last tab of a line is no cell: it is written as it is and never padded.
    """
    rows = [line.split("\t") for line in lines]
    widths: list[list[int]] = [[] for _ in rows]
    _measure(rows, widths, 0, min_width, padding)
    out: list[str] = []
    for cells, columns in zip(rows, widths, strict=True):
        for cell, width in zip(cells, columns, strict=False):
            out.append(cell + " " * (width - text_width(cell)))
        out.append(cells[-1] + "\n")
    return "".join(out)


def _measure(rows: list[list[str]], widths: list[list[int]], column: int, least: int, padding: int) -> None:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and len(rows[end]) - 1 > column:
            end += 1
        if end > start:
            width = max(least, *(text_width(row[column]) + padding for row in rows[start:end]))
            for row in widths[start:end]:
                row.append(width)
            _measure(rows[start:end], widths[start:end], column + 1, least, padding)
        start = max(end, start + 1)
