"""version, info and events."""

from __future__ import annotations

from rawdocker_cli.flags.common import FORMATS, INSTANT
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import FILTER, STRING

_FORMAT = Flag("format", STRING, "json, or a Go template", short="f", client=FORMATS)

VERBS = (
    Verb(
        "version",
        "[OPTIONS]",
        "Show the versions of rawdocker, of the engine and of the API",
        0,
        0,
        "system:version",
        ("GET /version",),
        (_FORMAT,),
    ),
    Verb(
        "system info",
        "[OPTIONS]",
        "Show how the engine is set up",
        0,
        0,
        "system:info",
        ("GET /info",),
        (_FORMAT,),
        aliases=("info",),
    ),
    Verb(
        "system events",
        "[OPTIONS]",
        "Watch what happens in the engine",
        0,
        0,
        "system:events",
        ("GET /events?since&until&filters",),
        (
            Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
            Flag("format", STRING, "json, or a Go template", client=FORMATS),
            Flag("since", STRING, "Begin at a time, or so long ago: 10m", wire=("?since",), client=INSTANT),
            Flag("until", STRING, "End at a time", wire=("?until",), client=INSTANT),
        ),
        aliases=("events",),
    ),
)
