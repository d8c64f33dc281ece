"""The call functions against the facts of the API (rawdocker/api), and the requests they make, in text."""

from __future__ import annotations

import ast
import csv
import importlib
import importlib.util
import inspect
import io
import json
import pickle
import re
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rawdocker import calls, errors
from rawdocker.call import Call, Codec, HijackCall, StreamCall
from rawdocker.errors import InvalidCallError, error_for

ROOT = Path(__file__).parent.parent
TAGS = ("Container", "Exec", "Image", "Network", "Volume", "System", "Distribution")


def _facts(name: str) -> list[list[str]]:
    with (ROOT / "rawdocker" / "api" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t"))[1:]


def _script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


doc = _script("generate_calls_doc")

# operationId -> method, path, tag, first version
OPERATIONS = {row[2]: (row[0], row[1], row[3], row[4]) for row in _facts("operations.tsv") if row[3] in TAGS}
# operationId -> rows of: in, name, type, since, last
PARAMETERS = {name: [row[1:] for row in _facts("parameters.tsv") if row[0] == name] for name in OPERATIONS}

NOT_IN_THE_SPECIFICATION = {
    ("ContainerLogs", "details"): "engines read it, and docker logs --details sends it",
    ("ImageSearch", "X-Registry-Auth"): "engines read it, and docker search sends it",
    ("DistributionInspect", "X-Registry-Auth"): "engines read it, and docker service create sends it",
    ("ImageBuild", "cgroupparent"): "engines read it, and docker build --cgroup-parent sends it",
    ("ImageBuild", "cpusetmems"): "engines read it, and docker build --cpuset-mems sends it",
    ("ImageBuild", "isolation"): "engines read it, and docker build --isolation sends it",
    ("ImageBuild", "securityopt"): "engines read it, and docker build --security-opt sends it",
    ("ImageBuild", "ulimits"): "engines read it, and docker build --ulimit sends it",
}
NEVER_SENT = {
    ("ContainerLogs", "tty"): "tells how to read the answer",
    ("ContainerAttach", "tty"): "tells how to read the answer",
}
NOT_A_CHOICE = {
    ("ImageBuild", "Content-type"): "the body is a tar archive, always",
}


def snake(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def function_of(operation: str) -> Callable[..., Call[Any]]:
    function: Callable[..., Call[Any]] = getattr(calls, snake(operation))
    return function


def wire_names(operation: str, place: str) -> set[str]:
    names = {row[1] for row in PARAMETERS[operation] if row[0] == place}
    for owner, name in NOT_IN_THE_SPECIFICATION:
        if (owner, place) == (operation, "header" if name.startswith("X-") else "query"):
            names.add(name)
    return {name for name in names if (operation, name) not in NOT_A_CHOICE}


def called_with_all(operation: str) -> Call[Any]:
    """The call with every parameter given, each as a text of its own that can be found again."""
    function = function_of(operation)
    header_names = {name.replace("-", "_") for name in wire_names(operation, "header")}
    values: dict[str, Any] = {name: f"<{name}>" for name in inspect.signature(function).parameters}
    values |= {name: {"<" + name + ">": 1} for name in values if name in header_names}
    values |= {name: {"Made": "by hand"} for name in values if name == "body"}
    return function(**values)


FILE = io.BytesIO(b"archive")
AUTH = {"username": "ada", "password": "péché?>"}
ARM = {"os": "linux", "architecture": "arm64"}
ARM_SENT = "%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D"

GOLDEN: list[tuple[Call[Any], str, Any]] = [
    (calls.container_list(), "GET /containers/json", None),
    (calls.container_list(all=True, size=False, limit=3), "GET /containers/json?all=1&limit=3&size=0", None),
    (
        calls.container_list(filters={"name": ["web"]}),
        "GET /containers/json?filters=%7B%22name%22%3A%5B%22web%22%5D%7D",
        None,
    ),
    (
        calls.container_list(filters={"name": {"web": True}}),
        "GET /containers/json?filters=%7B%22name%22%3A%7B%22web%22%3Atrue%7D%7D",
        None,
    ),
    (calls.container_list(filters={}), "GET /containers/json", None),
    (
        calls.container_create({"Image": "debian:12"}, name="web", platform="linux/arm64"),
        "POST /containers/create?name=web&platform=linux%2Farm64",
        {"Image": "debian:12"},
    ),
    (calls.container_inspect("web", size=True), "GET /containers/web/json?size=1", None),
    (
        calls.container_top("web", ps_args="-eo pid,cmd"),
        "GET /containers/web/top?ps_args=-eo+pid%2Ccmd",
        None,
    ),
    (calls.container_changes("web"), "GET /containers/web/changes", None),
    (
        calls.container_stats("web", stream=False, one_shot=True),
        "GET /containers/web/stats?one-shot=1&stream=0",
        None,
    ),
    (calls.container_resize("web", h=24, w=80), "POST /containers/web/resize?h=24&w=80", None),
    (calls.container_start("web"), "POST /containers/web/start", None),
    (
        calls.container_start("web", detachKeys="ctrl-a,d"),
        "POST /containers/web/start?detachKeys=ctrl-a%2Cd",
        None,
    ),
    (calls.container_stop("web", t=0, signal="SIGINT"), "POST /containers/web/stop?signal=SIGINT&t=0", None),
    (calls.container_restart("web", t=-1), "POST /containers/web/restart?t=-1", None),
    (calls.container_kill("web", signal="9"), "POST /containers/web/kill?signal=9", None),
    (calls.container_update("web", {"Memory": 1 << 28}), "POST /containers/web/update", {"Memory": 1 << 28}),
    (calls.container_rename("web", name="naïve"), "POST /containers/web/rename?name=na%C3%AFve", None),
    (calls.container_pause("web"), "POST /containers/web/pause", None),
    (calls.container_unpause("web"), "POST /containers/web/unpause", None),
    (
        calls.container_wait("web", condition="next-exit"),
        "POST /containers/web/wait?condition=next-exit",
        None,
    ),
    (calls.container_delete("web", v=True, force=True), "DELETE /containers/web?force=1&v=1", None),
    (calls.container_delete("web/db", link=True), "DELETE /containers/web/db?link=1", None),
    (
        calls.container_prune(filters={"label!": ["keep=ü"]}),
        "POST /containers/prune?filters=%7B%22label%21%22%3A%5B%22keep%3D%5Cu00fc%22%5D%7D",
        None,
    ),
    (
        calls.container_logs("web", stdout=True, since="1.5", tail=10, tty=True),
        "GET /containers/web/logs?since=1.5&stdout=1&tail=10",
        None,
    ),
    (
        calls.container_attach("web", stream=True, stdin=True, logs=False),
        "POST /containers/web/attach?logs=0&stdin=1&stream=1",
        None,
    ),
    (
        calls.container_attach_websocket("web", stream=True, stdout=True),
        "GET /containers/web/attach/ws?stdout=1&stream=1",
        None,
    ),
    (calls.container_export("web"), "GET /containers/web/export", None),
    (
        calls.container_archive("web", path="/a b/ü&"),
        "GET /containers/web/archive?path=%2Fa+b%2F%C3%BC%26",
        None,
    ),
    (calls.container_archive_info("web", path="/etc"), "HEAD /containers/web/archive?path=%2Fetc", None),
    (
        calls.put_container_archive("web", FILE, path="/srv", noOverwriteDirNonDir=True, copyUIDGID=False),
        "PUT /containers/web/archive?copyUIDGID=0&noOverwriteDirNonDir=1&path=%2Fsrv",
        FILE,
    ),
    (calls.container_exec("web", {"Cmd": ["ls", "ü"]}), "POST /containers/web/exec", {"Cmd": ["ls", "ü"]}),
    (calls.exec_start("4f2a", {"Tty": True}), "POST /exec/4f2a/start", {"Tty": True}),
    (calls.exec_resize("4f2a", h=24, w=80), "POST /exec/4f2a/resize?h=24&w=80", None),
    (calls.exec_inspect("4f2a"), "GET /exec/4f2a/json", None),
    (
        calls.image_list(all=True, shared_size=True, digests=False, manifests=True, identity=True),
        "GET /images/json?all=1&digests=0&identity=1&manifests=1&shared-size=1",
        None,
    ),
    (
        calls.image_create(fromImage="docker.io/library/debian", tag="12", platform="linux/arm64"),
        "POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian&platform=linux%2Farm64&tag=12",
        None,
    ),
    (
        calls.image_create(fromSrc="-", repo="mine:1", message="a b", changes=["CMD sh", "ENV A=1"], body=b"tar"),
        "POST /images/create?changes=CMD+sh&changes=ENV+A%3D1&fromSrc=-&message=a+b&repo=mine%3A1",
        b"tar",
    ),
    (
        calls.image_inspect("registry.example:5000/a/b:1", manifests=True),
        "GET /images/registry.example:5000/a/b:1/json?manifests=1",
        None,
    ),
    (
        calls.image_inspect("debian@sha256:ab", platform=ARM),
        f"GET /images/debian@sha256:ab/json?platform={ARM_SENT}",
        None,
    ),
    (calls.image_history("library/debian:12"), "GET /images/library/debian:12/history", None),
    (calls.image_history("debian", platform=ARM), f"GET /images/debian/history?platform={ARM_SENT}", None),
    (
        calls.image_attestations("debian", platform=[ARM], type=["a", "b"], statement=True),
        f"GET /images/debian/attestations?platform={ARM_SENT}&statement=1&type=a&type=b",
        None,
    ),
    (calls.image_tag("debian:12", repo="a/b", tag="c"), "POST /images/debian:12/tag?repo=a%2Fb&tag=c", None),
    (
        calls.image_push("registry.example/a/b", tag="1", platform=ARM),
        f"POST /images/registry.example/a/b/push?platform={ARM_SENT}&tag=1",
        None,
    ),
    (calls.image_delete("a/b:1", force=True, noprune=True), "DELETE /images/a/b:1?force=1&noprune=1", None),
    (
        calls.image_delete("a", platforms=[ARM, '{"os":"x"}']),
        f"DELETE /images/a?platforms={ARM_SENT}&platforms=%7B%22os%22%3A%22x%22%7D",
        None,
    ),
    (
        calls.image_prune(filters={"dangling": {"false": True}}),
        "POST /images/prune?filters=%7B%22dangling%22%3A%7B%22false%22%3Atrue%7D%7D",
        None,
    ),
    (calls.image_search(term="a b", limit=5), "GET /images/search?limit=5&term=a+b", None),
    (calls.image_get("a/b:1", platform=ARM), f"GET /images/a/b:1/get?platform={ARM_SENT}", None),
    (calls.image_get_all(names=["a/b:1", "c"]), "GET /images/get?names=a%2Fb%3A1&names=c", None),
    (
        calls.image_get_all(names=["a"], platform=[ARM, ARM]),
        f"GET /images/get?names=a&platform={ARM_SENT}&platform={ARM_SENT}",
        None,
    ),
    (calls.image_load(FILE, quiet=False), "POST /images/load?quiet=0", FILE),
    (
        calls.image_commit(container="web", repo="a/b", changes=["CMD sh", "USER 1"], pause=False),
        "POST /commit?changes=CMD+sh&changes=USER+1&container=web&pause=0&repo=a%2Fb",
        None,
    ),
    (calls.image_commit({"Cmd": ["sh"]}, container="web"), "POST /commit?container=web", {"Cmd": ["sh"]}),
    (
        calls.image_build(
            b"tar",
            t=["a:1", "b"],
            buildargs={"A": None, "B": "1"},
            labels={},
            cachefrom=["c", "d"],
            outputs=[{"Type": "local"}],
            ulimits=[{"Name": "nofile", "Soft": 1, "Hard": 2}],
            pull=True,
            rm=False,
        ),
        "POST /build?buildargs=%7B%22A%22%3Anull%2C%22B%22%3A%221%22%7D&cachefrom=%5B%22c%22%2C%22d%22%5D"
        "&outputs=%5B%7B%22Type%22%3A%22local%22%7D%5D&pull=1&rm=0&t=a%3A1&t=b"
        "&ulimits=%5B%7B%22Name%22%3A%22nofile%22%2C%22Soft%22%3A1%2C%22Hard%22%3A2%7D%5D",
        b"tar",
    ),
    (
        calls.build_prune(all=True, keep_storage=1, reserved_space=2, max_used_space=3, min_free_space=4),
        "POST /build/prune?all=1&keep-storage=1&max-used-space=3&min-free-space=4&reserved-space=2",
        None,
    ),
    (calls.network_list(), "GET /networks", None),
    (
        calls.network_inspect("web", verbose=True, scope="swarm"),
        "GET /networks/web?scope=swarm&verbose=1",
        None,
    ),
    (calls.network_create({"Name": "web"}), "POST /networks/create", {"Name": "web"}),
    (calls.network_connect("web", {"Container": "a"}), "POST /networks/web/connect", {"Container": "a"}),
    (
        calls.network_disconnect("web", {"Container": "a", "Force": True}),
        "POST /networks/web/disconnect",
        {"Container": "a", "Force": True},
    ),
    (calls.network_delete("web"), "DELETE /networks/web", None),
    (
        calls.network_prune(filters={"until": ["1h"]}),
        "POST /networks/prune?filters=%7B%22until%22%3A%5B%221h%22%5D%7D",
        None,
    ),
    (
        calls.volume_list(filters={"dangling": ["1"]}),
        "GET /volumes?filters=%7B%22dangling%22%3A%5B%221%22%5D%7D",
        None,
    ),
    (calls.volume_create({}), "POST /volumes/create", {}),
    (calls.volume_inspect("data"), "GET /volumes/data", None),
    (calls.volume_update("data", {"Spec": {}}, version=7), "PUT /volumes/data?version=7", {"Spec": {}}),
    (calls.volume_delete("data", force=True), "DELETE /volumes/data?force=1", None),
    (
        calls.volume_prune(filters={"all": ["1"]}),
        "POST /volumes/prune?filters=%7B%22all%22%3A%5B%221%22%5D%7D",
        None,
    ),
    (calls.system_ping(), "GET /_ping", None),
    (calls.system_ping_head(), "HEAD /_ping", None),
    (calls.system_version(), "GET /version", None),
    (calls.system_info(), "GET /info", None),
    (
        calls.system_events(since=1, until="2.5", filters={"type": ["network"]}),
        "GET /events?filters=%7B%22type%22%3A%5B%22network%22%5D%7D&since=1&until=2.5",
        None,
    ),
    (
        calls.system_data_usage(type=["image", "volume"], verbose=True),
        "GET /system/df?type=image&type=volume&verbose=1",
        None,
    ),
    (calls.system_auth(AUTH), "POST /auth", AUTH),
    (calls.distribution_inspect("a/b@sha256:cd"), "GET /distribution/a/b@sha256:cd/json", None),
]

each_operation = pytest.mark.parametrize("operation", OPERATIONS)
each_golden_call = pytest.mark.parametrize("call", [call for call, _, _ in GOLDEN], ids=str)


def test_every_operation_of_these_tags_is_a_function_and_no_function_is_more_than_that() -> None:
    assert {function.__name__ for function in doc.functions()} == set(map(snake, OPERATIONS))


def test_each_module_holds_the_operations_of_its_tag() -> None:
    homes = {function.__name__: function.__module__ for function in doc.functions()}
    expected = {snake(name): f"rawdocker.calls.{fact[2].lower()}" for name, fact in OPERATIONS.items()}
    assert homes == expected


@each_operation
def test_method_and_path_are_the_specifications(operation: str) -> None:
    call = called_with_all(operation)
    assert (call.operation, call.method, call.path) == (operation, *OPERATIONS[operation][:2])


@each_operation
def test_the_parameters_are_the_specifications(operation: str) -> None:
    wire = wire_names(operation, "path") | wire_names(operation, "query") | wire_names(operation, "header")
    expected = {name.replace("-", "_") for name in wire} | wire_names(operation, "body")
    expected |= {name for owner, name in NEVER_SENT if owner == operation}
    assert set(inspect.signature(function_of(operation)).parameters) == expected


@each_operation
def test_what_the_specification_requires_cannot_be_left_out(operation: str) -> None:
    required = {row[1] for row in PARAMETERS[operation] if row[0] in ("path", "query") and row[2].endswith("*")}
    parameters = inspect.signature(function_of(operation)).parameters
    assert all(parameters[name].default is inspect.Parameter.empty for name in required)


@each_operation
def test_each_parameter_arrives_in_its_own_place(operation: str) -> None:
    call = called_with_all(operation)
    assert call.arguments == {name: f"<{name}>" for name in wire_names(operation, "path")}
    assert set(call.query) == wire_names(operation, "query")
    assert all(f"<{name.replace('-', '_')}>" in str(value) for name, value in call.query.items())
    for name in wire_names(operation, "header"):
        assert json.loads(urlsafe_b64decode(call.headers[name])) == {f"<{name.replace('-', '_')}>": 1}
    assert call.body == ({"Made": "by hand"} if wire_names(operation, "body") else None)


@each_operation
def test_what_is_not_given_is_not_sent(operation: str) -> None:
    required = {
        name: "x" if name != "body" else {}
        for name, parameter in inspect.signature(function_of(operation)).parameters.items()
        if parameter.default is parameter.empty
    }
    sent = set(function_of(operation)(**required).query)
    assert sent == set(required) & wire_names(operation, "query")


@pytest.mark.parametrize(("call", "line", "body"), GOLDEN, ids=[str(call) for call, _, _ in GOLDEN])
def test_the_request_is(call: Call[Any], line: str, body: Any) -> None:
    assert str(call) == line
    assert call.body == body


def test_every_operation_has_a_golden_request() -> None:
    assert {call.operation for call, _, _ in GOLDEN} == set(OPERATIONS)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if wire_names(name, "path")])
