"""What two runs of the same command print: texts without ids, times and ages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rawdocker.compare import EPOCH, TIME, Names

AGE = re.compile(
    r"\b(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)\b"
)


def text(output: str, names: Names, mask: Iterable[str] = ()) -> str:
    """Return an output without what differs from run to run."""
    output = names.put_into(output)
    output = EPOCH.sub("<epoch>", TIME.sub("<time>", output))
    masked, ages = AGE.subn("<age>", output)
    for pattern in mask:
        masked, count = re.subn(pattern, "<masked>", masked)
        ages += count
    # The width of a column depends on its ages.
    return re.sub(r"  +", "  ", masked) if ages else masked
