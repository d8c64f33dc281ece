"""The models hold what the API defines, read what engines send and refuse what a programmer mistypes."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import json
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from rawdocker import models
from rawdocker.models.base import Payload, Request, Timestamp

FIXTURES = Path(__file__).parent.parent / "fixtures"
RECORDED = FIXTURES / "engine-20.10"

# Each recorded answer and the payload that it is.
ANSWERS = {
    "build_prune": "BuildPruneResponse",
    "config_create": "IDResponse",
    "config_inspect": "Config",
    "config_list": "list[Config]",
    "container_archive_info": "ContainerPathStat",
    "container_changes": "list[FilesystemChange]",
    "container_create": "ContainerCreateResponse",
    "container_exec": "IDResponse",
    "container_inspect_exited": "ContainerInspectResponse",
    "container_inspect_tty": "ContainerInspectResponse",
    "container_inspect_web": "ContainerInspectResponse",
    "container_list": "list[ContainerSummary]",
    "container_prune": "ContainerPruneResponse",
    "container_stats": "ContainerStatsResponse",
    "container_stats_exited": "ContainerStatsResponse",
    "container_top": "ContainerTopResponse",
    "container_update": "ContainerUpdateResponse",
    "container_wait": "ContainerWaitResponse",
    "error_no_container": "ErrorResponse",
    "exec_inspect": "ExecInspectResponse",
    "image_commit": "IDResponse",
    "image_delete": "list[ImageDeleteResponseItem]",
    "image_history": "list[ImageHistoryResponseItem]",
    "image_inspect": "ImageInspect",
    "image_list": "list[ImageSummary]",
    "image_prune": "ImagePruneResponse",
    "image_list_names": "list[ImageSummary]",
    "image_pull": "list[CreateImageInfo]",
    "image_pull_broken": "list[CreateImageInfo]",
    "image_search": "list[ImageSearchItem]",
    "image_search_unreachable": "ErrorResponse",
    "network_create": "NetworkCreateResponse",
    "network_inspect": "NetworkInspect",
    "network_inspect_ingress": "NetworkInspect",
    "network_list": "list[NetworkSummary]",
    "network_prune": "NetworkPruneResponse",
    "node_inspect": "Node",
    "node_list": "list[Node]",
    "plugin_list": "list[Plugin]",
    "secret_create": "IDResponse",
    "secret_inspect": "Secret",
    "secret_list": "list[Secret]",
    "service_create": "ServiceCreateResponse",
    "service_create_global_job": "ServiceCreateResponse",
    "service_inspect": "Service",
    "service_list": "list[Service]",
    "service_update": "ServiceUpdateResponse",
    "swarm_inspect": "Swarm",
    "swarm_unlockkey": "SwarmUnlockKeyResponse",
    "system_df": "SystemDataUsage",
    "system_events": "list[EventMessage]",
    "system_info": "SystemInfo",
    "system_info_swarm": "SystemInfo",
    "system_version": "SystemVersion",
    "task_inspect": "Task",
    "task_list": "list[Task]",
    "volume_create": "Volume",
    "volume_inspect": "Volume",
    "volume_list": "VolumeListResponse",
    "volume_prune": "VolumePruneResponse",
}

# Each body that was sent to make them, and the payload that it is.
REQUESTS = {
    "config_create": "ConfigCreateRequest",
    "container_create": "ContainerCreateRequest",
    "container_exec": "ExecCreateRequest",
    "container_update": "ContainerUpdateRequest",
    "network_create": "NetworkCreateRequest",
    "secret_create": "SecretCreateRequest",
    "service_create": "ServiceCreateRequest",
    "service_create_global_job": "ServiceCreateRequest",
    "service_update": "ServiceUpdateRequest",
    "swarm_init": "SwarmInitRequest",
    "volume_create": "VolumeCreateRequest",
}

# Answers and bodies that the specification defines in place, under the names that the models give them.
INLINE = {
    "answer:BuildPrune": "BuildPruneResponse",
    "answer:ContainerChanges[]": "FilesystemChange",
    "answer:ContainerCreate": "ContainerCreateResponse",
    "answer:ContainerInspect": "ContainerInspectResponse",
    "answer:ContainerPrune": "ContainerPruneResponse",
    "answer:ContainerTop": "ContainerTopResponse",
    "answer:ContainerUpdate": "ContainerUpdateResponse",
    "answer:ExecInspect": "ExecInspectResponse",
    "answer:ImagePrune": "ImagePruneResponse",
    "answer:ImageSearch[]": "ImageSearchItem",
    "answer:NetworkCreate": "NetworkCreateResponse",
    "answer:NetworkPrune": "NetworkPruneResponse",
    "answer:ServiceCreate": "ServiceCreateResponse",
    "answer:SwarmUnlockkey": "SwarmUnlockKeyResponse",
    "answer:SystemAuth": "AuthResponse",
    "answer:SystemDataUsage": "SystemDataUsage",
    "answer:VolumePrune": "VolumePruneResponse",
    "body:ConfigCreate": "ConfigCreateRequest",
    "body:ContainerCreate": "ContainerCreateRequest",
    "body:ContainerExec": "ExecCreateRequest",
    "body:ContainerUpdate": "ContainerUpdateRequest",
    "body:ExecStart": "ExecStartRequest",
    "body:NetworkConnect": "NetworkConnectRequest",
    "body:NetworkCreate": "NetworkCreateRequest",
    "body:NetworkDisconnect": "NetworkDisconnectRequest",
    "body:SecretCreate": "SecretCreateRequest",
    "body:ServiceCreate": "ServiceCreateRequest",
    "body:ServiceUpdate": "ServiceUpdateRequest",
    "body:SwarmInit": "SwarmInitRequest",
    "body:SwarmJoin": "SwarmJoinRequest",
    "body:SwarmUnlock": "SwarmUnlockRequest",
    "body:VolumeUpdate": "VolumeUpdateRequest",
    "Task.Status": "TaskStatus",
    "Task.Status.ContainerStatus": "ContainerStatus",
}

FAMILIES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": float,
    "list": list,
    "map": dict,
    "object": dict,
}


class Row(typing.NamedTuple):
    definition: str
    field: str
    type: str
    nullable: str
    since: str
    last: str


def rows() -> list[Row]:
    with (FIXTURES / "api" / "fields.tsv").open(newline="") as table:
        return [Row(*line) for line in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def members(annotation: Any) -> Iterator[Any]:
    """Yield what a type may be: the parts of unions, literals as their own type, containers without contents."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        for argument in arguments:
            yield from members(argument)
    elif origin is typing.Annotated:
        yield from members(arguments[0])
    elif origin is typing.Literal:
        yield from {type(argument) for argument in arguments}
    elif annotation is not types.NoneType:
        yield origin or annotation


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type names at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from models_in(argument)


