"""Where flags and words go on the wire: what the tables say is complete, understood, and what docker was seen to do."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from rawdocker.operations import matched
from rawdocker_cli.flags import index, wire
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.main import GLOBALS

TABLE = (Path(__file__).parent.parent.parent / "fixtures" / "api" / "flags.tsv").read_text().splitlines()
FACTS = list(csv.DictReader(TABLE, delimiter="\t", quoting=csv.QUOTE_NONE))
VERBS = [verb for verb in index.all_verbs() if verb.name not in index.OURS]
FLAGS = [pytest.param(verb, flag, id=f"{verb.name} --{flag.name}") for verb in VERBS for flag in verb.flags]


class Seen(NamedTuple):
    """What docker was seen to change in its requests because of a flag."""

    call: str
    kind: str
    """body, query, header or call."""
    name: str
    absent: bool


def seen(verb: Verb, flag: Flag) -> list[Seen]:
    """Return what the table of facts says that a flag changes."""
    names = {f"docker {name}" for name in (verb.name, *verb.aliases)}
    names |= {row["command"] for row in FACTS if verb.name in (row["same_as"] or "").split(", ")}
    rows = [row for row in FACTS if row["command"] in names and row["flag"] == f"--{flag.name}"]
    return [read(effect) for row in rows for effect in row["api"].split(" ; ") if effect]


def read(effect: str) -> Seen:
    """Read `POST /containers/ctr/exec: body Tty` or `+request HEAD /containers/ctr/archive query path`."""
    found = re.fullmatch(r"(\+request )?([A-Z]+) ([^\s:]+):? ?(?:(\w+) ([^ ]+|<.*>)( absent)?)? ?", effect)
    assert found, effect
    operation, _ = matched(found[2], found[3])
    assert operation, effect
    kind = "call" if found[1] else found[4]
    return Seen(f"{operation.method} {operation.path}", kind, found[5] or "", bool(found[6]))


def covers(place: wire.Place, fact: Seen) -> bool:
    """Say whether a place of ours is where docker was seen to put something."""
    if place.call != fact.call:
        return False
    if fact.kind == "call":
        return True
    if fact.kind != place.kind:
        return False
    if fact.name == "<raw body>":
        return place.text == "<body>"
    pattern = re.escape(place.name).replace(r"\*", "[^.]+") + r"(\..*)?"
    return bool(re.fullmatch(pattern, fact.name))


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
def test_every_flag_says_where_it_goes_or_what_the_client_does(verb: Verb, flag: Flag) -> None:
    assert flag.places or flag.client
    assert not flag.client.endswith(".")
    assert flag.help or flag.hidden


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
def test_every_place_of_a_flag_belongs_to_a_call(verb: Verb, flag: Flag) -> None:
    for text in flag.places:
        place = wire.place(verb, text)
        assert place.operation.name, text
        assert place.kind != "query" or place.parameter() or place.name in UNLISTED, text


UNLISTED = {"checkpoint", "checkpoint-dir", "details"}
"""Parameters that no specification has, and engines take."""

OTHERWISE = {"inspect --type"}
"""A flag that changes which of the verb's calls is made, which `client` says."""


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
def test_a_flag_names_every_place_that_docker_was_seen_to_use(verb: Verb, flag: Flag) -> None:
    places = [wire.place(verb, text) for text in flag.places]
    named = [
        any(covers(place, fact) for place in places) for fact in seen(verb, flag) if not understood(verb, flag, fact)
    ]
    # docker sends all of a ClusterVolumeSpec with any flag that belongs to it, we what was typed
    assert any(named or [True]) if verb.name == "volume create" else all(named)


def understood(verb: Verb, flag: Flag, fact: Seen) -> bool:
    """Say whether a fact is no place of the flag: how streams are asked for, or a call that the verb makes anyway."""
    made_anyway = fact.kind == "call" and fact.call == f"{wire.calls(verb)[0].method} {wire.calls(verb)[0].path}"
    return fact.kind == "header" or made_anyway or f"{verb.name} --{flag.name}" in OTHERWISE


NOT_SEEN = {
    "container attach --sig-proxy": "no signal was sent",
    "container run --sig-proxy": "no signal was sent",
    "container start --attach": "no signal was sent",
    "container create --kernel-memory": "gone since API 1.42",
    "container run --kernel-memory": "gone since API 1.42",
    "container exec --detach": "without -i as well",
    "container run --detach": "without -i as well",
    "container stats --all": "no container ran",
    "container stats --no-stream": "no container ran",
    "image load --quiet": "stdout was no terminal, which is quiet as well",
    "image ls --tree": "experimental",
    "images --tree": "experimental",
    "login --password-stdin": "stdin was empty",
    "volume create --type": "with mount alone",
}
"""The flags with a place that docker was not seen to use, and why not."""


def test_a_flag_names_no_place_that_docker_was_not_seen_to_use() -> None:
    unseen = set()
    for verb in VERBS:
        for flag in verb.flags:
            facts = seen(verb, flag)
            places = [wire.place(verb, text) for text in flag.places]
            if verb.name != "container update" and not all(any(covers(p, f) for f in facts) for p in places):
                unseen.add(f"{verb.name} --{flag.name}")
    assert unseen == set(NOT_SEEN)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_word_of_a_verb_has_a_place(verb: Verb) -> None:
    names = wire.words(verb)
    assert set(verb.words) <= set(names)
    for name in names:
        for text in wire.places_of_word(verb, name):
            assert wire.place(verb, text).operation.name, (name, text)


def test_global_flags_say_what_the_client_does() -> None:
    assert [flag.name for flag in GLOBALS if not flag.help] == []
