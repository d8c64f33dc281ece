"""Secrets in what passes between a client and an engine: found by name and form, replaced with a mark that says why.

    hide_text('{"Env": ["DB_PASSWORD=hunter2"]}')    ->  {"Env": ["DB_PASSWORD=<redacted: value of DB_PASSWORD>"]}

Texts are searched as they are, not parsed and written anew: all but the marks stays exact, and a body that was cut in
the middle is searched as well. What is found once is remembered by a `Redactor` and hidden wherever it turns up again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, unquote_plus

if TYPE_CHECKING:
    from rawdocker.call import Call

MARK = re.compile(r"<redacted: [^<>]*>")
"""What stands in the place of a secret."""

SECRET_HEADERS = {
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-registry-auth",
    "x-registry-config",
}

SHORTEST_REMEMBERED = 6
"""A secret shorter than this is hidden where it is found, but not searched for elsewhere: it may be anything."""

_SECRET_NAME = re.compile(
    r"passw|pass(?:phrase|code)$|(?:^|_|db|sql|user)pass$|_pwd$|secret|token|credential|api_?key|"
    r"(?:access|private|signing|encryption|unlock|auth|ssh)_?key|(?:^|_)(?:auth|key)$|^auth$",
    re.IGNORECASE,
)
_NO_SECRET_NAME = re.compile(
    r"(?:id|name|names|file|path|url|uri|type|mode|policy|ttl|user|username|server|address|dir|directory)$",
    re.IGNORECASE,
)
_NO_SECRET_KEYS = {"key", "secret", "secrets", "tokens", "securityopt"}
"""Keys of the API's own objects that sound like secrets and are none."""

_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)("?)(\s*:)?', re.DOTALL)
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_.\-]*)=(.+)", re.DOTALL)
_IN_URL = re.compile(r"(?<=[A-Za-z0-9+.\-])://((?:[^/\s\"'\\@?#]|\\u[0-9a-fA-F]{4})+)@")
_BY_FORM = re.compile(
    r"SWM(?:TKN|KEY)-1-[A-Za-z0-9+/=\-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


class Secret(NamedTuple):
    """Where in a text a secret stands, and why it is taken for one."""

    start: int
    end: int
    reason: str


@lru_cache(256)  # long answers have the same few names again and again
def sounds_secret(name: str) -> bool:
    """Say whether a name (of a variable, a key, a header) is one that secrets have: DB_PASSWORD, identitytoken."""
    return bool(_SECRET_NAME.search(name)) and not _NO_SECRET_NAME.search(name)


def is_secret_header(name: str) -> bool:
    """Say whether a header's value is a secret."""
    return name.lower() in SECRET_HEADERS or sounds_secret(name.replace("-", "_"))


def is_secret_key(key: str) -> bool:
    """Say whether what stands behind a key of the API's own objects is a secret."""
    return key == "Data" or (key.lower() not in _NO_SECRET_KEYS and sounds_secret(key))


def in_text(text: str) -> list[Secret]:
    """Return the secrets in a text: JSON, whole or cut, or any other; in order, none overlaps another."""
    return _merged((*_in_json(text), *_in_urls(text), *_by_form(text)))


def _in_json(text: str) -> Iterator[Secret]:
    key = ""
    for string in _STRING.finditer(text):
        if string[3]:
            key = string[1]
        elif string[1]:
            yield from _in_value(key, string[1], string.start(1))


def _in_value(key: str, value: str, start: int) -> Iterator[Secret]:
    if is_secret_key(key):
        yield Secret(start, start + len(value), f"value of {key}")
        return
    variable = _VARIABLE.fullmatch(value)
    if variable and sounds_secret(variable[1]):
        yield Secret(start + variable.start(2), start + variable.end(2), f"value of {variable[1]}")


def _in_urls(text: str) -> Iterator[Secret]:
    for url in _IN_URL.finditer(text):
        yield Secret(*url.span(1), "credentials in a URL")


def _by_form(text: str) -> Iterator[Secret]:
    for found in _BY_FORM.finditer(text):
        yield Secret(*found.span(), "a key or join token")


def _merged(secrets: Iterable[Secret]) -> list[Secret]:
    """Return secrets in order, those that overlap as one."""
    merged: list[Secret] = []
    for secret in sorted(secrets, key=lambda secret: (secret.start, -secret.end)):
        if merged and secret.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, secret.end))
        else:
            merged.append(secret)
    return merged


def mark(reason: str) -> str:
    """Return what is shown in the place of a secret."""
    return f"<redacted: {reason}>"


def reason_of(mark: str) -> str:
    """Return why a secret is not shown, from what stands in its place."""
    return mark.partition(" ")[2][:-1]


def _by_reason(secret: str, reason: str) -> str:
    return mark(reason)


def replaced(text: str, secrets: Iterable[Secret], mark: Callable[[str, str], str] = _by_reason) -> str:
    """Return a text with a mark in the place of each secret, made of the secret and the reason."""
    parts, position = [], 0
    for start, end, reason in secrets:
        parts += [text[position:start], mark(text[start:end], reason)]
        position = end
    return "".join(parts) + text[position:]


def hide_text(text: str) -> str:
    """Return a text without its secrets."""
    return replaced(text, in_text(text))


