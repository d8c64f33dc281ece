"""What two runs of the same command have in common: texts without ids and times, calls without defaults."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from proxy import Request

from rawdocker import normal

ID = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])")
AGE = re.compile(
    r"\b(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)\b"
)
TIME = re.compile(
    r"\b(?!0001-01-01)\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
    r"| \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} [A-Z]+)"
)
EPOCH = re.compile(r"\b1[789]\d{8}(?:\.?\d{9})?\b")


def _body(request: Request) -> Any:
    body = normal.body(request.body)
    if isinstance(body, dict) and "sha256" in body and request.path.endswith(("/images/create", "/archive")):
        # What the tests import they exported just before, with the times of their side; and what is copied has a header
        # a file, whose fields can be written in more than one way. What arrives is looked at afterwards.
        body = {"size": body["size"]}
    return body


def call(request: Request) -> str:
    """Return a request in one line."""
    words = [request.method, f"/v{request.version}{request.path}" if request.version else request.path]
    query = normal.query(request.query)
    auth = normal.cleaned(json.loads(base64.urlsafe_b64decode(request.headers.get("x-registry-auth", "") or "e30=")))
    words += [json.dumps(part, sort_keys=True) for part in (query, _body(request)) if part]
    words += [f"as {json.dumps(auth, sort_keys=True)}"] if auth else []
    return " ".join(words)


class Names:
    """Gives ids names: those of what is known, else numbers in the order in which they turn up."""

    def __init__(self, known: Mapping[str, str], constant: Iterable[str]) -> None:
        self._names = {id[:12]: name for id, name in known.items()}
        self._constant = {id[:12] for id in constant}

    def put_into(self, text: str) -> str:
        return ID.sub(self._name, text)

    def _name(self, found: re.Match[str]) -> str:
        id = found[0]
        if id[:12] in self._constant:
            return id
        name = self._names.setdefault(id[:12], f"{len(self._names)}")
        return f"<{name}>" if len(id) == 64 else f"<{name}, short>"


def text(output: str, names: Names, mask: Iterable[str] = ()) -> str:
    """Return an output without what differs from run to run."""
    output = names.put_into(output)
    output = EPOCH.sub("<epoch>", TIME.sub("<time>", output))
    masked, ages = AGE.subn("<age>", output)
    for pattern in mask:
        masked, count = re.subn(pattern, "<masked>", masked)
        ages += count
    # The width of a column depends on its ages.
    return re.sub(r"  +", "  ", masked) if ages else masked
