from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker.errors import InvalidCallError
from rawdocker.registry import platform, reference

HEX = "e71858f38050021b4a8acfa498c51703138c62f461dc7d3c1f7c58baf8f1965e"


@pytest.mark.parametrize(
    ("typed", "full", "familiar"),
    [
        ("debian", "docker.io/library/debian", "debian"),
        ("debian:12", "docker.io/library/debian:12", "debian:12"),
        ("library/debian", "docker.io/library/debian", "debian"),
        ("docker.io/debian", "docker.io/library/debian", "debian"),
        ("index.docker.io/team/web:1", "docker.io/team/web:1", "team/web:1"),
        ("docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("team/web", "docker.io/team/web", "team/web"),
        ("localhost/web", "localhost/web", "localhost/web"),
        ("Registry/web", "Registry/web", "Registry/web"),
        ("127.0.0.1:5000/library/debian:12", "127.0.0.1:5000/library/debian:12", "127.0.0.1:5000/library/debian:12"),
        ("[::1]:5000/web:t", "[::1]:5000/web:t", "[::1]:5000/web:t"),
        ("a__b/c-d_e.f", "docker.io/a__b/c-d_e.f", "a__b/c-d_e.f"),
        (f"debian@sha256:{HEX}", f"docker.io/library/debian@sha256:{HEX}", f"debian@sha256:{HEX}"),
        (f"debian:12@sha256:{HEX}", f"docker.io/library/debian:12@sha256:{HEX}", f"debian:12@sha256:{HEX}"),
    ],
)
def test_a_name_has_a_full_and_a_familiar_form(typed: str, full: str, familiar: str) -> None:
    found = reference.parse(typed)
    assert (str(found), str(found.familiar)) == (full, familiar)
    assert reference.parse(full) == found


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase"),
        ("a/UPPER:tag", "invalid reference format: repository name (a/UPPER) must be lowercase"),
        ("", "invalid reference format"),
        ("a..b", "invalid reference format"),
        ("a___b", "invalid reference format"),
        ("a:", "invalid reference format"),
        ("a:b:c", "invalid reference format"),
        ("/a", "invalid reference format"),
        ("a/", "invalid reference format"),
        ("a\n", "invalid reference format"),
        ("a:\u0661", "invalid reference format"),
        ("a:" + "t" * 129, "invalid reference format"),
        ("a" * 300, "repository name must not be more than 255 characters"),
        (HEX, f"invalid repository name ({HEX}), cannot specify 64-byte hexadecimal strings"),
        ("a@sha256:123", "invalid reference format"),
        (f"a@sha256:{HEX[1:]}", "invalid checksum digest length"),
        (f"a@sha256:{HEX.upper()}", "invalid checksum digest format"),
        (f"a@md5:{HEX[:32]}", "unsupported digest algorithm"),
    ],
)
def test_what_is_no_name_is_refused_in_dockers_words(typed: str, message: str) -> None:
    with pytest.raises(InvalidCallError) as caught:
        reference.parse(typed)
    assert str(caught.value) == message


def test_only_a_name_alone_gets_the_default_tag() -> None:
    assert str(reference.parse("debian").with_default_tag()) == "docker.io/library/debian:latest"
    for typed in ("debian:12", f"debian@sha256:{HEX}"):
        assert reference.parse(typed).with_default_tag() == reference.parse(typed)


def test_a_digest_is_asked_for_rather_than_a_tag() -> None:
    assert reference.parse(f"debian:12@sha256:{HEX}").tag_or_digest == f"sha256:{HEX}"
    assert reference.parse("debian:12").tag_or_digest == "12"
    assert reference.parse("debian").tag_or_digest == "latest"


@pytest.mark.parametrize("typed", [HEX, f"sha256:{HEX}"])
def test_a_full_id_is_a_reference_where_any_is_taken(typed: str) -> None:
    assert reference.parse_any(typed).digest == f"sha256:{HEX}"
    assert reference.parse_any("debian:12") == reference.parse("debian:12")


