"""The operations of the Engine API as data: which method and path is which, and what is known of each.

    operation, arguments = matched("POST", "/v1.41/containers/web/start")     # ContainerStart, {"id": "web"}
    call_of("POST", "/v1.41/containers/web/stop?t=3")                         # the Call that client sent

The facts are files beside this package's modules: api/operations.tsv and api/parameters.tsv.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from rawdocker.call import VERSION, Call, Codec, HijackCall, StreamCall
from rawdocker.errors import InvalidCallError

_MANY_PARTS = ("/images/{name}", "/distribution/{name}", "/plugins/{name}")
"""Where a place of the path may hold slashes: names of images and plugins have them."""

_CODECS = {
    "json": Codec.JSON,
    "ndjson": Codec.JSON_STREAM,
    "raw": Codec.FRAMES,
    "hijack": Codec.FRAMES,
    "tar": Codec.RAW,
    "text": Codec.TEXT,
    "text/binary": Codec.RAW,
}
"""How an answer is read, by the first word of what the table says of it."""


class Operation(NamedTuple):
    """One operation of the API; its name is empty where the specification has none."""

    method: str
    path: str
    """With named places: /containers/{id}/start."""
    name: str
    """The specification's operationId."""
    tag: str
    since: str
    """The first version of the API that has it."""
    until: str
    """The last version that has it; empty where the newest has."""
    answer: str
    """What is answered, in words: json, empty, tar, ndjson stream …"""

    @property
    def function(self) -> str:
        """The name of the function in rawdocker.calls: container_start."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()

    @property
    def codec(self) -> Codec:
        return _CODECS.get(self.answer.split()[0], Codec.EMPTY)

    @property
    def hijacks(self) -> bool:
        """Whether the connection becomes a two-way stream."""
        return self.answer.startswith("hijack")


class Parameter(NamedTuple):
    """One parameter of an operation, or one of its answers."""

    place: str
    """path, query, header, body or answer."""
    name: str
    """For an answer its status."""
    type: str
    """Ends with a star where it is required."""
    since: str
    until: str


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation, those that no specification lists last."""
    return tuple(Operation(*row) for row in _rows("operations.tsv", 7))


@cache
def parameters() -> Mapping[str, tuple[Parameter, ...]]:
    """Return what each operation takes and answers, by its name."""
    found: dict[str, list[Parameter]] = {}
    for name, *row in _rows("parameters.tsv", 6):
        found.setdefault(name, []).append(Parameter(*row))
    return {name: tuple(rows) for name, rows in found.items()}


def _rows(name: str, width: int) -> list[list[str]]:
    lines = (Path(__file__).parent / "api" / name).read_text(encoding="utf-8").splitlines()[1:]
    return [(line.split("\t") + [""] * width)[:width] for line in lines]


@cache
def _patterns() -> tuple[tuple[Operation, re.Pattern[str]], ...]:
    # A path that is written out wins over one with a place: /images/search is no image's name.
    ordered = sorted(operations(), key=lambda operation: operation.path.count("{"))
    return tuple((operation, _pattern(operation.path)) for operation in ordered)


def _pattern(path: str) -> re.Pattern[str]:
    place = r"(?P<\1>.+)" if path.startswith(_MANY_PARTS) else r"(?P<\1>[^/]+)"
    return re.compile(re.sub(r"\\\{(\w+)\\\}", place, re.escape(path)))


def matched(method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
    """Return the operation that a request is, and what stands in the places of its path.

    path: with or without a version, without a query. An unknown one gives None.
    """
    path = VERSION.sub("", path, count=1) if path.startswith("/v") else path
    for operation, pattern in _patterns():
        found = pattern.fullmatch(path) if operation.method == method else None
        if found:
            return operation, {name: unquote(text) for name, text in found.groupdict().items()}
    return None, {}


def call_of(method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Call[Any]:
    """Return the call that a request of any client is.

    target: path and query as they stand in the request line. headers: those that belong to the call, such as
    X-Registry-Auth. body: its bytes; JSON becomes values. A request that is no operation of the API keeps its path.
    """
    path, _, query = target.partition("?")
    operation, arguments = matched(method, path)
    if operation is not None:
        with suppress(InvalidCallError):  # an id that no call of ours could have: /containers/../json
            return _call(operation, arguments, query, headers, body)
    literal = unquote(VERSION.sub("", path, count=1)).replace("{", "{{").replace("}", "}}")
    return _call(Operation(method, literal, "", "", "", "", "text"), {}, query, headers, body)


def _call(
    operation: Operation,
    arguments: Mapping[str, str],
    query: str,
    headers: Mapping[str, str] | None,
    body: bytes | None,
) -> Call[Any]:
    kind = HijackCall if operation.hijacks else StreamCall if operation.codec is Codec.JSON_STREAM else Call
    return kind(
        operation.name,
        operation.method,
        operation.path,
        arguments,
        query=_query(query),
        headers=headers,
        body=_values(body),
        codec=operation.codec,
    )


def _query(text: str) -> dict[str, Any]:
    """Return a query with repeated names as lists and JSON objects as values."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parsed = _object(value)
        if name not in found:
            found[name] = parsed
        elif isinstance(found[name], list):
            found[name].append(parsed)
        else:
            found[name] = [found[name], parsed]
    return found


def _object(text: str) -> Any:
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _values(body: bytes | None) -> Any:
    if not body:
        return None
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return values if isinstance(values, (dict, list)) else body
