"""What a scenario of the terminal tests is. Scenarios are data: tables of them are in the folder `scenarios`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class See(NamedTuple):
    """Wait until this (a regular expression) has come since what was waited for last."""

    pattern: str


class Keys(NamedTuple):
    """Type this at once."""

    text: str | bytes


class Resize(NamedTuple):
    """Give the window another size."""

    rows: int
    columns: int


class Signal(NamedTuple):
    """Send the program a signal."""

    name: str


class Hangup(NamedTuple):
    """Close the terminal."""


class Outside(NamedTuple):
    """Have docker do this meanwhile, from elsewhere."""

    command: str


class Look(NamedTuple):
    """Compare the screens as they are once nothing more comes."""


class Beside(NamedTuple):
    """Start another client on a terminal of its own; the steps There are for it."""

    command: str


class There(NamedTuple):
    """Take a step at the other client's terminal."""

    step: See | Keys | Resize | Signal | Look


Step = See | Keys | Resize | Signal | Hangup | Outside | Look | Beside | There


class Scenario(NamedTuple):
    """A line for a shell, in which `docker` is the program, and what a person does while it runs."""

    name: str
    line: str
    """Placeholders are those of the parity tests: {c} a container, {img} busybox:1, {tmp} a folder …"""
    steps: tuple[Step, ...] = ()
    setup: tuple[str, ...] = ()
    """Command lines docker is given first."""
    after: tuple[str, ...] = ()
    """Command lines docker is given afterwards; what they print is compared."""
    size: tuple[int, int] = (24, 80)
    """Rows and columns of the window."""
    files: Mapping[str, str] = {}
    """Files in {tmp}, which is docker's configuration directory as well."""
    mask: tuple[str, ...] = ()
    """What is masked on the screens beyond ids, times and ages."""
    differs: Mapping[str, str] = {}
    """In which respects (screen, exit code, terminal, afterwards) it is meant to differ, and why."""
