"""How a registry is told who asks: not at all, then by an anonymous token, then by credentials; each only if need be.

No I/O: what must be asked of a token server is a Request that the conversation yields.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from rawdocker.call import Call
from rawdocker.codec import decode_json
from rawdocker.errors import ProtocolError
from rawdocker.registry.urls import split

_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))')
_CLIENT = "rawdocker"


class Request(NamedTuple):
    """One HTTP request on the way to the answer of a call."""

    call: Call[Any]
    origin: str
    """Scheme and host: https://registry-1.docker.io."""
    target: str
    """Path and query, the very bytes that are sent."""
    headers: Mapping[str, str]
    content: Any = None
    shown: str = ""
    """The target as observers see it, where it holds what must not be seen (the signature of a redirect)."""
    secret: bool = False
    """Whether the bodies are secrets, and not shown to observers: a token server's."""


class Challenge(NamedTuple):
    """What WWW-Authenticate asks for."""

    scheme: str
    """basic or bearer."""
    parameters: Mapping[str, str]


def challenge(header: str) -> Challenge | None:
    """Read WWW-Authenticate; None where it asks for nothing that is known here."""
    for scheme in ("bearer", "basic"):  # of both, the better
        found = re.search(rf"(?:^|,\s*){scheme}(?:\s+|$)", header, re.IGNORECASE)
        if found:
            return Challenge(scheme, _parameters(header[found.end() :]))
    return None


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while match := _PARAMETER.match(text, place):
        name, quoted, bare = match.groups()
        found[name.lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare
        place = match.end()
    return found


def scopes(call: Call[Any]) -> tuple[str, ...]:
    """Return the least that a token must allow for a call: repository:library/debian:pull."""
    name = call.arguments.get("name")
    actions = "pull" if call.method in ("GET", "HEAD") else "pull,push"
    mounted = call.query.get("from")
    wanted = [f"repository:{name}:{actions}"] if name else []
    return (*wanted, f"repository:{mounted}:pull") if mounted else tuple(wanted)


def basic(credentials: Mapping[str, str]) -> str:
    """Return the Authorization of a user and a password; empty where there is none."""
    user, password = credentials.get("username", ""), credentials.get("password", "")
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}" if user else ""


def token_request(asked: Challenge, scope: tuple[str, ...], credentials: Mapping[str, str], *, plain: bool) -> Request:
    """Return the request for a token, an anonymous one where there are no credentials.

    plain: whether a token server without TLS is taken, as with a registry that is spoken to without.
    """
    realm = split(asked.parameters.get("realm", ""))
    allowed = ("https", "http") if plain else ("https",)
    if realm.scheme not in allowed or not realm.hostname:
        raise ProtocolError(f"the token server must be an {' or '.join(allowed)} address, not {realm.geturl()[:200]!r}")
    origin, path = f"{realm.scheme}://{realm.netloc.rpartition('@')[2]}", (realm.path or "/")
    service = [("service", asked.parameters["service"])] if asked.parameters.get("service") else []
    wanted = [*parse_qsl(realm.query), *service, *(("scope", each) for each in scope)]
    if credentials.get("identitytoken"):
        return _refresh(origin, path, wanted, credentials["identitytoken"])
    authorization = basic(credentials)
    account = [("account", credentials["username"])] if authorization else []
    call: Call[Any] = Call("TokenGet", "GET", "/{path}", {"path": path.lstrip("/") or "token"})
    headers = {"Authorization": authorization} if authorization else {}
    return Request(call, origin, f"{path}?{urlencode([*wanted, *account])}", headers, secret=True)


def _refresh(origin: str, path: str, wanted: list[tuple[str, str]], identity: str) -> Request:
    form = [("grant_type", "refresh_token"), ("client_id", _CLIENT), ("refresh_token", identity), *wanted]
    call: Call[Any] = Call("TokenPost", "POST", "/{path}", {"path": path.lstrip("/") or "token"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(call, origin, path, headers, urlencode(form).encode(), secret=True)


def token_in(body: bytes) -> str:
    """Return the Authorization that a token server's answer grants."""
    answer = decode_json(body)
    token = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ProtocolError("the token server's answer has no token")
    return f"Bearer {token}"
