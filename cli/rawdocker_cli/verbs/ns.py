"""ns: which namespaces the processes of a container are in, and which of them it shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rawdocker.calls.container import container_inspect, container_top
from rawdocker.errors import ServerError
from rawdocker_cli import proc
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.format import Table
from rawdocker_cli.listing import show
from rawdocker_cli.shell import Shell
from rawdocker_cli.tabwriter import render
from rawdocker_cli.verbs.each import trimmed

_COLUMNS = ("pid", "user", *(f"{name}ns" for name in proc.NAMESPACES), "cgroup:2000", "args")
PS_ARGS = ("-eo " + ",".join(_COLUMNS), "-eo pid,user,args")
"""What ps on the engine's host is asked for: all it may know, and what every one knows."""

MODES = {
    "pid": "PidMode",
    "net": "NetworkMode",
    "uts": "UTSMode",
    "ipc": "IpcMode",
    "user": "UsernsMode",
    "cgroup": "CgroupnsMode",
}
"""The field of HostConfig that says with whom a namespace is shared; a mnt namespace never is."""

PROCESSES = r"table {{.PID}}\t{{.PIDInside}}\t{{.User}}\t{{.Command}}\t{{.Cgroup}}\t{{.Elsewhere}}"


class Process(NamedTuple):
    """A process of a container."""

    pid: str
    """On the engine's host."""
    inside: str
    """In its own PID namespace; empty where nobody says."""
    user: str
    command: str
    cgroup: str
    namespaces: dict[str, str]
    """Inode numbers, as far as they are known."""


class View(NamedTuple):
    """A container's processes, and what they are compared with."""

    processes: list[Process]
    engine: dict[str, str]
    """The inode numbers of the engine's own namespaces, as far as they are known."""
    modes: dict[str, str]
    """What the container was told to share: host, container:<id>, or something else."""
    notes: list[str]
    """Where this comes from, and what could not be seen."""

    @property
    def first(self) -> dict[str, str]:
        """The namespaces of the container's first process."""
        return self.processes[0].namespaces if self.processes else {}

    def shared_with(self, name: str) -> str:
        """Return with whom the container shares a namespace; empty where it has its own."""
        mode = self.modes.get(name, "")
        if mode.startswith("container:"):
            return mode[: len("container:") + 12]
        known = name in self.first and name in self.engine
        shared = self.first[name] == self.engine[name] if known else mode == "host"
        return "host" if shared else ""


def ns(shell: Shell, options: Options, words: list[str]) -> None:
    """Show a container's processes and namespaces: by the API, and from /proc what only the engine's machine knows."""
    name = trimmed("container", words[0])
    container = shell.send(container_inspect(name))
    if not container["State"]["Running"]:
        shell.fail(f"container {name} does not run: it has no processes")
    id = str(container["Id"])
    rows, source = _top(shell, id)
    view = View([], {}, _modes(container["HostConfig"]), [f"from the API: inspect, top ({source})"])
    view.processes.extend(_processes(rows, str(container["State"]["Pid"])))
    if not shell.rehearsing:
        view = _with_proc(shell, view, id)
    if not options.format:
        shell.write(_namespaces(view) + "\n")
    show(shell, _table(view, id, not options.no_trunc), view.processes, options.format)
    for note in view.notes:
        shell.warn(note)


def _top(shell: Shell, id: str) -> tuple[list[dict[str, str]], str]:
    """Return what ps says of the processes, by the titles of its columns, and what it was asked for."""
    for ps_args in PS_ARGS:
        try:
            found = shell.send(container_top(id, ps_args=ps_args))
        except ServerError as error:  # another ps, which does not know these columns
            refused = error
            continue
        titles = found.get("Titles") or []
        return [dict(zip(titles, row, strict=False)) for row in found.get("Processes") or []], ps_args
    raise refused


def _modes(config: Any) -> dict[str, str]:
    return {name: str(config.get(field) or "") for name, field in MODES.items()}