@pytest.mark.parametrize("blank", ["", "/", "//", ".", "..", "a/../b", "./a"])
def test_blank_ids_and_dot_segments_are_refused(operation: str, blank: str) -> None:
    values: dict[str, Any] = {name: {} for name in inspect.signature(function_of(operation)).parameters}
    values |= dict.fromkeys(wire_names(operation, "path"), blank)
    with pytest.raises(InvalidCallError, match=re.escape(repr(blank))):
        function_of(operation)(**values)


@each_operation
def test_the_docstring_has_all_its_parts(operation: str) -> None:
    function = function_of(operation)
    told = doc.parts(function)
    assert re.fullmatch(r"[A-Z].*\.", told.summary)
    assert list(told.parameters) == list(inspect.signature(function).parameters)
    assert told.answer
    assert told.raises


@each_operation
def test_the_docstrings_line_on_the_api_says_the_facts(operation: str) -> None:
    method, path, _, first = OPERATIONS[operation]
    asked = doc.request(doc.parts(function_of(operation)))
    assert (asked.method, asked.path, asked.operation) == (method, path, operation)
    whole, *changes = asked.versions.split("; ")
    assert whole == f"since {first}"
    told = {
        (name, word): version
        for change in changes
        for names, word, version in re.findall(r"^(.+) (since|until) (\d\.\d+)$", change)
        for name in names.split(", ")
    }
    in_spec = [row for row in PARAMETERS[operation] if row[0] in ("query", "header")]
    facts = {(row[1], "since"): row[3] for row in in_spec if row[3] not in ("", first)}
    facts |= {(row[1], "until"): row[4] for row in in_spec if row[4]}
    # The facts begin with 1.41: a docstring may say more of what came before.
    earlier = {key for key, version in told.items() if key[1] == "since" and int(version.split(".")[1]) <= 41}
    assert {key: version for key, version in told.items() if key not in earlier} == facts
    assert {name for name, _ in earlier} <= {row[1] for row in in_spec}


