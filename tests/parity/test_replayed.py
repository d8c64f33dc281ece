"""docker and rawdocker before an engine that says to both the same: newer than the one at hand, or at its worst."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from parity.sides import on_a_terminal, piped, tree
from parity.test_parity import STRAY, difference
from replay import Refusal, Replay

pytestmark = pytest.mark.parity

DIGESTS = ["sha256:" + letter * 64 for letter in "abcdef"]
LAYERS = [letter * 12 for letter in "123"]
PASSWORD = "hunter2-of-the-tests"


def layer(id: str, status: str, **detail: Any) -> dict[str, Any]:
    """Return a message of progress as an engine writes it."""
    drawn = {"progress": "[==>  ] as old engines draw it"} if detail else {}
    return {"status": status, "progressDetail": detail, "id": id, **drawn}


ONE, TWO, THREE = LAYERS
PULL = [
    {"status": "Pulling from library/debian", "id": "12"},
    *(layer(id, "Pulling fs layer") for id in LAYERS),
    layer(THREE, "Waiting"),
    *(layer(ONE, "Downloading", current=size, total=48_000_000) for size in range(0, 49_000_000, 5_000_000)),
    *(layer(TWO, "Downloading", current=size) for size in (77, 10_500_000)),
    layer(TWO, "Verifying Checksum"),
    layer(ONE, "Download complete"),
    *(layer(ONE, "Extracting", current=size, total=48_000_000) for size in (32768, 48_000_000, 49_000_000)),
    layer(TWO, "Extracting", current=3, units="s"),
    layer(THREE, "Extracting", current=3, total=9, units="files"),
    layer(THREE, "Extracting", current=3, total=9, hidecounts=True),
    *(layer(id, "Pull complete") for id in LAYERS),
    {"status": f"Digest: {DIGESTS[0]}"},
    {"status": "Status: Downloaded newer image for debian:12"},
]
BROKEN = [*PULL[:9], {"errorDetail": {"message": "unexpected EOF"}, "error": "unexpected EOF"}]
PUSH = [
    {"status": "The push refers to repository [docker.io/team/web]"},
    *(layer(id, "Preparing") for id in LAYERS),
    layer(ONE, "Layer already exists"),
    layer(TWO, "Pushing", current=512, total=1024),
    layer(TWO, "Pushed"),
    layer(THREE, "Mounted from library/debian"),
    {"status": f"1: digest: {DIGESTS[1]} size: 1152"},
    {"progressDetail": {}, "aux": {"Tag": "1", "Digest": DIGESTS[1], "Size": 1152}},
]
STRIPPED = {"manifestPushedInsteadOfIndex": True, "originalIndex": {"digest": DIGESTS[2]}}
LESS = [*PUSH, {"aux": STRIPPED | {"selectedManifest": {"digest": DIGESTS[3]}}}]
MISSING = [
    *PUSH[:2],
    {"aux": {"contentMissing": True}},
    {"error": "no content", "errorDetail": {"message": "no content"}},
]


def manifest(number: int, kind: str = "image", available: bool = True, **data: Any) -> dict[str, Any]:
    """Return one of an image's manifests; its sizes are made of the number."""
    parts = {"ImageData": data} if kind == "image" else {"AttestationData": {"For": DIGESTS[0]}}
    size = {"Content": 1000 * number, "Total": 12345 * number}
    return {"ID": DIGESTS[number], "Kind": kind, "Available": available, "Size": size, **parts}


def platform(architecture: str, variant: str = "", system: str = "linux") -> dict[str, str]:
    return {"os": system, "architecture": architecture, **({"variant": variant} if variant else {})}


def image(
    number: int, *names: str, manifests: list[dict[str, Any]] | None = None, containers: int = 0
) -> dict[str, Any]:
    """Return an image of a list, the older the higher its number."""
    return {
        "Id": DIGESTS[number], "Created": 1_700_000_000 - number, "Containers": containers, "Size": 5_400_000 * number,
        "RepoTags": list(names), "RepoDigests": [f"x@{DIGESTS[number]}"] * bool(number % 2), "Labels": None,
        "Manifests": manifests,
    }  # fmt: skip


