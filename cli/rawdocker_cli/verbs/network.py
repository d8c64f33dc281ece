"""Networks: what they are made of, who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rawdocker.calls.network import (
    network_connect,
    network_create,
    network_delete,
    network_disconnect,
    network_inspect,
    network_list,
    network_prune,
)
from rawdocker.errors import NotFoundError, RawdockerError
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.prune import confirmed, prune_filters
from rawdocker_cli.shell import Failure, Shell, spoken
from rawdocker_cli.verbs.each import trimmed

if TYPE_CHECKING:
    from rawdocker_cli.format import Table

INGRESS_WARNING = (
    "WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker "
    "engine version. Otherwise, removal may not be effective and functionality of newly create ingress networks will "
    "be impaired.\nAre you sure you want to continue?"
)
PRUNE_WARNING = (
    "WARNING! This will remove all custom networks not used by at least one container.\n"
    "Are you sure you want to continue?"
)


def create(shell: Shell, options: Options, words: list[str]) -> None:
    """Create a network and print its id."""
    body = options.draft().body
    config = ipam_config(options.subnet, options.ip_range, options.gateway, dict(options.aux_address))
    if config:
        body.setdefault("IPAM", {})["Config"] = config
    if _takes_duplicates(shell):
        body["CheckDuplicate"] = True
    shell.print(shell.send(network_create({"Name": words[0], **body}))["Id"])


def _takes_duplicates(shell: Shell) -> bool:
    """Say whether the engine makes a second network of the same name unless told otherwise."""
    from rawdocker.version import at_least

    return not at_least(shell.docker.negotiate(), "1.44")


def ipam_config(
    subnets: Sequence[str], ranges: Sequence[str], gateways: Sequence[str], auxiliary: dict[str, str]
) -> list[dict[str, Any]]:
    """Return IPAM.Config: each subnet with the range, the gateway and the addresses that lie in it."""
    if len(subnets) < max(len(ranges), len(gateways)):
        raise Failure("every ip-range or gateway must have a corresponding subnet")
    configs: dict[str, dict[str, Any]] = {}
    for subnet in subnets:
        if any(_contains(subnet, other) or _contains(other, subnet) for other in configs):
            raise Failure("multiple overlapping subnet configuration is not supported")
        configs[subnet] = {"Subnet": subnet}
    for value in ranges:
        _cidr(value)
    _place(configs, "IPRange", ranges, "range", "ranges ({}, {}) on")
    _place(configs, "Gateway", gateways, "gateway", "gateways ({}, {}) for")
    for name, address in auxiliary.items():
        for subnet in _around(configs, address, "aux-address"):
            configs[subnet].setdefault("AuxiliaryAddresses", {})[name] = address
    return list(configs.values())


def _place(configs: dict[str, dict[str, Any]], key: str, values: Sequence[str], what: str, several: str) -> None:
    for value in values:
        for subnet in _around(configs, value, what):
            config = configs[subnet]
            if key in config:
                raise Failure(
                    f"cannot configure multiple {several.format(value, config[key])} the same subnet ({subnet})"
                )
            config[key] = value


def _around(configs: dict[str, Any], address: str, what: str) -> list[str]:
    found = [subnet for subnet in configs if _contains(subnet, address)]
    if not found:
        raise Failure(f"no matching subnet for {what} {address}")
    return found


def _contains(subnet: str, address: str) -> bool:
    """Say whether an address, or the address of a network in CIDR form, lies in a subnet."""
    from ipaddress import ip_address

    try:
        network = _cidr(subnet).network
    except Failure as failure:
        raise Failure(f"invalid subnet: {failure}") from None
    if "/" in address:
        return _cidr(address).ip in network
    try:
        return ip_address(address) in network
    except ValueError:
        return False


def _cidr(text: str) -> Any:
    from ipaddress import ip_interface

    try:
        address, _, length = text.partition("/")
        if not (length.isascii() and length.isdigit()) or "%" in address:
            raise ValueError
        return ip_interface(text)
    except ValueError:
        raise Failure(f"invalid CIDR address: {text}") from None


def ls(shell: Shell, options: Options, words: list[str]) -> None:
    """List networks, sorted by name."""
    from rawdocker_cli.listing import chosen_format, show
    from rawdocker_cli.order import natural
    from rawdocker_cli.units import truncate_id

    rows = sorted(shell.send(network_list(filters=filters(options.filter))), key=lambda row: natural(row["Name"]))
    if not options.no_trunc:
        rows = [{**row, "Id": truncate_id(row["Id"])} for row in rows]
    show(shell, table(), rows, chosen_format(shell, options.format, "networksFormat", options.quiet), options.quiet)


def table() -> Table[dict[str, Any]]:
    """Return what `network ls` can show."""
    from rawdocker_cli.format import Table
    from rawdocker_cli.listing import joined, labelled, truth
    from rawdocker_cli.units import parse_rfc3339

    return Table(
        "*network.networkContext",
        {
            "ID": ("NETWORK ID", lambda row: row["Id"]),
            "Name": ("NAME", lambda row: row["Name"]),
            "Driver": ("DRIVER", lambda row: row["Driver"]),
            "Scope": ("SCOPE", lambda row: row["Scope"]),
            "IPv4": ("IPV4", lambda row: truth(row.get("EnableIPv4"))),
            "IPv6": ("IPV6", lambda row: truth(row.get("EnableIPv6"))),
            "Internal": ("INTERNAL", lambda row: truth(row.get("Internal"))),
            "Labels": ("LABELS", lambda row: joined(row.get("Labels"))),
            "Label": (None, lambda row, name: labelled(row.get("Labels"), name), 1),
            "CreatedAt": ("CREATED AT", lambda row: str(parse_rfc3339(row["Created"]))),
        },
        default=r"table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
        raw=r"network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
        raw_quiet="network_id: {{.ID}}",
    )


def rm(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove networks; what fails is told at once, the others are removed all the same."""
    failed = False
    for name in words:
        try:
            if _is_ingress(shell, name) and not confirmed(shell, INGRESS_WARNING):
                continue
            shell.send(network_delete(trimmed("network", name)))
        except (RawdockerError, Failure) as error:
            if options.force and isinstance(error, NotFoundError):
                continue
            shell.warn(spoken(error))
            failed = True
        else:
            shell.print(name)
    if failed:
        shell.fail("exit status 1")


