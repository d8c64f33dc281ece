"""Planted secrets are in no output: trace, dry run, exports, recording, report, explain, spy, compare, replay, errors.

The engine here says all that it was told in its refusals, so that what was hidden once must be hidden again.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from http.server import BaseHTTPRequestHandler
from io import BytesIO, TextIOWrapper
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import quote, unquote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rawdocker_cli.flags.ours import FORMS
from rawdocker_cli.main import run

PROGRAM = str(Path(sys.executable).with_name("rawdocker"))


class Gossip(BaseHTTPRequestHandler):
    """Refuses everything but pings, in words that hold what it was told."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(200, b"")

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        told = [unquote_plus(self.path), body, *strings(json.loads(body or "{}")), *self.headers.values()]
        told += [plain for value in self.headers.values() for plain in decoded(value)]
        self._answer(500, json.dumps({"message": " and ".join(told), "body": body}).encode())

    do_GET = do_PUT = do_DELETE = do_POST

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def address_string(self) -> str:
        return ""

    def log_message(self, *words: Any) -> None:
        pass


def strings(document: Any) -> Iterator[str]:
    """Yield the texts in JSON."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for inner in document.values() if isinstance(document, dict) else document:
            yield from strings(inner)


class Server(ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Server(f"{folder}/engine", Gossip) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{folder}/engine"
        server.shutdown()


class Line(NamedTuple):
    """A command line that tells an engine a secret."""

    words: list[str]
    stored: bool = False
    """Whether it is not in the words but in docker's configuration."""


LINES = {
    "variable": Line(["run", "-e", "DB_PASSWORD={}", "-e", "COPY={}", "x", "sh", "-c", "echo {}"]),
    "label": Line(["create", "--label", "api_token={}", "--health-cmd", "curl -H 'Authorization: {}'", "x"]),
    "exec": Line(["exec", "--env=A_TOKEN={}", "web", "env"]),
    "login": Line(["login", "-u", "ada", "-p", "{}", "localhost:5000"]),
    "login, long": Line(["login", "--username=ada", "--password={}", "localhost:5000"]),
    "stored credentials": Line(["push", "localhost:5000/x"], stored=True),
    "secret": Line(["api", "POST", "/secrets/create", "-f", "Name=a", "-F", "Data={}"]),
    "key": Line(["api", "POST", "/swarm/unlock", "-F", "UnlockKey={}"]),
    "token": Line(["api", "POST", "/swarm/join", "-F", "JoinToken={}"]),
    "header": Line(["api", "/info", "-H", "Authorization: Bearer {url}"]),
    "build argument": Line(["api", "POST", "/build", "-q", 'buildargs={{"NPM_TOKEN": {json}}}']),
    "URL": Line(["import", "https://ada:{url}@localhost/x.tar"]),
    "URL of a call": Line(["api", "POST", "/build", "-q", "remote=https://ada:{url}@localhost/x.git"]),
}


