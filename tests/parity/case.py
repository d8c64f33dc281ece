"""What a case of the parity tests is. Cases are data: tables of them are in the folder `cases`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

ORDERED = "in order"
ANY_ORDER = "in any order"

# What a run cannot have in common with another one on the same engine. A case names those it must not compare.
IP = r"\b(?:1[07]2|192)\.\d+\.\d+\.\d+\b"
MAC = r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"
PORT = r"\b(?:3[2-9]|4\d|5\d|60)\d{3}\b"
PID = r"\b\d{2,7}\b"
PERCENT = r"\d+\.\d+%"
SIZE = r"\d+(?:\.\d+)?(?:B|kB|MB|KiB|MiB|GiB)"


class Case(NamedTuple):
    """A command line that docker and rawdocker are both given, and what is prepared for each."""

    command: str
    """The words after the program's name, quoted as for a shell. Placeholders: {c} {c2} {c3} containers, {net} {net2},
    {vol} {vol2}, {new} a repository, {id} the image that the setup made in it, {img} the image busybox:1, {label} what
    unnamed things must carry to be removed, {tmp} a folder, where the command runs; {start} and {end}: when the setup
    began and had ended."""
    setup: tuple[str, ...] = ()
    """Command lines the oracle is given first; one that begins with "!" may fail."""
    after: tuple[str, ...] = ()
    """Command lines the oracle is given afterwards; what they print is compared, too."""
    files: Mapping[str, str] = {}
    """Files in {tmp}; what is in it afterwards is compared."""
    stdin: str | None = None
    """What comes through a pipe; None: nothing, as from /dev/null."""
    typed: tuple[tuple[str, str], ...] = ()
    """For a command on a terminal: texts to wait for and what is typed then."""
    stdout: bool = True
    """Whether stdout is compared; False where docker's own differs from run to run."""
    stderr: bool = True
    """Whether stderr is compared; False where docker's own differs from run to run."""
    calls: str | None = ORDERED
    """How the API calls are compared; None: their number differs from run to run."""
    mask: tuple[str, ...] = ()
    """What is masked in the output beyond ids, times and ages."""
    lines: str = ""
    """A regular expression: only the lines of stdout where it is found are compared."""
    env: Mapping[str, str] = {}
    """Further environment variables; their values may have placeholders."""
    name: str = ""
    """What tells it from another case with the same command."""

    @property
    def id(self) -> str:
        return f"{self.command} ({self.name})" if self.name else self.command

    def applies_to(self, line: str) -> bool:
        return re.search(self.lines, line) is not None


def usage(command: str) -> Case:
    """Return the case of a command's --help: the text is each program's own, but for the line with the usage."""
    return Case(f"{command} --help", lines="^Usage:")


PLACEHOLDER = re.compile(r"\{(c\d?|net2?|vol2?|new|id|img|label|tmp|start|end)\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of placeholders; other braces are left alone, since templates have them."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)
