"""Volumes: the requests that flags become, what is printed, and what is refused before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from answers import exchange

ALL = "WARNING! This will remove all local volumes not used by at least one container.\n"
ANONYMOUS = "WARNING! This will remove anonymous local volumes not used by at least one container.\n"
SURE = "Are you sure you want to continue? [y/N] "


def body_of(request: str) -> Any:
    return json.loads(request.split(" ", 2)[2])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("data", {"Name": "data"}),
        ("--name data", {"Name": "data"}),
        (
            "-d nfs -o share=/x -o ro --label a=1 data",
            {"Name": "data", "Driver": "nfs", "DriverOpts": {"share": "/x", "ro": ""}, "Labels": {"a": "1"}},
        ),
    ],
)
def test_create_sends_what_was_typed_and_prints_the_name(engine: Any, rawdocker: Any, line: str, expected: Any) -> None:
    engine.answers("POST /volumes/create", "volume_create")
    name = exchange("volume_create")["body"]["Name"]
    assert rawdocker("volume", "create", *line.split()) == (0, f"{name}\n", "")
    assert body_of(engine.requests[0]) == expected


def test_a_volume_has_one_name(engine: Any, rawdocker: Any) -> None:
    message = "conflicting options: cannot specify a volume-name through both --name and as a positional arg\n"
    assert rawdocker("volume", "create", "--name", "a", "b") == (1, "", message)


def test_a_volume_of_the_swarm_needs_an_engine_that_has_them(engine: Any, rawdocker: Any) -> None:
    ran = rawdocker("volume", "create", "--group", "g", "--scope", "multi")
    assert (ran.code, ran.out) == (1, "")
    assert '"--group" requires API version 1.42, but the Docker daemon API version is 1.41\n' in ran.err


DEFAULTS = {"AccessMode": {"Scope": "single", "Sharing": "none", "BlockVolume": {}}, "Availability": "active"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--group g", {**DEFAULTS, "Group": "g"}),
        (
            "--type mount --scope multi --sharing all --availability drain",
            {
                "AccessMode": {"Scope": "multi", "Sharing": "all", "MountVolume": {}},
                "Availability": "drain",
            },
        ),
        (
            "--limit-bytes 1g --required-bytes 1m",
            {**DEFAULTS, "CapacityRange": {"RequiredBytes": 1 << 20, "LimitBytes": 1 << 30}},
        ),
        (
            "--group g --secret b=2 --secret a=1 --topology-required r=1,z=2 --topology-preferred r=1",
            {
                **DEFAULTS,
                "Group": "g",
                "Secrets": [{"Key": "a", "Secret": "1"}, {"Key": "b", "Secret": "2"}],
                "AccessibilityRequirements": {
                    "Requisite": [{"Segments": {"r": "1", "z": "2"}}],
                    "Preferred": [{"Segments": {"r": "1"}}],
                },
            },
        ),
        ("--secret b=2", None),
    ],
)
def test_the_flags_of_a_swarms_volume_become_its_specification(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, line: str, expected: Any
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.42")
    route = engine.router.post("http://localhost/v1.42/volumes/create").respond(201, json={"Name": "v"})
    assert rawdocker("volume", "create", *line.split(), "v") == (0, "v\n", "")
    assert json.loads(route.calls[0].request.content).get("ClusterVolumeSpec") == expected


def test_rm_does_each_and_tells_failures_at_the_end(engine: Any, rawdocker: Any) -> None:
    engine.answers("DELETE /volumes/a")
    engine.answers("DELETE /volumes/gone", status=404, body={"message": "get gone: no such volume"})
    missing = "Error response from daemon: get gone: no such volume\n"
    assert rawdocker("volume", "rm", "gone", "a", " ") == (
        1,
        "a\n",
        missing + "invalid volume name or ID: value is empty\n",
    )
    assert rawdocker("volume", "remove", "-f", "a") == (0, "a\n", "")
    assert engine.requests == ["DELETE /volumes/gone", "DELETE /volumes/a", "DELETE /volumes/a?force=1"]


def test_prune_asks_first_and_tells_what_it_freed(engine: Any, rawdocker: Any, config: Any) -> None:
    config(pruneFilters=["label!=keep", "label=a"])
    freed = {"VolumesDeleted": ["a", "b"], "SpaceReclaimed": 12345}
    engine.answers("POST /volumes/prune", status=200, body=freed)
    assert rawdocker("volume", "prune", stdin="no\n") == (0, ALL + SURE, "")
    assert engine.requests == []
    report = "Deleted Volumes:\na\nb\n\nTotal reclaimed space: 12.35kB\n"
    assert rawdocker("volume", "prune", stdin="y\n") == (0, ALL + SURE + report, "")
    assert rawdocker("volume", "prune", "-f", "--filter", "label!=a") == (0, report, "")
    filters = [json.loads(call.request.url.params["filters"]) for call in engine.router.calls]
    assert filters == [{"label!": {"keep": True}, "label": {"a": True}}, {"label!": {"a": True, "keep": True}}]


def test_nothing_pruned_frees_nothing(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /volumes/prune", status=200, body={"VolumesDeleted": None, "SpaceReclaimed": 7})
    assert rawdocker("volume", "prune", "--force") == (0, "Total reclaimed space: 0B\n", "")


def test_newer_engines_keep_named_volumes_unless_told_all(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.42")
    route = engine.router.post(url__startswith="http://localhost/v1.42/volumes/prune")
    route.respond(200, json={"VolumesDeleted": [], "SpaceReclaimed": 0})
    assert rawdocker("volume", "prune").out == ANONYMOUS + SURE
    assert rawdocker("volume", "prune", "-a").out == ALL + SURE
    assert rawdocker("volume", "prune", "-af").code == 0
    assert json.loads(route.calls[0].request.url.params["filters"]) == {"all": {"true": True}}
    both = rawdocker("volume", "prune", "-a", "--filter", "all=1")
    assert both == (1, "", "conflicting options: cannot specify both --all and --filter all=1\n")


def test_a_swarms_volumes_have_columns_of_their_own(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.42")
    spec = {"Group": "g", "Availability": "active"}
    common = {"Driver": "csi", "Scope": "global", "Mountpoint": ""}
    states = [{}, {"Info": {"VolumeID": "x"}}, {"Info": {"VolumeID": "x"}, "PublishStatus": [{}, {}]}]
    volumes = [
        {**common, "Name": f"v{10 - number}", "ClusterVolume": {"Spec": spec, **state}}
        for number, state in enumerate(states)
    ]
    answer = {"Volumes": [*volumes, {**common, "Name": "here"}], "Warnings": None}
    engine.router.get("http://localhost/v1.42/volumes").respond(200, json=answer)
    assert rawdocker("volume", "ls", "--cluster").out == (
        "VOLUME NAME   GROUP     DRIVER    AVAILABILITY   STATUS\n"
        "v8            g         csi       active         in use (2 nodes)\n"
        "v9            g         csi       active         created\n"
        "v10           g         csi       active         pending creation\n"
    )
    assert rawdocker("volume", "ls", "--cluster", "-q").out == "v8\nv9\nv10\n"
