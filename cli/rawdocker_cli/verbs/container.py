"""What a container goes through once it exists."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rawdocker.call import Call
from rawdocker.calls.container import (
    container_changes,
    container_delete,
    container_inspect,
    container_kill,
    container_pause,
    container_prune,
    container_rename,
    container_restart,
    container_stop,
    container_top,
    container_unpause,
    container_update,
    container_wait,
)
from rawdocker.errors import NotFoundError, RawdockerError
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.order import natural
from rawdocker_cli.shell import Failure, Shell, spoken
from rawdocker_cli.verbs.each import Act, at_once, in_turn, trimmed

CHANGES = {0: "C", 1: "A", 2: "D"}
"""The letter that diff shows for a kind of change."""


def _sending(shell: Shell, make: Callable[..., Call[Any]], **query: Any) -> Act:
    return lambda name: shell.send(make(trimmed("container", name), **query))


def stop(shell: Shell, options: Options, words: list[str]) -> None:
    """Stop containers, all at once."""
    at_once(shell, words, _sending(shell, container_stop, **_how_to_stop(shell, options)))


def restart(shell: Shell, options: Options, words: list[str]) -> None:
    """Restart containers, one after the other as docker does."""
    in_turn(shell, words, _sending(shell, container_restart, **_how_to_stop(shell, options)))


def _how_to_stop(shell: Shell, options: Options) -> dict[str, Any]:
    if options.typed("time"):
        shell.print("Flag --time has been deprecated, use --timeout instead")
        if options.typed("timeout"):
            shell.fail("conflicting options: cannot specify both --timeout and --time")
    query = options.draft().query
    if options.signal and _stops_by_signal(shell):
        query["signal"] = options.signal
    return query


def _stops_by_signal(shell: Shell) -> bool:
    from rawdocker.version import at_least

    return at_least(shell.docker.negotiate(), "1.42")


def kill(shell: Shell, options: Options, words: list[str]) -> None:
    """Send containers a signal, all at once."""
    at_once(shell, words, _sending(shell, container_kill, signal=options.signal or None))


def pause(shell: Shell, options: Options, words: list[str]) -> None:
    """Freeze containers, all at once."""
    at_once(shell, words, _sending(shell, container_pause))


def unpause(shell: Shell, options: Options, words: list[str]) -> None:
    """Let frozen containers go on, all at once."""
    at_once(shell, words, _sending(shell, container_unpause))


def rm(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove containers, all at once; with --force a missing one is no failure."""
    query = options.draft().query

    def remove(name: str) -> None:
        name = name.strip("/")
        if not name:
            raise Failure("container name cannot be empty")
        shell.send(container_delete(trimmed("container", name), **query))

    at_once(shell, words, remove, lambda error: options.force and isinstance(error, NotFoundError))


def wait(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the exit code of each container when it has stopped."""
    errors = []
    for name in words:
        try:
            shell.print(str(shell.send(container_wait(trimmed("container", name)))["StatusCode"]))
        except (RawdockerError, Failure) as error:
            errors.append(spoken(error))
    if errors:
        shell.fail("\n".join(errors))


def rename(shell: Shell, options: Options, words: list[str]) -> None:
    """Give a container another name."""
    old, new = (word.strip() for word in words)
    if not old or not new:
        shell.fail("Error: Neither old nor new names may be empty")
    try:
        shell.send(container_rename(old, name=new))
    except RawdockerError as error:
        shell.fail(f"{spoken(error)}\nError: failed to rename container named {old}")


def update(shell: Shell, options: Options, words: list[str]) -> None:
    """Change the limits of containers, one after the other."""
    if not options.values:
        shell.fail("you must provide one or more flags when using this command")
    body = options.draft().body
    warnings: list[str] = []

    def change(name: str) -> None:
        warnings.extend(shell.send(container_update(trimmed("container", name), body)).get("Warnings") or ())

    try:
        in_turn(shell, words, change)
    finally:
        for warning in warnings:
            shell.print(warning)


def restart_policy(text: str) -> dict[str, Any]:
    """Return what --restart says as the API has it: name, or name:count."""
    name, colon, count = text.partition(":")
    if colon and not name:
        raise Failure("invalid restart policy format: no policy provided before colon")
    if not count:
        return {"Name": name}
    if not re.fullmatch("[+-]?[0-9]+", count):
        raise Failure("invalid restart policy format: maximum retry count must be an integer")
    return {"Name": name, "MaximumRetryCount": int(count)}


def top(shell: Shell, options: Options, words: list[str]) -> None:
    """List the processes of a container, with the options of ps behind its name."""
    from rawdocker_cli.tabwriter import render

    name, *ps_options = words
    found = shell.send(container_top(trimmed("container", name), ps_args=" ".join(ps_options) if ps_options else None))
    rows = [found.get("Titles") or [], *(found.get("Processes") or [])]
    shell.write(render(("\t".join(row) for row in rows), min_width=20))


def port(shell: Shell, options: Options, words: list[str]) -> None:
    """List where a container's ports are published, all or those of one port."""
    name, *wanted = words
    ports = shell.send(container_inspect(trimmed("container", name)))["NetworkSettings"]["Ports"] or {}
    if wanted and wanted[0]:
        lines = _published(ports, wanted[0], name)
    else:
        lines = [f"{port} -> {_address(place)}" for port, places in ports.items() for place in places or ()]
    for line in sorted(lines, key=natural):
        shell.print(line)


def _published(ports: dict[str, Any], wanted: str, name: str) -> list[str]:
    number, _, protocol = wanted.partition("/")
    if not (number.isascii() and number.isdecimal()):
        reason = "invalid syntax"
    elif int(number) > 65535:
        reason = "value out of range"
    else:
        places = ports.get(f"{number}/{protocol or 'tcp'}")
        if places:
            return [_address(place) for place in places]
        raise Failure(f"Error: No public port '{wanted}' published for {name}")
    from rawdocker_cli.units import quote

    raise Failure(f"Error: invalid port ({number}): strconv.ParseUint: parsing {quote(number)}: {reason}")


def _address(place: dict[str, str]) -> str:
    return join_host_port(place.get("HostIp") or "", place.get("HostPort") or "")


def join_host_port(host: str, port: str) -> str:
    """Return host:port, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def diff(shell: Shell, options: Options, words: list[str]) -> None:
    """List what a container has changed in its file system."""
    (name,) = words
    if not name:
        shell.fail("Container name cannot be empty")
    for change in shell.send(container_changes(trimmed("container", name))) or ():
        shell.print(f"{CHANGES.get(change['Kind'], '')} {change['Path']}")


def prune(shell: Shell, options: Options, words: list[str]) -> None:
    """Remove all containers that do not run, after asking."""
    from rawdocker_cli.prune import confirmed, prune_filters
    from rawdocker_cli.units import human_size

    question = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue?"
    if not options.force and not confirmed(shell, question):
        return
    report = shell.send(container_prune(filters=prune_filters(shell, options.filter)))
    deleted = report.get("ContainersDeleted") or []
    if deleted:
        shell.print("Deleted Containers:\n" + "".join(f"{id}\n" for id in deleted))
    shell.print(f"Total reclaimed space: {human_size(report['SpaceReclaimed'] if deleted else 0)}")
