"""An engine that means harm: what it says steers no terminal, and reaches a pipe as it is."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from faults.commands import RAWDOCKER, environment, ran
from faults.servers import Server, answers

TITLE = "\x1b]0;pwned\x07\x9b2J"
"""Names a window, and clears the screen in a form without ESC."""

JSON = "application/json"

SAYS: dict[str, Any] = {
    "ps": [{"Id": TITLE, "Image": TITLE, "Names": ["/" + TITLE], "Status": TITLE, "Command": TITLE, "Created": 1}],
    "ps --format {{.Labels}}": [{"Names": ["/box"], "Labels": {TITLE: TITLE}}],
    "volume ls": {"Volumes": [{"Name": TITLE, "Driver": TITLE}]},
    "network ls": [{"Name": TITLE, "Id": "1", "Driver": TITLE, "Scope": "local"}],
    "diff box": [{"Kind": 0, "Path": "/" + TITLE}],
    "top box": {"Titles": ["CMD"], "Processes": [[TITLE]]},
    "search box": [{"name": TITLE, "description": TITLE, "star_count": 1, "is_official": False}],
    "history box": [{"Id": "1", "CreatedBy": TITLE, "Created": 1, "Size": 0, "Comment": TITLE}],
    "port box": {"NetworkSettings": {"Ports": {TITLE: [{"HostIp": TITLE, "HostPort": "1"}]}}},
    "inspect -f {{.Name}} box": {"Name": TITLE},
    "volume inspect -f {{.Name}} box": {"Name": TITLE},
    "info --format {{.Name}}": {"Name": TITLE},
    "events": {"Type": "container", "Action": TITLE, "Actor": {"ID": TITLE, "Attributes": {TITLE: TITLE}}},
    "pull box": {"status": TITLE, "id": TITLE, "progressDetail": {"current": 1, "total": 2}},
    "volume create box": {"Name": TITLE},
    "volume prune -f": {"VolumesDeleted": [TITLE], "SpaceReclaimed": 0},
}  # fmt: skip
"""Command lines, and the answer to their request."""


def on_a_terminal(host: str, line: str) -> str:
    """Run a command line on a pseudo-terminal; return what a person's terminal is sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [RAWDOCKER, *line.split()], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(host, TERM="xterm")
    )
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 65536):
            said += piece
    except OSError:  # the terminal has hung up
        pass
    os.close(ours)
    process.wait()
    return said.decode()


def answering(body: Any, tmp_path: Path, status: str = "200 OK") -> Server:
    return Server(tmp_path / "s", answers(status, json.dumps(body).encode(), JSON))


@pytest.mark.parametrize("line", SAYS)
def test_what_is_said_does_not_steer_a_terminal(line: str, tmp_path: Path) -> None:
    with answering(SAYS[line], tmp_path) as host:
        said = on_a_terminal(host, line)
    assert r"\x1b]0;pwned\x07\x9b2J" in said.replace("\\\\", "\\")
    assert not [sequence for sequence in ("\x1b]", "\x07", "\x9b") if sequence in said]


@pytest.mark.parametrize("line", ["ps --format {{.Names}}", "diff box", "top box"])
def test_a_pipe_gets_what_was_said(line: str, tmp_path: Path) -> None:
    with answering(SAYS.get(line, SAYS["ps"]), tmp_path) as host:
        assert TITLE in ran(RAWDOCKER, host, line.split()).out.decode()


def test_json_on_a_terminal_has_its_own_way_to_write_such_a_text(tmp_path: Path) -> None:
    with answering({"Name": "\x1b[31m"}, tmp_path) as host:
        assert r"\u001b[31m" in on_a_terminal(host, "inspect box")


@pytest.mark.parametrize("line", ["rm box", "run -d box", "pull box", "info"])
def test_a_refusal_does_not_steer_a_terminal(line: str, tmp_path: Path) -> None:
    with answering({"message": f"no {TITLE}"}, tmp_path, "500 Internal Server Error") as host:
        said = on_a_terminal(host, line)
        assert r"no \x1b]0;pwned\x07\x9b2J" in said
        assert "\x1b" not in said
        assert f"no {TITLE}" in ran(RAWDOCKER, host, line.split()).err


def test_a_users_own_colours_are_kept(tmp_path: Path) -> None:
    with answering(SAYS["ps"], tmp_path) as host:
        assert "\x1b[32m" in on_a_terminal(host, "ps --format \x1b[32m{{.Image}}")
