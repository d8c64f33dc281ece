"""inspect, of anything and of one kind of object."""

from __future__ import annotations

from rawdocker_cli.flags.common import FORMATS
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING

_FORMAT = Flag("format", STRING, "json, or a Go template for each object", short="f", client=FORMATS)


def _verb(noun: str, call: str, *flags: Flag) -> Verb:
    word = noun.upper()
    return Verb(
        f"{noun} inspect",
        f"[OPTIONS] {word} [{word}...]",
        f"Show all that the engine knows of one or more {noun}s",
        1,
        None,
        f"inspect:inspect_{noun}",
        (call,),
        (_FORMAT, *flags),
    )


VERBS = (
    Verb(
        "inspect",
        "[OPTIONS] NAME|ID [NAME|ID...]",
        "Show all that the engine knows of containers, images, networks, volumes or other objects",
        1,
        None,
        "inspect:inspect",
        (
            "GET /containers/{id}/json?size",
            "GET /images/{name}/json",
            "GET /networks/{id}",
            "GET /volumes/{name}",
            "GET /info",
            "GET /plugins/{name}/json",
        ),
        (
            _FORMAT,
            Flag("size", BOOL, "Also the sizes of containers", wire=("?size",), short="s"),
            Flag(
                "type",
                STRING,
                "Look for this kind of object only: container, image, network, volume …",
                client="asks for this kind alone, not for one after the other until there is one",
            ),
        ),
    ),
    _verb(
        "container",
        "GET /containers/{id}/json?size",
        Flag("size", BOOL, "Also its sizes", wire=("?size",), short="s"),
    ),
    _verb(
        "image",
        "GET /images/{name}/json?platform",
        Flag("platform", STRING, "The one for os[/arch[/variant]]", wire=("?platform",), since="1.49"),
    ),
    _verb(
        "network",
        "GET /networks/{id}?verbose",
        Flag("verbose", BOOL, "Also a swarm network's services and peers", wire=("?verbose",), short="v"),
    ),
    _verb("volume", "GET /volumes/{name}"),
)
