"""What the verbs that list things have in common: cells, and how a failing --format ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from rawdocker_cli.format import Table, TemplateError, print_rows
from rawdocker_cli.shell import Shell

Labels = Mapping[str, str] | None
Row = TypeVar("Row")


def show(shell: Shell, table: Table[Row], rows: Iterable[Row], source: str, quiet: bool = False) -> None:
    """Print rows as --format and --quiet ask for; a template that fails ends the verb with docker's words."""
    try:
        print_rows(shell.write, table, rows, source, quiet)
    except TemplateError as error:
        shell.fail(str(error))


def chosen_format(shell: Shell, typed: str, key: str, quiet: bool) -> str:
    """Return the --format that was typed, else (unless only ids are wanted) what config.json has under a key."""
    return typed or ("" if quiet else str(shell.config.get(key) or ""))


def truth(value: object) -> str:
    """Return true or false, as Go prints them."""
    return "true" if value else "false"


def joined(labels: Labels) -> str:
    """Return labels as a table shows them: a=1,b=2."""
    return ",".join(f"{name}={value}" for name, value in (labels or {}).items())


def labelled(labels: Labels, name: str) -> str:
    """Return one label's value, nothing where it is missing."""
    return (labels or {}).get(name, "")