ALPINE = [
    manifest(1, Platform=platform("amd64")),
    manifest(2, Platform=platform("arm64", "v8"), available=False, Containers=None),
    manifest(3, "attestation"),
    manifest(4, Platform={"os": "", "architecture": ""}),
    manifest(5, "unknown"),
]
USED = [manifest(2, Platform=platform("amd64"), Containers=["c1"])]
LONG = "registry.example:5000/a-very-long-name-of-a-team/and-a-very-long-name-of-an-image:latest"
FLAT = [image(2, "busybox:1"), image(1, "debian:12", "debian:bookworm", containers=2), image(4), image(3)]
TREE = [image(3, "web:1", LONG, manifests=USED), image(1, "alpine:3", manifests=ALPINE), *FLAT]


class Replayed(NamedTuple):
    """A command line and what the engine says to it."""

    command: str
    answers: Mapping[str, Any]
    typed: tuple[tuple[str, str], ...] = ()
    config: str = ""
    columns: tuple[int, ...] = (0,)
    """The widths of the terminals to try; 0 is a pipe."""


WIDTHS = (0, 45, 80, 130)
DEBIAN, WEB = "POST /images/create", "POST /images/docker.io/team/web/push"
LISTED, FOUND = "GET /images/json", "GET /images/search"
WELCOME, TOKEN = {"Status": "Login Succeeded"}, {"Status": "Login Succeeded", "IdentityToken": "its-token"}
DENIED, BUSY = Refusal(401, "unauthorized: incorrect username or password"), Refusal(500, "registry is busy")
STORED = '{"auths": {"r.example": {"auth": "YWRhOnB3"}}}'
ASKED = (("Username: ", "ada\r"), ("Password: ", f"{PASSWORD}\r"))
HUB_STORED = STORED.replace("r.example", "https://index.docker.io/v1/")
SECOND = ASKED[1:]
KNOWN = (("(ada): ", "\r"), ASKED[1])
NOBODY, CTRL_C = (("Username: ", "\r"),), (("Username: ", "\x03"),)
CASES = {
    "a pull": Replayed("pull debian:12", {DEBIAN: PULL}, columns=WIDTHS),
    "a pull that breaks": Replayed("pull debian:12", {DEBIAN: BROKEN}, columns=WIDTHS),
    "a quiet pull that breaks": Replayed("pull -q debian:12", {DEBIAN: BROKEN}),
    "a pull that is unauthorized": Replayed("pull debian:12", {DEBIAN: DENIED}, ASKED, columns=(80,)),
    "a quiet pull that is unauthorized": Replayed("pull -q a", {DEBIAN: DENIED}, KNOWN, HUB_STORED, columns=(80,)),
    "a pull that is unauthorized, and no name": Replayed("pull x:1", {DEBIAN: DENIED}, NOBODY, columns=(80,)),
    "a pull that is unauthorized, and Ctrl-C": Replayed("pull x:1", {DEBIAN: DENIED}, CTRL_C, columns=(80,)),
    "a push that is unauthorized": Replayed("push team/web:1", {WEB: DENIED}, ASKED, columns=(80,)),
    "a search that is unauthorized": Replayed("search x", {FOUND: DENIED}, ASKED, columns=(80,)),
    "a push": Replayed("push team/web:1", {WEB: PUSH}, columns=WIDTHS),
    "a push of all tags": Replayed("push -a team/web", {WEB: PUSH}),
    "a quiet push": Replayed("push -q team/web", {WEB: PUSH}),
    "a push of one platform": Replayed("push --platform linux/arm64/v8 team/web", {WEB: PUSH}, columns=(0, 80)),
    "a push of no platform": Replayed("push --platform a/b/c/d team/web", {WEB: PUSH}, columns=(0, 80)),
    "a push of less than the index": Replayed("push team/web:1", {WEB: LESS}, columns=(0, 80)),
    "a quiet push of less than the index": Replayed("push -q team/web:1", {WEB: LESS}),
    "a push that lacks content": Replayed("push team/web:1", {WEB: MISSING}, columns=(0, 80)),
    "a push that is refused": Replayed("push team/web:1", {WEB: BUSY}),
    "a tree": Replayed("images --tree", {LISTED: TREE}, columns=(*WIDTHS, 15, 30, 60)),
    "a tree without platforms": Replayed("images --tree", {LISTED: FLAT}, columns=WIDTHS),
    "a tree of nothing": Replayed("images --tree ls", {LISTED: []}, columns=(0, 80)),
    "a tree of all": Replayed("image ls --tree -a -f label=x debian", {LISTED: FLAT}),
    "a quiet tree": Replayed("images --tree -q", {LISTED: FLAT}),
    "a whole tree": Replayed("images --tree --no-trunc", {LISTED: FLAT}),
    "a tree with digests": Replayed("images --tree --digests", {LISTED: FLAT}),
    "a tree with a format": Replayed("images --tree --format json", {LISTED: FLAT}),
    "a login": Replayed("login r.example", {"POST /auth": WELCOME}, ASKED, columns=(80,)),
    "a login with the user's name": Replayed("login -u ada r.example", {"POST /auth": WELCOME}, SECOND, columns=(80,)),
    "a login that gives a token": Replayed("login r.example", {"POST /auth": TOKEN}, ASKED, columns=(80,)),
    "a login that is refused": Replayed("login r.example", {"POST /auth": DENIED}, ASKED, columns=(80,)),
    "a login without a name": Replayed("login r.example", {}, (("Username: ", "\r"),), columns=(80,)),
    "a login without a password": Replayed("login r.example", {}, (ASKED[0], ("Password: ", "\r")), columns=(80,)),
    "a login to Docker Hub": Replayed("login -u ada", {"POST /auth": WELCOME}, SECOND, columns=(80,)),
    "a login that is kept": Replayed("login r.example", {"POST /auth": WELCOME}, config=STORED, columns=(0, 80)),
    "a login that is kept and gives a token": Replayed("login r.example", {"POST /auth": TOKEN}, config=STORED),
    "a login that is kept and refused": Replayed("login r.example", {"POST /auth": DENIED}, config=STORED),
    "a login that is kept and fails": Replayed("login r.example", {"POST /auth": BUSY}, config=STORED),
    "a login that is kept and then typed": Replayed(
        "login r.example", {"POST /auth": DENIED}, KNOWN, STORED, columns=(80,)
    ),
    "a login that says nothing": Replayed("login -u ada -p pw r.example", {"POST /auth": {}}),
}  # fmt: skip
RUNS = [
    pytest.param(case, columns, id=f"{name}{f', {columns} columns' if columns else ''}")
    for name, case in CASES.items()
    for columns in case.columns
]


