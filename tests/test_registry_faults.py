"""Registries that misbehave, on loopback: each ends in bounded time and memory, with an error that says why."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from registries import (
    Asked,
    Behaviour,
    Liar,
    RegistryDriver,
    chunk,
    described,
    digest,
    head,
    http,
    image,
    index,
    indexed,
    refused,
    serving,
)

from rawdocker import errors
from rawdocker.registry import calls, flows
from rawdocker.registry.manifest import OCI_IMAGE, OCI_INDEX
from rawdocker.registry.reference import parse

IMAGE = image()
BLOB = b"".join(bytes([number % 256]) * 1000 for number in range(300))
WANTED = digest(BLOB)
MIB = 1 << 20


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> RegistryDriver:
    return RegistryDriver(request.param)


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """Hold every test to bounded time."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 10


def always(*pieces: bytes) -> Behaviour:
    return lambda asked: pieces


def got(driver: RegistryDriver, behaviour: Behaviour, call: Any, **options: Any) -> tuple[Any, Liar]:
    """Return what a call raises (or gives), and the server that caused it."""
    with Liar(behaviour) as liar:
        try:
            return driver.send(liar.address, call, **options), liar
        except errors.RawdockerError as error:
            return error, liar


def test_a_manifest_with_other_bytes_is_an_error_that_names_both_digests(driver: RegistryDriver) -> None:
    other = image(text="other")
    lie = http(other.body, Content_Type=other.media_type, Docker_Content_Digest=IMAGE.digest)
    error, _ = got(driver, always(lie), calls.manifest_get("x", IMAGE.digest))
    assert isinstance(error, errors.DigestError)
    assert (error.wanted, error.came) == (IMAGE.digest, other.digest)
    assert IMAGE.digest in str(error)
    assert other.digest in str(error)


def test_a_tag_whose_header_promises_another_digest_is_an_error(driver: RegistryDriver) -> None:
    lie = http(IMAGE.body, Content_Type=IMAGE.media_type, Docker_Content_Digest=WANTED)
    error, _ = got(driver, always(lie), calls.manifest_get("x", "1"))
    assert isinstance(error, errors.DigestError)
    assert (error.wanted, error.came) == (WANTED, IMAGE.digest)


def test_right_bytes_are_taken_whatever_the_header_says_of_them(driver: RegistryDriver) -> None:
    lie = http(IMAGE.body, Content_Type=IMAGE.media_type, Docker_Content_Digest=WANTED)
    found, _ = got(driver, always(lie), calls.manifest_get("x", IMAGE.digest))
    assert found.body == IMAGE.body


@pytest.mark.parametrize("call", [calls.blob_get("x", WANTED), calls.blob_read("x", WANTED)])
def test_a_blob_with_other_bytes_is_an_error_that_names_both_digests(driver: RegistryDriver, call: Any) -> None:
    other = BLOB[::-1]
    error, _ = got(driver, always(http(other)), call)
    assert isinstance(error, errors.DigestError)
    assert (error.wanted, error.came) == (WANTED, digest(other))


def test_a_blob_that_is_longer_than_its_descriptor_is_cut_off(driver: RegistryDriver) -> None:
    with Liar(always(http(BLOB * 100))) as liar, pytest.raises(errors.ProtocolError, match="longer than 300000 bytes"):
        driver.stream(liar.address, calls.blob_get("x", WANTED), longest=len(BLOB))


def test_a_length_that_is_not_kept_is_a_cut(driver: RegistryDriver) -> None:
    error, liar = got(driver, always(http(BLOB[:1000], length=len(BLOB))), calls.blob_read("x", WANTED))
    assert isinstance(error, errors.CutStreamError)
    assert len(liar.asked) == 1


def endless(asked: Asked) -> Iterable[bytes]:
    yield head(Content_Type=OCI_IMAGE)
    while True:
        yield chunk(b" " * 65536)


@pytest.mark.parametrize(
    "call",
    [
        calls.manifest_get("x", "1"),
        calls.blob_read("x", WANTED),
        calls.tag_list("x"),
        calls.registry_check(),
    ],
    ids=lambda call: call.operation,
)
def test_an_endless_body_is_read_no_further_than_a_document_may_be_long(driver: RegistryDriver, call: Any) -> None:
    error, liar = got(driver, endless, call)
    assert isinstance(error, errors.ProtocolError)
    assert "longer than 4194304 bytes" in str(error)
    assert liar.sent < 16 * MIB  # with what the sockets hold


def test_a_blob_of_no_told_length_is_not_begun(driver: RegistryDriver) -> None:
    error, liar = got(driver, endless, calls.blob_get("x", WANTED))
    assert "does not tell how long" in str(error)
    assert liar.sent < 16 * MIB


