"""explain: what each word of a command line becomes, and who makes a call."""

from __future__ import annotations

from rawdocker_cli.flags.everywhere import GLOBALS
from rawdocker_cli.flags.flag import Verb
from rawdocker_cli.flags.ours import OURS

VERBS = (
    Verb(
        "explain",
        "[OPTIONS] VERB [ARG...]\n\trawdocker explain [METHOD] PATH",
        "Show what each word of a command becomes in the API; or which verbs and functions make a call",
        1,
        None,
        "explain:explain",
        (),
        tuple(flag for flag in GLOBALS if flag not in OURS),
        interspersed=False,
    ),
)
