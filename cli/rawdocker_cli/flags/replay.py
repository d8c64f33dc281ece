"""replay: the verb that answers from a recording."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Kind, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 <= speed < float("inf"):
        raise ValueError("a number from 0 on")
    return speed


VERBS = (
    Verb(
        "replay",
        "[OPTIONS] FILE [-- COMMAND [ARG...]]",
        "Answer as a recorded engine did: from a file of --record or spy",
        1,
        None,
        "replay:replay",
        (),
        (
            Flag("listen", STRING, "The socket to listen on; default: a new one, removed afterwards"),
            Flag("speed", Kind("number", _speed, 0.0), "1: in the time it took; 2: in half of it; 0: at once"),
            Flag("strict", BOOL, "Answer each exchange once, and in the order of the recording"),
        ),
    ),
)
