"""stats: what containers use, once or for as long as one watches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any, NamedTuple

from rawdocker.calls.container import container_list, container_stats
from rawdocker.calls.system import system_events
from rawdocker.errors import CutStreamError, RawdockerError
from rawdocker_cli import units
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.format import Table, TemplateError, render_rows
from rawdocker_cli.shell import MISREAD, Failure, Shell, spoken
from rawdocker_cli.verbs.each import trimmed

TABLE = r"table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"
REDRAW = 0.5
"""Seconds between two screens."""
PATIENCE = 2.0
"""Seconds without news after which a container's figures are no longer shown."""

HOME, ERASE_LINE, ERASE_BELOW = "\033[H", "\033[K", "\033[J"


class Figures(NamedTuple):
    """What a container uses: sizes in bytes, shares in percent."""

    cpu: float
    memory: int
    limit: int
    received: int
    sent: int
    read: int
    written: int
    processes: int

    @property
    def memory_share(self) -> float:
        """The part of its limit that is used."""
        return self.memory / self.limit * 100 if self.limit else 0.0


class Row(NamedTuple):
    """A line of the table; no figures where there are none, or none that are new."""

    container: str
    id: str
    name: str
    figures: Figures | None


class Watched:
    """A container under watch, in a thread of its own."""

    def __init__(self, shell: Shell, container: str, *, stream: bool) -> None:
        self.container = container
        self.error: Exception | None = None
        self._shell, self._stream = shell, stream
        self._row = Row(container, "", "", None)
        self._news = 0.0
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        try:
            call = container_stats(trimmed("container", self.container), stream=self._stream)
            with self._shell.stream(call) as samples:
                for sample in samples:
                    names = (sample["id"], sample["name"])
                    self._row, self._news = Row(self.container, *names, figures(sample)), monotonic()
                    self._first.set()
            if not self._first.is_set() and not self._shell.rehearsing:
                raise CutStreamError(f"{self.container}: the engine sent no figures")
        except (RawdockerError, Failure, *MISREAD) as error:
            self.error = error
        finally:
            self._first.set()

    def wait(self) -> None:
        """Wait for the first figures; while watching not longer than they would be shown."""
        if self._stream:
            self._first.wait(PATIENCE)
        else:
            self._thread.join()

    @property
    def lives(self) -> bool:
        """Whether there may be news."""
        return self._thread.is_alive()

    def row(self) -> Row:
        """Return the latest figures, none where they are old or the container has failed."""
        old = self._stream and monotonic() - self._news > PATIENCE
        return self._row._replace(figures=None) if old or self.error else self._row


def stats(shell: Shell, options: Options, words: list[str]) -> None:
    """Show what containers use: those named, else all that run, coming and going."""
    if words:
        watched = _started(shell, options, words)
        errors = [spoken(one.error) for one in watched.values() if one.error]
        if errors:
            shell.fail("\n".join(errors))
        _show(shell, options, watched, None)
        return
    # The events come first, so that a container started while the list is read is not missed.
    with shell.stream(system_events(filters={"type": {"container": True}})) as events:
        listed = shell.send(container_list(all=options.all or None))
        watched = _started(shell, options, [container["Id"][:12] for container in listed])
        _show(shell, options, watched, events)


def _started(shell: Shell, options: Options, names: list[str]) -> dict[str, Watched]:
    watched = {name: Watched(shell, name, stream=not options.no_stream) for name in dict.fromkeys(names)}
    for one in watched.values():
        one.wait()
    return watched


def _show(shell: Shell, options: Options, watched: dict[str, Watched], events: Iterator[Any] | None) -> None:
    """Print the table, once or again and again until no news can come."""
    if shell.rehearsing:
        return None
    source = options.format or str(shell.config.get("statsFormat") or "table")
    if options.no_stream:
        return shell.write(_rendered(shell, options, source, watched))
    errors: list[Exception] = []
    follower = threading.Thread(target=_follow, args=(shell, options, watched, events, errors), daemon=True)
    if events is not None:
        follower.start()
    news = True
    while news:
        sleep(REDRAW)
        text = HOME + _rendered(shell, options, source, watched)
        # docker draws each screen twice: as it is, and over it with what was longer before erased.
        erased = "".join(f"{line} {ERASE_LINE}\n" for line in text.split("\n"))
        shell.write(text + erased + ERASE_BELOW)
        news = follower.is_alive() if events is not None else any(one.lives for one in watched.values())
    if events is None:
        errors += [one.error for one in watched.values() if one.error]
    if errors:
        shell.fail("\n".join(map(spoken, errors)))
    return None


