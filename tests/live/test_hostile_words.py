"""Hostile words in exported scripts, and other users before our sockets: nothing of them is run, nobody gets in.

No engine is asked here; these tests need curl, and root to become somebody else.
"""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

import pytest
from faults.commands import RAWDOCKER, environment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rawdocker.har import read
from rawdocker.host import Endpoint
from rawdocker.replay.server import Replay
from rawdocker.spy.proxy import Spy
from rawdocker_cli.main import run

pytestmark = pytest.mark.live

RUNNERS = {"curl": "sh", "python": sys.executable, "httpx": sys.executable, "requests": sys.executable}


class Engine(BaseHTTPRequestHandler):
    """Notes each request, and answers as if all were well."""

    protocol_version = "HTTP/1.1"
    requests: list[tuple[str, str, Any]] = []  # noqa: RUF012

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ping = self.path.endswith("/_ping")
        if not ping:
            self.requests.append((self.command, self.path, json.loads(body) if body else None))
        answer = b'{"Id":"i","Name":"n","Warnings":[]}\n'
        self.send_response(200 if ping else 204 if "rename" in self.path else 201)
        self.send_header("Api-Version", "1.41")
        if "rename" not in self.path:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD" and "rename" not in self.path:
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = do_DELETE = _answer


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="words-") as folder:
        server = Server(f"{folder}/s", Engine)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{folder}/s"
        server.shutdown()
        server.server_close()


PIECES = (
    "'", '"', '"""', "'''", "\\", "$(touch pwned)", "`touch pwned`", "; touch pwned;", "&& touch pwned",
    "| touch pwned", "> pwned", "\n", "\r", "\t", "$HOME", "${IFS}", "%s", "%n", "{}", "{name}", "{{.}}", "!", "#", "~",
    "*", "EOF", "\nEOF\n", "-", "--", "é", "\u2028", "\x1b[2J", "\x7f", " ", "\\n", "\\x00", "\\u0000", "$'", "=",
    "<Id of create>", "@/etc/passwd", "import os; os.system('touch pwned')",
    "' + __import__('os').system('touch pwned') + '",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3))
TYPED = WORDS.map("".join)


LINES = (
    ("create", "--name", "n{}", "-e", "A={}", "-l", "k={}", "img", "{}", "{}"),
    ("rename", "box", "n{}"),
    ("volume", "create", "-d", "d{}", "-o", "o={}", "n{}"),
)
"""Command lines, and where in them a word is put."""


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LINES), st.lists(TYPED, min_size=5, max_size=5))
def test_an_exported_script_sends_what_was_typed_and_runs_none_of_it(
    host: str, tmp_path: Path, line: tuple[str, ...], words: list[str]
) -> None:
    typed = [part.replace("{}", words.pop()) if "{}" in part else part for part in line]
    expected = _requests([RAWDOCKER, "-H", host, *typed], tmp_path)
    assert expected
    for form, runner in RUNNERS.items():
        (tmp_path / "script").write_bytes(_exported(host, form, typed))
        assert _requests([runner, "script"], tmp_path) == expected, (form, shlex.join(typed))
    assert [path.name for path in tmp_path.iterdir()] == ["script"]


def _requests(command: list[str], folder: Path) -> list[tuple[str, str, Any]]:
    Engine.requests.clear()
    subprocess.run(command, cwd=folder, env=environment(""), check=True, capture_output=True, timeout=20)
    return list(Engine.requests)


def _exported(host: str, form: str, typed: list[str]) -> bytes:
    with io.TextIOWrapper(io.BytesIO()) as page:
        with redirect_stdout(page):
            assert run(["-H", host, "--dry-run=offline", "--as", form, *typed]) == 0
        return page.buffer.getvalue()


NOBODY = 65534
ANSWERED, NOBODY_THERE = (0, "200"), "000"
"""What curl ends with, and the status that it saw."""


@pytest.fixture(params=["spy", "replay"])
def open_door(request: pytest.FixtureRequest, host: str) -> Iterator[Path]:
    """Listen where anybody may look."""
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "s")
        recorded = read(Path(__file__).parent.parent.parent / "fixtures" / "recordings" / "demo.har")
        door = Spy(Endpoint(host, ""), path) if request.param == "spy" else Replay(recorded, path)
        with door:
            yield path


def knocked(path: Path, user: int) -> tuple[int, str]:
    words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", path, "http://engine/_ping"]
    done = subprocess.run(words, user=user, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout


def test_a_socket_of_ours_lets_nobody_else_in(open_door: Path) -> None:
    assert open_door.stat().st_mode & 0o777 == 0o600
    assert knocked(open_door, 0) == ANSWERED
    assert knocked(open_door, NOBODY) == (7, NOBODY_THERE)


def test_who_gets_past_the_mode_is_not_answered(open_door: Path) -> None:
    open_door.chmod(0o666)
    assert knocked(open_door, NOBODY)[1] == NOBODY_THERE
    assert knocked(open_door, 0) == ANSWERED
