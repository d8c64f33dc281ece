"""The bytes of one connection as exchanges, without I/O: told what passes, a follower tells observers what it was.

    follower = Follower(observers, "unix:///var/run/docker.sock")
    follower.sent(b"GET /_ping HTTP/1.1\r\n\r\n")               what the client sent; nothing: it will send no more
    follower.received(b"HTTP/1.1 204 No Content\r\n\r\n")       what the engine said
    follower.closed()                                           both are gone

The bytes may be cut anywhere, come from two threads, and be no HTTP at all: what it does not understand it leaves
alone. Bytes that no observer wants to see are counted, not copied.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from rawdocker.broken import FAILURES
from rawdocker.call import HijackCall
from rawdocker.errors import CutStreamError
from rawdocker.http1 import ChunkedBody
from rawdocker.observe import Exchange, Observer, Observers, hears
from rawdocker.operations import call_of

T = TypeVar("T")

Parser: TypeAlias = Generator[None, None, T]
"""Yields when it needs more bytes than there are."""

Tell: TypeAlias = Callable[[bytes], object]

LONGEST_HEAD = 1 << 20
"""Bytes of a head; Go's servers take no more either."""

LONGEST_DOCUMENT = 1 << 20
"""Bytes of a JSON body that becomes part of the call; the API's are some kilobytes."""

ALL = 1 << 62
"""More bytes than ever pass."""


class _Ended(Exception):
    """No more bytes come."""


class _Unreadable(Exception):
    """This is not HTTP/1.1."""


_NO_FAULT = (_Ended, _Unreadable, *FAILURES)
"""What says that the bytes end, or are no HTTP/1.1."""


class _Bytes:
    """What one side sends: fed as it comes, taken by a parser."""

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        self.ended = False

    def __len__(self) -> int:
        return len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        self._data, self._at = self._data[self._at :] + data, 0
        self.ended = self.ended or not data

    def drop(self) -> None:
        self._data, self._at = b"", 0

    def until(self, mark: bytes) -> Parser[bytes]:
        """Take the bytes before a mark, and the mark."""
        while (end := self._data.find(mark, self._at)) < 0:
            if len(self) > LONGEST_HEAD:
                raise _Unreadable
            yield from self._more()
        taken = self._data[self._at : end]
        self._at = end + len(mark)
        return taken

    def take(self, size: int, tell: Tell | None) -> Parser[None]:
        """Take so many bytes, each piece as it comes, and show them to who wants to see them."""
        while size:
            while not len(self):
                yield from self._more()
            count = min(size, len(self))
            if tell:
                tell(self._data[self._at : self._at + count])
            self._at += count
            size -= count

    def chunks(self, tell: Tell | None) -> Parser[None]:
        """Take a body in chunks; those that came together are shown as one piece."""
        body = ChunkedBody()
        while not body.done:
            while not len(self):
                yield from self._more()
            data = self._data[self._at :]
            self.drop()
            if not tell:
                body.spans(data)
            elif piece := body.feed(data):
                tell(piece)
        self._data = body.behind

    def _more(self) -> Parser[None]:
        if self.ended:
            raise _Ended
        yield


class _Turn:
    """A request of a connection, and its answer."""

    def __init__(self, exchange: Exchange, fields: Mapping[str, str]) -> None:
        self.exchange = exchange
        self.asked = self.answered = self.over = False
        upgrade = "upgrade" in fields.get("connection", "").lower()
        self.hijacks: bool | None = None if upgrade or isinstance(exchange.call, HijackCall) else False
        """Whether the connection is a stream from here on; None until the answer says it."""
        self.document = bytearray() if "json" in fields.get("content-type", "") else None

    def keep(self, data: bytes) -> None:
        """Keep a body that is a document."""
        if self.document is not None:
            self.document += data
            if len(self.document) > LONGEST_DOCUMENT:
                self.document = None

    def complete(self) -> None:
        """Give the call its body."""
        self.asked = True
        if self.document:
            call = self.exchange.call
            body = _document(self.document)
            # The stream of an exec is a terminal's where its start says so.
            tty = call.operation == "ExecStart" and isinstance(body, dict) and body.get("Tty") is True
            self.exchange.call = call.replace(body=body, tty=tty)