def test_an_endless_refusal_is_not_read_to_its_end(driver: RegistryDriver) -> None:
    def behaviour(asked: Asked) -> Iterator[bytes]:
        yield head("500 Internal Server Error")
        while True:
            yield chunk(b"x" * 65536)

    error, liar = got(driver, behaviour, calls.manifest_get("x", "1"))
    assert isinstance(error, errors.ProtocolError)
    assert liar.sent < 16 * MIB


def test_a_huge_manifest_is_refused(driver: RegistryDriver) -> None:
    body = json.dumps({"schemaVersion": 2, "mediaType": OCI_IMAGE, "annotations": {"a": "x" * (5 * MIB)}}).encode()
    error, _ = got(driver, always(http(body, Content_Type=OCI_IMAGE)), calls.manifest_get("x", digest(body)))
    assert "longer than 4194304 bytes" in str(error)


@pytest.mark.parametrize("body", [b"[" * 2 * MIB, b'{"a":' * 500_000, b'{"config":' + b"[" * MIB])
def test_a_manifest_nested_deeply_is_refused(driver: RegistryDriver, body: bytes) -> None:
    error, _ = got(driver, always(http(body, Content_Type=OCI_IMAGE)), calls.manifest_get("x", "1"))
    assert isinstance(error, errors.ProtocolError)
    assert len(str(error)) < 500


def test_indexes_inside_one_another_are_followed_a_few_times_only(driver: RegistryDriver) -> None:
    nested = index("linux/amd64")
    for _ in range(50):
        entry = described(nested.body, OCI_INDEX) | {"platform": {"os": "linux", "architecture": "amd64"}}
        nested = indexed([entry], [nested])
    with Liar(serving(tags={"1": nested})) as liar:
        flow = flows.image(parse(f"{liar.address}/x:1"), {"os": "linux", "architecture": "amd64"})
        with pytest.raises(errors.ProtocolError, match="inside one another"):
            driver.follow(liar.address, flow)
        assert len(liar.asked) == 1 + flows.DEEPEST


def test_a_copy_of_indexes_that_stand_on_one_another_a_hundredfold_ends(driver: RegistryDriver) -> None:
    nested = image()
    for _ in range(40):
        nested = indexed([described(nested.body, nested.media_type)] * 100, [nested])
    with Liar(serving(tags={"1": nested})) as liar:
        with pytest.raises(errors.ProtocolError, match="inside one another"):
            driver.copy(liar.address, liar.address, f"{liar.address}/x:1", f"{liar.address}/y:1")
        assert len(liar.asked) < 10


def test_credentials_do_not_follow_to_another_host(driver: RegistryDriver) -> None:
    with Liar(always(http(BLOB))) as storage:

        def behaviour(asked: Asked) -> Iterator[bytes]:
            if "authorization" not in asked.headers:
                yield refused(401, WWW_Authenticate='Basic realm="x"')
            else:
                yield http(status="307 Temporary Redirect", Location=f"http://{storage.address}/data?signature=s")

        with Liar(behaviour) as liar:
            secret = {"username": "student", "password": "secret"}
            found = driver.send(liar.address, calls.blob_read("x", WANTED), credentials=secret)
    assert found == BLOB
    assert [each.target for each in storage.asked] == ["/data?signature=s"]
    assert "authorization" not in storage.asked[0].headers
    assert liar.asked[-1].headers["authorization"].startswith("Basic ")


def test_redirects_in_a_circle_end(driver: RegistryDriver) -> None:
    circle = http(status="302 Found", Location="/v2/x/blobs/again")
    error, liar = got(driver, always(circle), calls.blob_read("x", WANTED))
    assert "redirected more than 5 times" in str(error)
    assert len(liar.asked) == 6


@pytest.mark.parametrize("location", ["ftp://x/", "file:///etc/passwd", "http://[", "http://:0/", "//"])
def test_a_redirect_to_nowhere_is_an_error(driver: RegistryDriver, location: str) -> None:
    error, _ = got(driver, always(http(status="302 Found", Location=location)), calls.blob_read("x", WANTED))
    assert isinstance(error, errors.ProtocolError)


def test_a_registry_that_always_wants_a_login_is_asked_a_few_times_only(driver: RegistryDriver) -> None:
    def behaviour(asked: Asked) -> Iterator[bytes]:
        if asked.target.startswith("/token"):
            yield http(b'{"token": "not-enough"}')
        else:
            realm = f"http://{asked.headers['host']}/token"
            yield refused(401, WWW_Authenticate=f'Bearer realm="{realm}",service="s"')

    secret = {"username": "student", "password": "secret"}
    error, liar = got(driver, behaviour, calls.manifest_get("x", "1"), credentials=secret)
    assert isinstance(error, errors.RegistryError)
    assert error.status == 401
    assert [each.target.split("?")[0] for each in liar.asked] == [
        "/v2/x/manifests/1", "/token", "/v2/x/manifests/1", "/token", "/v2/x/manifests/1",
    ]  # fmt: skip
    assert "secret" not in str(error)
    assert "not-enough" not in str(error)


