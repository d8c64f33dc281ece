"""How the process of a container runs: its streams, its namespaces and rights, its health, its restarts."""

from __future__ import annotations

import re

from rawdocker_cli.flags.flag import Draft, Into, body, puts
from rawdocker_cli.flags.kinds import listed
from rawdocker_cli.flags.values import go
from rawdocker_cli.units import quote

STREAMS = {"stdin": "AttachStdin", "stdout": "AttachStdout", "stderr": "AttachStderr"}


def _stream(text: str) -> str:
    if text.lower() not in STREAMS:
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return text.lower()


ATTACH = listed(_stream)


@puts("AttachStdin", "AttachStdout", "AttachStderr")
def into_attach(draft: Draft, streams: list[str]) -> None:
    """Set AttachStdin, AttachStdout and AttachStderr for the streams named, and unset them for the others."""
    for stream, key in STREAMS.items():
        draft.body[key] = stream in streams


@puts("OpenStdin", "AttachStdin")
def into_interactive(draft: Draft, value: bool) -> None:
    """Set OpenStdin, and attach to stdin."""
    draft.body["OpenStdin"] = value
    if value:
        draft.body["AttachStdin"] = True


@puts("AttachStdin", "AttachStdout", "AttachStderr")
def into_detach(draft: Draft, value: bool) -> None:
    """Unset AttachStdin, AttachStdout and AttachStderr."""
    if value:
        into_attach(draft, [])


@puts("Entrypoint")
def into_entrypoint(draft: Draft, value: str) -> None:
    """Put the program alone into Entrypoint; an empty text takes the image's entrypoint away."""
    draft.body["Entrypoint"] = [value]


def _is_container(mode: str) -> bool:
    return mode.startswith("container:") and mode != "container:"


def into_namespace(path: str, refusal: str, *allowed: str, shared: bool = False) -> Into:
    """Return what puts a namespace's mode at a path: one of those allowed, or a container's where it can be shared."""
    put = body(path)

    @puts(path)
    def check_and_put(draft: Draft, mode: str) -> None:
        if mode and mode not in allowed and not (shared and _is_container(mode)):
            raise ValueError(refusal)
        put(draft, mode)

    return check_and_put


@puts("HostConfig.MemorySwappiness")
def into_swappiness(draft: Draft, value: int) -> None:
    """Put a percentage into HostConfig.MemorySwappiness; -1 is the engine's default."""
    if not -1 <= value <= 100:
        raise ValueError(f"invalid value: {value}. Valid memory swappiness range is 0-100")
    draft.put(("HostConfig", "MemorySwappiness"), value)


def into_capabilities(key: str) -> Into:
    """Return what puts capabilities with their full names, sorted, into HostConfig."""

    @puts(f"HostConfig.{key}")
    def put(draft: Draft, names: list[str]) -> None:
        draft.put(("HostConfig", key), sorted({_capability(name.upper()) for name in names}))

    return put


def _capability(name: str) -> str:
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


@puts("HostConfig.RestartPolicy")
def into_restart(draft: Draft, policy: str) -> None:
    """Put name[:retries] into HostConfig.RestartPolicy."""
    name, colon, retries = policy.partition(":")
    problem = "invalid restart policy format:"
    if colon and not name:
        raise ValueError(f"{problem} no policy provided before colon")
    if name:
        draft.put(("HostConfig", "RestartPolicy", "Name"), name)
    if retries:
        try:
            draft.put(("HostConfig", "RestartPolicy", "MaximumRetryCount"), go.integer(retries))
        except ValueError:
            raise ValueError(f"{problem} maximum retry count must be an integer") from None


@puts("HostConfig.SecurityOpt", "HostConfig.MaskedPaths", "HostConfig.ReadonlyPaths")
def into_security(draft: Draft, options: list[str]) -> None:
    """Put options into HostConfig.SecurityOpt; the engine gets the content of a seccomp file, not its path.

    systempaths=unconfined empties MaskedPaths and ReadonlyPaths instead: the engine has no such option.
    """
    checked = [_security_option(option) for option in options]
    sent = [option for option in checked if option != "systempaths=unconfined"]
    if sent:
        draft.put(("HostConfig", "SecurityOpt"), sent)
    if len(sent) < len(checked):
        draft.put(("HostConfig", "MaskedPaths"), [])
        draft.put(("HostConfig", "ReadonlyPaths"), [])


def _security_option(option: str) -> str:
    key, separator, value = option.partition("=")
    if not separator and key != "no-new-privileges":
        key, separator, value = option.partition(":")
    if not value and key != "no-new-privileges":
        raise ValueError(f"Invalid --security-opt: {quote(option)}")
    if key != "seccomp" or value in ("builtin", "unconfined"):
        return option
    return f"seccomp={_compact_json(value)}"


def _compact_json(path: str) -> str:
    """Return the JSON in a file without blanks, otherwise as it stands."""
    import json

    try:
        data = go.read_file(path)
    except ValueError as error:
        raise ValueError(f"opening seccomp profile ({path}) failed: {error}") from None
    try:
        text = data.decode("utf-8")
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"compacting json for seccomp profile ({path}) failed: {error}") from None
    return re.sub(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', lambda found: found[1] or "", text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@puts("Healthcheck.Test")
def into_health_command(draft: Draft, command: str) -> None:
    """Put a command for the container's shell into Healthcheck.Test."""
    if command:
        draft.put(("Healthcheck", "Test"), ["CMD-SHELL", command])


def into_health(key: str, flag: str) -> Into:
    """Return what puts a number into Healthcheck; zero is the engine's default and is not sent."""

    @puts(f"Healthcheck.{key}")
    def put(draft: Draft, value: int) -> None:
        if value < 0:
            raise ValueError(f"--{flag} cannot be negative")
        if value:
            draft.put(("Healthcheck", key), value)

    return put


@puts("Healthcheck.Test")
def into_no_healthcheck(draft: Draft, value: bool) -> None:
    """Make Healthcheck.Test NONE, which also hides the image's check."""
    if value:
        draft.put(("Healthcheck", "Test"), ["NONE"])
