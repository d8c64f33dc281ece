"""Parsing alone, with rawdocker's decoders and the standard library's, which is the limit; the bytes are a file's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import report

from rawdocker.codec import FrameDecoder, JSONStreamDecoder
from rawdocker.http1 import ChunkedBody
from rawdocker.models import adapter

PIECE = 1 << 18
"""Bytes that arrive at once."""


def _pieces(path: str) -> Iterator[bytes]:
    data = Path(path).read_bytes()
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


def _fed(decoder: Any, path: str) -> int:
    return sum(1 for piece in _pieces(path) for _ in decoder.feed(piece))


def chunks(path: str) -> int:
    body = ChunkedBody()
    return sum(len(body.feed(piece)) for piece in _pieces(path))


def frames(path: str) -> int:
    return _fed(FrameDecoder(), path)


def json_stream(path: str) -> int:
    return _fed(JSONStreamDecoder(), path)


def json_lines(path: str) -> int:
    return sum(1 for line in Path(path).read_bytes().splitlines() if json.loads(line))


def containers(path: str, times: str) -> int:
    text, reader = Path(path).read_bytes(), adapter("list[ContainerSummary]")
    return sum(len(reader.validate_json(text)) for _ in range(int(times)))


def containers_json(path: str, times: str) -> int:
    text = Path(path).read_bytes()
    return sum(len(json.loads(text)) for _ in range(int(times)))


if __name__ == "__main__":
    report.main(globals())
