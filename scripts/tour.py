"""Run the console sessions of a page and compare, or write anew, the output it shows.

    scripts/tour.py README.md            compare; exit 1 and show what differs
    scripts/tour.py --write README.md    put the output that came into the page
    scripts/tour.py --engine README.md   compare, but for the sessions that want more than an engine

A session is a block marked ```console: lines that begin with "$ " are typed, the others are what came back, stdout and
stderr together as on a terminal. What differs from run to run (ids, times, sizes) is compared by shape. A block marked
```console registry wants the registry of the tests, too, and ```console curl that program.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SHAPES = [
    (r"(?:\b|(?<=%3A))[0-9a-f]{64}\b", "<id>"),
    (r"\b[0-9a-f]{12}\b", "<id>"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<time>"),
    (r"\b\d{4}-\d\d-\d\d\b", "<day>"),
    (r"\b(About an? \w+|Less than a second|\d+ (second|minute|hour|day|week)s?)( ago)?", "<ago>"),
    (r"\bconnected [0-9.]+ ms, ", ""),  # not where a connection is used again
    (r"\b\d+(\.\d+)? ms\b", "<ms>"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [0-9:]{8} GMT", "<date>"),
    (r"\b\d+(\.\d+)?[kM]?B\b", "<size>"),
    (r"\b\d\d:\d\d(:\d\d(\.\d+)?)?\b", "<clock>"),
    (r"(?<=true false false false false )\d+|(?<=\$ )$", "<pid>"),
    (r"^\d+(?=\s)", "<number>"),
    (r"(?<=^<number>)\s+(?!1\b)\d+\b|(?<=^from )(?!1$)\d+|(?<=\(PID )\d+", "  <pid>"),
    (r"\b40265\d{5}\b", "<inode>"),
    (r"/\S*docker[/-]<id>(\.scope)?", "<cgroup>"),
    (r" {2,}|\t", "  "),
]


SESSION = re.compile(r"```(console\b[^\n]*)\n(.*?)```", re.DOTALL)
"""A console block of a page: its mark, and what is in it."""


class Step(NamedTuple):
    """A command of a session, and the output that the page shows for it."""

    command: str
    shown: str


def sessions(page: str, *, engine_alone: bool = False) -> Iterator[str]:
    """Return the sessions of a page, all or those that want an engine alone."""
    return (text for mark, text in SESSION.findall(page) if not engine_alone or mark == "console")


def steps(session: str) -> list[Step]:
    """Split a session into its commands."""
    parts = re.split(r"^\$ (.*)$", session, flags=re.MULTILINE)
    return [Step(command, shown.strip("\n")) for command, shown in zip(parts[1::2], parts[2::2], strict=True)]


def shape(output: str) -> str:
    """Return output with what differs from run to run taken out."""
    lines = []
    for line in output.strip("\n").splitlines():
        for pattern, name in SHAPES:
            line = re.sub(pattern, name, line.rstrip())
        # A number that is all of a line (a PID, an exit code of a shell) is compared as a number.
        lines.append("<number>" if line.isdigit() else line)
    return "\n".join(lines)


def play(command: str, directory: str, environ: dict[str, str]) -> str:
    """Type a command; return what a terminal would show."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout.strip("\n")


def perform(page: str, environ: dict[str, str], *, engine_alone: bool = False) -> Iterator[tuple[Step, str]]:
    """Play the sessions of a page; give each step with what came."""
    with tempfile.TemporaryDirectory() as directory:
        for session in sessions(page, engine_alone=engine_alone):
            for step in steps(session):
                yield step, play(step.command, directory, environ)


def rewritten(page: str, environ: dict[str, str]) -> str:
    """Return the page with the output that came where its shape is not the one shown."""
    results = perform(page, environ)

    def block(session: re.Match[str]) -> str:
        lines = []
        for expected in steps(session[2]):
            step, came = next(results)
            assert step == expected
            kept = step.shown if shape(step.shown) == shape(came) else came
            lines += [f"$ {step.command}", *([kept] if kept else [])]
        return f"```{session[1]}\n" + "\n".join(lines) + "\n```"

    return SESSION.sub(block, page)


def main() -> int:
    """Compare or write pages."""
    *options, name = sys.argv[1:]
    path = Path(name)
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    if options == ["--write"]:
        path.write_text(rewritten(path.read_text(), environ))
        return 0
    failed = 0
    for step, came in perform(path.read_text(), environ, engine_alone=options == ["--engine"]):
        if shape(step.shown) != shape(came):
            failed = 1
            print(f"$ {step.command}\n--- shown\n{step.shown}\n--- came\n{came}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
