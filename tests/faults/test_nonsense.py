"""Every verb against servers that are no engine: it ends, says why in words of its own, and never shows a traceback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from faults.commands import COMMANDS, EVERY, RAWDOCKER, Ended, ran
from faults.servers import Behaviour, Server, answers, hangs_up, replies, says, silent, waits_behind

from rawdocker import client
from rawdocker_cli.flags import index
from rawdocker_cli.main import run

pytestmark = pytest.mark.faults

HTML = b"<html><body><h1>Oops</h1></body></html>"
JSON = "application/json"
STREAM = "application/vnd.docker.raw-stream"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


class Nonsense(NamedTuple):
    """A server, and whether every verb ends with docker's exit code there.

    docker takes any answer below 400 for a yes, where rawdocker looks at it; and it dies of some.
    """

    behaviour: Behaviour
    as_docker: bool


SERVERS = {
    "hangs up": Nonsense(hangs_up, True),
    "SSH, and hangs up": Nonsense(says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), True),
    "a web server that has nothing": Nonsense(answers("404 Not Found", HTML, "text/html", ping=False), True),
    "a web server that has all": Nonsense(answers("200 OK", HTML, "text/html", ping=False), False),
    "a page to each call": Nonsense(answers("200 OK", HTML, "text/html"), False),
    "500 with a page": Nonsense(answers("500 Internal Server Error", HTML, "text/html"), True),
    "404 with nothing": Nonsense(answers("404 Not Found"), True),
    "301 with nothing": Nonsense(answers("301 Moved Permanently"), False),
    "not JSON": Nonsense(answers("200 OK", b"hello", JSON), False),
    "nothing": Nonsense(answers("200 OK", b"", JSON), False),
    "null": Nonsense(answers("200 OK", b"null\n", JSON), False),
    "a list": Nonsense(answers("200 OK", b"[]\n", JSON), False),
    "an object": Nonsense(answers("200 OK", b"{}\n", JSON), False),
    "a number": Nonsense(answers("200 OK", b"17\n", JSON), False),
    "texts": Nonsense(answers("200 OK", b'["a", 1, null]\n', JSON), False),
    "a deep hole": Nonsense(answers("200 OK", b"[" * 100_000, JSON), False),
    "cut in a chunk": Nonsense(replies(CHUNKED + b'10\r\n{"Id":', cut=True), False),
    "cut in a head": Nonsense(replies(b"HTTP/1.1 200 OK\r\nContent-Ty", cut=True), True),
    "cut in a frame": Nonsense(answers("101 UPGRADED", b"\1\0\0\0\0\0\0\5hel", STREAM), False),
}

PASSED_ON = ("cp box:/etc/hostname -",)
"""Writes what it gets as it comes, as export and save do; docker's cp looks at a header first."""

HERE = Path(__file__).parent


def test_every_verb_is_tried() -> None:
    local = {"completion", "logout", "manifest inspect", *index.OURS}
    assert {verb.name for verb in index.all_verbs()} - local == set(COMMANDS)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SERVERS)
def test_no_verb_is_confused_by(name: str, oracle: str, tmp_path: Path) -> None:
    nonsense = SERVERS[name]
    with Server(tmp_path / "s", nonsense.behaviour) as host, ThreadPoolExecutor(2) as both:
        ours = dict(zip(EVERY, both.map(partial(_tried, RAWDOCKER, host), EVERY), strict=True))
        theirs = dict(zip(EVERY, both.map(partial(_tried, oracle, host), EVERY), strict=True))
    assert [line for line, ended in ours.items() if ended is None] == []
    wrong = {line: fault for line in EVERY if (fault := _fault(line, ours[line], theirs[line], nonsense.as_docker))}
    assert wrong == {}


def _tried(program: str, host: str, line: str) -> Ended | None:
    try:
        return ran(program, host, line.split(), seconds=40 if program == RAWDOCKER else 10, cwd=HERE)
    except AssertionError:  # docker waits for ever in some verbs
        return None


def _fault(line: str, ours: Ended, theirs: Ended | None, as_docker: bool) -> str:
    """Return what is wrong with an end, nothing where nothing is."""
    if "Traceback" in ours.err:
        return ours.err
    if ours.code and not ours.err.strip():
        return f"exit {ours.code} without a word"
    if theirs is None or line in PASSED_ON:
        return ""
    if (as_docker and ours.code != theirs.code) or (theirs.code and not ours.code):
        return f"exit {ours.code}, docker {theirs.code} ({theirs.err!r}); {ours.err!r}"
    return ""


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (silent, "the engine did not answer in time"),
        (waits_behind(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "not an HTTP answer: not the head of an answer: b'SSH-2"),
        (waits_behind(b"HTTP/1.1 200 OK\r\nA: b\r\n"), "the engine did not answer in time"),
    ],
)
@pytest.mark.parametrize(("line", "code"), [("ps", 1), ("run busybox:1", 125), ("version", 1), ("wait box", 1)])
def test_a_server_that_waits_is_not_waited_for(
    behaviour: Behaviour,
    reason: str,
    line: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(client, "PING_TIMEOUT", 0.2)
    with Server(tmp_path / "s", behaviour) as host:
        assert run(["-H", host, *line.split()]) == code
    assert f"HEAD /_ping on {host}: {reason}" in capfd.readouterr().err


def test_debug_shows_where_an_answer_was_misread(tmp_path: Path) -> None:
    with Server(tmp_path / "s", SERVERS["an object"].behaviour) as host:
        plain = ran(RAWDOCKER, host, ["logs", "box"])
        assert (plain.code, plain.err.startswith("the answer is not an engine's (KeyError: 'Id', attach.py line ")) == (
            1,
            True,
        )
        assert "Traceback" in ran(RAWDOCKER, host, ["-D", "logs", "box"]).err
