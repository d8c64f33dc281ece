"""images.lock, and image names in Dockerfiles and compose files."""

from __future__ import annotations

import os
import stat
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rawdocker.errors import PinError
from rawdocker.registry import pinning
from rawdocker.registry.files import replacing
from rawdocker.registry.lock import Lock, Pin
from rawdocker.registry.manifest import OCI_INDEX
from rawdocker.registry.pinning import Place, places, replaced

ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
DEBIAN = Pin(
    "docker.io/library/debian", "12", ONE, OCI_INDEX, "", {"linux/amd64": TWO, "linux/arm/v7": THREE},
    "2026-11-24T04:08:26Z",
)  # fmt: skip
WEB = Pin("127.0.0.1:5000/team/web", "latest", TWO, OCI_INDEX, "linux/arm64", {}, "2026-11-24T04:08:26Z")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Give a lock of two images."""
    Lock(str(tmp_path / "images.lock"), [WEB, DEBIAN]).write()
    return tmp_path / "images.lock"


def test_a_lock_is_read_as_it_was_written(lock: Path) -> None:
    assert list(Lock.read(str(lock)).pins.values()) == [WEB, DEBIAN]


def test_a_lock_is_toml_that_can_be_read(lock: Path) -> None:
    document = tomllib.loads(lock.read_text())
    assert document["version"] == 1
    entry = document["image"][1]
    assert (entry["name"], entry["tag"], entry["digest"]) == (DEBIAN.name, "12", ONE)
    assert entry["platforms"] == DEBIAN.platforms
    assert entry["media_type"] == OCI_INDEX
    assert entry["pinned"].isoformat() == "2026-11-24T04:08:26+00:00"


def test_a_new_lock_is_for_its_owner_and_an_old_one_keeps_its_mode(lock: Path) -> None:
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    lock.chmod(0o644)
    Lock(str(lock), [WEB]).write()
    assert stat.S_IMODE(lock.stat().st_mode) == 0o644
    assert os.listdir(lock.parent) == ["images.lock"]


def test_a_lock_behind_a_link_is_replaced_there(lock: Path) -> None:
    link = lock.with_name("link")
    link.symlink_to(lock)
    Lock(str(link), [WEB]).write()
    assert link.is_symlink()
    assert len(Lock.read(str(lock)).pins) == 1


def test_a_write_that_fails_leaves_the_old_file_and_no_other(lock: Path) -> None:
    before = lock.read_bytes()

    def write_half() -> None:
        with replacing(str(lock)) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert lock.read_bytes() == before
    assert os.listdir(lock.parent) == ["images.lock"]


@pytest.mark.parametrize("typed", ["debian:12", "docker.io/library/debian:12", f"debian:12@{ONE}", f"debian@{ONE}"])
def test_a_name_in_the_lock_gets_its_digest(lock: Path, typed: str) -> None:
    assert str(Lock.read(str(lock)).pinned(typed).familiar) == f"debian:12@{ONE}"


def test_a_tag_that_is_not_typed_is_latest(lock: Path) -> None:
    assert str(Lock.read(str(lock)).pinned("127.0.0.1:5000/team/web")) == f"127.0.0.1:5000/team/web:latest@{TWO}"


def test_the_manifest_of_a_platform_is_pinned_too(lock: Path) -> None:
    assert Lock.read(str(lock)).pinned(f"debian:12@{THREE}").digest == THREE


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("debian", "debian:latest is not in {}: nothing was run"),
        ("debian:13", "debian:13 is not in {}: nothing was run"),
        ("other/debian:12", "other/debian:12 is not in {}: nothing was run"),
        (f"debian:12@sha256:{'9' * 64}", f"debian:12@sha256:{'9' * 64} is not what {{}} has: {ONE}; nothing was run"),
        (f"debian@sha256:{'9' * 64}", f"debian@sha256:{'9' * 64} is not in {{}}: nothing was run"),
        ("9" * 64, "is not in {}: invalid repository name"),
        ("DEBIAN", "DEBIAN is not in {}: invalid reference format"),
    ],
)
def test_what_is_not_pinned_is_refused(lock: Path, typed: str, message: str) -> None:
    with pytest.raises(PinError) as caught:
        Lock.read(str(lock)).pinned(typed)
    assert message.format(lock) in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (ONE, THREE, "docker.io/library/debian:12 is not as it was written: its checksum differs"),
        ('tag = "12"', 'tag = "13"', "docker.io/library/debian:13 is not as it was written"),
        (f'"linux/amd64" = "{TWO}"', f'"linux/amd64" = "{ONE}"', "its checksum differs"),
        ("04:08:26Z", "04:08:27Z", "its checksum differs"),
        ('checksum = "sha256:', 'checksum = "sha256:0', "its checksum differs"),
        ('platform = "linux/arm64"\n', "", "its checksum differs"),
        (ONE, "sha256:123", "is none: invalid checksum digest length"),
        (ONE, "latest", "is none: invalid checksum digest format"),
        (f'digest = "{ONE}"\n', "", "is none"),
        ("version = 1", "version = 2", "is no lock of version 1"),
        ("version = 1\n", "", "is no lock of version 1"),
        ('tag = "12"', "tag = 12", "an entry of it is malformed"),
        ("[[image]]", "[[image]", "is no lock"),
        ("[[image]]", "[[picture]]", ""),
    ],
)
def test_a_lock_that_someone_edited_is_refused(lock: Path, old: str, new: str, message: str) -> None:
    text = lock.read_text()
    assert old in text
    lock.write_text(text.replace(old, new))
    with pytest.raises(PinError) as caught:
        Lock.read(str(lock)).pinned("debian:12")
    assert message in str(caught.value)
    assert str(lock) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[" * 100_000, b"version = 1\nimage = 3", b"image = []"])
def test_what_is_no_lock_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(PinError, match="is no lock"):
        Lock.read(str(tmp_path / "x"))


def test_an_image_that_stands_there_twice_is_told(lock: Path) -> None:
    head, _, entries = lock.read_text().partition("\n\n")
    lock.write_text(f"{head}\n\n{entries}\n{entries}")
    with pytest.raises(PinError, match="an image stands in it twice"):
        Lock.read(str(lock))


def test_a_lock_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(PinError, match="no such file or directory"):
        Lock.read(str(tmp_path / "none.lock"))
    with pytest.raises(PinError, match="is a directory"):
        Lock.read(str(tmp_path))
    with pytest.raises(PinError, match="no such file or directory"):
        Lock(str(tmp_path / "none" / "images.lock")).write()


DOCKERFILES = {
    "FROM debian:12\n": ["debian:12"],
    "from debian\n": ["debian"],
    "\ufeffFROM debian:12\r\nRUN x\r\n": ["debian:12"],
    "FROM --platform=linux/arm64 debian:12 AS build\nFROM build\nFROM BUILD AS x\nfrom b:3": ["debian:12", "b:3"],
    "FROM scratch\nCOPY --from=debian:12 a b\n": [],
    f"FROM debian:12@{ONE}\n": [],
    "# syntax=docker/dockerfile:1\n# FROM a\nARG V=1\nFROM a:1 # not a comment\n": [],
    "FROM \\\n  # a comment\n\n  debian:12 \\\n  AS x\n": ["debian:12"],
    "# escape=`\nFROM `\n  debian:12\nRUN dir C:\\\nFROM b:1\n": ["debian:12", "b:1"],
    "FROM a:1\nRUN mysql -e 'SELECT * \\\nFROM b:1'\nFROM c:1\n": ["a:1", "c:1"],
    "FROM a:1\nRUN <<EOF cat >x\nFROM b:1\nEOF\nFROM c:1\n": ["a:1", "c:1"],
    "FROM a:1\nCOPY <<-'X' <<Y /d/\nFROM b:1\nX\nFROM c:1\nY\nFROM d:1\n": ["a:1", "d:1"],
    "FROM a:1\nRUN cat <<NEVER\nFROM b:1\n": ["a:1", "b:1"],
    "ARG B=debian\nFROM $B\nFROM ${B}:12\n": ["$B", "${B}:12"],
    "FROM 127.0.0.1:5000/team/web:1.2\n": ["127.0.0.1:5000/team/web:1.2"],
    "LABEL FROM x\nFROM\nFROM a b c\n": [],
    "": [],
}  # fmt: skip


@pytest.mark.parametrize(("text", "images"), DOCKERFILES.items())
def test_the_images_of_a_dockerfile_are_those_of_its_stages(text: str, images: list[str]) -> None:
    found = places(text, compose=False)
    assert [place.image for place in found] == images
    assert [text[place.start : place.end] for place in found] == images


COMPOSES = {
    "services:\n  web:\n    image: debian:12\n": ["debian:12"],
    "services:\n  web:\n    image:   \"debian:12\"   # why\n  db:\n    image: 'pg:1'\r\n": ["debian:12", "pg:1"],
    "# image: a\nservices:\n  web:\n    # image: b\n    image: c\n": ["c"],
    "services:\n  web:\n    build: .\n    image: mine:1\n  db:\n    image: pg\n": ["pg"],
    "services:\n  web:\n    image: mine:1\n    build:\n      context: .\n": [],
    "services:\n  web:\n    environment:\n      image: no\n    labels:\n      - image: no\n    image: yes:1\n": [
        "yes:1"
    ],
    "services:\n  web:\n    command: |\n      image: no\n    image: yes:1\n": ["yes:1"],
    "services:\n  web:\n    command: >-  # x\n      a\n\n      image: no\n    image: yes:1\n": ["yes:1"],
    "x-base: &base\n  image: debian:12\nservices:\n  web:\n    <<: *base\n": ["debian:12"],
    "volumes:\n  image: no\nimage: no\n": [],
    f"services:\n  web:\n    image: debian:12@{ONE}\n": [],
    "services:\n  web:\n    image: debian:${TAG}\n": ["debian:${TAG}"],
    'services:\n  "web":\n    "image" : debian\n': ["debian"],
    "services:\n web:\n  image: a\nother:\n web:\n  image: b\n": ["a"],
    "services:\n  web:\n    image: 127.0.0.1:5000/team/web:1\n": ["127.0.0.1:5000/team/web:1"],
}


@pytest.mark.parametrize(("text", "images"), COMPOSES.items())
def test_the_images_of_a_compose_file_are_those_its_services_run(text: str, images: list[str]) -> None:
    found = places(text, compose=True)
    assert [place.image for place in found] == images
    assert [text[place.start : place.end] for place in found] == images


@pytest.mark.parametrize(
    ("text", "compose", "why"),
    [
        ("FROM debian:$V\n", False, "its name has a variable"),
        ("services:\n  web:\n    image: ${I}\n", True, "its name has a variable"),
        ("services:\n  web:\n    image: *i\n", True, "it is not written as a plain value"),
        ("services:\n  web:\n    image: >-\n      debian\n", True, "it is not written as a plain value"),
        ("services:\n  web: {image: debian}\n", True, "it is written in flow style"),
        ("services: {web: {image: debian}}\n", True, "it is written in flow style"),
    ],
)
def test_what_cannot_be_pinned_says_why(text: str, compose: bool, why: str) -> None:
    (place,) = places(text, compose=compose)
    assert place.why_not == why


VALUES = ("1", '"x"', "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2020-01-01", "12:00:00", "inf", "nan",
          "[]", "[1]", "{}", "{a=1}", f'{{a="{ONE}"}}', f'"{ONE}"', "true", "9" * 30, '"\\u0000"')  # fmt: skip
FIELDS = ("version", "image", "name", "tag", "digest", "media_type", "platform", "platforms", "pinned", "checksum")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), max_size=6), st.binary(max_size=20))
def test_what_is_no_lock_is_refused(tmp_path: Path, fields: dict[str, str], rest: bytes) -> None:
    entry = "\n".join(f"{name} = {value}" for name, value in fields.items())
    for text in (f"version = 1\n[[image]]\n{entry}".encode(), b"version = 1\n" + rest):
        (tmp_path / "lock").write_bytes(text)
        with suppress(PinError):
            assert Lock.read(str(tmp_path / "lock")).pins == {}


LINES = st.lists(
    st.sampled_from(
        ["FROM a:1", "FROM b AS c", "FROM c", "RUN x \\", "RUN <<E", "E", "# c", "", "\\", " FROM d:2 ", "\tfrom e",
         "services:", "  web:", "    image: a:1 # c", "    image: 'b'", "    command: |", "      image: no", "x-y:",
         "  image: é", "    build: .", "\x0c", "\u2028"]
    ),
    max_size=12,
)  # fmt: skip


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_everything_but_the_names_stays_as_it_is(lines: list[str], end: str, compose: bool) -> None:
    text = end.join(lines)
    names = {place: f"{place.image}@{ONE}" for place in places(text, compose=compose) if not place.why_not}
    pinned = replaced(text, names)
    assert pinned.replace(f"@{ONE}", "") == text
    assert pinned.count(ONE) == len(names)
    assert [place for place in places(pinned, compose=compose) if not place.why_not] == []


@given(st.text(max_size=200), st.booleans())
def test_any_text_can_be_looked_through(text: str, compose: bool) -> None:
    for place in places(text, compose=compose):
        assert place.why_not or text[place.start : place.end] == place.image


def test_names_are_replaced_wherever_they_stand() -> None:
    text = "FROM a\nFROM a\n"
    first, second = places(text, compose=False)
    assert replaced(text, {second: "a:2", first: "a:1"}) == "FROM a:1\nFROM a:2\n"
    assert (first, second) == (Place(5, 6, "a", 1), Place(12, 13, "a", 2))


@pytest.mark.parametrize(("path", "compose"), [("compose.yaml", True), ("a/b.yml", True), ("Dockerfile", False)])
def test_compose_files_are_known_by_their_names(path: str, compose: bool) -> None:
    assert pinning.is_compose(path) == compose
