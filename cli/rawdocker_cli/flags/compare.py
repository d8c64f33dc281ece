"""compare: its flags."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL

VERBS = (
    Verb(
        "compare",
        "A.har B.har | --docker -- VERB [ARG...]",
        "Show what two clients asked of an engine, side by side",
        1,
        None,
        "compare:compare",
        (),
        (Flag("docker", BOOL, "Run docker and rawdocker with the same words, and compare what they ask"),),
        interspersed=False,
    ),
)