class Redactor:
    """Hides the secrets of one session, and remembers them: what a request held is hidden in answers and errors too.

    Parameters:
        show: leave everything as it is.
        mark: what stands in the place of a secret (as it is written in its text), given the reason as well.
        marks: a regular expression of what `mark` makes.
    """

    def __init__(
        self, *, show: bool = False, mark: Callable[[str, str], str] = _by_reason, marks: str = MARK.pattern
    ) -> None:
        self.show = show
        self._mark, self._marks = mark, marks
        self._known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def text(self, text: str) -> str:
        """Return a text (a body, a message) without secrets."""
        if self.show:
            return text
        found = [secret for secret in in_text(text) if not re.fullmatch(self._marks, text[secret.start : secret.end])]
        for secret in found:
            self.remember(text[secret.start : secret.end], secret.reason)
        # both in the text as it is: what is known may stand where JSON is quoted by an error, and looks like none
        return replaced(text, _merged((*found, *self._known_in(text))), self._mark)

    def data(self, data: bytes) -> bytes:
        """Return bytes (a body, a frame) without secrets; all other bytes stay as they are."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def blot(self, data: bytes) -> bytes:
        """Return bytes with each secret overwritten by as many others, so that archives and frames stay whole: by a
        mark where there is room, else by stars."""
        if self.show:
            return data
        text, blotted = data.decode("latin-1"), bytearray(data)
        for start, end, reason in in_text(text):
            self.remember(data[start:end].decode("utf-8", "surrogateescape"), reason)
            blotted[start:end] = _blot(reason, end - start)
        for secret, reason in list(self._known.items()):
            known = secret.encode("utf-8", "surrogateescape")
            at = data.find(known)
            while at >= 0:
                blotted[at : at + len(known)] = _blot(reason, len(known))
                at = data.find(known, at + len(known))
        return bytes(blotted)

    def stream(self, data: bytes) -> bytes:
        """Return a piece of a container's stream without the secrets that are known already."""
        if self.show or not self._known:
            return data
        return self._without_known(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def headers(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return headers without the values that are secrets."""
        return [(name, self._header(name, value)) for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if self.show or not is_secret_header(name):
            return self.text(value)
        self.remember(value, f"{name}")
        for inside in _credentials_in(value):
            self.remember(inside, f"{name}")
        return self._mark(value, name)

    def target(self, target: str) -> str:
        """Return path and query of a request without the secrets in its parameters (buildargs, remote)."""
        if self.show:
            return target
        path, question, query = target.partition("?")
        pairs = (self._pair(*pair.partition("=")) for pair in query.split("&")) if question else ()
        return self._without_known(path) + question + "&".join(pairs)

    def _pair(self, name: str, equals: str, value: str) -> str:
        plain = unquote_plus(value)
        if sounds_secret(name) and plain:
            self.remember(plain, f"value of {name}")
        hidden = self.text(plain)
        return f"{name}{equals}{value if hidden == plain else quote_plus(hidden)}"

    def remember(self, secret: str, reason: str) -> None:
        """Hide a secret wherever it turns up from now on."""
        if len(secret) >= SHORTEST_REMEMBERED and not MARK.fullmatch(secret):
            for form in _forms(secret):
                if form not in self._known:
                    self._known[form] = reason
                    self._pattern = None

    def _without_known(self, text: str) -> str:
        return replaced(text, self._known_in(text), self._mark)

    def _known_in(self, text: str) -> Iterator[Secret]:
        """Yield where in a text secrets stand that were met before."""
        if not self._known:
            return
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            # marks are found as well, and left alone: a secret may be a word of them
            self._pattern = re.compile("|".join([self._marks, *map(re.escape, longest_first)]))
        for found in self._pattern.finditer(text):
            reason = self._known.get(found[0])
            if reason is not None:
                yield Secret(*found.span(), reason)


def redactor_of(call: Call[Any]) -> Redactor:
    """Return what hides the secrets of a request wherever they are said again."""
    redactor = Redactor()
    redactor.target(call.target)
    redactor.headers([*call.headers.items()])
    redactor.text(json.dumps(call.json_body(), ensure_ascii=False))
    return redactor


def _blot(reason: str, size: int) -> bytes:
    filled = mark(reason)[:-1].encode("ascii", "replace").ljust(size - 1) + b">"
    return filled if len(filled) == size else b"*" * size


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it stands, and where it stood in JSON as what it means; each also as it stands in JSON, and in
    JSON that is quoted in JSON."""
    plain = {secret}
    with suppress(ValueError):
        plain.add(str(json.loads(f'"{secret}"')))
    for text in plain:
        yield text
        for quoted in _quoted(text):
            yield quoted
            yield from _quoted(quoted)


def _quoted(text: str) -> set[str]:
    """Return a text as it stands in JSON, which Python and Go write in their ways."""
    short = json.dumps(text, ensure_ascii=False)[1:-1]
    go = short.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return {short, go, json.dumps(text)[1:-1]}


def _credentials_in(header: str) -> Iterator[str]:
    """Yield the secrets inside a header that holds them in base64: X-Registry-Auth, Authorization: Basic."""
    from base64 import b64decode, urlsafe_b64decode

    kind, _, encoded = header.rpartition(" ")
    decode = b64decode if kind.lower() == "basic" else urlsafe_b64decode
    try:
        plain = decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
    except ValueError:
        return
    if kind.lower() == "basic":
        yield plain.partition(":")[2]
    for secret in _in_json(plain):
        yield plain[secret.start : secret.end]
