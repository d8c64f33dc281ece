"""Pinned images on a real engine: what was pinned is run, whatever a tag, a registry or a lock says by then."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from engines import ask
from processes import PROGRAM, Done
from real_registry import push, serving
from registries import Asked, Behaviour, Content, Liar, described, digest, http, indexed
from registries import serving as honest

from rawdocker.registry import calls, platform
from rawdocker.registry.client import RegistryClient
from rawdocker.registry.lock import Lock
from rawdocker.registry.manifest import Manifest

pytestmark = pytest.mark.live

Run = Callable[..., Done]


@pytest.fixture
def rawdocker(engine_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs the command in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str, **environment: str) -> Done:
        done = subprocess.run(
            [PROGRAM, "-H", engine_host, *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture(scope="module")
def busybox(registry: str) -> Callable[[str], Content]:
    """Give a function that makes an image of busybox that says a word: its command echoes it."""
    with RegistryClient(registry) as client:
        found: Manifest = client.send(calls.manifest_get("library/busybox", "1"))
        config, layer = (client.send(calls.blob_read("library/busybox", blob.digest)) for blob in found.blobs)

    def made(word: str) -> Content:
        settings = json.loads(config)
        settings["config"]["Cmd"] = ["echo", word]
        new = json.dumps(settings).encode()
        document = found.document
        document["config"] = described(new, document["config"]["mediaType"])
        return Content(json.dumps(document).encode(), found.media_type, (new, layer))

    return made


@pytest.fixture
def own_registry(tmp_path_factory: pytest.TempPathFactory, engine_host: str) -> Iterator[str]:
    """Give a registry of the test's own; the engine forgets its images afterwards."""
    with serving(tmp_path_factory.mktemp("registry")) as address:
        yield address
    forget(engine_host, address)


def forget(host: str, address: str) -> None:
    for image in ask(host, "GET", "/images/json"):
        for name in (image["RepoDigests"] or []) + (image["RepoTags"] or []):
            if name.startswith(f"{address}/"):
                with suppress(requests.HTTPError):
                    ask(host, "DELETE", f"/images/{name}", params={"force": "1"})


def containers(host: str) -> set[str]:
    return {each["Id"] for each in ask(host, "GET", "/containers/json", params={"all": "1"})}


def test_what_was_pinned_is_run_although_the_tag_has_moved(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content]
) -> None:
    name, old, new = f"{own_registry}/web:1", busybox("old"), busybox("new")
    push(own_registry, "web", "1", old)
    assert rawdocker("pin", "--write", "images.lock", name) == (0, f"{name}@{old.digest}\n", "")
    push(own_registry, "web", "1", new)
    assert rawdocker("run", "--rm", "-q", name) == (0, "new\n", "")
    assert rawdocker("run", "--rm", "-q", "--pin", "images.lock", name) == (0, "old\n", "")
    assert rawdocker("run", "--rm", name, RAWDOCKER_LOCK="images.lock") == (0, "old\n", "")
    moved = f"{name} moved\n  from {old.digest}\n  to   {new.digest}\n"
    assert rawdocker("pin", "--check") == (1, moved, "")
    assert rawdocker("pin", "--update") == (0, moved, "")
    assert rawdocker("run", "--rm", "-q", "--pin", "images.lock", name) == (0, "new\n", "")


def test_a_pinned_pull_names_what_came(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content], engine_host: str
) -> None:
    name, content = f"{own_registry}/web:1", busybox("pulled")
    push(own_registry, "web", "1", content)
    rawdocker("pin", "--write", "images.lock", name)
    code, out, err = rawdocker("pull", "--pin", "images.lock", name)
    assert (code, err) == (0, "")
    assert f"Digest: {content.digest}\n" in out
    assert out.endswith(f"{name}@{content.digest}\n")
    found = ask(engine_host, "GET", f"/images/{own_registry}/web@{content.digest}/json")
    assert found["RepoDigests"] == [f"{own_registry}/web@{content.digest}"]


def test_an_index_is_pinned_and_run(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content], engine_host: str
) -> None:
    amd, arm = busybox("amd64"), busybox("arm64")
    machine = platform.default()["architecture"]
    entries = [
        described(each.body, each.media_type) | {"platform": {"os": "linux", "architecture": name}}
        for each, name in ((amd, machine), (arm, "s390x"))
    ]
    content, name = indexed(entries, [amd, arm], oci=False), f"{own_registry}/web:1"
    push(own_registry, "web", "1", content)
    assert rawdocker("pin", "--write", "images.lock", name).out == f"{name}@{content.digest}\n"
    assert rawdocker("run", "--rm", "-q", "--pin", "images.lock", name) == (0, "amd64\n", "")
    assert rawdocker("run", "--rm", "--pin", "images.lock", f"{name}@{amd.digest}").code == 0


