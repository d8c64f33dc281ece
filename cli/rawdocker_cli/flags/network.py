"""network create, ls, rm, connect, disconnect and prune."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Draft, Flag, Into, Verb, body, pairs
from rawdocker_cli.flags.kinds import BOOL, FILTER, INT, LABEL, MAP, STRING, STRINGS, listed


def _config_from(draft: Draft, name: str) -> None:
    if name:
        draft.put(["ConfigFrom", "Network"], name)


def _driver_opts(draft: Draft, options: list[str]) -> None:
    from rawdocker_cli.verbs.network import driver_opts

    draft.put(["EndpointConfig", "DriverOpts"], driver_opts(options))


def _link(text: str) -> str:
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")
    return text


def _endpoint(key: str) -> Into:
    return body(f"EndpointConfig.{key}")


VERBS = (
    Verb(
        "network create",
        "[OPTIONS] NETWORK",
        "Create a network",
        1,
        1,
        "network:create",
        ("POST /networks/create",),
        (
            Flag(
                "attachable",
                BOOL,
                "Containers may join a swarm's network (Attachable)",
                body("Attachable"),
                since="1.25",
            ),
            Flag("aux-address", MAP, "name=address that is in use elsewhere (IPAM.Config.AuxiliaryAddresses)"),
            Flag("config-from", STRING, "Settings of this network (ConfigFrom.Network)", _config_from, since="1.30"),
            Flag("config-only", BOOL, "Only settings for others (ConfigOnly)", body("ConfigOnly"), since="1.30"),
            Flag("driver", STRING, "bridge, macvlan, overlay … (Driver)", body("Driver"), short="d", default="bridge"),
            Flag("gateway", STRINGS, "The gateway of a subnet (IPAM.Config.Gateway)"),
            Flag("ingress", BOOL, "A swarm's network for published ports (Ingress)", body("Ingress"), since="1.29"),
            Flag("internal", BOOL, "No way out (Internal)", body("Internal")),
            Flag("ip-range", STRINGS, "The part of a subnet that containers get (IPAM.Config.IPRange)"),
            Flag("ipam-driver", STRING, "Who gives addresses (IPAM.Driver)", body("IPAM.Driver"), default="default"),
            Flag("ipam-opt", MAP, "An option of the IPAM driver (IPAM.Options)", pairs("IPAM.Options")),
            Flag("ipv4", BOOL, "Give IPv4 addresses (EnableIPv4)", body("EnableIPv4"), default=True),
            Flag("ipv6", BOOL, "Give IPv6 addresses (EnableIPv6)", body("EnableIPv6")),
            Flag("label", LABEL, "name=value to keep with it (Labels)", pairs("Labels")),
            Flag("opt", MAP, "An option of the driver (Options)", pairs("Options"), short="o"),
            Flag("scope", STRING, "local or swarm (Scope)", body("Scope"), since="1.30"),
            Flag("subnet", STRINGS, "Addresses in CIDR form: 10.1.0.0/16 (IPAM.Config.Subnet)"),
        ),
    ),
    Verb(
        "network ls",
        "[OPTIONS]",
        "List networks",
        0,
        0,
        "network:ls",
        ("GET /networks?filters",),
        (
            Flag("filter", FILTER, "Only those that match name=value (?filters)", short="f"),
            Flag("format", STRING, "json, table, table TEMPLATE, or a Go template"),
            Flag("no-trunc", BOOL, "Do not shorten ids"),
            Flag("quiet", BOOL, "Only ids", short="q"),
        ),
        aliases=("network list",),
    ),
    Verb(
        "network rm",
        "NETWORK [NETWORK...]",
        "Remove one or more networks",
        1,
        None,
        "network:rm",
        ("GET /networks/{id}", "DELETE /networks/{id}"),
        (Flag("force", BOOL, "No error where it does not exist", short="f"),),
        aliases=("network remove",),
    ),
    Verb(
        "network connect",
        "[OPTIONS] NETWORK CONTAINER",
        "Connect a container to a network",
        2,
        2,
        "network:connect",
        ("POST /networks/{id}/connect",),
        (
            Flag("alias", STRINGS, "One more name in this network (EndpointConfig.Aliases)", _endpoint("Aliases")),
            Flag("driver-opt", STRINGS, "name=value for the driver (EndpointConfig.DriverOpts)", _driver_opts),
            Flag(
                "gw-priority",
                INT,
                "The network with the highest gives the way out (EndpointConfig.GwPriority)",
                _endpoint("GwPriority"),
            ),
            Flag("ip", STRING, "IPv4 address (IPAMConfig.IPv4Address)", _endpoint("IPAMConfig.IPv4Address")),
            Flag("ip6", STRING, "IPv6 address (IPAMConfig.IPv6Address)", _endpoint("IPAMConfig.IPv6Address")),
            Flag("link", listed(_link), "container:alias, a name for another one (Links)", _endpoint("Links")),
            Flag(
                "link-local-ip",
                STRINGS,
                "Link-local address (IPAMConfig.LinkLocalIPs)",
                _endpoint("IPAMConfig.LinkLocalIPs"),
            ),
        ),
    ),
    Verb(
        "network disconnect",
        "[OPTIONS] NETWORK CONTAINER",
        "Disconnect a container from a network",
        2,
        2,
        "network:disconnect",
        ("POST /networks/{id}/disconnect",),
        (Flag("force", BOOL, "Also where the container is gone (Force)", body("Force"), short="f"),),
    ),
    Verb(
        "network prune",
        "[OPTIONS]",
        "Remove all unused networks",
        0,
        0,
        "network:prune",
        ("POST /networks/prune?filters",),
        (
            Flag("filter", FILTER, "Only those that match: until=24h, label=name=value (?filters)"),
            Flag("force", BOOL, "Do not ask first", short="f"),
        ),
    ),
)
