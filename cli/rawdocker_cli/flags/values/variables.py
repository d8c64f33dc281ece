"""Environment, labels and other key=value flags, and the files they are read from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import IO

from rawdocker_cli.flags.flag import Draft, Kind, puts
from rawdocker_cli.flags.kinds import MAP, listed
from rawdocker_cli.flags.values import go

KERNEL_SYSCTLS = (
    "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
    "kernel.shmmni", "kernel.shm_rmid_forced",
)  # fmt: skip

LONGEST_LINE = 1 << 16
"""Bytes from which on docker refuses a line of a file."""


def _variable(text: str) -> str:
    """Return name=value; a name alone takes its value from the environment, or stays alone where that has none."""
    name, equals, _ = text.partition("=")
    if not name:
        raise ValueError(f"invalid environment variable: {text}")
    return f"{name}={os.environ[name]}" if not equals and name in os.environ else text


def _sysctl(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not (key in KERNEL_SYSCTLS or key.startswith(("net.", "fs.mqueue."))):
        raise ValueError(f"sysctl '{text}' is not allowed")
    return key, value


ENVIRONMENT = listed(_variable)
SYSCTL = Kind("map", _sysctl, [], repeated=True)


@puts("Labels")
def into_labels(draft: Draft, labels: list[tuple[str, str]]) -> None:
    """Add to Labels."""
    draft.at("Labels", default={}).update(labels)


@puts("Env")
def into_environment(draft: Draft, variables: list[str]) -> None:
    """Add variables to Env; of two with one name the last one holds."""
    last = {variable.partition("=")[0]: variable for variable in variables}
    draft.at("Env", default=[]).extend(last.values())


@puts("Env")
def into_environment_from_files(draft: Draft, paths: list[str]) -> None:
    """Add the variables in files to Env; a name alone takes its value from the environment, or is left out."""
    for path in paths:
        draft.at("Env", default=[]).extend(_lines(path, os.environ.get))


@puts("Labels")
def into_labels_from_files(draft: Draft, paths: list[str]) -> None:
    """Add the labels in files to Labels; a name alone is left out."""
    for path in paths:
        into_labels(draft, [MAP.parse(line) for line in _lines(path, lambda name: None)])


@puts("HostConfig.StorageOpt")
def into_storage(draft: Draft, options: list[str]) -> None:
    """Put key=value into HostConfig.StorageOpt."""
    if not all("=" in option for option in options):
        raise ValueError("invalid storage option")
    draft.put(("HostConfig", "StorageOpt"), dict(map(MAP.parse, options)))


def _lines(path: str, lookup: Callable[[str], str | None]) -> list[str]:
    """Return the name=value lines of a file; empty lines and those that begin with # are left out."""
    try:
        with open(path, "rb") as file:
            pairs = [_line(number, line, lookup) for number, line in enumerate(_scanned(file), 1)]
    except IsADirectoryError as error:
        raise ValueError(f"invalid env file ({path}): {go.spoken(error, path, 'read')}") from None
    except OSError as error:
        raise ValueError(go.spoken(error, path)) from None
    except ValueError as error:
        raise ValueError(f"invalid env file ({path}): {error}") from None
    return [pair for pair in pairs if pair is not None]


def _scanned(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file, one after the other, so that one without an end does not fill the memory."""
    while line := file.readline(LONGEST_LINE + 1):
        line = line.removesuffix(b"\n")
        if len(line) >= LONGEST_LINE:
            raise ValueError("bufio.Scanner: token too long")
        yield line.removesuffix(b"\r")


def _line(number: int, data: bytes, lookup: Callable[[str], str | None]) -> str | None:
    try:
        line = data.decode("utf-8-sig" if number == 1 else "utf-8").lstrip()
    except UnicodeDecodeError:
        shown = " ".join(map(str, data))
        raise ValueError(f"invalid utf8 bytes at line {number}: [{shown}]") from None
    if not line or line.startswith("#"):
        return None
    name, equals, _ = line.partition("=")
    if not name:
        raise ValueError(f"no variable name on line '{line}'")
    if " " in name or "\t" in name:
        raise ValueError(f"variable '{name}' contains whitespaces")
    if equals:
        return line
    value = lookup(name)
    return None if value is None else f"{name}={value}"
