"""completion: what a shell needs to complete our commands."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Verb

VERBS = (
    Verb(
        "completion",
        "bash|zsh|fish|powershell",
        "Print the completion script of a shell",
        1,
        1,
        "completion:completion",
        (),
    ),
)
