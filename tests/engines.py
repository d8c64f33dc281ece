"""The engine the live tests talk to, as fixtures. A test folder takes them with `from engines import ...`.

A missing engine is a failure, never a skip: whoever asks for live tests wants to know that they ran.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
import requests_unixsocket

SCRIPT = Path(__file__).parent.parent / "scripts" / "engine"
LABEL = "rawdocker.test"


class Engine(NamedTuple):
    """An engine a test may break: its DOCKER_HOST, dockerd's pid, what stops it for good, and what starts it again."""

    host: str
    pid: int
    stop: Callable[[], object]
    start: Callable[[], object]


def _script(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [SCRIPT, *arguments], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"scripts/engine {' '.join(arguments)}: {done.stderr.strip()}", pytrace=False)
    return done.stdout


@cache
def settings() -> dict[str, str]:
    """Return what `scripts/engine env` prints, under what the environment already says."""
    lines = _script("env").splitlines()
    printed = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    return printed | {name: value for name, value in os.environ.items() if name in printed}


def _setting(name: str) -> str:
    value = os.environ.get(name) or settings().get(name)
    if not value:
        pytest.fail(f"{name} is not set; see scripts/engine env", pytrace=False)
    return value


def _beside_the_engine(name: str) -> str:
    """Return the address a setting holds, once something answers there."""
    address = _setting(name)
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        hint = "the tests run inside the engine's network: scripts/engine exec pytest ..."
        pytest.fail(f"nothing answers at {address} ({error}); {hint}", pytrace=False)
    return address


def ask(host: str, method: str, path: str, **arguments: Any) -> Any:
    """Ask an engine without rawdocker, as an independent witness; return the JSON document, if any."""
    scheme, address = host.split("://", 1)
    base = f"http+unix://{address.replace('/', '%2F')}" if scheme == "unix" else f"http://{address}"
    with requests_unixsocket.Session() as session:
        answer = session.request(method, base + path, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def remove_all(host: str, name: str) -> None:
    """Remove what carries the name, in its own or as the label's value: containers, networks, volumes, then images."""
    for flag in ({"name": [name]}, {"label": [f"{LABEL}={name}"]}):
        chosen = {"filters": json.dumps(flag)}
        for container in ask(host, "GET", "/containers/json", params=chosen | {"all": "1"}):
            ask(host, "DELETE", f"/containers/{container['Id']}", params={"force": "1", "v": "1"})
        for network in ask(host, "GET", "/networks", params=chosen):
            ask(host, "DELETE", f"/networks/{network['Id']}")
        for volume in ask(host, "GET", "/volumes", params=chosen)["Volumes"] or []:
            ask(host, "DELETE", f"/volumes/{volume['Name']}", params={"force": "1"})
    remove_images(host, name)


def remove_images(host: str, name: str) -> None:
    """Remove the tags and digests that have the name in them, and the images that have no other."""
    for image in ask(host, "GET", "/images/json"):
        for reference in [*(image["RepoTags"] or ()), *(image["RepoDigests"] or ())]:
            if name in reference:
                _remove_image(host, reference)


def _remove_image(host: str, reference: str) -> None:
    try:
        ask(host, "DELETE", f"/images/{reference}")
    except requests.HTTPError as error:
        # A digest goes with the last tag of its repository.
        if error.response.status_code != HTTPStatus.NOT_FOUND:
            raise


@pytest.fixture(scope="session")
def engine_host() -> str:
    """Return the DOCKER_HOST of the tests' engine."""
    host = _setting("RAWDOCKER_TEST_HOST")
    try:
        ask(host, "GET", "/version")
    except OSError as error:
        pytest.fail(f"no engine answers at {host} (scripts/engine up starts one): {error}", pytrace=False)
    return host


@pytest.fixture
def own_name(engine_host: str) -> Iterator[str]:
    """Return a name nobody else has; what carries it, or LABEL with it as value, is removed afterwards."""
    name = f"rd-{uuid.uuid4().hex[:12]}"
    yield name
    remove_all(engine_host, name)


@pytest.fixture(scope="session")
def registry(engine_host: str) -> str:
    """Return the address of the registry with debian:12 and busybox:1, which anybody may push to."""
    return _beside_the_engine("RAWDOCKER_TEST_REGISTRY")


@pytest.fixture(scope="session")
def locked_registry(engine_host: str) -> str:
    """Return the address of the registry that wants user student, password secret."""
    return _beside_the_engine("RAWDOCKER_TEST_LOCKED_REGISTRY")


@pytest.fixture(scope="session")
def index(engine_host: str) -> str:
    """Return the address of the search index, whose images are those of fixtures/index/images.json."""
    return _beside_the_engine("RAWDOCKER_TEST_INDEX")


@pytest.fixture(scope="session")
def oracle() -> str:
    """Return the path of a docker CLI of the series the parity tests compare with."""
    path = _setting("RAWDOCKER_TEST_ORACLE")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith("Docker version 28."):
        pytest.fail(f"the oracle {path} is not of the series 28 but: {version.strip()}", pytrace=False)
    return path


@pytest.fixture
def disposable_engine() -> Iterator[Engine]:
    """Start an engine with nothing but busybox:1, to prune, stop, freeze or kill; slow (some 3 s)."""
    if os.environ.get("RAWDOCKER_TEST_ENGINE"):
        pytest.fail("RAWDOCKER_TEST_ENGINE is set: no engine is started to be broken", pytrace=False)
    base = Path(_setting("RAWDOCKER_TEST_HOST").removeprefix("unix://")).parent
    folder = base / f"spare-{uuid.uuid4().hex[:8]}"
    where = {"RAWDOCKER_ENGINE_DIR": str(folder), "RAWDOCKER_ENGINE_CACHE": str(base / "cache")}
    try:
        up = partial(_script, "up", "--bare", **where)
        up()
        pid = int((folder / "run" / "dockerd.pid").read_text())
        yield Engine(f"unix://{folder}/docker.sock", pid, partial(_script, "down", **where), up)
    finally:
        _script("clean", **where)
