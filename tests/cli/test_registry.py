"""registry …: what is printed, what is sent, and what happens to what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from registries import Liar, described, digest, http, image, index, mock_registry, serving

from rawdocker.registry.manifest import OCI_IMAGE

ALL = index("linux/386", "linux/amd64", "linux/arm/v7", attested=True)
AMD64, ARM = (ALL.manifests[place] for place in (1, 2))
HUB = "https://registry-1.docker.io/v2/library/debian"
WEB = "http://127.0.0.1:5000/v2/web"
PYTHON = "application/x.sbom"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a mock in which debian:12 of the Hub is an index, and 127.0.0.1:5000/web:1 an image."""
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/amd64")
    with respx.mock(assert_all_called=False) as router:
        mock_registry(router, HUB, {"12": ALL})
        mock_registry(router, WEB, {"1": AMD64})
        yield router


def test_resolve_prints_the_digest_of_the_index(registry: Any, rawdocker: Any) -> None:
    assert rawdocker("registry", "resolve", "debian:12") == (0, f"{ALL.digest}\n", "")


def test_resolve_prints_the_digest_for_a_platform_and_tells_of_the_others(registry: Any, rawdocker: Any) -> None:
    told = "linux/arm/v7 was chosen; there is also: linux/386, linux/amd64\n"
    line = ("registry", "resolve", "--platform", "linux/arm64", "debian:12")
    assert rawdocker(*line) == (0, f"{ARM.digest}\n", told)


def test_an_impossible_platform_says_which_exist(registry: Any, rawdocker: Any) -> None:
    done = rawdocker("registry", "manifest", "--platform", "linux/s390x", "debian:12")
    there = "linux/386, linux/amd64, linux/arm/v7"
    assert done == (1, "", f"no manifest for platform linux/s390x; the image is there for: {there}\n")


def test_manifest_prints_the_very_bytes(registry: Any, rawdocker: Any) -> None:
    assert rawdocker("registry", "manifest", "debian:12").out.encode() == ALL.body
    assert rawdocker("registry", "manifest", f"debian@{ARM.digest}").out.encode() == ARM.body


def test_config_prints_the_very_bytes_of_the_platform_s(registry: Any, rawdocker: Any) -> None:
    done = rawdocker("registry", "config", "debian:12")
    assert done.out.encode() == AMD64.blobs[0]
    assert done.err == "linux/amd64 was chosen; there is also: linux/386, linux/arm/v7\n"
    assert rawdocker("registry", "config", "127.0.0.1:5000/web:1") == (0, AMD64.blobs[0].decode(), "")


def test_platforms_are_listed_without_attestations(registry: Any, rawdocker: Any) -> None:
    code, out, err = rawdocker("registry", "platforms", "debian:12")
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["PLATFORM", "DIGEST", "CHOSEN"],
        ["linux/386", ALL.manifests[0].digest],
        ["linux/amd64", AMD64.digest, "*"],
        ["linux/arm/v7", ARM.digest],
    ]
    assert rawdocker("registry", "platforms", "-q", "127.0.0.1:5000/web:1").out == f"{AMD64.digest}\n"
    line = ("registry", "platforms", "--format", "{{.Platform}}", "127.0.0.1:5000/web:1")
    assert rawdocker(*line).out == "linux/amd64\n"


def test_tags_are_printed_one_a_line(registry: Any, rawdocker: Any) -> None:
    registry.get(f"{HUB}/tags/list").mock(return_value=httpx.Response(200, json={"tags": ["11", "12"]}))
    assert rawdocker("registry", "tags", "debian") == (0, "11\n12\n", "")


def test_a_blob_comes_out_when_all_of_it_is_right(registry: Any, rawdocker: Any) -> None:
    wanted = digest(AMD64.blobs[0])
    assert rawdocker("registry", "blob", f"127.0.0.1:5000/web@{wanted}").out.encode() == AMD64.blobs[0]


