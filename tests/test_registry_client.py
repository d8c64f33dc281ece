"""RegistryClient and AsyncRegistryClient against mocked answers: who asks, where to, how often, and what is shown."""

from __future__ import annotations

import io
import time
from base64 import b64encode
from contextlib import suppress
from email.utils import formatdate
from typing import Any

import anyio
import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st
from registries import RegistryDriver, described, digest, image, index, indexed, mock_registry

from rawdocker import errors
from rawdocker.call import Call
from rawdocker.observe import Exchange, Observer
from rawdocker.registry import auth, calls, flows
from rawdocker.registry.answer import Answer, Download, Pages, decoded, warnings
from rawdocker.registry.client import origin
from rawdocker.registry.conversation import Pause, Session
from rawdocker.registry.manifest import DOCKER_IMAGE, OCI_IMAGE, OCI_INDEX
from rawdocker.registry.reference import HUB, parse
from rawdocker.show import trace_line

HOST = "https://registry.example"
TOKENS = "https://auth.example/token"
BEARER = {"WWW-Authenticate": f'Bearer realm="{TOKENS}",service="registry.example",scope="repository:all:*"'}
STUDENT = {"username": "student", "password": "p4ssw0rd"}
BASIC = "Basic " + b64encode(b"student:p4ssw0rd").decode()
IMAGE = image()
OK = httpx.Response(200, content=IMAGE.body, headers={"Content-Type": IMAGE.media_type})
CALL = calls.manifest_get("team/web", "1")
URL = f"{HOST}/v2/team/web/manifests/1"


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> RegistryDriver:
    return RegistryDriver(request.param)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that are waited, without waiting."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(anyio, "sleep", sleep)
    return waited


def sent() -> list[tuple[str, str]]:
    """Return the requests so far: where to, and as whom."""
    return [
        (f"{call.request.method} {call.request.url}", call.request.headers.get("Authorization", ""))
        for call in respx.calls
    ]


@respx.mock
def test_a_bare_mock_intercepts_both_clients(driver: RegistryDriver) -> None:
    respx.get(URL).mock(return_value=OK)
    found = driver.send("registry.example", CALL)
    assert (found.body, found.digest, found.media_type) == (IMAGE.body, IMAGE.digest, OCI_IMAGE)
    assert "application/vnd.oci.image.index.v1+json" in respx.calls.last.request.headers["Accept"]


@respx.mock
def test_an_anonymous_token_is_asked_for_before_credentials_are_used(driver: RegistryDriver) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers=BEARER), OK])
    respx.get(TOKENS).mock(return_value=httpx.Response(200, json={"token": "anonymous"}))
    driver.send("registry.example", CALL, credentials=STUDENT)
    scope = "service=registry.example&scope=repository%3Ateam%2Fweb%3Apull"
    assert sent() == [
        (f"GET {URL}", ""),
        (f"GET {TOKENS}?{scope}", ""),
        (f"GET {URL}", "Bearer anonymous"),
    ]


@respx.mock
@pytest.mark.parametrize("refusal", [401, 403, 400])
def test_credentials_are_used_where_there_is_no_anonymous_token(driver: RegistryDriver, refusal: int) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers=BEARER), OK])
    respx.get(TOKENS).mock(side_effect=[httpx.Response(refusal), httpx.Response(200, json={"access_token": "hers"})])
    driver.send("registry.example", CALL, credentials=STUDENT)
    assert [who for _, who in sent()] == ["", "", BASIC, "Bearer hers"]
    assert sent()[2][0].endswith("&account=student")


@respx.mock
def test_credentials_are_used_where_an_anonymous_token_is_not_enough(driver: RegistryDriver) -> None:
    denied = httpx.Response(401, headers=BEARER)
    respx.get(URL).mock(side_effect=[denied, denied, OK])
    tokens = [httpx.Response(200, json={"token": name}) for name in ("anonymous", "hers")]
    respx.get(TOKENS).mock(side_effect=tokens)
    driver.send("registry.example", CALL, credentials=STUDENT)
    assert [who for _, who in sent()] == ["", "", "Bearer anonymous", BASIC, "Bearer hers"]