@each_operation
def test_the_docstring_names_the_error_of_each_refusal_the_specification_knows(operation: str) -> None:
    named = set(re.findall(r"\w+Error\b", doc.parts(function_of(operation)).raises))
    refusals = {int(row[1]) for row in PARAMETERS[operation] if row[0] == "answer" and row[1] >= "400"} - {500}
    assert {type(error_for(status, "", None)).__name__ for status in refusals} <= named
    assert all(issubclass(getattr(errors, name), errors.RawdockerError) for name in named)


@each_operation
def test_the_annotation_the_codec_and_the_kind_of_call_agree(operation: str) -> None:
    call = called_with_all(operation)
    item = {
        Codec.EMPTY: "None",
        Codec.TEXT: "str",
        Codec.RAW: "bytes",
        Codec.FRAMES: "Frame",
        Codec.HEADERS: "dict[str, str]",
    }.get(call.codec, call.returns)
    kind = type(call).__name__
    annotation = function_of(operation).__annotations__["return"]
    assert annotation == (kind if kind == "HijackCall" else f"{kind}[{item}]")
    streamed = call.codec in (Codec.RAW, Codec.FRAMES, Codec.JSON_STREAM)
    assert isinstance(call, StreamCall) == streamed


@each_operation
def test_the_answers_model_exists(operation: str) -> None:
    from rawdocker.models import adapter

    call = called_with_all(operation)
    if call.returns:
        assert adapter(call.returns) is adapter(call.returns)
    else:
        assert call.codec not in (Codec.JSON, Codec.JSON_STREAM, Codec.PATH_STAT)


