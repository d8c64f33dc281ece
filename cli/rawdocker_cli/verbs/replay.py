"""replay: a stand-in for an engine, for as long as a command runs or until Ctrl-C."""

from __future__ import annotations

from time import gmtime, strftime

from rawdocker.har.reader import Recording, read
from rawdocker.replay import Replay
from rawdocker_cli.beside import beside, own_socket
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import PROGRAM, Shell
from rawdocker_cli.watch import BAD_FLAG


def replay(shell: Shell, options: Options, words: list[str]) -> int:
    """Answer from a recording while a command runs; return that command's exit code."""
    if shell.rehearsing:
        shell.fail(f"{PROGRAM}: replay sends nothing: there is no dry run of it", BAD_FLAG)
    name, *command = words
    recording = read(name)

    def refused(message: str) -> None:
        shell.warn(f"{PROGRAM} {message}")

    with (
        own_socket(options.listen) as path,
        Replay(recording, path, speed=options.speed, strict=options.strict, refused=refused) as engine,
    ):
        shell.warn(f"{PROGRAM} replay: {_described(recording)}; no engine is asked")
        code = beside(command, engine.host)
    if options.strict and engine.matcher.unasked:
        first = engine.matcher.unasked[0]
        count = len(engine.matcher.unasked)
        shell.warn(f"{PROGRAM} replay: {count} recorded were not asked for, the first {first.method} {first.target}")
    return code


def _described(recording: Recording) -> str:
    """Return what a recording is, in words."""
    count = len(recording.entries)
    when = f" of {strftime('%Y-%m-%d', gmtime(recording.entries[0].started))}" if count else ""
    return f"answers come from the recording {recording.path.name}{when} ({count} calls)"
