"""A person's seat: a terminal that shows what comes, a keyboard, and one of the two programs under the name docker."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import termios
import time
from collections.abc import Callable
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


def _by_default() -> None:
    """Let keys and signals do what they do at a terminal, also where the tests run in the background."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


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
            preexec_fn=_by_default,
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
        """Return the screen once nothing more comes, and it is the one expected or that has been waited for."""
        end, changed, shown = time.monotonic() + SECONDS / 4, time.monotonic(), self.screen()
        while time.monotonic() < end:
            over = self.process.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.1)
            if shown != self.screen():
                changed, shown = time.monotonic(), self.screen()
            elif over or (time.monotonic() - changed > QUIET and expected in (None, shown)):
                break
        return shown

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
        """Prepare, do what a person does, look, remove. Both sides get the same names, one after the other.

        expected: the screens that are to come, None on docker's side.
        """
        values = self._values(token) | {"start": f"{time.time():.9f}"}
        tmp = Path(values["tmp"])
        (tmp / "bin").mkdir(parents=True)
        (tmp / "bin" / "docker").symlink_to(self.program)
        for name, content in scenario.files.items():
            (tmp / name).write_text(content)
        environment = self._environment(f"unix://{self.engine.socket}")
        environment |= {"DOCKER_CONFIG": str(tmp), "PATH": f"{tmp}/bin:{environment['PATH']}", "LC_ALL": "C.UTF-8"}
        person = Person(scenario, values, environment, expected or [], lambda line: self._prepare(line, values))
        try:
            for line in scenario.setup:
                self._prepare(line, values)
            code, terminal = person.acts()
            return Seen(person.screens, code, terminal, "".join(self._look(line, values) for line in scenario.after))
        finally:
            for client in person.clients:
                client.kill()
            kinds = [kind for kind, mark in KINDS.items() if re.search(mark, f"{scenario.line} {scenario.setup}")]
            self.engine.remove_all(token, kinds)
            shutil.rmtree(tmp)


class Person:
    """Takes the steps of a scenario."""

    def __init__(
        self,
        scenario: Scenario,
        values: dict[str, str],
        environment: dict[str, str],
        expected: list[Screen],
        outside: Callable[[str], None],
    ) -> None:
        self.scenario = scenario
        self.clients: list[Client] = []
        self.screens: list[Screen] = []
        """Those that were looked at."""
        self._values = values
        self._environment = environment
        self._expected = expected
        self._outside = outside

    def acts(self) -> tuple[int, list[Any]]:
        """Take all steps and wait for the end; return the first client's exit code and its terminal's settings."""
        self._begin(self.scenario.line)
        for step in self.scenario.steps:
            self._take(step, self.clients[0])
        ends = [client.ended() for client in self.clients]
        self.screens += [client.screen() for client in self.clients]
        return ends[0]

    def _begin(self, line: str) -> None:
        size, folder = self.scenario.size, self._values["tmp"]
        self.clients.append(Client(filled(line, self._values), size, folder, self._environment))

    def _take(self, step: Step, client: Client) -> None:
        match step:
            case See(pattern):
                client.see(pattern)
            case Keys(text):
                client.process.send(filled(text, self._values) if isinstance(text, str) else text)
            case Resize(rows, columns):
                client.resize(rows, columns)
            case Signal(name):
                os.kill(client.process.pid, signal.Signals[f"SIG{name}"])
            case Hangup():
                client.hang_up()
            case Outside(command):
                self._outside(command)
            case Look():
                self.screens.append(client.look(next(iter(self._expected[len(self.screens) :]), None)))
            case Beside(line):
                self._begin(line)
            case There(there):
                self._take(there, self.clients[1])


def pristine() -> list[Any]:
    """Return the settings of a terminal that nobody has used."""
    ours, theirs = pty.openpty()
    try:
        return termios.tcgetattr(theirs)
    finally:
        os.close(ours)
        os.close(theirs)
