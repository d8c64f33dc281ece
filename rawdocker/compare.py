"""What two clients asked of an engine, side by side: requests without ids, times and defaults.

    rows = compared([of_entry(entry) for entry in read("docker.har").entries], ours.requests)
    same = not any(row.differs for row in rows)

Pure: nothing is sent or read. `Requests` is the observer that keeps what a client or a spy sends.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rawdocker import normal
from rawdocker.call import VERSION, Call, HijackCall
from rawdocker.observe import Exchange, Observer

if TYPE_CHECKING:
    from hashlib import _Hash

    from rawdocker.har.reader import Entry

ID = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])")
TIME = re.compile(
    r"\b(?!0001-01-01)\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
    r"| \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} [A-Z]+)"
)
EPOCH = re.compile(r"\b1[789]\d{8}(?:\.?\d{9})?\b")


class Request(NamedTuple):
    """A request that was made, by whichever client."""

    call: Call[Any]
    """Its body: a JSON document, None, or of anything else {"size": bytes, "sha256": digest}."""
    version: str = ""
    """The version of the API in its path; empty where there was none."""
    status: int = 0
    """The answer's; 0 as long as there is none."""

    @property
    def path(self) -> str:
        """The path without the version, unescaped."""
        return self.call.path.format_map(self.call.arguments)

    def __str__(self) -> str:
        return f"{line(self)} -> {self.status}"


class Requests(Observer):
    """Keeps the requests of a client or a spy; of bodies that are no JSON their size and digest."""

    def __init__(self) -> None:
        self._seen: dict[Exchange, _Digest] = {}

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order in which they were sent."""
        return [_request(exchange, digest) for exchange, digest in list(self._seen.items())]

    def request(self, exchange: Exchange) -> None:
        self._seen[exchange] = _Digest()

    def sent(self, exchange: Exchange, data: bytes) -> None:
        if not (isinstance(exchange.call, HijackCall) and exchange.status in (101, 200)):
            self._seen[exchange].add(data)


class _Digest:
    def __init__(self) -> None:
        self._size = 0
        self._sha256: _Hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        self._size += len(data)
        self._sha256.update(data)

    @property
    def body(self) -> dict[str, Any] | None:
        return {"size": self._size, "sha256": self._sha256.hexdigest()} if self._size else None


def _request(exchange: Exchange, digest: _Digest) -> Request:
    call = exchange.call
    if call.json_body() is None:
        call = call.replace(body=digest.body)
    return Request(call, _version(exchange.target), exchange.status)


def of_entry(entry: Entry) -> Request:
    """Return the request of a recorded exchange."""
    call, kept = entry.call, entry.ours.get("sent")
    if call.json_body() is None:
        digest = _Digest()
        digest.add(entry.body)
        call = call.replace(body=kept or digest.body)
    return Request(call, _version(entry.target), entry.status)


def _version(target: str) -> str:
    found = VERSION.match(target)
    return found[1] if found else ""


class Difference(NamedTuple):
    """A part of a request in which two differ; a side without it has an empty text."""

    field: str
    """query.name, body.HostConfig.Memory, auth.username, version, status, path."""
    left: str
    right: str


class Row(NamedTuple):
    """A request of the left side, the one of the right side that answers to it, or only one of them."""

    left: str
    """Method and path, ids named; empty where only the right side made the request."""
    right: str
    differences: tuple[Difference, ...] = ()

    @property
    def differs(self) -> bool:
        return not self.left or not self.right or bool(self.differences)


def compared(left: Sequence[Request], right: Sequence[Request]) -> list[Row]:
    """Return the requests of two sides as rows, those of the same operation in the same order beside each other.

    Ids are named in the order in which each side's turn up, times and what stands for a default are left out.
    """
    from difflib import SequenceMatcher

    sides = [_Side(left), _Side(right)]
    matcher = SequenceMatcher(None, sides[0].kinds, sides[1].kinds, autojunk=False)
    rows: list[Row] = []
    for tag, first, last, other, until in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(range(first, last), range(other, until), strict=True)
            rows.extend(_row(sides[0].fields[one], sides[1].fields[two]) for one, two in pairs)
        else:
            rows.extend(Row(_title(sides[0].fields[at]), "") for at in range(first, last))
            rows.extend(Row("", _title(sides[1].fields[at])) for at in range(other, until))
    return rows


class _Side:
    """The requests of one side: their fields, and what kind each is."""

    def __init__(self, requests: Sequence[Request]) -> None:
        names = Names()
        self.kinds = [f"{request.call.method} {ID.sub('<>', request.path)}" for request in requests]
        self.fields = [{field: names.put_into(text) for field, text in _fields(request)} for request in requests]


def _row(left: Mapping[str, str], right: Mapping[str, str]) -> Row:
    fields = [*left, *(field for field in right if field not in left)]
    pairs = ((field, left.get(field, ""), right.get(field, "")) for field in fields)
    return Row(_title(left), _title(right), tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2]))


def _title(fields: Mapping[str, str]) -> str:
    return f"{fields['method']} {fields['path']}"


def _fields(request: Request) -> Iterator[tuple[str, str]]:
    yield "method", request.call.method
    yield "path", request.path
    yield "version", request.version
    for name, value in parts(request).items():
        yield from _flat(name, value)
    yield "status", str(request.status or "")


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}", inner)
    else:
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
        yield path, EPOCH.sub("<epoch>", TIME.sub("<time>", text))


def line(request: Request) -> str:
    """Return a request in one line."""
    words = [request.call.method, f"/v{request.version}{request.path}" if request.version else request.path]
    marks = {"auth": "as "}
    words += [marks.get(name, "") + json.dumps(part, sort_keys=True) for name, part in parts(request).items()]
    return EPOCH.sub("<epoch>", " ".join(words))


def parts(request: Request) -> dict[str, Any]:
    """Return what a request says, without what is empty or a default: query, body, and auth, who asks a registry."""
    said = {"query": _query(request.call), "body": _body(request), "auth": _auth(request.call)}
    return {name: part for name, part in said.items() if part}


def _query(call: Call[Any]) -> dict[str, Any]:
    texts: dict[str, str] = {}
    for name, text in call.pairs():
        texts[name] = f"{texts[name]},{text}" if name in texts else text
    return normal.query(texts)


def _body(request: Request) -> Any:
    body = normal.body(request.call.body)
    if isinstance(body, dict) and "sha256" in body and request.path.endswith(("/images/create", "/archive")):
        # What is exported has the times of its side, and an archive's header can be written in more than one way.
        return {"size": body["size"]}
    return body


def _auth(call: Call[Any]) -> Any:
    headers = {name.lower(): value for name, value in call.headers.items()}
    encoded = headers.get("x-registry-auth", "")
    try:
        return normal.cleaned(json.loads(base64.urlsafe_b64decode(encoded or "e30=")))
    except ValueError:  # a recording hides it
        return encoded


class Names:
    """Gives ids names: those of what is known, else numbers in the order in which they turn up.

    Parameters:
        known: names by id.
        constant: ids that are the same on both sides, and stay.
    """

    def __init__(self, known: Mapping[str, str] | None = None, constant: Iterable[str] = ()) -> None:
        self._names = {id[:12]: name for id, name in (known or {}).items()}
        self._constant = {id[:12] for id in constant}

    def put_into(self, text: str) -> str:
        return ID.sub(self._name, text)

    def _name(self, found: re.Match[str]) -> str:
        id = found[0]
        if id[:12] in self._constant:
            return id
        name = self._names.setdefault(id[:12], f"{len(self._names)}")
        return f"<{name}>" if len(id) == 64 else f"<{name}, short>"
