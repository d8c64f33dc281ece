"""The table of works: what is done in which ways, how much of it, and what it is to show."""

from __future__ import annotations

import os

from benchmarks import needs
from benchmarks.measure import Goal, Row, Way

PROGRAMS = {
    "Client": "rawdocker_sync.py",
    "AsyncClient": "rawdocker_async.py",
    "docker-py": "docker_py.py",
    "aiodocker": "aio_docker.py",
    "socket": "raw_socket.py",
}
PYTHON = {"python alone": Way(("python", "-c", "pass"))}
GIGABYTE = (1_000_000_000, 100_000_000)
EXPORT = ("cp", "{box}:/zeros", "-")


def clis(*words: str, stdin: str = os.devnull) -> dict[str, Way]:
    """Return a command of docker, and the same of rawdocker."""
    return {name: Way((name, *words), stdin) for name in ("docker", "rawdocker")}


def programs(work: str, *arguments: str, but: str = "") -> dict[str, Way]:
    """Return the work of that name with each library, and with the bare socket."""
    return {name: Way((file, work, *arguments)) for name, file in PROGRAMS.items() if name not in but.split()}


def curl(path: str, *words: str) -> dict[str, Way]:
    """Return curl asking an engine for a path."""
    socket = ("curl", "-sS", "--fail", "--unix-socket", "{socket}")
    return {"curl": Way((*socket, *words, f"http://localhost/v1.41{path}"))}


def spied(*words: str) -> dict[str, Way]:
    """Return a program alone, and below the spy at each level."""
    spy = ("rawdocker", "spy")
    levels = {
        "level 0": ("-q",),
        "level 1": ("-T",),
        "level 3": ("-TTT", "--trace-to", "{folder}/trace"),
        "recorded": ("-q", "-o", "{folder}/session.har"),
    }
    program = ("{python}", "{programs}/raw_socket.py", *words)
    return {"direct": Way(program)} | {name: Way((*spy, *flags, "--", *program)) for name, flags in levels.items()}


def _at_most(most: float, measure: str = "wall", way: str = "rawdocker", against: str = "docker") -> Goal:
    return Goal(way, measure, most, against)


AS_DOCKER = (_at_most(1.0), _at_most(1.5, "cpu"))

