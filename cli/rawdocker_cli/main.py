"""The command `rawdocker`: global options, the verb, its options; then the verb's function and docker's exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TextIO

from rawdocker.errors import RawdockerError
from rawdocker_cli import support
from rawdocker_cli.flags import index, pflag
from rawdocker_cli.flags.everywhere import GLOBALS
from rawdocker_cli.flags.flag import Options, Verb
from rawdocker_cli.flags.ours import OURS, merged, problem
from rawdocker_cli.harmless import harmless
from rawdocker_cli.shell import MISREAD, PROGRAM, Failure, Shell, encoded

LOG_LEVELS = ("panic", "fatal", "error", "warn", "warning", "info", "debug", "trace")

BAD_FLAG = 125


class Terminated(BaseException):
    """SIGTERM came; what must be undone (a raw terminal, a temporary file) is undone on the way out."""


def entry() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    # One place for the ways a process ends that are no errors: signals, and a reader of our output that has gone.
    signal.signal(signal.SIGTERM, _terminated)
    # also where a shell that runs us in the background ignores it; docker does not inherit that either
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _open_closed_streams()
    _wait_for_streams()
    try:
        code = _complete() if "_RAWDOCKER_COMPLETE" in os.environ else run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except Terminated:
        code = 128 + signal.SIGTERM
    except BrokenPipeError:
        _die_of_closed_pipe()
    except OSError as error:
        code = _tell_of_lost_output(error)
    with suppress(OSError):  # nobody can be told of that
        sys.stderr.flush()
    # Threads that wait in read() for a stdin that never ends must not keep the process.
    os._exit(code)


def _tell_of_lost_output(error: OSError) -> int:
    where = f"open {error.filename}" if error.filename else "write /dev/stdout"
    with suppress(OSError):
        sys.stderr.write(f"{where}: {(error.strerror or str(error)).lower()}\n")
    return 1


def _terminated(number: int, frame: Any) -> NoReturn:
    raise Terminated


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams empty ones, lest its sockets take their numbers."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r+"))


def _wait_for_streams() -> None:
    """Make reading and writing wait where a program that shares our streams has set them to fail instead (O_NONBLOCK):
    what did not fit into a pipe at once would be lost."""
    for descriptor, mode in enumerate((os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)):
        if os.get_blocking(descriptor) or _is_file(descriptor):
            continue
        try:  # opened anew, it keeps waiting to us
            anew = os.open(f"/dev/fd/{descriptor}", mode | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:  # a socket
            anew = os.dup(descriptor)
        os.set_blocking(anew, True)
        os.dup2(anew, descriptor)
        os.close(anew)


def _is_file(descriptor: int) -> bool:
    """Say whether a descriptor has a position, which is lost where it is opened anew."""
    try:
        os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return False
    return True


def _complete() -> int:
    """Answer a shell that asks for completions."""
    from rawdocker_cli.typer_app import complete

    try:
        complete()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _die_of_closed_pipe() -> NoReturn:
    """End as a program does that is not told of closed pipes: by the signal, so that a shell sees 141."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(128 + signal.SIGPIPE)


def run(words: Sequence[str]) -> int:
    """Do what a command line says; return its exit code. Messages go to stderr, output to stdout."""
    try:
        return _run(words)
    except Failure as failure:
        message, code = failure.message, failure.code
    except RawdockerError as error:
        from rawdocker_cli.shell import spoken

        message, code = spoken(error), 1
    if message:
        message = harmless(message, sys.stderr)
        with suppress(OSError):  # the exit code still tells
            sys.stderr.buffer.write(encoded(message) + b"\n")
    return code


def _run(words: Sequence[str]) -> int:
    try:
        options, rest = pflag.parse(GLOBALS, words, interspersed=False)
    except pflag.FlagError as error:
        usage = f"{PROGRAM} [OPTIONS] COMMAND [ARG...]"
        raise Failure(f"{error}\n\nUsage:  {usage}\n\nRun '{PROGRAM} --help' for more information", BAD_FLAG) from None
    except pflag.HelpRequested:
        return _help([])
    if options.log_level not in LOG_LEVELS:
        raise Failure(f"Unable to parse logging level: {options.log_level}")
    if options.version and not rest:
        from rawdocker_cli.verbs.system import version_line

        print(version_line())
        return 0
    if not rest:
        return _help([], sys.stderr)
    if rest[0] == "help":
        return _help(rest[1:])
    return _dispatch(options, rest)


def _dispatch(options: Options, words: list[str]) -> int:
    verb, rest = named(words)
    if verb is None:
        return _help_of_group(words)
    try:
        typed, arguments = parsed(verb, rest)
    except pflag.HelpRequested as request:
        return _help_of_verb(verb, short=request.short)
    ours = merged(options, typed)
    wrong = problem(ours)
    if wrong:
        raise Failure(f"{PROGRAM}: {wrong}", BAD_FLAG)
    if ours.dry_run:
        from rawdocker_cli.rehearsal import show

        return show(options, ours, verb, function_of(verb), typed, arguments)
    with Shell(options, ours) as shell:
        support.check(shell, verb, typed)
        try:
            return function_of(verb)(shell, typed, arguments) or 0
        except MISREAD as error:
            if options.debug or isinstance(error, RawdockerError):
                raise
            raise Failure(_misread(error)) from error


