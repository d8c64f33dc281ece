"""ps and stats beyond what the recorded outputs of docker show: settings, other answers, and watching."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from answers import recorded

from rawdocker_cli.format import render_rows
from rawdocker_cli.verbs import stats
from rawdocker_cli.verbs.ps import displayable_ports, table


def port(private: int, public: int = 0, ip: str = "", type: str = "tcp") -> dict[str, Any]:
    found: dict[str, Any] = {"PrivatePort": private, "Type": type}
    return {**found, **({"PublicPort": public} if public else {}), **({"IP": ip} if ip else {})}


@pytest.mark.parametrize(
    ("ports", "shown"),
    [
        ([], ""),
        ([port(80)], "80/tcp"),
        ([port(81), port(80), port(82)], "80-82/tcp"),
        ([port(80), port(82)], "80/tcp, 82/tcp"),
        ([port(80), port(81, type="udp"), port(81)], "80-81/tcp, 81/udp"),
        ([port(80, 80, "0.0.0.0"), port(81, 81, "0.0.0.0")], "0.0.0.0:80-81->80-81/tcp"),
        ([port(80, 8080, "::"), port(443, 443, "::")], "[::]:443->443/tcp, [::]:8080->80/tcp"),
        ([port(80, 9000, "0.0.0.0"), port(80, 8000, "0.0.0.0")], "0.0.0.0:8000->80/tcp, 0.0.0.0:9000->80/tcp"),
        ([port(80, 80, "1.1.1.1"), port(81), port(82)], "1.1.1.1:80->80/tcp, 81-82/tcp"),
    ],
)
def test_neighbouring_ports_are_shown_as_a_range(ports: list[dict[str, Any]], shown: str) -> None:
    assert displayable_ports(ports) == shown


DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "c" * 64


@pytest.mark.parametrize(
    ("image", "short"),
    [
        ("debian:12", "debian:12"),
        ("debian", "debian"),
        (f"debian@{OTHER}", "debian"),
        (f"localhost:5000/team/web:1@{OTHER}", "localhost:5000/team/web:1"),
        ("docker.io/library/debian:12", "debian:12"),
        (DIGEST, "a" * 12),
        ("a" * 64, "a" * 12),
        ("b" * 64, "b" * 64),
        ("", "<no image>"),
    ],
)
def test_an_image_is_shown_without_digest_and_a_bare_id_short(image: str, short: str) -> None:
    row = {"Image": image, "ImageID": DIGEST}
    assert render_rows(table(trunc=True, size=False), [row], "{{.Image}}") == f"{short}\n"
    assert render_rows(table(trunc=False, size=False), [row], "{{.Image}}") == f"{image or '<no image>'}\n"


def test_the_platform_is_shown_where_the_engine_tells_it() -> None:
    platform = {"os": "linux", "architecture": "arm64", "variant": "v8"}
    row = {"ImageManifestDescriptor": {"platform": platform}}
    shown = render_rows(table(trunc=True, size=False), [row], "{{.Platform}} {{.Platform.OS}} {{json .Platform}}")
    assert shown == 'linux/arm64/v8 linux {"architecture":"arm64","os":"linux","variant":"v8"}\n'


def test_ps_takes_its_format_from_the_configuration(engine: Any, rawdocker: Any, config: Any) -> None:
    config(psFormat="{{.Names}} {{.Size}}")
    engine.answers("GET /containers/json", "verbs/list")
    shown = "ps-gone 4B (virtual 199MB)\nps-user 0B (virtual 199MB)\nps-web 0B (virtual 199MB)\n"
    assert rawdocker("ps") == (0, shown, "")
    assert rawdocker("ps", "-q").out.splitlines()[0] == "116bfb3a0c0a"
    assert rawdocker("ps", "--format", "{{.State}}").out == "exited\ncreated\nrunning\n"
    asked = ["GET /containers/json?size=1", "GET /containers/json", "GET /containers/json"]
    assert engine.requests == asked


def test_ps_of_nothing_prints_the_titles(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/json", body=[])
    titles = "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n"
    assert rawdocker("ps") == (0, titles, "")
    assert rawdocker("ps", "-q") == (0, "", "")


def test_ps_says_what_the_engine_does_not_like(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/json", status=400, body={"message": "Invalid filter 'nope'"})
    assert rawdocker("ps", "-f", "nope=1") == (1, "", "Error response from daemon: Invalid filter 'nope'\n")


SAMPLE = recorded("container_stats")


def changed(**parts: Any) -> dict[str, Any]:
    """Return the recorded sample with some parts changed."""
    return {**copy.deepcopy(SAMPLE), **parts}


def memory(usage: int, **details: int) -> dict[str, Any]:
    return {"usage": usage, "limit": 1000, "stats": details}


@pytest.mark.parametrize(
    ("found", "used"),
    [
        (memory(100, total_inactive_file=30, inactive_file=1), 70),
        (memory(100, inactive_file=30), 70),
        (memory(100, total_inactive_file=100, inactive_file=30), 70),
        (memory(100, inactive_file=100), 100),
        (memory(100), 100),
        ({}, 0),
    ],
)
def test_memory_is_counted_without_cache_in_both_versions_of_cgroups(found: dict[str, Any], used: int) -> None:
    figures = stats.figures(changed(memory_stats=found))
    assert figures.memory == used
    assert figures.memory_share == pytest.approx(used / 10)


def cpu(total: int, system: int, **more: Any) -> dict[str, Any]:
    percpu = more.pop("percpu", None)
    return {"cpu_usage": {"total_usage": total, "percpu_usage": percpu}, "system_cpu_usage": system, **more}


@pytest.mark.parametrize(
    ("now", "before", "share"),
    [
        (cpu(300, 2000, online_cpus=2), cpu(100, 1000), 40.0),
        (cpu(300, 2000, percpu=[1, 2, 3, 4]), cpu(100, 1000), 80.0),
        (cpu(300, 2000), cpu(100, 1000), 0.0),
        (cpu(100, 2000, online_cpus=2), cpu(100, 1000), 0.0),
        (cpu(300, 1000, online_cpus=2), cpu(100, 1000), 0.0),
        (cpu(300, 2000, online_cpus=2), {}, 30.0),
        ({}, {}, 0.0),
    ],
)
def test_processor_time_is_a_share_of_one_cpu(now: dict[str, Any], before: dict[str, Any], share: float) -> None:
    assert stats.figures(changed(cpu_stats=now, precpu_stats=before)).cpu == pytest.approx(share)


def test_networks_and_disks_are_summed() -> None:
    blocks = [
        {"op": op, "value": value} for op, value in (("Read", 1), ("read", 2), ("Write", 4), ("Total", 8), ("", 9))
    ]
    networks = {"eth0": {"rx_bytes": 10, "tx_bytes": 1}, "eth1": {"rx_bytes": 5, "tx_bytes": 2}}
    figures = stats.figures(changed(blkio_stats={"io_service_bytes_recursive": blocks}, networks=networks))
    assert (figures.read, figures.written, figures.received, figures.sent) == (3, 4, 15, 3)


def test_stats_of_all_asks_for_events_then_the_list_then_each(engine: Any, rawdocker: Any, config: Any) -> None:
    config(statsFormat="{{.Container}} {{.Name}} {{.PIDs}}")
    engine.answers("GET /events", body={})
    engine.answers("GET /containers/json", "verbs/list")
    engine.answers("GET /containers/116bfb3a0c0a/stats", "error_no_container")
    engine.answers("GET /containers/[0-9a-f]+/stats", "container_stats")
    shown = "116bfb3a0c0a -- --\n8c5a9ef0d1f2 models-web 2\nf9898096fb5c models-web 2\n"
    assert rawdocker("stats", "--no-stream", "--all") == (0, shown, "")
    events, listed, *each = engine.requests
    assert events == "GET /events?filters=%7B%22type%22%3A%7B%22container%22%3Atrue%7D%7D"
    assert listed == "GET /containers/json?all=1"
    ids = ("116bfb3a0c0a", "8c5a9ef0d1f2", "f9898096fb5c")
    assert sorted(each) == [f"GET /containers/{id}/stats?stream=0" for id in ids]


def event(action: str, container: str) -> bytes:
    return json.dumps({"Type": "container", "Action": action, "Actor": {"ID": container * 64}}).encode()


class Script:
    """Events that come one at each redraw of the screen."""

    def __init__(self, *events: bytes) -> None:
        self.events, self.redrawn, self.taken = events, threading.Semaphore(0), threading.Semaphore(0)

    def __iter__(self) -> Iterator[bytes]:
        for event in self.events:
            self.redrawn.acquire(timeout=10)
            yield event
            self.taken.release()
        self.redrawn.acquire(timeout=10)

    def sleep(self, seconds: float) -> None:
        """Let the next event come, and give what it starts the time to answer."""
        assert seconds == stats.REDRAW
        self.redrawn.release()
        self.taken.acquire(timeout=0.3)


def screens(out: str) -> list[list[str]]:
    """Return the rows of each screen that was drawn, in their final form."""
    drawn = [screen.split(stats.HOME)[-1] for screen in out.split(stats.ERASE_BELOW)[:-1]]
    rows = [[line.removesuffix(f" {stats.ERASE_LINE}") for line in screen.split("\n")] for screen in drawn]
    return [[line for line in lines if line] for lines in rows]


@pytest.mark.parametrize(
    ("flags", "events", "last"),
    [
        ((), (event("start", "b"), event("start", "b")), ["a" * 12, "b" * 12]),
        ((), (event("create", "b"),), ["a" * 12]),
        ((), (event("die", "a"), event("die", "c")), []),
        (("--all",), (event("create", "b"), event("die", "a")), ["a" * 12, "b" * 12]),
    ],
)
def test_containers_come_and_go_while_one_watches(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, flags: Any, events: Any, last: list[str]
) -> None:
    script = Script(*events)
    monkeypatch.setattr(stats, "sleep", script.sleep)
    engine.router.get(url__regex=".*/events").mock(return_value=httpx.Response(200, content=iter(script)))
    engine.answers("GET /containers/json", body=[{"Id": "a" * 64}])
    engine.answers("GET /containers/[abc]+/stats", "container_stats")
    code, out, err = rawdocker("stats", "--format", "{{.Container}}", *flags)
    assert (code, err) == (0, "")
    assert screens(out)[-1] == last
    assert all(request.endswith("stats?stream=1") for request in engine.requests[2:])


def test_each_screen_begins_at_the_top_and_erases_what_was_longer(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats, "sleep", Script().sleep)
    engine.router.get(url__regex=".*/events").mock(return_value=httpx.Response(200, content=b""))
    engine.answers("GET /containers/json", body=[{"Id": "a" * 64}])
    engine.answers("GET /containers/a+/stats", "container_stats")
    code, out, _ = rawdocker("stats", "--format", "table {{.Name}}")
    screen = "\033[HNAME\nmodels-web\n\033[HNAME \033[K\nmodels-web \033[K\n \033[K\n\033[J"
    assert code == 0
    assert out == screen * out.count("\033[J")


def test_figures_that_are_old_are_not_shown(engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "PATIENCE", -1.0)
    monkeypatch.setattr(stats, "sleep", Script().sleep)
    engine.router.get(url__regex=".*/events").mock(return_value=httpx.Response(200, content=b""))
    engine.answers("GET /containers/json", body=[{"Id": "a" * 64}])
    engine.answers("GET /containers/a+/stats", "container_stats")
    code, out, _ = rawdocker(
        "stats", "--format", "{{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}"
    )
    assert code == 0
    assert screens(out)[-1] == ["-- -- / -- -- -- -- --"]
