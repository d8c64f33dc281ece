"""ps and stats."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, FILTER, INT, STRING

_FORMAT = Flag("format", STRING, "json, table, table TEMPLATE, or a Go template")

VERBS = (
    Verb(
        "container ls",
        "[OPTIONS]",
        "List containers",
        0,
        0,
        "ps:ps",
        ("GET /containers/json?all&filters&limit&size",),
        (
            Flag("all", BOOL, "Also those that do not run (?all)", short="a"),
            Flag("filter", FILTER, "Only those that match name=value (?filters)", short="f"),
            _FORMAT,
            Flag("last", INT, "The n newest, in any state (?limit)", short="n", default=-1),
            Flag("latest", BOOL, "The newest, in any state (?limit=1)", short="l"),
            Flag("no-trunc", BOOL, "Do not shorten ids and commands"),
            Flag("quiet", BOOL, "Only ids", short="q"),
            Flag("size", BOOL, "Also sizes (?size)", short="s"),
        ),
        aliases=("ps", "container list", "container ps"),
    ),
    Verb(
        "container stats",
        "[OPTIONS] [CONTAINER...]",
        "Show what containers use of processor, memory, network and disk, as it changes",
        0,
        None,
        "stats:stats",
        ("GET /events?filters", "GET /containers/json?all", "GET /containers/{id}/stats?stream"),
        (
            Flag("all", BOOL, "Also those that do not run (?all)", short="a"),
            _FORMAT,
            Flag("no-stream", BOOL, "Print once and end (?stream=0)"),
            Flag("no-trunc", BOOL, "Do not shorten ids"),
        ),
        aliases=("stats",),
    ),
)