@respx.mock
def test_a_token_is_used_again(driver: RegistryDriver) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers=BEARER), OK, OK])
    tokens = respx.get(TOKENS).mock(return_value=httpx.Response(200, json={"token": "t"}))
    driver.send("registry.example", CALL, CALL)
    assert tokens.call_count == 1
    assert sent()[-1] == (f"GET {URL}", "Bearer t")


@respx.mock
def test_a_token_that_has_expired_is_asked_for_anew(driver: RegistryDriver) -> None:
    denied = httpx.Response(401, headers=BEARER)
    respx.get(URL).mock(side_effect=[denied, OK, denied, OK])
    respx.get(TOKENS).mock(side_effect=[httpx.Response(200, json={"token": name}) for name in ("old", "new")])
    driver.send("registry.example", CALL, CALL)
    assert sent()[-1] == (f"GET {URL}", "Bearer new")


@respx.mock
def test_basic_credentials_are_sent_when_they_are_asked_for_and_kept(driver: RegistryDriver) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers={"WWW-Authenticate": 'basic realm="x"'}), OK, OK])
    driver.send("registry.example", CALL, CALL, credentials=STUDENT)
    assert [who for _, who in sent()] == ["", BASIC, BASIC]


@respx.mock
def test_an_identity_token_is_exchanged_by_post(driver: RegistryDriver) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers=BEARER), OK])
    respx.get(TOKENS).mock(return_value=httpx.Response(401))
    respx.post(TOKENS).mock(return_value=httpx.Response(200, json={"access_token": "hers"}))
    driver.send("registry.example", CALL, credentials={"identitytoken": "idem"})
    form = respx.calls[2].request.content.decode()
    assert form.startswith("grant_type=refresh_token&client_id=rawdocker&refresh_token=idem&service=registry.example")
    assert sent()[-1] == (f"GET {URL}", "Bearer hers")


@respx.mock
def test_a_registry_token_is_sent_as_it_is(driver: RegistryDriver) -> None:
    respx.get(URL).mock(side_effect=[httpx.Response(401, headers=BEARER), OK])
    respx.get(TOKENS).mock(return_value=httpx.Response(401))
    driver.send("registry.example", CALL, credentials={"registrytoken": "given"})
    assert sent()[-1] == (f"GET {URL}", "Bearer given")


@respx.mock
def test_refused_credentials_are_told_in_the_token_server_s_words_without_them(driver: RegistryDriver) -> None:
    respx.get(URL).mock(return_value=httpx.Response(401, headers=BEARER))
    respx.get(TOKENS).mock(return_value=httpx.Response(401, json={"details": "incorrect username or password"}))
    with pytest.raises(errors.RegistryError) as caught:
        driver.send("registry.example", CALL, credentials=STUDENT)
    assert caught.value.status == 401
    assert "auth.example: GET /token: incorrect username or password" in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "scopes"),
    [
        (CALL, ("repository:team/web:pull",)),
        (calls.blob_head("a", "sha256:1"), ("repository:a:pull",)),
        (calls.blob_upload_start("a"), ("repository:a:pull,push",)),
        (
            calls.blob_upload_start("a", mount="sha256:1", from_="b"),
            ("repository:a:pull,push", "repository:b:pull"),
        ),
        (calls.blob_upload_finish("a", "/somewhere?x=1", "sha256:1", b""), ("repository:a:pull,push",)),
        (calls.registry_check(), ()),
    ],
)
def test_no_more_is_asked_for_than_a_call_needs(call: Call[Any], scopes: tuple[str, ...]) -> None:
    assert auth.scopes(call) == scopes


