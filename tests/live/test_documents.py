"""What the documents show is what happens: sessions are played, examples run."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
SPEC = importlib.util.spec_from_file_location("tour", ROOT / "scripts" / "tour.py")
assert SPEC is not None
assert SPEC.loader is not None
tour: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tour)

NAMES = ("once", "deb12", "ticker", "talker", "course", "course_1", "seen")
PAGES = sorted(
    str(page.relative_to(ROOT)) for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")) if "```" in page.read_text()
)


@pytest.fixture
def environ(engine_host: str) -> Any:
    """Point both the command and the library at the tests' engine, and leave nothing behind."""
    environ = {**os.environ, "DOCKER_HOST": engine_host, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    yield environ
    subprocess.run(["rawdocker", "rm", "-f", *NAMES], env=environ, capture_output=True, check=False)


@pytest.mark.parametrize("name", [name for name in PAGES if "```console" in (ROOT / name).read_text()])
def test_the_sessions_of_a_page_are_what_happens(name: str, environ: dict[str, str], index: str) -> None:
    page = (ROOT / name).read_text()
    assert index.endswith(":5002"), "the README searches the index of the tests' engine at its usual port"
    for step, came in tour.perform(page, environ):
        assert f"$ {step.command}\n{tour.shape(came)}" == f"$ {step.command}\n{tour.shape(step.shown)}"


def examples() -> list[Any]:
    """Return every Python example of the documents; those of calls.md are signatures."""
    found = []
    for name in (page for page in PAGES if page != "docs/calls.md"):
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
        found += [pytest.param(block, id=f"{name}-{number}") for number, block in enumerate(blocks)]
    return found


@pytest.mark.parametrize("example", examples())
def test_an_example_of_the_documents_runs(example: str, environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
