"""Signals: those that are passed on to a container, and the change of the window's size."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from time import sleep
from typing import Any

from rawdocker.call import Call
from rawdocker.calls.container import container_kill
from rawdocker.errors import RawdockerError
from rawdocker_cli import terminal
from rawdocker_cli.shell import Failure, Shell

Job = Callable[[], object]

_OURS = {
    signal.SIGCHLD, signal.SIGPIPE, signal.SIGURG,  # docker keeps these as well
    signal.SIGILL, signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV,  # a handler in Python would run for ever
    signal.SIGKILL, signal.SIGSTOP,  # nobody can catch these
}  # fmt: skip

ENOUGH = 3
"""So many SIGINT and SIGTERM end the command, whatever the container does with them."""

RESIZES = 10
"""How often the first resize is tried again: the engine refuses it until the process runs."""


class Errands:
    """A thread that makes the calls which signals ask for.

    A handler runs wherever the main thread happens to be, in the middle of a call of its own for instance,
    so it must not call the engine itself.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def add(self, job: Job) -> None:
        """Have something done soon, after what was added before."""
        self._jobs.put(job)

    def finish(self) -> None:
        """Give what was added a second to be done."""
        done = threading.Event()
        self.add(done.set)
        done.wait(1)

    def _run(self) -> None:
        while True:
            with suppress(RawdockerError):  # a container that is gone needs no signal
                self._jobs.get()()


@contextmanager
def handled(number: int, handler: Callable[[int], object]) -> Iterator[None]:
    """Handle a signal in a block."""
    previous = signal.signal(number, lambda number, frame: handler(number))
    try:
        yield
    finally:
        signal.signal(number, previous)


@contextmanager
def counted() -> Iterator[None]:
    """Let SIGINT and SIGTERM do nothing in a block, but the third ends it: a way out of a container that hangs."""
    with _handlers(lambda number: None, (signal.SIGINT, signal.SIGTERM)):
        yield


@contextmanager
def forwarded(shell: Shell, errands: Errands, id: str) -> Iterator[None]:
    """Pass the signals that this process gets in a block on to a container."""

    def forward(number: int) -> None:
        call = container_kill(id, signal=name_of(number))
        errands.add(lambda: shell.send(call))

    with _handlers(forward, sorted(signal.valid_signals() - _OURS)):
        try:
            yield
        except BrokenPipeError:
            # who takes all signals does not die of a closed pipe either
            raise Failure("write /dev/stdout: broken pipe") from None
        except Failure:
            errands.finish()  # the signal that was one too many is for the container as well
            raise


@contextmanager
def _handlers(handler: Callable[[int], object], numbers: Any) -> Iterator[None]:
    count = 0

    def counting(number: int) -> None:
        nonlocal count
        handler(number)
        count += number in (signal.SIGINT, signal.SIGTERM)
        if count == ENOUGH:
            raise Failure(f"\ngot {ENOUGH} SIGTERM/SIGINTs, forcefully exiting")

    with ExitStack() as stack:
        for number in numbers:
            stack.enter_context(handled(number, counting))
        yield


def name_of(number: int) -> str:
    """Return a signal's name as the engine knows it: INT, RTMIN+3."""
    if signal.SIGRTMIN < number < signal.SIGRTMAX:
        above, below = number - signal.SIGRTMIN, signal.SIGRTMAX - number
        return f"RTMIN+{above}" if above <= below else f"RTMAX-{below}"
    return signal.Signals(number).name.removeprefix("SIG")


@contextmanager
def window_followed(shell: Shell, errands: Errands, resize: Callable[..., Call[None]]) -> Iterator[None]:
    """Give a container's terminal the size of ours, now and whenever that changes in the block.

    resize: makes the call from h, the rows, and w, the columns.
    """

    def fit() -> None:
        rows, columns = terminal.window_size()
        if rows or columns:
            shell.send(resize(h=rows, w=columns))

    def fit_at_first() -> None:
        for attempt in range(RESIZES + 1):
            try:
                return fit()
            except RawdockerError:
                sleep((attempt + 1) / 100)
        return shell.warn("failed to resize tty, using default size")

    outer = signal.getsignal(signal.SIGWINCH)

    def changed(number: int) -> None:
        errands.add(fit)
        if callable(outer):  # it is forwarded as well
            outer(number, None)

    with handled(signal.SIGWINCH, changed):
        errands.add(fit_at_first)
        yield