@pytest.mark.parametrize("to_file", [False, True])
def test_of_a_blob_with_other_bytes_nothing_is_kept(
    registry: Any, rawdocker: Any, tmp_path: Path, to_file: bool
) -> None:
    wanted = f"sha256:{'0' * 64}"
    registry.get(f"{WEB}/blobs/{wanted}").mock(return_value=httpx.Response(200, content=b"other"))
    output = ["-o", str(tmp_path / "blob")] if to_file else []
    code, out, err = rawdocker("registry", "blob", *output, f"127.0.0.1:5000/web@{wanted}")
    assert (code, out) == (1, "")
    assert err == f"the blob of web is not what was asked for: wanted {wanted}, the bytes that came are " + (
        f"{digest(b'other')}\n"
    )
    assert os.listdir(tmp_path) == []


def test_a_blob_goes_into_a_file(registry: Any, rawdocker: Any, tmp_path: Path) -> None:
    wanted = digest(AMD64.blobs[1])
    line = ("registry", "blob", "-o", str(tmp_path / "layer"), f"127.0.0.1:5000/web@{wanted}")
    assert rawdocker(*line) == (0, "", "")
    assert (tmp_path / "layer").read_bytes() == AMD64.blobs[1]


def test_a_file_that_cannot_be_written_is_told(registry: Any, rawdocker: Any, tmp_path: Path) -> None:
    line = ("registry", "blob", "-o", str(tmp_path / "no" / "x"), f"127.0.0.1:5000/web@{digest(AMD64.blobs[1])}")
    assert rawdocker(*line) == (1, "", f"{tmp_path}/no/x: no such file or directory\n")


def test_referrers_are_listed(registry: Any, rawdocker: Any) -> None:
    found = described(b"x", OCI_IMAGE) | {"artifactType": PYTHON}
    url = f"{WEB}/referrers/{AMD64.digest}"
    route = registry.get(url__startswith=url).mock(return_value=httpx.Response(200, json={"manifests": [found]}))
    line = ("registry", "referrers", "--artifact-type", PYTHON, "127.0.0.1:5000/web:1")
    code, out, err = rawdocker(*line)
    assert (code, err) == (0, "")
    assert [text.split() for text in out.splitlines()] == [
        ["DIGEST", "ARTIFACT", "TYPE", "SIZE"], [digest(b"x"), PYTHON, "1B"]
    ]  # fmt: skip
    assert route.calls.last.request.url.query == b"artifactType=application%2Fx.sbom"


@pytest.mark.parametrize("line", ["resolve", "tags", "manifest", "config", "platforms", "referrers"])
def test_what_is_no_name_is_refused_before_anything_is_sent(registry: Any, rawdocker: Any, line: str) -> None:
    code, out, err = rawdocker("registry", line, "UPPER")
    assert (code, out) == (1, "")
    assert err == "invalid reference format: repository name (library/UPPER) must be lowercase\n"
    assert not registry.calls


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tags", "debian:12"], "debian:12: the name of a repository has no tag and no digest\n"),
        (["blob", "debian:12"], "debian:12: a blob is named by its digest: NAME@sha256:…\n"),
        (["resolve", "--platform", "x", "debian"], '"x": unknown operating system or architecture: invalid argument\n'),
    ],
)
def test_words_that_make_no_sense_are_refused(registry: Any, rawdocker: Any, words: list[str], message: str) -> None:
    assert rawdocker("registry", *words) == (1, "", message)
    assert not registry.calls


def test_credentials_come_from_the_configuration_and_are_shown_nowhere(
    registry: Any, rawdocker: Any, config: Any
) -> None:
    config(auths={"127.0.0.1:5001": {"username": "student", "password": "p4ssw0rd"}})
    url = "http://127.0.0.1:5001/v2/web/manifests/1"
    answers = [httpx.Response(401, headers={"WWW-Authenticate": "Basic"}), httpx.Response(401)]
    registry.get(url).mock(side_effect=answers)
    code, out, err = rawdocker("-T", "registry", "resolve", "127.0.0.1:5001/web:1")
    assert (code, out) == (1, "")
    assert registry.calls.last.request.headers["Authorization"] == "Basic c3R1ZGVudDpwNHNzdzByZA=="
    assert "127.0.0.1:5001: GET /v2/web/manifests/1: 401 Unauthorized (log in, or use other credentials)" in err
    assert "p4ssw0rd" not in err
    assert "c3R1ZGVudDpwNHNzdzByZA" not in err


