"""manifest inspect: what is printed of a manifest and of a list, and what is sent."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import httpx
import pytest
import respx
from registries import Content, described, digest, image, index, mock_registry

from rawdocker.registry.manifest import DOCKER_IMAGE

REPOSITORY = "https://registry.example/v2/web"
LIST = index("linux/amd64", "linux/arm/v7", attested=True)
ONE = image("linux/arm64/v8", oci=False)
NAME = "registry.example/web"


@pytest.fixture
def registry() -> Any:
    with respx.mock(assert_all_called=False) as router:
        mock_registry(router, REPOSITORY, {"list": LIST, "one": ONE}, *LIST.manifests)
        yield router


def sent(router: Any) -> list[str]:
    return [f"{call.request.method} {call.request.url.path}" for call in router.calls]


def test_a_manifest_is_its_own_text_laid_out_anew(registry: Any, rawdocker: Any) -> None:
    ran = rawdocker("manifest", "inspect", f"{NAME}:one")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == json.dumps(json.loads(ONE.body), indent="\t") + "\n"
    assert sent(registry) == ["GET /v2/web/manifests/one"]


def test_a_list_has_what_matters_of_its_entries(registry: Any, rawdocker: Any) -> None:
    ran = rawdocker("manifest", "inspect", f"{NAME}:list")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert ran.out == json.dumps(found, indent="   ") + "\n"
    assert found["mediaType"] == LIST.media_type
    platforms = [tuple(entry["platform"].items()) for entry in found["manifests"]]
    assert platforms[:2] == [
        (("architecture", "amd64"), ("os", "linux")),
        (("architecture", "arm"), ("os", "linux"), ("variant", "v7")),
    ]
    assert [entry["digest"] for entry in found["manifests"]] == [each.digest for each in LIST.manifests]
    assert sent(registry) == ["GET /v2/web/manifests/list"]


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_a_manifest_is_told_with_its_name_digest_platform_and_bytes(registry: Any, rawdocker: Any, flag: str) -> None:
    ran = rawdocker("manifest", "inspect", flag, f"{NAME}:one")
    found = json.loads(ran.out)
    assert list(found) == ["Ref", "Descriptor", "Raw", "SchemaV2Manifest"]
    assert found["Ref"] == f"{NAME}:one"
    platform = {"architecture": "arm64", "os": "linux", "variant": "v8"}
    assert found["Descriptor"] == described(ONE.body, DOCKER_IMAGE) | {"platform": platform}
    assert b64decode(found["Raw"]) == ONE.body
    assert found["SchemaV2Manifest"] == json.loads(ONE.body)
    assert len(sent(registry)) == 2


def test_each_manifest_of_a_list_is_told_with_the_platform_of_the_list(registry: Any, rawdocker: Any) -> None:
    found = json.loads(rawdocker("manifest", "inspect", "-v", f"{NAME}:list").out)
    assert [each["Ref"] for each in found] == [f"{NAME}:list@{each.digest}" for each in LIST.manifests]
    assert [each["OCIManifest"] for each in found] == [json.loads(each.body) for each in LIST.manifests]
    assert found[1]["Descriptor"]["platform"] == {"architecture": "arm", "os": "linux", "variant": "v7"}


def test_texts_of_a_manifest_stay_as_they_were_written(registry: Any, rawdocker: Any) -> None:
    notes = b'{"by": "Ada \\u003ca@b\\u003e", "\xc3\xbc": "<>"}'
    body = b'{"schemaVersion": 2, "annotations": ' + notes + b', "x": 1.50, "layers": []}'
    mock_registry(registry, REPOSITORY, {"odd": Content(body, "application/vnd.oci.image.manifest.v1+json")})
    out = rawdocker("manifest", "inspect", f"{NAME}:odd").out
    assert '"by": "Ada \\u003ca@b\\u003e",\n\t\t"ü": "<>"\n' in out
    assert '"x": 1.50,\n\t"layers": []\n' in out


def test_what_is_not_there_is_told_as_docker_does(registry: Any, rawdocker: Any) -> None:
    registry.get(f"{REPOSITORY}/manifests/latest").mock(return_value=httpx.Response(404))
    assert rawdocker("manifest", "inspect", NAME) == (1, "", f"no such manifest: {NAME}:latest\n")
    told = f"No such manifest: {NAME}:one\n"
    assert rawdocker("manifest", "inspect", "list", f"{NAME}:one") == (1, "", told)
    upper = "invalid reference format: repository name (library/UPPER) must be lowercase\n"
    assert rawdocker("manifest", "inspect", "UPPER") == (1, "", upper)


@pytest.mark.parametrize("verb", ["annotate", "create", "push", "rm"])
def test_what_makes_lists_is_not_there_and_says_so(rawdocker: Any, verb: str) -> None:
    ran = rawdocker("manifest", verb, "a", "b")
    assert ran.code == 125
    assert ran.err.startswith(f"rawdocker: 'rawdocker manifest {verb}' is not supported yet. The API behind it: ")


@pytest.mark.parametrize(("tag", "questions"), [("one", 1), ("list", 4)])
def test_a_dry_run_asks_for_the_manifests_alone(registry: Any, rawdocker: Any, tag: str, questions: int) -> None:
    ran = rawdocker("--dry-run", "manifest", "inspect", "-v", f"{NAME}:{tag}")
    asked = [line for line in ran.out.splitlines() if line.startswith("GET")]
    assert ran.code == 0
    assert len(sent(registry)) == ran.err.count("dry run: ") == questions
    assert [line.split("   ")[1:] for line in asked[:questions]] == [["(was sent, to know more; 200 OK)"]] * questions
    assert asked[questions:] == ([f"GET {REPOSITORY}/blobs/{digest(ONE.blobs[0])}"] if tag == "one" else [])
