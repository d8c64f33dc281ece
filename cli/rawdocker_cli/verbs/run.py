"""run: create, attach, wait, start; then the streams, and the exit code of what ran."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

from rawdocker.calls.container import (
    container_attach,
    container_delete,
    container_resize,
    container_start,
    container_wait,
)
from rawdocker.errors import EngineError, PinError, RawdockerError
from rawdocker_cli import session, signals, terminal
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import PROGRAM, Failure, Shell, spoken
from rawdocker_cli.verbs.create import create_container, request

_STREAMS = ("stdin", "stdout", "stderr")

_CODES = {
    "executable file not found": 127,
    "no such file or directory": 127,
    "system cannot find the file specified": 127,
    "permission denied": 126,
    "is a directory": 126,
}
"""What the engine says of a command that cannot be run, and the exit code a shell has for that."""


def run(shell: Shell, options: Options, words: list[str]) -> int:
    """Run a command in a new container; return its exit code."""
    draft = request(shell, options, words, "run")
    streams = _attached(options)
    if streams:
        session.refuse_missing_terminal(shell, tty=options.tty, stdin="stdin" in streams)
    try:
        id = create_container(shell, draft, options)
    except RawdockerError as error:
        raise _not_run(error) from error
    errands = signals.Errands()
    with (
        signals.forwarded(shell, errands, id) if options.sig_proxy else signals.counted(),
        _removed_unless_started(shell, id) if options.rm else nullcontext(),
    ):
        if not streams:
            return _run_detached(shell, options, id)
        return _run_attached(shell, options, id, streams, errands)


@contextmanager
def _removed_unless_started(shell: Shell, id: str) -> Iterator[None]:
    """Remove a container that was made when its start gets lost on the way: the engine itself removes what has run."""
    try:
        yield
    except (RawdockerError, Failure) as failure:
        error = failure.__cause__ if isinstance(failure, Failure) else failure
        if isinstance(error, RawdockerError) and not isinstance(error, EngineError):
            with suppress(RawdockerError):  # the engine refuses it where it runs
                shell.send(container_delete(id, v=True))
        raise


def _attached(options: Options) -> set[str]:
    """Return the streams to attach; with --detach there are none."""
    if options.detach:
        if options.attach:
            raise Failure("conflicting options: cannot specify both --attach and --detach")
        return set()
    return {*(options.attach or ("stdout", "stderr")), *(("stdin",) if options.interactive else ())}


def _run_detached(shell: Shell, options: Options, id: str) -> int:
    try:
        shell.print(id)
    finally:  # whether or not anybody reads that
        with _waited_for(shell, options, id) as waiting:
            _start(shell, options, id, waiting)
    return 0


def _run_attached(shell: Shell, options: Options, id: str, streams: set[str], errands: signals.Errands) -> int:
    keys = session.detach_keys(shell, options.detach_keys)
    wanted = {name: name in streams or None for name in _STREAMS}
    attach = session.written_out(container_attach(id, stream=True, **wanted, detachKeys=keys, tty=options.tty))
    try:
        with shell.hijack(attach) as connection, _waited_for(shell, options, id) as waiting:
            with session.stdin(shell, connection, "stdin" in streams, tty=options.tty, keys=keys):
                _start(shell, options, id, waiting)
                with session.window(shell, errands, partial(container_resize, id), tty=options.tty):
                    if streams == {"stdin"}:
                        return session.exit_status(shell, waiting)
                    cut = session.copy_attached(shell, connection)
            return session.exit_status(shell, waiting, cut)
    except terminal.Detached:
        return 0


@contextmanager
def _waited_for(shell: Shell, options: Options, id: str) -> Iterator[Iterator[Any]]:
    """Ask for the end of a container, whose answer can be read in the body."""
    with ExitStack() as stack:
        try:
            wait = container_wait(id, condition="removed" if options.rm else "next-exit")
            waiting = stack.enter_context(shell.stream(wait))
        except RawdockerError as error:
            raise _not_run(error) from error
        yield waiting


def _start(shell: Shell, options: Options, id: str, waiting: Iterator[Any]) -> None:
    try:
        shell.send(container_start(id))
    except RawdockerError as error:
        if options.rm and isinstance(error, EngineError):
            session.exit_status(shell, waiting)
        raise _not_run(error) from error


def _not_run(error: RawdockerError) -> Failure:
    """Return the failure for a container that could not be made or started."""
    message = spoken(error)
    told = "" if isinstance(error, PinError) else message  # a lock that is missing is no command that is missing
    code = next((code for words, code in _CODES.items() if words in told), session.NO_STATUS)
    return Failure(f"{PROGRAM}: {message}\n\nRun '{PROGRAM} run --help' for more information", code)
