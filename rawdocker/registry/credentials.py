"""Which credentials belong to a registry, where they are kept, and how they get there. Standard library only.

    DOCKER_AUTH_CONFIG   comes before everything: {"auths": {"registry.example": {"auth": "base64 of user:password"}}}
    credHelpers          of config.json: the helper of one registry
    credsStore           of config.json: the helper of all others; without any, the one this system usually has
    auths                of config.json: the credentials themselves, readable for whoever reads the file

Credentials are an object as X-Registry-Auth and POST /auth take it: username and password, identitytoken or
registrytoken, and serveraddress. Helpers are programs; see helpers.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rawdocker.errors import CredentialsError
from rawdocker.host import save_config
from rawdocker.registry import helpers
from rawdocker.registry.reference import DEFAULT_DOMAIN

HUB_KEY = "https://index.docker.io/v1/"
"""The name under which the credentials of docker.io are kept."""

ENVIRONMENT = "DOCKER_AUTH_CONFIG"
"""The variable with credentials that come before all others."""

_KEPT_AS_THEY_ARE = ("email", "identitytoken", "registrytoken")
_FIELDS = ("username", "password", *_KEPT_AS_THEY_ARE)


def for_registry(host: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Find the credentials of a registry; a helper is asked where one is configured.

    Parameters:
        host: the registry, with its port: docker.io, localhost:5000; also an address as login keeps it.
        config: the content of config.json.
        environ: where DOCKER_AUTH_CONFIG and PATH are read, and what the helper gets.

    Answers {"username": ..., "password": ..., "serveraddress": ...} or the same with identitytoken, empty where there
    are none. Raises CredentialsError where they cannot be read; the message never holds them.
    """
    key = key_of(host)
    given = _of_environment(environ)
    if key in given:
        return _decoded(given[key], key, ENVIRONMENT)
    helper = helper_of(key, config, environ)
    return helpers.get(helper, key, environ) if helper else in_file(key, config)


def in_file(host: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Find the credentials of a registry in config.json itself, empty where it has none.

    Parameters and errors are those of for_registry; no helper is asked.
    """
    stored, key = _auths(config), key_of(host)
    if key not in stored:
        key = next((address for address in stored if hostname(address) == key), "")
    return _decoded(stored[key], key) if stored.get(key) else {}


def everything(config: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Collect all credentials there are, by address: the environment's alone where it has some, else those kept.

    Parameters and errors are those of for_registry.
    """
    given = _of_environment(environ)
    if given:
        return {address: _decoded(entry, address, ENVIRONMENT) for address, entry in given.items()}
    helper = helper_of("", config, environ)
    kept = helpers.addresses(helper, environ) if helper else _auths(config)
    found = {address: for_registry(address, config, environ) for address in (*kept, *(config.get("credHelpers") or ()))}
    return {address: credentials for address, credentials in found.items() if credentials}


def keep(credentials: Mapping[str, str], config: dict[str, Any], environ: Mapping[str, str]) -> bool:
    """Keep the credentials of their serveraddress, in the configured helper or in config.json.

    Parameters:
        credentials: what for_registry shall give from now on.
        config: the content of config.json; it is changed, and the file replaced, unless that is what it holds.
        environ: where DOCKER_CONFIG and PATH are read, and what the helper gets.

    Answers whether a password was written into the file. Raises CredentialsError where a helper fails, EndpointError
    where the file cannot be written.
    """
    address = credentials["serveraddress"]
    helper = helper_of(address, config, environ)
    if helper:
        helpers.store(helper, credentials, environ)
    entry = {} if helper else as_entry(credentials)
    stored = _auths(config)
    if stored.get(address) == entry:
        return False
    _replace_auths({**stored, address: entry}, config, environ)
    return bool(not helper and credentials.get("password"))


def forget(address: str, config: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Remove the credentials that are kept for an address; none are as good.

    Parameters and errors are those of keep.
    """
    helper = helper_of(address, config, environ)
    if helper:
        helpers.erase(helper, address, environ)
    stored = _auths(config)
    if address in stored:
        _replace_auths({name: entry for name, entry in stored.items() if name != address}, config, environ)


def as_entry(credentials: Mapping[str, str]) -> dict[str, str]:
    """Return credentials as config.json holds them: user and password in base64, and no address."""
    from base64 import b64encode

    entry = {}
    if credentials.get("username") or credentials.get("password"):
        pair = f"{credentials.get('username', '')}:{credentials.get('password', '')}"
        entry["auth"] = b64encode(pair.encode()).decode()
    return entry | {name: credentials[name] for name in _KEPT_AS_THEY_ARE if credentials.get(name)}


def key_of(host: str) -> str:
    """Return the name under which the credentials of a registry are kept."""
    return HUB_KEY if host in (DEFAULT_DOMAIN, "index.docker.io") else host


def hostname(address: str) -> str:
    """Return host and port of an address that may be a URL, as older versions of docker kept them."""
    return address.partition("://")[2].partition("/")[0] if "://" in address else address.partition("/")[0]


def helper_of(key: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """Return the helper that keeps the credentials of an address, empty where config.json does."""
    by_address = config.get("credHelpers") or {}
    if not isinstance(by_address, dict):
        raise CredentialsError("the credHelpers of config.json are not {address: helper}")
    if key in by_address:
        return str(by_address[key])
    if config.get("credsStore") or config.get("auths") or by_address:
        return str(config.get("credsStore") or "")
    return helpers.usual(environ)


def _replace_auths(auths: dict[str, Any], config: dict[str, Any], environ: Mapping[str, str]) -> None:
    usual = helper_of("", config, environ)
    rest = {name: value for name, value in config.items() if name != "auths"}
    # In the place that the file has for it, else first, as docker writes it.
    changed = {**config, "auths": auths} if "auths" in config else {"auths": auths, **rest}
    if usual:
        # Else the file would hide the helper from the next one who looks for it.
        changed.setdefault("credsStore", usual)
    save_config(changed, environ)
    config.clear()
    config.update(changed)


def _auths(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object_of_objects(config.get("auths") or {}, "the auths of config.json are not")


def _of_environment(environ: Mapping[str, str]) -> Mapping[str, Any]:
    text = environ.get(ENVIRONMENT)
    if not text:
        return {}
    try:
        given = json.loads(text)["auths"]
    except (ValueError, LookupError, TypeError):
        given = None
    return _object_of_objects(given, f"{ENVIRONMENT} is not JSON whose auths are")


def _object_of_objects(found: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise CredentialsError(f"{what} {{address: {{...}}}}")
    return found


def _decoded(entry: Mapping[str, str], address: str, source: str = "config.json") -> dict[str, str]:
    found = {name: entry[name] for name in _FIELDS if entry.get(name)}
    if entry.get("auth"):
        found["username"], found["password"] = _user_and_password(entry["auth"], address, source)
    return {**{name: value for name, value in found.items() if value}, "serveraddress": address}


def _user_and_password(auth: str, address: str, source: str) -> tuple[str, str]:
    from base64 import b64decode

    try:
        user, colon, password = b64decode(auth, validate=True).decode().partition(":")
    except (ValueError, TypeError):
        user = colon = password = ""
    if not user or not colon:
        raise CredentialsError(f"the credentials of {address} in {source} are invalid: not user:password in base64")
    return user, password.strip("\0")
