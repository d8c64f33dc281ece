"""completion: what a shell needs to complete our commands."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import PROGRAM, Shell

SHELLS = ("bash", "zsh", "fish", "powershell")


def completion(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the completion script of a shell."""
    if words[0] not in SHELLS:
        shell.fail(f"{PROGRAM}: no completion for {words[0]!r}; there is: {', '.join(SHELLS)}")
    from rawdocker_cli.typer_app import script

    shell.print(script(words[0]))
