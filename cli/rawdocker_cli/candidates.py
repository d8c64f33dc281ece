"""What can stand at a place of a command line, for completion: values of flags, and names that the engine knows.

A slow or missing engine never keeps a prompt waiting: what has not come in PATIENCE seconds is not offered.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from rawdocker.errors import RawdockerError
from rawdocker_cli.flags.flag import Verb
from rawdocker_cli.flags.ours import FORMS
from rawdocker_cli.shell import MISREAD, Failure, Shell

PATIENCE = 1.0

_FORMATS = ("json", "table")
_SIGNALS = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM", "SIGSTOP", "SIGCONT", "SIGWINCH")
_PLATFORMS = (
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/386",
    "linux/ppc64le",
    "linux/riscv64",
    "linux/s390x",
)
_SHARED = ("host", "container:{container}")

VALUES: dict[str, tuple[str, ...]] = {
    "as": FORMS,
    "attach": ("stdin", "stdout", "stderr"),
    "cgroupns": ("host", "private"),
    "context": ("{context}",),
    "format": _FORMATS,
    "ipc": (*_SHARED, "none", "private", "shareable"),
    "isolation": ("default", "hyperv", "process"),
    "link": ("{container}",),
    "log-driver": ("json-file", "local", "journald", "syslog", "fluentd", "gelf", "none"),
    "log-level": ("debug", "info", "warn", "error", "fatal"),
    "net": ("{network}", "container:{container}"),
    "network": ("{network}", "container:{container}"),
    "pid": _SHARED,
    "platform": _PLATFORMS,
    "pull": ("always", "missing", "never"),
    "restart": ("no", "always", "on-failure", "unless-stopped"),
    "scope": ("global", "local", "swarm"),
    "signal": _SIGNALS,
    "stop-signal": _SIGNALS,
    "type": ("container", "image", "network", "volume", "service", "task", "node", "plugin", "secret", "config"),
    "userns": ("host",),
    "uts": ("host",),
    "volume": ("{volume}",),
    "volumes-from": ("{container}",),
}
"""The values of flags; names in braces stand for what the engine, or docker's configuration, knows."""

WORDS: dict[str, tuple[str, ...]] = {
    "CONTAINER": ("{container}",),
    "CONTAINER:SRC_PATH": ("{container}:",),
    "DEST_PATH|-": ("{container}:",),
    "IMAGE": ("{image}",),
    "NAME[:TAG|@DIGEST]": ("{image}",),
    "NAME|ID": ("{container}", "{image}", "{network}", "{volume}"),
    "NETWORK": ("{network}",),
    "REPOSITORY[:TAG]": ("{image}",),
    "SOURCE_IMAGE[:TAG]": ("{image}",),
    "VOLUME": ("{volume}",),
    "bash|zsh|fish|powershell": ("bash", "zsh", "fish", "powershell"),
}
"""What stands for a word of a usage line."""

_NEW = {("network create", "NETWORK"), ("volume create", "VOLUME")}
"""Words that are names of what does not exist yet."""


def values(shell: Shell, flag: str, beginning: str) -> list[str]:
    """Return the values a flag can have that begin so."""
    return _filled(shell, VALUES.get(flag, ()), beginning)


def words(shell: Shell, verb: Verb, before: int, beginning: str) -> list[str]:
    """Return what can stand behind a verb, after so many words."""
    usage = verb.usage.splitlines()[0].removeprefix("[OPTIONS]").split()
    if not usage or (before >= len(usage) and not usage[-1].endswith("...]")):
        return []
    word = _bare(usage[min(before, len(usage) - 1)])
    return _filled(shell, WORDS.get(word, ()) if (verb.name, word) not in _NEW else (), beginning)


def _bare(word: str) -> str:
    """Return a word of a usage line without the marks of what may be missing or repeated."""
    inner = re.fullmatch(r"\[(.*?)(\.\.\.)?\]", word)
    return inner[1] if inner and not word.startswith("[:") else word


def _filled(shell: Shell, patterns: Iterable[str], beginning: str) -> list[str]:
    """Put names in the place of braces; ask only for what can begin so."""
    found: list[str] = []
    for pattern in patterns:
        before, brace, rest = pattern.partition("{")
        kind, _, behind = rest.partition("}")
        if not brace:
            found.append(pattern)
        elif before.startswith(beginning) or beginning.startswith(before):
            found += [f"{before}{name}{behind}" for name in _in_time(shell, NAMES[kind])]
    return [candidate for candidate in dict.fromkeys(found) if candidate.startswith(beginning)]


def _in_time(shell: Shell, ask: Callable[[Shell], Iterable[str]]) -> list[str]:
    """Return what comes of a question before the person at the prompt notices that it was asked."""
    names: list[str] = []

    def run() -> None:
        with suppress(RawdockerError, Failure, OSError, *MISREAD):
            names.extend(sorted(ask(shell)))

    asking = threading.Thread(target=run, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    return list(names)


def _containers(shell: Shell) -> Iterable[str]:
    from rawdocker.calls.container import container_list

    return (name.removeprefix("/") for box in shell.send(container_list(all=True)) for name in box["Names"] or ())


def _images(shell: Shell) -> Iterable[str]:
    from rawdocker.calls.image import image_list

    return (tag for image in shell.send(image_list()) for tag in image["RepoTags"] or () if tag != "<none>:<none>")


def _networks(shell: Shell) -> Iterable[str]:
    from rawdocker.calls.network import network_list

    return (network["Name"] for network in shell.send(network_list()))


def _volumes(shell: Shell) -> Iterable[str]:
    from rawdocker.calls.volume import volume_list

    return (volume["Name"] for volume in shell.send(volume_list())["Volumes"] or ())


def _contexts(shell: Shell) -> Iterable[str]:
    return shell.contexts()


NAMES: dict[str, Callable[[Shell], Iterable[Any]]] = {
    "container": _containers,
    "image": _images,
    "network": _networks,
    "volume": _volumes,
    "context": _contexts,
}
"""What knows the names of a kind."""
