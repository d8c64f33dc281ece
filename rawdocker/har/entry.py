"""An exchange as an entry of a HAR file, without its secrets.

The entry is what the specification of HAR 1.2 asks for, with the frames of hijacked connections as browsers write those
of websockets, and what HAR has no place for under _rawdocker (docs/recording.md says what is there).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from rawdocker.call import Codec
from rawdocker.codec import HEADER_SIZE, STREAMS
from rawdocker.errors import EngineError, RawdockerError
from rawdocker.operations import matched
from rawdocker.secrets import Redactor, is_secret_header, is_secret_key, mark, sounds_secret

if TYPE_CHECKING:
    from rawdocker.har.recorder import Body, Kept
    from rawdocker.observe import Exchange

ORIGIN = "http://localhost"
HTTP = "HTTP/1.1"
TEXT, BINARY = 1, 2
"""The opcodes of a message."""

Headers = Sequence[tuple[str, str]]
Fields = dict[str, Any]


def entry(
    exchange: Exchange,
    kept: Kept,
    redactor: Redactor,
    verb: Sequence[str] = (),
    *,
    error: BaseException | None = None,
    unfinished: bool = False,
) -> Fields:
    """Return the entry of an exchange.

    verb: the words of the command line. error: what ended it. unfinished: it goes on, and the recording ends.
    """
    # What the target, heads and bodies hold is known when the rest is searched.
    redactor.target(exchange.target)
    request, response = _request(exchange, kept, redactor), _response(exchange, kept, redactor)
    target = redactor.target(exchange.target)
    request |= {"url": ORIGIN + target, "queryString": _named(parse_qsl(target.partition("?")[2], True))}
    timings = _timings(exchange, kept)
    made: Fields = {
        "startedDateTime": datetime.fromtimestamp(kept.clock, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "time": round(sum(value for value in timings.values() if value >= 0), 3),
        "request": request,
        "response": response,
        "cache": {},
        "timings": timings,
        "_rawdocker": _ours(exchange, kept, redactor, verb, error, unfinished),
    }
    if "text" in response["content"]:
        made["_rawdocker"]["chunks"] = list(_chunks(kept, response["content"]))
    if _is_stream(exchange, kept):
        made["_webSocketMessages"] = list(_messages(exchange, kept, redactor))
    return made


def _request(exchange: Exchange, kept: Kept, redactor: Redactor) -> Fields:
    headers = redactor.headers(exchange.headers)
    made: Fields = {"method": exchange.method, "url": "", "httpVersion": HTTP, "cookies": []}
    made |= {"headers": _named(headers), "queryString": [], "headersSize": -1, "bodySize": kept.body.size}
    if kept.body.size:
        text, encoding = _text(bytes(kept.body.data), redactor)
        made["postData"] = {"mimeType": _type(headers), "text": text}
        if encoding:
            made["postData"]["_encoding"] = encoding
    return made


def _response(exchange: Exchange, kept: Kept, redactor: Redactor) -> Fields:
    headers = redactor.headers(exchange.response_headers)
    content: Fields = {"size": kept.answer.size, "mimeType": _type(headers)}
    if kept.answer.data and not _is_stream(exchange, kept):
        content["text"], encoding = _text(bytes(kept.answer.data), redactor, frames=_is_multiplexed(exchange))
        if encoding:
            content["encoding"] = encoding
    return {
        "status": exchange.status,
        "statusText": redactor.text(exchange.reason),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _named(headers),
        "content": content,
        "redirectURL": redactor.text(_header(headers, "location")),
        "headersSize": -1,
        "bodySize": kept.answer.size,
    }


def _named(pairs: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _type(headers: Headers) -> str:
    return _header(headers, "content-type") or "application/octet-stream"


def _text(data: bytes, redactor: Redactor, *, frames: bool = False) -> tuple[str, str]:
    """Return a body as text without secrets, and its encoding: base64, or none for what is text."""
    text = _as_text(data)
    if text is not None:
        return redactor.text(text), ""
    return b64encode(_blotted(data, redactor, frames=frames)).decode(), "base64"


def _as_text(data: bytes) -> str | None:
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


class Piece(NamedTuple):
    """Where in a multiplexed stream the payload of a frame stands."""

    stream: str
    start: int
    end: int


def frames_in(data: bytes) -> tuple[list[Piece], int]:
    """Return the whole frames that a stream begins with, and how many bytes these are."""
    found, at = [], 0
    while len(data) - at >= HEADER_SIZE and data[at] < len(STREAMS) and not any(data[at + 1 : at + 4]):
        start = at + HEADER_SIZE
        end = start + int.from_bytes(data[at + 4 : start], "big")
        if end > len(data):
            break
        found.append(Piece(STREAMS[data[at]], start, end))
        at = end
    return found, at


def _blotted(data: bytes, redactor: Redactor, *, frames: bool) -> bytes:
    """Return bytes with the secrets overwritten; in frames also those that headers cut apart."""
    pieces, end = frames_in(data) if frames else ([], 0)
    if not pieces:
        return redactor.blot(data)
    blotted = bytearray(data)
    blotted[end:] = redactor.blot(data[end:])
    for stream in {piece.stream for piece in pieces}:
        own = [piece for piece in pieces if piece.stream == stream]
        payload, at = redactor.blot(b"".join(data[piece.start : piece.end] for piece in own)), 0
        for piece in own:
            size = piece.end - piece.start
            blotted[piece.start : piece.end] = payload[at : at + size]
            at += size
    return bytes(blotted)


def _is_stream(exchange: Exchange, kept: Kept) -> bool:
    from rawdocker.har.recorder import hijacked

    return hijacked(exchange)


def _is_multiplexed(exchange: Exchange) -> bool:
    return exchange.call.codec is Codec.FRAMES and not exchange.call.tty


def _messages(exchange: Exchange, kept: Kept, redactor: Redactor) -> Iterator[Fields]:
    """Yield what passed on a hijacked connection, in order. A frame passed when its last byte did; bytes that are no
    frame have no stream."""
    sent = redactor.blot(bytes(kept.stdin.data))
    multiplexed = _is_multiplexed(exchange)
    answer = _blotted(bytes(kept.answer.data), redactor, frames=multiplexed)
    frames = iter(frames_in(answer)[0] if multiplexed else ())
    frame = next(frames, None)
    written = read = told = 0
    for when, size, client in kept.pieces():
        if client:
            if sent:
                yield _message("send", kept, when, sent[written : written + size])
            written += size
            continue
        read += size
        while frame is not None and frame.end <= read:
            yield _message("receive", kept, when, answer[frame.start : frame.end], frame.stream)
            told, frame = frame.end, next(frames, None)
        if frame is None and told < read and answer:
            yield _message("receive", kept, when, answer[told:read])
            told = read


def _message(kind: str, kept: Kept, when: float, data: bytes, stream: str = "") -> Fields:
    text = _as_text(data)
    made: Fields = {"type": kind, "time": round(kept.clock + when / 1000, 6)}
    made |= {"opcode": BINARY, "data": b64encode(data).decode()} if text is None else {"opcode": TEXT, "data": text}
    return made | ({"_stream": stream} if stream else {})


def _timings(exchange: Exchange, kept: Kept) -> dict[str, float]:
    """Return the milliseconds of each phase; what a new connection took comes before the request."""
    start = exchange.connected or exchange.started
    end = exchange.ended or perf_counter()
    head = exchange.received or end
    sent = min(max(kept.body_sent, start), head)
    return {
        "blocked": -1,
        "dns": -1,
        "connect": _milliseconds(start - exchange.started) if exchange.connected else -1,
        "send": _milliseconds(sent - start),
        "wait": _milliseconds(head - sent),
        "receive": _milliseconds(end - head),
    }


def _milliseconds(seconds: float) -> float:
    return round(max(seconds, 0) * 1000, 3)


def _ours(
    exchange: Exchange,
    kept: Kept,
    redactor: Redactor,
    verb: Sequence[str],
    error: BaseException | None,
    unfinished: bool,
) -> Fields:
    operation, _ = matched(exchange.method, exchange.target.partition("?")[0])
    made: Fields = {
        "number": kept.number,
        "operation": operation.name if operation else exchange.call.operation,
        "function": operation.function if operation else "",
        "endpoint": redactor.text(exchange.endpoint),
    }
    if verb:
        made["verb"] = json.loads(redactor.text(json.dumps(verb, ensure_ascii=False)))
    # A refusal is in the answer already; what is no error of ours is the client's own (Ctrl-C, a closed pipe).
    if isinstance(error, RawdockerError) and not isinstance(error, EngineError):
        made["error"] = redactor.text(str(error))
    if unfinished:
        made["unfinished"] = True
    if kept.half_close is not None:
        made["half_close"] = round(kept.half_close, 3)
    return made | _cut(kept)


def _cut(kept: Kept) -> Fields:
    parts = (("sent", kept.body), ("stdin", kept.stdin), ("received", kept.answer))
    dropped = {name: _digest(body) for name, body in parts if body.dropped}
    return {"cut": True, **dropped} if dropped else {}


def _digest(body: Body) -> Fields:
    return {"size": body.size, "sha256": body.sha256}


def _chunks(kept: Kept, content: Fields) -> Iterator[list[float]]:
    """Yield when each piece of an answer came, and its size in what is kept: the last has what secrets changed."""
    left = kept.answer.size if "encoding" in content else len(content["text"].encode())
    pieces = list(kept.pieces())
    for number, (when, size, _) in enumerate(pieces, 1):
        size = left if number == len(pieces) else min(size, left)
        yield [round(when, 3), size]
        left -= size


_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_.\-]*)(=|: ?)")


def words_without_secrets(words: Sequence[str], redactor: Redactor) -> list[str]:
    """Return the words of a command line without its secrets, which the redactor learns: those in -e DB_PASSWORD=…,
    --password …, Authorization: …"""
    shown, before = [], ""
    for word in words:
        name, start = _secret_in(word, before)
        if name and word[start:] and not _is_inside_json(word, start):
            redactor.remember(word[start:], f"value of {name}")
            shown.append(word[:start] + mark(f"value of {name}"))
        else:
            shown.append(redactor.text(word))
        before = word
    return shown


def _is_inside_json(word: str, place: int) -> bool:
    """Say whether a word is JSON, or name=JSON, that begins before a place: a secret there ends with its string."""
    start = min((at for at in (word.find("{"), word.find("[")) if at >= 0), default=place)
    try:
        return start < place and isinstance(json.loads(word[start:]), dict | list)
    except (ValueError, RecursionError):
        return False


def _secret_in(word: str, before: str) -> tuple[str, int]:
    """Return the name of the secret in a word and where it begins; no name where there is none."""
    flag = before.lstrip("-")
    if before.startswith("--") and "=" not in flag and sounds_secret(flag.replace("-", "_")):
        return flag, 0
    for found in _ASSIGNED.finditer(word):
        name, is_variable = found[1], found[2] == "="
        if is_secret_key(name.replace("-", "_")) if is_variable else is_secret_header(name):
            return name, found.end()
    return "", 0
