"""docker's command-line syntax, fed from the tables of flags.

    --name value  --name=value  -n value  -n=value  -nvalue  -itd  --flag  --flag=false  -i=false  --  -

docker's own parser (Go's pflag) differs from click's and argparse's in just these points, and in the words of its
errors, which programs that drive docker read; so this is the one place where they are written down.
"""

from __future__ import annotations

from collections.abc import Sequence

from rawdocker_cli.flags.flag import Flag, Options, Use


class FlagError(Exception):
    """A flag that is unknown or whose value cannot be parsed; the text is docker's."""


class HelpRequested(Exception):
    """--help (or -h where no flag has that letter) was typed."""

    def __init__(self, short: bool = False) -> None:
        super().__init__()
        self.short = short


def parse(flags: Sequence[Flag], words: Sequence[str], *, interspersed: bool) -> tuple[Options, list[str]]:
    """Return the options and the words that are no flags; raises FlagError or HelpRequested."""
    long = {flag.name: flag for flag in flags}
    short = {flag.short: flag for flag in flags if flag.short}
    options, rest, queue = Options(flags), [], list(reversed(words))
    while queue:
        word = queue.pop()
        if word == "--":
            break
        if word.startswith("--"):
            _long(word, long, queue, options)
        elif word.startswith("-") and word != "-":
            _short(word, short, queue, options)
        elif interspersed:
            rest.append(word)
        else:
            queue.append(word)
            break
    return options, rest + queue[::-1]


def _long(word: str, flags: dict[str, Flag], queue: list[str], options: Options) -> None:
    name, equals, value = word[2:].partition("=")
    if not name or name.startswith("-"):
        raise FlagError(f"bad flag syntax: {word}")
    flag = flags.get(name)
    if flag is None:
        if name == "help":
            if equals and value not in ("true", "1", "t"):
                return
            raise HelpRequested
        raise FlagError(f"unknown flag: --{name}")
    words = [word]
    if not equals:
        value = flag.kind.bare
        if not value:
            if not queue:
                raise FlagError(f"flag needs an argument: --{name}")
            value = queue.pop()
            words.append(value)
    _set(flag, value, options, words)


def _short(word: str, flags: dict[str, Flag], queue: list[str], options: Options) -> None:
    letters, words = word[1:], [word]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = flags.get(letter)
        if flag is None:
            if letter == "h":
                raise HelpRequested(short=True)
            raise FlagError(f"unknown shorthand flag: {letter!r} in -{letter}{letters}")
        if letters.startswith("=") and len(letters) > 1:
            value, letters = letters[1:], ""
        elif flag.kind.bare:
            value = flag.kind.bare
        elif letters:
            value, letters = letters, ""
        elif queue:
            value = queue.pop()
            words.append(value)
        else:
            raise FlagError(f"flag needs an argument: {letter!r} in -{word[1:]}")
        _set(flag, value, options, words)


def _set(flag: Flag, text: str, options: Options, words: list[str]) -> None:
    if flag.unsupported:
        raise FlagError(f"--{flag.name} is not supported: {flag.unsupported}")
    try:
        value = flag.kind.parse(text)
    except ValueError as error:
        shown = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
        raise FlagError(f'invalid argument {_quoted(text)} for "{shown}" flag: {error}') from None
    options.uses.append(Use(flag, words, text, value))
    name = flag.alias_of or flag.name
    if flag.kind.repeated:
        options.values.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    elif text == flag.kind.bare == "+1":
        options.values[name] = options.values.get(name, 0) + 1
    else:
        options.values[name] = value


def _quoted(text: str) -> str:
    from rawdocker_cli.units import quote

    return quote(text)
