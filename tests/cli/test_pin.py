"""pin, and --pin of run, create and pull: what is printed, kept, compared, refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from registries import image, index, mock_registry

from rawdocker.registry.lock import Lock, Pin
from rawdocker.registry.manifest import OCI_INDEX

OLD, NEW = index("linux/amd64", "linux/arm64"), index("linux/amd64")
WEB = image(oci=False)
HUB = "https://registry-1.docker.io/v2/library/debian"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give a mock with debian:12, an index, and 127.0.0.1:5000/web:1; an empty working directory."""
    monkeypatch.chdir(tmp_path)
    with respx.mock(assert_all_called=False) as router:
        mock_registry(router, HUB, {"12": OLD, "latest": OLD})
        mock_registry(router, "http://127.0.0.1:5000/v2/web", {"1": WEB})
        yield router


def test_pin_prints_names_with_the_digest_of_the_index(registry: Any, rawdocker: Any) -> None:
    done = rawdocker("pin", "debian:12", "127.0.0.1:5000/web:1", "debian")
    assert done == (
        0,
        f"debian:12@{OLD.digest}\n127.0.0.1:5000/web:1@{WEB.digest}\ndebian:latest@{OLD.digest}\n",
        "",
    )
    assert os.listdir() == []


def test_pin_prints_the_digest_of_a_platform_s_manifest(registry: Any, rawdocker: Any) -> None:
    arm = OLD.manifests[1]
    assert rawdocker("pin", "--platform", "linux/arm64", "debian:12").out == f"debian:12@{arm.digest}\n"


def test_pin_of_a_name_with_a_digest_compares_it(registry: Any, rawdocker: Any) -> None:
    assert rawdocker("pin", f"debian:12@{OLD.digest}").out == f"debian:12@{OLD.digest}\n"
    code, out, err = rawdocker("pin", f"debian:12@{WEB.digest}")
    assert (code, out, err) == (1, "", f"debian:12 is {OLD.digest} now, not {WEB.digest}\n")


def test_pin_keeps_what_it_prints(registry: Any, rawdocker: Any) -> None:
    rawdocker("pin", "--write", "images.lock", "debian:12")
    rawdocker("pin", "--write", "images.lock", "127.0.0.1:5000/web:1")
    debian, web = Lock.read("images.lock").pins["docker.io/library/debian:12"], Lock.read("images.lock").pins
    assert (debian.digest, debian.media_type, debian.platform) == (OLD.digest, OCI_INDEX, "")
    assert debian.platforms == {"linux/amd64": OLD.manifests[0].digest, "linux/arm64": OLD.manifests[1].digest}
    assert web["127.0.0.1:5000/web:1"].platforms == {}


def test_nothing_is_kept_where_one_image_cannot_be_pinned(registry: Any, rawdocker: Any) -> None:
    registry.get("http://127.0.0.1:5000/v2/web/manifests/2").mock(return_value=httpx.Response(404))
    assert rawdocker("pin", "--write", "images.lock", "debian:12", "127.0.0.1:5000/web:2").code == 1
    assert os.listdir() == []


@pytest.fixture
def lock(registry: Any, rawdocker: Any) -> Path:
    """Give images.lock with debian:12 and 127.0.0.1:5000/web:1."""
    rawdocker("pin", "--write", "images.lock", "debian:12", "127.0.0.1:5000/web:1")
    return Path("images.lock")


def moved(registry: Any) -> None:
    mock_registry(registry, HUB, {"12": NEW})


MOVED = f"debian:12 moved\n  from {OLD.digest}\n  to   {NEW.digest}\n"


@pytest.mark.parametrize("file", [[], ["images.lock"]])
def test_check_is_quiet_about_what_stayed(lock: Path, rawdocker: Any, file: list[str]) -> None:
    assert rawdocker("pin", "--check", *file) == (0, "2 images are as pinned\n", "")


def test_check_tells_what_moved_and_leaves_the_lock(lock: Path, registry: Any, rawdocker: Any) -> None:
    before = lock.read_bytes()
    moved(registry)
    assert rawdocker("pin", "--check") == (1, MOVED, "")
    assert lock.read_bytes() == before


def test_update_tells_what_moved_and_moves_it(lock: Path, registry: Any, rawdocker: Any) -> None:
    moved(registry)
    assert rawdocker("pin", "--update", "images.lock") == (0, MOVED, "")
    assert Lock.read("images.lock").pins["docker.io/library/debian:12"].digest == NEW.digest
    assert rawdocker("pin", "--check") == (0, "2 images are as pinned\n", "")


def test_an_image_pinned_for_a_platform_is_compared_for_that(registry: Any, rawdocker: Any) -> None:
    rawdocker("pin", "--platform", "linux/amd64", "--write", "images.lock", "debian:12")
    moved(registry)
    # the index is another one, amd64's manifest in it is the same
    assert rawdocker("pin", "--check") == (0, "1 image is as pinned\n", "")


