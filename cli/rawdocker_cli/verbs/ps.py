"""ps: the table of containers."""

from __future__ import annotations

from typing import Any

from rawdocker.calls.container import container_list
from rawdocker_cli import units
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.format import Table, TemplateError, print_rows, row_value
from rawdocker_cli.shell import Shell
from rawdocker_cli.template import parse
from rawdocker_cli.template.values import Value

Row = dict[str, Any]
"""A container as GET /containers/json lists it."""

TABLE = r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
RAW = """container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
"""
LONGEST_COMMAND = 20
LONGEST_MOUNT = 15


def ps(shell: Shell, options: Options, words: list[str]) -> None:
    """List containers: one request, whatever is shown."""
    source = options.format or str(shell.config.get("psFormat") or "")
    if options.format and options.quiet:
        shell.warn("WARNING: Ignoring custom format, because both --format and --quiet are set.")
    size = options.size or (_checked(shell, source) and not options.quiet and not options.typed("size"))
    call = container_list(
        all=options.all or None, limit=_limit(options), size=size or None, filters=filters(options.filter)
    )
    try:
        print_rows(shell.write, table(not options.no_trunc, size), shell.send(call), source, options.quiet)
    except TemplateError as error:
        shell.fail(str(error))


def _limit(options: Options) -> int | None:
    last: int = 1 if options.latest and options.last == -1 else options.last
    return last if last > 0 else None


def _checked(shell: Shell, source: str) -> bool:
    """Try a template on a blank container, as docker does before it asks the engine; say whether it wants the size."""
    asked = []

    def size(row: Row) -> str:
        asked.append(row)
        return _size(row)

    blank = table(trunc=False, size=False)
    trial = blank._replace(columns={**blank.columns, "Size": ("SIZE", size)})
    try:
        template = parse(source)
    except TemplateError as error:
        shell.fail(f"failed to parse template: {error}")
    try:
        template.render(row_value(trial, {}))
    except TemplateError as error:
        shell.fail(f"failed to execute template: {error}")
    return bool(asked)


def table(trunc: bool, size: bool) -> Table[Row]:
    """Return the columns of ps: shortened or in full, with the size in the table or not."""
    return Table(
        "*formatter.ContainerContext",
        {
            "ID": ("CONTAINER ID", lambda row: units.truncate_id(_text(row, "Id")) if trunc else _text(row, "Id")),
            "Names": ("NAMES", lambda row: _names(row, trunc)),
            "Image": ("IMAGE", lambda row: _image(row, trunc)),
            "Command": ("COMMAND", lambda row: _command(row, trunc)),
            "CreatedAt": ("CREATED AT", lambda row: str(units.local(row.get("Created") or 0))),
            "RunningFor": ("CREATED", lambda row: units.human_age(row.get("Created") or 0)),
            "Ports": ("PORTS", lambda row: displayable_ports(row.get("Ports") or [])),
            "State": ("STATE", lambda row: _text(row, "State")),
            "Status": ("STATUS", lambda row: _text(row, "Status")),
            "Size": ("SIZE", _size),
            "Labels": ("LABELS", _labels),
            "Label": (None, lambda row, name: (row.get("Labels") or {}).get(name, ""), 1),
            "Mounts": ("MOUNTS", lambda row: _mounts(row, trunc)),
            "LocalVolumes": ("LOCAL VOLUMES", _local_volumes),
            "Networks": ("NETWORKS", lambda row: ",".join((row.get("NetworkSettings") or {}).get("Networks") or ())),
            "Platform": ("PLATFORM", _platform),
        },
        default=TABLE + (r"\t{{.Size}}" if size else ""),
        raw=RAW + (r"size: {{.Size}}\n" if size else ""),
        raw_quiet="container_id: {{.ID}}",
        quiet_always=True,
    )


def _text(row: Row, key: str) -> str:
    return row.get(key) or ""