def lying(contents: Behaviour, about: str, lie: bytes) -> Behaviour:
    """Return the behaviour of a registry that serves other bytes under one digest (or tag)."""

    def behaviour(asked: Asked) -> Any:
        if asked.target == "/v2/":
            return [http()]
        return [lie] if asked.target.endswith(about) else contents(asked)

    return behaviour


def headless(behaviour: Behaviour) -> Behaviour:
    """Return the same, with HEAD answered by the head alone."""

    def answered(asked: Asked) -> Iterator[bytes]:
        for piece in behaviour(asked):
            yield piece.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if asked.method == "HEAD" else piece

    return answered


@pytest.mark.parametrize("verb", ["run", "create", "pull"])
@pytest.mark.parametrize("what", ["manifest", "config"])
def test_other_bytes_under_the_pinned_digest_run_nothing(
    rawdocker: Run, busybox: Callable[[str], Content], engine_host: str, verb: str, what: str
) -> None:
    good, bad = busybox("good"), busybox(f"bad {what} {verb}")
    before = containers(engine_host)
    contents = honest(tags={"1": good})
    with Liar(headless(lying(contents, "nothing yet", b""))) as registry:
        name = f"{registry.address}/web:1"
        assert rawdocker("pin", "--write", "images.lock", name).code == 0
        if what == "manifest":
            about, lie = good.digest, http(bad.body, Content_Type=bad.media_type, Docker_Content_Digest=good.digest)
        else:
            about, lie = digest(good.blobs[0]), http(bad.blobs[0])
        registry.behaviour = headless(lying(contents, about, lie))
        code, out, err = rawdocker(verb, "--pin", "images.lock", name)
    assert code == (125 if verb == "run" else 1)
    assert f"verification failed for digest {good.digest if what == 'manifest' else digest(good.blobs[0])}" in err
    assert "bad" not in out
    assert containers(engine_host) == before
    forget(engine_host, registry.address)


def test_a_registry_that_lies_is_not_pinned(rawdocker: Run, busybox: Callable[[str], Content], tmp_path: Path) -> None:
    good, bad = busybox("good"), busybox("bad")
    lie = http(bad.body, Content_Type=bad.media_type, Docker_Content_Digest=good.digest)
    with Liar(lying(honest(tags={"1": good}), "/1", lie)) as registry:
        code, out, err = rawdocker("pin", "--write", "images.lock", f"{registry.address}/web:1")
    assert (code, out) == (1, "")
    assert good.digest in err
    assert bad.digest in err
    assert os.listdir(tmp_path) == []


def test_a_lock_that_someone_edited_runs_nothing(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content], engine_host: str
) -> None:
    name, one, other = f"{own_registry}/web:1", busybox("one"), busybox("other")
    push(own_registry, "web", "2", other)
    push(own_registry, "web", "1", one)
    rawdocker("pin", "--write", "images.lock", name)
    lock = Path("images.lock")
    lock.write_text(lock.read_text().replace(one.digest, other.digest))
    before = containers(engine_host)
    code, out, err = rawdocker("run", "--rm", "--pin", "images.lock", name)
    assert (code, out) == (125, "")
    assert "is not as it was written: its checksum differs" in err
    assert containers(engine_host) == before


def test_a_lock_with_a_digest_that_the_registry_has_not_runs_nothing(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content], engine_host: str
) -> None:
    name, content = f"{own_registry}/web:1", busybox("one")
    push(own_registry, "web", "1", content)
    rawdocker("pin", "--write", "images.lock", name)
    lock = Lock.read("images.lock")
    for pinned in list(lock.pins.values()):
        lock.add(pinned._replace(digest=f"sha256:{'0' * 64}"))
    lock.write()
    before = containers(engine_host)
    code, out, err = rawdocker("run", "--rm", "-q", "--pin", "images.lock", name)
    assert (code, out) == (125, "")
    assert "not found" in err or "manifest unknown" in err
    assert containers(engine_host) == before


def test_an_image_that_is_not_in_the_lock_runs_nothing(
    rawdocker: Run, own_registry: str, busybox: Callable[[str], Content], engine_host: str
) -> None:
    push(own_registry, "web", "1", busybox("one"))
    rawdocker("pin", "--write", "images.lock", f"{own_registry}/web:1")
    before = containers(engine_host)
    code, out, err = rawdocker("-T", "run", "--rm", "--pin", "images.lock", "debian:12", "true")
    assert (code, out) == (125, "")
    assert "debian:12 is not in images.lock: nothing was run" in err
    assert "POST" not in err
    assert containers(engine_host) == before