def _processes(rows: list[dict[str, str]], first: str) -> Iterator[Process]:
    """Read the rows of ps, the container's first process before the others."""
    for row in sorted(rows, key=lambda row: row["PID"] != first):
        inodes = {name: row.get(f"{name.upper()}NS", "") for name in proc.NAMESPACES}
        yield Process(
            row["PID"],
            "",
            row.get("USER", ""),
            row.get("COMMAND", ""),
            proc.cgroup_path(row.get("CGROUP", "").split(",")),
            {name: inode for name, inode in inodes.items() if inode.isdigit()},
        )


def _with_proc(shell: Shell, view: View, id: str) -> View:
    """Add what /proc says, where the engine is on this machine; what cannot be seen is noted."""
    endpoint = shell.endpoint()
    engine = proc.listener(endpoint.path) if endpoint.scheme == "unix" else 0
    if not engine or not any(proc.is_in_cgroup_of(int(process.pid), id) for process in view.processes):
        note = "not seen: PIDs inside and the engine's namespaces; the engine's processes are not on this machine"
        return view._replace(notes=[*view.notes, note])
    unseen: list[str] = []
    processes = [_completed(process, unseen) for process in view.processes]
    engines = _seen(engine, unseen)
    notes = [*view.notes, f"from /proc: NSpid of each process, the namespaces of the engine (PID {engine})"]
    if unseen:
        notes.append(f"not seen: the namespaces of PID {', '.join(unseen)} in /proc; only root may look")
    return view._replace(processes=processes, engine=engines, notes=notes)


def _completed(process: Process, unseen: list[str]) -> Process:
    pid = int(process.pid)
    return process._replace(
        inside=proc.pid_inside(pid),
        cgroup=process.cgroup or proc.cgroup(pid),
        namespaces=process.namespaces or _seen(pid, unseen),
    )


def _seen(pid: int, unseen: list[str]) -> dict[str, str]:
    try:
        return proc.namespaces(pid)
    except PermissionError:
        unseen.append(str(pid))
    except OSError:
        pass  # it has just ended
    return {}


def _namespaces(view: View) -> str:
    """Return the table of namespaces: the engine's beside the container's."""
    rows = [
        (name, view.engine.get(name, "?"), view.first.get(name, "?"), view.shared_with(name) or "-")
        for name in proc.NAMESPACES
    ]
    titles = ("NAMESPACE", "ENGINE'S", "CONTAINER'S", "SHARED WITH")
    return render("\t".join(row) for row in (titles, *rows))


def _table(view: View, id: str, trunc: bool) -> Table[Process]:
    """Return the columns of the processes; Elsewhere names the namespaces that are not the first process's."""

    def elsewhere(process: Process) -> str:
        others = process.namespaces.items() - view.first.items()
        return " ".join(f"{name}:[{inode}]" for name, inode in sorted(others)) or "-"

    def shared(process: Process) -> str:
        return ",".join(f"{name}={owner}" for name in proc.NAMESPACES if (owner := view.shared_with(name)))

    return Table(
        "*formatter.ProcessContext",
        {
            "PID": ("PID ON HOST", lambda process: process.pid),
            "PIDInside": ("PID INSIDE", lambda process: process.inside or "?"),
            "User": ("USER", lambda process: process.user),
            "Command": ("COMMAND", lambda process: process.command),
            "Cgroup": ("CGROUP", lambda process: process.cgroup.replace(id, id[:12]) if trunc else process.cgroup),
            "Elsewhere": ("OTHER NAMESPACES", elsewhere),
            "Shared": ("SHARED", shared),
            **{f"{name.upper()}NS": (f"{name.upper()}NS", _inode(name)) for name in proc.NAMESPACES},
        },
        default=PROCESSES,
    )


def _inode(name: str) -> Any:
    return lambda process: process.namespaces.get(name, "?")
