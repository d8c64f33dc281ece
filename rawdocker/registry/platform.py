"""Platforms as --platform takes them: os, arch, os/arch, os/arch/variant. Standard library only."""

from __future__ import annotations

import os
import re
import sys

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
