"""compare: the calls of two recordings, or of docker and rawdocker, side by side. Exit codes are those of diff."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import NamedTuple

from rawdocker.compare import Difference, Request, Requests, Row, compared, of_entry
from rawdocker.har.entry import words_without_secrets
from rawdocker.secrets import Redactor, hide_text
from rawdocker.show import printable
from rawdocker_cli.beside import ran
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.origins import without_typed_secrets
from rawdocker_cli.shell import PROGRAM, Failure, Shell
from rawdocker_cli.trace import wants_colour
from rawdocker_cli.verbs.spy import listening

SAME, DIFFERENT, TROUBLE = 0, 1, 2

ORACLE = "docker"

NARROWEST, WIDEST = 60, 200
"""Columns of the page."""

COLOURS = {"!": "\033[31m", "<": "\033[33m", ">": "\033[36m"}
PLAIN = "\033[0m"


class Side(NamedTuple):
    """What one side did."""

    name: str
    requests: Sequence[Request]
    code: int = 0


def compare(shell: Shell, options: Options, words: list[str]) -> int:
    """Print the calls of two sides; return 0 where they are the same, 1 where not, 2 where that cannot be told."""
    if options.docker:
        left, right = _live(shell, words)
    elif len(words) == 2:
        left, right = map(_recorded, words)
    else:
        shell.fail(f"{PROGRAM} compare: two recordings are compared, or --docker -- VERB [ARG...]", TROUBLE)
    rows = compared(left.requests, right.requests)
    if left.code != right.code:
        rows.append(Row("(the end)", "(the end)", (Difference("exit code", str(left.code), str(right.code)),)))
    shell.write(_page(left.name, right.name, rows))
    return DIFFERENT if any(row.differs for row in rows) else SAME


def _recorded(path: str) -> Side:
    from rawdocker.errors import RecordingError
    from rawdocker.har import read

    try:
        return Side(path, [of_entry(entry) for entry in read(path).entries])
    except RecordingError as error:
        raise Failure(str(error), TROUBLE) from None


def _live(shell: Shell, words: list[str]) -> tuple[Side, Side]:
    """Run both programs, one after the other; what they print goes to stderr."""
    oracle = shutil.which(ORACLE)
    if oracle is None:
        shell.fail(f"{PROGRAM} compare: {ORACLE} is not on PATH, and --docker compares with it", TROUBLE)
    ours = [sys.executable, "-c", "from rawdocker_cli.entry import entry; entry()"]
    return _watched(shell, ORACLE, [oracle], words), _watched(shell, PROGRAM, ours, words)


def _watched(shell: Shell, name: str, program: list[str], words: list[str]) -> Side:
    kept = Requests()
    with listening(shell, "", [kept]) as proxy:
        code = ran([*program, *words], proxy.host, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        proxy.settle()
    shown = words_without_secrets(without_typed_secrets(words), Redactor())
    return Side(" ".join([name, *shown]), kept.requests, code)


def _page(left: str, right: str, rows: Sequence[Row]) -> str:
    """Return two columns; what differs is marked, and coloured where a person looks."""
    page = _Page(wants_colour(sys.stdout))
    lines = [*page.lines(" ", left, right), ""]
    for row in rows:
        mark = ">" if not row.left else "<" if not row.right else "!" if row.differences else " "
        lines += page.lines(mark, row.left, row.right)
        for each in row.differences:
            lines += page.lines("!", _field(each.field, each.left), _field(each.field, each.right), indent="    ")
    count, calls = sum(row.differs for row in rows), f"{len(rows)} call{'s' if len(rows) != 1 else ''}"
    lines += ["", f"{calls}, {count} different" if count else f"{calls}, no difference"]
    return "\n".join(lines) + "\n"


def _field(name: str, value: str) -> str:
    return f"{name}: {_hidden(name.rpartition('.')[2], value)}" if value else f"{name} is not sent"


def _hidden(key: str, value: str) -> str:
    """Return a value without secrets; what is one depends on the key."""
    if value.startswith(("[", "{")):
        return hide_text(value)
    shown: dict[str, str] = json.loads(hide_text(json.dumps({key: value})))
    return shown[key]


class _Page:
    """Lines of a mark and two columns, each as wide as half a terminal."""

    def __init__(self, coloured: bool) -> None:
        columns = min(max(shutil.get_terminal_size((WIDEST, 24)).columns, NARROWEST), WIDEST)
        self._half = (columns - 4) // 2
        self._colours = COLOURS if coloured else {}

    def lines(self, mark: str, left: str, right: str, *, indent: str = "") -> Iterator[str]:
        """Yield what is in both columns, wrapped."""
        before, after = (f"{self._colours[mark]}", PLAIN) if mark in self._colours else ("", "")
        for one, two in zip_longest(self._wrapped(left, indent), self._wrapped(right, indent), fillvalue=""):
            yield f"{before}{mark} {one.ljust(self._half)} {two}".rstrip() + after

    def _wrapped(self, text: str, indent: str) -> list[str]:
        return wrap(printable(text), self._half, initial_indent=indent, subsequent_indent=indent + "  ")
