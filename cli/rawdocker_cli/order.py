"""The order of names with numbers in them."""

from __future__ import annotations

import re


def natural(text: str) -> list[tuple[int, int]]:
    """Return a key that sorts numbers inside text by their value: web9 before web10."""
    parts = re.findall("[0-9]+|[^0-9]", text, re.DOTALL)
    return [(ord("0"), int(part)) if part.isdigit() else (ord(part), 0) for part in parts]
