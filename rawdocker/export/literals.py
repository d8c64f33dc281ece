"""Values as Python writes them, with variables in their texts; long ones over several lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rawdocker.export.text import pieces

WIDTH = 100


class Code(str):
    """A piece of Python that is already written."""


def text(value: str) -> str:
    """Return a text with places as a literal: an f-string, or the variable alone."""
    parts = list(pieces(value))
    if not any(part.is_variable for part in parts):
        return _quoted(value)
    if len(parts) == 1:
        return parts[0].text
    inside = "".join(f"{{{part.text}}}" if part.is_variable else _inside(part.text) for part in parts)
    return f'f"{inside}"'


def _quoted(value: str) -> str:
    shown = repr(value)
    return f'"{value}"' if shown == f"'{value}'" and '"' not in value else shown


def _inside(value: str) -> str:
    """Return a text as it stands between the double quotes of an f-string."""
    # With ' in front repr quotes by ", as long as no " is in the text; those are escaped after it.
    shown = repr("'" + value.replace('"', "\0"))[2:-1]
    return shown.replace("\\x00", '\\"').replace("{", "{{").replace("}", "}}")


def value(thing: Any, indent: int = 0, room: int = WIDTH) -> str:
    """Return a JSON value as a literal.

    indent: of the line it stands in. room: characters that are left in that line.
    """
    if isinstance(thing, Code):
        return str(thing)
    if isinstance(thing, str):
        return text(thing)
    if isinstance(thing, dict):
        items = [(f"{text(str(key))}: ", inner) for key, inner in thing.items()]
        return laid_out("{", items, "}", indent, room)
    if isinstance(thing, list | tuple):
        return laid_out("[", [("", inner) for inner in thing], "]", indent, room)
    return repr(thing)


def laid_out(opening: str, items: Sequence[tuple[str, Any]], closing: str, indent: int, room: int = WIDTH) -> str:
    """Return items (each behind its name) between brackets: in the line if there is room, else a line each."""
    short = opening + ", ".join(name + value(item, room=1 << 30) for name, item in items) + closing
    if len(short) <= room - indent and "\n" not in short:
        return short
    inner = indent + 4
    lines = [f"{' ' * inner}{name}{value(item, inner, WIDTH - len(name))}," for name, item in items]
    return "\n".join([opening, *lines, " " * indent + closing]) if items else short
