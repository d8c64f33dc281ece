"""Volumes: what outlives the containers that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rawdocker.calls.volume import volume_create, volume_delete, volume_list, volume_prune
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.shell import Shell
from rawdocker_cli.verbs.each import in_turn, trimmed

if TYPE_CHECKING:
    from rawdocker_cli.format import Table

CLUSTER_FLAGS = ("group", "scope", "sharing", "availability", "type", "limit-bytes", "required-bytes")
"""Flags that make it a volume of the swarm; its secrets and topology alone do not."""

CLUSTER_TABLE = r"table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}"

ANONYMOUS_WARNING = (
    "WARNING! This will remove anonymous local volumes not used by at least one container.\n"
    "Are you sure you want to continue?"
)
ALL_WARNING = (
    "WARNING! This will remove all local volumes not used by at least one container.\n"
    "Are you sure you want to continue?"
)


def create(shell: Shell, options: Options, words: list[str]) -> None:
    """Create a volume and print its name."""
    body = options.draft().body
    if words:
        if options.name:
            shell.fail("conflicting options: cannot specify a volume-name through both --name and as a positional arg")
        body["Name"] = words[0]
    if options.typed(*CLUSTER_FLAGS):
        body["ClusterVolumeSpec"] = cluster_spec(options)
    shell.print(shell.send(volume_create(body))["Name"])


def cluster_spec(options: Options) -> dict[str, Any]:
    """Return what a swarm must know of a volume; it refuses one without an access mode, so defaults are in it."""
    access: dict[str, Any] = {"Scope": options.scope, "Sharing": options.sharing}
    if options.type in ("mount", "block"):
        access[f"{options.type.title()}Volume"] = {}
    required, preferred = _topologies(options.topology_required), _topologies(options.topology_preferred)
    spec = {
        "Group": options.group,
        "AccessMode": access,
        "AccessibilityRequirements": _filled({"Requisite": required, "Preferred": preferred}),
        "CapacityRange": _filled({"RequiredBytes": options.required_bytes, "LimitBytes": options.limit_bytes}),
        "Secrets": [{"Key": key, "Secret": secret} for key, secret in sorted(dict(options.secret).items())],
        "Availability": options.availability,
    }
    return _filled(spec)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _topologies(texts: list[str]) -> list[dict[str, Any]]:
    return [{"Segments": dict(part.partition("=")[::2] for part in text.split(","))} for text in texts]


def ls(shell: Shell, options: Options, words: list[str]) -> None:
    """List volumes, sorted by name."""
    from rawdocker_cli.listing import chosen_format, show
    from rawdocker_cli.order import natural

    rows = shell.send(volume_list(filters=filters(options.filter)))["Volumes"] or []
    source = chosen_format(shell, options.format, "volumesFormat", options.quiet)
    if options.cluster:
        rows = [row for row in rows if row.get("ClusterVolume")]
        source = "" if options.quiet else CLUSTER_TABLE
    show(shell, table(), sorted(rows, key=lambda row: natural(row["Name"])), source, options.quiet)


def table() -> Table[dict[str, Any]]:
    """Return what `volume ls` can show."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.listing import joined, labelled

    return Table(
        "*formatter.volumeContext",
        {
            "Name": ("VOLUME NAME", lambda row: row["Name"]),
            "Group": ("GROUP", lambda row: _of_cluster(row, "Group")),
            "Driver": ("DRIVER", lambda row: row["Driver"]),
            "Scope": ("SCOPE", lambda row: row["Scope"]),
            "Availability": ("AVAILABILITY", lambda row: _of_cluster(row, "Availability")),
            "Mountpoint": ("MOUNTPOINT", lambda row: row["Mountpoint"]),
            "Labels": ("LABELS", lambda row: joined(row.get("Labels"))),
            "Label": (None, lambda row, name: labelled(row.get("Labels"), name), 1),
            "Links": ("LINKS", _links),
            "Size": ("SIZE", _size),
            "Status": ("STATUS", _status),
        },
        default=r"table {{.Driver}}\t{{.Name}}",
        quiet="{{.Name}}",
        raw=r"name: {{.Name}}\ndriver: {{.Driver}}\n",
        raw_quiet="name: {{.Name}}",
    )


def _of_cluster(row: dict[str, Any], name: str) -> str:
    cluster = row.get("ClusterVolume")
    return str(cluster.get("Spec", {}).get(name) or "") if cluster else "N/A"


def _links(row: dict[str, Any]) -> str:
    usage = row.get("UsageData")
    return str(usage["RefCount"]) if usage else "N/A"


def _size(row: dict[str, Any]) -> str:
    from rawdocker_cli.units import human_size

    usage = row.get("UsageData")
    return human_size(usage["Size"]) if usage else "N/A"


def _status(row: dict[str, Any]) -> str:
    cluster = row.get("ClusterVolume")
    if not cluster:
        return "N/A"
    if not (cluster.get("Info") or {}).get("VolumeID"):
        return "pending creation"
    nodes = len(cluster.get("PublishStatus") or ())
    return f"in use ({nodes} node{'s' if nodes > 1 else ''})" if nodes else "created"


def rm(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove volumes, one after the other."""
    force = options.force or None
    in_turn(shell, words, lambda name: shell.send(volume_delete(trimmed("volume", name), force=force)))


def prune(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove the volumes that no container uses, after asking."""
    from rawdocker_cli.prune import confirmed, prune_filters
    from rawdocker_cli.units import human_size

    chosen = prune_filters(shell, options.filter) or {}
    if options.all:
        if "all" in chosen:
            shell.fail("conflicting options: cannot specify both --all and --filter all=1")
        chosen["all"] = {"true": True}
    takes_named = options.all or _always_all(shell)
    if not options.force and not confirmed(shell, ALL_WARNING if takes_named else ANONYMOUS_WARNING):
        return
    report = shell.send(volume_prune(filters=chosen or None))
    deleted = report.get("VolumesDeleted") or []
    if deleted:
        shell.print("Deleted Volumes:\n" + "".join(f"{name}\n" for name in deleted))
    shell.print(f"Total reclaimed space: {human_size(report['SpaceReclaimed'] if deleted else 0)}")


def _always_all(shell: Shell) -> bool:
    from rawdocker.version import at_least

    return not at_least(shell.docker.negotiate(), "1.42")
