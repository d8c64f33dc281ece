"""What must never happen whatever the input: a shell made of it, credentials sent to where they do not belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from test_registry_client import BASIC, CALL, HOST, OK, STUDENT, URL, RegistryDriver, sent
from test_registry_client import driver as registry_driver  # noqa: F401

from rawdocker import calls, errors
from rawdocker.registry import calls as registry_calls

ROOT = Path(__file__).parent.parent
SHELLS = {"system", "popen", "spawnlp", "getoutput", "getstatusoutput", "create_subprocess_shell", "eval", "exec"}
"""Functions that make a command or a program of a text, in whatever module."""
STARTS = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"}
"""Functions that do so with shell=True."""


def sources() -> list[Path]:
    return [path for folder in ("rawdocker", "cli") for path in sorted((ROOT / folder).rglob("*.py"))]


def shells(tree: ast.AST) -> Iterator[str]:
    """Yield the calls that make a program of a text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        asked = any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords)
        if name in SHELLS or (name in STARTS and asked):
            yield ast.unparse(node)


def test_no_shell_is_made_of_what_was_typed_or_answered() -> None:
    assert {str(path): found for path in sources() if (found := list(shells(ast.parse(path.read_text()))))} == {}


@pytest.mark.parametrize(
    "text", ["os.system(x)", "popen(x)", "subprocess.run(x, shell=True)", "run(x, shell=y)", "eval(x)"]
)
def test_a_shell_would_be_found(text: str) -> None:
    assert list(shells(ast.parse(text)))


ELSEWHERE = "http://elsewhere.example/v1.41/images/create"
REDIRECTS = [301, 302, 303, 307, 308]


@respx.mock
@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("location", [ELSEWHERE, "//elsewhere.example/x", "/v1.41/elsewhere"])
def test_an_engine_sends_credentials_nowhere(driver: Any, status: int, location: str) -> None:
    pull = respx.post(url__startswith="http://localhost/v1.41/images/create")
    pull.respond(status, headers={"Location": location})
    call = calls.image_create(fromImage="a", X_Registry_Auth={"username": "ada", "password": "s3cret"})
    with pytest.raises(errors.ProtocolError, match="redirected") as caught:
        driver.send(call, version="1.41")
    assert (len(respx.calls), "s3cret" in str(caught.value)) == (1, False)


@respx.mock
@pytest.mark.parametrize("status", REDIRECTS)
def test_a_registry_sends_credentials_nowhere(registry_driver: RegistryDriver, status: int) -> None:  # noqa: F811
    elsewhere = "https://elsewhere.example/x"
    respx.get(URL).mock(
        side_effect=[
            httpx.Response(401, headers={"WWW-Authenticate": "Basic"}),
            httpx.Response(status, headers={"Location": elsewhere}),
        ]
    )
    respx.get(elsewhere).mock(return_value=OK)
    registry_driver.send("registry.example", CALL, credentials=STUDENT)
    assert sent()[-2:] == [(f"GET {URL}", BASIC), (f"GET {elsewhere}", "")]


@respx.mock
def test_a_page_that_is_linked_to_elsewhere_is_asked_of_the_registry(registry_driver: RegistryDriver) -> None:  # noqa: F811
    link = '<https://elsewhere.example/v2/a/tags/list?last=x>; rel="next"'
    respx.get(f"{HOST}/v2/a/tags/list", params={}).mock(
        side_effect=[
            httpx.Response(401, headers={"WWW-Authenticate": "Basic"}),
            httpx.Response(200, json={"tags": ["x"]}, headers={"Link": link}),
            httpx.Response(200, json={"tags": ["y"]}),
        ]
    )
    tags = registry_driver.send("registry.example", registry_calls.tag_list("a"), credentials=STUDENT)
    assert (tags, {call.request.url.host for call in respx.calls}) == (["x", "y"], {"registry.example"})