def named(words: list[str]) -> tuple[Verb | None, list[str]]:
    """Return the verb that a command line begins with and what follows it; no verb for the name of a group alone."""
    return _verb(words, unknown=_unknown)


def parsed(verb: Verb, words: list[str]) -> tuple[Options, list[str]]:
    """Return a verb's options and words; raises Failure for what is wrong with them, and HelpRequested."""
    try:
        typed, arguments = pflag.parse((*verb.flags, *OURS), words, interspersed=verb.interspersed)
    except pflag.FlagError as error:
        raise Failure(f"{error}\n\n{_usage_and_hint(verb, 'Run')}", BAD_FLAG) from None
    _check_count(verb, arguments)
    return typed, arguments


def _misread(error: Exception) -> str:
    """Say in a line what docker answers with a stack trace: that the engine's answer is not what the API promises."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f", {os.path.basename(trace.tb_frame.f_code.co_filename)} line {trace.tb_lineno}" if trace else ""
    return f"the answer is not an engine's ({type(error).__name__}: {error}{where}); {PROGRAM} -D shows where"


def _verb(words: list[str], unknown: Callable[[str, list[str]], NoReturn]) -> tuple[Verb | None, list[str]]:
    """Return the verb that a command line begins with and what follows it; no verb for the name of a group alone.

    `unknown` refuses a name there is no verb for, given that name and all words.
    """
    noun = words[0]
    if noun in index.GROUPS and len(words) > 1 and not words[1].startswith("-"):
        verb, rest, name = index.find(f"{noun} {words[1]}"), words[2:], f"{noun} {words[1]}"
    elif noun in index.GROUPS:
        return None, words[1:]
    else:
        verb, rest, name = index.find(noun), words[1:], noun
    if verb is None:
        from rawdocker_cli.flags.missing import why_missing

        reason = why_missing(words)
        if reason:
            raise Failure(reason, BAD_FLAG)
        unknown(name, words)
    return verb._replace(called=verb.name if " " in name else verb.short_name), rest


def _unknown(name: str, words: list[str]) -> NoReturn:
    noun = name.partition(" ")[0]
    if noun in index.GROUPS:
        usage, group = f"\n\n{_usage_of_group(noun)}", f" {noun}"
    else:
        usage, group = "", ""
    raise Failure(
        f"{PROGRAM}: unknown command: {PROGRAM} {name}{usage}\n\nRun '{PROGRAM}{group} --help' for more information"
    )


def _usage_of_group(noun: str) -> str:
    # docker's own usage lines of these have a word that the other nouns lack.
    return f"Usage:  {PROGRAM} {noun}{' COMMAND' if noun in ('manifest', 'volume') else ''}"


def _usage_and_hint(verb: Verb, see: str) -> str:
    from rawdocker_cli.help import usage

    return f"Usage:  {usage(verb)}\n\n{see} '{PROGRAM} {verb.called} --help' for more information"


def _check_count(verb: Verb, words: list[str]) -> None:
    """Refuse a wrong number of words, as docker words it."""
    least, most, count = verb.least, verb.most, len(words)
    if count >= least and (most is None or count <= most):
        return
    see = "Run"
    if most is None:
        wanted, see = f"requires at least {least} argument{'s' if least != 1 else ''}", "See"
    elif most == 0:
        wanted = "accepts no arguments"
    elif least == most:
        wanted = f"requires {least} argument{'s' if least != 1 else ''}"
    elif least == 0:
        wanted = f"requires at most {most} argument{'s' if most != 1 else ''}"
    else:
        wanted = f"requires at least {least} and at most {most} arguments"
    raise Failure(f"{PROGRAM}: '{PROGRAM} {verb.called}' {wanted}\n\n{_usage_and_hint(verb, see)}")


def function_of(verb: Verb) -> Any:
    """Return what does a verb."""
    from importlib import import_module

    module, _, name = verb.run.partition(":")
    return getattr(import_module(f"rawdocker_cli.verbs.{module}"), name)


def _help(words: list[str], page: TextIO | None = None) -> int:
    if words:
        verb, rest = _verb(words, unknown=_unknown_topic)
        if rest:
            _unknown_topic("", rest)
        return _help_of_verb(verb) if verb is not None else _help_of_group([*words, "--help"])
    from rawdocker_cli.help import root_page

    (page or sys.stdout).write(root_page(GLOBALS))
    return 0


def _unknown_topic(name: str, words: list[str]) -> NoReturn:
    noun = name.partition(" ")[0]
    topic = words[1:] if noun in index.GROUPS else words
    raise Failure(f"unknown help topic: {' '.join(topic)}")


def _help_of_verb(verb: Verb, *, short: bool = False) -> int:
    from rawdocker_cli.help import verb_page

    if short:
        sys.stderr.write("Flag shorthand -h has been deprecated, use --help\n")
    sys.stdout.write(verb_page(verb, OURS))
    return 0


def _help_of_group(words: list[str]) -> int:
    from rawdocker_cli.help import group_page

    group, *rest = words
    try:
        pflag.parse((), rest, interspersed=True)
    except pflag.FlagError as error:
        hint = f"{_usage_of_group(group)}\n\nRun '{PROGRAM} {group} --help' for more information"
        raise Failure(f"{error}\n\n{hint}", BAD_FLAG) from None
    except pflag.HelpRequested:
        sys.stdout.write(group_page(group))
        return 0
    sys.stderr.write(group_page(group))
    return 0
