"""Write docs/verbs.md from the tables of the verbs and flags: python3 scripts/generate_verbs_doc.py"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rawdocker.operations import Operation, parameters
from rawdocker_cli.flags import index, wire
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.help import usage

PAGE = Path(__file__).parent.parent / "docs" / "verbs.md"

HEAD = """\
# The verbs

Every verb, the calls behind it, where each of its flags and words goes, and the calls as curl makes them. With the
flags and words of a command line filled in the same is shown by `rawdocker explain VERB ...`, and the requests alone by
`--dry-run`.

How a place is written: `HostConfig.Memory` is a place in the JSON body (`*` stands for any name), `<body>` a body that
is no JSON, `?t` a query parameter, `{id}` a place in the path, METHOD /path a call that is made because of the flag.
A place belongs to the first call of the verb that has it, unless another is named. Versions are those of the API; what
has none is in all of them, from 1.41 on.

This page is written by `scripts/generate_verbs_doc.py` from the tables that parse the command line.
"""

SOCKET = "/var/run/docker.sock"


def page() -> str:
    """Return the whole page."""
    verbs = index.all_verbs()
    lines = [HEAD]
    for title, chosen in (
        ("docker's verbs", [verb for verb in verbs if verb.name not in index.OURS]),
        ("Verbs of rawdocker", [verb for verb in verbs if verb.name in index.OURS]),
    ):
        lines += [f"## {title}\n", *(line for verb in chosen for line in _section(verb))]
    lines += ["## Flags of every verb\n", "| flag | |", "|---|---|"]
    lines += [f"| `{_spelled(flag)}` | {_escaped(flag.help)} |" for flag in OURS]
    return "\n".join(lines) + "\n"


def _section(verb: Verb) -> Iterator[str]:
    yield f"### {verb.name}\n"
    since = f" (API {verb.since})" if verb.since else ""
    yield f"{_escaped(verb.summary)}{since}.\n"
    lines = usage(verb._replace(called=verb.short_name)).splitlines()
    yield "\n".join(["```text", *(line.strip() for line in lines), "```\n"])
    if others := [name for name in (verb.name, *verb.aliases) if name != verb.short_name]:
        yield f"Also: {', '.join(f'`{name}`' for name in others)}.\n"
    yield from _calls(verb)
    yield from _words(verb)
    yield from _flags(verb)


def _calls(verb: Verb) -> Iterator[str]:
    if not verb.calls:
        return
    yield "Calls, in order:\n"
    yield "\n".join(f"- `{call}`" for call in verb.calls) + "\n"
    yield "\n".join(["```sh", *map(_curl, wire.calls(verb)), "```\n"])


def _curl(operation: Operation) -> str:
    """Return the simplest command that makes a call, its places and body left to fill in."""
    known = parameters().get(operation.name, ())
    needed = [f"{one.name}={one.name.upper()}" for one in known if one.place == "query" and one.type.endswith("*")]
    path = re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), operation.path)
    url = f"http://localhost/v1.41{path}{'?' if needed else ''}{'&'.join(needed)}"
    method = "--head" if operation.method == "HEAD" else "" if operation.method == "GET" else f"-X {operation.method}"
    body = next((one.type for one in known if one.place == "body"), "")
    form = "-T ARCHIVE.tar" if "binary" in body else "--json '{…}'" if body and operation.name != "ImageCreate" else ""
    return " ".join(filter(None, ["curl", f"--unix-socket {SOCKET}", method, form, f"'{url}'"]))


def _words(verb: Verb) -> Iterator[str]:
    rows = [(name, wire.places_of_word(verb, name)) for name in wire.words(verb)] if verb.calls else []
    if rows:
        yield "| word | goes to |"
        yield "|---|---|"
        yield from (f"| {_code(name)} | {_places(places) or 'no request as it is'} |" for name, places in rows)
        yield ""


def _flags(verb: Verb) -> Iterator[str]:
    shown = sorted((flag for flag in verb.flags if not flag.hidden), key=lambda flag: flag.name)
    if not shown:
        return
    yield "| flag | what it does | goes to | rawdocker itself | API |"
    yield "|---|---|---|---|---|"
    for flag in shown:
        cells = (_code(_spelled(flag)), _escaped(flag.help), _places(flag.places), _escaped(flag.client), flag.since)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _spelled(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else ""
    return f"{short}--{flag.name} {flag.kind.name if not flag.kind.bare else ''}".rstrip()


def _places(places: tuple[str, ...]) -> str:
    return ", ".join(map(_code, places))


def _code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`"


def _escaped(text: str) -> str:
    return re.sub(r"([<*|])", r"\\\1", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
