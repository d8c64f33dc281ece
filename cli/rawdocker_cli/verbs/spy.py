"""spy: a proxy before the engine that shows and records what any client asks of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rawdocker_cli.beside import beside, own_socket
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.ours import trace_level
from rawdocker_cli.shell import PROGRAM, Shell, without_click
from rawdocker_cli.watch import BAD_FLAG

if TYPE_CHECKING:
    from rawdocker.spy import Spy


def spy(shell: Shell, options: Options, words: list[str]) -> int:
    """Run a command whose calls are watched, or wait for Ctrl-C while others use the socket."""
    if shell.rehearsing:
        shell.fail(f"{PROGRAM}: spy sends nothing of its own: there is no dry run of it", BAD_FLAG)
    with listening(shell, options.listen, _observers(shell, options)) as proxy:
        code = beside(words, proxy.host)
        proxy.settle()
    if proxy.fault:
        shell.warn(f"{PROGRAM}: not all that passed was shown or recorded: {proxy.fault}")
    if words and not proxy.connections:
        shell.warn(f"{PROGRAM}: nobody connected to {proxy.host}: does the command name an engine itself?")
    return code


def _observers(shell: Shell, options: Options) -> Sequence[Any]:
    if options.quiet or trace_level(shell.ours):
        return shell.observers
    from rawdocker_cli.trace import LINES, Trace
    from rawdocker_cli.watch import redactor_for

    return [*shell.observers, Trace(LINES, sys.stderr, redactor_for(shell.ours, sys.stderr))]


@contextmanager
def listening(shell: Shell, address: str, observers: Sequence[Any]) -> Iterator[Spy]:
    """Pass connections on to the engine while the body runs; address: a socket's path, with unix:// or without."""
    with without_click():
        from rawdocker.spy import Spy
        from rawdocker.spy.proxy import CONNECT_TIMEOUT
        from rawdocker.transport import dialled

    scheme, _, path = address.rpartition("://")
    if scheme not in ("", "unix"):
        shell.fail(f"{PROGRAM}: --listen: {address} is no unix socket, and a spy listens on nothing else", BAD_FLAG)
    endpoint = shell.endpoint()
    dialled(endpoint, CONNECT_TIMEOUT).close()  # an engine that is not there is told of at once
    with own_socket(path) as path, Spy(endpoint, path, observers) as proxy:
        yield proxy