def test_an_image_that_has_gone_is_told_and_the_others_are_compared(lock: Path, registry: Any, rawdocker: Any) -> None:
    registry.get("http://127.0.0.1:5000/v2/web/manifests/1").mock(return_value=httpx.Response(404))
    moved(registry)
    code, out, err = rawdocker("pin", "--check")
    assert (code, out) == (1, MOVED)
    assert err == "127.0.0.1:5000/web:1: 127.0.0.1:5000: GET /v2/web/manifests/1: 404 Not Found\n"


def test_a_dockerfile_is_pinned_in_place(registry: Any, rawdocker: Any) -> None:
    Path("Dockerfile").write_bytes(b"# a\r\nFROM debian AS x  \r\nFROM x\r\nRUN \xff\r\n")
    code, out, err = rawdocker("pin", "--in", "Dockerfile")
    assert (code, out, err) == (0, f"Dockerfile:2: debian:latest@{OLD.digest}\n", "")
    pinned = f"debian:latest@{OLD.digest}".encode()
    assert Path("Dockerfile").read_bytes() == b"# a\r\nFROM " + pinned + b" AS x  \r\nFROM x\r\nRUN \xff\r\n"
    assert rawdocker("pin", "--in", "Dockerfile") == (0, "", "")


def test_a_compose_file_is_pinned_in_place_and_keeps_its_mode(registry: Any, rawdocker: Any) -> None:
    file = Path("compose.yaml")
    file.write_text("services:\n  web:\n    image: 'docker.io/library/debian:12' # why\n")
    file.chmod(0o640)
    assert rawdocker("pin", "--in", "compose.yaml", "--write", "images.lock").code == 0
    assert file.read_text() == (f"services:\n  web:\n    image: 'docker.io/library/debian:12@{OLD.digest}' # why\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(Lock.read("images.lock").pins) == ["docker.io/library/debian:12"]


def test_what_cannot_be_pinned_is_told_and_the_rest_is_pinned(registry: Any, rawdocker: Any) -> None:
    Path("Dockerfile").write_text("FROM debian:$V\nFROM debian:12\n")
    code, out, err = rawdocker("pin", "--in", "Dockerfile")
    assert (code, out) == (1, f"Dockerfile:2: debian:12@{OLD.digest}\n")
    assert err == "Dockerfile:1: debian:$V is not pinned: its name has a variable\n"


def test_a_file_with_an_image_that_is_nowhere_stays_as_it_is(registry: Any, rawdocker: Any) -> None:
    Path("Dockerfile").write_text("FROM debian:12\nFROM debian:99\n")
    registry.get(f"{HUB}/manifests/99").mock(return_value=httpx.Response(404))
    assert rawdocker("pin", "--in", "Dockerfile").code == 1
    assert Path("Dockerfile").read_text() == "FROM debian:12\nFROM debian:99\n"
    assert os.listdir() == ["Dockerfile"]


@pytest.mark.parametrize(
    "line",
    ["", "--check a b", "--check --update", "--check --write x", "--update --in x", "--check --platform linux/amd64"],
)
def test_what_makes_no_sense_together_is_refused(registry: Any, rawdocker: Any, line: str) -> None:
    code, out, err = rawdocker("pin", *line.split())
    assert (code, out) == (1, "")
    assert "rawdocker pin --help" in err
    assert not registry.calls


@pytest.mark.parametrize("line", ["--check none.lock", "--update", "--in none", "--write none/x debian:12"])
def test_a_file_that_is_not_there_is_told(registry: Any, rawdocker: Any, line: str) -> None:
    code, out, err = rawdocker("pin", *line.split())
    assert (code, out) == (1, "" if "debian" not in line else f"debian:12@{OLD.digest}\n")
    assert err.endswith(": no such file or directory\n")


PINNED = f"debian:12@{OLD.digest}"


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """Give a lock with debian:12."""
    path = str(tmp_path / "images.lock")
    Lock(path, [Pin("docker.io/library/debian", "12", OLD.digest, OCI_INDEX, "", {}, "2026-11-24T04:08:26Z")]).write()
    return path


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_create_asks_for_the_digest_that_was_pinned(
    engine: Any, rawdocker: Any, kept: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    engine.answers("POST /containers/create", status=201, body={"Id": "abc"})
    if how == "environment":
        monkeypatch.setenv("RAWDOCKER_LOCK", kept)
    flags = ["--pin", kept] if how == "flag" else []
    assert rawdocker("create", *flags, "debian:12") == (0, "abc\n", "")
    assert json.loads(engine.requests[0].split(" ", 2)[2])["Image"] == PINNED


@pytest.mark.parametrize("verb", ["create", "run", "pull"])
@pytest.mark.parametrize("image", ["debian:13", "busybox", f"debian:12@{WEB.digest}", "9" * 64, "e7c3af616f04"])
def test_what_is_not_pinned_is_refused_before_anything_is_sent(
    engine: Any, rawdocker: Any, kept: str, verb: str, image: str
) -> None:
    code, out, err = rawdocker(verb, "--pin", kept, image)
    assert (code, out) == (125 if verb == "run" else 1, "")
    assert f" {kept}" in err
    assert engine.requests == []


def test_a_lock_that_someone_edited_runs_nothing(engine: Any, rawdocker: Any, kept: str) -> None:
    file = Path(kept)
    file.write_text(file.read_text().replace(OLD.digest, NEW.digest))
    code, out, err = rawdocker("run", "--pin", kept, "debian:12")
    assert (code, out) == (125, "")
    assert "is not as it was written: its checksum differs" in err
    assert engine.requests == []


def test_a_lock_that_is_missing_runs_nothing(engine: Any, rawdocker: Any) -> None:
    code, _, err = rawdocker("run", "--pin", "none.lock", "debian:12")
    assert code == 125
    assert "none.lock: no such file or directory" in err
    assert engine.requests == []


def pulling(engine: Any, digests: list[str]) -> None:
    engine.answers("POST /images/create", status=200, body={"status": "done"})
    engine.answers(f"GET /images/debian@{OLD.digest}/json", status=200, body={"Id": "x", "RepoDigests": digests})


def test_pull_asks_for_the_digest_and_looks_at_what_came(engine: Any, rawdocker: Any, kept: str) -> None:
    pulling(engine, [f"other@{OLD.digest}", f"debian@{OLD.digest}"])
    code, out, _ = rawdocker("pull", "-q", "--pin", kept, "debian:12")
    assert (code, out) == (0, f"docker.io/library/{PINNED}\n")
    assert engine.requests[0] == (
        f"POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag={OLD.digest.replace(':', '%3A')}"
    )


@pytest.mark.parametrize("verb", ["pull", "run", "create"])
def test_an_engine_that_has_something_else_after_the_pull_is_refused(
    engine: Any, rawdocker: Any, kept: str, verb: str
) -> None:
    pulling(engine, [f"debian@{NEW.digest}"])
    always = ["--pull", "always"] if verb != "pull" else []
    code, _, err = rawdocker(verb, "-q", *always, "--pin", kept, "debian:12")
    assert code == (125 if verb == "run" else 1)
    assert f"debian@{OLD.digest} was pulled, but the engine has it as debian@{NEW.digest}: nothing was run" in err
    assert not [request for request in engine.requests if "containers" in request]


def test_all_tags_cannot_be_pinned(engine: Any, rawdocker: Any, kept: str) -> None:
    assert rawdocker("pull", "-a", "--pin", kept, "debian:12").code == 1
    assert engine.requests == []


def test_a_dry_run_shows_the_digest_that_was_pinned(engine: Any, rawdocker: Any, kept: str) -> None:
    code, out, err = rawdocker("--dry-run=offline", "create", "--pull", "always", "--pin", kept, "debian:12")
    assert (code, err) == (0, "")
    assert f'"Image": "{PINNED}"' in out
    assert f"&tag={OLD.digest.replace(':', '%3A')}" in out
    assert engine.requests == []


@pytest.mark.parametrize("verb", ["run", "create", "pull"])
def test_pin_is_explained(rawdocker: Any, kept: str, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///none/docker.sock")
    code, out, err = rawdocker("explain", verb, f"--pin={kept}", "debian:12")
    assert (code, err) == (0, "")
    assert "asks for the digest in the lock instead of the tag" in out


@pytest.mark.parametrize(
    "line",
    ["debian:12 --write images.lock", "--write new.lock debian:12", "--update", "--check", "--in Dockerfile"],
)
@pytest.mark.parametrize("way", ["--dry-run", "--dry-run=offline"])
def test_a_dry_run_asks_what_the_tags_name_and_writes_nothing(
    lock: Path, registry: Any, rawdocker: Any, line: str, way: str
) -> None:
    Path("Dockerfile").write_text("FROM debian:12\nFROM 127.0.0.1:5000/web:1\n")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    moved(registry)
    already = len(registry.calls)
    code, out, err = rawdocker(way, "pin", *line.split())
    assert (code, "moved" in out + err) == (0, False)
    wanted = [f"GET {HUB}/manifests/12"]
    if "debian:12" not in line:
        wanted.append("GET http://127.0.0.1:5000/v2/web/manifests/1")
    assert sorted(text.split("   ")[0] for text in out.splitlines() if text.startswith("GET")) == sorted(wanted)
    assert len(registry.calls) - already == (len(wanted) if way == "--dry-run" else 0)
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before