def test_a_long_name_is_refused_at_once() -> None:
    with pytest.raises(InvalidCallError):
        reference.parse("a-" * 20_000)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("linux/arm64", {"architecture": "arm64", "os": "linux"}),
        ("linux/arm64/v8", {"architecture": "arm64", "os": "linux", "variant": "v8"}),
        ("linux/arm/v7", {"architecture": "arm", "os": "linux", "variant": "v7"}),
        ("linux/arm", {"architecture": "arm", "os": "linux"}),
        ("linux/armel", {"architecture": "arm", "os": "linux", "variant": "v6"}),
        ("linux/x86_64", {"architecture": "amd64", "os": "linux"}),
        ("linux/amd64/v1", {"architecture": "amd64", "os": "linux"}),
        ("MacOS/aarch64", {"architecture": "arm64", "os": "darwin"}),
        ("windows(10.0.17763)/amd64", {"architecture": "amd64", "os": "windows", "os.version": "10.0.17763"}),
        ("linux", {"architecture": platform.local_architecture(), "os": "linux"}),
        ("s390x", {"architecture": "s390x", "os": platform.local_system()}),
    ],
)
def test_a_platform_becomes_the_object_the_api_takes(typed: str, expected: dict[str, str]) -> None:
    assert platform.parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("foo", '"foo": unknown operating system or architecture: invalid argument'),
        ("a/b/c/d", '"a/b/c/d": cannot parse platform specifier: invalid argument'),
        ("linux/*", '"linux/*": wildcards not yet supported: invalid argument'),
    ],
)
def test_what_is_no_platform_is_refused(typed: str, message: str) -> None:
    with pytest.raises(InvalidCallError) as caught:
        platform.parse(typed)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("wanted", "available", "chosen"),
    [
        ("linux/amd64", ["linux/386", "linux/amd64"], "linux/amd64"),
        ("linux/amd64", ["linux/arm64", "linux/386"], "linux/386"),
        ("linux/amd64", ["linux/amd64/v2"], None),
        ("linux/amd64/v3", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v4"], "linux/amd64/v2"),
        ("linux/amd64/v3", ["linux/386", "linux/amd64"], "linux/amd64"),
        ("linux/arm64", ["linux/arm/v7", "linux/arm64/v8"], "linux/arm64/v8"),
        ("linux/arm64", ["linux/arm/v5", "linux/arm/v7", "linux/amd64"], "linux/arm/v7"),
        ("linux/arm64/v9", ["linux/arm/v7", "linux/arm64/v8"], "linux/arm64/v8"),
        ("linux/arm64", ["linux/arm64/v9"], None),
        ("linux/arm/v7", ["linux/arm/v6", "linux/arm/v5", "linux/arm/v8"], "linux/arm/v6"),
        ("linux/arm/v6", ["linux/arm/v7"], None),
        ("linux/arm", ["linux/arm/v5", "linux/arm/v7"], "linux/arm/v7"),
        ("linux/386", ["linux/amd64"], None),
        ("windows/amd64", ["linux/amd64", "windows/amd64"], "windows/amd64"),
        ("linux/s390x", [], None),
        ("linux/amd64", ["linux/amd64", "linux/amd64"], "linux/amd64"),
    ],
)
def test_the_best_platform_is_docker_s(wanted: str, available: list[str], chosen: str | None) -> None:
    place = platform.best(platform.parse(wanted), [platform.parts(each) for each in available])
    assert (None if place is None else available[place]) == chosen


def test_a_version_of_the_system_is_chosen_where_one_is_wanted() -> None:
    available = [{"os": "windows", "architecture": "amd64", "os.version": version} for version in ("10.0.1", "10.0.2")]
    assert platform.best(platform.parse("windows(10.0.2)/amd64"), available) == 1
    assert platform.best(platform.parse("windows/amd64"), available) == 0


@pytest.mark.parametrize("text", ["linux/amd64", "linux/arm/v7", "windows(10.0.17763.1)/amd64", "linux"])
def test_a_platform_that_is_shown_can_be_read_again(text: str) -> None:
    assert platform.shown(platform.parts(text)) == text


@given(st.from_regex(r"([a-zA-Z0-9.-]{1,8}(:[0-9]{1,4})?/)?[a-z0-9._/-]{1,20}(:[\w.-]{1,9})?", fullmatch=True))
def test_a_name_that_is_taken_stays_the_same_when_read_again(text: str) -> None:
    try:
        found = reference.parse(text)
    except InvalidCallError:
        return
    assert reference.parse(str(found)) == found
    assert reference.parse(str(found.familiar)) == found
    assert "/" in found.name


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    try:
        found = reference.parse(text)
    except InvalidCallError:
        return
    assert str(found).isascii()
    assert len(found.path) <= reference.LONGEST_PATH
    assert found.path == found.path.lower()
