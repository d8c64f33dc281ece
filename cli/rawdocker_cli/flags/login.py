"""login and logout."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

_STDIN = "reads the password, and keeps it with docker's configuration where it is accepted"

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
            Flag(
                "password", STRING, "Password or access token; others can read it here", short="p", wire=("password",)
            ),
            Flag("password-stdin", BOOL, "Read the password from stdin", wire=("password",), client=_STDIN),
            Flag("username", STRING, "User name", short="u", wire=("username",)),
        ),
        words={"SERVER": ("serveraddress",)},
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
