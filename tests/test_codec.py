"""Bytes to values: each decoder at every split of the bytes, and at every kind of bad end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawdocker import codec
from rawdocker.call import Codec, Frame, StreamCall
from rawdocker.codec import Decoder, FrameDecoder, JoinedFrameDecoder, JSONStreamDecoder, TerminalDecoder
from rawdocker.errors import CutStreamError, ProtocolError, StreamError


def frame(stream: int, payload: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4, "big") + payload


def decode(decoder: Decoder, pieces: Iterable[bytes]) -> list[Any]:
    items = [item for piece in pieces for item in decoder.feed(piece)]
    return items + list(decoder.end())


def splits(data: bytes) -> Iterable[list[bytes]]:
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for i in range(1, len(data)):
        yield [data[:i], data[i:]]


FRAMES = (
    frame(1, b"out\n")
    + frame(2, b"err")
    + frame(1, b"")
    + frame(1, b"\x01\x00\x00\x00\x00\x00\x00\x02")
    + frame(3, b"!")
)
DECODED = [
    Frame("stdout", b"out\n"),
    Frame("stderr", b"err"),
    Frame("stdout", b"\x01\x00\x00\x00\x00\x00\x00\x02"),
    Frame("systemerr", b"!"),
]


def test_frames_are_the_same_at_every_split() -> None:
    for pieces in splits(FRAMES):
        assert decode(FrameDecoder(), pieces) == DECODED


@pytest.mark.parametrize("size", [size for size in range(1, len(FRAMES)) if size not in (12, 23, 31, 47)])
def test_a_stream_that_ends_inside_a_frame_raises(size: int) -> None:
    with pytest.raises(CutStreamError, match="ended inside a frame"):
        decode(FrameDecoder(), [FRAMES[:size]])


@pytest.mark.parametrize("size", [0, 12, 23, 31, 47, len(FRAMES)])
def test_a_stream_that_ends_between_frames_is_whole(size: int) -> None:
    assert decode(FrameDecoder(), [FRAMES[:size]]) == [
        item for item, end in zip(DECODED, (12, 23, 47, len(FRAMES)), strict=True) if end <= size
    ]


@pytest.mark.parametrize(
    "header", [b"\x04\0\0\0\0\0\0\1x", b"\x01\0\1\0\0\0\0\1x", b"root@box:/# ls\r\n", b"HTTP/1.1 200 OK"]
)
def test_what_is_no_frame_header_raises_and_names_the_terminal(header: bytes) -> None:
    with pytest.raises(ProtocolError, match="tty=True"):
        decode(FrameDecoder(), [header])


def test_a_very_long_frame_comes_in_pieces_so_that_memory_stays_flat() -> None:
    decoder, payload = FrameDecoder(), b"x" * (codec.LONGEST_FRAME // 4)
    items = list(decoder.feed(frame(1, b"")[:4] + (10 * len(payload)).to_bytes(4, "big")))
    for _ in range(10):
        items += decoder.feed(payload)
    items += decoder.end()
    assert [len(item.data) for item in items] == [codec.LONGEST_FRAME, codec.LONGEST_FRAME, 2 * len(payload)]
    assert {item.stream for item in items} == {"stdout"}


@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=40)), max_size=12), st.integers(1, 17))
def test_frames_round_trip_in_chunks_of_any_size(frames: list[tuple[int, bytes]], size: int) -> None:
    data = b"".join(frame(stream, payload) for stream, payload in frames)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    expected = [Frame(codec.STREAMS[stream], payload) for stream, payload in frames if payload]
    assert decode(FrameDecoder(), pieces) == expected


@given(st.binary(max_size=200), st.integers(1, 50))
def test_no_bytes_make_the_frame_decoder_fail_in_another_way(data: bytes, size: int) -> None:
    with suppress(ProtocolError):
        decode(FrameDecoder(), [data[i : i + size] for i in range(0, len(data), size)])


def _as_one(frames: list[Frame]) -> list[Frame]:
    """Return frames with neighbours of one stream as one."""
    streams = itertools.groupby(frames, key=lambda item: item.stream)
    return [Frame(stream, b"".join(item.data for item in items)) for stream, items in streams]


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=40)), max_size=12), st.integers(1, 90))
def test_joined_frames_are_the_same_bytes_of_each_stream_in_the_same_order(
    frames: list[tuple[int, bytes]], size: int
) -> None:
    data = b"".join(frame(stream, payload) for stream, payload in frames)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    joined = decode(JoinedFrameDecoder(), pieces)
    assert _as_one(joined) == _as_one(decode(FrameDecoder(), pieces))


def test_joined_frames_are_one_for_what_came_together_and_wait_for_nothing() -> None:
    decoder = JoinedFrameDecoder()
    data = frame(1, b"a") + frame(1, b"b") + frame(2, b"c") + frame(1, b"defg")
    assert list(decoder.feed(data[:-2])) == [Frame("stdout", b"ab"), Frame("stderr", b"c"), Frame("stdout", b"de")]
    assert list(decoder.feed(data[-2:-1])) == [Frame("stdout", b"f")]
    with pytest.raises(CutStreamError, match="inside a frame of stdout: 1 bytes are missing"):
        list(decoder.end())
    assert list(decoder.feed(data[-1:])) == [Frame("stdout", b"g")]


def test_an_engines_own_message_is_whole_among_joined_frames() -> None:
    decoder, data = JoinedFrameDecoder(), frame(1, b"a") + frame(3, b"no space left")
    assert list(decoder.feed(data[:-5])) == [Frame("stdout", b"a")]
    assert list(decoder.feed(data[-5:])) == [Frame("systemerr", b"no space left")]


def test_joined_frames_before_what_is_none_are_given_first() -> None:
    items = JoinedFrameDecoder().feed(frame(1, b"a") + b"HTTP/1.1 200 OK")
    assert next(items) == Frame("stdout", b"a")
    with pytest.raises(ProtocolError, match="not a frame header"):
        next(items)


def test_a_terminal_gives_its_bytes_as_stdout() -> None:
    assert decode(TerminalDecoder(), [b"\x1b[1mhi", b"", b"\xff"]) == [
        Frame("stdout", b"\x1b[1mhi"),
        Frame("stdout", b"\xff"),
    ]


DOCUMENTS: list[Any] = [
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "d50969f205e7"},
    {"text": '}{]["\\ é 𝄞 \u2028'},
    [],
    {"n": [1, 2.5e3, None, True, {"deep": [[]]}]},
]


@pytest.mark.parametrize("separator", ["", "\n", "\r\n", " ", "\x1e", "\n\n\n"])
def test_documents_are_the_same_at_every_split_whatever_stands_between_them(separator: str) -> None:
    for ascii_only in (True, False):
        text = separator.join(json.dumps(document, ensure_ascii=ascii_only) for document in DOCUMENTS)
        for pieces in splits(text.encode()):
            assert decode(JSONStreamDecoder(), pieces) == DOCUMENTS


def test_a_document_is_given_as_soon_as_it_is_complete() -> None:
    decoder = JSONStreamDecoder()
    assert list(decoder.feed(b'{"a":1}{"b"')) == [{"a": 1}]
    assert list(decoder.feed(b":2}")) == [{"b": 2}]


@pytest.mark.parametrize("size", range(1, len('{"a": [1, "x\\u00e9"], "b": true}')))
def test_a_stream_that_ends_inside_a_document_raises(size: int) -> None:
    with pytest.raises(CutStreamError, match="inside a JSON document"):
        decode(JSONStreamDecoder(), [b'{"a": [1, "x\\u00e9"], "b": true}'[:size]])


@pytest.mark.parametrize(
    "text", [b"<html>" + b" " * 40 + b"}", b'{"a": nope                              }', b'{"a" 1                    }']
)
def test_what_is_not_json_raises_at_once(text: bytes) -> None:
    with pytest.raises(ProtocolError, match="not JSON"):
        list(JSONStreamDecoder().feed(text))


def test_a_document_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ProtocolError, match="longer than"):
        decode(JSONStreamDecoder(), [b'{"a": "', *(b"x" * (1 << 20) for _ in range(40))])


def test_json_that_is_nested_too_deeply_is_an_error_of_the_protocol() -> None:
    with pytest.raises(ProtocolError, match="too deeply"):
        list(JSONStreamDecoder().feed(b"[" * 200_000 + b"]" * 200_000))
    with pytest.raises(ProtocolError, match="too deeply"):
        codec.decode_json(b"[" * 200_000 + b"]" * 200_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.sampled_from("ab"), VALUES) | st.lists(VALUES), max_size=4),
    st.sampled_from(["", "\n", "\x1e"]),
    st.integers(1, 9),
    st.booleans(),
)
def test_a_document_comes_as_soon_as_it_is_whole(documents: list[Any], between: str, size: int, ascii: bool) -> None:
    data = between.join(json.dumps(document, ensure_ascii=ascii) for document in documents).encode()
    decoder = JSONStreamDecoder()
    came = [item for at in range(0, len(data), size) for item in decoder.feed(data[at : at + size])]
    assert came == documents
    assert list(decoder.end()) == []


def test_a_long_document_in_small_pieces_is_not_parsed_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, tried = JSONStreamDecoder(), []
    monkeypatch.setattr(decoder, "_scan", lambda *given, scan=decoder._scan: (tried.append(given), scan(*given))[1])
    document = [{"a": "}"}] * 1000
    data = json.dumps(document).encode()
    assert [item for at in range(0, len(data), 3) for item in decoder.feed(data[at : at + 3])] == [document]
    assert len(tried) < 4


@given(st.binary(max_size=120), st.integers(1, 30))
def test_no_bytes_make_the_json_decoder_fail_in_another_way(data: bytes, size: int) -> None:
    with suppress(ProtocolError):
        decode(JSONStreamDecoder(), [data[i : i + size] for i in range(0, len(data), size)])


@pytest.mark.parametrize("half", [rb"\ud800", rb"\uDC80", rb"\udfff"])
def test_half_a_character_is_none_as_for_go(half: bytes) -> None:
    data = b'{"a' + half + b'": ["' + half + rb"\ud83d\ude00 \\ud800" + b'"]}'
    expected = {"a\ufffd": ["\ufffd\U0001f600 \\ud800"]}
    assert codec.decode_json(data) == expected
    assert list(JSONStreamDecoder().feed(data)) == [expected]


def test_bytes_that_are_no_utf8_are_read_as_go_reads_them() -> None:
    assert codec.decode_json(b'["\xff\xed\xa0\x80"]') == ["\ufffd" * 4]


def test_a_number_of_thousands_of_digits_is_an_error_of_the_protocol() -> None:
    with pytest.raises(ProtocolError, match="not the engine's JSON"):
        list(JSONStreamDecoder().feed(b'{"a":' + b"9" * 5000 + b"}"))
    with pytest.raises(ProtocolError):
        codec.decode_json(b"9" * 5000)


@pytest.mark.parametrize(
    ("item", "message", "status"),
    [
        ({"errorDetail": {"code": 1, "message": "no such host"}, "error": "no such host"}, "no such host", 1),
        ({"error": "denied"}, "denied", 200),
        ({"errorDetail": {"message": "unauthorized"}}, "unauthorized", 200),
        ({"errorDetail": None, "error": ""}, "unknown error", 200),
        ({"errorDetail": {"code": "x", "message": "odd"}}, "odd", 200),
        ({"errorDetail": {"code": [1], "message": "odd"}}, "odd", 200),
    ],
)
def test_an_error_in_a_stream_raises(item: dict[str, Any], message: str, status: int) -> None:
    with pytest.raises(StreamError, match=message) as caught:
        codec.raise_stream_error(item, None)
    assert caught.value.status == status


@pytest.mark.parametrize("item", [{"status": "error"}, {}, [], "error", {"stream": "error: no"}])
def test_what_only_speaks_of_errors_does_not_raise(item: Any) -> None:
    codec.raise_stream_error(item, None)


@pytest.mark.parametrize("data", [b"", b"OK", b"<html>", b'{"a":', b"\xff\xfe"])
def test_an_answer_that_is_not_json_says_what_came(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="not JSON"):
        codec.decode_json(data)


@pytest.mark.parametrize(
    ("kind", "tty", "expected"),
    [
        (Codec.FRAMES, False, FrameDecoder),
        (Codec.FRAMES, True, TerminalDecoder),
        (Codec.JSON_STREAM, False, JSONStreamDecoder),
        (Codec.RAW, False, codec.RawDecoder),
    ],
)
def test_the_call_says_which_decoder_reads_its_answer(kind: Codec, tty: bool, expected: type) -> None:
    call: StreamCall[Any] = StreamCall("X", "GET", "/x", codec=kind, tty=tty)
    assert type(codec.decoder_for(call)) is expected
    joined = JoinedFrameDecoder if expected is FrameDecoder else expected
    assert type(codec.decoder_for(call.replace(joined=True))) is joined
