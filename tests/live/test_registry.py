"""Real registries (docker-registry, of each test's own), asked directly; skopeo is the witness that is not ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from processes import PROGRAM, peak
from real_registry import IDENTITY, STUDENT, TokenServer, behind_password, behind_tokens, push, push_layer, serving
from registries import Asked, Content, Liar, RegistryDriver, digest, http, image, index

from rawdocker import errors
from rawdocker.observe import Exchange, Observer
from rawdocker.registry import calls, flows, platform
from rawdocker.registry.reference import parse

pytestmark = pytest.mark.live

PLATFORMS = ("linux/386", "linux/amd64", "linux/arm/v5", "linux/arm/v7", "linux/arm64/v8", "linux/ppc64le")

MIB = 1 << 20


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> RegistryDriver:
    return RegistryDriver(request.param)


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a registry that anybody may push to."""
    with serving(tmp_path_factory.mktemp("open")) as address:
        yield address


@pytest.fixture(scope="module")
def other_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of another one."""
    with serving(tmp_path_factory.mktemp("other")) as address:
        yield address


@pytest.fixture(scope="module")
def password_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a registry that wants STUDENT, and has a/web:1."""
    with behind_password(tmp_path_factory.mktemp("password")) as address:
        push(address, "a/web", "1", image(), credentials=STUDENT)
        yield address


@pytest.fixture(scope="module")
def token_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, TokenServer]]:
    """Give a registry that wants tokens, with public/web:1 and private/web:1, and its token server."""
    with behind_tokens(tmp_path_factory.mktemp("token")) as (address, tokens):
        for path in ("public/web", "private/web"):
            push(address, path, "1", image(text=path), credentials=STUDENT)
        yield address, tokens


