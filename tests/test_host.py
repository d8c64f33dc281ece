"""The endpoint is found as docker finds it, and says why."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rawdocker import errors
from rawdocker.host import Endpoint, TLSFiles, load_config, parse_host, resolve


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"DOCKER_CONFIG": str(tmp_path), "HOME": str(tmp_path)}


def add_context(root: Path, name: str, docker: dict[str, Any]) -> Path:
    digest = sha256(name.encode()).hexdigest()
    meta = root / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": docker}}))
    return root / "contexts" / "tls" / digest / "docker"


def test_without_any_setting_it_is_the_default_socket(environ: dict[str, str]) -> None:
    assert resolve(environ=environ) == Endpoint("unix:///var/run/docker.sock", "the default")


def test_an_empty_host_is_the_default_socket_whatever_the_environment_says(environ: dict[str, str]) -> None:
    assert resolve("", environ={**environ, "DOCKER_HOST": "tcp://env:1"}).url == "unix:///var/run/docker.sock"


PLACES = [
    ("host", "tcp://host:1", "--host"),
    ("DOCKER_HOST", "tcp://env:1", "DOCKER_HOST"),
    ("DOCKER_CONTEXT", "tcp://env-context:1", "DOCKER_CONTEXT env-context"),
    ("config", "tcp://config-context:1", "currentContext of config.json config-context"),
]


@pytest.mark.parametrize("first", range(len(PLACES)))
def test_each_place_gives_way_to_those_before_it(environ: dict[str, str], tmp_path: Path, first: int) -> None:
    for name in ("env-context", "config-context"):
        add_context(tmp_path, name, {"Host": f"tcp://{name}:1"})
    given = [place[0] for place in PLACES[first:]]
    environ |= {"DOCKER_HOST": "tcp://env:1"} if "DOCKER_HOST" in given else {}
    environ |= {"DOCKER_CONTEXT": "env-context"} if "DOCKER_CONTEXT" in given else {}
    (tmp_path / "config.json").write_text('{"currentContext": "config-context"}')
    endpoint = resolve("tcp://host:1" if "host" in given else None, environ=environ)
    assert (endpoint.url, endpoint.reason) == PLACES[first][1:]


def test_a_context_named_by_option_wins_over_everything(environ: dict[str, str], tmp_path: Path) -> None:
    add_context(tmp_path, "web", {"Host": "tcp://web:1"})
    environ |= {"DOCKER_HOST": "tcp://env:1", "DOCKER_CONTEXT": "other"}
    assert resolve(context="web", environ=environ) == Endpoint("tcp://web:1", "--context web", context="web")


def test_the_context_default_is_docker_host(environ: dict[str, str]) -> None:
    environ |= {"DOCKER_HOST": "tcp://env:1", "DOCKER_CONTEXT": "other"}
    assert resolve(context="default", environ=environ).url == "tcp://env:1"


@pytest.mark.parametrize("where", ["option", "environment", "config"])
def test_an_unknown_context_is_an_error_and_never_the_default(
    environ: dict[str, str], tmp_path: Path, where: str
) -> None:
    if where == "environment":
        environ["DOCKER_CONTEXT"] = "nope"
    if where == "config":
        (tmp_path / "config.json").write_text('{"currentContext": "nope"}')
    with pytest.raises(
        errors.EndpointError, match=r'context "nope": context not found: open .*meta\.json: no such file'
    ):
        resolve(context="nope" if where == "option" else None, environ=environ)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Endpoints": {}}', '{"Endpoints": {"docker": 1}}'])
def test_a_broken_context_is_an_error(environ: dict[str, str], tmp_path: Path, text: str) -> None:
    add_context(tmp_path, "web", {})
    (tmp_path / "contexts" / "meta" / sha256(b"web").hexdigest() / "meta.json").write_text(text)
    with pytest.raises(errors.EndpointError, match='context "web"'):
        resolve(context="web", environ=environ)


def test_host_and_context_together_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(errors.EndpointError, match="cannot specify both --host and --context"):
        resolve("tcp://x:1", "web", environ=environ)


def test_a_context_brings_its_own_certificates(environ: dict[str, str], tmp_path: Path) -> None:
    directory = add_context(tmp_path, "web", {"Host": "tcp://web:2376", "SkipTLSVerify": True})
    directory.mkdir(parents=True)
    (directory / "ca.pem").touch()
    assert resolve(context="web", environ=environ).tls == TLSFiles(ca=str(directory / "ca.pem"), verify=False)


@pytest.mark.parametrize(
    ("variables", "tls"),
    [
        ({}, None),
        ({"DOCKER_TLS_VERIFY": ""}, None),
        ({"DOCKER_TLS_VERIFY": "1"}, True),
        ({"DOCKER_TLS_VERIFY": "0"}, True),
        ({"DOCKER_TLS": "1"}, False),
    ],
)
def test_tls_is_asked_for_by_the_environment(
    environ: dict[str, str], variables: dict[str, str], tls: bool | None
) -> None:
    endpoint = resolve("tcp://engine", environ=environ | variables)
    assert (endpoint.tls.verify if endpoint.tls else None) == tls
    assert endpoint.url == ("tcp://engine:2375" if tls is None else "tcp://engine:2376")


def test_certificates_come_from_docker_cert_path(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / "certs" / name).touch()
    environ |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path / "certs")}
    tls = resolve("tcp://engine:2376", environ=environ).tls
    assert tls == TLSFiles(*(str(tmp_path / "certs" / name) for name in ("ca.pem", "cert.pem", "key.pem")))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("unix:///run/x.sock", "unix:///run/x.sock"),
        ("unix://", "unix:///var/run/docker.sock"),
        ("", "unix:///var/run/docker.sock"),
        ("tcp://1.2.3.4:5", "tcp://1.2.3.4:5"),
        ("tcp://engine", "tcp://engine:2375"),
        ("tcp://", "tcp://localhost:2375"),
        ("engine:99", "tcp://engine:99"),
        ("tcp://[::1]:99", "tcp://[::1]:99"),
        ("http://engine:99", "tcp://engine:99"),
        ("tcp://é:99", "tcp://xn--9ca:99"),
        ("ssh://me@host/run/docker.sock", "ssh://me@host/run/docker.sock"),
    ],
)
def test_a_host_is_completed(host: str, url: str) -> None:
    assert parse_host(host) == url


@pytest.mark.parametrize(
    "host",
    ["foo://x", "tcp://engine:port", "tcp://e:99999999", "tcp://a://b", "tcp://a b", "unix://\x1b[31m", "é" * 70],
)
def test_a_malformed_host_is_refused(host: str) -> None:
    with pytest.raises(errors.EndpointError, match="unable to parse docker host"):
        parse_host(host)


@pytest.mark.parametrize(
    ("url", "address"), [("tcp://a:1", ("a", 1)), ("tcp://[::1]:2", ("::1", 2)), ("tcp://a", ("a", 2375))]
)
def test_a_tcp_endpoint_knows_its_address(url: str, address: tuple[str, int]) -> None:
    assert Endpoint(url, "").address == address


@pytest.mark.parametrize(("text", "config"), [(None, {}), ("[]", {}), ('{"psFormat": "x"}', {"psFormat": "x"})])
def test_a_missing_config_is_empty(environ: dict[str, str], tmp_path: Path, text: str | None, config: Any) -> None:
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    assert load_config(environ) == config


@pytest.mark.parametrize("text", ["{", "\x00", "", "[" * 100_000])
def test_a_config_that_is_not_json_is_an_error_that_names_it(
    environ: dict[str, str], tmp_path: Path, text: str
) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(errors.EndpointError, match=r"config\.json"):
        load_config(environ)
