"""The tables as a Typer application: shell completion, and a tree that other Typer programs can look into or call.

This is the only module that knows Typer, and it is loaded for completion alone: its import costs more than a whole
`ps` has (docs/design.md has the numbers). Parsing stays with pflag.py, because docker's syntax is not click's.
What it uses of Typer beyond its documented names (the completion of a tree that no functions declare) stands here
and nowhere else; a test names the version this was written for.
"""

from __future__ import annotations

import os
from typing import Any

import typer
from typer._click.shell_completion import CompletionItem, add_completion_class, split_arg_string
from typer._completion_classes import BashComplete, FishComplete, ZshComplete, completion_init
from typer.core import TyperCommand, TyperGroup, TyperOption

from rawdocker_cli import callers, candidates
from rawdocker_cli.flags import index, pflag
from rawdocker_cli.flags.everywhere import GLOBALS
from rawdocker_cli.flags.flag import Flag, Options, Verb
from rawdocker_cli.flags.ours import OURS
from rawdocker_cli.main import run
from rawdocker_cli.shell import PROGRAM, Shell

TAKE_CALLS = ("api", "explain")
"""The verbs whose words are a method and a path of the API."""


class VerbCommand(TyperCommand):
    """One verb. Its words are taken as they are and handed to the command line's own parser."""

    def __init__(self, verb: Verb, name: str) -> None:
        super().__init__(
            name,
            help=verb.summary,
            params=[_option(flag) for flag in (*verb.flags, *OURS) if not flag.hidden],
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
        code = run([*(ctx.obj or ()), *self.verb.name.split(), *ctx.args])
        if code:
            raise typer.Exit(code)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return flags, or names that can stand as the next word."""
        if self.verb.name in TAKE_CALLS:
            names = callers.completed(ctx.args, incomplete)
        else:
            names = candidates.words(_shell(ctx), self.verb, len(ctx.args), incomplete)
        return [*super().shell_complete(ctx, incomplete), *_items(names)]


class ValueOption(TyperOption):
    """A flag whose values are known, or known to the engine."""

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the values that begin so."""
        return _items(candidates.values(_shell(ctx), self.opts[0].removeprefix("--"), incomplete))


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


class CommandLine(Noun):
    """All of it: global flags, then a verb."""

    def __init__(self) -> None:
        super().__init__(PROGRAM, "", "A client that shows the Docker Engine API behind each command")
        self.params = [_option(flag) for flag in GLOBALS]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep global flags for the verb; completion has them parsed by Typer."""
        if not ctx.resilient_parsing:
            rest = pflag.parse(GLOBALS, args, interspersed=False)[1]
            ctx.obj, args = args[: len(args) - len(rest)], rest
        return super().parse_args(ctx, args)


def _shell(ctx: Any) -> Shell:
    """Return a shell for the engine that the flags before the verb name."""
    options = Options(GLOBALS)
    typed = {name.replace("_", "-"): value for name, value in ctx.find_root().params.items() if value}
    options.values = {flag.name: _value(flag, typed[flag.name]) for flag in GLOBALS if flag.name in typed}
    return Shell(options, Options(OURS))


def _value(flag: Flag, value: Any) -> Any:
    return list(value) if flag.kind.repeated else value


def _items(names: list[str]) -> list[Any]:
    return [CompletionItem(name) for name in names]


def _option(flag: Flag) -> TyperOption:
    names = [f"--{flag.name}", *([f"-{flag.short}"] if flag.short else [])]
    is_flag = bool(flag.kind.bare)
    return ValueOption(param_decls=names, help=flag.help, is_flag=is_flag, multiple=flag.kind.repeated and not is_flag)


app = CommandLine()
"""The whole command line."""


class _WholeWords:
    """Offers whole words: the values behind `--flag=` with the flag before them."""

    def get_completions(self, args: list[str], incomplete: str) -> list[Any]:
        items: list[Any] = super().get_completions(args, incomplete)  # type: ignore[misc]
        flag, equals, _ = incomplete.partition("=")
        if equals and flag.startswith("-"):
            for item in items:
                item.value = f"{flag}={item.value}"
        return items


class Bash(_WholeWords, BashComplete):
    """Takes the line as it was typed: bash's own words end at each `:` and `=`."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)[1:]
        return (words, "") if line.endswith((" ", "\t")) or not words else (words[:-1], words[-1])


class Zsh(_WholeWords, ZshComplete):
    """zsh."""


class Fish(_WholeWords, FishComplete):
    """fish."""


def complete() -> None:
    """Answer a shell that asks for completions, as the script of `completion` makes it ask."""
    os.environ.pop("RAWDOCKER_TRACE", None)  # nothing may be written to a prompt
    completion_init()
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell, shell.name)
    app.main(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE)


COMPLETE_VARIABLE = "_RAWDOCKER_COMPLETE"

_BASH = f"""
_rawdocker_completion() {{
    local IFS=$'\\n' line=${{COMP_LINE:0:COMP_POINT}}
    local word=${{line##*[[:blank:]]}}
    COMPREPLY=( $( env COMP_WORDS="$line" {COMPLETE_VARIABLE}=complete_bash $1 ) )
    # Bash puts in only what is behind the last : or =, where its own words end.
    COMPREPLY=( "${{COMPREPLY[@]#"${{word%"${{word##*[:=]}}"}}"}}" )
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *[:=] ]] && compopt -o nospace
    return 0
}}

complete -o default -F _rawdocker_completion {PROGRAM}
"""


def script(shell: str) -> str:
    """Return what a shell (bash, zsh, fish, powershell) has to read to complete our commands."""
    if shell == "bash":
        return _BASH.strip()
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE, shell=shell)
