"""--trace: each exchange as it happens. 1: a line a call; 2: heads and bodies as well; 3: every frame of a stream."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Sequence
from time import strftime, time
from typing import Any, TextIO
from urllib.parse import parse_qs, urlsplit

from rawdocker.call import VERSION, Call, Codec, HijackCall
from rawdocker.codec import HEADER_SIZE, STREAMS, decoder_for
from rawdocker.errors import RawdockerError
from rawdocker.observe import Exchange, Observer
from rawdocker.secrets import Redactor
from rawdocker.show import LONGEST_BODY, body_text, headers_text, payload, printable, times, trace_line

LINES, BODIES, FRAMES = 1, 2, 3

_ID = re.compile(r"(?<=/)[0-9a-f]{64}(?=[/?]|$)")
_GIVEN = re.compile(rb'"Id":\s*"([0-9a-f]{64})"')
_DIM, _SENT, _GOT, _BAD, _PLAIN = "\033[2m", "\033[36m", "\033[32m", "\033[31m", "\033[0m"


class Body:
    """The beginning of a body, and how large it was."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.size = self.pieces = 0

    def add(self, piece: bytes) -> None:
        self.data += piece[: LONGEST_BODY - len(self.data)]
        self.size += len(piece)
        self.pieces += 1


class Watch:
    """What a trace keeps of an exchange until it ends."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.sent, self.received = Body(), Body()
        self.decoder: Any = None
        self.told = False


class Trace(Observer):
    """Writes exchanges to a page.

    Parameters:
        level: 1 to 3; what each shows is said above.
        page: where to; a person looking at it gets colours.
        redactor: hides secrets.
        form: how requests are written, by the forms of --as; empty: as lines.
        owned: whether close() closes the page.
    """

    def __init__(
        self, level: int, page: TextIO, redactor: Redactor | None = None, *, form: str = "", owned: bool = False
    ) -> None:
        self._level, self._page, self._redactor = level, page, redactor or Redactor()
        self._form, self._owned = form, owned
        self._colour = wants_colour(page)
        self._watches: dict[Exchange, Watch] = {}
        self._given: set[str] = set()
        self._count = 0
        self._lock = threading.Lock()
        self.shows_streams = level > LINES
        if level == LINES and not form:
            self.sent = super().sent  # type: ignore[method-assign]

    def request(self, exchange: Exchange) -> None:
        with self._lock:
            self._count += 1
            self._watches[exchange] = Watch(self._count)

    def sent(self, exchange: Exchange, data: bytes) -> None:
        watch = self._watches[exchange]
        if exchange.status:  # the connection is taken over: this is a container's stdin
            if self._level == FRAMES:
                self._frame(watch, ">", "stdin", data)
        else:
            watch.sent.add(data)

    def response(self, exchange: Exchange) -> None:
        watch = self._watches[exchange]
        self._tell(exchange, watch)
        if self._level >= BODIES and exchange.status < 300 and exchange.call.is_stream:
            watch.decoder = decoder_for(exchange.call.replace(joined=False))

    def received(self, exchange: Exchange, data: bytes) -> None:
        watch = self._watches[exchange]
        if self._level == LINES:
            if exchange.call.codec is Codec.JSON:
                self._remember_ids(data)
            return
        watch.received.add(data)
        if self._level == FRAMES and watch.decoder is not None:
            self._frames(exchange, watch, data)

    def write_closed(self, exchange: Exchange) -> None:
        if self._level == FRAMES:
            hijacked = isinstance(exchange.call, HijackCall)
            self._mark(self._watches[exchange], ">", "stdin is closed" if hijacked else "the answer is not awaited")

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        watch = self._watches.pop(exchange)
        if not watch.told:
            self._tell(exchange, watch, error)
        if self._level == LINES:
            return
        lines = [] if watch.decoder is not None else self._body(watch.received, exchange.response_headers)
        if watch.decoder is not None:
            size, pieces = watch.received.size, watch.received.pieces
            lines.append(f"({size:,} bytes in {pieces:,} piece{'s' if pieces != 1 else ''})")
        self._remember_ids(bytes(watch.received.data))
        ended = f"end: {times(exchange)}"
        if isinstance(error, RawdockerError) and exchange.status < 300:
            ended += f"; {printable(self._redactor.text(str(error)))}"
        self._block(watch, "<", [*lines, ended], _GOT)

    def close(self) -> None:
        """Close the page if it is a file of ours."""
        if self._owned:
            self._page.close()

    def _tell(self, exchange: Exchange, watch: Watch, error: BaseException | None = None) -> None:
        watch.told = True
        target = self._redactor.target(exchange.target)
        if self._form:
            self._remember_secrets(exchange, watch)
            self._write(self._exported(exchange))
        elif self._level == LINES:
            line = trace_line(exchange, error, _ID.sub(self._named, target))
            self._write(self._painted(self._redactor.text(line), _outcome(exchange)) + "\n")
        else:
            head = [printable(f"{exchange.method} {target} HTTP/1.1"), *self._headers(exchange.headers)]
            self._block(watch, ">", [*head, *self._body(watch.sent, exchange.headers)], _SENT)
        if self._level > LINES:
            self._answer(exchange, watch, error)

    def _answer(self, exchange: Exchange, watch: Watch, error: BaseException | None) -> None:
        """Show the head of an answer, or why there is none."""
        if not exchange.status:
            reason = printable(self._redactor.text(str(error)))
            return self._block(watch, "<", [f"failed: {reason}"], _BAD)
        lines = [f"{exchange.status} {printable(exchange.reason)}", *self._headers(exchange.response_headers)]
        if exchange.status == 101:
            lines.append("(the connection is taken over)")
        return self._block(watch, "<", lines, _outcome(exchange) or _GOT)

    def _exported(self, exchange: Exchange) -> str:
        from rawdocker.export import request
        from rawdocker.host import Endpoint

        endpoint = Endpoint(exchange.endpoint, "", exchange.tls)
        version = VERSION.match(exchange.target)
        prefix = version[0] if version else ""
        call = _with_query(exchange)
        return request(call, self._form, prefix=prefix, endpoint=endpoint, redactor=self._redactor) + "\n"

    def _remember_secrets(self, exchange: Exchange, watch: Watch) -> None:
        """Learn what must not be shown of the answer; an export hides what is in the request by itself."""
        self._headers(exchange.headers)
        self._redactor.data(bytes(watch.sent.data))

    def _named(self, found: re.Match[str]) -> str:
        id = found[0]
        return f"<Id {id[:12]}>" if id in self._given else id

    def _remember_ids(self, data: bytes) -> None:
        self._given.update(id.decode() for id in _GIVEN.findall(data, 0, LONGEST_BODY))

    def _headers(self, headers: Sequence[tuple[str, str]]) -> list[str]:
        return headers_text(self._redactor.headers(headers))

    def _body(self, body: Body, headers: Iterable[tuple[str, str]]) -> list[str]:
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        hidden = self._redactor.data(bytes(body.data))
        whole = len(body.data) == body.size
        lines = body_text(hidden, len(hidden) if whole else body.size, kind)
        return ["", *lines] if lines else []

    def _frames(self, exchange: Exchange, watch: Watch, data: bytes) -> None:
        """Show what of a stream is complete: frames with their headers, documents, bytes."""
        try:
            items = list(watch.decoder.feed(data))
        except RawdockerError:  # who reads the stream will say so
            watch.decoder, items = None, [data]
        for item in items:
            if isinstance(item, bytes):
                self._frame(watch, "<", "bytes", item)
            elif isinstance(item, tuple):
                header = "" if exchange.call.tty else _frame_header(*item)
                self._frame(watch, "<", item[0], item[1], header)
            else:
                text = self._redactor.text(json.dumps(item, ensure_ascii=False))
                self._mark(watch, "<", printable(text))

    def _frame(self, watch: Watch, direction: str, stream: str, data: bytes, header: str = "") -> None:
        shown = payload(self._redactor.stream(data[:LONGEST_BODY]))
        more = f" … ({len(data):,} bytes in all)" if len(data) > LONGEST_BODY else ""
        self._mark(watch, direction, " ".join(filter(None, [stream, header, f"{len(data)} bytes", shown])) + more)

    def _mark(self, watch: Watch, direction: str, text: str) -> None:
        now = time()
        clock = strftime("%H:%M:%S") + f".{int(now * 1000) % 1000:03d}"
        self._block(watch, direction, [f"{clock} {text}"], _SENT if direction == ">" else _GOT)

    def _block(self, watch: Watch, direction: str, lines: Sequence[str], colour: str) -> None:
        head = f"{watch.number:>2} {direction} "
        self._write("".join(self._painted(f"{head}{line}".rstrip(), colour) + "\n" for line in lines))

    def _painted(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colour and colour else text

    def _write(self, text: str) -> None:
        # One write a block: output of the container may be written by another thread at the same time.
        if _is_raw(self._page):
            text = text.replace("\n", "\r\n")
        self._page.write(text)
        self._page.flush()


def _with_query(exchange: Exchange) -> Call[Any]:
    """Return a call with the query that was sent, which that for a token has in its target alone."""
    query = parse_qs(urlsplit(exchange.target).query)
    return exchange.call if exchange.call.query or not query else exchange.call.replace(query=query)


def _outcome(exchange: Exchange) -> str:
    if not exchange.status or exchange.status >= 400:
        return _BAD
    return _DIM


def _frame_header(stream: str, data: bytes) -> str:
    header = bytes([STREAMS.index(stream), 0, 0, 0]) + len(data).to_bytes(HEADER_SIZE - 4, "big")
    return f"[{header.hex(' ')}]"


def wants_colour(page: TextIO) -> bool:
    """Say whether colours are wanted on a page: by NO_COLOR, FORCE_COLOR and their like, else where a person looks."""
    import os

    environ = os.environ
    if environ.get("NO_COLOR") or environ.get("CLICOLOR") == "0":
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return page.isatty() and environ.get("TERM") != "dumb"


def _is_raw(page: TextIO) -> bool:
    """Say whether a page is a terminal in raw mode, where a line feed does not return to the first column."""
    if not page.isatty():
        return False
    import termios

    try:
        return not termios.tcgetattr(page.fileno())[1] & termios.OPOST
    except (OSError, termios.error):
        return False
