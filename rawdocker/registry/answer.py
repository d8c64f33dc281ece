"""What a registry's answer means: the value it stands for, or the error. Shared by both clients; no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from rawdocker.call import Call, Codec
from rawdocker.codec import decode_json
from rawdocker.errors import CutStreamError, DeadlineError, ProtocolError, RegistryError
from rawdocker.registry.manifest import Hash, Manifest, descriptor, manifest, printable
from rawdocker.registry.urls import split

LONGEST_DOCUMENT = 4 << 20
"""Bytes of a manifest, a config, a list or a refusal that are read: the specification has registries take no more."""

SLOWEST = 1024
"""Bytes a second, on average: who sends less for long is taken for dead."""

MOST_PAGES = 10_000
MOST_RESUMED = 5
PROGRESS = 1 << 20
"""A download that breaks off goes on so often without so many bytes of progress."""

_NEXT = re.compile(r"<([^>]*)>[^,]*;\s*rel\s*=\s*\"?next\"?", re.IGNORECASE)
_WARNING = re.compile(r"\b299\s+\S+\s+\"((?:[^\"\\]|\\.)*)\"")


class Answer(NamedTuple):
    """The head of an answer, and the body of one that refuses or is a token server's."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes = b""


def refusal(call: Call[Any], origin: str, answer: Answer) -> RegistryError | ProtocolError:
    """Return the error for an answer that refuses, with the registry's words where it has some."""
    phrase = f"{answer.status} {answer.reason}".strip()
    where = f"{urlsplit(origin).netloc}: {call.method} {call.resource}"
    if answer.status < 400:
        return ProtocolError(f"{where} was redirected ({phrase}): not a registry's answer", call=call)
    code, message = _words(answer.body)
    said = ": ".join(filter(None, (code, message))) or phrase
    if answer.status == 401:
        said += " (log in, or use other credentials)"
    if answer.status == 429:
        said += f" (too many requests; retry after {answer.headers.get('retry-after', 'a while')})"
    return RegistryError(f"{where}: {said}", status=answer.status, code=code, call=call)


def _words(body: bytes) -> tuple[str, str]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else answer
    code, message = first.get("code") or first.get("error") or "", first.get("message") or first.get("details") or ""
    return printable(code), printable(message)


def warnings(headers: Mapping[str, str]) -> list[str]:
    """Return what the registry warns of in its Warning headers."""
    return [printable(re.sub(r"\\(.)", r"\1", text)) for text in _WARNING.findall(headers.get("warning", ""))]


class Gauge:
    """Watches a body come: not longer than it may be, not slower than a live server is."""

    def __init__(self, call: Call[Any], longest: int, patience: float) -> None:
        """longest: in bytes; patience: in seconds, before the pace matters."""
        self._call, self._longest, self._patience = call, longest, patience
        self._started, self._size = monotonic(), 0

    def passed(self, chunk: bytes) -> bytes:
        """Return the chunk, or raise ProtocolError or DeadlineError."""
        self._size += len(chunk)
        if self._size > self._longest:
            raise ProtocolError(f"the answer to {self._call} is longer than {self._longest} bytes", call=self._call)
        if monotonic() - self._started > self._patience + self._size / SLOWEST:
            raise DeadlineError(
                f"{self._call}: the registry sends too slowly: {self._size} bytes in "
                f"{monotonic() - self._started:.0f} seconds",
                call=self._call,
            )
        return chunk


def decoded(call: Call[Any], answer: Answer, body: bytes) -> Any:
    """Return the value that an answer stands for."""
    return _DECODERS[call.codec](call, answer, body)


def _manifest(call: Call[Any], answer: Answer, body: bytes) -> Manifest:
    reference = call.arguments["reference"]
    wanted = reference if ":" in reference else ""
    found = manifest(body, answer.headers.get("content-type", ""), wanted)
    claimed = answer.headers.get("docker-content-digest", "")
    if claimed and not wanted:
        hashed = Hash(claimed)
        hashed.update(body)
        hashed.check(f"the manifest {call.arguments['name']}:{reference}", call)
    return found


def _blob(call: Call[Any], answer: Answer, body: bytes) -> bytes:
    hashed = Hash(call.arguments["digest"])
    hashed.update(body)
    hashed.check(f"the blob {call.arguments['digest'][:19]}…", call)
    return body


