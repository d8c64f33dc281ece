"""ns: the API's answers as tables, what is shared, and what is said where something cannot be seen."""

from __future__ import annotations

import os
from typing import Any

import pytest

from rawdocker_cli import proc

ID = "5" * 64
CGROUP = f"9:pids:/docker/{ID},0::/"
TITLES = ["PID", "USER", "PIDNS", "NETNS", "MNTNS", "UTSNS", "IPCNS", "USERNS", "CGROUPNS", "CGROUP", "COMMAND"]
FIRST = ["4000000", "root", "101", "102", "103", "104", "105", "106", "107", CGROUP, "sh -c sleep 9"]
SECOND = ["3999999", "root", "101", "902", "103", "104", "105", "106", "107", CGROUP, "sleep 9"]


@pytest.fixture
def container(engine: Any) -> Any:
    """Give a function that lets the engine know a container."""

    def known(titles: list[str] = TITLES, processes: Any = (SECOND, FIRST), running: bool = True, **modes: str) -> None:
        state = {"Running": running, "Pid": 4000000}
        engine.answers("GET /containers/web/json", body={"Id": ID, "State": state, "HostConfig": modes})
        engine.answers(f"GET /containers/{ID}/top", body={"Titles": titles, "Processes": list(processes)})

    return known


def test_each_process_has_a_line_the_first_one_first(container: Any, rawdocker: Any) -> None:
    container()
    out = rawdocker("ns", "--format", "{{.PID}} {{.NETNS}} {{.Elsewhere}} {{.Cgroup}} {{.Command}}", "web").out
    assert out == (
        "4000000 102 - /docker/555555555555 sh -c sleep 9\n3999999 902 net:[902] /docker/555555555555 sleep 9\n"
    )


def test_ids_in_cgroup_paths_can_be_had_whole(container: Any, rawdocker: Any) -> None:
    container()
    assert f"/docker/{ID}\n" in rawdocker("ns", "--no-trunc", "--format", "{{.Cgroup}}", "web").out


def test_an_engine_elsewhere_leaves_the_api_alone_to_tell(container: Any, rawdocker: Any) -> None:
    container(PidMode="host", NetworkMode=f"container:{'7' * 64}")
    ran = rawdocker("ns", "web")
    assert "pid         ?          101           host\n" in ran.out
    assert "net         ?          102           container:777777777777\n" in ran.out
    assert (
        "not seen: PIDs inside and the engine's namespaces; the engine's processes are not on this machine" in ran.err
    )
    assert "from the API: inspect, top (-eo pid,user," in ran.err


def test_an_engine_here_is_compared_by_its_own_namespaces(
    container: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = proc.namespaces(os.getpid())
    row = [str(os.getpid()), "root", own["pid"], "102", *FIRST[4:]]
    container(processes=[row])
    monkeypatch.setattr(proc, "listener", lambda path: os.getpid())
    monkeypatch.setattr(proc, "is_in_cgroup_of", lambda pid, id: True)
    ran = rawdocker("ns", "web")
    lines = {line.split()[0]: line.split() for line in ran.out.splitlines() if line}
    assert lines["pid"] == ["pid", own["pid"], own["pid"], "host"]
    assert lines["net"] == ["net", own["net"], "102", "-"]
    assert lines[str(os.getpid())][:2] == [str(os.getpid()), proc.pid_inside(os.getpid())]
    assert f"the namespaces of the engine (PID {os.getpid()})" in ran.err


def test_a_ps_that_knows_no_namespaces_is_asked_for_what_it_knows(
    engine: Any, container: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    container(titles=["PID", "USER", "COMMAND"], processes=[[str(os.getpid()), "root", "python"]])
    refused = engine.router.route(url__regex=".*/top.*pidns.*")
    refused.respond(500, json={"message": "ps: bad -o argument"})
    engine.router.routes._routes.insert(0, engine.router.routes._routes.pop())
    monkeypatch.setattr(proc, "listener", lambda path: os.getpid())
    monkeypatch.setattr(proc, "is_in_cgroup_of", lambda pid, id: True)
    ran = rawdocker("ns", "--format", "{{.PIDNS}}", "web")
    assert ran.out == f"{proc.namespaces(os.getpid())['pid']}\n"
    assert "top (-eo pid,user,args)" in ran.err


def test_what_only_root_may_see_is_named(container: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(pid: int) -> dict[str, str]:
        raise PermissionError(pid)

    container()
    monkeypatch.setattr(proc, "listener", lambda path: 77)
    monkeypatch.setattr(proc, "is_in_cgroup_of", lambda pid, id: True)
    monkeypatch.setattr(proc, "namespaces", refused)
    ran = rawdocker("ns", "web")
    assert (ran.code, "not seen: the namespaces of PID 77 in /proc; only root may look" in ran.err) == (0, True)


def test_a_container_that_does_not_run_has_no_processes(container: Any, rawdocker: Any) -> None:
    container(running=False)
    assert rawdocker("ns", "web")[::2] == (1, "container web does not run: it has no processes\n")


def test_the_listener_at_a_path_that_is_no_socket_is_nobody() -> None:
    assert proc.listener("/not/there") == 0
