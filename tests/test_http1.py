"""Bodies are read whole at every split of the bytes, and broken ones are told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker.broken import Broken, Malformed, Unsendable
from rawdocker.http1 import (
    Body,
    BodyOfLength,
    BodyToTheEnd,
    ChunkedBody,
    Exchange,
    Framing,
    Head,
    NoBody,
    Request,
    Whole,
    body_of,
    framing_of,
    head_of,
)


def chunked(pieces: Sequence[bytes], trailers: bytes = b"", extension: bytes = b"") -> bytes:
    """Return pieces as a body in chunks."""
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces if piece)
    return chunks + b"0\r\n" + trailers + b"\r\n"


def fed(body: Body, data: bytes, cuts: Sequence[int]) -> bytes:
    """Feed bytes to a body in pieces; the body must not be complete before the last."""
    came = b""
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        assert not body.done or start == end
        came += body.feed(data[start:end])
    return came


PIECES = [b"one", b"\r\n", b"x" * 300, b"0\r\n\r\n"]


@pytest.mark.parametrize("cut", range(len(chunked(PIECES, b"A: b\r\n", b";ext=1"))))
def test_a_body_in_chunks_is_read_at_every_split(cut: int) -> None:
    body = ChunkedBody()
    assert fed(body, chunked(PIECES, b"A: b\r\n", b";ext=1"), [cut]) == b"".join(PIECES)
    assert body.done


@given(st.lists(st.binary(min_size=1)), st.lists(st.integers(0, 200)))
def test_a_body_in_chunks_is_read_however_it_arrives(pieces: list[bytes], sizes: list[int]) -> None:
    data, body, came, at = chunked(pieces), ChunkedBody(), b"", 0
    for size in [*sizes, len(data)]:
        came += body.feed(data[at : at + size])
        at += size
    assert (came, body.done) == (b"".join(pieces), True)


@pytest.mark.parametrize(
    "data", [b"-1\r\n", b"+5\r\n", b"0x5\r\n", b"1_0\r\n", b" 5\r\n", b"g\r\n", b"\r\n", b"5\n", b"f" * 5000]
)
@pytest.mark.parametrize("before", [b"", b"3\r\nabc\r\n"])
def test_what_is_no_chunk_is_refused(data: bytes, before: bytes) -> None:
    with pytest.raises(Malformed):
        ChunkedBody().feed(before + data)


def test_a_chunk_without_its_line_end_is_refused() -> None:
    with pytest.raises(Malformed, match="malformed chunk footer"):
        ChunkedBody().feed(b"3\r\nabcd\r\n0\r\n\r\n")


def test_endless_trailers_are_refused() -> None:
    body = ChunkedBody()
    with pytest.raises(Malformed, match="too long"):
        body.feed(b"0\r\n" + b"x" * 200_000)


@given(st.binary())
def test_bytes_that_are_no_chunks_end_in_an_error_of_the_protocol_or_are_chunks(data: bytes) -> None:
    body = ChunkedBody()
    try:
        body.feed(data)
        if not body.done:
            body.end()
    except Malformed:
        pass


@pytest.mark.parametrize("body", [ChunkedBody(), BodyOfLength(5)])
def test_a_body_that_is_cut_is_no_body(body: Body) -> None:
    body.feed(b"3\r\n")
    with pytest.raises(Malformed, match="without sending complete message body"):
        body.end()


def test_a_body_of_a_length_takes_no_more() -> None:
    body = BodyOfLength(3)
    assert (body.feed(b"ab"), body.done) == (b"ab", False)
    assert (body.feed(b"cd"), body.done) == (b"c", True)


@pytest.mark.parametrize(
    ("method", "status", "headers", "kind"),
    [
        (b"HEAD", 200, [(b"Content-Length", b"5")], NoBody),
        (b"GET", 204, [], NoBody),
        (b"GET", 304, [(b"Content-Length", b"5")], NoBody),
        (b"POST", 101, [], NoBody),
        (b"GET", 200, [(b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"5")], ChunkedBody),
        (b"GET", 200, [(b"content-length", b"5")], BodyOfLength),
        (b"GET", 200, [], BodyToTheEnd),
    ],
)
def test_how_a_body_is_read_is_told_by_the_head(
    method: bytes, status: int, headers: list[tuple[bytes, bytes]], kind: type
) -> None:
    assert isinstance(body_of(method, status, framing_of(headers)), kind)


ANSWER = (
    b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nEmpty:\r\nServer:  Docker/20 (linux) \r\nContent-Length: 3\r\n\r\nabc"
)
HEADERS = ((b"Api-Version", b"1.41"), (b"Empty", b""), (b"Server", b"Docker/20 (linux)"), (b"Content-Length", b"3"))


def exchange(method: str = "GET", target: bytes = b"/x", headers: Sequence[tuple[str, str]] = ()) -> Exchange:
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    return Exchange(Request(method.encode(), target, encoded, Whole(b"")))


@pytest.mark.parametrize("cut", range(1, len(ANSWER)))
def test_a_head_is_read_at_every_split_and_what_is_behind_it_kept(cut: int) -> None:
    asked = exchange()
    head, behind = asked.receive(ANSWER[:cut]), b""
    if head is None:
        head = asked.receive(ANSWER[cut:])
    else:
        behind = ANSWER[cut:]
    assert head == Head(b"1.1", 200, b"OK", HEADERS, Framing(length=3))
    assert asked.behind_the_head + behind == b"abc"


def test_a_folded_header_and_bare_line_feeds_are_read() -> None:
    assert head_of(b"HTTP/1.0 204\nA: b\n  c\n\n") == Head(b"1.0", 204, b"", ((b"A", b"b c"),))


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200 OK",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 200 OK\r\nno header",
        b"HTTP/1.1 200 OK\r\nA b: c",
        b"HTTP/1.1 200 OK\r\nA: \x00",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked",
        b"SSH-2.0-OpenSSH",
    ],
)
def test_what_is_no_head_is_refused(head: bytes) -> None:
    with pytest.raises(Malformed):
        exchange().receive(head + b"\r\n\r\n")


@pytest.mark.parametrize("data", [b"SSH-2.0-", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000])
def test_what_cannot_become_a_head_is_not_awaited(data: bytes) -> None:
    with pytest.raises(Malformed, match="not the head of an answer"):
        exchange().receive(data)


def test_a_change_of_protocol_is_taken_by_who_asked_for_it_only() -> None:
    answer = b"HTTP/1.1 101 UPGRADED\r\n\r\nhi"
    asked = exchange(headers=[("Upgrade", "tcp")])
    assert asked.receive(answer) == Head(b"1.1", 101, b"UPGRADED", ())
    assert asked.behind_the_head == b"hi"
    with pytest.raises(Malformed, match="nobody asked for"):
        exchange().receive(answer)


@given(st.binary(), st.binary())
def test_bytes_that_are_no_head_end_in_an_error_or_are_one(first: bytes, then: bytes) -> None:
    asked = exchange()
    try:
        for data in (b"HTTP/1.1 " + first, then):
            if asked.receive(data) is not None:
                return
    except (Malformed, Broken):
        pass


@pytest.mark.parametrize("value", [b" " * 90_000 + b"x", b"x" + b" \t" * 45_000 + b"y"])
def test_a_header_of_blanks_is_read_in_one_pass(value: bytes) -> None:
    head = head_of(b"HTTP/1.1 200 OK\r\nA:" + value + b" \t\r\n\r\n")
    assert head.headers == ((b"A", value.strip()),)


@pytest.mark.parametrize("target", [b"/a b", b"/a\r\nX: y", b"", b"/\xe9"])
def test_a_request_line_that_would_be_read_otherwise_is_not_sent(target: bytes) -> None:
    with pytest.raises(Unsendable):
        exchange(target=target).head()


@pytest.mark.parametrize(("name", "value"), [("A b", "c"), ("A", "b\r\nSecret: c"), ("", "b"), ("A", "b\x00")])
def test_a_header_that_would_be_read_otherwise_is_not_sent_and_not_told(name: str, value: str) -> None:
    with pytest.raises(Unsendable) as error:
        exchange(headers=[(name, value)]).head()
    assert "Secret" not in str(error.value)