@each_golden_call
def test_a_call_is_a_value(call: Call[Any]) -> None:
    twin = call.replace()
    assert twin == call
    assert twin is not call
    assert len({call, twin}) == 1
    assert call != call.replace(operation="Another")
    with pytest.raises(AttributeError, match="is a value"):
        call.path = "/elsewhere"


@each_golden_call
def test_a_call_survives_pickling_unless_its_body_is_open(call: Call[Any]) -> None:
    if call.body is FILE:
        call = call.replace(body=b"read before")
    restored = pickle.loads(pickle.dumps(call))
    assert restored == call
    assert type(restored) is type(call)


@each_golden_call
def test_as_json_changes_nothing_but_the_model(call: Call[Any]) -> None:
    plain = call.as_json()
    assert plain.returns == ""
    assert plain.replace(returns=call.returns) == call
    assert type(plain) is type(call)


@pytest.mark.parametrize(
    ("call", "header", "value"),
    [
        (calls.image_create(fromImage="a", X_Registry_Auth=AUTH), "X-Registry-Auth", AUTH),
        (calls.image_push("a", X_Registry_Auth=AUTH), "X-Registry-Auth", AUTH),
        (calls.image_push("a"), "X-Registry-Auth", {}),
        (calls.image_search(term="a", X_Registry_Auth=AUTH), "X-Registry-Auth", AUTH),
        (calls.distribution_inspect("a", X_Registry_Auth=AUTH), "X-Registry-Auth", AUTH),
        (
            calls.image_build(b"", X_Registry_Config={"r.example": AUTH}),
            "X-Registry-Config",
            {"r.example": AUTH},
        ),
    ],
    ids=str,
)
def test_credentials_travel_as_base64_of_json_in_a_header(call: Call[Any], header: str, value: Any) -> None:
    assert re.fullmatch(r"[\w-]+=*", call.headers[header])
    assert json.loads(urlsafe_b64decode(call.headers[header])) == value


