"""A request to the Engine API as a value.

Everything rawdocker does with a request (send it, stream it, hijack it, show it) works on a `Call`.
A call function (`rawdocker.calls.container_start("web")`) returns one and does nothing else; a client executes it.

    Call[T]        one request, one answer of type T              client.send(call) -> T
    StreamCall[T]  the answer is a stream of T                    client.stream(call) -> iterator of T
    HijackCall     the connection becomes a two-way stream        client.hijack(call) -> read, write, close_write

Each kind can also be executed the simpler ways: `send` of a stream collects it into a list, `stream` of a
hijackable call only reads. This module needs nothing but the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable, Iterable, Mapping
from enum import Enum
from typing import IO, TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from rawdocker.errors import InvalidCallError

if TYPE_CHECKING:
    from rawdocker.models.base import Payload

T = TypeVar("T")

VERSION = re.compile(r"/v(\d+\.\d+)(?=/)")
"""The prefix of a path that names a version of the API."""

JSON: TypeAlias = Any
"""What json.loads gives: dict, list, str, int, float, bool or None."""

Query: TypeAlias = Mapping[str, "str | int | bool | Mapping[str, Any] | Iterable[str | Mapping[str, Any]] | None"]
"""Query parameters by the API's own names. None is not sent; a mapping is sent as JSON (filters, platform);
a list repeats the parameter."""

RawBody: TypeAlias = "bytes | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes]"
"""A body that is not JSON: bytes, an open binary file, or an iterator of chunks (sent chunked, in flat memory)."""


class Codec(Enum):
    """How the bytes of an answer become values."""

    EMPTY = "nothing"
    TEXT = "text"
    JSON = "a JSON document"
    JSON_STREAM = "a stream of JSON documents"
    FRAMES = "multiplexed frames, or raw bytes of a terminal"
    RAW = "raw bytes"
    HEADERS = "the headers alone, by name in small letters"
    PATH_STAT = "the header X-Docker-Container-Path-Stat: a JSON document in base64"
    MANIFEST = "a registry's manifest: the very bytes, their digest and media type"
    PAGES = "lists of a registry, one linked to the next"
    LOCATION = "the header Location: where an upload goes on; nothing where it is done (201)"


class Frame(NamedTuple):
    """A piece of a container's output in order of arrival: which stream, which bytes. Not a line: the engine cuts
    where it likes."""

    stream: str
    """stdin, stdout or stderr; a terminal has only stdout; systemerr is the engine speaking of a failure in mid-
    stream."""
    data: bytes


class Call(Generic[T]):
    """One request to the Engine API: method, path template and arguments, query, headers, body, and what its answer is.

    A value: equal when all its parts are equal, never changed after it is made. `print(call)` shows the request
    without its secrets.
    """

    __slots__ = (
        "arguments",
        "body",
        "codec",
        "headers",
        "joined",
        "method",
        "operation",
        "path",
        "query",
        "returns",
        "tty",
    )

    operation: str
    """The specification's operationId, such as ContainerStart."""
    method: str
    path: str
    """The path without the version, with named places: /containers/{id}/start."""
    arguments: Mapping[str, str]
    """What stands in the path's places."""
    query: Query
    headers: Mapping[str, str]
    body: JSON | Payload | RawBody | None
    codec: Codec
    returns: str
    """The name of the model of the answer (of each item, for a stream); empty where the answer stays plain JSON,
    bytes or text."""
    tty: bool
    """Whether the stream is a terminal's (raw bytes) rather than multiplexed frames. Known from inspect, never
    guessed."""
    joined: bool
    """Whether frames of one stream that arrived together are given as one, and large payloads as views (memoryview):
    enough for who writes them out, and faster. Off: a frame is what the engine sent as one, in bytes."""

    def __init__(
        self,
        operation: str,
        method: str,
        path: str,
        arguments: Mapping[str, str] | None = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: JSON | Payload | RawBody | None = None,
        codec: Codec = Codec.JSON,
        returns: str = "",
        tty: bool = False,
        joined: bool = False,
    ) -> None:
        fix = object.__setattr__
        fix(self, "operation", operation)
        fix(self, "method", method)
        fix(self, "path", path)
        fix(self, "arguments", {name: _filled(name, value, path) for name, value in (arguments or {}).items()})
        fix(self, "query", {name: value for name, value in (query or {}).items() if value is not None})
        fix(self, "headers", dict(headers or {}))
        fix(self, "body", body)
        fix(self, "codec", codec)
        fix(self, "returns", returns)
        fix(self, "tty", tty)
        fix(self, "joined", joined)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Call is a value: {name} cannot be changed (see Call.replace)")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Call is a value: {name} cannot be removed")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, name) == getattr(other, name) for name in Call.__slots__)

    def __hash__(self) -> int:
        return hash((self.operation, self.target))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.operation}: {self}>"

    def __str__(self) -> str:
        from rawdocker.secrets import Redactor

        return f"{self.method} {Redactor().target(self.target)}"

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Call.__slots__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @property
    def resource(self) -> str:
        """The path with its places filled and escaped, without version and query: /containers/web/start."""
        # A slash inside an argument stays one: image names have them (library/debian), and docker's client does so.
        return self.path.format_map(
            {
                name: quote(value, safe="/:@!$&'()*+,;=~", errors="surrogateescape")
                for name, value in self.arguments.items()
            }
        )

    @property
    def takes_version(self) -> bool:
        """Whether the version goes before its path: not before the ping's, nor before one that names a version."""
        return self.path != "/_ping" and not VERSION.match(self.path)

    @property
    def is_stream(self) -> bool:
        """Whether the answer is told piece by piece rather than as a whole."""
        return self.codec in (Codec.FRAMES, Codec.JSON_STREAM, Codec.RAW)

    @property
    def target(self) -> str:
        """The resource with its query, as it follows the version in the request line."""
        pairs = self.pairs()
        return f"{self.resource}?{urlencode(pairs, errors='surrogateescape')}" if pairs else self.resource

    def pairs(self) -> list[tuple[str, str]]:
        """Return the query as names and texts in order of names, as docker sends it: true is 1, false is 0, a
        mapping is JSON."""
        pairs: list[tuple[str, str]] = []
        for name, value in sorted(self.query.items()):
            items = [value] if isinstance(value, (str, int, Mapping)) else value or ()
            pairs.extend((name, _text(item)) for item in items if item != {})
        return pairs

    def json_body(self) -> JSON | None:
        """Return the body as plain JSON values (a request model gives only what was set), or None where it is not
        JSON."""
        wire = getattr(self.body, "wire", None)
        if wire is not None:
            return wire()
        return self.body if isinstance(self.body, (dict, list)) else None

    def replace(self, **changes: Any) -> Any:
        """Return the same call with some parts changed."""
        copy = object.__new__(type(self))
        copy.__setstate__({**self.__getstate__(), **changes})
        return copy

    def as_json(self) -> Any:
        """Return the same call with its answer left as plain JSON values (no models are loaded)."""
        return self.replace(returns="")


class StreamCall(Call[list[T]], Generic[T]):
    """A call whose answer is a stream of T: progress messages, log frames, the chunks of a tar archive."""

    __slots__ = ()


class HijackCall(StreamCall[Frame]):
    """A call after which the connection carries a container's stdin, stdout and stderr (attach, exec start)."""

    __slots__ = ()


def _text(value: str | int | Mapping[str, Any]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Mapping):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def _filled(name: str, value: str, path: str) -> str:
    # A blank id would silently become another request: /containers//json lists, DELETE /images/ is a 404 of the router.
    # Dot segments are folded away by HTTP clients, and so would name another path as well.
    if not value or not value.strip("/") or any(part in (".", "..") for part in value.split("/")):
        raise InvalidCallError(f"{path} needs a {name}, not {value!r}")
    # Inspect says /web where everybody says web; docker takes both, and an engine redirects //web.
    # What stands for an answer in a dry run is a text of a kind of its own, and stays one.
    return value.lstrip("/") if value.startswith("/") else value
