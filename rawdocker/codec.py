"""Bytes to values, without I/O: every decoder is fed whatever arrived and gives what is complete.

decoder = decoder_for(call)
for chunk in wherever: yield from decoder.feed(chunk)
yield from decoder.end()            # raises CutStreamError where the bytes stop too early
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any, Protocol

from rawdocker.call import Call, Codec, Frame
from rawdocker.errors import CutStreamError, ProtocolError, StreamError

STREAMS = ("stdin", "stdout", "stderr", "systemerr")
"""The first byte of a frame's header is an index into this."""

HEADER_SIZE = 8
"""stream, three zero bytes, length of the payload as a big-endian 32-bit number."""

LONGEST_FRAME = 1 << 20
"""A payload longer than this is handed on in pieces of the same stream, so that memory stays flat."""

LARGE = 8192
"""Bytes of a payload from which on writing it by itself costs less than copying it together with others."""

LONGEST_DOCUMENT = 16 << 20
"""Bytes one document of a JSON stream may have; the engine's are some kilobytes."""


class Decoder(Protocol):
    """What every decoder does."""

    def feed(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes and give the values that are complete now."""

    def end(self) -> Iterator[Any]:
        """Give what is left when no more bytes come; raises CutStreamError in the middle of a value."""


class RawDecoder:
    """Chunks as they are (archives, exports)."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def end(self) -> Iterator[bytes]:
        return iter(())


class TerminalDecoder:
    """A terminal's stream: bytes with no structure, all of it stdout."""

    def feed(self, data: bytes) -> Iterator[Frame]:
        if data:
            yield Frame("stdout", data)

    def end(self) -> Iterator[Frame]:
        return iter(())


_HEADER = Struct(">II")
_STREAM_OF = {number << 24: stream for number, stream in enumerate(STREAMS)}
"""The first half of a header as a number: the stream, and three bytes that are zero."""


_MADE = tuple.__new__
"""Makes a Frame in a third of the time that its own constructor takes."""


class FrameDecoder:
    """Multiplexed stdout and stderr: 8 bytes of header, then the payload, again and again."""

    _whole = True
    """Whether a payload waits until all of it is there."""

    def __init__(self) -> None:
        self._buffer = b""
        self._remaining = 0
        self._length = 0
        """What the last header told: the length of the payload of which some remains, or that came last."""
        self._stream = ""

    def feed(self, data: bytes) -> Iterator[Frame]:
        return self._frames(self._buffer + data if self._buffer else bytes(data))

    def _frames(self, data: Any) -> Iterator[Frame]:
        """Yield the frames in bytes, or in a view of bytes, whose payloads are views then."""
        # A log is a million frames: what is done for each is local and little.
        at, size, unpack = 0, len(data), _HEADER.unpack_from
        stream, remaining, length = self._stream, self._remaining, self._length
        try:
            while True:
                if not remaining:
                    if size - at < HEADER_SIZE:
                        return
                    word, remaining = unpack(data, at)
                    if word not in _STREAM_OF:
                        remaining = 0
                        raise ProtocolError(_no_header(bytes(data[at : at + HEADER_SIZE])))
                    stream = _STREAM_OF[word]
                    length = remaining
                    at += HEADER_SIZE
                    continue
                wanted = remaining if remaining < LONGEST_FRAME else LONGEST_FRAME
                if size - at < wanted:
                    wanted = size - at
                    if self._whole or not wanted or stream == "systemerr":  # a message is read as one
                        return
                at += wanted
                remaining -= wanted
                yield _MADE(Frame, (stream, data[at - wanted : at]))
        finally:
            self._buffer = bytes(data[at:])
            self._stream, self._remaining, self._length = stream, remaining, length

    def end(self) -> Iterator[Frame]:
        if self._remaining:
            missing = self._remaining - len(self._buffer)
            raise CutStreamError(f"the stream ended inside a frame of {self._stream}: {missing} bytes are missing")
        if self._buffer:
            raise CutStreamError(f"the stream ended inside a frame header: {len(self._buffer)} of {HEADER_SIZE} bytes")
        return iter(())


class JoinedFrameDecoder(FrameDecoder):
    """The same for who writes it out: what arrived together of one stream is one frame, whether more or less than the
    engine's. Behind a large payload they are not joined but given as views, without a copy."""

    _whole = False

    def feed(self, data: bytes) -> Iterator[Frame]:
        data = self._buffer + data if self._buffer else data
        return self._frames(memoryview(data)) if self._length >= LARGE else self._joined(data)

    def _joined(self, data: bytes) -> Iterator[Frame]:
        """Yield the payloads in a row of one stream as one."""
        stream = ""
        parts: list[bytes] = []
        try:
            for frame in self._frames(data):
                if frame[0] is not stream and parts:
                    yield Frame(stream, b"".join(parts))
                    parts = []
                stream = frame[0]
                parts.append(frame[1])
        except ProtocolError:
            if parts:
                yield Frame(stream, b"".join(parts))
            raise
        if parts:
            yield Frame(stream, b"".join(parts))


def _no_header(data: bytes) -> str:
    return f"not a frame header: {data.hex(' ')} (the stream of a terminal has no frames: pass tty=True for it)"


class JSONStreamDecoder:
    """JSON documents one behind the other, whatever stands between them: nothing, newlines, or the RS of json-seq."""

    _BETWEEN = " \t\r\n\x1e"

    def __init__(self) -> None:
        from codecs import getincrementaldecoder

        self._parts: list[str] = []
        self._size = 0
        self._open: _Nesting | None = None
        """The beginning of a document that is not complete, None between two documents."""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._scan = json.JSONDecoder().raw_decode

    def feed(self, data: bytes) -> Iterator[Any]:
        text = self._take(data)
        # A large document is not parsed anew at each chunk: only a closing bracket can complete one, and its own.
        if self._open.closed_by(text) if self._open else (b"}" in data or b"]" in data):
            yield from self._complete()
        if self._size > LONGEST_DOCUMENT:
            raise ProtocolError(f"a document of a JSON stream is longer than {LONGEST_DOCUMENT} bytes")

    def end(self) -> Iterator[Any]:
        self._take(b"", last=True)
        yield from self._complete()
        if self._size:
            raise CutStreamError(f"the stream ended inside a JSON document: …{self._parts[0][-40:]!r}")

    def _take(self, data: bytes, *, last: bool = False) -> str:
        text = self._decode(data, last)
        self._parts.append(text)
        self._size += len(text)
        return text

    def _complete(self) -> Iterator[Any]:
        text, position = "".join(self._parts), 0
        try:
            while True:
                start = position = _skip(text, position, self._BETWEEN)
                if position == len(text):
                    return
                try:
                    value, position = self._scan(text, start)
                except json.JSONDecodeError as error:
                    if _may_go_on(error, len(text)):
                        return
                    raise ProtocolError(f"not JSON: {error.msg} at {text[error.pos : error.pos + 40]!r}") from None
                except RecursionError:
                    raise ProtocolError("not the engine's JSON: nested too deeply") from None
                except ValueError as error:  # an integer of thousands of digits
                    raise ProtocolError(f"not the engine's JSON: {error}") from None
                yield _as_go_reads(value, text[start:position])
        finally:
            rest = text[position:]
            self._parts, self._size = [rest], len(rest)
            self._open = _Nesting(rest) if rest else None


class _Nesting:
    """How deep inside a document a text ends, counted as the text comes."""

    _MARKS = re.compile(r'\\(?:.|$)|["{}\[\]]', re.S)

    def __init__(self, text: str) -> None:
        self._depth = 0
        self._quoted = False
        self._escape = ""
        """A backslash at the end of the text, whose other half is to come."""
        self.closed_by(text)

    def closed_by(self, text: str) -> bool:
        """Take what comes next; say whether the document may be complete now."""
        for found in self._MARKS.finditer(self._escape + text):
            mark, self._escape = found[0], ""
            if mark == '"':
                self._quoted = not self._quoted
            elif not self._quoted and mark in "{[":
                self._depth += 1
            elif not self._quoted and mark in "}]":
                self._depth -= 1
                if self._depth <= 0:
                    return True
            elif mark == "\\":
                self._escape = mark
        return False


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position


def _may_go_on(error: json.JSONDecodeError, size: int) -> bool:
    # A document that is only cut fails at its very end (a half literal or escape before it) or in an open string.
    return error.pos >= size - len("\\uXXXX\\uXXXX") or error.msg.startswith("Unterminated string")


def decode_json(data: bytes, call: Call[Any] | None = None) -> Any:
    """Return the one JSON document in data; raises ProtocolError with the beginning of what came instead."""
    text = data.decode("utf-8", "replace")
    try:
        return _as_go_reads(json.loads(text), text)
    except RecursionError:
        raise ProtocolError("the answer is not the engine's: JSON nested too deeply", call=call) from None
    except ValueError:
        raise ProtocolError(f"the answer is not JSON: {text[:80] or 'nothing'}", call=call) from None


_HALF = re.compile("[\ud800-\udfff]")


def _as_go_reads(value: Any, text: str) -> Any:
    """Return the value of a JSON text, with U+FFFD for halves of characters, which JSON can name and nothing write."""
    return _whole(value) if "\\" in text and ("\\ud" in text or "\\uD" in text) else value


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_HALF.sub("\ufffd", key): _whole(item) for key, item in value.items()}
    return value


def raise_stream_error(item: Any, call: Call[Any] | None) -> None:
    """Raise StreamError where an item of a progress stream is an error: its status was sent as 200 long before."""
    if isinstance(item, dict) and ("errorDetail" in item or "error" in item):
        detail = item.get("errorDetail")
        detail = detail if isinstance(detail, dict) else {}
        message = detail.get("message") or item.get("error") or "unknown error"
        code = detail.get("code")
        raise StreamError(str(message), status=code if isinstance(code, int) and code else 200, call=call)


def decoder_for(call: Call[Any]) -> Decoder:
    """Return the decoder for the stream that answers a call."""
    decoders: dict[Codec, Callable[[], Decoder]] = {
        Codec.FRAMES: TerminalDecoder if call.tty else JoinedFrameDecoder if call.joined else FrameDecoder,
        Codec.JSON_STREAM: JSONStreamDecoder,
        Codec.RAW: RawDecoder,
    }
    return decoders[call.codec]()
