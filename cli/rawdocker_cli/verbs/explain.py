"""explain: what each word of a command line becomes on the wire; and the other way, which verbs make a call."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rawdocker import show
from rawdocker.call import Call
from rawdocker.errors import InvalidCallError
from rawdocker.operations import Operation
from rawdocker.plan import DEPENDS, Plan, Step
from rawdocker.registry.reference import parse
from rawdocker.secrets import Redactor
from rawdocker_cli import callers, rehearsal
from rawdocker_cli.flags import pflag, wire
from rawdocker_cli.flags.flag import Draft, Flag, Options, Use, Verb
from rawdocker_cli.flags.ours import OFFLINE, OURS
from rawdocker_cli.flags.wire import Place
from rawdocker_cli.shell import PROGRAM, Shell
from rawdocker_cli.watch import redactor_for

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


def explain(shell: Shell, options: Options, words: list[str]) -> int:
    """Print what each word of a command becomes, or who makes a call."""
    method, rest = (words[0].upper(), words[1:]) if words[0].upper() in METHODS else ("", words)
    if not method and not words[0].startswith("/"):
        return _explain_command(shell, options, words)
    if len(rest) != 1:
        hint = f"See '{PROGRAM} explain --help' for more information"
        shell.fail(f"{PROGRAM}: 'explain {words[0]}' requires 1 path\n\n{hint}")
    shell.write(callers.page(method, rest[0].partition("?")[0]))
    return 0


class Command(NamedTuple):
    """A command line, taken apart."""

    verb: Verb
    name: str
    """The verb as it was written: run, container run."""
    words: Sequence[str]
    """All words behind the verb."""
    typed: Options
    arguments: list[str]
    plan: Plan
    """The requests that it makes."""


def _explain_command(shell: Shell, options: Options, words: list[str]) -> int:
    from rawdocker_cli import main

    verb, rest = main.named(words)
    try:
        if verb is None:
            return main.run(words)
        typed, arguments = main.parsed(verb, rest)
    except pflag.HelpRequested:
        return main.run([*words[: len(words) - len(rest)], "--help"])
    everywhere = _both(shell.options, options)
    ours = Options(OURS)
    ours.values = {"dry-run": OFFLINE}
    plan = rehearsal.plan(everywhere, ours, verb, main.function_of(verb), typed, arguments)
    name = " ".join(words[: len(words) - len(rest)])
    command = Command(verb, name, rest, typed, arguments, plan)
    redactor = redactor_for(shell.ours, sys.stdout)
    requests = show.plan_text(plan, redactor)  # what is secret in it is known from here on
    lines = [*_everywhere(everywhere.uses, redactor), *_of_verb(command), *_of_words(command, redactor)]
    shell.write("".join(f"{show.printable(line)}\n" for line in lines) + "\n" + requests)
    return 0


def _both(before: Options, behind: Options) -> Options:
    """Return the global flags, of which some stood before explain and some behind it."""
    both = Options(before.flags)
    both.values = {**before.values, **behind.values}
    both.uses = [*before.uses, *behind.uses]
    return both


def _everywhere(uses: Iterable[Use], redactor: Redactor) -> Iterator[str]:
    for words, group in _grouped(uses):
        yield _shown(words, group, redactor)
        for use in group:
            yield f"    {_heading(use.flag)}"
            yield f"    {_NO_REQUEST}"


_NO_REQUEST = "in no request: rawdocker itself is told"


def _of_verb(command: Command) -> Iterator[str]:
    since = f" (API {command.verb.since})" if command.verb.since else ""
    yield command.name
    yield f"    {command.verb.summary}{since}"


def _of_words(command: Command, redactor: Redactor) -> Iterator[str]:
    groups = list(_grouped(command.typed.uses))
    missing = len(command.words) - sum(len(words) for words, _ in groups) - len(command.arguments)
    position, argument = 0, 0
    while position < len(command.words):
        word = command.words[position]
        if groups and word == groups[0][0][0]:
            words, uses = groups.pop(0)
            yield _shown(words, uses, redactor)
            for use in uses:
                yield from (f"    {line}" for line in _of_use(command, use, redactor))
            position += len(words)
            continue
        if missing and word == "--":
            missing = 0
            yield "--\n    no flag: what follows is none either"
        else:
            yield shlex.quote(_hidden(word, redactor))
            yield from (f"    {line}" for line in _of_argument(command, argument, redactor))
            argument += 1
        position += 1


def _grouped(uses: Iterable[Use]) -> Iterator[tuple[Sequence[str], list[Use]]]:
    """Yield the uses of flags by the words they stand in: -itd has three."""
    groups: dict[int, list[Use]] = {}
    for use in uses:
        groups.setdefault(id(use.words), []).append(use)
    for group in groups.values():
        yield group[0].words, group


def _shown(words: Sequence[str], uses: Sequence[Use], redactor: Redactor) -> str:
    """Return the words of a flag with secrets hidden, ready to be typed again."""
    last, text = words[-1], uses[-1].text
    if text and last.endswith(text):
        last = last.removesuffix(text) + _hidden(text, redactor, uses[-1].flag.name)
    return shlex.join([*words[:-1], last])


def _hidden(text: str, redactor: Redactor, name: str = "") -> str:
    """Return a text without secrets; name: of the flag whose value it is."""
    document = json.dumps({name: text}, ensure_ascii=False)
    return str(next(iter(json.loads(redactor.text(document)).values())))


def _heading(flag: Flag) -> str:
    return f"--{flag.name}: {flag.help or f'another name of --{flag.alias_of}'}"


def _of_use(command: Command, use: Use, redactor: Redactor) -> Iterator[str]:
    """Yield what one use of a flag becomes."""
    flag = use.flag
    yield _heading(flag)
    if flag in OURS:
        yield "shows the requests, and changes none of them"
        return
    places = [wire.place(command.verb, text) for text in flag.places]
    told = [line for place in places for line in _of_place(command, place, use, redactor)]
    yield from told
    if places and not told:
        yield f"none of the requests below has it; it may be {', '.join(dict.fromkeys(map(_where, places)))}"
    if flag.client:
        off = "switched off; else " if use.value is False else ""
        yield f"{off}{PROGRAM} {'also ' if places else ''}{flag.client}"


def _drafted(command: Command, use: Use) -> Draft:
    """Return the request that one use of a flag alone describes."""
    draft = Draft()
    network = command.typed.draft().body.get("HostConfig", {}).get("NetworkMode")
    if network:  # what belongs to the first network stands under its name
        draft.put(("HostConfig", "NetworkMode"), network)
    if use.flag.into:
        use.flag.into(draft, [use.value] if use.flag.kind.repeated and not isinstance(use.value, list) else use.value)
    return draft


_WHOLE = {"": " is made", "<body>": ": the body"}
"""What is said of a call, and of a body, that is there because of a flag or word."""


def _of_place(command: Command, place: Place, use: Use, redactor: Redactor) -> Iterator[str]:
    step = _step(command.plan, place.operation)
    if place.text in _WHOLE:
        if step:
            yield f"{place.call}{_WHOLE[place.text]}"
        return
    if place.absent:
        if step and not list(_found(step.call, place)):
            yield f"{place.call}: no {place.text}"
        return
    drafted = _drafted(command, use)
    sent = dict(_found(step.call, place)) if step else {}
    for name, value in (dict(_at(drafted.query if place.kind == "query" else drafted.body, place)) or sent).items():
        if not place.value or _text(value) == place.value:
            yield _assigned(place, name, value, redactor, use.flag.since) + _overruled(value, sent.get(name, value))


def _overruled(value: Any, sent: Any) -> str:
    """Say where another flag has the last word on a value."""
    return "" if sent == value or isinstance(sent, (list, dict)) else f", but {_json(sent)} by another flag"


def _where(place: Place) -> str:
    return f"{place.text} of {place.call}" if place.text else place.call


def _assigned(place: Place, name: str, value: Any, redactor: Redactor, since: str = "") -> str:
    known = place.parameter()
    since = since or (known.since if known else "") or place.operation.since
    shown = json.loads(redactor.text(json.dumps({name: value}, ensure_ascii=False)))[name]
    text = f"?{name}={_text(shown)}" if place.kind == "query" else f"{name} = {_json(shown)}"
    return f"{place.call}: {text} (API {since})"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _step(plan: Plan, operation: Operation) -> Step | None:
    """Return the first request of a plan that is an operation, also among those after a 404."""
    return next((step for step in _steps(plan) if step.call.operation == operation.name), None)


def _steps(plan: Plan) -> list[Step]:
    return [step for outer in plan.steps for step in (outer, *outer.otherwise)]


def _found(call: Call[Any], place: Place) -> Iterator[tuple[str, Any]]:
    """Yield what a call has at a place: its name with * filled, and the value."""
    yield from _at(call.query if place.kind == "query" else call.json_body() or {}, place)


def _at(values: Any, place: Place) -> Iterator[tuple[str, Any]]:
    """Yield what stands at a place among values."""
    if place.kind == "query":
        if place.name in values:
            yield place.name, values[place.name]
        return
    for keys, value in _walked(values, place.name.split(".")):
        yield ".".join(keys), value


def _walked(values: Any, keys: Sequence[str]) -> Iterator[tuple[list[str], Any]]:
    if not keys:
        yield [], values
        return
    if isinstance(values, Mapping):
        for key in values if keys[0] == "*" else {keys[0]} & set(values):
            yield from (([key, *rest], value) for rest, value in _walked(values[key], keys[1:]))


def _of_argument(command: Command, number: int, redactor: Redactor) -> Iterator[str]:
    """Yield what a word becomes that is no flag."""
    names = wire.words(command.verb)
    name = names[min(number, len(names) - 1)]
    word = command.arguments[number]
    beyond = number > 0 and not command.verb.interspersed and command.verb.most is None
    yield f"{name}{', passed on untouched' if beyond else ''}"
    places = [wire.place(command.verb, text) for text in wire.places_of_word(command.verb, name)]
    told = [line for place in places for line in _of_word(command, place, word, redactor)]
    if name not in command.verb.words:
        told += _in_registries(command.plan, word)
    yield from told or [_IN_NONE_YET if any(step.note == DEPENDS for step in command.plan.steps) else _IN_NONE]


_IN_NONE = "in no request as it is"
_IN_NONE_YET = "in no request yet: what follows depends on an answer"


def _of_word(command: Command, place: Place, word: str, redactor: Redactor) -> Iterator[str]:
    if place.kind == "path":
        yield from _in_paths(command.plan, word)
        return
    step = _step(command.plan, place.operation)
    if step is None:
        return
    if place.text == "<body>" and step.call.body is not None:
        yield f"{place.call}{_WHOLE[place.text]}"
    for name, value in _found(step.call, place):
        if isinstance(value, list) and word in value:
            item = name if place.kind == "query" else f"{name}[{value.index(word)}]"
            yield _assigned(place, item, word, redactor)
        else:
            yield _assigned(place, name, value, redactor)


def _in_paths(plan: Plan, word: str) -> Iterator[str]:
    """Yield the first request that has a word, or what stands in it before a colon, in its path."""
    for step in _steps(plan):
        for name, value in step.call.arguments.items():
            if word == value or word.startswith(f"{value}:"):
                yield f"{step.call.method} {step.call.path}: {{{name}}} = {_json(value)}"
                return


def _in_registries(plan: Plan, word: str) -> Iterator[str]:
    """Yield what an image's name becomes in the first request that a registry gets for it."""
    try:
        image = parse(word).with_default_tag()
    except InvalidCallError:
        return
    for step in plan.steps:
        if step.where and {*step.call.arguments.values()} <= {image.path, image.tag_or_digest}:
            yield f"asked of {step.where}"
            for name, value in step.call.arguments.items():
                yield f"{step.call.method} {step.call.path}: {{{name}}} = {_json(value)}"
            return
