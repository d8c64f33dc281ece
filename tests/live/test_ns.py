"""ns beside what the kernel says: PIDs on the host and inside, namespaces of one's own and shared ones."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from processes import Command, create, state

pytestmark = pytest.mark.live

KINDS = ("pid", "net", "mnt", "uts", "ipc", "user", "cgroup")


def processes(host: str, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Command(host)("ns", "--format", "json", name).out.splitlines()]


def until(ask: Callable[[], Any], right: Callable[[Any], bool]) -> Any:
    """Ask until the answer is right; the test's timeout ends it."""
    while not right(answer := ask()):
        time.sleep(0.1)
    return answer


def shared(host: str, name: str) -> dict[str, str]:
    """Return with whom a container shares its namespaces, as the table says."""
    lines = Command(host)("ns", name).out.splitlines()[1 : len(KINDS) + 1]
    return {line.split()[0]: line.split()[3] for line in lines}


def inodes(pid: str) -> dict[str, str]:
    return {f"{kind.upper()}NS": os.readlink(f"/proc/{pid}/ns/{kind}").split("[")[1][:-1] for kind in KINDS}


def test_namespaces_and_pids_are_those_of_the_kernel(engine_host: str, own_name: str) -> None:
    create(engine_host, own_name, "sh", "-c", "sleep 1000 & wait")
    found = until(lambda: processes(engine_host, own_name), lambda found: len(found) == 2)
    assert found[0]["PID"] == str(state(engine_host, own_name)["Pid"])
    assert (found[0]["PIDInside"], found[1]["PIDInside"] != "1") == ("1", True)
    for process in found:
        assert process.items() >= inodes(process["PID"]).items()
        id = process["Cgroup"].rpartition("docker")[2][1:13]
        assert id in Path(f"/proc/{process['PID']}/cgroup").read_text()


def test_a_container_has_namespaces_of_its_own(engine_host: str, own_name: str) -> None:
    create(engine_host, own_name, "sleep", "1000")
    assert shared(engine_host, own_name).items() >= {"pid": "-", "net": "-", "mnt": "-", "uts": "-"}.items()


def test_what_is_shared_with_the_host_says_so(engine_host: str, own_name: str) -> None:
    create(engine_host, own_name, "sleep", "1000", HostConfig={"PidMode": "host", "NetworkMode": "host"})
    assert shared(engine_host, own_name).items() >= {"pid": "host", "net": "host", "mnt": "-"}.items()
    (process,) = processes(engine_host, own_name)
    assert process["PID"] == process["PIDInside"]


def test_what_is_shared_with_another_container_says_so(engine_host: str, own_name: str) -> None:
    id = create(engine_host, own_name, "sleep", "1000")
    create(engine_host, f"{own_name}2", "sleep", "1000", HostConfig={"PidMode": f"container:{own_name}"})
    assert shared(engine_host, f"{own_name}2")["pid"] == f"container:{id[:12]}"
    (first,), (second,) = (processes(engine_host, name) for name in (own_name, f"{own_name}2"))
    assert first["PIDNS"] == second["PIDNS"]
    assert (first["PIDInside"], second["PIDInside"] != "1") == ("1", True)


def test_a_process_that_left_the_container_s_namespaces_says_so(engine_host: str, own_name: str) -> None:
    host_config = {"CapAdd": ["SYS_ADMIN"], "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"]}
    create(engine_host, own_name, "sh", "-c", "unshare -u sleep 1000 & wait", HostConfig=host_config)
    found = until(lambda: processes(engine_host, own_name), lambda found: found[-1]["Elsewhere"] != "-")
    assert found[1]["Elsewhere"] == f"uts:[{inodes(found[1]['PID'])['UTSNS']}]"


def test_a_container_that_does_not_run_is_refused(engine_host: str, own_name: str) -> None:
    create(engine_host, own_name, "true", start=False)
    done = Command(engine_host)("ns", own_name)
    assert (done.code, done.err) == (1, f"container {own_name} does not run: it has no processes\n")