def _names(row: Row, trunc: bool) -> str:
    names = [name[1:] for name in row.get("Names") or ()]
    # A name with a second part is that of a link to the container, which has names of its own.
    own = [name for name in names if "/" not in name]
    return own[0] if trunc and own else ",".join(names)


def _image(row: Row, trunc: bool) -> str:
    image = _text(row, "Image")
    if not image or not trunc:
        return image or "<no image>"
    short = units.truncate_id(image)
    if units.truncate_id(_text(row, "ImageID")) == short:
        return short
    from rawdocker.errors import InvalidCallError
    from rawdocker.registry.reference import parse as parse_reference

    try:
        return str(parse_reference(image).familiar._replace(digest=""))
    except InvalidCallError:
        return image


def _command(row: Row, trunc: bool) -> str:
    command = _text(row, "Command")
    return units.quote(units.ellipsis(command, LONGEST_COMMAND) if trunc else command)


def _size(row: Row) -> str:
    own, whole = row.get("SizeRw") or 0, row.get("SizeRootFs") or 0
    shown = units.human_size(own, 3)
    return f"{shown} (virtual {units.human_size(whole, 3)})" if whole > 0 else shown


def _labels(row: Row) -> str:
    return ",".join(sorted(f"{name}={value}" for name, value in (row.get("Labels") or {}).items()))


def _mounts(row: Row, trunc: bool) -> str:
    names = [mount.get("Name") or mount.get("Source") or "" for mount in row.get("Mounts") or ()]
    return ",".join(units.ellipsis(name, LONGEST_MOUNT) if trunc else name for name in names)


def _local_volumes(row: Row) -> str:
    return str(sum(mount.get("Driver") == "local" for mount in row.get("Mounts") or ()))


def _platform(row: Row) -> Value:
    from rawdocker_cli.goshapes import go_type, shape
    from rawdocker_cli.template.values import Field, GoType

    inner = go_type("v1.Platform")
    outer = GoType("formatter.Platform", "struct", fields=lambda: [Field("Platform", inner, "", embedded=True)])
    found: dict[str, Any] = (row.get("ImageManifestDescriptor") or {}).get("platform") or {}
    outer.text = lambda _: _platform_text(found)
    value = Value(outer, [shape("v1.Platform", found)]) if found else None
    return Value(GoType("*formatter.Platform", "ptr", elem=outer), value)


def _platform_text(found: dict[str, Any]) -> str:
    system, version = found.get("os"), found.get("os.version")
    if not system:
        return "unknown"
    parts = (f"{system}({version})" if version else system, found.get("architecture"), found.get("variant"))
    return "/".join(part for part in parts if part)


def displayable_ports(ports: list[dict[str, Any]]) -> str:
    """Return ports as the column PORTS has them: neighbours as a range, those published under another number last."""
    groups: dict[tuple[str, str], list[int]] = {}
    done: list[str] = []
    mapped: list[str] = []
    for port in sorted(ports, key=_port_order):
        address, protocol, private = port.get("IP") or "", port["Type"], port["PrivatePort"]
        if address and port.get("PublicPort") != private:
            mapped.append(f"{_host(address)}:{port.get('PublicPort') or 0}->{private}/{protocol}")
            continue
        group = groups.get((address, protocol))
        if group and private == group[1] + 1:
            group[1] = private
            continue
        if group:
            done.append(_group(address, protocol, group))
        groups[address, protocol] = [private, private]
    done += [_group(address, protocol, group) for (address, protocol), group in groups.items()]
    return ", ".join(done + mapped)


def _port_order(port: dict[str, Any]) -> tuple[int, str, int, str]:
    return port["PrivatePort"], port.get("IP") or "", port.get("PublicPort") or 0, port["Type"]


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _group(address: str, protocol: str, group: list[int]) -> str:
    first, last = group
    text = str(first) if first == last else f"{first}-{last}"
    return f"{_host(address)}:{text}->{text}/{protocol}" if address else f"{text}/{protocol}"
