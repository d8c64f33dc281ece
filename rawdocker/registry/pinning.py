"""Image names in Dockerfiles and compose files: where they stand, and the file with others in their place.

Only the names are touched: everything else stays byte for byte. The files are scanned, not parsed: what is needed of
their grammar is which lines are text of something else (continued lines, here-documents, block scalars).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rawdocker.registry.files import replacing

_ESCAPE = re.compile(r"\s*#\s*escape\s*=\s*([\\`])\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\s*#\s*\w+\s*=")
_FROM = re.compile(r"\ufeff?\s*FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.IGNORECASE)
_HEREDOC = re.compile(r"(?:^|\s)\d*<<-?([\"']?)(\w+)\1(?=\s|$)")
_TAKES_HEREDOC = re.compile(r"\s*(RUN|COPY|ADD)\s", re.IGNORECASE)

_KEY = re.compile(r"(?P<indent> *)(?P<quote>[\"']?)(?P<key>[^\s\"':#{}\[\],&*][^\"':#{}\[\]]*?)(?P=quote) *:(?:\s+|$)")
_VALUE = re.compile(r"(?P<quote>[\"']?)(?P<image>[^\s\"'#&*!|>{}\[\]][^\s\"']*)(?P=quote)\s*(?:\s#.*)?$")
_BLOCK = re.compile(r"(?:^|[\s:-])[|>][-+0-9]*\s*(?:\s#.*)?$")


class Place(NamedTuple):
    """An image name in a file."""

    start: int
    end: int
    image: str
    line: int
    """Counted from 1."""
    why_not: str = ""
    """Why it cannot be pinned; empty where it can."""


def replaced(text: str, names: dict[Place, str]) -> str:
    """Return a text with other names in some places."""
    for place, name in sorted(names.items(), reverse=True):
        text = text[: place.start] + name + text[place.end :]
    return text


def read(path: str) -> str:
    """Return the text of a file; what is no UTF-8 in it, and its ends of lines, come through. Raises OSError."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def rewrite(path: str, names: Mapping[str, str]) -> None:
    """Put other names in the place of images of a Dockerfile or compose file that have no digest. Raises OSError.

    names: the name for each image, as this is written there: {"debian:12": "debian:12@sha256:…"}.
    """
    text = read(path)
    found = {place: names[place.image] for place in places(text, compose=is_compose(path)) if place.image in names}
    with replacing(path) as file:
        file.write(replaced(text, found).encode("utf-8", "surrogateescape"))


def is_compose(path: str) -> bool:
    """Say whether a file is a compose file by its name; all others are Dockerfiles."""
    return path.endswith((".yml", ".yaml"))


def places(text: str, *, compose: bool) -> list[Place]:
    """Return the image names of a file that have no digest yet, in order."""
    found = _of_compose(text) if compose else _of_dockerfile(text)
    return [place for place in found if "@" not in place.image]


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _placed(text: str, start: int, image: str) -> Place:
    why = "its name has a variable" if "$" in image else ""
    return Place(start, start + len(image), image, _line_of(text, start), why)


def _of_dockerfile(text: str) -> Iterator[Place]:
    stages = {"scratch"}
    for start, instruction in _instructions(text):
        found = _FROM.match(instruction)
        if found is None:
            continue
        if found["image"].lower() not in stages:
            yield _placed(text, start + found.start("image"), found["image"])
        if found["stage"]:
            stages.add(found["stage"].lower())


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each instruction begins, and its text with blanks for line ends, comments and escapes."""
    escape = _escape_of(text)
    lines = list(_lines(text))
    number = 0
    while number < len(lines):
        first = number
        pieces: list[str] = []
        continued = True
        while continued and number < len(lines):
            piece, continued = _masked(lines[number][1], escape, inside=bool(pieces))
            pieces.append(piece)
            number += 1
        instruction = "".join(pieces)
        yield lines[first][0], instruction
        if _TAKES_HEREDOC.match(instruction):
            number = _behind_heredocs(instruction, lines, number)


def _masked(line: str, escape: str, *, inside: bool) -> tuple[str, bool]:
    """Return a line with blanks for what is no word of the instruction, and whether the instruction goes on."""
    bare = line.rstrip()
    if bare.lstrip().startswith("#") or (inside and not bare):
        return " " * len(line), inside
    if bare.endswith(escape):
        return bare[:-1] + " " * (len(line) - len(bare) + 1), True
    return bare + " " * (len(line) - len(bare)), False


def _behind_heredocs(instruction: str, lines: list[tuple[int, str]], number: int) -> int:
    for _, word in _HEREDOC.findall(instruction):
        ends = (place for place in range(number, len(lines)) if lines[place][1].strip() == word)
        number = next(ends, number - 1) + 1
    return number


def _escape_of(text: str) -> str:
    for _, line in _lines(text):
        if found := _ESCAPE.match(line):
            return found[1]
        if not _DIRECTIVE.match(line):
            break
    return "\\"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):  # splitlines knows more ends than these formats
        yield start, line
        start += len(line)


def _of_compose(text: str) -> Iterator[Place]:
    built, found = set(), []
    for path, start, value in _entries(text):
        service = path[:-1]
        if path[0] == "services" and len(path) < 3 and value.startswith("{") and "image" in value:
            found.append((path, Place(start, start, value, _line_of(text, start), "it is written in flow style")))
        if not (len(path) == 3 and path[0] == "services") and not (len(path) == 2 and path[0].startswith("x-")):
            continue
        if path[-1] == "build":
            built.add(service)
        if path[-1] == "image":
            found.append((service, _valued(text, start, value)))
    yield from (place for service, place in found if service not in built)


def _valued(text: str, start: int, value: str) -> Place:
    match = _VALUE.match(value)
    if match is None:
        return Place(start, start, value.strip(), _line_of(text, start), "it is not written as a plain value")
    return _placed(text, start + match.start("image"), match["image"])


def _entries(text: str) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Yield the keys of the mappings of a YAML file: their path, and where and what their value is on the same line."""
    stack: list[tuple[int, str]] = []
    scalar: int | None = None
    for start, line in _lines(text):
        indent = len(line) - len(line.lstrip(" "))
        bare = line.strip()
        if not bare or bare.startswith("#") or (scalar is not None and indent > scalar):
            continue
        scalar = indent if _BLOCK.search(line.rstrip()) else None
        match = _KEY.match(line)
        if match is None:
            continue
        while stack and stack[-1][0] >= indent:
            stack.pop()
        stack.append((indent, match["key"]))
        yield tuple(key for _, key in stack), start + match.end(), line[match.end() :].rstrip()
