"""What an answer means: the value it stands for, or the error. Shared by both clients; no I/O."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpcore
import httpx

from rawdocker.call import Call, Codec
from rawdocker.codec import Decoder, decode_json, decoder_for, raise_stream_error
from rawdocker.errors import (
    CutStreamError,
    DeadlineError,
    InvalidCallError,
    ProtocolError,
    RawdockerError,
    UnreachableError,
    error_for,
)
from rawdocker.host import Endpoint

LONGEST_ERROR = 1 << 20
"""Bytes of a refusal that are read; what an engine says fits into a few hundred."""

FAILURES = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)
"""What httpx and httpcore raise when an exchange fails; `failure` and `cut` make our errors of it."""

_TIMEOUTS = (httpx.TimeoutException, httpcore.TimeoutException)
_NETWORK = (httpx.NetworkError, httpcore.NetworkError)


def on_the_wire(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return headers as they are sent."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw]


def refused(status: int) -> bool:
    """Say whether a status means that the call was not done. 304: it was so already."""
    return status >= 300 and status != 304


def refusal(call: Call[Any], response: httpx.Response, body: bytes) -> RawdockerError:
    """Return the error for an answer that refuses a call, with the engine's words where it has some."""
    status, phrase = response.status_code, f"{response.status_code} {response.reason_phrase}".strip()
    if status < 400:
        location = response.headers.get("location", "")
        return ProtocolError(
            f"{call} was redirected ({phrase}) to {location or 'nowhere'}: not an engine's answer", call=call
        )
    text = body[:LONGEST_ERROR].decode("utf-8", "replace").strip()
    if not text:
        message = (
            f"request returned {phrase} for API route and version {response.request.url}, "
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


def decoded(call: Call[Any], headers: Mapping[str, str], body: bytes) -> Any:
    if call.codec is Codec.EMPTY:
        return None
    if call.codec is Codec.TEXT:
        return body.decode("utf-8", "replace")
    if call.codec is Codec.HEADERS:
        return dict(headers)
    if call.codec is Codec.PATH_STAT:
        return _modelled(call, _stat_header(call, headers))
    if not call.returns:
        return decode_json(body, call)
    from pydantic import ValidationError

    from rawdocker.models import adapter

    try:
        return adapter(call.returns).validate_json(body)
    except ValidationError as error:
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
    from pydantic import ValidationError

    from rawdocker.models import adapter

    try:
        return adapter(call.returns).validate_python(value)
    except ValidationError as error:
        raise ProtocolError(f"the answer is not a {call.returns}: {error}", call=call) from error


def _converter(call: Call[Any]) -> Callable[[Any], Any]:
    if call.codec is not Codec.JSON_STREAM:
        return lambda item: item

    def converted(item: Any) -> Any:
        raise_stream_error(item, call)
        return _modelled(call, item)

    return converted


def items(call: Call[Any], chunks: Iterator[bytes], decoder: Decoder | None = None) -> Iterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    for chunk in chunks:
        for item in decoder.feed(chunk):
            yield converted(item)
    for item in decoder.end():
        yield converted(item)


async def async_items(
    call: Call[Any], chunks: AsyncIterator[bytes], decoder: Decoder | None = None
) -> AsyncIterator[Any]:
    decoder, converted = decoder or decoder_for(call), _converter(call)
    async for chunk in chunks:
        for item in decoder.feed(chunk):
            yield converted(item)
    for item in decoder.end():
        yield converted(item)


async def async_once(call: Call[Any], headers: Mapping[str, str], chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    yield decoded(call, headers, b"".join([chunk async for chunk in chunks]))


def failure(error: Exception, call: Call[Any], endpoint: Endpoint) -> RawdockerError:
    """Return our error for a request that got no answer."""
    where = f"{call} on {endpoint.url}"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):  # a mocked transport's; ours raises its own
        return UnreachableError(f"Cannot connect to the Docker daemon at {endpoint.url}: {error}", call=call)
    if isinstance(error, _TIMEOUTS):
        return DeadlineError(f"{where}: the engine did not answer in time", call=call)
    if isinstance(error, _NETWORK):
        return UnreachableError(f"{where}: the connection broke before an answer came: {error}", call=call)
    if isinstance(error, httpx.InvalidURL):
        return InvalidCallError(f"{where}: {error}", call=call)
    return ProtocolError(f"{where}: not an HTTP answer: {error}", call=call)


def cut(error: Exception, call: Call[Any]) -> RawdockerError:
    """Return our error for an answer that broke off."""
    if isinstance(error, _TIMEOUTS):
        return DeadlineError(f"{call}: the engine was silent for too long", call=call)
    return CutStreamError(f"{call}: the stream was cut: {error or type(error).__name__}", call=call)
