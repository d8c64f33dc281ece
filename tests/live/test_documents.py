"""What the documents show is what happens: sessions are played, examples run."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from real_registry import push
from registries import index as index_of

from rawdocker.errors import RegistryError
from rawdocker.registry import calls as registry_calls
from rawdocker.registry.client import RegistryClient

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
SPEC = importlib.util.spec_from_file_location("tour", ROOT / "scripts" / "tour.py")
assert SPEC is not None
assert SPEC.loader is not None
tour: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tour)

NAMES = ("once", "deb12", "ticker", "talker", "course", "course_1", "seen", "stage", "web", "beside")
PAGES = sorted(
    str(page.relative_to(ROOT)) for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")) if "```" in page.read_text()
)


@pytest.fixture
def environ(engine_host: str, registry: str) -> Any:
    """Point both the command and the library at the tests' engine and registry, and leave nothing behind."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environ = {**os.environ, "DOCKER_HOST": engine_host, "RAWDOCKER_MIRROR": registry, "PATH": path}
    yield environ
    subprocess.run(["rawdocker", "rm", "-f", *NAMES], env=environ, capture_output=True, check=False)


@pytest.fixture
def hello(registry: str) -> Iterator[None]:
    """Put course/hello:1, for three platforms, into the registry; take it out again, and what the page made of it."""
    assert registry.endswith(":5000"), "the pages name the registry of the tests' engine at its usual port"
    push(registry, "course/hello", "1", index_of("linux/amd64", "linux/arm64", "linux/arm/v7", oci=False))
    yield
    for name in ("course/hello", "course/copied"):
        with RegistryClient(registry) as client, suppress(RegistryError):
            digest = client.send(registry_calls.manifest_get(name, "1")).digest
            requests.delete(f"http://{registry}/v2/{name}/manifests/{digest}", timeout=10).raise_for_status()


@pytest.mark.usefixtures("hello")
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
def test_an_example_of_the_documents_runs(example: str, environ: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", example]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
