"""Write docs/verbs.md from the tables of the verbs and flags: python3 scripts/generate_verbs_doc.py"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from rawdocker_cli.flags import index, wire
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.help import usage
from rawdocker_cli.main import run

PAGE = Path(__file__).parent.parent / "docs" / "verbs.md"

HEAD = """\
# The verbs

Every verb, the calls behind it, where each of its flags and words goes, and an example as curl makes it. With the
flags and words of a command line filled in the same is shown by `rawdocker explain VERB ...`, and the requests alone by
`--dry-run`.

The examples are the ends of the scripts that `--dry-run=offline --as curl` makes; what stands before them in a script
are the functions that they call, the version of the API (`$api`) and the engine's socket. [export.md](export.md) says
more.

How a place is written: `HostConfig.Memory` is a place in the JSON body (`*` stands for any name), `<body>` a body that
is no JSON, `?t` a query parameter, `{id}` a place in the path, METHOD /path a call that is made because of the flag.
A place belongs to the first call of the verb that has it, unless another is named. Versions are those of the API; what
has none is in all of them, from 1.41 on.

This page is written by `scripts/generate_verbs_doc.py` from the tables that parse the command line.
"""

SAMPLES = {
    "CONTAINER": "web",
    "CONTAINER:SRC_PATH": "web:/etc/hostname",
    "DEST_PATH|-": ".",
    "IMAGE": "debian:12",
    "NAME[:TAG|@DIGEST]": "debian:12",
    "NAME[:TAG]": "localhost:5000/debian:12",
    "SOURCE_IMAGE[:TAG]": "debian:12",
    "TARGET_IMAGE[:TAG]": "localhost:5000/debian:12",
    "SOURCE_IMAGE": "debian:12",
    "TARGET_IMAGE": "localhost:5000/debian:12",
    "MANIFEST": "debian:12",
    "NAME": "debian",
    "NAME@DIGEST": f"debian@sha256:{'0' * 64}",
    "NAME|ID": "web",
    "NEW_NAME": "web2",
    "COMMAND": "echo",
    "ARG": "hi",
    "NETWORK": "net",
    "VOLUME": "data",
    "TERM": "debian",
    "file|URL|-": "https://example.com/root.tar",
}
"""What stands for each word in the examples."""
EXAMPLES = {
    "container create": "create debian:12 echo hi",
    "container export": "export -o web.tar web",
    "container prune": "container prune -f",
    "container run": "run debian:12 echo hi",
    "container update": "update --memory 512m web",
    "image load": "load -i images.tar",
    "image prune": "image prune -f",
    "image save": "save -o images.tar debian:12",
    "login": "login -u ada -p PASSWORD",
    "manifest inspect": "manifest inspect debian:12",
    "network prune": "network prune -f",
    "volume create": "volume create data",
    "volume prune": "volume prune -f",
}
"""Verbs whose words alone would ask back, need a terminal, or show little."""


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
    example = _example(verb)
    script = _script(example)
    if script:
        yield f"`rawdocker {example}` as curl makes it:\n"
        yield f"```sh\n{script}```\n"


def _example(verb: Verb) -> str:
    """Return a command line of a verb: with the words that it needs, unless a better one is known."""
    words = [SAMPLES.get(name, name) for name in wire.words(verb)]
    return EXAMPLES.get(verb.name) or " ".join([verb.short_name, *words[: verb.least]])


@cache
def _script(example: str) -> str:
    """Return the end of the script that a command line is exported to, empty where it cannot be."""
    page, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    alone = {"DOCKER_CONFIG": "/nonexistent", "DOCKER_API_VERSION": "", "DOCKER_CONTEXT": ""}
    with TemporaryDirectory() as folder, chdir(folder), patch.dict(os.environ, alone):
        (Path(folder) / "images.tar").touch()
        with redirect_stdout(page), redirect_stderr(told):
            code = run(["-H", "unix:///var/run/docker.sock", "--dry-run=offline", "--as", "curl", *example.split()])
    script = page.buffer.getvalue().decode()
    return re.split(r"^(?:api=.*|\})\n\n?", script, flags=re.MULTILINE)[-1] if code == 0 else ""


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
