"""Where flags and words go on the wire: the notation that the tables say it in, read for help, explain and the docs.

HostConfig.Memory                                  a place in the JSON body; * stands for any name
<body>                                             the body itself, where it is no JSON
?t                                                 a query parameter
?condition=removed of POST /containers/{id}/wait   of another call than the verb's first that has it; with this value
no ?tag                                            left out because of the flag
{id}                                               a place in the path
POST /images/create                                a call of its own, made because of the flag
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rawdocker.operations import Operation, Parameter, matched, parameters
from rawdocker_cli.flags.flag import Verb

CALL = re.compile(r"\b(GET|HEAD|POST|PUT|DELETE) (/[^\s?]+)")
"""A call in a table: the method, and the path without its query."""


class Place(NamedTuple):
    """One place on the wire."""

    text: str
    """As the table says it, without the call: HostConfig.Memory, ?t, {id}; empty for a whole call."""
    operation: Operation
    """The call that it belongs to."""
    value: str = ""
    """The value that it has whenever the flag is used; empty where the flag gives it."""
    absent: bool = False
    """Whether the flag leaves it out."""

    @property
    def kind(self) -> str:
        """Return query, path, body, or call for a whole one."""
        return {"?": "query", "{": "path", "": "call"}.get(self.text[:1], "body")

    @property
    def name(self) -> str:
        """The parameter's name, or the path of keys."""
        return self.text.strip("?{}")

    @property
    def call(self) -> str:
        """The call as it is written everywhere: POST /containers/create."""
        return f"{self.operation.method} {self.operation.path}"

    def parameter(self) -> Parameter | None:
        """Return what is known of the query parameter."""
        named = (found for found in parameters().get(self.operation.name, ()) if found.name == self.name)
        return next((found for found in named if found.place == self.kind), None)


def calls(verb: Verb) -> tuple[Operation, ...]:
    """Return the operations behind a verb, each once."""
    found = (matched(*call.groups())[0] for text in verb.calls for call in CALL.finditer(text))
    return tuple(dict.fromkeys(operation for operation in found if operation))


def place(verb: Verb, text: str) -> Place:
    """Read one place of a verb's tables."""
    absent = text.startswith("no ")
    name, _, call = text.removeprefix("no ").partition(" of ")
    if CALL.fullmatch(name):
        name, call = "", name
    name, _, value = name.partition("=")
    found = Place(name, operation(call) if call else _UNKNOWN, value, absent)
    return found if call else found._replace(operation=_owner(verb, found))


def operation(call: str) -> Operation:
    """Return the operation that is written METHOD /path."""
    found, _ = matched(*call.split(" "))
    return found or _UNKNOWN


_UNKNOWN = Operation("", "", "", "", "", "", "")


def _owner(verb: Verb, place: Place) -> Operation:
    """Return the first call of a verb that has a place like this."""
    return next((operation for operation in calls(verb) if _has(operation, place)), _UNKNOWN)


def _has(operation: Operation, place: Place) -> bool:
    known = parameters().get(operation.name, ())
    if place.kind == "body":
        return any(parameter.place == "body" for parameter in known)
    return any((parameter.place, parameter.name) == (place.kind, place.name) for parameter in known)


def words(verb: Verb) -> list[str]:
    """Return the names of a verb's words, in order: CONTAINER, COMMAND, ARG. The last may stand for many."""
    usage = re.split(r"\n| \| ", verb.usage)[0].removeprefix("[OPTIONS]")
    names = re.findall(r"\[ps OPTIONS\]|[^\s\[\]]+(?:\[[^\s]*\])?|\[[^\[\]]+(?:\[[^\]]*\])?\]", usage)
    return list(dict.fromkeys(_bare(name) for name in names))


def _bare(name: str) -> str:
    name = name.removesuffix("...]").removesuffix("...")
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name.removeprefix("[")


def places_of_word(verb: Verb, name: str) -> tuple[str, ...]:
    """Return where a word goes: what the verb's table says, else the place of the path."""
    if name in verb.words:
        return verb.words[name]
    for operation in calls(verb):
        place = re.search(r"\{\w+\}", operation.path)
        if place:
            return (place[0],)
    return ()
