"""ps and stats."""

from __future__ import annotations

from rawdocker_cli.flags.common import FORMAT, FORMATS, QUIET, SHORTENS
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, FILTER, INT

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
            Flag("all", BOOL, "Also those that do not run", wire=("?all",), short="a"),
            Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
            FORMAT._replace(wire=("?size",), client=f"{FORMATS}; asks for sizes where it names .Size"),
            Flag("last", INT, "The n newest, in any state", wire=("?limit",), short="n", default=-1),
            Flag("latest", BOOL, "The newest, in any state", wire=("?limit=1",), short="l"),
            Flag("no-trunc", BOOL, "Do not shorten ids and commands", client=SHORTENS),
            Flag("quiet", BOOL, "Only ids", short="q", client=QUIET),
            Flag("size", BOOL, "Also sizes", wire=("?size",), short="s"),
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
            Flag("all", BOOL, "Also those that do not run", wire=("?all",), short="a"),
            FORMAT,
            Flag("no-stream", BOOL, "Print once and end", wire=("?stream of GET /containers/{id}/stats",)),
            Flag("no-trunc", BOOL, "Do not shorten ids", client=SHORTENS),
        ),
        aliases=("stats",),
    ),
)
