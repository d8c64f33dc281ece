"""Which of the credentials in docker's config.json belong to a registry. Standard library only.

What docker login stored in the file itself ("auths") is read; credential helpers are programs of their own, which
are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rawdocker.errors import EndpointError
from rawdocker.registry.reference import DEFAULT_DOMAIN

HUB_KEY = "https://index.docker.io/v1/"
"""The name under which config.json keeps the credentials of docker.io."""

_FIELDS = ("username", "password", "email", "identitytoken", "registrytoken")


def credentials_for(domain: str, config: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what X-Registry-Auth holds for a registry, None where config.json has nothing for it.

    Parameters:
        domain: the registry, with its port: docker.io, localhost:5000.
        config: the content of config.json.

    Raises EndpointError where the entry cannot be decoded; the message never holds the entry.
    """
    stored: Mapping[str, Any] = config.get("auths") or {}
    key = HUB_KEY if domain in (DEFAULT_DOMAIN, "index.docker.io") else domain
    if key not in stored:
        key = next((address for address in stored if _host_of(address) == key), "")
    entry = stored.get(key)
    return _decoded(entry, key) if entry else None


def _host_of(address: str) -> str:
    """Return host and port of what older versions of docker wrote as a URL."""
    return address.partition("://")[2].partition("/")[0] if "://" in address else address.partition("/")[0]


def _decoded(entry: Mapping[str, str], address: str) -> dict[str, str]:
    found = {name: entry[name] for name in _FIELDS if entry.get(name)}
    if entry.get("auth"):
        found["username"], found["password"] = _user_and_password(entry["auth"], address)
    return {**found, "serveraddress": address}


def _user_and_password(auth: str, address: str) -> tuple[str, str]:
    from base64 import b64decode

    try:
        user, colon, password = b64decode(auth, validate=True).decode().partition(":")
    except ValueError:
        user = colon = password = ""
    if not user or not colon:
        raise EndpointError(f"the credentials of {address} in config.json are invalid: not user:password in base64")
    return user, password.strip("\0")
