"""docker and rawdocker are asked for the manifests of a real registry, and print the same to the byte."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from parity.sides import piped
from parity.test_parity import STRAY
from real_registry import push, serving
from registries import image, index

pytestmark = pytest.mark.parity

CONTENTS = {
    "docker-list": index("linux/amd64", "linux/arm/v7", "linux/arm64/v8", oci=False),
    "oci-index": index("linux/amd64", "linux/386", attested=True),
    "docker-image": image("linux/arm/v6", oci=False),
    "oci-image": image("linux/s390x"),
}
LINES = [
    *(f"manifest inspect{flag} --insecure {{at}}/team/web:{tag}" for tag in CONTENTS for flag in ("", " -v")),
    f"manifest inspect --insecure {{at}}/team/web@{CONTENTS['oci-image'].digest}",
    f"manifest inspect -v --insecure {{at}}/team/web@{CONTENTS['docker-list'].digest}",
    f"manifest inspect --insecure {{at}}/team/web@sha256:{'0' * 64}",
    "manifest inspect --insecure {at}/team/web",
    "manifest inspect --insecure {at}/nothing:1",
    "manifest inspect --insecure=true --verbose=false {at}/team/web:oci-image",
    "manifest inspect a b",
    "manifest inspect A b",
    "manifest inspect BAD",
    "manifest inspect ''",
    "manifest inspect",
    "manifest inspect a b c",
    "manifest inspect --bogus a",
    "manifest bogus",
]


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """Return the address of a registry of our own that has the contents, as tags of team/web."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address:
        for tag, content in CONTENTS.items():
            push(address, "team/web", tag, content)
        yield address


@pytest.mark.parametrize("line", LINES)
def test_rawdocker_prints_what_docker_prints(line: str, registry: str, oracle: str, folder: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    words = [word.strip("'") for word in line.format(at=registry).split()]
    programs = (oracle, str(Path(sys.executable).parent / "rawdocker"))
    theirs, ours = (piped([program, *words], None, environment, folder) for program in programs)
    assert _plain(*ours) == _plain(*theirs)


def _plain(code: int, out: str, err: str) -> tuple[int, str, str]:
    return code, out, err.replace("rawdocker", "docker").replace(f"\n{STRAY}Run '", "\nRun '")
