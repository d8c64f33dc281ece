"""Networks: the requests that flags become, what is printed, and what is refused before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

NOBODY = "Error response from daemon: network nobody not found\n"
PRUNED = "WARNING! This will remove all custom networks not used by at least one container.\n"
QUESTION = PRUNED + "Are you sure you want to continue? [y/N] "


def refuses(engine: Any, request: str, message: str, status: int = 404) -> None:
    engine.answers(request, status=status, body={"message": message})


def body_of(request: str) -> Any:
    return json.loads(request.split(" ", 2)[2])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("-d macvlan -o parent=eth0 -o mode", {"Driver": "macvlan", "Options": {"parent": "eth0", "mode": ""}}),
        ("--label a=1 --label b", {"Labels": {"a": "1", "b": ""}}),
        (
            "--internal --attachable --ingress --config-only",
            {"Internal": True, "Attachable": True, "Ingress": True, "ConfigOnly": True},
        ),
        ("--config-from base --scope swarm", {"ConfigFrom": {"Network": "base"}, "Scope": "swarm"}),
        ("--ipv4=false --ipv6", {"EnableIPv4": False, "EnableIPv6": True}),
        ("--ipam-driver null --ipam-opt a=b", {"IPAM": {"Driver": "null", "Options": {"a": "b"}}}),
        (
            "--subnet 10.1.0.0/16,fd00::/64 --gateway fd00::1 --ip-range 10.1.4.0/24 --gateway 10.1.0.1 "
            "--aux-address router=10.1.0.2",
            {
                "IPAM": {
                    "Config": [
                        {
                            "Subnet": "10.1.0.0/16",
                            "IPRange": "10.1.4.0/24",
                            "Gateway": "10.1.0.1",
                            "AuxiliaryAddresses": {"router": "10.1.0.2"},
                        },
                        {"Subnet": "fd00::/64", "Gateway": "fd00::1"},
                    ]
                }
            },
        ),
    ],
)
def test_create_sends_what_was_typed(engine: Any, rawdocker: Any, line: str, expected: Any) -> None:
    engine.answers("POST /networks/create", status=201, body={"Id": "f" * 64, "Warning": ""})
    assert rawdocker("network", "create", *line.split(), "web") == (0, "f" * 64 + "\n", "")
    assert body_of(engine.requests[0]) == {"Name": "web", "CheckDuplicate": True, **expected}


def test_newer_engines_refuse_a_second_network_of_a_name_by_themselves(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.44")
    route = engine.router.post("http://localhost/v1.44/networks/create").respond(201, json={"Id": "new"})
    assert rawdocker("network", "create", "web").code == 0
    assert json.loads(route.calls[0].request.content) == {"Name": "web"}


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("--gateway 10.0.0.1", 1, "every ip-range or gateway must have a corresponding subnet"),
        ("--ip-range 10.0.0.0/28", 1, "every ip-range or gateway must have a corresponding subnet"),
        (
            "--subnet 10.0.0.0/8 --subnet 10.1.0.0/16",
            1,
            "multiple overlapping subnet configuration is not supported",
        ),
        ("--subnet 10.0.0.0/33 --gateway 10.0.0.1", 1, "invalid subnet: invalid CIDR address: 10.0.0.0/33"),
        ("--subnet 10.0.0.0/24 --ip-range ten", 1, "invalid CIDR address: ten"),
        ("--subnet 10.0.0.0/24 --gateway ten", 1, "no matching subnet for gateway ten"),
        ("--subnet 10.0.0.0/24 --gateway 10.0.1.1", 1, "no matching subnet for gateway 10.0.1.1"),
        ("--subnet 10.0.0.0/24 --ip-range 10.1.0.0/28", 1, "no matching subnet for range 10.1.0.0/28"),
        ("--aux-address a=10.0.0.1", 1, "no matching subnet for aux-address 10.0.0.1"),
        (
            "--subnet 10.0.0.0/24 --subnet 10.1.0.0/24 --gateway 10.0.0.1 --gateway 10.0.0.2",
            1,
            "cannot configure multiple gateways (10.0.0.2, 10.0.0.1) for the same subnet (10.0.0.0/24)",
        ),
        (
            "--subnet 10.0.0.0/24 --subnet 10.1.0.0/24 --ip-range 10.0.0.0/28 --ip-range 10.0.0.16/28",
            1,
            "cannot configure multiple ranges (10.0.0.16/28, 10.0.0.0/28) on the same subnet (10.0.0.0/24)",
        ),
    ],
)
def test_addresses_that_do_not_fit_together_are_refused(
    engine: Any, rawdocker: Any, line: str, code: int, message: str
) -> None:
    assert rawdocker("network", "create", *line.split(), "web") == (code, "", message + "\n")
    assert engine.requests == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ["create", "--label", " =", "web"],
            'invalid argument " =" for "--label" flag: invalid label \' =\': empty name',
        ),
        (
            ["create", "--label", "a b=c", "web"],
            'invalid argument "a b=c" for "--label" flag: label \'a b\' contains whitespaces',
        ),
        (
            ["create", "--subnet", 'a"b', "web"],
            'invalid argument "a\\"b" for "--subnet" flag: parse error on line 1, column 2: bare " in non-quoted-field',
        ),
        (
            ["connect", "--link", "a:b:c", "net", "web"],
            'invalid argument "a:b:c" for "--link" flag: bad format for links: a:b:c',
        ),
    ],
)
def test_a_value_that_cannot_be_parsed_is_a_wrong_flag(
    engine: Any, rawdocker: Any, words: list[str], complaint: str
) -> None:
    ran = rawdocker("network", *words)
    assert (ran.code, ran.out, ran.err.splitlines()[0]) == (125, "", complaint)


@pytest.mark.parametrize(
    ("line", "endpoint"),
    [
        ("", None),
        (
            "--alias a,b --alias c --link db:d --driver-opt k=v",
            {"Aliases": ["a", "b", "c"], "Links": ["db:d"], "DriverOpts": {"k": "v"}},
        ),
        (
            "--ip 10.0.0.5 --ip6 fd00::5 --link-local-ip 169.254.1.1,169.254.1.2 --gw-priority -1",
            {
                "IPAMConfig": {
                    "IPv4Address": "10.0.0.5",
                    "IPv6Address": "fd00::5",
                    "LinkLocalIPs": ["169.254.1.1", "169.254.1.2"],
                },
                "GwPriority": -1,
            },
        ),
    ],
)
def test_connect_sends_what_was_typed(engine: Any, rawdocker: Any, line: str, endpoint: Any) -> None:
    engine.answers("POST /networks/net/connect", status=200)
    assert rawdocker("network", "connect", *line.split(), "net", "web") == (0, "", "")
    expected = {"Container": "web", **({"EndpointConfig": endpoint} if endpoint else {})}
    assert body_of(engine.requests[0]) == expected


@pytest.mark.parametrize("option", ["k", "=v", " = v"])
def test_a_driver_option_needs_a_name_and_a_value(engine: Any, rawdocker: Any, option: str) -> None:
    ran = rawdocker("network", "connect", "--driver-opt", option, "net", "web")
    assert ran == (1, "", "invalid key/value pair format in driver options\n")


def test_disconnect_says_by_force_only_when_told(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /networks/net/disconnect", status=200)
    assert rawdocker("network", "disconnect", "net", "web") == (0, "", "")
    assert rawdocker("network", "disconnect", "-f", "net", "web") == (0, "", "")
    assert list(map(body_of, engine.requests)) == [{"Container": "web"}, {"Container": "web", "Force": True}]


@pytest.mark.parametrize(("net", "web", "kind"), [(" ", "web", "network"), ("net", "", "container")])
def test_a_blank_name_is_refused(engine: Any, rawdocker: Any, net: str, web: str, kind: str) -> None:
    expected = (1, "", f"invalid {kind} name or ID: value is empty\n")
    assert rawdocker("network", "connect", net, web) == expected
    assert rawdocker("network", "disconnect", net, web) == expected


def test_rm_looks_before_it_removes_and_goes_on_after_an_error(engine: Any, rawdocker: Any) -> None:
    refuses(engine, "GET /networks/nobody", "network nobody not found")
    refuses(engine, "DELETE /networks/nobody", "network nobody not found")
    engine.answers("GET /networks/web", "network_inspect")
    engine.answers("DELETE /networks/web")
    assert rawdocker("network", "rm", "nobody", "web", "") == (
        1,
        "web\n",
        NOBODY + "invalid network name or ID: value is empty\nexit status 1\n",
    )
    assert engine.requests == [
        "GET /networks/nobody",
        "DELETE /networks/nobody",
        "GET /networks/web",
        "DELETE /networks/web",
    ]


def test_rm_with_force_does_not_mind_what_is_not_there(engine: Any, rawdocker: Any) -> None:
    refuses(engine, "GET /networks/nobody", "network nobody not found")
    refuses(engine, "DELETE /networks/nobody", "network nobody not found")
    refuses(engine, "GET /networks/bridge", "?", 500)
    refuses(engine, "DELETE /networks/bridge", "bridge is a pre-defined network and cannot be removed", 403)
    assert rawdocker("network", "rm", "-f", "nobody") == (0, "", "")
    ran = rawdocker("network", "remove", "--force", "bridge", "nobody")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "Error response from daemon: bridge is a pre-defined network and cannot be removed\nexit status 1\n"
    )


@pytest.mark.parametrize(("answer", "removed"), [("n\n", False), ("", False), ("Y\n", True)])
def test_the_network_of_published_ports_is_removed_after_asking(
    engine: Any, rawdocker: Any, answer: str, removed: bool
) -> None:
    engine.answers("GET /networks/ingress", "network_inspect_ingress")
    engine.answers("DELETE /networks/ingress")
    ran = rawdocker("network", "rm", "ingress", stdin=answer)
    assert ran.code == 0
    assert ran.out.startswith("WARNING! Before removing the routing-mesh network")
    assert ran.out.endswith("[y/N] ingress\n" if removed else "[y/N] ")
    assert ("DELETE /networks/ingress" in engine.requests) is removed


def test_prune_asks_first_and_lists_what_is_gone(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /networks/prune", status=200, body={"NetworksDeleted": ["a", "b"]})
    assert rawdocker("network", "prune", stdin="n\n") == (0, QUESTION, "")
    assert engine.requests == []
    assert rawdocker("network", "prune", stdin="y\n") == (0, QUESTION + "Deleted Networks:\na\nb\n\n", "")
    assert rawdocker("network", "prune", "-f", "--filter", "until=1h") == (0, "Deleted Networks:\na\nb\n\n", "")
    assert engine.requests == [
        "POST /networks/prune",
        "POST /networks/prune?filters=%7B%22until%22%3A%7B%221h%22%3Atrue%7D%7D",
    ]


def test_prune_says_nothing_where_nothing_is_gone(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /networks/prune", status=200, body={"NetworksDeleted": None})
    assert rawdocker("network", "prune", "-f") == (0, "", "")


def test_the_format_of_config_json_is_used_unless_another_or_ids_are_wanted(
    engine: Any, rawdocker: Any, config: Any
) -> None:
    config(networksFormat="{{.Name}}")
    engine.answers("GET /networks", "network_list")
    names = rawdocker("network", "ls").out
    assert "bridge\n" in names
    assert rawdocker("network", "ls", "--format", "{{.Driver}}").out != names
    assert len(rawdocker("network", "ls", "-q").out.splitlines()[0]) == 12