def field_type(model: Any, name: str) -> Any:
    """Give the type of a field under its wire name, or None when there is no such field."""
    for attribute, field in model.model_fields.items():
        if name in (attribute, field.alias):
            return field.annotation
    return None


def payload_of(definition: str) -> Any:
    """Give the class behind a definition such as HostConfig or TaskSpec.ContainerSpec.Configs[].File."""
    if definition in INLINE:
        return getattr(models, INLINE[definition])
    root, *path = definition.replace("[]", "").split(".")
    payload = getattr(models, root)
    for name in path if isinstance(payload, type) else []:
        payload = next(models_in(field_type(payload, name)))
    if not isinstance(payload, type):  # a definition that is a list of models
        payload = next(models_in(payload))
        for name in path:
            payload = next(models_in(field_type(payload, name)))
    return payload


def family_of(kind: str) -> set[Any] | None:
    """Give the Python types that a type of the table may have, None when any will do."""
    word = kind.removeprefix("allOf(").split("[")[0].split("(")[0].split("=")[0].rstrip(")")
    if kind == "object{}":
        return {Payload}
    if word == "any":
        return None
    if word in FAMILIES:
        return {FAMILIES[word]}
    return set(members(getattr(models, word)))


def agrees(annotation: Any, kind: str) -> bool:
    expected = family_of(kind)
    actual = set(members(annotation))
    if expected is None or Any in actual:
        return True
    if any(issubclass(family, Payload) for family in expected):
        return all(issubclass(member, Payload) for member in actual)
    # A Timestamp is a str; a bool is an int to Python but not to JSON.
    return all(
        any(issubclass(member, family) and (member is bool) == (family is bool) for family in expected)
        for member in actual
    )


def missing(row: Row) -> str | None:
    annotation = field_type(payload_of(row.definition), row.field)
    if annotation is None:
        return f"{row.definition}.{row.field} is missing"
    return None if agrees(annotation, row.type) else f"{row.definition}.{row.field}: {annotation} for {row.type}"


def without_nothing(value: Any) -> Any:
    """Drop what says nothing: nulls and empty lists."""
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item is not None and item != []}
    if isinstance(value, list):
        return [without_nothing(item) for item in value]
    return value