def test_credentials_are_in_no_text_of_a_call() -> None:
    call = calls.image_push("a", X_Registry_Auth={"password": "hunter2"})
    assert call.headers["X-Registry-Auth"] not in str(call) + repr(call)


@pytest.mark.parametrize("call", [calls.image_create(fromImage="a"), calls.distribution_inspect("a")], ids=str)
def test_without_credentials_there_is_no_header(call: Call[Any]) -> None:
    assert call.headers == {}


@pytest.mark.parametrize(
    "call",
    [
        calls.image_create(fromSrc="-", body=b""),
        calls.image_load(b""),
        calls.image_build(b""),
        calls.put_container_archive("web", b"", path="/"),
    ],
    ids=str,
)
def test_an_archive_is_announced_as_one(call: Call[Any]) -> None:
    assert call.headers["Content-Type"] == "application/x-tar"


@pytest.mark.parametrize("tty", [True, False])
def test_exec_start_reads_from_its_body_whether_the_stream_has_frames(tty: bool) -> None:
    from rawdocker.models.exec import ExecStartRequest

    assert calls.exec_start("4f2a", {"Tty": tty}).tty is tty
    assert calls.exec_start("4f2a", ExecStartRequest(Tty=tty)).tty is tty
    assert calls.exec_start("4f2a", {}).tty is False


