"""--help: docker's layout, and at the end of each verb's page the API calls behind it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence

from rawdocker_cli.flags import index
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.shell import PROGRAM

WIDTH = 80


def verb_page(verb: Verb, ours: Sequence[Flag]) -> str:
    """Return the help of one verb."""
    parts = [f"Usage:  {usage(verb)}", verb.summary]
    if verb.aliases:
        names = [verb.name, *sorted(verb.aliases, key=lambda name: " " not in name)]
        parts.append("Aliases:\n  " + ", ".join(f"{PROGRAM} {name}" for name in names))
    shown = sorted((flag for flag in verb.flags if not flag.hidden), key=lambda flag: flag.name)
    if shown:
        parts.append("Options:\n" + flag_rows(shown))
    parts.append("Options of rawdocker:\n" + flag_rows(ours))
    parts.append("API calls:\n" + "\n".join(f"  {call}" for call in verb.calls or ("none of its own",)))
    return "\n\n".join(parts) + "\n"


def usage(verb: Verb) -> str:
    """Return how a verb is called."""
    return f"{PROGRAM} {verb.called} {verb.usage}".rstrip()


def flag_rows(flags: Sequence[Flag]) -> str:
    """Return a block of aligned flags, wrapped to the width of the terminal."""
    heads = [_head(flag) for flag in flags]
    left = max(map(len, heads)) + 3
    room = max(24, min(shutil.get_terminal_size((WIDTH, 24)).columns, 120) - left)
    rows = []
    for head, flag in zip(heads, flags, strict=True):
        notes = [*flag.places, *([f"API {flag.since}"] if flag.since else [])]
        lines = textwrap.wrap(f"{flag.help} ({', '.join(notes)})" if notes else flag.help, room) or [""]
        rows.append(head.ljust(left) + lines[0])
        rows.extend(" " * left + line for line in lines[1:])
    return "\n".join(row.rstrip() for row in rows)


def _head(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    return f"  {short}--{flag.name} {flag.kind.name if not flag.kind.bare else ''}".rstrip()


def group_page(group: str) -> str:
    """Return the help of a noun: the verbs it has and what each does."""
    rows = [
        (verb.name.partition(" ")[2], verb.summary) for verb in index.all_verbs() if verb.name.startswith(f"{group} ")
    ]
    return (
        f"Usage:  {PROGRAM} {group} COMMAND\n\n{index.GROUPS[group]}\n\nCommands:\n{command_rows(rows)}\n\n"
        f"Run '{PROGRAM} {group} COMMAND --help' for more information on a command.\n"
    )


def root_page(global_flags: Sequence[Flag]) -> str:
    """Return the help of the whole command."""
    verbs = [(verb.short_name, verb.summary) for verb in index.all_verbs() if " " not in verb.short_name]
    ours = [row for row in verbs if row[0] in index.OURS]
    verbs = [row for row in verbs if row[0] not in index.OURS]
    return (
        f"Usage:  {PROGRAM} [OPTIONS] COMMAND\n\nA client that shows the Docker Engine API behind each command\n\n"
        f"Management Commands:\n{command_rows(index.GROUPS.items())}\n\nCommands:\n{command_rows(verbs)}\n\n"
        f"Commands of rawdocker:\n{command_rows(ours)}\n\n"
        f"Global Options:\n{flag_rows(global_flags)}\n\n"
        f"Run '{PROGRAM} COMMAND --help' for more information on a command.\n"
    )


def command_rows(commands: Iterable[tuple[str, str]]) -> str:
    """Return a block of aligned commands."""
    rows = sorted(commands)
    left = max([11, *(len(name) for name, _ in rows)])
    return "\n".join(f"  {name.ljust(left)} {summary}".rstrip() for name, summary in rows)
