"""A plan as a program: the statements that every form of script writes in its own language.

    Ask       send a request; use its answer at once, or leave it open (background) until Use
    Do        call a function of this library that does more than one request (for registries)
    Use       use the answer of a request that was left open
    Print     write a text to stdout
    Leave     end with an exit code

Texts in it, and in the calls of Ask, have places where variables stand (see rawdocker.export.text).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from rawdocker.call import Call, Codec
from rawdocker.export.registries import DIGEST, answers, credentials, digest_asked_for, digests, printed, told
from rawdocker.export.text import Places, pieces, place, target_of
from rawdocker.plan import EVERYTHING, PING, STATUS, Deed, Placeholder, Plan, Refusal, Step, every

NOTHING, ANSWER, LINES, PROGRESS, FRAMES, TERMINAL, BYTES, FILE, FILES, ITEMS = (
    "nothing",
    "answer",
    "lines",
    "progress",
    "frames",
    "terminal",
    "bytes",
    "file",
    "files",
    "items",
)
"""What is done with an answer: it is printed as it is; a line for each of its messages; as progress; its frames go to
stdout and stderr; its bytes to stdout, to a file, or unpacked into files; the items of a list, all its pages, a line
each."""

_STREAMED = {LINES, PROGRESS, FRAMES, TERMINAL, BYTES, FILE, FILES}
_WARNINGS = {"Warnings", "Warning", "StatusCode", "Error"}
"""What a verb looks for in an answer that it does not show otherwise."""


class Ask:
    """Send a request."""

    def __init__(self, step: Step, call: Call[Any], prefix: str, name: str) -> None:
        self.call, self.prefix, self.name = call, prefix, name
        self.tty = next(pieces(call.tty)).text if isinstance(call.tty, str) else ""
        """The variable that says whether the stream is a terminal's, where that is not known yet."""
        self.origin = step.where
        """Scheme and host of the registry that it is for; empty where it is for the engine."""
        self.digest = digest_asked_for(step.call)
        """What the bytes of the answer must have; empty where that is not known."""
        self.client = ""
        """The variable for the client of that registry."""
        self.answered: str = getattr(step.answer, DIGEST, "")
        """The digest of what it was answered when the plan was made."""
        self.hijack = step.way == "hijack"
        self.refusal: Refusal = step.refusal
        self.kept = False
        """Whether the answer as a whole is needed later."""
        self.use = _use(step)
        """What is done with the answer."""
        self.where = step.sink.where if step.sink and self.use in (PROGRESS, FILE, FILES) else "stdout"
        self.fields: dict[str, str] = {}
        """The variables that are taken from the answer, and the field that each is: Id, Tty of Config."""
        self.background = False
        """Whether other requests are sent before the answer is used."""
        self.missing: list[Statement] = []
        """What is done where the answer is a 404."""
        self.instead: list[Statement] | None = None
        """What is done where it is none, if `missing` stands instead of it."""
        self.stdin = False
        """Whether stdin is sent on its connection."""
        self.again = False
        """Whether it is sent because of a 404, and its answer used where that of the first one would be."""
        self.then: list[Statement] = []
        """What is done only if it is not refused, where a refusal does not end the script."""

    def answers(self, pin: Any) -> bool:
        """Say whether a pin is made of the answer."""
        named = (getattr(pin, "name", "").partition("/")[2], getattr(pin, DIGEST, ""))
        return bool(self.answered) and named == (self.call.arguments["name"], self.answered)

    @property
    def bears_refusal(self) -> bool:
        """Whether a refusal, or a 404 at least, does not end the script."""
        return self.refusal.goes_on or self.refusal.excused

    @property
    def streamed(self) -> bool:
        """Whether its answer is used as it comes."""
        return not self.origin and (self.background or self.use in _STREAMED)


class Do(NamedTuple):
    """Call a function of this library."""

    function: Callable[..., Any]
    arguments: Sequence[Any]
    named: Mapping[str, Any]
    given: str
    """The variable for what it returns; empty where that is not used."""
    field: str
    """What of that it is: .digest; empty for the whole."""


