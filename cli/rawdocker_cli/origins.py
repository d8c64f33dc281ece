"""Which word of a command line made which part of a call: the tables of flags, read from a request back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rawdocker.call import Call
from rawdocker_cli.flags import index, pflag
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.main import GLOBALS


def origins(words: Sequence[str], call: Call[Any]) -> Mapping[str, str]:
    """Return what made each part of a call: {"HostConfig.AutoRemove": "--rm", "?name": "--name", "Image": "debian:12"}.

    A part that no word made is not in it: the verb itself sends that.
    """
    flags, rest = _understood(tuple(words))
    parts = dict(_parts(call))
    found = {part: f"--{flag.name}" for flag in flags for place in places(flag) for part in _at(place, parts)}
    for part, value in parts.items():
        if part not in found and _is_of(value, rest):
            found[part] = "the command line: " + (value if isinstance(value, str) else " ".join(value))
    return found


@lru_cache(maxsize=16)
def _understood(words: tuple[str, ...]) -> tuple[list[Flag], list[str]]:
    """Return the flags that stood on a command line, and the words that are no flags; nothing of one that is wrong."""
    try:
        _, rest = pflag.parse(GLOBALS, words, interspersed=False)
        verb, rest = _verb(rest)
        if verb is None:
            return [], []
        typed, rest = pflag.parse((*verb.flags, *OURS), rest, interspersed=verb.interspersed)
    except (pflag.FlagError, pflag.HelpRequested):
        return [], []
    return [flag for flag in verb.flags if flag.name in typed.values], rest


def _verb(words: list[str]) -> tuple[Verb | None, list[str]]:
    for count in (2, 1):
        verb = index.find(" ".join(words[:count])) if len(words) >= count else None
        if verb is not None:
            return verb, words[count:]
    return None, []


def places(flag: Flag) -> tuple[str, ...]:
    """Return where the value of a flag goes: dotted paths of the body (* is any key), ?name for the query."""
    named = (flag.into.__doc__ or "") if flag.into is not None else ""
    if named and " " not in named:
        return (named,)
    brackets = re.search(r"\(([^()]+)\)$", flag.help)
    return tuple(place.split()[0] for place in brackets[1].split(", ")) if brackets else ()


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


def _at(place: str, parts: Iterable[str]) -> Iterator[str]:
    """Yield the parts that a place names; a path may leave out the objects around it."""
    pattern = re.compile(r"(?:.+\.)?" + re.escape(place).replace(r"\*", r"[^.]+"))
    return (part for part in parts if pattern.fullmatch(part))


def _is_of(value: Any, words: list[str]) -> bool:
    """Say whether a value is one of some words, or all of them behind the first."""
    return bool(words) and (value in words if isinstance(value, str) else value == words[1:] != [])
