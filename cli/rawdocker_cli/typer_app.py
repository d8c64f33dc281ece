"""The tables as a Typer application: shell completion, and a tree that other Typer programs can look into or call.

This is the only module that knows Typer, and it is loaded for completion alone: its import costs more than a whole
`ps` has (docs/design.md has the numbers). Parsing stays with pflag.py, because docker's syntax is not click's.
What it uses of Typer beyond its documented names (the completion of a tree that no functions declare) stands here
and nowhere else; a test names the version this was written for.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from rawdocker_cli import callers
from rawdocker_cli.flags import index
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.shell import PROGRAM

TAKE_CALLS = ("api", "explain")
"""The verbs whose words are a method and a path of the API."""


class VerbCommand(TyperCommand):
    """One verb. Its words are taken as they are and handed to the command line's own parser."""

    def __init__(self, verb: Verb, name: str) -> None:
        super().__init__(
            name,
            help=verb.summary,
            params=[
                *(_option(flag) for flag in (*verb.flags, *OURS) if not flag.hidden),
                *([_words_of_calls()] if verb.name in TAKE_CALLS else []),
            ],
            context_settings={"allow_interspersed_args": verb.interspersed, "ignore_unknown_options": True},
            rich_markup_mode=None,
        )
        self.verb = verb

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words; completion, which wants to know what was typed, has them parsed by Typer."""
        if ctx.resilient_parsing:
            super().parse_args(ctx, args)
        else:
            ctx.args = list(args)
        return args

    def invoke(self, ctx: Any) -> None:
        """Run the verb; its exit code becomes the application's."""
        from rawdocker_cli.main import run

        code = run([*self.verb.name.split(), *ctx.args])
        if code:
            raise typer.Exit(code)


class Noun(TyperGroup):
    """A group of verbs, looked up in the index one by one: `container`, or all of them."""

    def __init__(self, name: str, group: str, summary: str) -> None:
        super().__init__(name=name, help=summary, rich_markup_mode=None)
        self.group = group

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names behind this noun."""
        names = {name.removeprefix(self.group) for name in index.MODULES if name.startswith(self.group)}
        first = {name.split()[0] for name in names} if not self.group else {name for name in names if " " not in name}
        return sorted(first)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one of them; only its table is loaded."""
        if not self.group and cmd_name in index.GROUPS:
            return Noun(cmd_name, f"{cmd_name} ", index.GROUPS[cmd_name])
        verb = index.find(self.group + cmd_name)
        return None if verb is None else VerbCommand(verb, cmd_name)


def _option(flag: Flag) -> TyperOption:
    names = [f"--{flag.name}", *([f"-{flag.short}"] if flag.short else [])]
    is_flag = bool(flag.kind.bare)
    return TyperOption(param_decls=names, help=flag.help, is_flag=is_flag, multiple=flag.kind.repeated and not is_flag)


def _words_of_calls() -> TyperArgument:
    def completed(context: Any, parameter: Any, incomplete: str) -> list[str]:
        return callers.completed(context.params.get("words") or (), incomplete)

    return TyperArgument(param_decls=["words"], nargs=-1, required=False, shell_complete=completed)


app = Noun(PROGRAM, "", "A client that shows the Docker Engine API behind each command")
"""The whole command line."""


def complete() -> None:
    """Answer a shell that asks for completions, as the script of `completion` makes it ask."""
    from typer._completion_classes import completion_init

    completion_init()
    app.main(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE)


COMPLETE_VARIABLE = "_RAWDOCKER_COMPLETE"


def script(shell: str) -> str:
    """Return what a shell (bash, zsh, fish, powershell) has to read to complete our commands."""
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE, shell=shell)
