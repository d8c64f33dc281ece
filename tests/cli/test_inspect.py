"""inspect beyond the recorded outputs of docker: the engine's own text, swarm's objects, images by platform."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

ABSENT = {
    "/containers/[^/]+/json": "error_no_container",
    "/images/.+/json": "verbs/error_no_image",
    "/networks/[^/]+": "verbs/error_no_network",
    "/volumes/[^/]+": "verbs/error_no_volume",
    "/plugins/[^/]+/json": "verbs/error_no_plugin",
}


@pytest.fixture
def swarm(engine: Any) -> Any:
    """Give an engine that manages a swarm and has none of the objects asked for."""
    engine.answers("GET /info", "system_info_swarm")
    for path, name in ABSENT.items():
        engine.answers(f"GET {path}", name)
    return engine


def test_what_the_engine_wrote_is_kept_to_the_letter(engine: Any, rawdocker: Any) -> None:
    text = (
        '{"Z":1.50,"A":"\\u003cé\\/","Big":12345678901234567890123,"Empty":{},"None":[],"Deep":[{"x":[1,2]}],"A":1e3}'
    )
    engine.router.get(url__regex=".*/volumes/data").mock(return_value=httpx.Response(200, text=text))
    assert rawdocker("inspect", "--type", "volume", "-f", "json", "data") == (0, f"[{text}]\n", "")
    laid_out = rawdocker("inspect", "--type", "volume", "data").out
    assert laid_out == (
        '[\n    {\n        "Z": 1.50,\n        "A": "\\u003cé\\/",\n        "Big": 12345678901234567890123,\n'
        '        "Empty": {},\n        "None": [],\n        "Deep": [\n            {\n                "x": [\n'
        "                    1,\n                    2\n                ]\n            }\n        ],\n"
        '        "A": 1e3\n    }\n]\n'
    )


@pytest.mark.parametrize(
    ("kind", "path", "answer"),
    [
        ("service", "/services/thing", "service_inspect"),
        ("task", "/tasks/thing", "task_inspect"),
        ("node", "/nodes/thing", "node_inspect"),
        ("secret", "/secrets/thing", "secret_inspect"),
        ("config", "/configs/thing", "config_inspect"),
    ],
)
def test_a_manager_of_a_swarm_is_asked_for_its_objects_too(
    swarm: Any, rawdocker: Any, kind: str, path: str, answer: str
) -> None:
    swarm.answers(f"GET {path}", answer)
    swarm.answers("GET /(services|tasks|nodes|secrets|configs)/thing", status=404, body={"message": f"no {kind}"})
    code, out, err = rawdocker("inspect", "thing")
    assert (code, err) == (0, "")
    assert json.loads(out)[0]["ID"]
    assert sum(request == "GET /info" for request in swarm.requests) == 1
    query = "?insertDefaults=true" if kind == "service" else ""
    assert swarm.requests[-1] == f"GET {path}{query}"
    assert rawdocker("inspect", "--type", kind, "thing").out == out


def test_all_kinds_are_asked_in_docker_s_order(swarm: Any, rawdocker: Any) -> None:
    swarm.answers("GET /(services|tasks|nodes|secrets|configs)/x", status=404, body={"message": "not found"})
    assert rawdocker("inspect", "x") == (1, "[]\n", "Error: No such object: x\n")
    kinds = [request.split("/")[1].split("?")[0] for request in swarm.requests]
    assert kinds == [
        "containers", "images", "networks", "volumes", "info",
        "services", "tasks", "nodes", "plugins", "secrets", "configs",
    ]  # fmt: skip


def test_an_engine_without_swarm_is_asked_once_a_name_and_not_for_its_objects(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /info", status=500, body={"message": "out of order"})
    for path, name in ABSENT.items():
        engine.answers(f"GET {path}", name)
    errors = "Error response from daemon: out of order\n" * 2 + "Error: No such object: x\nError: No such object: y\n"
    assert rawdocker("inspect", "x", "y") == (1, "[]\n", errors)
    assert sum(request == "GET /info" for request in engine.requests) == 2


@pytest.mark.parametrize(
    ("status", "message", "goes_on"),
    [
        (400, "invalid reference format: repository name must be lowercase", True),
        (501, "plugins are not supported on this platform", True),
        (500, "the disk is on fire", False),
        (409, "busy", False),
    ],
)
def test_the_search_goes_on_only_where_the_object_may_be_of_another_kind(
    engine: Any, rawdocker: Any, status: int, message: str, goes_on: bool
) -> None:
    engine.answers("GET /containers/x/json", "error_no_container")
    engine.answers("GET /images/x/json", status=status, body={"message": message})
    engine.answers("GET /networks/x", "network_inspect")
    code, out, err = rawdocker("inspect", "-f", "{{.Name}}", "x")
    expected = (0, "models-net\n", "") if goes_on else (1, "\n", f"Error response from daemon: {message}\n")
    assert (code, out, err) == expected


def test_an_image_is_asked_for_one_platform_where_the_engine_can(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.49")
    route = engine.router.get(url__regex=".*/v1.49/images/debian/json.*").respond(json={"Id": "x", "Os": "linux"})
    ran = rawdocker("image", "inspect", "--platform", "linux/arm64/v8", "-f", "{{.Os}}", "debian")
    assert ran == (0, "linux\n", "")
    sent = json.loads(route.calls.last.request.url.params["platform"])
    assert (sent["os"], sent["architecture"]) == ("linux", "arm64")


def test_a_template_may_use_what_docker_s_type_lacks(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /networks/net", body={"Name": "net", "Novelty": {"Of": [1, 2.5]}})
    assert rawdocker("network", "inspect", "-f", "{{.Name}} {{.Novelty.Of}}", "net") == (0, "net [1 2.5]\n", "")


def test_each_object_s_template_fails_on_its_own(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /networks/a", body={"Name": "a", "Novelty": 1})
    engine.answers("GET /networks/b", body={"Name": "b"})
    code, out, err = rawdocker("network", "inspect", "-f", "{{.Name}} {{.Novelty}}", "b", "a")
    assert (code, out) == (1, "a 1\n")
    assert err.startswith(
        'template parsing error: template: :1:12: executing "" at <.Novelty>: map has no entry for key'
    )
