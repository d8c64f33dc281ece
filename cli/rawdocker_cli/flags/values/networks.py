"""--network with its options, what belongs to a container's first network, and names: --dns, --add-host, --link."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from rawdocker_cli.flags.flag import Draft, Into, Kind, puts
from rawdocker_cli.flags.kinds import listed
from rawdocker_cli.flags.values import go
from rawdocker_cli.units import quote

_LONG_FORM = re.compile(r"\w+=\w+", re.ASCII)
_MAC = re.compile(
    r"(?:{0}(?::{0}){{5}}|{0}(?::{0}){{7}}|{0}(?::{0}){{19}}|{0}(?:-{0}){{5}}|{0}(?:-{0}){{7}}|{0}(?:-{0}){{19}}"
    r"|{1}(?:\.{1}){{2}}|{1}(?:\.{1}){{3}}|{1}(?:\.{1}){{9}})".format("[0-9a-fA-F]{2}", "[0-9a-fA-F]{4}")
)
_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(:?{_LABEL}(?::?\.{_LABEL})*)\.?\s*")

ENDPOINTS = "NetworkingConfig.EndpointsConfig"

SETTINGS = {
    "alias": ("Aliases",),
    "ip": ("IPAMConfig", "IPv4Address"),
    "ip6": ("IPAMConfig", "IPv6Address"),
    "link-local-ip": ("IPAMConfig", "LinkLocalIPs"),
    "mac-address": ("MacAddress",),
    "driver-opt": ("DriverOpts",),
    "gw-priority": ("GwPriority",),
}
"""Where the options of --network stand in the settings of an endpoint."""


class Attachment(NamedTuple):
    """One --network: the name of the network and the settings of the container's endpoint in it."""

    target: str
    settings: dict[str, Any]


def _attachment(text: str) -> Attachment:
    if not _LONG_FORM.search(text):
        return Attachment(text, {})
    settings = Draft()
    target = ""
    for field in go.csv_fields(text):
        key, value = _key_and_value(field.lower(), f"invalid field {field.lower()}")
        if key == "name":
            target = value
        elif key in SETTINGS:
            _set(settings, key, value)
        else:
            raise ValueError(f"invalid field key {key}")
    if not target:
        raise ValueError("network name/id is not specified")
    return Attachment(target, settings.body)


def _set(settings: Draft, key: str, value: str) -> None:
    path = SETTINGS[key]
    if key in ("alias", "link-local-ip"):
        settings.at(*path, default=[]).append(value)
    elif key == "driver-opt":
        name, text = _key_and_value(value, "invalid key value pair format in driver options")
        settings.at(*path, default={})[name] = text
    elif key == "gw-priority":
        settings.put(path, _priority(value))
    elif value:
        settings.put(path, value)


def _key_and_value(text: str, message: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError(message)
    return key.strip(), value.strip()


def _priority(text: str) -> int:
    try:
        return go.integer(text)
    except go.NumberError as error:
        raise ValueError(f"invalid gw-priority ({text}): {error.reason}") from None


NETWORK = Kind("network", _attachment, [], repeated=True)


@puts("HostConfig.NetworkMode", ENDPOINTS)
def into_networks(draft: Draft, attachments: list[Attachment]) -> None:
    """Put the first network into HostConfig.NetworkMode, and those with settings, or several, into EndpointsConfig."""
    from copy import deepcopy

    draft.put(("HostConfig", "NetworkMode"), attachments[0].target)
    for target, settings in attachments:
        if "MacAddress" in settings:
            _check_mac(settings["MacAddress"])
        if settings or len(attachments) > 1:
            draft.put(("NetworkingConfig", "EndpointsConfig", target), deepcopy(settings))


def into_endpoint(*path: str) -> Into:
    """Return what puts a value into the settings of the container's endpoint in its first network."""

    @puts(".".join((ENDPOINTS, "*", *path)))
    def put(draft: Draft, value: Any) -> None:
        if value:
            draft.put(("NetworkingConfig", "EndpointsConfig", first_network(draft), *path), value)

    return put


@puts(f"{ENDPOINTS}.*.MacAddress")
def into_mac(draft: Draft, value: str) -> None:
    """Put a MAC address into the endpoint in the first network."""
    if value:
        _check_mac(value)
        into_endpoint("MacAddress")(draft, value)


@puts("HostConfig.Links", f"{ENDPOINTS}.*.Links")
def into_links(draft: Draft, links: list[str]) -> None:
    """Put container:alias into HostConfig.Links; in a network of the user they are the endpoint's too."""
    draft.put(("HostConfig", "Links"), links)
    if is_user_defined(first_network(draft)):
        into_endpoint("Links")(draft, list(links))


def first_network(draft: Draft) -> str:
    """Return the network that options without a network's name are about."""
    return str(draft.body.get("HostConfig", {}).get("NetworkMode", "default"))


def is_user_defined(network: str) -> bool:
    """Say whether a network mode is a network that someone created."""
    return network not in ("default", "bridge", "host", "none") and not network.startswith("container:")


def _check_mac(text: str) -> None:
    if not _MAC.fullmatch(text.strip()):
        raise ValueError(f"{text} is not a valid mac address")


def _link(text: str) -> str:
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")
    return text


def _nameserver(text: str) -> str:
    address = go.ip_address(text.strip())
    if not address:
        raise ValueError(f"IP address is not correctly formatted: {text}")
    return address


def _search_domain(text: str) -> str:
    text = text.strip(" ")
    if text == ".":
        return text
    found = _DOMAIN.fullmatch(text)
    if not found or not re.search("[a-zA-Z]", text) or len(found[1]) >= 255:
        raise ValueError(f"{text} is not a valid domain")
    return found[1]


def _extra_host(text: str) -> str:
    """Return name:ip or name=ip as the engine takes it; brackets around the address go."""
    name, separator, address = text.partition("=" if "=" in text else ":")
    if not separator or not name or ":" in name:
        raise ValueError(f"bad format for add-host: {quote(text)}")
    if address != "host-gateway":
        if len(address) > 2 and address[0] == "[" and address[-1] == "]":
            address = address[1:-1]
        if not go.ip_address(address.strip()):
            raise ValueError(f"invalid IP address in add-host: {quote(address)}")
    return f"{name}:{address}"


LINK = listed(_link)
NAMESERVER = listed(_nameserver)
SEARCH_DOMAIN = listed(_search_domain)
EXTRA_HOST = listed(_extra_host)
