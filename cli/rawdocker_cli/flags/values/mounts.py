"""--mount, --volume and --tmpfs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from rawdocker_cli import units
from rawdocker_cli.flags.flag import Draft, Kind, puts
from rawdocker_cli.flags.kinds import BOOL
from rawdocker_cli.flags.values import go

Mount = dict[str, Any]
Setter = Callable[[Mount, str, str], None]
"""Puts one key=value of --mount into the mount: (mount, key, value)."""

BARE = ("readonly", "ro", "volume-nocopy", "bind-nonrecursive")
"""The keys that mean true when they stand alone."""

OPTIONS = {"volume": "VolumeOptions", "image": "ImageOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions"}
"""The options that each type of mount alone may have."""


def _mount(text: str) -> Mount:
    """Read --mount's line of key=value fields; the result is an item of HostConfig.Mounts."""
    mount: Mount = {"Type": "volume"}
    for field in go.csv_fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if not equals:
            if key not in BARE:
                raise ValueError(f"invalid field '{field}' must be a key=value pair")
            value = "true"
        if key not in KEYS:
            raise ValueError(f"unexpected key '{key}' in '{field}'")
        KEYS[key](mount, key, value)
    _check(mount)
    return mount


def _check(mount: Mount) -> None:
    kind, bind = mount["Type"], mount.get("BindOptions", {})
    if not kind:
        raise ValueError("type is required")
    if not mount.get("Target"):
        raise ValueError("target is required")
    for name, options in OPTIONS.items():
        if options in mount and kind != name:
            raise ValueError(f"cannot mix '{name}-*' options with mount type '{kind}'")
    read_only, needs = mount.get("ReadOnly"), "to be specified in conjunction"
    if bind.get("ReadOnlyNonRecursive") and not read_only:
        raise ValueError(f"option 'bind-recursive=writable' requires 'readonly' {needs}")
    if bind.get("ReadOnlyForceRecursive"):
        if not read_only:
            raise ValueError(f"option 'bind-recursive=readonly' requires 'readonly' {needs}")
        if bind.get("Propagation") != "rprivate":
            raise ValueError(f"option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' {needs}")


def _text(*path: str, lower: bool = False) -> Setter:
    def put(mount: Mount, key: str, value: str) -> None:
        _at(mount, *path[:-1])[path[-1]] = value.lower() if lower else value

    return put


def _flag(*path: str) -> Setter:
    def put(mount: Mount, key: str, value: str) -> None:
        try:
            _at(mount, *path[:-1])[path[-1]] = BOOL.parse(value)
        except ValueError:
            raise ValueError(f"invalid value for {key}: {value}") from None

    return put


def _pair(*path: str) -> Setter:
    def put(mount: Mount, key: str, value: str) -> None:
        name, _, text = value.partition("=")
        pairs = _at(mount, *path)
        if name:
            pairs[name] = text

    return put


def _number(name: str, parse: Callable[[str], int]) -> Setter:
    def put(mount: Mount, key: str, value: str) -> None:
        try:
            _at(mount, "TmpfsOptions")[name] = parse(value)
        except ValueError:
            raise ValueError(f"invalid value for {key}: {value}") from None

    return put


def _source(mount: Mount, key: str, value: str) -> None:
    mount["Source"] = _absolute(value)


def _recursive(mount: Mount, key: str, value: str) -> None:
    modes = {
        "enabled": "",
        "disabled": "NonRecursive",
        "writable": "ReadOnlyNonRecursive",
        "readonly": "ReadOnlyForceRecursive",
    }
    if value not in modes:
        allowed = '"enabled", "disabled", "writable", or "readonly"'
        raise ValueError(f"invalid value for {key}: {value} (must be {allowed})")
    if modes[value]:
        _at(mount, "BindOptions")[modes[value]] = True


def _octal(text: str) -> int:
    if not text or not set(text) <= set("01234567") or int(text, 8) >= 1 << 32:
        raise ValueError(text)
    return int(text, 8)


def _at(mount: Mount, *path: str) -> dict[str, Any]:
    for key in path:
        mount = mount.setdefault(key, {})
    return mount


def _absolute(path: str) -> str:
    """Return a path relative to here as an absolute one; other relative texts are names of volumes."""
    return os.path.abspath(path) if path.startswith(".") else path


KEYS: dict[str, Setter] = {
    "type": _text("Type", lower=True),
    **dict.fromkeys(("source", "src"), _source),
    **dict.fromkeys(("target", "dst", "destination"), _text("Target")),
    **dict.fromkeys(("readonly", "ro"), _flag("ReadOnly")),
    "consistency": _text("Consistency", lower=True),
    "bind-propagation": _text("BindOptions", "Propagation", lower=True),
    "bind-nonrecursive": _flag("BindOptions", "NonRecursive"),
    "bind-recursive": _recursive,
    "volume-subpath": _text("VolumeOptions", "Subpath"),
    "volume-nocopy": _flag("VolumeOptions", "NoCopy"),
    "volume-label": _pair("VolumeOptions", "Labels"),
    "volume-driver": _text("VolumeOptions", "DriverConfig", "Name"),
    "volume-opt": _pair("VolumeOptions", "DriverConfig", "Options"),
    "image-subpath": _text("ImageOptions", "Subpath"),
    "tmpfs-size": _number("SizeBytes", units.ram_in_bytes),
    "tmpfs-mode": _number("Mode", _octal),
}

MOUNT = Kind("mount", _mount, [], repeated=True)


@puts("HostConfig.Binds", "Volumes")
def into_volumes(draft: Draft, specs: list[str]) -> None:
    """Put source:target[:options] into HostConfig.Binds, and a target alone into Volumes."""
    for spec in dict.fromkeys(specs):
        source = _source_of(spec)
        if not source:
            draft.at("Volumes", default={})[spec] = {}
            continue
        host, _, rest = spec.partition(":")
        draft.at("HostConfig", "Binds", default=[]).append(f"{_absolute(host)}:{rest}")


def _source_of(spec: str) -> str:
    """Return what a --volume mounts, nothing for an anonymous volume; refuses a malformed one."""
    if not spec:
        raise ValueError("invalid empty volume spec")
    if len(spec.encode("utf-8", "surrogateescape")) <= 2:
        return ""
    sections = _sections(spec)
    if "" in sections[:3]:
        raise ValueError(f"invalid spec: {spec}: empty section between colons")
    if len(sections) > 3:
        raise ValueError(f"invalid spec: {spec}: too many colons")
    return sections[0] if len(sections) > 1 else ""


def _sections(spec: str) -> list[str]:
    """Split at colons, but not behind the letter of a Windows drive."""
    sections: list[str] = []
    drive = ""
    for part in spec.split(":"):
        if drive:
            sections.append(f"{drive}:{part}")
            drive = ""
        elif len(part) == 1 and part.isalpha():
            drive = part
        else:
            sections.append(part)
    return [*sections, drive] if drive else sections


@puts("HostConfig.Tmpfs")
def into_tmpfs(draft: Draft, specs: list[str]) -> None:
    """Put each path[:options] into HostConfig.Tmpfs."""
    for spec in specs:
        path, _, options = spec.partition(":")
        draft.at("HostConfig", "Tmpfs", default={})[path] = options
