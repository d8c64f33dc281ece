"""The terminal: its size, raw mode, the keys that leave it, and the thread that carries stdin to a container."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from rawdocker.errors import RawdockerError
from rawdocker_cli.shell import Failure

if TYPE_CHECKING:
    from rawdocker.connection import Connection

STDIN, STDOUT = 0, 1

PIECE = 1 << 16
"""Bytes of stdin that are read at once."""

DEFAULT_KEYS = b"\x10\x11"
"""ctrl-p, ctrl-q."""

_CONTROL = "@abcdefghijklmnopqrstuvwxyz[\\]^_"
"""What stands behind "ctrl-", in order of the bytes 0 to 31."""


class Detached(Failure):
    """The keys that leave a container running were typed."""

    def __init__(self) -> None:
        super().__init__("read escape sequence")


def is_terminal(descriptor: int) -> bool:
    """Say whether a descriptor of this process is a terminal."""
    return os.isatty(descriptor)


def window_size() -> tuple[int, int]:
    """Return rows and columns of the terminal that stdout is, zeros where it is none."""
    try:
        columns, rows = os.get_terminal_size(STDOUT)
    except OSError:
        return 0, 0
    return rows, columns


def refuse_missing_terminal(*, tty: bool, stdin: bool) -> None:
    """Refuse to attach something that is no terminal to the stdin of a container's terminal."""
    if tty and stdin and not is_terminal(STDIN):
        raise Failure("the input device is not a TTY")


def key_bytes(keys: str) -> bytes:
    """Return the bytes that keys such as ctrl-p,q send; raises ValueError for one that does not exist."""
    return bytes(map(_key_byte, keys.split(",")))


def _key_byte(key: str) -> int:
    encoded = key.encode("utf-8", "surrogateescape")
    if len(encoded) == 1:
        return encoded[0]
    if key == "DEL":
        return 127
    control, _, letter = key.partition("ctrl-")
    if control or len(letter) != 1 or letter not in _CONTROL:
        raise ValueError(f"Unknown character: '{key}'")
    return _CONTROL.index(letter)


class DetachKeys:
    """Finds the keys that detach among what is typed, and keeps them from the container."""

    def __init__(self, keys: str) -> None:
        self._keys = DEFAULT_KEYS
        if keys:
            with suppress(ValueError):  # the engine refuses such keys in its own words
                self._keys = key_bytes(keys)
        self._matched = 0

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """Return what of the next bytes goes to the container, and whether the keys are complete.

        A beginning of the keys is held back until it is clear that it is none.
        """
        if not self._matched and self._keys[0] not in data:
            return data, False
        sent = bytearray()
        for byte in data:
            if byte == self._keys[self._matched]:
                self._matched += 1
                if self._matched == len(self._keys):
                    return bytes(sent), True
            else:
                sent += self._keys[: self._matched]
                sent.append(byte)
                self._matched = 0
        return bytes(sent), False


@contextmanager
def carried_stdin(connection: Connection, *, tty: bool, keys: str) -> Iterator[None]:
    """Send stdin to a hijacked connection while the body runs; its end is the end of the process's stdin.

    With tty the terminal is raw meanwhile, and the detach keys raise Detached in the body.
    """
    with raw_mode() if tty else nullcontext(), _detaching() as detach:
        filtered = DetachKeys(keys).feed if tty else None
        # A daemon: read() of a stdin that never ends cannot be called off.
        threading.Thread(target=_carry, args=(connection, filtered, detach), daemon=True).start()
        yield


def _carry(
    connection: Connection, filtered: Callable[[bytes], tuple[bytes, bool]] | None, detach: Callable[[], None]
) -> None:
    try:
        if filtered is None:
            connection.sendfile(STDIN)
        while data := _read():
            typed = False
            if filtered is not None:
                data, typed = filtered(data)
            if data:
                connection.write(data)
            if typed:
                return detach()
        connection.close_write()
    except RawdockerError:
        pass  # the process reads no more; what it has to say comes the other way
    return None


def _read() -> bytes:
    try:
        return os.read(STDIN, PIECE)
    except OSError:  # a terminal that was hung up
        return b""


@contextmanager
def _detaching() -> Iterator[Callable[[], None]]:
    """Give what raises Detached in the main thread, wherever that waits, when another thread calls it."""
    main = threading.main_thread().ident
    assert main is not None, "the main thread runs"

    def leave(number: int, frame: Any) -> NoReturn:
        raise Detached

    # SIGURG, because docker forwards every other signal; outside of this block it is ignored.
    previous = signal.signal(signal.SIGURG, leave)
    try:
        yield lambda: signal.pthread_kill(main, signal.SIGURG)
    finally:
        signal.signal(signal.SIGURG, previous)


@contextmanager
def raw_mode() -> Iterator[None]:
    """Hand each key to the container as it is typed; the terminal is as before however the body is left."""
    if not is_terminal(STDIN) or os.environ.get("NORAW"):
        yield
        return
    import termios
    import tty

    with _as_before():
        tty.setraw(STDIN, termios.TCSANOW)
        yield


@contextmanager
def unseen() -> Iterator[None]:
    """Let the terminal not show what is typed; it is as before however the body is left."""
    import termios

    with _as_before() as settings:
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(STDIN, termios.TCSANOW, settings)
        yield


@contextmanager
def _as_before() -> Iterator[list[Any]]:
    """Give the settings of the terminal, and restore them in the end, also where a signal ends the process."""
    import termios

    before = termios.tcgetattr(STDIN)

    def restore() -> None:
        with suppress(termios.error):  # a terminal that was hung up
            termios.tcsetattr(STDIN, termios.TCSANOW, before)

    with _restoring_before_death(restore):
        try:
            yield list(before)
        finally:
            restore()


@contextmanager
def _restoring_before_death(restore: Callable[[], None]) -> Iterator[None]:
    """Run `restore` before a signal ends the process, where nobody else handles it."""

    def die(number: int, frame: Any) -> None:
        restore()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    fatal = [number for number in (signal.SIGHUP, signal.SIGQUIT) if signal.getsignal(number) is signal.SIG_DFL]
    for number in fatal:
        signal.signal(number, die)
    try:
        yield
    finally:
        for number in fatal:
            signal.signal(number, signal.SIG_DFL)
