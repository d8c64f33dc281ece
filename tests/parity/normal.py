"""What two runs of the same command have in common: texts without ids and times, calls without defaults."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from proxy import Request

ID = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])")
AGE = re.compile(
    r"\b(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)\b"
)
TIME = re.compile(
    r"\b(?!0001-01-01)\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
    r"| \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} [A-Z]+)"
)
EPOCH = re.compile(r"\b1[789]\d{8}(?:\.?\d{9})?\b")

# docker fills these in where nothing was typed, with what the engine would take anyway.
BODY_DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "Driver": ("bridge", "local"),
    "HostConfig.ConsoleSize": ([0, 0],),
    "HostConfig.MemorySwappiness": (-1,),
    "HostConfig.NetworkMode": ("default",),
    "HostConfig.RestartPolicy.Name": ("no",),
    "IPAM.Driver": ("default",),
    "RestartPolicy.Name": ("no",),
    "Scope": ("local",),
}
QUERY_DEFAULTS = {"pause": "1", "tail": "all"}
WORDS = {"": "0", "false": "0", "true": "1"}
"""The same said otherwise. What is left out means 0, unless there is another default."""

# In these, what is empty says something: a key of the user's, or the opposite of what the engine does by default.
OWN_KEYS = {"ExposedPorts", "Volumes", "Labels", "Sysctls", "Tmpfs", "StorageOpt", "Annotations", "DriverOpts"}
OWN_KEYS |= {"Options", "Config", "PortBindings", "Ulimits"}
POINTERS = {"HostConfig.Init", "HostConfig.MemorySwappiness", "EnableIPv6", "Entrypoint", "StopTimeout"}


def cleaned(value: Any, path: str = "") -> Any:
    """Return a body without what is empty or docker's default, at any depth."""
    if isinstance(value, list):
        return [cleaned(item, path) if isinstance(item, dict | list) else item for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        where = f"{path}.{key}".removeprefix(".")
        inner = cleaned(inner, where)
        if _says_something(inner, where, own_key=path.rpartition(".")[2] in OWN_KEYS):
            kept[key] = inner
    return kept


def _says_something(value: Any, where: str, *, own_key: bool) -> bool:
    if value is None or value in BODY_DEFAULTS.get(where, ()):
        return own_key
    return own_key or where in POINTERS or value not in ("", 0, False, [], {})


def _body(request: Request) -> Any:
    body = cleaned(request.body)
    if isinstance(body, dict) and "sha256" in body and request.path.endswith(("/images/create", "/archive")):
        # What the tests import they exported just before, with the times of their side; and what is copied has a header
        # a file, whose fields can be written in more than one way. What arrives is looked at afterwards.
        body = {"size": body["size"]}
    if isinstance(body, dict):
        # docker keeps these in maps of Go's, which have no order.
        for place, key in ((body, "Env"), (body.get("IPAM", {}), "Config")):
            if key in place:
                place[key] = sorted(place[key], key=str)
    if isinstance(body, dict) and "NetworkingConfig" in body:
        # The one network the container is in is named by its NetworkMode already.
        ends = body["NetworkingConfig"].get("EndpointsConfig", {})
        mode = body.get("HostConfig", {}).get("NetworkMode", "default")
        body["NetworkingConfig"]["EndpointsConfig"] = {k: v for k, v in ends.items() if v or k != mode}
        body = cleaned(body)
    return body


def _query(query: Mapping[str, str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in sorted(query.items()):
        if key == "filters":
            filters = json.loads(value)
            kept[key] = {name: sorted(values) for name, values in sorted(filters.items())}
        elif (word := WORDS.get(value, value)) != QUERY_DEFAULTS.get(key, "0"):
            kept[key] = word
    return {key: value for key, value in kept.items() if value}


def call(request: Request) -> str:
    """Return a request in one line."""
    words = [request.method, f"/v{request.version}{request.path}" if request.version else request.path]
    query = _query(request.query)
    auth = cleaned(json.loads(base64.urlsafe_b64decode(request.headers.get("x-registry-auth", "") or "e30=")))
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
