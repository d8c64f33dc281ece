"""What a call to a registry takes: challenges answered, redirects followed, patience when asked for it. No I/O.

A conversation is a generator: it yields each Request (and each Pause), is sent the Answer, and ends at the answer that
counts, or raises. Both clients only carry out what it yields.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from time import time
from typing import Any, NamedTuple, TypeAlias

from rawdocker.call import Call
from rawdocker.errors import ProtocolError
from rawdocker.registry import auth
from rawdocker.registry.answer import Answer, refusal
from rawdocker.registry.auth import Challenge, Request
from rawdocker.registry.urls import split, without_query

MOST_REDIRECTS = 5
MOST_PAUSES = 5
PATIENCE = 60.0
"""Seconds that a registry may have us wait before it answers, all pauses together."""

_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (429, 503)
_IDENTITY = {"User-Agent": "rawdocker", "Accept-Encoding": "identity"}


class Pause(NamedTuple):
    """Wait so many seconds."""

    seconds: float


Steps: TypeAlias = Generator[Request | Pause, Answer | None, Answer]


class Session:
    """What is known of one registry: where it is, who asks, and the tokens it gave."""

    def __init__(self, origin: str, credentials: Mapping[str, str]) -> None:
        self.origin = origin
        self._plain = origin.startswith("http://")
        self._credentials = credentials
        self._basic = ""
        self._tokens: dict[tuple[str, ...], str] = {}

    def steps(self, call: Call[Any]) -> Steps:
        """Yield the requests of a call and return the answer that does what it asks; raise what it is refused with."""
        scope = auth.scopes(call)
        rungs = iter((self._anonymously, self._by_credentials))
        authorization = self._basic or self._token_for(scope)
        while True:
            answer = yield from self._routed(call, authorization)
            asked = auth.challenge(answer.headers.get("www-authenticate", "")) if answer.status == 401 else None
            if asked is None:
                break
            authorization = ""
            for rung in rungs:
                if authorization := (yield from rung(asked, scope)):
                    break
            if not authorization or not _repeatable(call):
                break
            self._keep(asked, scope, authorization)
        if answer.status >= 300:
            raise refusal(call, self.origin, answer)
        return answer

    def _token_for(self, scope: tuple[str, ...]) -> str:
        return next((token for held, token in self._tokens.items() if {*scope} <= {*held}), "")

    def _keep(self, asked: Challenge, scope: tuple[str, ...], authorization: str) -> None:
        if asked.scheme == "basic":
            self._basic = authorization
        else:
            self._tokens[scope] = authorization

    def _anonymously(self, asked: Challenge, scope: tuple[str, ...]) -> Generator[Any, Any, str]:
        if asked.scheme == "basic":
            return ""
        answer = yield from self._patiently(auth.token_request(asked, scope, {}, plain=self._plain))
        return auth.token_in(answer.body) if answer.status == 200 else ""

    def _by_credentials(self, asked: Challenge, scope: tuple[str, ...]) -> Generator[Any, Any, str]:
        if asked.scheme == "basic":
            return auth.basic(self._credentials)
        if self._credentials.get("registrytoken"):
            return f"Bearer {self._credentials['registrytoken']}"
        if not (self._credentials.get("identitytoken") or auth.basic(self._credentials)):
            return ""
        request = auth.token_request(asked, scope, self._credentials, plain=self._plain)
        answer = yield from self._patiently(request)
        if answer.status != 200:
            raise refusal(request.call, request.origin, answer)
        return auth.token_in(answer.body)

    def _routed(self, call: Call[Any], authorization: str) -> Steps:
        """Send a request, and follow where it is sent on to; credentials are for the registry alone."""
        here, target = self.origin, call.target
        for _ in range(MOST_REDIRECTS + 1):
            headers = {**_IDENTITY, **call.headers}
            if here == self.origin and authorization:
                headers["Authorization"] = authorization
            shown = "" if here == self.origin else without_query(target)
            answer = yield from self._patiently(Request(call, here, target, headers, call.body, shown))
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location or call.method not in ("GET", "HEAD"):
                return answer
            here, target = self._elsewhere(call, here + target, location)
        raise ProtocolError(f"{call} on {self.origin} was redirected more than {MOST_REDIRECTS} times", call=call)

    def _elsewhere(self, call: Call[Any], url: str, location: str) -> tuple[str, str]:
        to = split(location, url)
        secure = to.scheme == "https" or (to.scheme == "http" and self._plain)
        if not to.hostname or to.port == 0 or not secure:
            raise ProtocolError(
                f"{call} on {self.origin} was redirected to {without_query(location)[:200]!r}: "
                f"only {'http or https' if self._plain else 'https'} is followed",
                call=call,
            )
        path = to.path or "/"
        return f"{to.scheme}://{to.netloc.rpartition('@')[2]}", f"{path}?{to.query}" if to.query else path

    def _patiently(self, request: Request) -> Steps:
        """Send a request, and again when the server asks for patience and says (429 may leave it open) for how long."""
        waited = 0.0
        attempt = 0
        while True:
            answer = yield request
            assert answer is not None
            if answer.status not in _LATER or not _repeatable(request.call) or attempt == MOST_PAUSES:
                return answer
            seconds = _seconds_asked(answer, attempt)
            waited += seconds or 0.0
            if seconds is None or waited > PATIENCE:
                return answer
            yield Pause(seconds)
            attempt += 1


def _seconds_asked(answer: Answer, attempt: int) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if not text:
        return float(1 << attempt) if answer.status == 429 else None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def _repeatable(call: Call[Any]) -> bool:
    """Say whether a call can be sent again: the chunks of an iterator are gone."""
    return call.body is None or isinstance(call.body, (bytes, dict, list))