def _location(call: Call[Any], answer: Answer, body: bytes) -> str:
    location = answer.headers.get("location", "")
    if answer.status == 202 and not location:
        raise ProtocolError(f"{call}: the registry does not say where the upload goes on", call=call)
    return location if answer.status == 202 else ""


_DECODERS: dict[Codec, Callable[[Call[Any], Answer, bytes], Any]] = {
    Codec.EMPTY: lambda call, answer, body: None,
    Codec.HEADERS: lambda call, answer, body: dict(answer.headers),
    Codec.JSON: lambda call, answer, body: decode_json(body, call),
    Codec.LOCATION: _location,
    Codec.MANIFEST: _manifest,
    Codec.RAW: _blob,
}


class Pages:
    """The pages of a list, one after the other."""

    def __init__(self, call: Call[Any]) -> None:
        self.next: Call[Any] | None = call
        self._seen: set[str] = set()

    def items(self, answer: Answer, body: bytes) -> Iterator[Any]:
        """Yield what is on a page; `next` is then the call for the page behind it, None at the last."""
        call = self.next
        assert call is not None
        page = decode_json(body, call)
        key, convert = _LISTS[call.operation]
        found = page.get(key) if isinstance(page, dict) else page
        if not isinstance(found, (list, type(None))) or not isinstance(page, dict):
            raise ProtocolError(f"the answer to {call} has no list of {key}", call=call)
        self.next = self._linked(call, answer.headers.get("link", ""))
        for item in found or ():
            yield convert(item)

    def _linked(self, call: Call[Any], header: str) -> Call[Any] | None:
        link = _NEXT.search(header)
        if link is None:
            return None
        query = dict(parse_qsl(split(link[1], call.target).query))
        following: Call[Any] = call.replace(query=query)
        if following.target in self._seen or following.target == call.target or len(self._seen) >= MOST_PAGES:
            raise ProtocolError(f"the pages of {call.resource} lead in a circle, or to no end", call=call)
        self._seen.add(following.target)
        return following


def _described(item: Any) -> Any:
    descriptor(item)
    return item


_LISTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "TagList": ("tags", printable),
    "ReferrerList": ("manifests", _described),
}
"""Where the items of a list stand in its document, and what each becomes."""


class Download:
    """A blob on its way: hashed while it passes by, asked for again from where it broke off."""

    def __init__(self, call: Call[Any], longest: int | None) -> None:
        """longest: the bytes it may have, where that is known from a descriptor."""
        self.finished = False
        self._call, self._longest = call, longest
        self._hash = Hash(call.arguments["digest"])
        self._size = self._skip = self._resumed = self._broken_at = 0

    @property
    def call(self) -> Call[Any]:
        """The request for what is missing."""
        if not self._size:
            return self._call
        return self._call.replace(headers={**self._call.headers, "Range": f"bytes={self._size}-"})  # type: ignore[no-any-return]

    def limit(self, answer: Answer) -> int:
        """Take the head of an answer; return how many bytes may follow."""
        self._skip = 0 if self._continues(answer) else self._size
        if self._longest is not None:
            return self._skip + self._longest - self._size
        told = answer.headers.get("content-length", "")
        if not (told.isascii() and told.isdigit()):
            raise ProtocolError(f"{self._call}: the registry does not tell how long the blob is", call=self._call)
        return int(told[:20])

    def _continues(self, answer: Answer) -> bool:
        if answer.status != 206:
            return False
        if answer.headers.get("content-range", "").split("-")[0].strip().lower() != f"bytes {self._size}":
            raise ProtocolError(f"{self._call}: the registry sent another part than was asked for", call=self._call)
        return True

    def passed(self, chunk: bytes) -> bytes:
        """Return what is new of a chunk."""
        new = chunk[self._skip :]
        self._skip -= len(chunk) - len(new)
        self._hash.update(new)
        self._size += len(new)
        return new

    def end(self) -> None:
        """Take the end of the bytes; raises DigestError where they are not those of the digest."""
        self.finished = True
        self._hash.check(f"the blob of {self._call.arguments['name']}", self._call)

    def broke(self, error: CutStreamError) -> None:
        """Raise the error where going on makes no sense."""
        if self._size - self._broken_at >= PROGRESS:
            self._resumed, self._broken_at = 0, self._size
        self._resumed += 1
        if self._resumed > MOST_RESUMED:
            raise error