def test_a_registry_that_sends_drop_by_drop_is_given_up(driver: RegistryDriver) -> None:
    def behaviour(asked: Asked) -> Iterator[bytes]:
        yield http(b"", length=MIB, Content_Type=OCI_IMAGE)
        while True:
            time.sleep(0.05)
            yield b" "

    error, _ = got(driver, behaviour, calls.manifest_get("x", "1"), timeout=0.5)
    assert isinstance(error, errors.DeadlineError)
    assert "too slowly" in str(error)


def test_a_registry_that_is_silent_is_given_up(driver: RegistryDriver) -> None:
    def behaviour(asked: Asked) -> Iterator[bytes]:
        time.sleep(3)
        yield b""

    error, _ = got(driver, behaviour, calls.manifest_get("x", "1"), timeout=0.3)
    assert isinstance(error, errors.DeadlineError)
    assert "did not answer in time" in str(error)


def cut_at(*places: int, ranges: bool = True) -> Behaviour:
    """Return the behaviour of a registry that breaks off at these places of the blob, one after the other."""
    left = list(places)

    def behaviour(asked: Asked) -> Iterator[bytes]:
        begin = int(asked.headers["range"][6:-1]) if ranges and "range" in asked.headers else 0
        end = left.pop(0) if left else len(BLOB)
        part = f"bytes {begin}-{len(BLOB) - 1}/{len(BLOB)}"
        status = "206 Partial Content" if begin else "200 OK"
        yield http(BLOB[begin:end], status, length=len(BLOB) - begin, Content_Range=part)

    return behaviour


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_blob_cut_in_the_middle_goes_on_where_it_was(driver: RegistryDriver, ranges: bool) -> None:
    with Liar(cut_at(1000, 70_000, 200_000, ranges=ranges)) as liar:
        chunks = driver.stream(liar.address, calls.blob_get("x", WANTED))
    assert b"".join(chunks) == BLOB
    assert len(liar.asked) == 4
    assert [each.headers.get("range") for each in liar.asked] == [
        None, "bytes=1000-", "bytes=70000-", "bytes=200000-",
    ]  # fmt: skip


@pytest.mark.parametrize("places", [[1000] * 50, list(range(1000, 1050))], ids=["the same place", "a byte further"])
def test_a_blob_that_is_always_cut_is_given_up(driver: RegistryDriver, places: list[int]) -> None:
    with Liar(cut_at(*places)) as liar, pytest.raises(errors.CutStreamError):
        driver.stream(liar.address, calls.blob_get("x", WANTED))
    assert len(liar.asked) == 6


def test_another_part_than_was_asked_for_is_an_error(driver: RegistryDriver) -> None:
    def behaviour(asked: Asked) -> Iterator[bytes]:
        if "range" in asked.headers:
            yield http(BLOB, "206 Partial Content", Content_Range=f"bytes 7-{len(BLOB)}/{len(BLOB)}")
        else:
            yield http(BLOB[:1000], length=len(BLOB))

    with Liar(behaviour) as liar, pytest.raises(errors.ProtocolError, match="another part"):
        driver.stream(liar.address, calls.blob_get("x", WANTED))


@pytest.mark.parametrize("noise", [b"SSH-2.0-OpenSSH\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"", b"HTTP/1.1 200"])
def test_what_is_no_registry_is_told(driver: RegistryDriver, noise: bytes) -> None:
    error, _ = got(driver, always(noise), calls.manifest_get("x", "1"))
    assert isinstance(error, errors.ProtocolError)
    assert "gave no HTTP answer" in str(error)


def test_nothing_at_the_address_is_told(driver: RegistryDriver) -> None:
    with pytest.raises(errors.UnreachableError, match="Cannot connect to the registry at http://127"):
        driver.send("127.0.0.1:9", calls.registry_check())


@pytest.mark.parametrize(
    "body",
    [
        b"null", b"[]", b"3", b'{"mediaType": 7}',
        json.dumps({"mediaType": OCI_INDEX, "manifests": {"a": 1}}).encode(),
        json.dumps({"mediaType": OCI_INDEX, "manifests": [None]}).encode(),
        json.dumps({"mediaType": OCI_INDEX, "manifests": [{"digest": "sha256:1", "size": 1}]}).encode(),
        json.dumps({"mediaType": OCI_INDEX, "manifests": [{"digest": WANTED, "size": -1}]}).encode(),
        json.dumps({"mediaType": OCI_IMAGE, "layers": []}).encode(),
    ],
)  # fmt: skip
def test_a_document_that_is_no_manifest_is_told(driver: RegistryDriver, body: bytes) -> None:
    with Liar(always(http(body, Content_Type="application/json"))) as liar, pytest.raises(errors.ProtocolError):
        driver.follow(liar.address, flows.config(parse(f"{liar.address}/x:1"), {"os": "linux", "architecture": "arm"}))
