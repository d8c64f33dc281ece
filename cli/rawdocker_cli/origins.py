"""Which word of a command line made which part of a call: the tables of flags, read from a request back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from os.path import basename
from typing import Any, NamedTuple

from rawdocker.call import Call
from rawdocker.secrets import mark, sounds_secret
from rawdocker_cli.flags import pflag, wire
from rawdocker_cli.flags.everywhere import GLOBALS
from rawdocker_cli.flags.flag import Options, Verb
from rawdocker_cli.main import named, parsed
from rawdocker_cli.shell import PROGRAM, Failure


def origins(words: Sequence[str], call: Call[Any]) -> Mapping[str, str]:
    """Return what made each part of a call: {"HostConfig.AutoRemove": "--rm", "?name": "--name", "Image": "IMAGE"}.

    Words that are no flags have the names of the usage line. A part that no word made is not in it: the verb itself
    sends that.
    """
    found: dict[str, dict[str, None]] = {}
    for name, place in _places(tuple(words)):
        if place.operation.name == call.operation and not place.absent:
            for part in _at(place, call):
                found.setdefault(part, {})[name] = None
    return {part: ", ".join(names) for part, names in found.items()}


def without_typed_secrets(words: Sequence[str]) -> list[str]:
    """Return a command line without the values of flags that are secrets: -p of login, also behind `spy -- docker`."""
    shown = list(words)
    programs = (number for number, word in enumerate(words, 1) if basename(word) in ("docker", PROGRAM))
    for start in (0, *programs):
        read = _read(words[start:])
        for use in read.typed.uses if read else ():
            if sounds_secret(use.flag.name.replace("-", "_")) and use.text:
                hidden = use.words[-1].removesuffix(use.text) + mark(f"value of --{use.flag.name}")
                shown = [hidden if word == use.words[-1] else word for word in shown]
    return shown


class _Read(NamedTuple):
    """What a command line says."""

    verb: Verb
    typed: Options
    words: Sequence[str]


def _read(line: Sequence[str]) -> _Read | None:
    """Return what a command line says; None for one that is wrong."""
    try:
        _, words = pflag.parse(GLOBALS, line, interspersed=False)
        verb, words = named(words) if words else (None, [])
        return None if verb is None else _Read(verb, *parsed(verb, words))
    except (pflag.FlagError, pflag.HelpRequested, Failure):
        return None


@lru_cache(maxsize=16)
def _places(line: tuple[str, ...]) -> list[tuple[str, wire.Place]]:
    """Return each flag and word of a command line with each place that it goes to; none of one that is wrong."""
    read = _read(line)
    if read is None:
        return []
    verb, typed, words = read
    flags = [(f"--{flag.name}", flag.places) for flag in verb.flags if flag.name in typed.values]
    names = [(name, wire.places_of_word(verb, name)) for name in wire.words(verb)[: len(words)]]
    return [(name, wire.place(verb, text)) for name, texts in flags + names for text in texts]


def _at(place: wire.Place, call: Call[Any]) -> Iterator[str]:
    """Yield the parts of a call that a place names."""
    pattern = re.compile(re.escape(place.text).replace(r"\*", ".+"))
    return (
        name
        for name, value in _parts(call)
        if pattern.fullmatch(name) and (not place.value or str(value) == place.value)
    )


def _parts(call: Call[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"{{{name}}}", value) for name, value in call.arguments.items())
    yield from ((f"?{name}", value) for name, value in call.query.items())
    yield from _fields("", call.json_body())


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            inner = f"{path}.{name}" if path else name
            yield inner, item
            yield from _fields(inner, item)
