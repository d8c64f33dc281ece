"""Platforms as --platform takes them (os, arch, os/arch, os/arch/variant), and which of several suits best.

Standard library only.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rawdocker.errors import InvalidCallError

_OS_PART = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$"
_PART = r"^[A-Za-z0-9_.-]+$"

_SYSTEMS = {
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "windows", "zos",
}  # fmt: skip
_ARCHITECTURES = {
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle",
    "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64",
    "wasm",
}  # fmt: skip
_SAME_ARCHITECTURE = {
    "i386": "386",
    "i686": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
    "armv7l": "arm",
    "armv6l": "arm",
}
_IMPLIED_VARIANT = {"armhf": "v7", "armel": "v6"}
_SAME_VARIANT = {
    ("amd64", "v1"): "",
    ("arm64", "8"): "",
    ("arm64", "v8"): "",
    ("arm64", "v8.0"): "",
    ("arm64", "9"): "v9",
    ("arm64", "9.0"): "v9",
    ("arm64", "v9.0"): "v9",
    ("arm", ""): "v7",
    ("arm", "5"): "v5",
    ("arm", "6"): "v6",
    ("arm", "7"): "v7",
    ("arm", "8"): "v8",
}

_LADDERS = {"amd64": ("v4", "v3", "v2", ""), "arm64": ("v9", ""), "arm": ("v8", "v7", "v6", "v5")}
"""Variants, the newest first: a machine also runs what was made for an older one."""

_IMPLIED_VARIANT_OF_MACHINE = {"armv7l": "v7", "armv6l": "v6"}


def local_system() -> str:
    """Return this machine's operating system as platforms call it: linux, darwin."""
    return sys.platform


def local_architecture() -> str:
    """Return this machine's architecture as platforms call it: amd64, arm64."""
    machine = os.uname().machine
    return _SAME_ARCHITECTURE.get(machine, machine)


def parse(text: str) -> dict[str, str]:
    """Read a platform and return the object that the API takes: {"architecture": "arm64", "os": "linux"}.

    Raises InvalidCallError with docker's words for what is none.
    """
    if "*" in text:
        raise _invalid(f'"{text}": wildcards not yet supported')
    first, *others = text.split("/", 3)
    system = re.fullmatch(_OS_PART, first)
    if system is None:
        pattern = _OS_PART.replace("\\", "\\\\")
        rule = f'OSAndVersion specifier component must match "{pattern}"'
        raise _invalid(f'"{first}" is an invalid OS component of "{text}": {rule}')
    for part in others:
        if not re.fullmatch(_PART, part):
            rule = f'platform specifier component must match "{_PART}"'
            raise _invalid(f'"{part}" is an invalid component of "{text}": {rule}')
    if not others:
        return _of_one_word(text, system[1].lower(), system[2])
    if len(others) > 2:
        raise _invalid(f'"{text}": cannot parse platform specifier')
    architecture, variant = _normal(*others)
    if len(others) == 1 and (architecture, variant) == ("arm", "v7"):
        variant = ""
    if len(others) == 2 and (architecture, variant) == ("arm64", ""):
        variant = "v8"
    return _platform(architecture, _system(system[1]), system[2], variant)


def _of_one_word(text: str, system: str, version: str | None) -> dict[str, str]:
    if _system(system) in _SYSTEMS:
        return _platform(local_architecture(), _system(system), version, "")
    architecture, variant = _normal(text)
    if architecture not in _ARCHITECTURES:
        raise _invalid(f'"{text}": unknown operating system or architecture')
    return _platform(architecture, local_system(), None, "" if variant == "v7" else variant)


def _system(name: str) -> str:
    return "darwin" if name.lower() == "macos" else name.lower()


def _normal(architecture: str, variant: str = "") -> tuple[str, str]:
    architecture, variant = architecture.lower(), variant.lower()
    variant = _IMPLIED_VARIANT.get(architecture, "" if architecture == "i386" else variant)
    architecture = _SAME_ARCHITECTURE.get(architecture, architecture)
    return architecture, _SAME_VARIANT.get((architecture, variant), variant)


def _platform(architecture: str, system: str, version: str | None, variant: str) -> dict[str, str]:
    parts = {"architecture": architecture, "os": system, "os.version": version or "", "variant": variant}
    return {name: value for name, value in parts.items() if value}


def _invalid(message: str) -> InvalidCallError:
    return InvalidCallError(f"{message}: invalid argument")


def default() -> dict[str, str]:
    """Return the platform that images are chosen for where none is named: this machine's architecture, on Linux."""
    variant = _IMPLIED_VARIANT_OF_MACHINE.get(os.uname().machine, "")
    return _platform(local_architecture(), "linux", None, variant)


def shown(platform: Mapping[str, Any]) -> str:
    """Return a platform as it is typed: linux/arm/v7, windows(10.0.17763)/amd64."""
    version = f"({platform['os.version']})" if platform.get("os.version") else ""
    others = (platform.get(name) for name in ("architecture", "variant"))
    return "/".join(str(part) for part in (f"{platform.get('os') or ''}{version}", *others) if part)


def parts(text: str) -> dict[str, str]:
    """Return what `shown` was made of: nothing is normalised or refused."""
    first, *others = text.split("/")
    system, _, version = first.rstrip(")").partition("(")
    found = {"os": system, "os.version": version, **dict(zip(("architecture", "variant"), others, strict=False))}
    return {name: value for name, value in found.items() if value}


def best(wanted: Mapping[str, Any], available: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the place of the platform that suits best, None where none does.

    The order of preference is docker's: the variant itself, then older ones; amd64 also runs 386, arm64 also arm.
    """
    system = _system(str(wanted.get("os") or "linux"))
    version = str(wanted.get("os.version") or "")
    preferences = list(_compatible(*_normal_parts(wanted)))
    ranked = [
        (preferences.index(_normal_parts(found)), place)
        for place, found in enumerate(available)
        if _system(str(found.get("os") or "")) == system
        and str(found.get("os.version") or version).startswith(version)
        and _normal_parts(found) in preferences
    ]
    return min(ranked)[1] if ranked else None


def _normal_parts(platform: Mapping[str, Any]) -> tuple[str, str]:
    return _normal(str(platform.get("architecture") or ""), str(platform.get("variant") or ""))


def _compatible(architecture: str, variant: str) -> Iterator[tuple[str, str]]:
    """Yield the architectures and variants, in their normal form, that a machine of one can run; the best first."""
    yield architecture, variant
    for older in _older(architecture, variant):
        yield architecture, older
    if architecture == "amd64":
        yield "386", ""
    if architecture == "arm64":
        yield from _compatible("arm", "v8")


def _older(architecture: str, variant: str) -> list[str]:
    ladder = _LADDERS.get(architecture, ())
    # v9.2 is newer than v9, which is newer than v8; the normal form of the oldest amd64 and arm64 is no variant
    own = _normal(architecture, variant.partition(".")[0])[1]
    lower = ladder[ladder.index(own) + 1 :] if own in ladder else ()
    return [*([own] if own != variant else []), *lower]
