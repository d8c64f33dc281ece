"""What docker sets apart from a verb's own output: a head, and lines indented as far; in colour on a terminal."""

from __future__ import annotations

BOLD, ITALIC = "1", "3"

COLUMNS = 9
"""The width of a note's head."""

_PLAIN, _FANCY = 0, 1
_HEADS = {
    "Info": (" Info -> ", "\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m"),
    "Warn": (" Warn -> ", "\x1b[1m\x1b[103m\x1b[30mw\x1b[0m\x1b[0m \x1b[93mWarn → \x1b[0m\x1b[0m"),
}


def styled(text: str, *codes: str) -> str:
    """Return a text with the codes of its style before it, and their end behind it; as it is where there are none."""
    if not codes:
        return text
    return "".join(f"\x1b[{code}m" for code in codes) + f"{text}\x1b[0m"


def head(kind: str = "Info", *, terminal: bool) -> str:
    """Return what a note begins with."""
    return _HEADS[kind][_FANCY if terminal else _PLAIN]


def note(text: str, kind: str = "Info", *, terminal: bool) -> str:
    """Return a note, below an empty line and without the end of its last line."""
    if terminal:
        text = text.replace("--platform", styled("--platform", BOLD))
    lines = [styled(line, ITALIC) if terminal else line for line in text.split("\n")]
    return "\n" + head(kind, terminal=terminal) + f"\n{' ' * COLUMNS}".join(lines)
