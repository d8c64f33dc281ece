"""The spy's follower finds exchanges in the bytes of a connection, wherever they are cut and whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rawdocker.call import HijackCall
from rawdocker.observe import Exchange, Observer
from rawdocker.spy import Follower
from rawdocker.spy.terminals import Terminals

ENDPOINT = "unix:///engine.sock"


class Told(Observer):
    """Writes down what it is told; bytes that belong together as one."""

    def __init__(self) -> None:
        self.events: list[tuple[str, ...]] = []
        self.exchanges: list[Exchange] = []

    def request(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._add(exchange, "request", exchange.target)

    def sent(self, exchange: Exchange, data: bytes) -> None:
        self._bytes(exchange, "sent", data)

    def response(self, exchange: Exchange) -> None:
        self._add(exchange, "response", f"{exchange.status} {exchange.reason}")

    def received(self, exchange: Exchange, data: bytes) -> None:
        self._bytes(exchange, "received", data)

    def write_closed(self, exchange: Exchange) -> None:
        self._add(exchange, "write closed")

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        self._add(exchange, "end", str(error or ""))

    def _bytes(self, exchange: Exchange, event: str, data: bytes) -> None:
        assert data, "nothing is no piece"
        text = data.decode("latin-1")
        number, latest, *more = (*self.events[-1], "")
        if (number, latest) == (self._number(exchange), event):
            self.events[-1] = (number, event, more[0] + text)
        else:
            self._add(exchange, event, text)

    def _add(self, exchange: Exchange, *what: str) -> None:
        self.events.append((self._number(exchange), *what))

    def _number(self, exchange: Exchange) -> str:
        return str(self.exchanges.index(exchange))


def told(*pieces: tuple[str, bytes], observers: Sequence[Observer] = ()) -> Told:
    """Return what an observer is told of bytes: ">" the client's, "<" the engine's; none: no more."""
    observer = Told()
    follower = Follower([*observers, observer], ENDPOINT)
    for direction, data in pieces:
        (follower.sent if direction == ">" else follower.received)(data)
    follower.closed()
    assert follower.fault is None
    return observer


def cut(pieces: Sequence[tuple[str, bytes]], size: int) -> list[tuple[str, bytes]]:
    return [(way, data[at : at + size]) for way, data in pieces for at in range(0, max(len(data), 1), size)]


GET = b"GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: x\r\n\r\n"
PING = b"HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\n"
CREATE = (
    b"POST /v1.41/containers/create?name=web HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
    b'{"Image": "box"}'
)
PUT = (
    b"PUT /v1.41/containers/c/archive?path=%2F HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\none\r\n0a;more=less\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n"
)
ATTACH = b"POST /v1.41/containers/c/attach?stream=1 HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
OK, NO_CONTENT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b"HTTP/1.1 204 No Content\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"

CONVERSATIONS: dict[str, tuple[list[tuple[str, bytes]], list[tuple[str, ...]]]] = {
    "requests one after the other": (
        [(">", PING), ("<", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), (">", CREATE),
         ("<", b'HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{"Id":"a"}'), (">", PUT), ("<", NO_CONTENT)],
        [("0", "request", "/_ping"), ("0", "response", "200 OK"), ("0", "end", ""),
         ("1", "request", "/v1.41/containers/create?name=web"), ("1", "sent", '{"Image": "box"}'),
         ("1", "response", "201 Created"), ("1", "received", '{"Id":"a"}'), ("1", "end", ""),
         ("2", "request", "/v1.41/containers/c/archive?path=%2F"), ("2", "sent", "one0123456789"),
         ("2", "response", "204 No Content"), ("2", "end", "")],
    ),
    "requests that wait for no answer": (
        [(">", GET + PING + GET), ("<", CHUNKED + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + OK)],
        [("0", "request", "/v1.41/containers/json?all=1"), ("1", "request", "/_ping"),
         ("2", "request", "/v1.41/containers/json?all=1"),
         ("0", "response", "200 OK"), ("0", "received", "hello!"), ("0", "end", ""),
         ("1", "response", "200 OK"), ("1", "end", ""),
         ("2", "response", "200 OK"), ("2", "received", "[]"), ("2", "end", "")],
    ),
    "an upgrade": (
        [(">", ATTACH), ("<", UPGRADED + b"glued"), (">", b"GET / HTTP/1.1\r\n\r\n"), (">", b""), ("<", b"more"),
         ("<", b"")],
        [("0", "request", "/v1.41/containers/c/attach?stream=1"), ("0", "response", "101 UPGRADED"),
         ("0", "received", "glued"), ("0", "sent", "GET / HTTP/1.1\r\n\r\n"), ("0", "write closed"),
         ("0", "received", "more"), ("0", "end", "")],
    ),
    "stdin that does not wait for the upgrade": (
        [(">", ATTACH + b"early "), (">", b"bird"), (">", b""), ("<", UPGRADED), ("<", b"worm"), ("<", b"")],
        [("0", "request", "/v1.41/containers/c/attach?stream=1"), ("0", "response", "101 UPGRADED"),
         ("0", "sent", "early bird"), ("0", "write closed"), ("0", "received", "worm"), ("0", "end", "")],
    ),
    "a stream behind 200": (
        [(">", ATTACH), ("<", b"HTTP/1.1 200 OK\r\nContent-Type: application/x\r\n\r\nout"), (">", b"in"), ("<", b"")],
        [("0", "request", "/v1.41/containers/c/attach?stream=1"), ("0", "response", "200 OK"),
         ("0", "received", "out"), ("0", "sent", "in"), ("0", "end", "")],
    ),
    "a stream behind 200, in chunks": (
        [(">", ATTACH), ("<", CHUNKED), (">", GET), ("<", OK)],
        [("0", "request", "/v1.41/containers/c/attach?stream=1"), ("0", "response", "200 OK"),
         ("0", "received", "hello!"), ("0", "end", ""), ("1", "request", "/v1.41/containers/json?all=1"),
         ("1", "response", "200 OK"), ("1", "received", "[]"), ("1", "end", "")],
    ),
    "an upgrade that is refused": (
        [(">", ATTACH), ("<", b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), (">", GET), ("<", OK)],
        [("0", "request", "/v1.41/containers/c/attach?stream=1"), ("0", "response", "404 Not Found"),
         ("0", "received", "no"), ("0", "end", ""), ("1", "request", "/v1.41/containers/json?all=1"),
         ("1", "response", "200 OK"), ("1", "received", "[]"), ("1", "end", "")],
    ),
    "answers that come later": (
        [(">", PUT[:-5]), ("<", b"HTTP/1.1 100 Continue\r\n\r\n"), (">", PUT[-5:]),
         ("<", b"HTTP/1.1 102 Processing\r\n\r\n" + NO_CONTENT)],
        [("0", "request", "/v1.41/containers/c/archive?path=%2F"), ("0", "sent", "one0123456789"),
         ("0", "response", "204 No Content"), ("0", "end", "")],
    ),
    "an answer before all is sent": (
        [(">", PUT[:-20]), ("<", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), (">", PUT[-20:]),
         (">", GET), ("<", OK)],
        [("0", "request", "/v1.41/containers/c/archive?path=%2F"), ("0", "sent", "one0123456789"),
         ("0", "response", "400 Bad Request"), ("0", "end", ""), ("1", "request", "/v1.41/containers/json?all=1"),
         ("1", "response", "200 OK"), ("1", "received", "[]"), ("1", "end", "")],
    ),
    "an answer that ends with the connection": (
        [(">", GET), ("<", b"HTTP/1.1 200 OK\r\n\r\nall there is"), ("<", b"")],
        [("0", "request", "/v1.41/containers/json?all=1"), ("0", "response", "200 OK"),
         ("0", "received", "all there is"), ("0", "end", "")],
    ),
    "no answer": (
        [(">", GET + PING), ("<", b"")],
        [("0", "request", "/v1.41/containers/json?all=1"), ("1", "request", "/_ping"),
         ("0", "end", "the engine closed the connection before the answer"),
         ("1", "end", "the engine closed the connection before the answer")],
    ),
    "an answer that is cut": (
        [(">", GET), ("<", CHUNKED[:-7]), ("<", b"")],
        [("0", "request", "/v1.41/containers/json?all=1"), ("0", "response", "200 OK"), ("0", "received", "hello!"),
         ("0", "end", "the engine closed the connection before the end of the answer")],
    ),
    "a client that leaves": (
        [(">", GET), ("<", CHUNKED[:-7]), (">", b""), ("<", b"")],
        [("0", "request", "/v1.41/containers/json?all=1"), ("0", "response", "200 OK"), ("0", "received", "hello!"),
         ("0", "write closed"), ("0", "end", "the client closed the connection before the end of the answer")],
    ),
    "a client that leaves in its request": (
        [(">", CREATE[:-3]), (">", b"")],
        [("0", "request", "/v1.41/containers/create?name=web"), ("0", "sent", '{"Image": "bo'),
         ("0", "end", "the client closed the connection before the answer")],
    ),
    "HTTP/2 from the first byte": ([(">", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + GET), ("<", OK)], []),
    "no HTTP": ([("<", b"SSH-2.0-OpenSSH\r\n\r\n\r\n"), (">", b"nonsense\r\n\r\n" + GET), ("<", OK)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_is_told_wherever_it_is_cut(name: str) -> None:
    pieces, expected = CONVERSATIONS[name]
    for size in (1, 2, 3, 7, 1000):
        assert told(*cut(pieces, size)).events == expected, f"pieces of {size} bytes"


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_conversation_is_told_in_pieces_of_any_size(data: Any) -> None:
    pieces, expected = CONVERSATIONS["requests one after the other"]
    sizes = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=20))
    mixed = []
    for way, whole in pieces:
        at = 0
        while at < len(whole):
            size = sizes[len(mixed) % len(sizes)]
            mixed.append((way, whole[at : at + size]))
            at += size
    assert told(*mixed).events == expected


PIECES = st.binary(max_size=40) | st.sampled_from([GET, PUT, OK, CHUNKED, ATTACH, UPGRADED])


@given(st.lists(st.tuples(st.sampled_from("<>"), PIECES)))
@settings(max_examples=200, deadline=None)
def test_nothing_that_passes_confuses_it(pieces: list[tuple[str, bytes]]) -> None:
    events = told(*pieces).events
    asked = [number for number, what, *_ in events if what == "request"]
    assert sorted(number for number, what, *_ in events if what == "end") == sorted(asked)


def exchanges(*pieces: tuple[str, bytes], observers: Sequence[Observer] = ()) -> list[Exchange]:
    return told(*pieces, observers=observers).exchanges


def test_an_exchange_is_what_passed() -> None:
    request = CREATE.replace(b"\r\n\r\n", b"\r\nX-Registry-Auth: e30=\r\nHost: x\r\n\r\n", 1)
    answer = b"HTTP/1.1 201 Created\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n"
    (exchange,) = exchanges((">", request), ("<", answer))
    assert (exchange.method, exchange.target) == ("POST", "/v1.41/containers/create?name=web")
    assert (exchange.status, exchange.reason, exchange.endpoint) == (201, "Created", ENDPOINT)
    assert ("Content-Length", "16") in exchange.headers
    assert list(exchange.response_headers) == [("Api-Version", "1.41"), ("Content-Length", "0")]
    call = exchange.call
    assert (call.operation, call.query, call.body) == ("ContainerCreate", {"name": "web"}, {"Image": "box"})
    assert call.headers == {"X-Registry-Auth": "e30="}
    assert exchange.started <= exchange.received <= exchange.ended


def test_a_request_whose_path_no_call_could_have_is_told_as_well() -> None:
    paths = ["/v1.41/containers/../json", "/", "/v1.41/containers/%2F/json", "/{x}", "*"]
    found = exchanges(*((">", f"GET {path} HTTP/1.1\r\n\r\n".encode()) for path in paths))
    assert [exchange.target for exchange in found] == paths


def test_a_long_document_is_no_part_of_the_call() -> None:
    head = b"POST /v1.41/containers/create HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    body = b'{"Image": "' + b"x" * (2 << 20) + b'"}'
    (exchange,) = exchanges((">", head % len(body) + body), ("<", NO_CONTENT))
    assert exchange.call.body is None


def test_the_time_of_dialling_belongs_to_the_first_exchange() -> None:
    observer = Told()
    follower = Follower([observer], ENDPOINT, dialling=0.25)
    follower.sent(GET + GET)
    first, second = observer.exchanges
    assert first.connected - first.started == pytest.approx(0.25)
    assert second.connected == 0


def test_bytes_that_nobody_wants_are_not_shown() -> None:
    class Heads(Observer):
        def __init__(self) -> None:
            self.statuses: list[int] = []

        def response(self, exchange: Exchange) -> None:
            self.statuses.append(exchange.status)

    heads = Heads()
    follower = Follower([heads], ENDPOINT)
    follower.sent(CREATE + GET)
    follower.received(CHUNKED + OK)
    assert heads.statuses == [200, 200]


def test_memory_is_flat_where_nothing_is_understood() -> None:
    follower = Follower([Told()], ENDPOINT)
    follower.sent(b"no HTTP\r\n\r\n")
    for _ in range(1000):
        follower.sent(bytes(10_000))
        follower.received(bytes(10_000))
    assert len(follower._client) + len(follower._engine) == 0


def test_an_observer_that_fails_is_told_no_more() -> None:
    class Full(Observer):
        def received(self, exchange: Exchange, data: bytes) -> None:
            raise OSError("no space left")

    observer = Told()
    follower = Follower([observer, Full()], ENDPOINT)
    follower.sent(GET)
    follower.received(OK + bytes(1000))
    follower.received(bytes(1000))
    follower.closed()
    assert str(follower.fault) == "no space left"
    assert len(follower._engine) == 0


def stream(version: str, kind: str = "application/vnd.docker.raw-stream") -> list[tuple[str, bytes]]:
    request = f"GET /v{version}/containers/web/logs HTTP/1.1\r\n\r\n"
    return [(">", request.encode()), ("<", f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())]


def answer(body: bytes) -> tuple[str, bytes]:
    return "<", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def created(tty: bytes) -> list[tuple[str, bytes]]:
    body = b'{"Tty": %s}' % tty
    head = b"POST /v1.41/containers/create?name=web HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d"
    return [(">", head % len(body) + b"\r\n\r\n" + body), answer(b'{"Id": "abc"}')]


INSPECT = b"GET /v1.41/containers/web/json HTTP/1.1\r\n\r\n"
TERMINAL: dict[str, tuple[list[tuple[str, bytes]], bool]] = {
    "nothing says so": (stream("1.41"), False),
    "created with one": ([*created(b"true"), *stream("1.41")], True),
    "created without": ([*created(b"false"), *stream("1.41")], False),
    "inspected": (
        [(">", INSPECT), answer(b'{"Id": "abc", "Name": "/web", "Config": {"Tty": true}}'), *stream("1.41")],
        True,
    ),
    "an odd answer to inspect": ([(">", INSPECT), answer(b'["Config"]'), *stream("1.41")], False),
    "the type says so": (stream("1.42"), True),
    "the type says no": (stream("1.44", "application/vnd.docker.multiplexed-stream"), False),
}


@pytest.mark.parametrize("name", TERMINAL)
def test_what_passed_before_tells_whether_a_stream_is_a_terminals(name: str) -> None:
    pieces, tty = TERMINAL[name]
    exchange = exchanges(*pieces, observers=[Terminals()])[-1]
    assert (exchange.call.operation, exchange.call.tty) == ("ContainerLogs", tty)


@pytest.mark.parametrize("tty", [True, False])
def test_the_start_of_an_exec_tells_whether_its_stream_is_a_terminals(tty: bool) -> None:
    body = b'{"Detach": false, "Tty": %s}' % (b"true" if tty else b"false")
    head = b"POST /v1.41/exec/e/start HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    (exchange,) = exchanges((">", head % len(body) + body), ("<", UPGRADED), observers=[Terminals()])
    assert isinstance(exchange.call, HijackCall)
    assert exchange.call.tty is tty


def test_a_stream_that_no_observer_shows_is_not_cut_out_of_its_chunks() -> None:
    class Documents(Told):
        shows_streams = False

    told = Documents()
    follower = Follower([told], ENDPOINT)
    for path, body in (("a/json", b"[]"), ("a/export", b"tar"), ("b/json", b"{}")):
        follower.sent(b"GET /v1.41/containers/%b HTTP/1.1\r\n\r\n" % path.encode())
        follower.received(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        follower.received(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert [event[2] for event in told.events if event[1] == "received"] == ["[]", "{}"]
    assert [event[2] for event in told.events if event[1] == "end"] == ["", "", ""]