def wire(value: Any) -> Any:
    return [item.wire() for item in value] if isinstance(value, list) else value.wire()


def unknown(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each field that no model knows, and of each value that has another type."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name, item in value:
            if name in type(value).model_fields:
                yield from unknown(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from unknown(item, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unknown(item, f"{path}.{key}")


def python(code: str) -> list[str]:
    """Run code in a fresh interpreter and give the modules of the project that it loaded."""
    tail = "\nimport sys; print(*sorted(m for m in sys.modules if m.startswith(('rawdocker.', 'pydantic'))))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split() if name.count(".") < 3]


def test_every_definition_of_the_api_has_a_model() -> None:
    definitions = {row.definition for row in rows() if not set(row.definition) & set(":.[")}
    assert len(definitions) > 160
    assert [name for name in sorted(definitions) if not hasattr(models, name)] == []


def test_every_field_of_the_api_stands_in_its_model_with_its_type() -> None:
    fields = [row for row in rows() if not row.field.startswith("*")]
    assert len(fields) > 1200
    assert [text for text in map(missing, fields) if text] == []


def test_the_comparison_of_types_tells_families_apart() -> None:
    assert agrees(Timestamp | None, "string(dateTime)")
    assert agrees(typing.Literal["a"] | str, "string=a|b")
    assert not agrees(bool | None, "integer")
    assert not agrees(int | None, "boolean")
    assert not agrees(str | None, "list[string]")
    assert not agrees(dict[str, str], "HostConfig")
    assert not agrees(models.HostConfig, "string")


def test_what_one_definition_includes_its_model_inherits() -> None:
    included = [row for row in rows() if row.field.startswith("*includes ")]
    assert len(included) >= 10
    for row in included:
        base = getattr(models, row.field.removeprefix("*includes "))
        assert issubclass(payload_of(row.definition), base), row


def test_every_known_word_of_an_enumeration_stands_in_its_type() -> None:
    enumerations = [row for row in rows() if row.field == "*is" and row.type.startswith("string=")]
    assert len(enumerations) >= 8
    for row in enumerations:
        literal = typing.get_args(getattr(models, row.definition))[0]
        assert set(typing.get_args(literal)) == set(row.type.removeprefix("string=").split("|"))


def test_the_table_of_names_is_what_the_modules_hold() -> None:
    held = {}
    for module in set(models._MODULES.values()):
        namespace = vars(importlib.import_module(f"rawdocker.models.{module}"))
        held |= {
            name: module
            for name, value in namespace.items()
            if not name.startswith("_") and isinstance(value, type) and value.__module__ == f"rawdocker.models.{module}"
        }
    assert held.items() <= models._MODULES.items()
    assert all(hasattr(models, name) for name in models._MODULES)
    assert set(models._MODULES) <= set(dir(models))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_recorded_answer_comes_back_as_the_engine_sent_it(name: str) -> None:
    body = recorded(name)["body"]
    value = models.adapter(ANSWERS[name]).validate_json(json.dumps(body))
    sent = {"Id": body["ID"]} if ANSWERS[name] == "IDResponse" and "ID" in body else body
    assert without_nothing(wire(value)) == without_nothing(sent)
    assert list(unknown(value)) == []


def test_every_recorded_answer_of_this_engine_is_read_by_a_test() -> None:
    files = {path.stem for path in RECORDED.glob("*.json")}
    assert files - set(ANSWERS) - set(REQUESTS) == {"container_changes_none"}


def test_every_recorded_body_is_accepted_and_sent_unchanged() -> None:
    for name, request in REQUESTS.items():
        sent = recorded(name)["sent"]
        payload = getattr(models, request).model_validate(sent)
        assert payload.wire() == without_nothing(sent), name


def test_a_null_body_of_changes_is_no_change() -> None:
    body = recorded("container_changes_none")["body"]
    assert body is None
    assert models.adapter("list[FilesystemChange]").validate_json(json.dumps(body)) == []


def test_null_lists_and_maps_are_empty() -> None:
    body = recorded("container_inspect_tty")["body"]
    assert body["HostConfig"]["Binds"] is None
    assert body["Config"]["Volumes"] is None
    box = models.adapter("ContainerInspectResponse").validate_json(json.dumps(body))
    assert box.HostConfig.Binds == []
    assert box.Config.Volumes == {}
    assert box.Config.Tty is True


def test_defaults_are_not_shared_between_payloads() -> None:
    first, second = models.HostConfig(), models.HostConfig()
    first.Binds.append("/a:/b")
    assert second.Binds == []


def test_an_absent_field_reads_as_nothing_of_its_type() -> None:
    box = models.adapter("ContainerInspectResponse").validate_json(b"{}")
    assert (box.Id, box.State.Running, box.Mounts, box.HostConfig.Memory) == ("", False, [], None)
    assert box.wire() == {}


def test_a_port_without_bindings_is_an_empty_list() -> None:
    ports = models.adapter("ContainerInspectResponse").validate_json(
        json.dumps(recorded("container_inspect_web")["body"])
    )
    assert ports.NetworkSettings.Ports["82/tcp"] == []
    assert ports.NetworkSettings.Ports["80/tcp"][0].HostPort == "47213"


def test_what_no_model_knows_is_kept() -> None:
    text = b'[{"Id": "a", "State": "stopped", "Novel": {"a": [1]}, "HostConfig": {"Deep": null, "New": 1}}]'
    (box,) = models.adapter("list[ContainerSummary]").validate_json(text)
    assert box.State == "stopped"
    assert box.model_extra == {"Novel": {"a": [1]}}
    assert box.HostConfig.model_extra == {"New": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [("Id", 7), ("Created", "yesterday"), ("Ports", {"80": 1}), ("NetworkSettings", "none"), ("Labels", ["a"])],
)
def test_a_value_of_another_type_is_kept_and_harms_nothing_else(field: str, value: Any) -> None:
    text = json.dumps([{"Image": "debian", field: value}, {"Id": "second"}])
    adapter = models.adapter("list[ContainerSummary]")
    for first, second in (adapter.validate_json(text), adapter.validate_python(json.loads(text))):
        assert getattr(first, field) == (str(value) if field == "Id" else value)
        assert first.Image == "debian"
        assert first.wire()[field] == getattr(first, field)
        assert second.Id == "second"


def oddities(value: Any, odd: Any) -> Iterator[Any]:
    """Yield an answer again and again, each time with another of its values replaced by an odd one."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        kept = value[key]
        if not (isinstance(value, list) and isinstance(kept, dict)):  # an object in a list has fields of its own
            value[key] = odd
            yield value
            value[key] = kept
        yield from (value for _ in oddities(kept, odd))


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("odd", [["odd"], {"odd": ["odd"]}], ids=["list", "map"])
def test_whatever_is_of_another_type_is_kept_and_nothing_else_is_lost(name: str, odd: Any) -> None:
    adapter = models.adapter(ANSWERS[name])
    for body in oddities(recorded(name)["body"], odd):
        sent = {"Id": body["ID"]} if ANSWERS[name] == "IDResponse" and "ID" in body else body
        assert without_nothing(wire(adapter.validate_json(json.dumps(body)))) == without_nothing(sent)


def test_an_odd_item_beside_one_with_an_odd_field_keeps_the_whole_list_as_it_was_sent() -> None:
    mounts: list[Any] = ["odd", {"Type": "bind", "RW": "odd"}, {"Type": "volume"}]
    sent = {"Id": "a", "Mounts": mounts, "State": {"Pid": ["odd"], "Running": True}}
    adapter = models.adapter("ContainerInspectResponse")
    for box in (adapter.validate_json(json.dumps(sent)), adapter.validate_python(sent)):
        assert box.wire() == sent
        assert box.State.Running is True


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValidationError):
        models.adapter("ContainerInspectResponse").validate_json(b'"html"')


def test_bare_text_of_an_entrypoint_is_one_word() -> None:
    image = models.adapter("ImageInspect").validate_json(b'{"Config": {"Entrypoint": "/init", "Cmd": null}}')
    assert image.Config.Entrypoint == ["/init"]
    assert image.Config.Cmd == []


def test_the_parents_of_a_build_are_read_under_both_spellings() -> None:
    records = models.adapter("list[BuildCache]").validate_json(b'[{" Parents": ["a"]}, {"Parents": ["b"]}]')
    assert [record.Parents for record in records] == [["a"], ["b"]]


def test_dotted_names_of_the_wire_are_read_and_sent() -> None:
    platform = models.OCIPlatform(os="windows", os_version="10.0")
    assert platform.wire() == {"os": "windows", "os.version": "10.0"}
    assert models.adapter("OCIPlatform").validate_python(platform.wire()) == platform


def test_a_timestamp_keeps_its_nanoseconds() -> None:
    read = models.adapter("ContainerInspectResponse").validate_json(b'{"Created": "2024-05-06T07:08:09.123456789Z"}')
    assert read.Created == "2024-05-06T07:08:09.123456789Z"
    assert read.Created.nanoseconds == 1714979289_123456789
    assert read.Created.datetime == dt.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("1970-01-01T01:00:00.000000007+01:00", 7),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_nanoseconds_count_from_1970(text: str, nanoseconds: int | None) -> None:
    assert Timestamp(text).nanoseconds == nanoseconds
    assert Timestamp(text).is_zero == (nanoseconds is None)
    assert (Timestamp(text).datetime is None) == (nanoseconds is None)


def test_a_container_that_never_ended_has_no_end() -> None:
    box = models.adapter("ContainerInspectResponse").validate_json(
        json.dumps(recorded("container_inspect_tty")["body"])
    )
    assert box.State.FinishedAt.is_zero
    assert box.State.StartedAt.nanoseconds > box.Created.nanoseconds


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"Imag": "debian"}, ("Imag",)),
        ({"HostConfig": {"Memroy": 1}}, ("HostConfig", "Memroy")),
        (
            {"HostConfig": {"PortBindings": {"80/tcp": [{"HostPrt": "1"}]}}},
            ("HostConfig", "PortBindings", "80/tcp", 0, "HostPrt"),
        ),
        (
            {"NetworkingConfig": {"EndpointsConfig": {"a": {"IPAMConfig": {"IPv4": "x"}}}}},
            ("NetworkingConfig", "EndpointsConfig", "a", "IPAMConfig", "IPv4"),
        ),
    ],
)
def test_a_request_refuses_unknown_fields_at_any_depth(body: dict[str, Any], path: tuple[Any, ...]) -> None:
    readers = (
        models.ContainerCreateRequest.model_validate,
        lambda value: models.ContainerCreateRequest(**value),
        lambda value: models.ContainerCreateRequest.model_validate_json(json.dumps(value)),
    )
    for read in readers:
        with pytest.raises(ValidationError) as refused:
            read(body)
        assert [(error["type"], error["loc"]) for error in refused.value.errors()] == [("extra_forbidden", path)]


def test_a_request_refuses_a_mistyped_field_in_a_payload_that_was_made_before() -> None:
    mount = models.Mount(Typ="bind")  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match=r"HostConfig\.Mounts\.0\.Typ"):
        models.ContainerCreateRequest(HostConfig=models.HostConfig(Mounts=[mount]))


def test_a_request_refuses_a_wrong_type_even_in_json() -> None:
    with pytest.raises(ValidationError, match=r"HostConfig\.Memory"):
        models.ContainerCreateRequest.model_validate_json(b'{"HostConfig": {"Memory": "lots"}}')


def test_a_payload_made_by_hand_refuses_a_wrong_type() -> None:
    with pytest.raises(ValidationError, match="Memory"):
        models.HostConfig(Memory="lots")


def test_a_request_is_what_was_set_under_the_names_of_the_wire() -> None:
    body = models.ContainerCreateRequest(
        Image="debian:12",
        Cmd=["echo", "hi"],
        HostConfig=models.HostConfig(Memory=2**29, Binds=[], Init=None),
    )
    # None is as good as not set, an empty list was typed.
    assert body.wire() == {
        "Image": "debian:12",
        "Cmd": ["echo", "hi"],
        "HostConfig": {"Memory": 536870912, "Binds": []},
    }


def test_every_body_that_is_sent_is_a_request() -> None:
    bodies = {name for name in models._MODULES if name.endswith("Request")}
    bodies -= {"Request", "DeviceRequest"}  # the base, and a part of HostConfig
    assert len(bodies) > 20
    assert [name for name in sorted(bodies) if not issubclass(getattr(models, name), Request)] == []


def test_a_payload_shows_only_what_it_holds() -> None:
    assert repr(models.RestartPolicy(Name="always")) == "RestartPolicy(Name='always')"


def test_an_adapter_is_made_once_and_reads_lists_and_values() -> None:
    adapter = models.adapter("list[ErrorResponse]")
    assert models.adapter("list[ErrorResponse]") is adapter
    assert adapter.validate_python([{"message": "a"}])[0].message == "a"
    assert models.adapter("TaskState").validate_python("novel") == "novel"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nonsense'"):
        models.adapter("list[Nonsense]")


def test_importing_the_models_loads_none_of_them() -> None:
    assert [name for name in python("import rawdocker.models") if "models." in name or "pydantic" in name] == []


def test_a_model_loads_only_the_modules_it_needs() -> None:
    loaded = python("import rawdocker.models as m; m.adapter('list[Volume]').validate_json(b'[]')")
    assert {name for name in loaded if name.startswith("rawdocker.models.")} == {
        "rawdocker.models.base",
        "rawdocker.models.volume",
    }
