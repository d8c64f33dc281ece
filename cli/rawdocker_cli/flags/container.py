"""What a container goes through once it exists: stop, rm, update …; and what can be asked of it: top, port, diff."""

from __future__ import annotations

from typing import Any

from rawdocker_cli.flags.common import CONFIRMS
from rawdocker_cli.flags.flag import Draft, Flag, Kind, Verb, body, puts, query, switch
from rawdocker_cli.flags.kinds import BOOL, BYTES, DECIMAL, FILTER, INT, INT64, STRING, SWAP, UINT16

NAMES = "[OPTIONS] CONTAINER [CONTAINER...]"
POLICIES = "no, always, on-failure[:n], unless-stopped"


@puts("RestartPolicy")
def _restart(draft: Draft, value: str) -> None:
    if value:
        from rawdocker_cli.verbs.container import restart_policy

        draft.put(["RestartPolicy"], restart_policy(value))


@puts("PidsLimit")
def _pids(draft: Draft, value: int) -> None:
    # Zero is no number of processes: docker takes it for a flag that was not typed.
    if value:
        draft.put(["PidsLimit"], value)


def _limit(name: str, kind: Kind, help: str, key: str, **more: Any) -> Flag:
    return Flag(name, kind, help, body(key), **more)


def _verb(name: str, usage: str, summary: str, call: str, flags: tuple[Flag, ...] = (), **more: Any) -> Verb:
    aliases = (name, *more.pop("aliases", ()))
    given = {"least": 1, "most": None, **more}
    run = f"container:{name}"
    return Verb(f"container {name}", usage, summary, run=run, calls=(call,), flags=flags, aliases=aliases, **given)


_TIMEOUT = (
    Flag(
        "signal",
        STRING,
        "The first signal, else the container's own",
        short="s",
        wire=("?signal",),
        client="does not send it to an engine before API 1.42, which has no such parameter",
    ),
    Flag("timeout", INT, "Seconds until SIGKILL", query("t"), short="t"),
    Flag("time", INT, "Old name of --timeout", query("t"), hidden=True),
)

VERBS = (
    _verb("stop", NAMES, "Stop one or more running containers", "POST /containers/{id}/stop?t&signal", _TIMEOUT),
    _verb("restart", NAMES, "Restart one or more containers", "POST /containers/{id}/restart?t&signal", _TIMEOUT),
    _verb(
        "kill",
        NAMES,
        "Send a signal to one or more running containers",
        "POST /containers/{id}/kill?signal",
        (Flag("signal", STRING, "The signal; SIGKILL if there is none", short="s", wire=("?signal",)),),
    ),
    _verb(
        "rm",
        NAMES,
        "Remove one or more containers",
        "DELETE /containers/{id}?v&link&force",
        (
            Flag("force", BOOL, "Kill a running one first", switch("force"), short="f"),
            Flag("link", BOOL, "Remove the link of this name, not a container", switch("link"), short="l"),
            Flag("volumes", BOOL, "Also the anonymous volumes it alone has", switch("v"), short="v"),
        ),
        aliases=("container remove",),
    ),
    _verb(
        "pause",
        "CONTAINER [CONTAINER...]",
        "Freeze all processes of one or more containers",
        "POST /containers/{id}/pause",
    ),
    _verb(
        "unpause",
        "CONTAINER [CONTAINER...]",
        "Let the processes of one or more paused containers go on",
        "POST /containers/{id}/unpause",
    ),
    _verb(
        "wait",
        "CONTAINER [CONTAINER...]",
        "Wait until one or more containers have stopped, and print their exit codes",
        "POST /containers/{id}/wait",
    ),
    _verb(
        "rename",
        "CONTAINER NEW_NAME",
        "Give a container another name",
        "POST /containers/{id}/rename?name",
        least=2,
        most=2,
        words={"NEW_NAME": ("?name",)},
    ),
    _verb(
        "update",
        NAMES,
        "Change the limits of one or more containers",
        "POST /containers/{id}/update",
        (
            _limit("blkio-weight", UINT16, "Share of disk time, 10 to 1000; 0: none of its own", "BlkioWeight"),
            _limit("cpu-period", INT64, "Period of the CPU quota in microseconds", "CpuPeriod"),
            _limit("cpu-quota", INT64, "Microseconds of CPU time a period", "CpuQuota"),
            _limit("cpu-rt-period", INT64, "Real-time period in microseconds", "CpuRealtimePeriod", since="1.25"),
            _limit("cpu-rt-runtime", INT64, "Real-time microseconds a period", "CpuRealtimeRuntime", since="1.25"),
            _limit("cpu-shares", INT64, "Share of CPU time where it is scarce", "CpuShares", short="c"),
            _limit("cpus", DECIMAL, "Number of CPUs", "NanoCpus", since="1.29"),
            _limit("cpuset-cpus", STRING, "The CPUs to run on: 0-3 or 0,1", "CpusetCpus"),
            _limit("cpuset-mems", STRING, "The memory nodes to use: 0-3 or 0,1", "CpusetMems"),
            _limit("kernel-memory", BYTES, "Limit of kernel memory", "KernelMemory", hidden=True),
            _limit("memory", BYTES, "Limit of memory", "Memory", short="m"),
            _limit("memory-reservation", BYTES, "Memory to shrink to where it is scarce", "MemoryReservation"),
            _limit("memory-swap", SWAP, "Limit of memory and swap together, -1: none", "MemorySwap"),
            Flag("pids-limit", INT64, "Number of processes, -1: no limit", _pids, since="1.40"),
            Flag("restart", STRING, f"When it is started anew: {POLICIES}", _restart),
        ),
    ),
    _verb(
        "top",
        "CONTAINER [ps OPTIONS]",
        "List the processes of a container",
        "GET /containers/{id}/top?ps_args",
        words={"ps OPTIONS": ("?ps_args",)},
        interspersed=False,
    ),
    _verb(
        "port",
        "CONTAINER [PRIVATE_PORT[/PROTO]]",
        "List the published ports of a container",
        "GET /containers/{id}/json",
        most=2,
        words={"PRIVATE_PORT[/PROTO]": ()},
    ),
    _verb(
        "diff",
        "CONTAINER",
        "List what has changed in a container's file system",
        "GET /containers/{id}/changes",
        most=1,
    ),
    Verb(
        "container prune",
        "[OPTIONS]",
        "Remove all containers that do not run",
        0,
        0,
        "container:prune",
        ("POST /containers/prune?filters",),
        (
            Flag("filter", FILTER, "Only those that match: until=24h, label=key=value", wire=("?filters",)),
            Flag("force", BOOL, "Do not ask first", short="f", client=CONFIRMS),
        ),
        since="1.25",
    ),
)