def test_the_trace_names_the_registry(registry: Any, rawdocker: Any) -> None:
    err = rawdocker("-T", "registry", "resolve", "127.0.0.1:5000/web:1").err
    assert err.startswith("GET http://127.0.0.1:5000/v2/web/manifests/1 -> 200 OK ")


def test_a_warning_of_the_registry_is_shown_once(registry: Any, rawdocker: Any) -> None:
    headers = {"Content-Type": ALL.media_type, "Warning": '299 - "moving soon"'}
    registry.get(f"{HUB}/manifests/12").mock(return_value=httpx.Response(200, content=ALL.body, headers=headers))
    line = ("registry", "config", "debian:12")
    assert rawdocker(*line).err.splitlines()[0] == "Warning from https://registry-1.docker.io: moving soon"


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_a_mirror_is_asked_in_place_of_the_hub(
    registry: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    mock_registry(registry, "http://127.0.0.1:5000/v2/library/debian", {"12": AMD64})
    if how == "environment":
        monkeypatch.setenv("RAWDOCKER_MIRROR", "127.0.0.1:5000")
    flags = ["--mirror", "127.0.0.1:5000"] if how == "flag" else []
    assert rawdocker("registry", "resolve", *flags, "debian:12").out == f"{AMD64.digest}\n"


def test_http_is_spoken_to_others_when_asked(registry: Any, rawdocker: Any) -> None:
    mock_registry(registry, "http://registry.example/v2/web", {"1": AMD64})
    assert rawdocker("registry", "resolve", "--insecure", "registry.example/web:1").out == f"{AMD64.digest}\n"


def test_copy_tells_of_each_blob_and_prints_the_new_name(rawdocker: Any) -> None:
    source, missing = image(), http(b"{}", "404 Not Found")

    def target(asked: Any) -> Any:
        upload = asked.method == "POST"
        if asked.method == "HEAD":
            return [missing.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]
        return [http(status="202 Accepted", Location="/upload/1?state=a%2Fb") if upload else http(status="201 Created")]

    with Liar(serving(tags={"1": source})) as one, Liar(target) as other:
        done = rawdocker("registry", "copy", f"{one.address}/web:1", f"{other.address}/new:2")
    assert (done.code, done.out) == (0, f"{other.address}/new:2@{source.digest}\n")
    assert [line.split()[1] for line in done.err.splitlines()] == ["copied", "copied"]
    puts = [each for each in other.asked if each.method == "PUT"]
    assert [each.body for each in puts] == [*source.blobs, source.body]
    assert puts[0].target.startswith("/upload/1?digest=sha256%3A")
    assert puts[0].target.endswith("&state=a%2Fb")
    assert all(each.headers["content-length"] == str(len(each.body)) for each in puts)
    assert "transfer-encoding" not in puts[0].headers


def test_a_copy_of_wrong_bytes_is_given_up_before_it_has_a_name(rawdocker: Any) -> None:
    source = image()
    honest = serving(tags={"1": source})
    wrong = http(bytes(len(source.blobs[0])))

    def lying(asked: Any) -> Any:
        return [wrong] if asked.target.endswith(digest(source.blobs[0])) else honest(asked)

    def target(asked: Any) -> Any:
        if asked.method == "HEAD":
            return [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]
        return [http(status="202 Accepted", Location="/upload/1")]

    with Liar(lying) as one, Liar(target) as other:
        done = rawdocker("registry", "copy", f"{one.address}/web:1", f"{other.address}/new:2")
    assert (done.code, done.out) == (1, "")
    assert digest(source.blobs[0]) in done.err
    assert not [each for each in other.targets if each.startswith("PUT /v2")]
    assert "DELETE /upload/1" in other.targets


def test_json_is_a_format(registry: Any, rawdocker: Any) -> None:
    found = rawdocker("registry", "platforms", "--format", "json", "127.0.0.1:5000/web:1").out
    assert json.loads(found) == {"Platform": "linux/amd64", "Digest": AMD64.digest, "Chosen": "*"}


def requests(out: str) -> list[str]:
    """Return the requests in a dry run, with their notes."""
    return [line for line in out.splitlines() if line.startswith(("GET", "HEAD", "POST", "PUT", "DELETE"))]


def test_a_dry_run_asks_what_decides_and_says_so(registry: Any, rawdocker: Any) -> None:
    code, out, err = rawdocker("--dry-run", "registry", "config", "debian:12")
    asked = [f"GET {HUB}/manifests/{reference}" for reference in ("12", AMD64.digest)]
    assert (code, requests(out)) == (
        0,
        [
            *(f"{request}   (was sent, to know more; 200 OK)" for request in asked),
            f"GET {HUB}/blobs/{digest(AMD64.blobs[0])}",
        ],
    )
    assert err.splitlines() == [f"dry run: {each} is sent: what follows depends on the answer" for each in asked]
    assert out.startswith("# dry run: nothing is changed. No engine is asked\n")
    assert [call.request.url.path.rpartition("/")[2] for call in registry.calls] == ["12", AMD64.digest]


def test_a_dry_run_of_a_copy_lists_its_uploads_in_order_and_sends_none(rawdocker: Any) -> None:
    source = image()
    config, layer = (digest(blob) for blob in source.blobs)
    absent = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with Liar(serving(tags={"1": source})) as one, Liar(lambda asked: [absent]) as other:
        line = ("--dry-run", "registry", "copy", f"{one.address}/web:1", f"{other.address}/new:2")
        code, out, err = rawdocker(*line)
    old, new = f"http://{one.address}/v2/web", f"http://{other.address}/v2/new"
    assert (code, requests(out)) == (
        0,
        [
            f"GET {old}/manifests/1   (was sent, to know more; 200 OK)",
            f"HEAD {new}/manifests/{source.digest}   (was sent, to know more; 404 Not Found)",
            f"HEAD {new}/blobs/{config}   (was sent, to know more; 404 Not Found)",
            f"POST {new}/blobs/uploads/",
            f"GET {old}/blobs/{config}",
            f"PUT http://{other.address}/<Location of start>?digest=sha256%3A{config[7:]}",
            f"HEAD {new}/blobs/{layer}   (was sent, to know more; 404 Not Found)",
            f"POST {new}/blobs/uploads/   (again)",
            f"GET {old}/blobs/{layer}",
            f"PUT http://{other.address}/<Location of start 2>?digest=sha256%3A{layer[7:]}",
            f"PUT {new}/manifests/2",
        ],
    )
    assert {each.split()[0] for each in (*one.targets, *other.targets)} == {"GET", "HEAD"}
    assert err.count("dry run: ") == 4
    assert "    (a stream of application/octet-stream)\n" in out


def test_a_dry_run_of_a_copy_within_a_registry_mounts(registry: Any, rawdocker: Any) -> None:
    new = "http://127.0.0.1:5000/v2/new"
    registry.head(url__startswith=new).mock(return_value=httpx.Response(404))
    code, out, _ = rawdocker("--dry-run", "registry", "copy", "127.0.0.1:5000/web:1", "127.0.0.1:5000/new:1")
    why = "where the registry does not mount it, the blob is read and sent as well"
    mounts = [f"POST {new}/blobs/uploads/?from=web&mount=sha256%3A{digest(blob)[7:]}   ({why})" for blob in AMD64.blobs]
    assert code == 0
    assert [request for request in requests(out) if request.startswith(("POST", "PUT"))] == [
        *mounts,
        f"PUT {new}/manifests/1",
    ]


def test_a_dry_run_of_tags_asks_for_each_page(registry: Any, rawdocker: Any) -> None:
    link = {"Link": '</v2/library/debian/tags/list?last=11>; rel="next"'}
    pages = [httpx.Response(200, json={"tags": ["11"]}, headers=link), httpx.Response(200, json={"tags": ["12"]})]
    registry.get(url__startswith=f"{HUB}/tags/list").mock(side_effect=pages)
    out = rawdocker("--dry-run", "registry", "tags", "debian").out
    assert [line.split()[1] for line in requests(out)] == [f"{HUB}/tags/list", f"{HUB}/tags/list?last=11"]


def test_what_is_not_there_is_told_by_a_dry_run_too(registry: Any, rawdocker: Any) -> None:
    registry.get(f"{WEB}/manifests/2").mock(return_value=httpx.Response(404, json={}))
    code, out, err = rawdocker("--dry-run", "registry", "resolve", "--platform", "amd64", "127.0.0.1:5000/web:2")
    assert (code, out) == (1, "")
    assert err.endswith("127.0.0.1:5000: GET /v2/web/manifests/2: 404 Not Found\n")


@pytest.mark.parametrize("identity", [False, True])
def test_a_dry_run_shows_how_a_token_is_had_and_exchanges_none(
    registry: Any, rawdocker: Any, config: Any, identity: bool
) -> None:
    known = {"identitytoken": "p4ssw0rd"} if identity else {"username": "student", "password": "p4ssw0rd"}
    config(auths={"127.0.0.1:5000": known})
    challenge = 'Bearer realm="http://127.0.0.1:5003/token",service="s"'
    refused = httpx.Response(401, headers={"WWW-Authenticate": challenge})
    granted = httpx.Response(200, content=AMD64.body, headers={"Content-Type": AMD64.media_type})
    registry.get(f"{WEB}/manifests/1").mock(side_effect=[refused, granted])
    tokens = [httpx.Response(401), httpx.Response(200, json={"token": "t0ken-of-it"})]
    registry.get(url__startswith="http://127.0.0.1:5003/token").mock(side_effect=tokens)
    code, out, err = rawdocker("--dry-run", "registry", "resolve", "127.0.0.1:5000/web:1")
    token = "http://127.0.0.1:5003/token"
    scope = "service=s&scope=repository%3Aweb%3Apull"
    first = [
        f"GET {WEB}/manifests/1   (was sent, to know more; 401 Unauthorized)",
        f"GET {token}?{scope}   (was sent, to know more; 401 Unauthorized)",
    ]
    others = [
        f"GET {token}?{scope}&account=student   (again; was sent, to know more; 200 OK)",
        f"GET {WEB}/manifests/1   (again; was sent, to know more; 200 OK)",
    ]
    exchange = [f"POST {token}   (what follows depends on the answer)"]
    assert (code, requests(out)) == (0, first + (exchange if identity else others))
    assert {call.request.method for call in registry.calls} == {"GET"}
    assert not [secret for secret in ("p4ssw0rd", "t0ken-of-it", "c3R1ZGVudDpwNHNzdzByZA") if secret in out + err]


def test_offline_nothing_is_sent_and_what_depends_on_an_answer_is_said(registry: Any, rawdocker: Any) -> None:
    code, out, err = rawdocker("--dry-run=offline", "registry", "copy", "127.0.0.1:5000/web:1", "debian:new")
    depends = "what follows depends on the answer"
    assert (code, requests(out), err) == (0, [f"GET {WEB}/manifests/1   ({depends})"], "")
    assert not registry.calls


@pytest.mark.parametrize("line", ["registry resolve x", "registry copy x y", "pin x", "manifest inspect x"])
def test_no_script_is_made_where_what_follows_is_not_known(registry: Any, rawdocker: Any, line: str) -> None:
    why = "what is asked next depends on the registry's answer, which is not known here"
    words = ("--dry-run=offline", "--as", "python", *line.split())
    assert rawdocker(*words) == (125, "", f"rawdocker: {why}\n")
    assert not registry.calls


@pytest.mark.parametrize("line", ["registry copy 127.0.0.1:5000/web:1 127.0.0.1:5000/new:1", "pin --write x debian:12"])
@pytest.mark.parametrize("form", ["curl", "httpx", "requests", "http"])
def test_what_is_more_than_requests_is_for_the_library_alone(
    registry: Any, rawdocker: Any, line: str, form: str
) -> None:
    registry.head(url__startswith="http://127.0.0.1:5000/v2/new").mock(return_value=httpx.Response(404))
    code, out, err = rawdocker("--dry-run", "--as", form, *line.split())
    why = f"more is done than to ask a registry, and --as {form} cannot do that: --as python does"
    assert (code, out, err.splitlines()[-1]) == (125, "", f"rawdocker: {why}")


@pytest.mark.parametrize("form", ["curl", "python", "httpx", "requests", "http"])
@pytest.mark.parametrize("line", ["resolve 127.0.0.1:5000/web:1", f"blob 127.0.0.1:5000/web@{ARM.digest}"])
def test_a_script_requires_the_password_that_a_registry_wants(
    registry: Any, rawdocker: Any, config: Any, form: str, line: str
) -> None:
    config(auths={"127.0.0.1:5000": {"username": "student", "password": "p4ssw0rd"}})
    wanted = httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    granted = httpx.Response(200, content=AMD64.body, headers={"Content-Type": AMD64.media_type})
    registry.get(f"{WEB}/manifests/1").mock(side_effect=[wanted, granted])
    code, out, err = rawdocker("--dry-run", "--as", form, "registry", *line.split())
    assert code == 0
    assert ("SECRET_1" in out) == (form != "http")
    assert not [secret for secret in ("p4ssw0rd", "c3R1ZGVudDpwNHNzdzByZA") if secret in out + err]


@pytest.mark.parametrize("form", ["curl", "httpx", "requests", "http"])
def test_a_token_that_a_form_cannot_use_is_told(registry: Any, rawdocker: Any, config: Any, form: str) -> None:
    config(auths={"127.0.0.1:5000": {"registrytoken": "t0ken"}})
    line = f"registry blob 127.0.0.1:5000/web@{ARM.digest}"
    why = f"the registry takes a token that --as {form} does not know how to use: --as python does"
    assert rawdocker("--dry-run", "--as", form, *line.split()) == (125, "", f"rawdocker: {why}\n")
    assert 'credentials={"registrytoken": SECRET_1}' in rawdocker("--dry-run", "--as", "python", *line.split()).out


def test_two_tags_of_one_digest_are_held_to_what_they_named(registry: Any, rawdocker: Any) -> None:
    mock_registry(registry, WEB, {"2": AMD64})
    out = rawdocker("--dry-run", "--as", "python", "pin", "127.0.0.1:5000/web:1", "127.0.0.1:5000/web:2").out
    assert out.count(f', "{AMD64.digest}")') == 2
    assert f"127.0.0.1:5000/web:1@{AMD64.digest}" in out


def test_a_trace_writes_requests_to_registries_with_the_library(registry: Any, rawdocker: Any) -> None:
    err = rawdocker("-T", "--as", "python", "registry", "config", "127.0.0.1:5000/web:1").err
    assert err.splitlines() == [
        'registry.send(calls.manifest_get("web", "1"))',
        f'registry.stream(calls.blob_get("web", "{digest(AMD64.blobs[0])}"))',
    ]


def test_a_trace_shows_what_a_token_is_asked_for(registry: Any, rawdocker: Any) -> None:
    challenge = 'Bearer realm="http://127.0.0.1:5003/token",service="s"'
    refused = httpx.Response(401, headers={"WWW-Authenticate": challenge})
    granted = httpx.Response(200, content=AMD64.body, headers={"Content-Type": AMD64.media_type})
    registry.get(f"{WEB}/manifests/1").mock(side_effect=[refused, granted])
    token = registry.get(url__startswith="http://127.0.0.1:5003/token")
    token.mock(return_value=httpx.Response(200, json={"token": "t0ken-of-it"}))
    err = rawdocker("-T", "--as", "curl", "registry", "resolve", "127.0.0.1:5000/web:1").err
    assert "'http://127.0.0.1:5003/token?scope=repository%3Aweb%3Apull&service=s'" in err
    assert "t0ken" not in err
