"""report: a recording as a page."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import STRING

VERBS = (
    Verb(
        "report",
        "[OPTIONS] FILE",
        "Make a page of a recording (HAR): its calls, times, bodies and streams",
        1,
        1,
        "report:report",
        (),
        (
            Flag(
                "output",
                STRING,
                "The page, - for stdout; without it FILE with .html instead of .har",
                short="o",
            ),
        ),
    ),
)
