"""Parsing alone, with the decoders of aiodocker and docker-py; the bytes are a file's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import report
from aiodocker.stream import _ExecParser
from docker.utils.json_stream import json_stream as docker_json_stream

PIECE = 1 << 18
"""Bytes that arrive at once."""


class Count:
    """What aiodocker's parser puts messages into."""

    def __init__(self) -> None:
        self.messages = 0

    def feed_data(self, message: object, size: int) -> None:
        self.messages += 1


def _pieces(path: str) -> Iterator[bytes]:
    data = Path(path).read_bytes()
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


def frames(path: str) -> int:
    count = Count()
    parser = _ExecParser(count)
    for piece in _pieces(path):
        parser.feed_data(piece)
    return count.messages


def json_stream(path: str) -> int:
    return sum(1 for _ in docker_json_stream(_pieces(path)))


if __name__ == "__main__":
    report.main(globals())