def rawdocker(*words: str, **environment: str) -> tuple[int, str, str]:
    """Run the command."""
    done = subprocess.run(
        [PROGRAM, *words], capture_output=True, check=False, env={**os.environ, **environment}, stdin=subprocess.DEVNULL
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def skopeo(*words: str) -> bytes:
    """Run skopeo; return what it prints."""
    done = subprocess.run(["skopeo", *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("oci", [True, False], ids=["OCI", "Docker"])
@pytest.mark.parametrize("kind", ["image", "index"])
def test_skopeo_sees_the_same_bytes_and_digest(open_registry: str, oci: bool, kind: str) -> None:
    content = index(*PLATFORMS, oci=oci) if kind == "index" else image(oci=oci)
    name = f"{open_registry}/{kind}-{'oci' if oci else 'docker'}"
    push(open_registry, parse(name).path, "1", content)
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}:1")
    assert rawdocker("registry", "manifest", f"{name}:1")[1].encode() == raw == content.body
    assert rawdocker("registry", "resolve", f"{name}:1")[1] == f"{digest(raw)}\n"


@pytest.mark.parametrize("oci", [True, False], ids=["OCI", "Docker"])
@pytest.mark.parametrize(
    "wanted",
    ["linux/386", "linux/amd64", "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/arm64", "linux/ppc64le"],
)
def test_skopeo_chooses_the_same_platform(open_registry: str, tmp_path: Path, oci: bool, wanted: str) -> None:
    name = f"{open_registry}/choice-{'oci' if oci else 'docker'}"
    push(open_registry, parse(name).path, "1", index(*PLATFORMS, oci=oci, attested=oci))
    system, architecture, *variant = wanted.split("/")
    flags = [f"--override-os={system}", f"--override-arch={architecture}"]
    flags += [f"--override-variant={variant[0]}"] if variant else []
    skopeo(*flags, "copy", "--src-tls-verify=false", f"docker://{name}:1", f"dir:{tmp_path}/copy")
    witness = digest((tmp_path / "copy" / "manifest.json").read_bytes())
    assert rawdocker("registry", "resolve", "--platform", wanted, f"{name}:1")[1] == f"{witness}\n"


def test_skopeo_reads_the_same_configuration(open_registry: str) -> None:
    push(open_registry, "configured", "1", index("linux/arm64", "linux/amd64"))
    name = f"{open_registry}/configured:1"
    witness = skopeo("--override-arch=arm64", "inspect", "--config", "--raw", "--tls-verify=false", f"docker://{name}")
    assert rawdocker("registry", "config", "--platform", "linux/arm64", name)[1].encode() == witness.rstrip(b"\n")


def test_skopeo_lists_the_same_tags(driver: RegistryDriver, open_registry: str) -> None:
    for number in range(23):
        push(open_registry, "tagged", f"v{number}", image())
    witness = json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{open_registry}/tagged"))["Tags"]
    witness.sort()  # this registry has no order
    assert len(witness) == 23
    assert sorted(driver.send(open_registry, calls.tag_list("tagged"))) == witness
    assert sorted(rawdocker("registry", "tags", f"{open_registry}/tagged")[1].split()) == witness


def test_skopeo_finds_the_same_tags_on_several_pages(driver: RegistryDriver, open_registry: str) -> None:
    for number in range(7):
        push(open_registry, "paged", f"v{number}", image())

    def pages(asked: Asked) -> Iterator[bytes]:
        # docker-registry gives all tags at once: what stands before it gives them three at a time, as others do
        found = httpx.get(f"http://{open_registry}{asked.target.partition('?')[0]}").json()
        last = dict(parse_qsl(urlsplit(asked.target).query)).get("last", "")
        tags = sorted(tag for tag in found.get("tags", ()) if tag > last)
        link = {"Link": f'</v2/paged/tags/list?last={tags[2]}&n=3>; rel="next"'} if tags[3:] else {}
        yield http(json.dumps({**found, "tags": tags[:3]}).encode(), Content_Type="application/json", **link)

    with Liar(pages) as liar:
        witness = json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{liar.address}/paged"))["Tags"]
        liar.asked.clear()
        assert driver.stream(liar.address, calls.tag_list("paged")) == witness == [f"v{number}" for number in range(7)]
        assert len(liar.asked) == 3
        assert rawdocker("registry", "tags", f"{liar.address}/paged")[1].split() == witness


def test_what_is_not_there_is_told(driver: RegistryDriver, open_registry: str) -> None:
    with pytest.raises(errors.RegistryError) as caught:
        driver.send(open_registry, calls.manifest_get("nothing", "1"))
    assert (caught.value.status, caught.value.code) == (404, "MANIFEST_UNKNOWN")
    name = f"{open_registry}/nothing:1"
    message = f"{open_registry}: GET /v2/nothing/manifests/1: MANIFEST_UNKNOWN: manifest unknown\n"
    assert rawdocker("registry", "resolve", name) == (1, "", message)


def test_nothing_refers_to_an_image_of_a_registry_without_the_call(driver: RegistryDriver, open_registry: str) -> None:
    push(open_registry, "lonely", "1", image())
    assert driver.follow(open_registry, flows.referrers(parse(f"{open_registry}/lonely:1"))) == []


def test_what_refers_to_an_image_is_found_by_its_tag(driver: RegistryDriver, open_registry: str) -> None:
    subject, statements = image(text="subject"), index("linux/amd64")
    push(open_registry, "signed", "1", subject)
    push(open_registry, "signed", subject.digest.replace(":", "-"), statements)
    found = driver.follow(open_registry, flows.referrers(parse(f"{open_registry}/signed:1")))
    assert [each.digest for each in found] == [statements.manifests[0].digest]


def test_a_password_is_wanted_and_taken(driver: RegistryDriver, password_registry: str) -> None:
    call = calls.manifest_get("a/web", "1")
    with pytest.raises(errors.RegistryError) as caught:
        driver.send(password_registry, call)
    assert caught.value.status == 401
    with pytest.raises(errors.RegistryError) as caught:
        driver.send(password_registry, call, credentials={"username": "student", "password": "wr0ng"})
    assert "wr0ng" not in str(caught.value)
    assert driver.send(password_registry, call, credentials=STUDENT).digest == image().digest


def test_the_command_takes_a_password_from_the_configuration(password_registry: str, tmp_path: Path) -> None:
    name = f"{password_registry}/a/web:1"
    assert rawdocker("registry", "resolve", name)[0] == 1
    (tmp_path / "config.json").write_text(json.dumps({"auths": {password_registry: STUDENT}}))
    code, out, err = rawdocker("-T", "registry", "resolve", name, DOCKER_CONFIG=str(tmp_path))
    assert (code, out) == (0, f"{image().digest}\n")
    assert "secret" not in err
    witness = skopeo("inspect", "--creds=student:secret", "--tls-verify=false", f"docker://{name}")
    assert json.loads(witness)["Digest"] == image().digest


def test_an_anonymous_token_is_enough_for_what_is_public(
    driver: RegistryDriver, token_registry: tuple[str, TokenServer]
) -> None:
    address, tokens = token_registry
    tokens.asked.clear()
    assert driver.send(address, calls.tag_list("public/web"), credentials=STUDENT) == ["1"]
    assert tokens.asked == [("GET", "", ["repository:public/web:pull"])]


def test_credentials_get_a_token_for_what_is_private(
    driver: RegistryDriver, token_registry: tuple[str, TokenServer]
) -> None:
    address, tokens = token_registry
    with pytest.raises(errors.RegistryError) as caught:
        driver.send(address, calls.tag_list("private/web"))
    assert (caught.value.status, caught.value.code) == (401, "UNAUTHORIZED")
    tokens.asked.clear()
    call = calls.manifest_get("private/web", "1")
    assert driver.send(address, call, call, credentials=STUDENT).digest == image(text="private/web").digest
    scope = ["repository:private/web:pull"]
    assert tokens.asked == [("GET", "", scope), ("GET", "student", scope)]


def test_an_identity_token_gets_one_too(driver: RegistryDriver, token_registry: tuple[str, TokenServer]) -> None:
    address, tokens = token_registry
    tokens.asked.clear()
    assert driver.send(address, calls.tag_list("private/web"), credentials={"identitytoken": IDENTITY}) == ["1"]
    assert [method for method, _, _ in tokens.asked] == ["GET", "POST"]


def test_wrong_credentials_are_told_in_the_token_server_s_words(
    driver: RegistryDriver, token_registry: tuple[str, TokenServer]
) -> None:
    address, _ = token_registry
    wrong = {"username": "student", "password": "wr0ng"}
    with pytest.raises(errors.RegistryError, match="incorrect username or password") as caught:
        driver.send(address, calls.tag_list("private/web"), credentials=wrong)
    assert "wr0ng" not in str(caught.value)


def test_a_blob_is_mounted_with_a_token_for_both_repositories(
    driver: RegistryDriver, token_registry: tuple[str, TokenServer]
) -> None:
    address, tokens = token_registry
    tokens.asked.clear()
    told: list[str] = []
    name, new_name = f"{address}/private/web:1", f"{address}/private/{driver.kind}:1"
    copied = driver.copy(address, address, name, new_name, credentials=STUDENT, told=lambda blob, how: told.append(how))
    assert copied.digest == image(text="private/web").digest
    assert told == ["mounted", "mounted"]
    both = [f"repository:private/{driver.kind}:pull,push", "repository:private/web:pull"]
    assert ("GET", "student", both) in tokens.asked


class Requests(Observer):
    """Keeps what was asked of whom."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def response(self, exchange: Exchange) -> None:
        self.lines.append(f"{exchange.method} {exchange.endpoint.rpartition(':')[2]}{exchange.target.split('?')[0]}")


@pytest.mark.parametrize("oci", [True, False], ids=["OCI", "Docker"])
def test_a_copy_has_the_digest_of_what_was_copied(
    driver: RegistryDriver, open_registry: str, other_registry: str, oci: bool
) -> None:
    content = index(*PLATFORMS, oci=oci, attested=True)
    push(open_registry, "original", "1", content)
    name = f"{other_registry}/copy/{driver.kind}-{oci}:2".lower()
    copied = driver.copy(open_registry, other_registry, f"{open_registry}/original:1", name)
    assert (copied.digest, copied.media_type) == (content.digest, content.media_type)
    assert skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}") == content.body
    # all that it stands on is there: skopeo copies everything of it
    everything = ["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false"]
    skopeo(*everything, f"docker://{name}", f"docker://{other_registry}/copy/again:1")


def test_a_copy_sends_only_what_is_missing(driver: RegistryDriver, open_registry: str, other_registry: str) -> None:
    content = image(text=driver.kind)
    path = f"partly-{driver.kind}"
    push(open_registry, path, "1", content)
    push(other_registry, path, "old", image(text=driver.kind, oci=False))
    told: dict[str, str] = {}
    seen = Requests()
    names = f"{open_registry}/{path}:1", f"{other_registry}/{path}:1"
    driver.copy(
        open_registry, other_registry, *names, observers=[seen], told=lambda blob, how: told.update({blob.digest: how})
    )
    # both kinds of manifest have the same config and layer
    assert set(told.values()) == {"there"}
    assert not [line for line in seen.lines if line.startswith(("POST", "DELETE"))]
    seen.lines.clear()
    driver.copy(open_registry, other_registry, *names, observers=[seen])
    assert not [line for line in seen.lines if "/blobs/" in line]


def test_one_platform_can_be_copied_alone(driver: RegistryDriver, open_registry: str, other_registry: str) -> None:
    content = index("linux/amd64", "linux/arm64")
    push(open_registry, "both", "1", content)
    name = f"{other_registry}/arm-{driver.kind}:1"
    arm = platform.parse("linux/arm64")
    copied = driver.copy(open_registry, other_registry, f"{open_registry}/both:1", name, platform=arm)
    assert copied.digest == content.manifests[1].digest
    assert driver.send(other_registry, calls.tag_list(f"arm-{driver.kind}")) == ["1"]


def test_a_blob_that_breaks_off_goes_on_at_a_real_registry(driver: RegistryDriver, open_registry: str) -> None:
    blob = os.urandom(1 << 20)
    push(open_registry, "broken", "1", Content(image().body, image().media_type, (*image().blobs, blob)))

    def cut(asked: Asked) -> Iterator[bytes]:
        ranged = {"Range": asked.headers["range"]} if "range" in asked.headers else {}
        answer = httpx.get(f"http://{open_registry}{asked.target}", headers=ranged)
        part = answer.headers.get("content-range", "")
        status = f"{answer.status_code} {answer.reason_phrase}"
        yield http(answer.content[:300_000], status, length=len(answer.content), Content_Range=part)

    with Liar(cut) as liar:
        chunks = driver.stream(liar.address, calls.blob_get("broken", digest(blob)))
    assert b"".join(chunks) == blob
    assert [each.headers.get("range") for each in liar.asked] == [
        None, "bytes=300000-", "bytes=600000-", "bytes=900000-",
    ]  # fmt: skip


def test_a_large_layer_is_copied_in_flat_memory(open_registry: str, other_registry: str, tmp_path: Path) -> None:
    with (tmp_path / "layer").open("w+b") as layer:
        layer.truncate(256 * MIB)
        push_layer(open_registry, "large", "1", layer)
    names = f"{open_registry}/large:1", f"{other_registry}/large:1"
    mebibytes = peak(subprocess.Popen([PROGRAM, "registry", "copy", "-q", *names], stdout=subprocess.DEVNULL))
    assert mebibytes < 80


def test_the_engine_has_the_digest_that_we_resolve(engine_host: str, registry: str) -> None:
    from engines import ask

    (wanted,) = rawdocker("registry", "resolve", f"{registry}/library/debian:12")[1].split()
    assert f"debian@{wanted}" in ask(engine_host, "GET", "/images/debian:12/json")["RepoDigests"]
    assert rawdocker("pin", "--mirror", registry, "debian:12") == (0, f"debian:12@{wanted}\n", "")


def test_a_dry_run_of_a_copy_changes_nothing(
    token_registry: tuple[str, TokenServer], other_registry: str, tmp_path: Path
) -> None:
    address, tokens = token_registry
    (tmp_path / "config.json").write_text(json.dumps({"auths": {address: STUDENT}}))
    tokens.asked.clear()
    source, target = f"{address}/private/web:1", f"{other_registry}/rehearsed:1"
    code, out, err = rawdocker("--dry-run", "registry", "copy", source, target, DOCKER_CONFIG=str(tmp_path))
    lines = [line.split(" ")[0] for line in out.splitlines() if not line.startswith((" ", "#"))]
    # refused, an anonymous token that is not enough, one that is, and the manifest; then what the target lacks
    assert lines == ["GET"] * 5 + ["HEAD"] + ["HEAD", "POST", "GET", "PUT"] * 2 + ["PUT"]
    assert code == 0
    assert "secret" not in out + err
    assert len(tokens.asked) == 2
    assert rawdocker("registry", "tags", f"{other_registry}/rehearsed")[0] == 1
    assert rawdocker("registry", "copy", "-q", source, target, DOCKER_CONFIG=str(tmp_path))[0] == 0


def test_a_copy_of_the_real_image_is_what_skopeo_sees(registry: str, other_registry: str) -> None:
    source, target = f"{registry}/library/debian:12", f"{other_registry}/mirrored/debian:12"
    code, out, err = rawdocker("registry", "copy", source, target)
    witness: Any = json.loads(skopeo("inspect", "--tls-verify=false", f"docker://{target}"))
    assert (code, out) == (0, f"{target}@{witness['Digest']}\n")
    assert [line.split()[1] for line in err.splitlines()] == ["copied", "copied"]
    assert err.count("\n") == 1 + len(witness["Layers"])
