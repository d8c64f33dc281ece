"""What an answer means: the value it stands for, or the error. Shared by both clients; no I/O."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from rawdocker.broken import Broken, Malformed, TimedOut, Unsendable
from rawdocker.call import Call, Codec
from rawdocker.codec import Decoder, decode_json, decoder_for, raise_stream_error
from rawdocker.errors import (
    CutStreamError,
    DeadlineError,
    ProtocolError,
    RawdockerError,
    UnreachableError,
    error_for,
)
from rawdocker.host import Endpoint

if TYPE_CHECKING:
    from rawdocker.models.base import Reader

LONGEST_ERROR = 1 << 20
"""Bytes of a refusal that are read; what an engine says fits into a few hundred."""

RawHeaders = Sequence[tuple[bytes, bytes]]


def failures() -> tuple[type[Exception], ...]:
    """Return what is raised when an exchange fails, by a connection of ours, a mock or a user's transport. `failure`
    and `cut` make our errors of it."""
    return (*_broken(), *_timed_out(), *_malformed())


def _broken() -> tuple[type[Exception], ...]:
    return (Broken, *_loaded("httpcore", "NetworkError"), *_loaded("httpx", "NetworkError"))


def _timed_out() -> tuple[type[Exception], ...]:
    return (TimedOut, *_loaded("httpcore", "TimeoutException"), *_loaded("httpx", "TimeoutException"))


def _malformed() -> tuple[type[Exception], ...]:
    theirs = _loaded("httpcore", "ProtocolError") + _loaded("httpx", "HTTPError", "StreamError", "InvalidURL")
    return (Malformed, Unsendable, *theirs)


def _loaded(library: str, *names: str) -> tuple[type[Exception], ...]:
    """Return the errors of a library, none where it is not loaded and so raises none."""
    module = sys.modules.get(library)
    return tuple(getattr(module, name) for name in names) if module else ()


class Headers(Mapping[str, str]):
    """Headers by name, in whatever letters; those of one name are one, with commas."""

    def __init__(self, headers: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in headers:
            name = name.lower()
            self._values[name] = f"{self._values[name]}, {value}" if name in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


class Response:
    """The head of an answer, and the stream behind it, of an httpcore.Response or what has the same attributes."""

    def __init__(self, answer: Any, url: str) -> None:
        self.status, self.extensions = answer.status, answer.extensions
        self.stream: Any = answer.stream
        """Its bytes, to iterate over: a client that waits has an iterable, an asynchronous one an asynchronous one."""
        self._raw: RawHeaders = answer.headers
        self.url = url

    @property
    def on_the_wire(self) -> list[tuple[str, str]]:
        """Its headers as they were sent."""
        return on_the_wire(self._raw)

    @cached_property
    def headers(self) -> Headers:
        """Its headers by name; made when they are asked for, as most answers are read without."""
        return Headers(self.on_the_wire)

    @property
    def packing(self) -> str:
        """How its bytes are packed: identity where they are not."""
        packed = any(name.lower() == b"content-encoding" for name, _ in self._raw)
        return self.headers["content-encoding"].lower() if packed else "identity"

    @property
    def reason(self) -> str:
        """The words behind the status, where the engine said none those of the standard."""
        words: bytes | None = self.extensions.get("reason_phrase")
        if words is not None:
            return words.decode("ascii", "ignore")
        from http import HTTPStatus

        return HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else ""


def on_the_wire(raw: RawHeaders) -> list[tuple[str, str]]:
    """Return headers as they are sent."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]


def refused(status: int) -> bool:
    """Say whether a status means that the call was not done. 304: it was so already."""
    return status >= 300 and status != 304


def refusal(call: Call[Any], response: Response, body: bytes) -> RawdockerError:
    """Return the error for an answer that refuses a call, with the engine's words where it has some."""
    status, phrase = response.status, f"{response.status} {response.reason}".strip()
    if status < 400:
        location = response.headers.get("location", "")
        return ProtocolError(
            f"{call} was redirected ({phrase}) to {location or 'nowhere'}: not an engine's answer", call=call
        )
    text = body[:LONGEST_ERROR].decode("utf-8", "replace").strip()
    if not text:
        message = (
            f"request returned {phrase} for API route and version {response.url}, "
            "check if the server supports the requested API version"
        )
    elif response.headers.get("content-type", "").startswith("application/json"):
        message = _message_in(text) or f"API returned a {phrase.replace(' ', ' (', 1)}) but provided no error-message"
    else:
        message = text
    return error_for(status, message, call)