def _rendered(shell: Shell, options: Options, source: str, watched: dict[str, Watched]) -> str:
    rows = [one.row() for one in list(watched.values())]
    try:
        return render_rows(table(not options.no_trunc), rows, source)
    except TemplateError as error:
        raise Failure(str(error)) from None


def _follow(
    shell: Shell, options: Options, watched: dict[str, Watched], events: Iterator[Any], errors: list[Exception]
) -> None:
    """Add containers that start (with --all: that are created), drop those that end (with --all: none)."""
    arriving = ("create", "start") if options.all else ("start",)
    try:
        for event in events:
            container = event["Actor"]["ID"][:12]
            if event["Action"] in arriving and container not in watched:
                watched[container] = Watched(shell, container, stream=True)
            elif event["Action"] == "die" and not options.all:
                watched.pop(container, None)
    except CutStreamError:
        return  # an engine that stops ends the table, not with an error
    except (RawdockerError, *MISREAD) as error:
        errors.append(error)


def figures(sample: dict[str, Any]) -> Figures:
    """Return what an answer of GET /containers/{id}/stats means, from cgroups of version 1 or 2."""
    memory = sample.get("memory_stats") or {}
    networks = (sample.get("networks") or {}).values()
    return Figures(
        cpu=_cpu_share(sample.get("cpu_stats") or {}, sample.get("precpu_stats") or {}),
        memory=_memory_without_cache(memory),
        limit=memory.get("limit") or 0,
        received=sum(network["rx_bytes"] for network in networks),
        sent=sum(network["tx_bytes"] for network in networks),
        read=_blocks(sample, "r"),
        written=_blocks(sample, "w"),
        processes=(sample.get("pids_stats") or {}).get("current") or 0,
    )


def _cpu_share(now: dict[str, Any], before: dict[str, Any]) -> float:
    """Return the share of one CPU: 200 is two of them at work."""
    used, used_before = now.get("cpu_usage") or {}, before.get("cpu_usage") or {}
    own = (used.get("total_usage") or 0) - (used_before.get("total_usage") or 0)
    whole = (now.get("system_cpu_usage") or 0) - (before.get("system_cpu_usage") or 0)
    cpus = now.get("online_cpus") or len(used.get("percpu_usage") or ())
    return own / whole * cpus * 100 if own > 0 and whole > 0 else 0.0


def _memory_without_cache(memory: dict[str, Any]) -> int:
    usage: int = memory.get("usage") or 0
    details = memory.get("stats") or {}
    # cgroup version 1 counts the whole tree under another name
    for inactive in (details.get("total_inactive_file"), details.get("inactive_file") or 0):
        if inactive is not None and inactive < usage:
            return usage - int(inactive)
    return usage


def _blocks(sample: dict[str, Any], direction: str) -> int:
    entries = (sample.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    return sum(entry["value"] for entry in entries if entry["op"][:1].lower() == direction)


def table(trunc: bool) -> Table[Row]:
    """Return the columns of stats, with ids shortened or in full."""
    return Table(
        "*container.statsContext",
        {
            "Container": ("CONTAINER", lambda row: row.container),
            "Name": ("NAME", lambda row: row.name[1:] or "--"),
            "ID": ("CONTAINER ID", lambda row: units.truncate_id(row.id) if trunc else row.id),
            "CPUPerc": ("CPU %", lambda row: _percent(row.figures and row.figures.cpu)),
            "MemUsage": ("MEM USAGE / LIMIT", _memory),
            "MemPerc": ("MEM %", lambda row: _percent(row.figures and row.figures.memory_share)),
            "NetIO": ("NET I/O", lambda row: _sizes(row.figures and (row.figures.received, row.figures.sent))),
            "BlockIO": ("BLOCK I/O", lambda row: _sizes(row.figures and (row.figures.read, row.figures.written))),
            "PIDs": ("PIDS", lambda row: str(row.figures.processes) if row.figures else "--"),
        },
        default=TABLE,
    )


def _percent(share: float | None) -> str:
    return "--" if share is None else f"{share:.2f}%"


def _memory(row: Row) -> str:
    if row.figures is None:
        return "-- / --"
    return f"{units.bytes_size(row.figures.memory)} / {units.bytes_size(row.figures.limit)}"


def _sizes(sizes: tuple[int, int] | None) -> str:
    return " / ".join(units.human_size(size, 3) for size in sizes) if sizes else "--"
