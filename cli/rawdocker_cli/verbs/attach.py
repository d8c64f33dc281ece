"""attach, exec, start and logs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from functools import partial
from typing import Any

from rawdocker.call import Call, HijackCall
from rawdocker.calls.container import (
    container_attach,
    container_inspect,
    container_logs,
    container_resize,
    container_start,
    container_wait,
)
from rawdocker.calls.exec import container_exec, exec_inspect, exec_resize, exec_start
from rawdocker.calls.system import system_ping_head
from rawdocker.errors import RawdockerError, UnreachableError
from rawdocker.version import at_least
from rawdocker_cli import session, signals, terminal, units
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import Failure, Shell, spoken

LOST = 255
"""The exit code of exec where the engine has gone before it could tell the command's."""

NOT_ATTACHED = 1
"""The exit code of attach where the container's own is not to be had."""

_NOT_ATTACHABLE = (
    ("Running", False, "You cannot attach to a stopped container, start it first"),
    ("Paused", True, "You cannot attach to a paused container, unpause it first"),
    ("Restarting", True, "You cannot attach to a restarting container, wait until it is running"),
)


def attach(shell: Shell, options: Options, words: list[str]) -> int:
    """Attach to the streams of a running container; return its exit code."""
    name = words[0]
    with ExitStack() as stack:
        waiting = stack.enter_context(shell.stream(container_wait(name)))
        container = _attachable(shell, name)
        tty = container["Config"]["Tty"]
        session.refuse_missing_terminal(shell, tty=tty, stdin=not options.no_stdin)
        errands = signals.Errands()
        passed_on = options.sig_proxy and not tty
        stack.enter_context(signals.forwarded(shell, errands, name) if passed_on else signals.counted())
        stdin = not options.no_stdin and container["Config"]["OpenStdin"]
        keys = session.detach_keys(shell, options.detach_keys)
        connection = stack.enter_context(shell.hijack(_attach_call(name, stdin=stdin, keys=keys, tty=tty)))
        # It may have stopped in between, and then nothing would ever come.
        _attachable(shell, name)
        resize = partial(container_resize, name)
        if tty:
            _make_redraw(shell, errands, resize)
        with (
            session.stdin(shell, connection, stdin, tty=tty, keys=keys),
            session.window(shell, errands, resize, tty=tty),
        ):
            cut = session.copy_attached(shell, connection)
        return session.exit_status(shell, waiting, cut, lost=NOT_ATTACHED)


def _attachable(shell: Shell, name: str) -> Any:
    """Return what the engine knows of a container; refuse one that cannot be attached to."""
    container = shell.send(container_inspect(name))
    for state, value, message in _NOT_ATTACHABLE:
        if bool(container["State"].get(state)) is value:
            shell.fail(message)
    return container


def _attach_call(id: str, *, stdin: bool, keys: str | None, tty: bool) -> HijackCall:
    call = container_attach(id, stream=True, stdin=stdin or None, stdout=True, stderr=True, detachKeys=keys, tty=tty)
    return session.written_out(call)


def _make_redraw(shell: Shell, errands: signals.Errands, resize: Callable[..., Call[None]]) -> None:
    """Make what runs in a terminal draw itself again, by a size that is not the one it will have in a moment."""
    rows, columns = terminal.window_size()
    if rows or columns:
        errands.add(lambda: shell.send(resize(h=rows + 1, w=columns + 1)))


def exec_(shell: Shell, options: Options, words: list[str]) -> int:
    """Run another command in a running container; return its exit code."""
    name, *command = words
    try:
        body = options.draft().body | {"Cmd": command}
    except ValueError as error:
        shell.fail(str(error))
    keys = session.detach_keys(shell, options.detach_keys)
    if keys:
        body["DetachKeys"] = keys
    stdin = options.interactive and not options.detach
    # A container that is missing is told before a terminal that is; and nothing removes a process that was prepared.
    shell.send(container_inspect(name))
    session.refuse_missing_terminal(shell, tty=options.tty, stdin=stdin)
    start = {"Tty": True} | _console_size(shell) if options.tty else {}
    if options.detach:
        start["Detach"] = body["Detach"] = True
    else:
        body |= {"AttachStdout": True, "AttachStderr": True} | ({"AttachStdin": True} if stdin else {})
    id = shell.send(container_exec(name, body | start))["Id"]
    call = session.written_out(exec_start(id, start))
    if options.detach:
        shell.send(call)
        return 0
    cut = _converse(shell, call, id, stdin=stdin, keys=keys)
    return _exec_status(shell, id, cut)