class Follower:
    """Follows one connection.

    Parameters:
        observers: told of its exchanges.
        endpoint: the engine's address, as exchanges have it.
        dialling: seconds that it took to reach the engine.
        tls: its certificates, as exchanges have them.
    """

    def __init__(self, observers: Sequence[Observer], endpoint: str, dialling: float = 0.0, *, tls: Any = None) -> None:
        self._observers = Observers(observers)
        self._shows_sent = any(hears(observer, "sent") for observer in observers)
        hearing = [observer for observer in observers if hears(observer, "received")]
        self._shows_received = bool(hearing)
        self._shows_streams = any(getattr(observer, "shows_streams", True) for observer in hearing)
        self._endpoint, self._dialling, self._tls = endpoint, dialling, tls
        self._turns: list[_Turn] = []
        self._client, self._engine = _Bytes(), _Bytes()
        self._asking: Parser[None] = self._guarded(self._ask(), self._client)
        self._answering: Parser[None] = self._guarded(self._answer(), self._engine)
        self._lock = threading.Lock()
        self.fault: Exception | None = None
        """What an observer raised, if one did; it is told no more of this connection."""

    def sent(self, data: bytes) -> None:
        """Take what the client sent; nothing says that it will send no more."""
        with self._lock:
            self._client.feed(data)
            next(self._asking)

    def received(self, data: bytes) -> None:
        """Take what the engine said; nothing says that it will say no more."""
        with self._lock:
            self._engine.feed(data)
            next(self._answering)
            if not data:
                self._end_all(None)

    def closed(self, error: BaseException | None = None) -> None:
        """Take that the connection is over; error: why, where that is known."""
        with self._lock:
            self._end_all(error)

    def _guarded(self, parser: Parser[None], source: _Bytes) -> Parser[None]:
        """Run a parser as long as it understands what comes; what comes then only passes."""
        try:
            yield from parser
        except Exception as error:
            # An observer that fails must not keep a client from its engine.
            self.fault = self.fault or (None if isinstance(error, _NO_FAULT) else error)
        while True:
            source.drop()
            yield

    def _ask(self) -> Parser[None]:
        """Understand what the client sends."""
        while True:
            try:
                first, headers, fields = yield from _head(self._client)
            except _Ended:
                self._leave()
                raise
            turn = self._begun(first, headers, fields)
            yield from self._request_body(turn, fields)
            turn.complete()
            self._finish(turn)
            while turn.hijacks is None:
                if len(self._client) > LONGEST_HEAD:
                    raise _Unreadable
                yield
            if turn.hijacks:
                yield from self._stream_to_engine(turn.exchange)

    def _leave(self) -> None:
        """Tell that the client sends no more and has not all answers yet: run -d leaves while it waits."""
        for turn in self._turns:
            if not turn.hijacks:
                self._observers.write_closed(turn.exchange)

    def _begun(self, first: str, headers: Sequence[tuple[str, str]], fields: Mapping[str, str]) -> _Turn:
        method, _, rest = first.partition(" ")
        target, _, protocol = rest.partition(" ")
        if not protocol.startswith("HTTP/1."):
            raise _Unreadable
        own = {name: value for name, value in headers if name.lower().startswith("x-")}
        exchange = Exchange(call_of(method, target, own), method, target, headers, self._endpoint, self._tls)
        if self._dialling:  # as if the client had dialled the engine itself, just now
            exchange.connected, exchange.started = exchange.started, exchange.started - self._dialling
            self._dialling = 0.0
        turn = _Turn(exchange, fields)
        self._turns.append(turn)
        self._observers.request(exchange)
        return turn

    def _request_body(self, turn: _Turn, fields: Mapping[str, str]) -> Parser[None]:
        show = partial(self._observers.sent, turn.exchange) if self._shows_sent else None
        keep = None if turn.document is None else turn.keep
        yield from _body(self._client, fields, _both(keep, show), otherwise=0)

    def _stream_to_engine(self, exchange: Exchange) -> Parser[None]:
        try:
            yield from self._client.take(ALL, partial(self._observers.sent, exchange) if self._shows_sent else None)
        except _Ended:
            if not exchange.ended:
                self._observers.write_closed(exchange)

    def _answer(self) -> Parser[None]:
        """Understand what the engine says."""
        while True:
            first, headers, fields = yield from _head(self._engine)
            protocol, _, rest = first.partition(" ")
            status, _, reason = rest.partition(" ")
            turn = next((turn for turn in self._turns if not turn.answered), None)
            if turn is None or not protocol.startswith("HTTP/1."):
                raise _Unreadable
            exchange = turn.exchange
            if status.startswith("1") and status != "101":
                continue  # it will answer; this is not yet it
            exchange.received = perf_counter()
            exchange.status, exchange.reason, exchange.response_headers = _number(status), reason, headers
            self._observers.response(exchange)
            yield from self._answer_body(turn, fields)
            turn.answered = True
            self._finish(turn)

    def _answer_body(self, turn: _Turn, fields: Mapping[str, str]) -> Parser[None]:
        exchange = turn.exchange
        endless = not {"content-length", "transfer-encoding"} & fields.keys()
        if turn.hijacks is None:
            turn.hijacks = exchange.status == 101 or (exchange.status == 200 and endless)
            next(self._asking)  # what it held back is known now
        shown = self._shows_streams if exchange.call.is_stream else self._shows_received
        show = partial(self._observers.received, exchange) if shown else None
        if exchange.status == 101:
            fields = {}
        elif exchange.method == "HEAD" or exchange.status in (204, 304):
            return
        try:
            yield from _body(self._engine, fields, show, otherwise=ALL)
        except _Ended:
            if not endless and exchange.status != 101:
                raise
            turn.answered = True

    def _finish(self, turn: _Turn) -> None:
        if turn.asked and turn.answered:
            self._end(turn, None)

    def _end(self, turn: _Turn, error: BaseException | None) -> None:
        self._turns.remove(turn)
        self._observers.end(turn.exchange, error)

    def _end_all(self, error: BaseException | None) -> None:
        for turn in list(self._turns):
            try:
                self._end(turn, None if turn.answered else error or self._cut(turn))
            except Exception as fault:
                self.fault = self.fault or fault

    def _cut(self, turn: _Turn) -> CutStreamError:
        who = "client" if self._client.ended else "engine"
        what = "the end of the answer" if turn.exchange.status else "the answer"
        return CutStreamError(f"the {who} closed the connection before {what}", call=turn.exchange.call)


def _head(source: _Bytes) -> Parser[tuple[str, list[tuple[str, str]], dict[str, str]]]:
    """Take a head: its first line, its fields as they are, and by their names in small letters."""
    text = ""
    while not text:  # an empty line before a request is allowed
        text = (yield from source.until(b"\r\n\r\n")).decode("latin-1").strip()
    first, *lines = text.split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return first, headers, {name.lower(): value for name, value in headers}


def _body(source: _Bytes, fields: Mapping[str, str], tell: Tell | None, *, otherwise: int) -> Parser[None]:
    """Take a body, as its head frames it; otherwise: its size where the head says nothing."""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        return source.chunks(tell)
    length = fields.get("content-length")
    return source.take(otherwise if length is None else _number(length), tell)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise _Unreadable
    return int(text)


def _both(first: Tell | None, second: Tell | None) -> Tell | None:
    if first is None or second is None:
        return first or second

    def tell(data: bytes) -> None:
        first(data)
        second(data)

    return tell


def _document(data: bytearray) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return bytes(data)
