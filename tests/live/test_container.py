"""The life of a container on a real engine, told by the command line and checked by asking the engine without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from engines import LABEL, ask

pytestmark = pytest.mark.live

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give a function that runs the command against the engine."""

    def command(*words: str) -> tuple[int, str, str]:
        program = Path(sys.executable).with_name("rawdocker")
        done = subprocess.run([program, "-H", engine_host, *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return command


@pytest.fixture
def box(engine_host: str, own_name: str) -> str:
    """Give a running container that ends at SIGTERM with 7, named with own_name."""
    script = "trap 'exit 7' TERM; echo changed >/new; rm /etc/issue; while :; do sleep 0.1; done"
    create(engine_host, own_name, own_name, ["bash", "-c", script])
    ask(engine_host, "POST", f"/containers/{own_name}/start")
    return own_name


def create(host: str, name: str, label: str, command: list[str], **more: Any) -> None:
    body = {"Image": "debian:12", "Cmd": command, "Labels": {LABEL: label}, **more}
    ask(host, "POST", "/containers/create", params={"name": name}, json=body)


def state(host: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(host, "GET", f"/containers/{name}/json")["State"]
    return found


def test_a_container_stops_restarts_pauses_and_is_removed(rawdocker: Command, engine_host: str, box: str) -> None:
    assert rawdocker("stop", "-t", "20", box) == (0, f"{box}\n", "")
    assert (state(engine_host, box)["Status"], state(engine_host, box)["ExitCode"]) == ("exited", 7)
    assert rawdocker("wait", box, box) == (0, "7\n7\n", "")
    assert rawdocker("restart", box) == (0, f"{box}\n", "")
    assert rawdocker("pause", box) == (0, f"{box}\n", "")
    assert state(engine_host, box)["Paused"]
    assert rawdocker("unpause", box) == (0, f"{box}\n", "")
    code, out, err = rawdocker("rm", box)
    assert (code, out) == (1, "")
    assert "You cannot remove a running container" in err
    assert rawdocker("kill", "--signal", "KILL", box) == (0, f"{box}\n", "")
    assert rawdocker("wait", box) == (0, "137\n", "")
    assert rawdocker("rm", "-f", box, "nobody-at-all") == (
        0,
        f"{box}\n",
        "Error response from daemon: No such container: nobody-at-all\n",
    )
    assert rawdocker("inspect", box) == (1, "[]\n", f"Error: No such object: {box}\n")


def test_several_containers_are_stopped_together(rawdocker: Command, engine_host: str, own_name: str) -> None:
    names = [f"{own_name}-{number}" for number in range(3)]
    for name in names:
        # the first process of a container ignores SIGTERM: each takes the two seconds
        create(engine_host, name, own_name, ["sleep", "1000"])
        ask(engine_host, "POST", f"/containers/{name}/start")
    before = monotonic()
    assert rawdocker("stop", "-t", "2", *names) == (0, "".join(f"{name}\n" for name in names), "")
    assert 2 <= monotonic() - before < 5.5


def test_rename_and_update_reach_the_engine(rawdocker: Command, engine_host: str, box: str) -> None:
    assert rawdocker("rename", box, f"{box}-2") == (0, "", "")
    limits = ["-m", "64m", "--memory-swap", "128m", "--cpus", "0.5", "--pids-limit", "50", "--restart", "on-failure:3"]
    assert rawdocker("update", *limits, f"{box}-2") == (0, f"{box}-2\n", "")
    host_config = ask(engine_host, "GET", f"/containers/{box}-2/json")["HostConfig"]
    assert (host_config["Memory"], host_config["MemorySwap"]) == (64 << 20, 128 << 20)
    assert (host_config["NanoCpus"], host_config["PidsLimit"]) == (500_000_000, 50)
    assert host_config["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}


def test_top_and_diff_show_what_goes_on_inside(rawdocker: Command, box: str) -> None:
    code, out, _ = rawdocker("top", box, "-o", "pid,args")
    titles, first, *_ = out.splitlines()
    assert (code, titles) == (0, "PID                 COMMAND")
    assert "trap 'exit 7' TERM" in first
    code, out, _ = rawdocker("diff", box)
    assert code == 0
    assert {"A /new", "C /etc", "D /etc/issue"} <= set(out.splitlines())


def test_port_lists_what_is_published(rawdocker: Command, engine_host: str, own_name: str) -> None:
    bindings = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    create(
        engine_host,
        own_name,
        own_name,
        ["sleep", "60"],
        ExposedPorts={"80/tcp": {}},
        HostConfig={"PortBindings": bindings, "Init": True},
    )
    ask(engine_host, "POST", f"/containers/{own_name}/start")
    ports = ask(engine_host, "GET", f"/containers/{own_name}/json")["NetworkSettings"]["Ports"]
    address = f"127.0.0.1:{ports['80/tcp'][0]['HostPort']}"
    assert rawdocker("port", own_name) == (0, f"80/tcp -> {address}\n", "")
    assert rawdocker("port", own_name, "80") == (0, f"{address}\n", "")


def test_prune_removes_only_what_the_filter_names(rawdocker: Command, engine_host: str, own_name: str) -> None:
    create(engine_host, own_name, own_name, ["true"])
    create(engine_host, f"{own_name}-kept", f"{own_name}-kept", ["true"])
    try:
        code, out, err = rawdocker("container", "prune", "-f", "--filter", f"label={LABEL}={own_name}")
        assert (code, err) == (0, "")
        title, identifier, blank, total = out.splitlines()
        assert (title, blank, total) == ("Deleted Containers:", "", "Total reclaimed space: 0B")
        assert len(identifier) == 64
        assert state(engine_host, f"{own_name}-kept")["Status"] == "created"
    finally:
        ask(engine_host, "DELETE", f"/containers/{own_name}-kept")


def test_ps_finds_a_container_by_its_label(rawdocker: Command, engine_host: str, box: str) -> None:
    chosen = ("-f", f"label={LABEL}={box}")
    shown = rawdocker("ps", *chosen, "--format", '{{.Names}} {{.State}} {{.Image}} {{.Label "rawdocker.test"}}')
    assert shown == (0, f"{box} running debian:12 {box}\n", "")
    code, out, _ = rawdocker("ps", *chosen, "-s", "--no-trunc", "--format", "json")
    assert code == 0
    row = json.loads(out)
    assert row["ID"] == ask(engine_host, "GET", f"/containers/{box}/json")["Id"]
    assert "(virtual " in row["Size"]


def test_stats_prints_a_row_for_each_container_named(rawdocker: Command, box: str) -> None:
    code, out, err = rawdocker("stats", "--no-stream", "--format", "{{json .}}", box)
    assert (code, err) == (0, "")
    row = json.loads(out)
    assert (row["Container"], row["Name"]) == (box, box)
    assert row["CPUPerc"].endswith("%")
    assert int(row["PIDs"]) >= 1
    assert rawdocker("stats", f"{box}-nobody") == (
        1,
        "",
        f"Error response from daemon: No such container: {box}-nobody\n",
    )


def test_inspect_gives_the_engine_s_answer(rawdocker: Command, engine_host: str, box: str) -> None:
    code, out, _ = rawdocker("inspect", box)
    assert code == 0
    assert json.loads(out) == [ask(engine_host, "GET", f"/containers/{box}/json")]
    assert rawdocker("inspect", "-f", "{{.Name}} {{.State.Running}}", box) == (0, f"/{box} true\n", "")
    assert json.loads(rawdocker("container", "inspect", "-s", box)[1])[0]["SizeRootFs"] > 0
    assert rawdocker("image", "inspect", "-f", "{{index .RepoTags 0}}", "debian:12")[:2] == (0, "debian:12\n")
    assert rawdocker("network", "inspect", "-f", "{{.Driver}}", "bridge") == (0, "bridge\n", "")