def _is_ingress(shell: Shell, name: str) -> bool:
    try:
        return bool(shell.send(network_inspect(trimmed("network", name))).get("Ingress"))
    except (RawdockerError, Failure):
        return False


def driver_opts(options: Sequence[str]) -> dict[str, str]:
    """Return name=value texts as an object, blanks around both taken off."""
    found = {}
    for option in options:
        name, equals, value = (part.strip() for part in option.partition("="))
        if not equals or not name:
            raise Failure("invalid key/value pair format in driver options")
        found[name] = value
    return found


def connect(shell: Shell, options: Options, words: list[str]) -> None:
    """Connect a container to a network."""
    body = options.draft().body
    network, container = trimmed("network", words[0]), trimmed("container", words[1])
    shell.send(network_connect(network, {"Container": container, **body}))


def disconnect(shell: Shell, options: Options, words: list[str]) -> None:
    """Disconnect a container from a network."""
    network, container = trimmed("network", words[0]), trimmed("container", words[1])
    shell.send(network_disconnect(network, {"Container": container, **options.draft().body}))


def prune(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove all networks that no container uses, after asking."""
    chosen = prune_filters(shell, options.filter)
    if not options.force and not confirmed(shell, PRUNE_WARNING):
        return
    deleted = shell.send(network_prune(filters=chosen)).get("NetworksDeleted")
    if deleted:
        shell.print("Deleted Networks:\n" + "".join(f"{name}\n" for name in deleted))