def _message_in(text: str) -> str:
    try:
        answer = decode_json(text.encode())
    except ProtocolError:
        return text
    return str(answer.get("message") or "").strip() if isinstance(answer, dict) else text


def decoded(call: Call[Any], response: Response, body: bytes) -> Any:
    if call.codec is Codec.EMPTY:
        return None
    if call.codec is Codec.TEXT:
        return body.decode("utf-8", "replace")
    if call.codec is Codec.HEADERS:
        return dict(response.headers)
    if call.codec is Codec.PATH_STAT:
        return _modelled(call, _stat_header(call, response.headers))
    if not call.returns:
        return decode_json(body, call)
    try:
        return _reader(call.returns).validate_json(body)
    except ValueError as error:
        decode_json(body, call)  # not JSON at all: say that
        raise ProtocolError(f"the answer is not a {call.returns}: {error}", call=call) from error


def _stat_header(call: Call[Any], headers: Mapping[str, str]) -> Any:
    from base64 import b64decode

    text = headers.get("x-docker-container-path-stat", "")
    try:
        return decode_json(b64decode(text, validate=True), call)
    except ValueError:
        raise ProtocolError(f"X-Docker-Container-Path-Stat is not base64: {text[:80]!r}", call=call) from None


def _modelled(call: Call[Any], value: Any) -> Any:
    if not call.returns:
        return value
    try:
        return _reader(call.returns).validate_python(value)
    except ValueError as error:
        raise ProtocolError(f"the answer is not a {call.returns}: {error}", call=call) from error


@cache
def _reader(payload: str) -> Reader:
    from rawdocker.models import adapter  # and pydantic with it

    return adapter(payload)


def _converter(call: Call[Any]) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what makes the answer's values of those that were decoded."""
    if call.codec is not Codec.JSON_STREAM:
        return iter

    def converted(item: Any) -> Any:
        raise_stream_error(item, call)
        return _modelled(call, item)

    return partial(map, converted)


def items(call: Call[Any], chunks: Iterator[bytes], decoder: Decoder | None = None) -> Iterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    for chunk in chunks:
        yield from converted(decoder.feed(chunk))
    yield from converted(decoder.end())


async def async_items(
    call: Call[Any], chunks: AsyncIterator[bytes], decoder: Decoder | None = None
) -> AsyncIterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    async for chunk in chunks:
        for item in converted(decoder.feed(chunk)):
            yield item
    for item in converted(decoder.end()):
        yield item


async def async_once(call: Call[Any], response: Response, chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    yield decoded(call, response, b"".join([chunk async for chunk in chunks]))


def failure(error: Exception, call: Call[Any], endpoint: Endpoint) -> RawdockerError:
    """Return our error for a request that got no answer."""
    where = f"{call} on {endpoint.url}"
    if isinstance(error, _loaded("httpx", "ConnectError", "ConnectTimeout")):  # ours raises its own
        return UnreachableError(f"Cannot connect to the Docker daemon at {endpoint.url}: {error}", call=call)
    if isinstance(error, _timed_out()):
        return DeadlineError(f"{where}: the engine did not answer in time", call=call)
    if isinstance(error, _broken()):
        return UnreachableError(f"{where}: the connection broke before an answer came: {error}", call=call)
    return ProtocolError(f"{where}: not an HTTP answer: {error}", call=call)


def cut(error: Exception, call: Call[Any]) -> RawdockerError:
    """Return our error for an answer that broke off."""
    if isinstance(error, _timed_out()):
        return DeadlineError(f"{call}: the engine was silent for too long", call=call)
    return CutStreamError(f"{call}: the stream was cut: {error or type(error).__name__}", call=call)
