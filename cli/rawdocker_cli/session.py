"""What run, start, attach, exec and logs have in common: streams that are carried both ways, and how they end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from rawdocker.call import Call, Frame, StreamCall
from rawdocker.errors import CutStreamError, RawdockerError
from rawdocker_cli import signals, terminal
from rawdocker_cli.shell import Failure, Shell

if TYPE_CHECKING:
    from rawdocker.connection import Connection

C = TypeVar("C", bound=StreamCall[Frame])

NO_STATUS = 125
"""The exit code where the container's own is not to be had."""

NOT_WHOLE = 1
"""The exit code where output was cut, whatever the container's own."""

_DESCRIPTORS = {"stdin": 1, "stdout": 1, "stderr": 2}


def written_out(call: C) -> C:
    """Return a call whose output is for copy_output, which needs not know what the engine sent as one."""
    joined: C = call.replace(joined=True)
    return joined


def copy_output(frames: Iterator[Frame] | Connection) -> None:
    """Write what comes to stdout and stderr, each piece at once, until it ends."""
    for stream, data in frames:
        if stream == "systemerr":
            raise Failure(f"error from daemon in stream: {bytes(data).decode('utf-8', 'replace')}")
        _write(_DESCRIPTORS[stream], data)


def copy_attached(shell: Shell, connection: Connection) -> int:
    """Copy a container's output; return 0, or NOT_WHOLE where it was cut.

    A cut is no reason to leave: that the engine has gone is told by the answer that is waited for next.
    """
    try:
        copy_output(connection)
    except CutStreamError as error:
        shell.warn(str(error))
        return NOT_WHOLE
    return 0


def _write(descriptor: int, data: bytes) -> None:
    # Past Python's buffers: one copy less, and nothing is left in them when the reader goes away.
    written = os.write(descriptor, data)
    while written < len(data):
        data = data[written:]
        written = os.write(descriptor, data)


def detach_keys(shell: Shell, typed: str) -> str | None:
    """Return the keys that --detach-keys or docker's configuration name, None where neither does."""
    return typed or shell.config.get("detachKeys") or None


def refuse_missing_terminal(shell: Shell, *, tty: bool, stdin: bool) -> None:
    """Refuse to attach something that is no terminal to the stdin of a container's terminal."""
    if not shell.rehearsing:
        terminal.refuse_missing_terminal(tty=tty, stdin=stdin)


def stdin(
    shell: Shell, connection: Connection, wanted: bool, *, tty: bool, keys: str | None
) -> AbstractContextManager[None]:
    """Send our stdin to the container while the body runs, where that is wanted."""
    if not wanted or shell.rehearsing:
        return nullcontext()
    return terminal.carried_stdin(connection, tty=tty, keys=keys or "")


def window(
    shell: Shell, errands: signals.Errands, resize: Callable[..., Call[None]], *, tty: bool
) -> AbstractContextManager[None]:
    """Keep the container's terminal at the size of ours while the body runs, where both have one."""
    if tty and terminal.is_terminal(terminal.STDOUT):
        if shell.rehearsing:
            rows, columns = terminal.window_size()
            shell.send(resize(h=rows, w=columns))
            return nullcontext()
        return signals.window_followed(shell, errands, resize)
    return nullcontext()


def exit_status(shell: Shell, waiting: Iterator[Any], cut: int = 0, lost: int = NO_STATUS) -> int:
    """Return the exit code in the answer to container_wait when it comes.

    cut: what copy_attached has returned; the code of output that is not whole.
    lost: the code where there is no answer.
    """
    try:
        answer = next(waiting)
    except RawdockerError as error:
        shell.warn(f"error waiting for container: {reason(error)}")
        return lost
    if answer.get("Error"):
        shell.warn(f"Error waiting for container: {answer['Error'].get('Message')}")
        return NO_STATUS
    status: int = answer["StatusCode"]
    return cut or status


def reason(error: RawdockerError) -> str:
    """Return why an answer did not come, in docker's words where it has some."""
    return "unexpected EOF" if isinstance(error, CutStreamError) else str(error)
