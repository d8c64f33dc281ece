"""What the tests of the verbs share: an engine that gives recorded answers, and the command line run against it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import respx
from answers import exchange

from rawdocker_cli.main import run

BASE = "http://localhost/v1.41"


class Ran(NamedTuple):
    """What a command line left behind."""

    code: int
    out: str
    err: str


class Engine:
    """Answers requests with what was recorded, and remembers them."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.router = router

    def answers(self, request: str, name: str = "", *, status: int = 0, body: Any = "") -> None:
        """Answer `METHOD /path` (any query) with a recorded answer and its status, or with a status and a body."""
        method, path = request.split(" ")
        if name:
            found = exchange(name)
            status, body = status or found["status"], found["body"]
        content = b"" if body == "" else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} if content else {}
        response = httpx.Response(status or (200 if content else 204), headers=headers, content=content)
        self.router.route(method=method, url__regex=f"^{BASE}{path}(\\?.*)?$").mock(return_value=response)

    @property
    def requests(self) -> list[str]:
        """The requests so far: METHOD /path?query, and the body of those that have one."""
        return [self._shown(call.request) for call in self.router.calls]

    @staticmethod
    def _shown(request: httpx.Request) -> str:
        body = request.content.decode()
        return f"{request.method} {str(request.url).removeprefix(BASE)}{' ' if body else ''}{body}"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give an engine that speaks API 1.41 and is asked no ping."""
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    with respx.mock(assert_all_called=False) as router:
        yield Engine(router)


@pytest.fixture
def rawdocker(capsysbinary: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that runs a command line in this process, with a text on stdin."""

    def command(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = run(words)
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capsysbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return command


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give a function that writes docker's config.json."""

    def write(**settings: Any) -> None:
        (tmp_path / "config.json").write_text(json.dumps(settings))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    return write
