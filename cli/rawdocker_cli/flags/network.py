"""network create, ls, rm, connect, disconnect and prune."""

from __future__ import annotations

from rawdocker_cli.flags.common import CONFIRMS, FORMAT, QUIET, SHORTENS
from rawdocker_cli.flags.flag import Draft, Flag, Into, Verb, body, pairs, puts
from rawdocker_cli.flags.kinds import BOOL, FILTER, INT, LABEL, MAP, STRING, STRINGS, listed


@puts("ConfigFrom.Network")
def _config_from(draft: Draft, name: str) -> None:
    if name:
        draft.put(["ConfigFrom", "Network"], name)


@puts("EndpointConfig.DriverOpts")
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
                "Containers may join a swarm's network",
                body("Attachable"),
                since="1.25",
            ),
            Flag("aux-address", MAP, "name=address that is in use elsewhere", wire=("IPAM.Config",)),
            Flag("config-from", STRING, "Settings of this network", _config_from, since="1.30"),
            Flag("config-only", BOOL, "Only settings for others", body("ConfigOnly"), since="1.30"),
            Flag("driver", STRING, "bridge, macvlan, overlay …", body("Driver"), short="d", default="bridge"),
            Flag("gateway", STRINGS, "The gateway of a subnet", wire=("IPAM.Config",)),
            Flag("ingress", BOOL, "A swarm's network for published ports", body("Ingress"), since="1.29"),
            Flag("internal", BOOL, "No way out", body("Internal")),
            Flag("ip-range", STRINGS, "The part of a subnet that containers get", wire=("IPAM.Config",)),
            Flag("ipam-driver", STRING, "Who gives addresses", body("IPAM.Driver"), default="default"),
            Flag("ipam-opt", MAP, "An option of the IPAM driver", pairs("IPAM.Options")),
            Flag("ipv4", BOOL, "Give IPv4 addresses", body("EnableIPv4"), default=True),
            Flag("ipv6", BOOL, "Give IPv6 addresses", body("EnableIPv6")),
            Flag("label", LABEL, "name=value to keep with it", pairs("Labels")),
            Flag("opt", MAP, "An option of the driver", pairs("Options"), short="o"),
            Flag("scope", STRING, "local or swarm", body("Scope"), since="1.30"),
            Flag("subnet", STRINGS, "Addresses in CIDR form: 10.1.0.0/16", wire=("IPAM.Config",)),
        ),
        words={"NETWORK": ("Name",)},
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
            Flag("filter", FILTER, "Only those that match name=value", wire=("?filters",), short="f"),
            FORMAT,
            Flag("no-trunc", BOOL, "Do not shorten ids", client=SHORTENS),
            Flag("quiet", BOOL, "Only ids", short="q", client=QUIET),
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
        (Flag("force", BOOL, "No error where it does not exist", short="f", client="takes a 404 for success"),),
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
            Flag("alias", STRINGS, "One more name in this network", _endpoint("Aliases")),
            Flag("driver-opt", STRINGS, "name=value for the driver", _driver_opts),
            Flag(
                "gw-priority",
                INT,
                "The network with the highest gives the way out",
                _endpoint("GwPriority"),
            ),
            Flag("ip", STRING, "IPv4 address", _endpoint("IPAMConfig.IPv4Address")),
            Flag("ip6", STRING, "IPv6 address", _endpoint("IPAMConfig.IPv6Address")),
            Flag("link", listed(_link), "container:alias, a name for another one", _endpoint("Links")),
            Flag(
                "link-local-ip",
                STRINGS,
                "Link-local address",
                _endpoint("IPAMConfig.LinkLocalIPs"),
            ),
        ),
        words={"CONTAINER": ("Container",)},
    ),
    Verb(
        "network disconnect",
        "[OPTIONS] NETWORK CONTAINER",
        "Disconnect a container from a network",
        2,
        2,
        "network:disconnect",
        ("POST /networks/{id}/disconnect",),
        (Flag("force", BOOL, "Also where the container is gone", body("Force"), short="f"),),
        words={"CONTAINER": ("Container",)},
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
            Flag("filter", FILTER, "Only those that match: until=24h, label=name=value", wire=("?filters",)),
            Flag("force", BOOL, "Do not ask first", short="f", client=CONFIRMS),
        ),
    ),
)