ROWS = (
    # Start-up: whole processes.
    Row("version", "`--version`", clis("--version") | PYTHON, "docker", rounds=(15, 5)),
    Row("help", "`--help`", clis("--help") | PYTHON, "docker", rounds=(15, 5)),
    Row(
        "dry-run",
        "`--dry-run run`: what it would ask, with nothing sent",
        {"rawdocker": Way(("rawdocker", "--dry-run", "run", "--rm", "busybox:1", "echo", "hi"))} | PYTHON,
        "python alone",
        rounds=(15, 5),
    ),
    Row(
        "ps-q",
        "`ps -q`, and scripts that list the running containers",
        clis("ps", "-q")
        | {"docker-py script": Way(("docker_py.py", "ids")), "aiodocker script": Way(("aio_docker.py", "ids"))}
        | {"Client script": Way(("rawdocker_sync.py", "ids")), "httpx script": Way(("rawdocker_httpx.py", "ids"))}
        | curl("/containers/json")
        | PYTHON,
        "docker-py script",
        rounds=(15, 5),
        prepare=needs.box,
        goals=(_at_most(0.8, "cpu", against="docker-py script"),),
    ),
    Row(
        "inspect",
        "`inspect`, and scripts that do so",
        clis("inspect", "{box}")
        | programs("inspects", "{box}", "1", but="AsyncClient")
        | curl("/containers/{box}/json"),
        "docker-py",
        rounds=(15, 5),
        prepare=needs.box,
        goals=(_at_most(0.8, "cpu", against="docker-py"),),
    ),
    Row(
        "run",
        "`run --rm busybox:1 echo hi`",
        clis("run", "--rm", "busybox:1", "echo", "hi"),
        "docker",
        rounds=(15, 5),
        goals=(_at_most(1.35),),
    ),
    Row(
        "import",
        "Importing a library",
        PYTHON
        | {
            f"import {name}": Way((python, "-c", f"import {name}"))
            for python, name in (("python", "rawdocker"), ("python", "httpx"), ("rival-python", "docker"))
        }
        | {"import rawdocker, Client": Way(("python", "-c", "from rawdocker import Client, calls"))}
        | {
            "the same, and a model": Way(
                ("python", "-c", "from rawdocker import Client; from rawdocker.models import Port")
            )
        }
        | {"import aiodocker": Way(("rival-python", "-c", "import aiodocker"))},
        "import docker",
        rounds=(15, 5),
    ),
    # Calls.
    Row(
        "inspects",
        "{size:,} inspects, one after the other",
        programs("inspects", "{box}", "{size}")
        | {"Client, no models": Way(("rawdocker_sync.py", "inspects_raw", "{box}", "{size}"))}
        | {"AsyncClient, no models": Way(("rawdocker_async.py", "inspects_raw", "{box}", "{size}"))},
        "aiodocker",
        sizes=(1000, 300),
        rounds=(7, 3),
        prepare=needs.box,
        alone=True,
        warm="inspects {box} 1",
        goals=tuple(_at_most(1.0, way=way, against="aiodocker") for way in ("Client", "AsyncClient")),
    ),
    Row(
        "inspects-50",
        "{size:,} inspects, 50 at once",
        programs("inspects_at_once", "{box}", "{size}", "50"),
        "aiodocker",
        sizes=(1000, 300),
        rounds=(5, 3),
        prepare=needs.box,
        alone=True,
        warm="inspects {box} 1",
    ),
    *(
        Row(
            f"ps-{count}",
            f"`ps -a` with {count:,} containers; libraries list five times",
            clis("ps", "-a") | programs("listed", "{times}") | curl("/containers/json?all=1"),
            "docker",
            sizes=(count, count),
            prepare=needs.listed,
            alone=True,
        )
        for count in (10, 100, 1000)
    ),
    Row(
        "runs",
        "{size} runs at once",
        programs("runs", "{size}", but="socket"),
        "docker-py",
        sizes=(200, 30),
        rounds=(2, 2),
        prepare=lambda stage, size: {"done": size, "each": size},
        alone=True,
        goals=(_at_most(0.9, way="AsyncClient", against="docker-py"),),
    ),
    # Streams.
    Row(
        "logs",
        "`logs` of {size:,} lines",
        clis("logs", "{box}") | programs("logs", "{box}") | curl("/containers/{box}/logs?stdout=1&stderr=1"),
        "docker",
        sizes=(1_000_000, 100_000),
        rounds=(3, 2),
        prepare=needs.logged,
        alone=True,
        goals=(_at_most(1.05), *(_at_most(1.1, way=way, against="socket") for way in ("Client", "AsyncClient"))),
        stream=True,
    ),
    Row(
        "follow",
        "`logs -f`: a line from a process in the container to the reader",
        clis("logs", "-f", "BOX") | programs("follow", "BOX"),
        "docker",
        measured=needs.latency,
        rounds=(3, 2),
    ),
    Row(
        "exec-out",
        "`exec`: {bytes:,} bytes of stdout",
        clis("exec", "{box}", "sh", "-c", "{script}") | programs("exec_out", "{box}", "sh", "-c", "{script}"),
        "docker",
        sizes=GIGABYTE,
        rounds=(100, 3),
        bystanders=10,
        prepare=needs.piped,
        alone=True,
        goals=AS_DOCKER,
        stream=True,
    ),
    Row(
        "exec-in",
        "`exec -i`: {bytes:,} bytes of stdin",
        clis("exec", "-i", "{box}", "sh", "-c", "{swallow}", stdin="{zeros}")
        | programs("exec_in", "{box}", "{zeros}", "sh", "-c", "{swallow}"),
        "docker",
        sizes=GIGABYTE,
        rounds=(9, 3),
        prepare=needs.piped,
        alone=True,
        goals=AS_DOCKER,
        stream=True,
    ),
    Row(
        "cp-out",
        "`cp` of a file of {bytes:,} bytes from a container; libraries read the archive",
        clis("cp", "{box}:/zeros", "{folder}/copy/zeros")
        | programs("cp_out", "{box}", "/zeros")
        | curl("/containers/{box}/archive?path=/zeros"),
        "docker",
        sizes=GIGABYTE,
        rounds=(5, 3),
        prepare=needs.file_inside,
        before=needs.no_copy,
        alone=True,
        goals=AS_DOCKER,
        stream=True,
    ),
    Row(
        "cp-in",
        "`cp` of a file of {bytes:,} bytes into a container; libraries send an archive",
        clis("cp", "{zeros}", "{box}:/tmp/zeros") | programs("cp_in", "{box}", "{archive}"),
        "docker",
        sizes=GIGABYTE,
        rounds=(5, 3),
        prepare=needs.file_outside,
        alone=True,
        goals=AS_DOCKER,
        stream=True,
    ),
    Row(
        "files-out",
        "`cp` of {size:,} small files from a container",
        clis("cp", "{box}:/many", "{folder}/copy"),
        "docker",
        sizes=(20_000, 2000),
        rounds=(3, 2),
        prepare=needs.files_inside,
        before=needs.no_copy,
        stream=True,
    ),
    Row(
        "files-in",
        "`cp` of {size:,} small files into a container",
        clis("cp", "{many}", "{box}:/tmp"),
        "docker",
        sizes=(20_000, 2000),
        rounds=(3, 2),
        prepare=needs.files_outside,
        stream=True,
    ),
    Row(
        "save",
        "`save` of an image of {bytes:,} bytes",
        clis("save", "bench:1") | programs("save", "bench:1") | curl("/images/bench:1/get"),
        "docker",
        sizes=(300_000_000, 50_000_000),
        rounds=(3, 2),
        prepare=needs.image,
        alone=True,
        stream=True,
    ),
    Row(
        "load",
        "`load` of an image of {bytes:,} bytes that is there already",
        clis("load", "-q", stdin="{saved}")
        | programs("load", "{saved}")
        | curl("/images/load?quiet=1", "-X", "POST", "-T", "{saved}"),
        "docker",
        sizes=(300_000_000, 50_000_000),
        rounds=(3, 2),
        prepare=needs.image,
        alone=True,
        stream=True,
    ),
    Row(
        "pull",
        "`pull debian:12` from a registry on this machine",
        clis("pull", "-q", "debian:12")
        | programs("pull", "debian", "12")
        | curl("/images/create?fromImage=debian&tag=12", "-X", "POST"),
        "docker",
        rounds=(3, 1),
        before=needs.no_pulled_image,
        alone=True,
    ),
    Row(
        "events",
        "{size:,} events, each a chunk, from a stand-in for the engine, which keeps only 256",
        clis("events") | programs("events") | curl("/events"),
        "docker",
        sizes=(100_000, 20_000),
        rounds=(3, 2),
        prepare=needs.events,
        alone=True,
        warm="",
        stream=True,
    ),
    # What looking costs: the wall time is the client's, the processor time the spy's as well.
    Row(
        "spy-ping",
        "{size:,} pings on a connection, through the spy",
        spied("pings", "{size}"),
        "direct",
        sizes=(1000, 300),
        prepare=lambda stage, size: {"done": size, "each": size},
        work_wall=True,
    ),
    Row(
        "spy-logs",
        "`logs` of {size:,} lines, through the spy",
        spied("logs", "{box}"),
        "direct",
        sizes=(200_000, 50_000),
        rounds=(3, 2),
        prepare=needs.logged,
        work_wall=True,
        stream=True,
    ),
    Row(
        "spy-export",
        "An archive of {bytes:,} bytes, through the spy",
        spied("cp_out", "{box}", "/zeros"),
        "direct",
        sizes=GIGABYTE,
        rounds=(15, 2),
        bystanders=5,
        prepare=needs.file_inside,
        work_wall=True,
        goals=tuple(_at_most(1.25, way=level, against="direct") for level in ("level 0", "level 1")),
        stream=True,
    ),
    Row(
        "trace-export",
        "The same by `cp`, traced and recorded",
        {
            "untraced": Way(("rawdocker", *EXPORT)),
            "level 1": Way(("rawdocker", "-T", *EXPORT)),
            "level 3": Way(("rawdocker", "-TTT", "--trace-to", "{folder}/trace", *EXPORT)),
            "recorded": Way(("rawdocker", "--record", "{folder}/run.har", *EXPORT)),
        },
        "untraced",
        sizes=GIGABYTE,
        rounds=(3, 2),
        prepare=needs.file_inside,
        stream=True,
    ),
    # Parsing alone.
    Row(
        "parse-chunks",
        "Parsing {size:,} chunks, each a line of a log",
        {"rawdocker": Way(("rawdocker_parsing.py", "chunks", "{chunked}"))},
        "rawdocker",
        sizes=(1_000_000, 100_000),
        prepare=needs.parsed("chunked"),
        alone=True,
        warm="",
    ),
    Row(
        "parse-frames",
        "Parsing {size:,} frames, each a line of a log",
        {
            f: Way((p, "frames", "{small}"))
            for f, p in (("rawdocker", "rawdocker_parsing.py"), ("aiodocker", "rival_parsing.py"))
        },
        "aiodocker",
        sizes=(1_000_000, 100_000),
        prepare=needs.parsed("small"),
        alone=True,
        warm="",
    ),
    Row(
        "parse-large",
        "Parsing frames of 32 KiB",
        {
            f: Way((p, "frames", "{large}"))
            for f, p in (("rawdocker", "rawdocker_parsing.py"), ("aiodocker", "rival_parsing.py"))
        },
        "aiodocker",
        sizes=(1_000_000, 100_000),
        prepare=needs.parsed("large"),
        alone=True,
        warm="",
    ),
    Row(
        "parse-json",
        "Parsing a stream of JSON: events",
        {
            "json.loads of lines": Way(("rawdocker_parsing.py", "json_lines", "{events}")),
            "rawdocker": Way(("rawdocker_parsing.py", "json_stream", "{events}")),
            "docker-py": Way(("rival_parsing.py", "json_stream", "{events}")),
        },
        "json.loads of lines",
        sizes=(400_000, 40_000),
        prepare=needs.parsed("events"),
        alone=True,
        warm="",
    ),
    Row(
        "parse-models",
        "Parsing a list of 1,000 containers, 20 times",
        {
            "json.loads": Way(("rawdocker_parsing.py", "containers_json", "{containers}", "{times}")),
            "rawdocker, models": Way(("rawdocker_parsing.py", "containers", "{containers}", "{times}")),
        },
        "json.loads",
        sizes=(10_000, 10_000),
        prepare=needs.parsed("containers", 20),
        alone=True,
        warm="",
    ),
)
