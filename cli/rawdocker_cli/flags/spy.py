"""spy: its flags."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

VERBS = (
    Verb(
        "spy",
        "[OPTIONS] [COMMAND [ARG...]]",
        "Show and record what any client asks of the engine",
        0,
        None,
        "spy:spy",
        (),
        (
            Flag("listen", STRING, "The socket to listen on (default: one in a new directory)"),
            Flag("output", STRING, "Keep what passes in this file, as HAR; the same as --record", short="o",
                 alias_of="record"),
            Flag("quiet", BOOL, "Show nothing unless --trace is given", short="q"),
        ),
        interspersed=False,
    ),
)  # fmt: skip