def test_the_websocket_call_asks_for_a_websocket() -> None:
    call = calls.container_attach_websocket("web")
    assert isinstance(call, HijackCall)
    assert call.headers["Upgrade"] == "websocket"
    assert len(urlsafe_b64decode(call.headers["Sec-WebSocket-Key"])) == 16


def _loaded_by(code: str) -> set[str]:
    program = f"{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_calls_loads_no_module_of_calls() -> None:
    assert not {name for name in _loaded_by("import rawdocker.calls") if name.startswith("rawdocker.calls.")}


def test_a_function_loads_its_own_module_alone() -> None:
    loaded = _loaded_by("from rawdocker import calls; calls.container_list()")
    assert {name for name in loaded if name.startswith("rawdocker.calls.")} == {"rawdocker.calls.container"}


def test_no_call_needs_more_than_the_standard_library() -> None:
    loaded = _loaded_by("from rawdocker import calls\nfor name in dir(calls): getattr(calls, name)")
    assert "rawdocker.calls.image" in loaded
    assert not {"pydantic", "httpx", "rawdocker.models", "asyncio", "datetime", "tempfile"} & loaded


def test_what_type_checkers_see_is_what_can_be_asked_for() -> None:
    tree = ast.parse(inspect.getsource(calls))
    imported = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rawdocker.calls.")
        for alias in node.names
        if alias.name == alias.asname
    }
    assert imported == {(function.__module__, function.__name__) for function in doc.functions()}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="container_lisst"):
        _ = calls.container_lisst  # type: ignore[attr-defined]


def test_the_page_of_calls_is_fresh() -> None:
    assert doc.PAGE.read_text(encoding="utf-8") == doc.page(), "run scripts/generate_calls_doc.py"
