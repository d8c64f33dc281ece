"""Write docs/calls.md from the docstrings of rawdocker.calls: python3 scripts/generate_calls_doc.py"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from rawdocker import calls

PAGE = Path(__file__).parent.parent / "docs" / "calls.md"

HEAD = """\
# The calls

Every function of `rawdocker.calls` returns a request as a value and sends nothing; a client executes it.
Its name is the API's operation in snake_case, its parameters bear the API's own names (a dash is an
underscore), and what is None is not sent. Versions are those of the API; an engine refuses or ignores what
is newer than itself. The errors are those of present engines; older ones call some mistakes ServerError.

This page is written by `scripts/generate_calls_doc.py` from the functions themselves.
"""

CallFunction = Callable[..., Any]


class Parts(NamedTuple):
    """What the docstring of a call function says."""

    summary: str
    notes: list[str]
    parameters: dict[str, str]
    answer: str
    raises: str
    api: str


class Request(NamedTuple):
    """What the docstring's line on the API says."""

    method: str
    path: str
    operation: str
    versions: str


def functions() -> list[CallFunction]:
    """Return all call functions, by module and in the order they are written in."""
    found = [value for name in dir(calls) if inspect.isfunction(value := getattr(calls, name))]
    public = [function for function in found if not function.__name__.startswith("_")]
    return sorted(public, key=lambda function: (function.__module__, function.__code__.co_firstlineno))


def parts(function: CallFunction) -> Parts:
    """Take a docstring apart: each part begins with its word and goes on in the lines below it."""
    summary, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n")
    listed, told = "", rest
    if match := re.search(r"^Parameters:\n((?: .*\n)+)", rest, re.MULTILINE):
        listed, told = match[1], rest.replace(match[0], "")
    parameters = dict(re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", listed, re.MULTILINE))
    statements = re.split(r"\n+(?=(?:Answers|Streams|Hijack|Raises|API:) )|\n\n+", told.strip("\n"))
    named = {"Answers": "", "Raises": "", "API:": ""}
    notes = []
    for statement in map(_joined, statements):
        word = re.sub("Streams|Hijack", "Answers", statement.partition(" ")[0])
        if word in named:
            named[word] = statement
        else:
            notes.append(statement)
    texts = {name: _joined(text) for name, text in parameters.items()}
    return Parts(summary, notes, texts, named["Answers"], named["Raises"], named["API:"].removeprefix("API: "))


def request(told: Parts) -> Request:
    """Take the line on the API apart: GET /containers/json (ContainerList), since 1.25."""
    match = re.fullmatch(r"([A-Z]+) (\S+) \((\w+)\), (since .+)\.", told.api)
    if match is None:
        raise ValueError(f"not a line on the API: {told.api!r}")
    return Request(*match.groups())


def signature(function: CallFunction) -> str:
    """Return the function's head as it is written, on one line or with a line for each parameter."""
    names: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        names.append(f"{parameter.name}: {parameter.annotation}{default}")
    answer = function.__annotations__["return"]
    line = f"{function.__name__}({', '.join(names)}) -> {answer}"
    if len(line) <= 100:
        return line
    return "\n".join([f"{function.__name__}(", *(f"    {name}," for name in names), f") -> {answer}"])


def page() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for module, group in groupby(functions(), key=lambda function: function.__module__):
        lines += _section(module.rpartition(".")[2].capitalize(), list(group))
    return "\n".join(lines)


def _section(tag: str, members: list[CallFunction]) -> Iterator[str]:
    yield f"## {tag}\n"
    yield "| function | request | |"
    yield "|---|---|---|"
    for function in members:
        told = parts(function)
        asked = request(told)
        name = function.__name__
        yield f"| [{name}](#{name}) | `{asked.method} {asked.path}` | {_escaped(told.summary)} |"
    yield ""
    for function in members:
        yield from _entry(function)


def _entry(function: CallFunction) -> Iterator[str]:
    told = parts(function)
    asked = request(told)
    yield f"### {function.__name__}\n"
    yield f"{_escaped(told.summary)}\n"
    yield f"```python\n{signature(function)}\n```\n"
    yield f"`{asked.method} {asked.path}` ({asked.operation}), {asked.versions}.\n"
    for note in told.notes:
        yield f"{_escaped(note)}\n"
    for name, text in told.parameters.items():
        yield f"- `{name}`: {_escaped(text)}"
    if told.parameters:
        yield ""
    yield f"{_escaped(told.answer)}\n"
    yield f"{_escaped(told.raises)}\n"


def _joined(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return re.sub(r"([<*|])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
