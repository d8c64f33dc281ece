"""Texts with places in them: where a variable stands for what an earlier answer gives, or for a secret.

A place is written into a text between two characters that no text has, so that it goes unchanged through JSON and
URLs; each form of export then writes it as its language writes a variable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from rawdocker.call import Call
from rawdocker.plan import Placeholder
from rawdocker.secrets import MARK, Redactor, reason_of, sounds_secret

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # noncharacters of Unicode: no text is to have them
_PLACE = re.compile(f"{_OPEN}([A-Za-z_][A-Za-z0-9_]*){_CLOSE}")
_PLACE_IN_URL = re.compile(f"{quote(_OPEN)}([A-Za-z_][A-Za-z0-9_]*){quote(_CLOSE)}")
_CREDENTIALS = ("X-Registry-Auth", "X-Registry-Config")
"""The headers whose value is a JSON document in base64."""


_SECRET = "SECRET_"


class Piece(NamedTuple):
    """A part of a text: as it is, or the name of the variable that stands there."""

    text: str
    is_variable: bool = False


def place(name: str) -> str:
    """Return what stands for a variable in a text."""
    return f"{_OPEN}{name}{_CLOSE}"


def is_secret(name: str) -> bool:
    """Say whether a variable stands for a secret."""
    return name.startswith(_SECRET)


def pieces(text: str) -> Iterator[Piece]:
    """Yield the parts of a text in order; none is empty."""
    for number, part in enumerate(_PLACE.split(text)):
        if part:
            yield Piece(part, number % 2 == 1)


def target_of(call: Call[Any]) -> str:
    """Return path and query of a call, escaped, with its places."""
    return decoded_places(call.target)


def decoded_places(url: str) -> str:
    """Return a part of a URL with the places in it as they are in other texts."""
    return _PLACE_IN_URL.sub(f"{_OPEN}\\1{_CLOSE}", url)


class Places:
    """Puts places into calls: for secrets, and for what earlier answers give.

    Parameters:
        redactor: where it shows secrets, they stay.
        recorded: whether calls come from a recording, where marks stand for secrets.
    """

    def __init__(self, redactor: Redactor | None = None, *, recorded: bool = False) -> None:
        self.secrets: dict[str, str] = {}
        """The variables for secrets in order of appearance, and what each is: SECRET_1: value of DB_PASSWORD."""
        self._names: dict[str, str] = {}
        self.given: dict[str, str] = {}
        """Placeholders for parts of earlier answers (<Id of create>), and the variables for these."""
        self.known: dict[str, str] = {}
        """Parts of earlier answers as they really were, and the variables for these."""
        self._recorded = recorded
        self._redactor = Redactor(show=redactor is not None and redactor.show, mark=self._secret, marks=_PLACE.pattern)

    def in_call(self, call: Call[Any]) -> Call[Any]:
        """Return a call with places."""
        body = call.json_body()
        return call.replace(  # type: ignore[no-any-return]
            arguments={name: self.in_text(value) for name, value in call.arguments.items()},
            query={name: self._in_parameter(name, value) for name, value in call.query.items()},
            headers={name: self._in_header(name, value) for name, value in call.headers.items()},
            body=call.body if body is None else self.in_document(body),
            tty=self._given_in(call.tty),
        )

    def in_text(self, text: str) -> str:
        """Return a text with places. Only a placeholder itself becomes one: who types the same means what he types."""
        text = self._redactor.text(self._given_in(text))
        if self._recorded:
            text = MARK.sub(lambda mark: self._secret(mark[0], reason_of(mark[0])), text)
        for known, name in self.known.items():
            text = text.replace(known, place(name))
        return text

    def in_output(self, text: str) -> str:
        """Return a text with places where placeholders are written in it."""
        for given, name in self.given.items():
            text = text.replace(given, place(name))
        return self.in_text(text)

    def in_document(self, document: Any) -> Any:
        """Return JSON values with places in their texts."""
        return json.loads(self.in_text(json.dumps(self._given_in(document), ensure_ascii=False)))

    def in_value(self, value: Any) -> Any:
        """Return what is given to a function, with places in its texts."""
        if isinstance(value, dict):
            return {name: self.in_value(inner) for name, inner in value.items()}
        return self.in_text(value) if type(value) is str else value

    def _given_in(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._given_in(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._given_in(inner) for inner in value]
        return place(self.given[value]) if isinstance(value, Placeholder) and value in self.given else value

    def _in_parameter(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            whole = sounds_secret(name) and value and not self._redactor.show
            return self._secret(json.dumps(value)[1:-1], f"value of {name}") if whole else self.in_text(value)
        if isinstance(value, bool | int) or value is None:
            return value
        return self.in_document(value if isinstance(value, Mapping) else list(value))

    def _in_header(self, name: str, value: str) -> Any:
        credentials = _decoded(value) if name in _CREDENTIALS else None
        if credentials is not None:
            return self.in_document(credentials)
        ((_, hidden),) = self._redactor.headers([(name, value)])
        return hidden

    def secret(self, value: str, reason: str) -> str:
        """Return what stands for a secret: a place, or the secret itself where secrets are shown."""
        return value if self._redactor.show else self._secret(json.dumps(value)[1:-1], reason)

    def _secret(self, written: str, reason: str) -> str:
        # The secret is one whether it is met in JSON, with escapes, or as it is.
        try:
            secret = str(json.loads(f'"{written}"'))
        except ValueError:
            secret = written
        if secret not in self._names:
            self._names[secret] = f"{_SECRET}{len(self._names) + 1}"
            self.secrets[self._names[secret]] = reason
        return place(self._names[secret])


def _decoded(header: str) -> dict[str, Any] | None:
    from base64 import urlsafe_b64decode

    try:
        document = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
