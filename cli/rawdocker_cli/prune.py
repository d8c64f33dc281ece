"""What all prune verbs share: the question before, and the filters that config.json adds."""

from __future__ import annotations

import sys
from typing import Any

from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.shell import Shell

_OPPOSITES = {"label": "label!", "label!": "label"}


def prune_filters(shell: Shell, typed: list[tuple[str, str]]) -> dict[str, Any] | None:
    """Return the `filters` parameter: what was typed, and pruneFilters of config.json that do not contradict it."""
    pairs = list(typed)
    for text in shell.config.get("pruneFilters") or ():
        name, equals, value = text.partition("=")
        if equals and (_OPPOSITES.get(name), value) not in pairs:
            pairs.append((name, value))
    return filters(pairs)


def confirmed(shell: Shell, question: str) -> bool:
    """Ask a question on stdout and say whether the line that answers it is y or Y; Ctrl-C is a no."""
    if shell.rehearsing:
        return True
    shell.write(f"{question} [y/N] ")
    try:
        answer = sys.stdin.buffer.readline()
    except KeyboardInterrupt:
        shell.print("")
        return False
    return answer.strip().lower() == b"y"
