"""Functions that a script is given only if it uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping


def needed(functions: Mapping[str, str], body: str) -> list[str]:
    """Return the names of the functions that a script uses, also by way of each other, in the order of the table."""
    used: set[str] = set()
    text = body
    while True:
        found = {
            name for name in functions if name not in used and re.search(rf"(?<![\w./\"-]){name}(?![\w.:/=-])", text)
        }
        if not found:
            return [name for name in functions if name in used]
        used |= found
        text = "".join(functions[name] for name in found)