def _console_size(shell: Shell) -> dict[str, Any]:
    size = terminal.window_size()
    return {"ConsoleSize": list(size)} if any(size) and at_least(shell.docker.negotiate(), "1.42") else {}


def _converse(shell: Shell, call: HijackCall, id: str, *, stdin: bool, keys: str | None) -> int:
    # unlike a container's, its terminal has no size of ours where stdin is none
    sized = call.tty and terminal.is_terminal(terminal.STDIN)
    with (
        shell.hijack(call) as connection,
        session.stdin(shell, connection, stdin, tty=call.tty, keys=keys),
        session.window(shell, signals.Errands(), partial(exec_resize, id), tty=sized),
    ):
        return session.copy_attached(shell, connection)


def _exec_status(shell: Shell, id: str, cut: int) -> int:
    try:
        status: int = shell.send(exec_inspect(id))["ExitCode"] or 0
    except UnreachableError as error:
        raise Failure(spoken(error), LOST) from error
    return cut or status


def start(shell: Shell, options: Options, words: list[str]) -> int | None:
    """Start containers; with --attach or --interactive one, whose exit code is returned."""
    _check_experimental(shell, options)
    if options.attach or options.interactive:
        if len(words) > 1:
            shell.fail("you cannot start and attach multiple containers at once")
        return _start_attached(shell, options, words[0])
    if options.checkpoint:
        if len(words) > 1:
            shell.fail("you cannot restore multiple containers at once")
        shell.send(_start_call(words[0], options))
        return None
    failed = []
    for name in words:
        try:
            shell.send(container_start(name))
            shell.print(name)
        except RawdockerError as error:
            shell.warn(spoken(error))
            failed.append(name)
    if failed:
        shell.fail(f"Error: failed to start containers: {', '.join(failed)}")
    return None


def _check_experimental(shell: Shell, options: Options) -> None:
    typed = [flag for flag in ("checkpoint", "checkpoint-dir") if options.typed(flag)]
    if typed and shell.send(system_ping_head()).get("docker-experimental") != "true":
        only = "is only supported on a Docker daemon with experimental features enabled"
        shell.fail("\n".join(f'"--{flag}" {only}' for flag in typed))


def _start_call(id: str, options: Options) -> Call[None]:
    query = {"checkpoint": options.checkpoint or None, "checkpoint-dir": options.checkpoint_dir or None}
    call: Call[None] = container_start(id).replace(query={name: text for name, text in query.items() if text})
    return call


def _start_attached(shell: Shell, options: Options, name: str) -> int:
    container = shell.send(container_inspect(name))
    id, tty, removed = container["Id"], container["Config"]["Tty"], container["HostConfig"]["AutoRemove"]
    stdin = options.interactive and container["Config"]["OpenStdin"]
    keys = session.detach_keys(shell, options.detach_keys)
    errands = signals.Errands()
    wait = container_wait(id, condition="removed" if removed else "next-exit")
    try:
        with (
            nullcontext() if tty else signals.forwarded(shell, errands, id),
            shell.hijack(_attach_call(id, stdin=stdin, keys=keys, tty=tty)) as connection,
            shell.stream(wait) as waiting,
        ):
            with session.stdin(shell, connection, stdin, tty=tty, keys=keys):
                try:
                    shell.send(_start_call(id, options))
                except RawdockerError:
                    if removed:
                        session.exit_status(shell, waiting)
                    raise
                with session.window(shell, errands, partial(container_resize, id), tty=tty):
                    cut = session.copy_attached(shell, connection)
            return session.exit_status(shell, waiting, cut)
    except terminal.Detached:
        return 0


def logs(shell: Shell, options: Options, words: list[str]) -> None:
    """Write what a container has written, each stream to ours."""
    since, until = (_instant(name, getattr(options, name)) for name in ("since", "until"))
    container = shell.send(container_inspect(words[0]))
    call = container_logs(
        container["Id"],
        stdout=True,
        stderr=True,
        follow=options.follow or None,
        timestamps=options.timestamps or None,
        since=since,
        until=until,
        tail=options.tail,
        details=options.details or None,
        tty=container["Config"]["Tty"],
    )
    with shell.stream(session.written_out(call)) as frames:
        session.copy_output(frames)


def _instant(flag: str, text: str) -> str | None:
    try:
        return units.timestamp(text) if text else None
    except units.UnitError as error:
        raise Failure(f'invalid value for "{flag}": {error}') from None
