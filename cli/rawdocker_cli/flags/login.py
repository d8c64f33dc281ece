"""login and logout."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

VERBS = (
    Verb(
        "login",
        "[OPTIONS] [SERVER]",
        "Log in to a registry, Docker Hub unless another is named",
        0,
        1,
        "login:login",
        ("POST /auth",),
        (
            Flag("password", STRING, "Password or token; others can read it here", wire=("password",), short="p"),
            Flag("password-stdin", BOOL, "Read the password from stdin", client="reads the password from stdin"),
            Flag("username", STRING, "User name", wire=("username",), short="u"),
        ),
    ),
    Verb(
        "logout",
        "[SERVER]",
        "Forget the credentials of a registry, Docker Hub unless another is named",
        0,
        1,
        "login:logout",
        (),
    ),
)
