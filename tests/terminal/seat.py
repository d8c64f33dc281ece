"""A person's seat: a terminal that shows what comes, a keyboard, and one of the two programs under the name docker."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pexpect
import pyte
from parity.case import filled
from parity.sides import KINDS, Side
from terminal.scenario import Beside, Hangup, Keys, Look, Outside, Resize, Scenario, See, Signal, Step, There

SECONDS = 60
"""How long anything is waited for. The machine may be busy."""
QUIET = 0.7
"""A screen on which nothing has happened for so long shows all there is to see."""

Screen = tuple[str, ...]


class Seen(NamedTuple):
    """What a scenario came to."""

    screens: list[Screen]
    """Those that were looked at, then the last one of each client."""
    code: int
    terminal: list[Any]
    """The settings of the terminal afterwards."""
    after: str


class Late(Exception):
    """What was waited for has not come."""


class Client:
    """A program on a terminal."""

    def __init__(self, line: str, size: tuple[int, int], folder: str, environment: dict[str, str]) -> None:
        self._screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.ByteStream(self._screen)
        self.process = pexpect.spawn(
            "bash",
            ["-c", line],
            dimensions=size,
            cwd=folder,
            env=environment,
            timeout=SECONDS,  # type: ignore[arg-type]
        )
        self.process.delaybeforesend = None
        self.process.logfile_read = self

    def write(self, data: bytes) -> None:
        """Show what has come, with docker's name in the place of ours: a longer one would break lines elsewhere."""
        self._stream.feed(data.replace(b"rawdocker", b"docker"))

    def flush(self) -> None:
        """Do nothing: what is shown is shown."""

    def screen(self) -> Screen:
        """Return the lines of the screen, with their colours where they have some, and where the cursor stands."""
        rows = (self._screen.buffer[row] for row in range(self._screen.lines))
        coloured = (
            {(cell.fg, cell.bg, cell.bold, cell.reverse) for cell in row.values() if cell.data != " "} for row in rows
        )
        lines = [
            line.rstrip() + (f"   {sorted(colours)}" if colours - {("default", "default", False, False)} else "")
            for line, colours in zip(self._screen.display, coloured, strict=True)
        ]
        return (*lines, f"cursor {self._screen.cursor.y} {self._screen.cursor.x}")

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size."""
        self._screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def see(self, pattern: str) -> None:
        """Wait for something."""
        try:
            self.process.expect(pattern)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            text = "\n".join(filter(None, self.screen()))
            raise Late(f"waited for {pattern!r} ({type(error).__name__}), and saw:\n{text}") from None

    def look(self, expected: Screen | None) -> Screen:
        """Return the screen once it is the one expected, or nothing more comes."""
        end, quiet_since = time.monotonic() + SECONDS / 4, time.monotonic()
        while time.monotonic() < end and self.screen() != expected:
            if self._took():
                quiet_since = time.monotonic()
            elif expected is None and time.monotonic() - quiet_since > QUIET:
                break
        return self.screen()

    def _took(self) -> bool:
        """Take in what has come, as if it had been waited for."""
        before = self.process.buffer
        self.process.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.1)
        return bool(self.process.before != before)

    def ended(self) -> tuple[int, list[Any]]:
        """Wait for the end; return the exit code as a shell sees it, and the settings of the terminal."""
        settings: list[Any] = []
        if self.process.child_fd >= 0:
            self.see(pexpect.EOF)  # type: ignore[arg-type]
            settings = termios.tcgetattr(self.process.child_fd)
        end = time.monotonic() + SECONDS
        while self.process.isalive():
            if time.monotonic() > end:
                raise Late("it does not end")
            time.sleep(0.02)
        code = self.process.exitstatus
        return (128 + self.process.signalstatus if code is None else code), settings

    def hang_up(self) -> None:
        """Close the terminal, and nothing else: pexpect's own close() would also send signals."""
        self.process.ptyproc.fileobj.close()
        self.process.closed = self.process.ptyproc.closed = True
        self.process.child_fd = self.process.ptyproc.fd = -1

    def kill(self) -> None:
        """Leave nothing behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.child_fd >= 0:
            self.process.close(force=True)


class Seat(Side):
    """One of the two programs, at which scenarios are played."""

    def play(self, scenario: Scenario, token: str, expected: list[Screen] | None) -> Seen:
        """Prepare, do what a person does, look, remove. Both sides get the same names, one after the other."""
        values = self._values(token)
        tmp = Path(values["tmp"])
        kinds = [kind for kind, mark in KINDS.items() if re.search(mark, f"{scenario.line} {scenario.setup}")]
        tmp.mkdir()
        (tmp / "bin").mkdir()
        (tmp / "bin" / "docker").symlink_to(self.program)
        for name, content in scenario.files.items():
            (tmp / name).write_text(content)
        clients: list[Client] = []
        try:
            values["start"] = f"{time.time():.9f}"
            for line in scenario.setup:
                self._prepare(line, values)
            environment = self._environment(f"unix://{self.engine.socket}") | {"DOCKER_CONFIG": str(tmp)}
            environment |= {"PATH": f"{tmp}/bin:{environment['PATH']}", "LC_ALL": "C.UTF-8"}
            return self._played(scenario, values, environment, clients, expected)
        finally:
            for client in clients:
                client.kill()
            self.engine.remove_all(token, kinds)
            shutil.rmtree(tmp)

    def _played(
        self, scenario: Scenario, values: dict[str, str], environment: dict[str, str],
        clients: list[Client], expected: list[Screen] | None,
    ) -> Seen:  # fmt: skip
        screens: list[Screen] = []

        def begin(line: str) -> None:
            clients.append(Client(filled(line, values), scenario.size, values["tmp"], environment))

        def take(step: Step, client: Client) -> None:
            match step:
                case See(pattern):
                    client.see(pattern)
                case Keys(text):
                    client.process.send(filled(text, values) if isinstance(text, str) else text)
                case Resize(rows, columns):
                    client.resize(rows, columns)
                case Signal(name):
                    os.kill(client.process.pid, signal.Signals[f"SIG{name}"])
                case Hangup():
                    client.hang_up()
                case Outside(command):
                    self._prepare(command, values)
                case Look():
                    screens.append(client.look(expected[len(screens)] if expected else None))
                case Beside(line):
                    begin(line)
                case There(there):
                    take(there, clients[1])

        begin(scenario.line)
        for step in scenario.steps:
            take(step, clients[0])
        ends = [client.ended() for client in clients]
        screens += [client.screen() for client in clients]
        after = "".join(self._look(line, values) for line in scenario.after)
        return Seen(screens, ends[0][0], ends[0][1], after)


def pristine() -> list[Any]:
    """Return the settings of a terminal that nobody has used."""
    ours, theirs = pty.openpty()
    try:
        return termios.tcgetattr(theirs)
    finally:
        os.close(ours)
        os.close(theirs)