def said(host: str, folder: Path, *words: str, stdout: bool = False) -> bytes:
    """Run a command line in this process; return what it wrote to stderr, and to stdout if that is an output of ours:
    what a verb prints of an answer is what was asked for."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", errors="surrogateescape") for _ in range(2))
    environ = {"DOCKER_HOST": host, "DOCKER_CONFIG": str(folder), "DOCKER_API_VERSION": ""}
    with (
        patch.dict(os.environ, environ),
        patch.object(sys, "argv", [PROGRAM, *words]),
        patch.object(sys, "stdin", TextIOWrapper(BytesIO())),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        run(words)
        out.flush()
        err.flush()
    pages = (out, err) if stdout else (err,)
    return b"".join(page.buffer.getvalue() for page in pages)  # type: ignore[attr-defined]


def to_file(host: str, folder: Path, *words: str) -> bytes:
    return said(host, folder, "-TTT", "--trace-to", f"{folder}/trace", *words) + (folder / "trace").read_bytes()


def recorded(host: str, folder: Path, *words: str) -> bytes:
    return said(host, folder, "--record", f"{folder}/x.har", *words) + (folder / "x.har").read_bytes()


def reported(host: str, folder: Path, *words: str) -> bytes:
    return recorded(host, folder, *words) + said(host, folder, "report", f"{folder}/x.har", "-o", "-", stdout=True)


def compared(host: str, folder: Path, *words: str) -> bytes:
    recorded(host, folder, "api", "POST", "/auth", "-f", "x=1")
    (folder / "x.har").rename(folder / "y.har")
    files = (f"{folder}/x.har", f"{folder}/y.har")
    return recorded(host, folder, *words) + said(host, folder, "compare", *files, stdout=True)


def traced(*flags: str) -> Callable[..., bytes]:
    return lambda host, folder, *words: said(host, folder, *flags, *words)


def planned(*flags: str) -> Callable[..., bytes]:
    return lambda host, folder, *words: said(host, folder, *flags, *words, stdout=True)


OUTPUTS: dict[str, Callable[..., bytes]] = {
    "error": traced(),
    "-T": traced("-T"),
    "-TT": traced("-TT"),
    "-TTT": traced("-TTT"),
    "--trace-to": to_file,
    **{f"-TT --as {form}": traced("-TT", "--as", form) for form in FORMS},
    "--dry-run": planned("--dry-run=offline"),
    **{f"--dry-run --as {form}": planned("--dry-run=offline", "--as", form) for form in FORMS},
    "--record": recorded,
    "report": reported,
    "compare": compared,
    "explain": planned("explain"),
}


def planted(line: Line, secret: str, folder: Path) -> list[str]:
    """Return the words of a command line with a secret in its place."""
    if line.stored:
        auth = base64.b64encode(f"ada:{secret}".encode()).decode()
        (folder / "config.json").write_text(json.dumps({"auths": {"localhost:5000": {"auth": auth}}}))
    quoted = {"json": json.dumps(secret), "url": quote(secret, safe="")}
    return [word.format(secret, **quoted) for word in line.words]


def decoded(text: str) -> Iterator[str]:
    """Yield what the pieces of base64 in a text stand for."""
    for piece in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        whole = piece[: len(piece) // 4 * 4]
        yield base64.urlsafe_b64decode(whole.translate(str.maketrans("+/", "-_"))).decode("utf-8", "replace")


def found(output: bytes, core: str) -> list[str]:
    """Return the lines of an output in which a secret stands: as it is, escaped, or in base64."""
    text = html.unescape(unquote_plus(output.decode("utf-8", "replace")))
    return [line for line in text.splitlines() if core in line or any(core in plain for plain in decoded(line))]


def ended(command: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "DOCKER_CONFIG": str(folder)}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, stdin=subprocess.DEVNULL, check=False)


CORE = "Hunter2Planted"


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("secret", [CORE, f"é\"'$x`\\ {CORE}& <{{}}%41"])
def test_a_planted_secret_is_in_no_output(secret: str, line: str, output: str, host: str, tmp_path: Path) -> None:
    words = planted(LINES[line], secret, tmp_path)
    shown = OUTPUTS[output](host, tmp_path, *words)
    assert shown
    assert found(shown, CORE) == []


AROUND = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="@"), max_size=6)
"""No @: a field of `api` that begins with it names a file."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=AROUND, after=AROUND, line=st.sampled_from(list(LINES)), output=st.sampled_from(list(OUTPUTS)))
def test_any_secret_is_in_no_output(before: str, after: str, line: str, output: str, host: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = planted(LINES[line], f"{before}{CORE}{after}", Path(folder))
        assert found(OUTPUTS[output](host, Path(folder), *words), CORE) == []


@pytest.mark.parametrize("line", LINES)
def test_a_spy_shows_and_keeps_no_secret_of_its_client(line: str, host: str, tmp_path: Path) -> None:
    words = planted(LINES[line], f"é\"'$x` {CORE}&", tmp_path)
    command = [PROGRAM, "-H", host, "spy", "-TTT", "-o", "x.har", "--", PROGRAM, *words]
    done = ended(command, tmp_path)
    assert b"500 Internal Server Error" in done.stderr
    assert found(done.stderr + (tmp_path / "x.har").read_bytes(), CORE) == []


@pytest.mark.parametrize(
    ("line", "more"),
    [("variable", "--label=a=b"), ("secret", "-fA=b"), ("build argument", "-qa=b")],
)
def test_a_replay_names_no_secret_of_what_was_not_recorded(line: str, more: str, host: str, tmp_path: Path) -> None:
    first, *rest = planted(LINES[line], CORE, tmp_path)
    recorded(host, tmp_path, first, *rest)
    (tmp_path / "x.har").rename(tmp_path / "y.har")
    done = ended([PROGRAM, "replay", "y.har", "--", PROGRAM, "-TT", first, more, *rest], tmp_path)
    assert b"was not recorded; the nearest is" in done.stderr
    assert found(done.stderr, CORE) == []
