"""--device, --gpus, the limits of single devices, --device-cgroup-rule and --ulimit."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import normpath
from typing import Any

from rawdocker_cli import units
from rawdocker_cli.flags.flag import Draft, Kind, puts
from rawdocker_cli.flags.kinds import listed
from rawdocker_cli.flags.values import go

_CDI = re.compile(
    r"[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?/[A-Za-z]([A-Za-z0-9._-]*[A-Za-z0-9])?=[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?"
)
_CGROUP_RULE = re.compile(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}")

LIMITS = (
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
    "rttime", "sigpending", "stack",
)  # fmt: skip


@puts("HostConfig.Devices", "HostConfig.DeviceRequests")
def into_devices(draft: Draft, devices: list[str]) -> None:
    """Put paths into HostConfig.Devices, and the names of CDI devices (vendor/class=name) into one DeviceRequest."""
    names = [device for device in devices if _CDI.fullmatch(device)]
    for device in devices:
        if device not in names:
            draft.at("HostConfig", "Devices", default=[]).append(_mapping(device))
    if names:
        into_gpus(draft, [{"Driver": "cdi", "DeviceIDs": names}])


@puts("HostConfig.DeviceRequests")
def into_gpus(draft: Draft, requests: list[dict[str, Any]]) -> None:
    """Add to HostConfig.DeviceRequests."""
    draft.at("HostConfig", "DeviceRequests", default=[]).extend(requests)


def _mapping(device: str) -> dict[str, str]:
    """Read host[:container][:permissions]."""
    host, *rest = device.split(":")
    if not host or len(rest) > 2:
        raise ValueError(f"bad format for path: {device}")
    permissions = "rwm"
    if len(rest) == 2 or (rest and _is_mode(rest[0])):
        permissions = rest.pop()
        if not _is_mode(permissions):
            raise ValueError(f"bad mode specified: {permissions}")
    container = rest[0] if rest else host
    if not container.startswith("/"):
        raise ValueError(f"{container} is not an absolute path")
    if len(rest) == 0:
        host = container = normpath(host)
    elif device.count(":") == 1:
        container = normpath(container)
    return {"PathOnHost": host, "PathInContainer": container, "CgroupPermissions": permissions}


def _is_mode(text: str) -> bool:
    return bool(text) and set(text) <= set("rwm") and len(set(text)) == len(text)


def _gpus(text: str) -> dict[str, Any]:
    """Read --gpus: a count or "all", or a line of driver=, count=, device=, capabilities=, options=."""
    request: dict[str, Any] = {}
    seen = set()
    for field in go.csv_fields(text):
        key, equals, value = field.partition("=")
        if key in seen:
            raise ValueError(f"gpu request key '{key}' can be specified only once")
        seen.add(key)
        if not equals:
            seen.add("count")
            key, value = "count", key
        if key not in GPU_KEYS:
            raise ValueError(f"unexpected key '{key}' in '{field}'")
        name, read = GPU_KEYS[key]
        request[name] = read(value)
    if "count" not in seen and "DeviceIDs" not in request:
        request["Count"] = 1
    request.setdefault("Capabilities", [["gpu"]])
    return request


def _gpu_count(text: str) -> int:
    if text == "all":
        return -1
    try:
        return go.integer(text)
    except go.NumberError as error:
        raise ValueError(f'invalid count ({text}): value must be either "all" or an integer: {error.reason}') from None


def _gpu_options(text: str) -> dict[str, str]:
    try:
        fields = go.csv_fields(text)
    except ValueError as error:
        raise ValueError(f"failed to read gpu options: {error}") from None
    return {key: value for key, _, value in (field.partition("=") for field in fields)}


GPU_KEYS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "driver": ("Driver", str),
    "count": ("Count", _gpu_count),
    "device": ("DeviceIDs", lambda text: text.split(",")),
    "capabilities": ("Capabilities", lambda text: [[*text.split(","), "gpu"]]),
    "options": ("Options", _gpu_options),
}


def _device_and_number(text: str) -> tuple[str, str]:
    """Split /dev/name:number."""
    path, colon, number = text.partition(":")
    if not colon or not path:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    return path, number


def _weight(text: str) -> dict[str, Any]:
    path, number = _device_and_number(text)
    try:
        weight = go.unsigned(number, 16)
    except ValueError:
        weight = 1
    if weight and not 10 <= weight <= 1000:
        raise ValueError(f"invalid weight for device: {text}")
    return {"Path": path, "Weight": weight}


def _rate(read: Callable[[str], int], form: str) -> Callable[[str], dict[str, Any]]:
    def parse(text: str) -> dict[str, Any]:
        path, number = _device_and_number(text)
        try:
            return {"Path": path, "Rate": read(number)}
        except ValueError:
            raise ValueError(f"invalid rate for device: {text}. The correct format is {form}") from None

    return parse


def _cgroup_rule(text: str) -> str:
    if not _CGROUP_RULE.fullmatch(text):
        raise ValueError(f"invalid device cgroup format '{text}'")
    return text


def _ulimit(text: str) -> dict[str, Any]:
    """Read name=soft[:hard]; -1 is no limit."""
    name, equals, values = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in LIMITS:
        raise ValueError(f"invalid ulimit type: {name}")
    if values.count(":") > 1:
        raise ValueError(f"too many limit value arguments - {values}, can only have up to two, `soft[:hard]`")
    first, colon, second = values.partition(":")
    hard = go.integer(second) if colon else None
    soft = go.integer(first)
    hard = soft if hard is None else hard
    if hard != -1 and (soft == -1 or soft > hard):
        what = f"soft: -1 (unlimited), hard: {hard}" if soft == -1 else f"{soft} > {hard}"
        raise ValueError(f"ulimit soft limit must be less than or equal to hard limit: {what}")
    return {"Name": name, "Soft": soft, "Hard": hard}


@puts("HostConfig.Ulimits")
def into_ulimits(draft: Draft, limits: list[dict[str, Any]]) -> None:
    """Put the last limit of each name into HostConfig.Ulimits, sorted by name."""
    last = {limit["Name"]: limit for limit in limits}
    draft.put(("HostConfig", "Ulimits"), [last[name] for name in sorted(last)])


GPUS = Kind("gpu-request", _gpus, [], repeated=True)
WEIGHT = listed(_weight)
BYTES_RATE = listed(
    _rate(
        units.ram_in_bytes,
        "<device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
    )
)
COUNT_RATE = listed(_rate(go.unsigned, "<device-path>:<number>. Number must be a positive integer"))
CGROUP_RULE = listed(_cgroup_rule)
ULIMIT = Kind("ulimit", _ulimit, [], repeated=True)