class Use(NamedTuple):
    """Use the answer of a request in the background."""

    ask: Ask


class Print(NamedTuple):
    """Write a text to stdout."""

    text: str


class Leave(NamedTuple):
    """End the script."""

    status: str


Statement = Ask | Do | Use | Print | Leave


class Program:
    """The statements of a script, and the variables in them."""

    def __init__(self, plan: Plan, places: Places, names: dict[str, str]) -> None:
        self.statements: list[Statement] = []
        self.secrets = places.secrets
        self.names = names
        """What each variable stands for: create_id: Id of create."""
        self.version = plan.version
        self.negotiates = any(step.call == PING for step in plan.steps)
        """Whether the version is to be agreed with the engine, as the verb does."""
        self.credentials = credentials(plan, places)
        """What the registries are to be told of who asks, where they want to know."""

    def every(self) -> Iterator[Statement]:
        """Yield all statements, also those inside of others."""
        return _every(self.statements)

    @property
    def asks(self) -> list[Ask]:
        return [statement for statement in self.every() if isinstance(statement, Ask)]

    @property
    def does(self) -> list[Do]:
        return [statement for statement in self.every() if isinstance(statement, Do)]

    @property
    def registries(self) -> dict[str, str]:
        """The registries that are asked, and the variable for the client of each."""
        asked = [ask.origin for ask in self.asks if ask.origin]
        asked += [given.origin for do in self.does for given in _inner(do.arguments) if hasattr(given, "origin")]
        return {
            origin: f"registry_{number}" if number > 1 else "registry"
            for number, origin in enumerate(dict.fromkeys(asked), 1)
        }

    @property
    def codes(self) -> dict[str, int]:
        """The exit codes that words in the engine's messages make."""
        return {words: code for ask in self.asks for words, code in ask.refusal.codes.items()}

    @property
    def goes_on(self) -> bool:
        """Whether some refusal does not end the script but decides its exit code."""
        return any(ask.bears_refusal and ask.refusal.status for ask in self.asks)


