"""What requests say, whichever client says it: bodies and queries without what is empty or a default.

docker writes some sixty defaults into a body where rawdocker sends what was typed; the two are compared in this form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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
WORDS = {"": "0", "false": "0", "true": "1", "False": "0", "True": "1"}
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


def body(value: Any) -> Any:
    """Return a body as it is compared: cleaned, and in order what has none."""
    value = cleaned(value)
    if not isinstance(value, dict):
        return value
    # docker keeps these in maps of Go's, which have no order.
    for place, key in ((value, "Env"), (value.get("IPAM", {}), "Config")):
        if key in place:
            place[key] = sorted(place[key], key=str)
    if "NetworkingConfig" in value:
        # The one network the container is in is named by its NetworkMode already.
        ends = value["NetworkingConfig"].get("EndpointsConfig", {})
        mode = value.get("HostConfig", {}).get("NetworkMode", "default")
        value["NetworkingConfig"]["EndpointsConfig"] = {k: v for k, v in ends.items() if v or k != mode}
        value = cleaned(value)
    return value


def query(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Return a query as it is compared: filters as sorted lists, and nothing that means 0 or the default."""
    kept: dict[str, Any] = {}
    for key, value in sorted(pairs.items()):
        if key == "filters":
            kept[key] = _filters(value)
        elif (word := WORDS.get(value, value)) != QUERY_DEFAULTS.get(key, "0"):
            kept[key] = word
    return {key: value for key, value in kept.items() if value}


def _filters(text: str) -> Any:
    try:
        return {name: sorted(values) for name, values in sorted(json.loads(text).items())}
    except (ValueError, TypeError, AttributeError):  # no engine takes that either
        return text
