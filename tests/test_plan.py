"""Dry runs of the library: calls are written down, answers are placeholders, 404s are explored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from registries import Liar, digest, image, serving

from rawdocker import calls
from rawdocker.errors import NotFoundError
from rawdocker.plan import DryRun, Placeholder, PlanEnds, Step, explored
from rawdocker.registry import flows
from rawdocker.registry.calls import blob_get, blob_upload_finish, blob_upload_start, manifest_get
from rawdocker.registry.plan import DryRegistryClient
from rawdocker.registry.reference import parse
from rawdocker.show import readable_target


@pytest.fixture(autouse=True)
def _no_version_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_API_VERSION", raising=False)


def lines(steps: Sequence[Step]) -> list[str]:
    return [f"{step.way} {step.call.method} {readable_target(step.call.target)}" for step in steps]


def test_calls_are_written_down_in_order_and_answers_take_part_by_name() -> None:
    docker = DryRun()
    box = docker.send(calls.container_create({"Image": "x"}, name="web"))
    with docker.hijack(calls.container_attach(box.Id, stream=True)) as connection:
        connection.write(b"not sent")
        connection.close_write()
        docker.send(calls.container_start(box["Id"]))
        assert list(connection) == []
    assert lines(docker.steps) == [
        "send HEAD /_ping",
        "send POST /containers/create?name=web",
        "hijack POST /containers/<Id of create>/attach?stream=1",
        "send POST /containers/<Id of create>/start",
    ]
    assert [step.closed_before for step in docker.steps] == [None, None, 4, None]


def test_a_pinned_version_needs_no_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    docker = DryRun(version="1.45")
    docker.send(calls.container_list())
    assert (docker.negotiate(), lines(docker.steps)) == ("1.45", ["send GET /containers/json"])
    monkeypatch.setenv("DOCKER_API_VERSION", "1.44")
    assert DryRun().negotiate() == "1.44"


def test_the_answers_of_different_calls_have_different_names_those_of_the_same_call_one() -> None:
    docker = DryRun(version="1.45")
    ids = [docker.send(calls.container_create({"Image": image}))["Id"] for image in ("x", "y", "x")]
    assert ids == ["<Id of create>", "<Id of create 2>", "<Id of create>"]
    assert [step.again for step in docker.steps] == [False, False, True]


def test_a_placeholder_has_what_is_asked_by_name_and_lacks_what_may_be_missing() -> None:
    answer = Placeholder("<inspect>")
    assert (answer["Config"]["Tty"], answer.get("Warnings"), list(answer), int(answer["StatusCode"])) == (
        "<Tty of Config of inspect>",
        None,
        [],
        0,
    )
    with pytest.raises(AttributeError):
        answer.not_of_the_api  # noqa: B018


def test_nothing_comes_of_a_stream_and_bytes_end_the_plan() -> None:
    docker = DryRun(version="1.45")
    with docker.stream(calls.system_events()) as events:
        assert list(events) == []
    with docker.stream(calls.container_wait("x")) as answers:
        assert [answer["StatusCode"] for answer in answers] == ["<StatusCode of wait>"]
    with pytest.raises(PlanEnds), docker.stream(calls.container_export("x")) as chunks:
        next(chunks)
    assert docker.send(calls.container_logs("x", stdout=True)) == []


def test_what_decides_is_asked_or_assumed() -> None:
    class Engine:
        def send(self, call: Any) -> Any:
            return {"Id": "real"}

        def negotiate(self) -> str:
            return "1.43"

    announced: list[Any] = []
    docker = DryRun(asks=("ContainerInspect",), client=Engine(), announce=announced.append)
    assert docker.send(calls.container_inspect("x"))["Id"] == "real"
    assert announced == [calls.container_inspect("x")]
    assert (docker.steps[-1].asked, docker.negotiate()) == (True, "1.43")
    assumed = DryRun(asks=("ContainerInspect",)).send(calls.container_inspect("x"))
    assert (assumed["Id"], assumed["State"]["Running"], assumed["Config"]["Tty"]) == ("<Id of inspect>", True, False)


def test_a_missing_step_is_answered_by_404() -> None:
    docker = DryRun(version="1.45", missing=(0,))
    with pytest.raises(NotFoundError):
        docker.send(calls.container_create({"Image": "x"}))


def _run(missing: Sequence[int]) -> list[Step]:
    docker = DryRun(version="1.45", missing=missing)
    try:
        create = calls.container_create({"Image": "x"})
        try:
            box = docker.send(create)
        except NotFoundError:
            docker.send(calls.image_create(fromImage="x"))
            box = docker.send(create)
        docker.send(calls.container_start(box["Id"]))
    except NotFoundError:
        pass
    return docker.steps


def test_what_is_done_where_something_is_missing_is_found_by_trying() -> None:
    create, start = explored(_run)
    assert lines(create.otherwise) == ["stream POST /images/create?fromImage=x", "send POST /containers/create"]
    assert (create.goes_on, create.otherwise[1].again) == (True, True)
    assert (start.otherwise, create.otherwise[0].otherwise) == ((), ())


def test_many_calls_of_a_kind_are_tried_once() -> None:
    rehearsals = 0

    def stop_all(missing: Sequence[int]) -> list[Step]:
        nonlocal rehearsals
        rehearsals += 1
        docker = DryRun(version="1.45", missing=missing)
        for number in range(50):
            try:
                docker.send(calls.container_stop(f"box{number}"))
            except NotFoundError:
                continue
        return docker.steps

    assert len(explored(stop_all)) == 50
    assert rehearsals == 2


def test_a_registry_is_asked_what_decides_and_sent_nothing() -> None:
    small = image()
    with Liar(serving(tags={"1": small})) as liar:
        dry = DryRun(asks=("ManifestGet",))
        announced: list[str] = []
        with DryRegistryClient(liar.address, dry, announce=announced.append) as registry:
            found = registry.send(manifest_get("web", "1"))
            location = registry.send(blob_upload_start("web"))
            registry.send(blob_upload_finish("web", location, digest(b"x"), b"x"))
            with pytest.raises(PlanEnds), registry.stream(blob_get("web", digest(b"x"))) as chunks:
                next(chunks)
        assert (found.digest, location) == (small.digest, "<Location of start>")
        assert liar.targets == ["GET /v2/web/manifests/1"]
    assert announced == [f"GET http://{liar.address}/v2/web/manifests/1"]
    assert {step.where for step in dry.steps} == {f"http://{liar.address}"}
    assert [step.asked for step in dry.steps] == [True, False, False, False]
    assert lines(dry.steps)[1:] == [
        "send POST /v2/web/blobs/uploads/",
        f"send PUT /<Location of start>?digest=sha256%3A{digest(b'x')[7:]}",
        f"stream GET /v2/web/blobs/{digest(b'x')}",
    ]


def test_what_follows_from_a_registry_that_is_not_asked_is_not_known() -> None:
    dry = DryRun(asks=("ManifestGet",))
    with DryRegistryClient("registry.example", dry, online=False) as registry:
        found = registry.follow(flows.image(parse("registry.example/web"), {"os": "linux"}))
    assert f"{found.manifest.digest}" == "<digest of manifest of answer>"
    (step,) = dry.steps
    assert (step.where, step.note) == ("https://registry.example", "what follows depends on the answer")