def _every(statements: Sequence[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        if isinstance(statement, Ask):
            for inner in (statement.missing, statement.instead or [], statement.then):
                yield from _every(inner)


_GIVEN = re.compile(r"<(\w+(?: of \w+)*) of (\w+(?: \d+)?)>")


def program(plan: Plan, places: Places) -> Program:
    """Return the program that does what a plan says."""
    names = _given_names(plan)
    places.given = {f"<{given}>": name for name, given in names.items()}
    places.known = _known_ids(plan) | {given: variable(name, DIGEST) for given, name in digests(plan).items()}
    made = Program(plan, places, names)
    made.statements = _Writer(plan, places, names.values()).all()
    _take_fields(made)
    _hold_to_digests(made)
    _name_clients(made)
    return made


def _given_names(plan: Plan) -> dict[str, str]:
    """Return the variables for what answers give, and what each is, as placeholders name it: Id of create."""
    texts = [text for step in every(plan.steps) for text in _placeholders(_parts(step.call))]
    texts += [text for _, text in plan.output] + [str(plan.status)]
    steps = {step.name for step in every(plan.steps)}
    found = {given for text in texts for given in _GIVEN.findall(text) if given[1] in steps}
    found |= {("Id", step.name) for step in every(plan.steps) if step.asked and _id(step)}
    found |= {(DIGEST, name) for name in digests(plan).values()}
    found |= {(STATUS, deed.function.__name__) for deed in plan.deeds if answers(deed) == STATUS}
    return {variable(step, field): f"{field} of {step}" for field, step in sorted(found)}


def _parts(call: Call[Any]) -> list[Any]:
    return [*call.arguments.values(), dict(call.query), call.json_body(), call.tty]


def _placeholders(value: Any) -> Iterator[str]:
    if isinstance(value, Placeholder):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _placeholders(inner)


def variable(step: str, field: str) -> str:
    """Return the variable for a field of a step's answer: create_id, exec_2_exit_code, inspect_tty."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field.partition(" of ")[0])
    return f"{step} {words}".replace(" ", "_").lower()


def _known_ids(plan: Plan) -> dict[str, str]:
    """Return the ids that were really answered, and their variables: a script is to ask for them anew."""
    return {_id(step): variable(step.name, "Id") for step in plan.steps if step.asked and _id(step)}


def _id(step: Step) -> str:
    id = step.answer.get("Id") if isinstance(step.answer, dict) else ""
    return str(id) if id and len(str(id)) == 64 else ""


def _use(step: Step) -> str:
    call, kind = step.call, step.sink.kind if step.sink else ""
    if call.codec is Codec.FRAMES:
        if (call.json_body() or {}).get("Detach"):
            return NOTHING
        return FRAMES if isinstance(call.tty, str) else TERMINAL if call.tty else FRAMES
    if call.codec is Codec.JSON_STREAM:
        return PROGRESS if kind == PROGRESS else LINES
    if call.codec is Codec.PAGES:
        return ITEMS
    if call.codec is Codec.RAW:
        return kind if kind in (FILE, FILES) else BYTES
    return NOTHING


class _Writer:
    """Writes the statements of a plan."""

    def __init__(self, plan: Plan, places: Places, names: Collection[str]) -> None:
        self._plan, self._places, self._names = plan, places, names
        version = place("api") if any(step.call == PING for step in plan.steps) else plan.version
        self._prefix = f"/v{version}"
        self._printed_whole, self._told = printed(plan), told(plan)
        self._shows = any(_is_shown(step, plan, names) for step in every(plan.steps))
        self._shows |= bool(self._printed_whole or self._told)
        self._done = {number for deed in plan.deeds for number in deed.steps}

    def all(self) -> list[Statement]:
        """Return the statements from the first step to the exit code."""
        steps = self._plan.steps
        written = [*self._written(steps, range(len(steps))), *self._before(len(steps))]
        return [*_conditional(written), Leave(self._places.in_output(str(self._plan.status)))]

    def _written(self, steps: Sequence[Step], numbers: Sequence[int], *, main: bool = True) -> list[Statement]:
        found: list[Statement] = []
        opened: dict[int, list[Ask]] = {}
        for number in numbers:
            step = steps[number]
            found += _used(opened.pop(number, []))
            found += self._before(number) if main else []
            if step.call == PING or step.within or number in self._done:
                continue
            ask = self._ask(step)
            found.append(ask)
            if main and step.closed_before is not None and step.closed_before > number + 1:
                ask.background = True
                opened.setdefault(step.closed_before, []).append(ask)
            if step.otherwise and not step.goes_on:
                ask.instead = self._written(steps, numbers[numbers.index(number) + 1 :], main=main)
                break
        for number in sorted(opened):
            found += _used(opened[number])
        return found

    def _ask(self, step: Step) -> Ask:
        prefix = "" if step.where or step.call.path == "/_ping" else self._prefix
        ask = Ask(step, self._places.in_call(step.call), prefix, step.name)
        if step in self._printed_whole:
            ask.use = BYTES
        elif step in self._told and ask.use in (NOTHING, BYTES):
            ask.use = ANSWER
        ask.stdin = ask.hijack and self._has_stdin(step.call)
        if _is_shown(step, self._plan, self._names):
            ask.use = ANSWER
        ask.missing = self._written(step.otherwise, range(len(step.otherwise)), main=False)
        for inner in ask.missing:
            if isinstance(inner, Ask):
                inner.again = inner.name == ask.name or (inner is ask.missing[-1] and ask.use == inner.use == ANSWER)
        return ask

    def _has_stdin(self, call: Call[Any]) -> bool:
        if call.operation != "ExecStart":
            return bool(call.query.get("stdin"))
        prepared = [before.call.json_body() for before in self._plan.steps if before.call.operation == "ContainerExec"]
        return any(body and body.get("AttachStdin") for body in prepared)

    def _before(self, number: int) -> list[Statement]:
        """Return what is done and printed before a step."""
        deeds = [self._do(deed) for deed in self._plan.deeds if deed.steps.start == number]
        return [*self._printed(number), *deeds]

    def _do(self, deed: Deed) -> Do:
        arguments = [self._places.in_value(given) for given in deed.arguments]
        field = answers(deed)
        given = variable(deed.function.__name__, field) if field else ""
        return Do(deed.function, arguments, deed.named, given, f".{field}" if field == DIGEST else "")

    def _printed(self, number: int) -> list[Statement]:
        """Return what is printed before a step; nothing where answers themselves are shown."""
        text = "".join(text for before, text in self._plan.output if before == number)
        return [Print(self._places.in_output(text))] if text and not self._shows else []


def _conditional(statements: list[Statement]) -> list[Statement]:
    """Return statements of which those stand inside of a request that are left out where it is refused."""
    found: list[Statement] = []
    waiting = list(statements)
    while waiting:
        statement = waiting.pop(0)
        found.append(statement)
        if isinstance(statement, Ask) and statement.bears_refusal:
            skips = statement.refusal.skips
            while waiting and (skips or not isinstance(waiting[0], Ask)):
                skips -= isinstance(waiting[0], Ask)
                statement.then.append(waiting.pop(0))
            statement.then = _conditional(statement.then)
    return found


def _is_shown(step: Step, plan: Plan, used: Collection[str]) -> bool:
    """Say whether what a verb prints is made of an answer as a whole.

    used: what is used of answers otherwise: Id of create.
    """
    if step.call.codec is Codec.TEXT:
        return True
    if step.call.codec is not Codec.JSON or step.asked or step.assumed:
        return False
    if any(given.endswith(f" of {step.name}") for given in used):
        return False
    last = step is plan.steps[-1]
    return EVERYTHING in step.looked_for or (last and bool(step.looked_for - _WARNINGS))


def _used(asks: Sequence[Ask]) -> list[Statement]:
    """Return what is done with answers that come in the background: output first, as it goes on until the end."""
    return [Use(ask) for ask in sorted(asks, key=lambda ask: ask.use == NOTHING)]


def _take_fields(made: Program) -> None:
    """Note at each request which variables its answer gives, and drop the use of answers that give none."""
    used = {piece.text for text in _all_texts(made) for piece in pieces(text) if piece.is_variable}
    for ask in made.asks:
        mine = {name: given.rpartition(" of ") for name, given in made.names.items() if name in used}
        ask.fields = {name: field for name, (field, _, step) in mine.items() if step == ask.name}
    made.statements = _without_idle(made.statements)
    for ask in made.asks:
        ask.then = _without_idle(ask.then)
        ask.instead = None if ask.instead is None else _without_idle(ask.instead)


def _hold_to_digests(made: Program) -> None:
    """Have what a tag names be what it named, where it is not shown, or something was chosen of it."""
    for ask, following in zip_longest(made.asks, made.asks[1:]):
        if not (ask.digest or ask.fields) and (ask.use == NOTHING or following):
            ask.digest = ask.answered


def _name_clients(made: Program) -> None:
    """Note at each request for a registry who sends it, and whether a function is given the whole answer."""
    registries = made.registries
    for ask in made.asks:
        ask.client = registries.get(ask.origin, "")
        ask.kept = any(ask.answers(pin) for do in made.does for pin in _inner(do.arguments))


def _inner(arguments: Sequence[Any]) -> Iterator[Any]:
    """Yield what a function is given, also in lists and by names."""
    for given in arguments:
        if isinstance(given, list | dict):
            yield from given.values() if isinstance(given, dict) else given
        else:
            yield given


def _without_idle(statements: Sequence[Statement]) -> list[Statement]:
    return [one for one in statements if not isinstance(one, Use) or one.ask.fields or one.ask.use != NOTHING]


def _all_texts(made: Program) -> Iterator[str]:
    for statement in made.every():
        if isinstance(statement, Ask):
            yield place(statement.tty)
            yield target_of(statement.call)
            yield json.dumps(statement.call.json_body(), ensure_ascii=False)
        elif isinstance(statement, Print):
            yield statement.text
        elif isinstance(statement, Do):
            yield from (given for given in _inner(statement.arguments) if isinstance(given, str))
        elif isinstance(statement, Leave):
            yield statement.status
