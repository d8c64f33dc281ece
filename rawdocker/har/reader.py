"""A recording as values, whoever made it: rawdocker, a browser, another proxy.

Bodies are bytes, times are milliseconds since the request was sent. What a file leaves out is empty.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rawdocker.call import Call, Codec
from rawdocker.errors import RecordingError
from rawdocker.har.file import TAIL
from rawdocker.operations import call_of

BINARY = 2


class Message(NamedTuple):
    """A piece of what passed on a hijacked connection."""

    sent: bool
    """Whether the client sent it."""
    when: float
    """Milliseconds since the request was sent."""
    data: bytes
    stream: str
    """The stream of a frame (data is its payload); empty for bytes that are in no frame."""


class Entry:
    """One request and its answer, as it was recorded."""

    def __init__(self, fields: Mapping[str, Any], position: int) -> None:
        self.fields = fields
        """The entry as it stands in the file."""
        self.ours: Mapping[str, Any] = fields.get("_rawdocker") or {}
        """What HAR has no place for; empty in files of others."""
        self.number = int(self.ours.get("number", position))
        """Its place in the order of requests, from 1."""
        request, response = fields["request"], fields["response"]
        url = urlsplit(request["url"])
        self.method: str = request["method"]
        self.target = url.path + (f"?{url.query}" if url.query else "")
        """Path and query with the version."""
        self.headers = _pairs(request)
        self.status = int(response["status"])
        """0 where there was no answer."""
        self.reason = str(response.get("statusText", ""))
        self.response_headers = _pairs(response)
        self.started = _seconds(fields.get("startedDateTime", ""))
        """When the request was sent, in seconds since 1970."""
        self.time = float(fields.get("time", 0))
        """Milliseconds until the end."""
        self.half_close: float | None = self.ours.get("half_close")
        """Milliseconds until the client closed its side of the connection; None where it did not before the end."""
        self.error = str(self.ours.get("error", ""))
        """Why the answer did not come, or not to its end."""

    def check(self) -> None:
        """Read what is read when it is asked for: a file that is damaged says so at once."""
        _ = self.body, self.chunks, self.head_at, self.messages

    def __repr__(self) -> str:
        return f"<Entry {self.number}: {self.method} {self.target} -> {self.status}>"

    @cached_property
    def body(self) -> bytes:
        """The request's body; empty where it was too long to be kept."""
        post = self.fields["request"].get("postData") or {}
        return _bytes(post.get("text"), post.get("_encoding"))

    @cached_property
    def content(self) -> bytes:
        """The answer's body, but for a hijacked connection; empty where it was too long to be kept."""
        content = self.fields["response"].get("content") or {}
        return _bytes(content.get("text"), content.get("encoding"))

    @cached_property
    def chunks(self) -> Sequence[tuple[float, bytes]]:
        """The pieces in which the answer's body came, and when each did."""
        found, at = [], 0
        for when, size in self.ours.get("chunks") or ():
            found.append((float(when), self.content[at : at + size]))
            at += size
        rest = self.content[at:]
        return [*found, (self.time, rest)] if rest else found

    @property
    def head_at(self) -> float:
        """Milliseconds until the head of the answer was there."""
        timings = self.fields.get("timings") or {}
        return float(sum(max(timings.get(phase) or 0, 0) for phase in ("blocked", "dns", "connect", "send", "wait")))

    @property
    def streamed(self) -> bool:
        """Whether the answer came in chunks of HTTP."""
        return any(name.lower() == "transfer-encoding" for name, _ in self.response_headers)

    @property
    def left_open(self) -> bool:
        """Whether the client left before there was an answer, as run -d leaves the wait for the container."""
        if self.status != 200 or self.cut or self.call.codec is not Codec.JSON:
            return False
        if not self.content:
            return True
        return self.streamed and self.half_close is not None and self.half_close <= self.chunks[0][0]

    @property
    def hijacked(self) -> bool:
        """Whether the connection became a two-way stream."""
        return "_webSocketMessages" in self.fields

    @cached_property
    def messages(self) -> Sequence[Message]:
        """What passed on a hijacked connection, in order."""
        return [_message(each, self.started) for each in self.fields.get("_webSocketMessages") or ()]

    @property
    def cut(self) -> bool:
        """Whether a body or stream was too long to be kept."""
        return bool(self.ours.get("cut"))

    @cached_property
    def call(self) -> Call[Any]:
        """The request as a call."""
        return call_of(self.method, self.target, dict(self.headers), self.body or None)


class Recording(NamedTuple):
    """A file of exchanges."""

    path: Path
    creator: Mapping[str, Any]
    """The program that made it: name and version."""
    entries: Sequence[Entry]
    """In the order in which their requests were sent."""


def read(path: str | os.PathLike[str]) -> Recording:
    """Return what a HAR file holds. The last line of one whose writer was killed is left out.

    Raises RecordingError where there is no such file, or it is none.
    """
    path = Path(path)
    try:
        log = _document(path.read_bytes())["log"]
        entries = [Entry(fields, position) for position, fields in enumerate(log["entries"], 1)]
        for entry in entries:
            entry.check()
    except OSError as error:
        raise RecordingError(f"open {path}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, OverflowError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{path} is no HAR file: {type(error).__name__}: {error}") from None
    entries.sort(key=lambda entry: (entry.number if entry.ours else 0, entry.started))
    return Recording(path, log.get("creator") or {}, entries)


def _document(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        # Each entry is a line, and a writer that was killed leaves the last one in pieces.
        whole, _, _ = data.rpartition(b"\n")
        return json.loads(whole.removesuffix(b",") + TAIL)


def _pairs(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(each["name"]), str(each["value"])) for each in message.get("headers") or ()]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def _bytes(text: str | None, encoding: str | None) -> bytes:
    if not text:
        return b""
    return b64decode(text) if encoding == "base64" else text.encode()


def _message(fields: Mapping[str, Any], started: float) -> Message:
    encoding = "base64" if fields.get("opcode") == BINARY else None
    when = max((float(fields.get("time", started)) - started) * 1000, 0.0)
    return Message(fields["type"] == "send", when, _bytes(fields.get("data"), encoding), fields.get("_stream", ""))