@pytest.mark.parametrize(("case", "columns"), RUNS)
def test_rawdocker_shows_what_docker_shows(case: Replayed, columns: int, oracle: str, folder: Path) -> None:
    ours = str(Path(sys.executable).parent / "rawdocker")
    expected, got = (_observed(program, case, columns, folder / name) for name, program in (("d", oracle), ("r", ours)))
    parts = [
        difference(aspect, expected[aspect], got[aspect]) for aspect in expected if expected[aspect] != got[aspect]
    ]
    if parts:
        pytest.fail("\n".join([f"(- docker, + rawdocker) {case.command}", *parts]), pytrace=False)


def _observed(program: str, case: Replayed, columns: int, folder: Path) -> dict[str, list[str]]:
    config = folder / "config"
    config.mkdir(parents=True)
    if case.config:
        (config / "config.json").write_text(case.config)
        (config / "config.json").chmod(0o600)
    with Replay(folder / "e.sock", case.answers) as engine:
        environment = {"PATH": os.environ["PATH"], "DOCKER_CONFIG": str(config), "HOME": str(config)}
        environment |= {"DOCKER_HOST": engine.host, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        words = [program, *case.command.split()]
        if columns:
            code, out, err = on_a_terminal(words, case.typed, environment, folder, columns)
        else:
            code, out, err = piped(words, None, environment, folder)
    assert PASSWORD not in out + err
    return {
        "exit code": [str(code)],
        "stdout": [_plain(out, folder)],
        "stderr": [_plain(err, folder)],
        "calls": [f"{asked.line} {asked.body or ''}" for asked in engine.requests if "_ping" not in asked.line],
        "files": [tree(config)],
    }


def _plain(text: str, folder: Path) -> str:
    return text.replace("rawdocker", "docker").replace(str(folder), "FOLDER").replace(f"\n{STRAY}Run '", "\nRun '")