@pytest.mark.parametrize(
    ("header", "scheme", "parameters"),
    [
        ('Bearer realm="https://a/t",service="s, and more",scope="x:y:pull,push"', "bearer",
         {"realm": "https://a/t", "service": "s, and more", "scope": "x:y:pull,push"}),
        ("bearer realm=https://a/t , service=s", "bearer", {"realm": "https://a/t", "service": "s"}),
        (r'Basic realm="a \"quoted\" one"', "basic", {"realm": 'a "quoted" one'}),
        ('Basic realm="b", Bearer realm="https://a/t"', "bearer", {"realm": "https://a/t"}),
        ("Basic", "basic", {}),
    ],
)  # fmt: skip
def test_challenges_are_read(header: str, scheme: str, parameters: dict[str, str]) -> None:
    assert auth.challenge(header) == (scheme, parameters)


@pytest.mark.parametrize("header", ["", "Negotiate", 'Digest realm="x"'])
def test_challenges_that_nobody_here_answers_are_none(header: str) -> None:
    assert auth.challenge(header) is None


@respx.mock
@pytest.mark.parametrize("realm", ["http://auth.example/token", "ftp://x/", "", "/token"])
def test_credentials_go_to_no_token_server_without_tls(driver: RegistryDriver, realm: str) -> None:
    respx.get(URL).mock(return_value=httpx.Response(401, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'}))
    with pytest.raises(errors.ProtocolError, match="token server must be an https address"):
        driver.send("registry.example", CALL, credentials=STUDENT)
    assert len(respx.calls) == 1


@respx.mock
@pytest.mark.parametrize("token", [None, "", "a\r\nb: c", 3])
def test_an_answer_without_a_usable_token_is_an_error(driver: RegistryDriver, token: Any) -> None:
    respx.get(URL).mock(return_value=httpx.Response(401, headers=BEARER))
    respx.get(TOKENS).mock(return_value=httpx.Response(200, json={"token": token}))
    with pytest.raises(errors.ProtocolError, match="has no token"):
        driver.send("registry.example", CALL)


@respx.mock
def test_a_redirect_within_the_registry_keeps_the_credentials(driver: RegistryDriver) -> None:
    respx.get(URL).mock(
        side_effect=[
            httpx.Response(401, headers={"WWW-Authenticate": "Basic"}),
            httpx.Response(307, headers={"Location": "/elsewhere?a=%2F&b=1"}),
        ]
    )
    respx.get(f"{HOST}/elsewhere?a=%2F&b=1").mock(return_value=OK)
    driver.send("registry.example", CALL, credentials=STUDENT)
    assert sent()[-1] == (f"GET {HOST}/elsewhere?a=%2F&b=1", BASIC)


@respx.mock
def test_a_redirect_from_tls_to_none_is_not_followed(driver: RegistryDriver) -> None:
    respx.get(URL).mock(return_value=httpx.Response(302, headers={"Location": "http://storage.example/x?secret=1"}))
    with pytest.raises(errors.ProtocolError, match="only https is followed") as caught:
        driver.send("registry.example", CALL)
    assert "secret" not in str(caught.value)


@respx.mock
def test_an_upload_is_not_redirected(driver: RegistryDriver) -> None:
    respx.post(f"{HOST}/v2/a/blobs/uploads/").mock(return_value=httpx.Response(307, headers={"Location": "/x"}))
    with pytest.raises(errors.ProtocolError, match="was redirected"):
        driver.send("registry.example", calls.blob_upload_start("a"))


@respx.mock
@pytest.mark.parametrize(("header", "waited"), [("7", [7.0]), ("0", [0.0]), (None, [1.0])])
def test_too_many_requests_are_waited_for(
    driver: RegistryDriver, pauses: list[float], header: str | None, waited: list[float]
) -> None:
    later = httpx.Response(429, headers={"Retry-After": header} if header else {})
    respx.get(URL).mock(side_effect=[later, OK])
    driver.send("registry.example", CALL)
    assert pauses == waited


@respx.mock
def test_a_date_to_retry_after_is_waited_for(driver: RegistryDriver, pauses: list[float]) -> None:
    later = httpx.Response(503, headers={"Retry-After": formatdate(time.time() + 20, usegmt=True)})
    respx.get(URL).mock(side_effect=[later, OK])
    driver.send("registry.example", CALL)
    assert 17 < pauses[0] <= 20


@respx.mock
@pytest.mark.parametrize(
    ("status", "header", "requests"), [(429, "0", 6), (429, "61", 1), (429, "soon", 1), (503, "", 1), (429, "", 6)]
)
def test_patience_ends(driver: RegistryDriver, pauses: list[float], status: int, header: str, requests: int) -> None:
    respx.get(URL).mock(return_value=httpx.Response(status, headers={"Retry-After": header} if header else {}))
    with pytest.raises(errors.RegistryError) as caught:
        driver.send("registry.example", CALL)
    assert caught.value.status == status
    assert len(respx.calls) == requests
    assert sum(pauses) <= 60


@respx.mock
def test_pages_are_followed_by_their_links(driver: RegistryDriver) -> None:
    tags = f"{HOST}/v2/a/tags/list"
    pages = {
        f"{tags}?n=2": (["1", "2"], '</v2/a/tags/list?last=2&n=2>; rel="next"'),
        f"{tags}?last=2&n=2": (["3", "4"], f'<{tags}?last=4&n=2>; rel="next"'),
        f"{tags}?last=4&n=2": (["5"], ""),
    }
    for url, (found, link) in pages.items():
        headers = {"Link": link} if link else {}
        respx.get(url).mock(return_value=httpx.Response(200, json={"name": "a", "tags": found}, headers=headers))
    assert driver.stream("registry.example", calls.tag_list("a", n=2)) == ["1", "2", "3", "4", "5"]
    assert driver.send("registry.example", calls.tag_list("a", n=2)) == ["1", "2", "3", "4", "5"]


@respx.mock
def test_no_tags_are_an_empty_list(driver: RegistryDriver) -> None:
    respx.get(f"{HOST}/v2/a/tags/list").mock(return_value=httpx.Response(200, json={"name": "a", "tags": None}))
    assert driver.send("registry.example", calls.tag_list("a")) == []


@respx.mock
def test_pages_that_lead_in_a_circle_end(driver: RegistryDriver) -> None:
    link = {"Link": '</v2/a/tags/list?last=1>; rel="next"'}
    respx.get(url__startswith=f"{HOST}/v2/a/tags/list").mock(
        return_value=httpx.Response(200, json={"tags": ["1"]}, headers=link)
    )
    with pytest.raises(errors.ProtocolError, match="lead in a circle"):
        driver.send("registry.example", calls.tag_list("a"))
    assert len(respx.calls) == 2


@respx.mock
@pytest.mark.parametrize("body", ["[]", '{"tags": 3}', "null", "<html>"])
def test_a_list_that_is_none_is_told(driver: RegistryDriver, body: str) -> None:
    respx.get(f"{HOST}/v2/a/tags/list").mock(return_value=httpx.Response(200, text=body))
    with pytest.raises(errors.ProtocolError):
        driver.send("registry.example", calls.tag_list("a"))


def test_warnings_are_read() -> None:
    header = '299 - "this repository moves \\"soon\\"", 110 x "stale", 299 registry "and\x1b[31m more"'
    assert warnings({"warning": header}) == ['this repository moves "soon"', "and [31m more"]
    assert warnings({}) == []


@respx.mock
@pytest.mark.parametrize(
    ("served", "declared", "message"),
    [
        (OCI_INDEX, OCI_IMAGE, "is served as .* but says it is"),
        (OCI_IMAGE, "application/vnd.docker.distribution.manifest.v1+prettyjws", "a type that is not read here"),
        ("text/html", "", "a type that is not read here: text/html"),
    ],
)
def test_a_manifest_must_be_what_it_is_called(driver: RegistryDriver, served: str, declared: str, message: str) -> None:
    respx.get(URL).mock(
        return_value=httpx.Response(200, json={"mediaType": declared}, headers={"Content-Type": served})
    )
    with pytest.raises(errors.ProtocolError, match=message):
        driver.send("registry.example", CALL)


@respx.mock
def test_a_manifest_that_is_both_an_index_and_an_image_is_refused(driver: RegistryDriver) -> None:
    both = {"manifests": [], "layers": [], "config": {}}
    respx.get(URL).mock(return_value=httpx.Response(200, json=both, headers={"Content-Type": OCI_INDEX}))
    with pytest.raises(errors.ProtocolError, match="ambiguous"):
        driver.send("registry.example", CALL)


@respx.mock
def test_a_manifest_that_does_not_say_what_it_is_is_what_it_is_served_as(driver: RegistryDriver) -> None:
    headers = {"Content-Type": f"{DOCKER_IMAGE}; charset=utf-8"}
    respx.get(URL).mock(return_value=httpx.Response(200, json={"layers": []}, headers=headers))
    assert driver.send("registry.example", CALL).media_type == DOCKER_IMAGE


@pytest.mark.parametrize(
    ("typed", "insecure", "expected"),
    [
        ("docker.io", False, f"https://{HUB}"),
        ("index.docker.io", False, f"https://{HUB}"),
        ("registry.example", False, "https://registry.example"),
        ("registry.example:5000", True, "http://registry.example:5000"),
        ("127.0.0.1:5000", False, "http://127.0.0.1:5000"),
        ("127.9.9.9", False, "http://127.9.9.9"),
        ("localhost:5000", False, "http://localhost:5000"),
        ("[::1]:5000", False, "http://[::1]:5000"),
        ("192.0.2.1:5000", False, "https://192.0.2.1:5000"),
        ("localhost.example", False, "https://localhost.example"),
        ("https://localhost:5000/", False, "https://localhost:5000"),
        ("http://registry.example", False, "http://registry.example"),
    ],
)
def test_http_is_for_this_machine_or_when_asked(typed: str, insecure: bool, expected: str) -> None:
    assert origin(typed, insecure=insecure) == expected


@pytest.mark.parametrize("typed", ["", "ftp://x", "a/b", "user:pw@host", "host:99999", "ho st", "http://"])
def test_what_is_no_registry_is_refused(typed: str) -> None:
    with pytest.raises(errors.InvalidCallError) as caught:
        origin(typed)
    assert "pw" not in str(caught.value)


class Seen(Observer):
    """Keeps all that an observer is shown, but for the one header that is for secrets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rest: list[str] = []

    def request(self, exchange: Exchange) -> None:
        shown = [pair for pair in exchange.headers if pair[0] != "Authorization"]
        self.rest += [exchange.target, exchange.endpoint, repr(shown), repr(exchange.call)]

    def sent(self, exchange: Exchange, data: bytes) -> None:
        self.rest.append(data.decode())

    def response(self, exchange: Exchange) -> None:
        self.lines.append(trace_line(exchange).rpartition(" -> ")[0])

    def received(self, exchange: Exchange, data: bytes) -> None:
        self.rest.append(data.decode())


@respx.mock
def test_observers_are_told_of_every_exchange_and_see_no_secret(driver: RegistryDriver) -> None:
    blob = b"content"
    url = f"{HOST}/v2/a/blobs/{digest(blob)}"
    elsewhere = "https://storage.example/x?X-Signature=s1gned"
    respx.get(url).mock(
        side_effect=[httpx.Response(401, headers=BEARER), httpx.Response(307, headers={"Location": elsewhere})]
    )
    respx.get(TOKENS).mock(return_value=httpx.Response(401))
    respx.post(TOKENS).mock(
        return_value=httpx.Response(200, json={"access_token": "t0ken", "refresh_token": "r3fresh"})
    )
    respx.get(elsewhere).mock(return_value=httpx.Response(200, content=blob))
    seen = Seen()
    identity = {"identitytoken": "idem-t0ken"}
    driver.send("registry.example", calls.blob_read("a", digest(blob)), credentials=identity, observers=[seen])
    assert seen.lines == [
        f"GET {url}",
        f"GET {TOKENS}?service=registry.example&scope=repository%3Aa%3Apull",
        f"POST {TOKENS}",
        f"GET {url}",
        "GET https://storage.example/x?…",
    ]
    assert "content" in seen.rest
    for secret in ("t0ken", "r3fresh", "s1gned"):
        assert secret not in "\n".join(seen.rest)


@respx.mock
@pytest.mark.parametrize(
    "body", [b"content", io.BytesIO(b"content"), [b"con", b"tent"]], ids=["bytes", "file", "chunks"]
)
def test_a_blob_is_sent_from_whatever_holds_it_and_observers_see_it(driver: RegistryDriver, body: Any) -> None:
    if hasattr(body, "seek"):
        body.seek(0)
    put = respx.put(url__startswith=f"{HOST}/upload/1").mock(return_value=httpx.Response(201))
    seen = Seen()
    call = calls.blob_upload_finish("a", "/upload/1?s=1", digest(b"content"), body, size=7)
    driver.send("registry.example", call, observers=[seen])
    request = put.calls.last.request
    assert (request.content, request.headers["Content-Length"]) == (b"content", "7")
    assert request.url.params["digest"] == digest(b"content")
    assert "content" in "".join(seen.rest)


@respx.mock
def test_a_refusal_has_the_registry_s_words_and_code(driver: RegistryDriver) -> None:
    answer = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest\x1b[2J unknown", "detail": {}}]}
    respx.get(URL).mock(return_value=httpx.Response(404, json=answer))
    with pytest.raises(errors.RegistryError) as caught:
        driver.send("registry.example", CALL)
    assert (caught.value.status, caught.value.code) == (404, "MANIFEST_UNKNOWN")
    assert str(caught.value) == (
        "registry.example: GET /v2/team/web/manifests/1: MANIFEST_UNKNOWN: manifest [2J unknown"
    )
    assert caught.value.call == CALL


@respx.mock
@pytest.mark.parametrize("body", ["", "<html>nginx</html>", "[1]", '{"errors": []}', '{"errors": "x"}', "[" * 100_000])
def test_a_refusal_without_words_has_the_status(driver: RegistryDriver, body: str) -> None:
    respx.get(URL).mock(return_value=httpx.Response(500, text=body))
    with pytest.raises(errors.RegistryError, match="500 Internal Server Error"):
        driver.send("registry.example", CALL)


def mocked(*contents: Any) -> None:
    """Let the mock serve contents by digest, and the first by the tag 1."""
    mock_registry(respx.mock, f"{HOST}/v2/team/web", {"1": contents[0]}, *contents[1:])


NAME = parse("registry.example/team/web:1")


@respx.mock
def test_the_platform_of_an_index_is_chosen_and_the_others_are_told(driver: RegistryDriver) -> None:
    mocked(index("linux/386", "linux/amd64", "linux/arm/v7", attested=True))
    found, config = driver.follow("registry.example", flows.config(NAME, {"os": "linux", "architecture": "amd64"}))
    assert found.platform == "linux/amd64"
    assert found.available == ("linux/386", "linux/amd64", "linux/arm/v7")
    assert b'"architecture": "amd64"' in config


@respx.mock
def test_an_impossible_platform_says_which_exist(driver: RegistryDriver) -> None:
    mocked(index("linux/386", "linux/amd64", "linux/arm/v7", attested=True))
    with pytest.raises(errors.PlatformError) as caught:
        driver.follow("registry.example", flows.image(NAME, {"os": "linux", "architecture": "s390x"}))
    assert caught.value.available == ("linux/386", "linux/amd64", "linux/arm/v7")
    assert str(caught.value) == (
        "no manifest for platform linux/s390x; the image is there for: linux/386, linux/amd64, linux/arm/v7"
    )


@respx.mock
def test_the_platforms_of_an_image_without_an_index_are_its_config_s(driver: RegistryDriver) -> None:
    mocked(image("linux/arm/v6", oci=False))
    assert list(driver.follow("registry.example", flows.available(NAME))) == ["linux/arm/v6"]


@respx.mock
@pytest.mark.parametrize("status", [404, 405])
def test_referrers_are_found_by_tag_where_the_registry_has_no_call(driver: RegistryDriver, status: int) -> None:
    subject, signature = image(), image(text="signature")
    entry = described(signature.body, OCI_IMAGE) | {"artifactType": "application/x.signature"}
    mocked(subject)
    respx.get(f"{HOST}/v2/team/web/referrers/{subject.digest}").mock(return_value=httpx.Response(status))
    tagged = indexed([entry, described(b"x", OCI_IMAGE)])
    respx.get(f"{HOST}/v2/team/web/manifests/{subject.digest.replace(':', '-')}").mock(
        return_value=httpx.Response(200, content=tagged.body, headers={"Content-Type": tagged.media_type})
    )
    found = driver.follow("registry.example", flows.referrers(NAME, "application/x.signature"))
    assert [each.digest for each in found] == [signature.digest]


@respx.mock
def test_nothing_refers_to_an_image_where_neither_call_nor_tag_is_there(driver: RegistryDriver) -> None:
    mocked(image())
    respx.get(url__startswith=f"{HOST}/v2/team/web/referrers/").mock(return_value=httpx.Response(404))
    respx.get(url__startswith=f"{HOST}/v2/team/web/manifests/sha256-").mock(return_value=httpx.Response(404))
    assert driver.follow("registry.example", flows.referrers(NAME)) == []


@respx.mock
def test_referrers_come_from_the_call_where_there_is_one(driver: RegistryDriver) -> None:
    subject = image()
    mocked(subject)
    found = {"manifests": [described(b"x", OCI_IMAGE)]}
    respx.get(f"{HOST}/v2/team/web/referrers/{subject.digest}").mock(return_value=httpx.Response(200, json=found))
    assert [each.digest for each in driver.follow("registry.example", flows.referrers(NAME))] == [digest(b"x")]


NONSENSE = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
ADDRESSES = st.one_of(NONSENSE, st.sampled_from(["http://[", "https://x:99999/", "//", "/a/../b", "https://e/?", "/"]))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "location": ADDRESSES,
        "link": st.builds('<{}>; rel="next"'.format, ADDRESSES),
        "www-authenticate": st.one_of(NONSENSE, st.builds('Bearer realm="{}"'.format, ADDRESSES), st.just("Basic")),
        "retry-after": st.one_of(NONSENSE, st.sampled_from(["0", "9" * 500, "Thu, 01 Jan 9999 00:00:00 GMT"])),
        "content-length": NONSENSE,
        "content-range": NONSENSE,
        "docker-content-digest": NONSENSE,
    },
)
ANSWERS = st.builds(
    Answer,
    st.sampled_from([200, 201, 202, 206, 301, 307, 401, 404, 429, 500, 503]),
    NONSENSE,
    HEADERS,
    st.one_of(st.binary(max_size=40), st.sampled_from([b'{"token": "t"}', b'{"tags": ["a"]}', b'{"manifests": [1]}'])),
)


@given(st.lists(ANSWERS, min_size=1, max_size=8), st.booleans())
def test_whatever_a_registry_answers_a_call_ends_in_a_value_or_an_error_of_ours(
    answers: list[Answer], plain: bool
) -> None:
    session = Session("http://x" if plain else "https://x", STUDENT)
    for call in (CALL, calls.blob_upload_start("a"), calls.tag_list("a"), calls.blob_get("a", digest(b"x"))):
        with suppress(errors.RawdockerError):
            answer = talked(session, call, answers)
            if call.operation == "TagList":
                list(Pages(call).items(answer, answer.body))
            elif call.operation == "BlobGet":
                Download(call, None).limit(answer)
            else:
                location = decoded(call, answer, answer.body)
                calls.blob_upload_finish("a", location, digest(b"x"), b"x")


def talked(session: Session, call: Call[Any], answers: list[Answer]) -> Answer:
    """Answer what a call asks with these answers, again and again; return the one that counts."""
    steps = session.steps(call)
    step = next(steps)
    for number in range(1000):
        try:
            step = next(steps) if isinstance(step, Pause) else steps.send(answers[number % len(answers)])
        except StopIteration as done:
            return done.value
    raise AssertionError("it has no end")
