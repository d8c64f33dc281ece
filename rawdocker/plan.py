"""Dry runs: a client that sends nothing and writes down what it is asked to send.

    docker = DryRun()
    box = docker.send(calls.container_create({"Image": "debian:12"}, name="web"))
    docker.send(calls.container_start(box["Id"]))
    docker.steps        # POST /containers/create?name=web, POST /containers/<Id of create>/start

It has the three ways of a client to execute a call, so what is written for a client runs against it unchanged. Answers
are placeholders: they name what a real answer would hold, and take part in later calls by that name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn, Protocol

from rawdocker import version as api_version
from rawdocker.call import Call, Codec, Frame, HijackCall, StreamCall
from rawdocker.errors import error_for
from rawdocker.operations import operations

PING: Call[None] = Call("SystemPingHead", "HEAD", "/_ping", codec=Codec.EMPTY)

DEPENDS = "what follows depends on the answer"
"""The note of a step whose answer is not known, and that of a question."""

_FOLDER = (1 << 31) | 0o755
"""The mode of a folder as the engine writes it: Go's bits, not the system's."""


class Placeholder(str):
    """Something of an answer that has not come: `<Id of create>`.

    Whatever is asked of it by name is there, and is a placeholder too; whatever may be missing is missing, and as a
    list it is empty. What was looked for so is noted at the step.
    """

    step: Step | None
    """The step whose answer it stands for."""
    field: str
    """What of the answer it is: Id, StatusCode; empty for the whole."""

    def __new__(cls, text: str, step: Step | None = None, field: str = "") -> Placeholder:
        made = super().__new__(cls, text)
        made.step, made.field = step, field
        return made

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return str.__getitem__(self, key)
        self._looked_for(key)
        return Placeholder(f"<{key} of {self._word}>", self.step, key)

    def __getattr__(self, name: str) -> Placeholder:
        if not name.startswith("_"):
            self._looked_for(name)
        if not name[:1].isupper():  # the API's own names begin with a capital
            raise AttributeError(name)
        return Placeholder(f"<{name} of {self._word}>", self.step, name)

    def __str__(self) -> str:
        return self  # who makes a text of it has a placeholder still

    @property
    def _word(self) -> str:
        return str(self).strip("<>")

    def _looked_for(self, what: str) -> None:
        if self.step is not None:
            self.step.looked_for.add(what)

    def get(self, key: str, default: Any = None) -> Any:
        self._looked_for(key)
        return default

    def __iter__(self) -> Iterator[Any]:
        self._looked_for(EVERYTHING)
        return iter(())

    def items(self) -> tuple[()]:
        self._looked_for(EVERYTHING)
        return ()

    keys = values = items

    def __int__(self) -> int:
        return 0


EVERYTHING = "*"
"""What is looked for in an answer that is gone through as a list."""


class Sink(NamedTuple):
    """Where the answer of a step goes."""

    kind: str
    """progress: messages for people; file: its bytes; files: what the archive holds."""
    where: str
    """stdout, stderr, empty for nowhere; for file and files a path."""


class Refusal(NamedTuple):
    """What a verb does where the engine refuses a step."""

    goes_on: bool = False
    """Whether what follows is done all the same."""
    status: int = 1
    """What is returned in the end."""
    excused: bool = False
    """Whether a 404 is none to it."""
    skips: int = 0
    """How many of the steps that follow are left out then."""
    codes: Mapping[str, int] = {}
    """What is returned instead of `status` where the engine's message has these words."""


class Step:
    """One request of a plan."""

    def __init__(self, call: Call[Any], way: str, name: str) -> None:
        self.call = call
        self.way = way
        """send, stream or hijack: how it is executed."""
        self.name = name
        """What placeholders call its answer: create, exec 2."""
        self.where = ""
        """The registry that it is for, such as https://registry-1.docker.io; empty where it is for the engine."""
        self.target = call.target
        """Path and query as they are sent, without the version."""
        self.note = ""
        """What else is to be known of it."""
        self.again = False
        """Whether the very same request stands in the plan before."""
        self.within = False
        """Whether it is asked on the way to the answer of a step before: for a token, for the next page of a list."""
        self.asked = False
        """Whether it was really sent, because what follows depends on its answer."""
        self.assumed = False
        """Whether what follows depends on its answer, and the usual one was assumed."""
        self.closed_before: int | None = None
        """For a stream or a hijacked connection the number of the step before which it was left."""
        self.otherwise: Sequence[Step] = ()
        """What is sent instead of going on where this is answered by 404."""
        self.goes_on = True
        """Whether, after `otherwise`, the plan goes on behind this step."""
        self.answer: Any = None
        """What it was answered where it was really sent."""
        self.looked_for: set[str] = set()
        """What of its answer was looked for, EVERYTHING where it was gone through as a list."""
        self.sink: Sink | None = None
        """Where its answer goes; None where its kind says that."""
        self.refusal = Refusal()
        """What is done where it is refused for another reason than 404."""
        self.trail: tuple[int, ...] = ()
        """Its number in the rehearsal where it was met, behind the numbers of the steps that were missing there."""

    def __repr__(self) -> str:
        return f"<Step {self.call}>"


STATUS = "status"
"""What a function answers that returns an exit code."""


class Deed(NamedTuple):
    """A function of the library that does more than ask one thing."""

    function: Callable[..., Any]
    arguments: Sequence[Any]
    named: Mapping[str, Any]
    answer: Any
    """What it returned in the rehearsal, a placeholder for an exit code; None where it was not called."""
    steps: range
    """The numbers of the steps that are its own."""


class Client(Protocol):
    """What really asks where a plan needs to know more."""

    def send(self, call: Call[Any], /) -> Any: ...
    def negotiate(self) -> str: ...


class DryRun:
    """A client that sends nothing.

    Parameters:
        endpoint: what `endpoint` of a client says; only shown.
        version: the API version of the requests. Default: DOCKER_API_VERSION, else the highest that rawdocker speaks.
        asks: names of operations whose answers decide what is asked next, such as ContainerInspect for exec.
        client: what asks these. Default: they are assumed: a container runs and has no terminal, a path is a folder.
        announce: told of each call before it is really sent.
        missing: numbers of the steps that are answered by 404, to find out what is done then.
        refused: numbers of the steps that are answered by 500, and the messages, likewise.
    """

    def __init__(
        self,
        endpoint: Any = None,
        *,
        version: str | None = None,
        asks: Sequence[str] = (),
        client: Client | None = None,
        announce: Callable[[Call[Any]], object] = lambda call: None,
        missing: Sequence[int] = (),
        refused: Mapping[int, str] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.engine: Mapping[str, str] = {}
        self.steps: list[Step] = []
        """The requests so far, in order."""
        self.deeds: list[Deed] = []
        """The functions of the library that do more than ask, in order."""
        self.credentials: dict[str, Mapping[str, str]] = {}
        """The credentials that registries wanted, by where these are."""
        self._pinned = version or os.environ.get("DOCKER_API_VERSION") or ""
        self.sink: Sink | None = None
        """Where the answers of the steps to come go."""
        self.asks = frozenset(asks)
        self._client, self._announce = client, announce
        self._failing = dict.fromkeys(missing, (404, "it is missing"))
        self._failing |= {number: (500, message) for number, message in (refused or {}).items()}
        self._version = ""

    def negotiate(self) -> str:
        """Return the version that requests have; the first use is a request of its own, unless one is pinned."""
        if not self._version:
            if not self._pinned:
                self.add(PING, "send")
            self._version = self._pinned or (self._client.negotiate() if self._client else api_version.HIGHEST)
        return self._version

    def send(self, call: Call[Any], *, timeout: float | None = None) -> Any:
        """Write a call down; answer by a placeholder, or really where what follows depends on it."""
        self.negotiate()
        step = self.add(call, "stream" if isinstance(call, StreamCall) else "send")
        if call.operation in self.asks:
            return self._asked(step)
        if isinstance(call, StreamCall):
            return []
        return "{}" if call.codec is Codec.TEXT else Placeholder(f"<{step.name}>", step)

    @contextmanager
    def stream(self, call: Call[Any]) -> Iterator[Iterator[Any]]:
        """Write a call down; nothing comes of a stream, and of one with a single answer a placeholder."""
        self.negotiate()
        step = self.add(call, "stream")
        try:
            if call.codec is Codec.RAW:
                yield never()
            elif isinstance(call, StreamCall):
                yield iter(())
            else:
                yield iter((Placeholder(f"<{step.name}>", step),))
        finally:
            step.closed_before = len(self.steps)

    @contextmanager
    def hijack(self, call: HijackCall) -> Iterator[NoConnection]:
        """Write a call down; nothing comes over its connection, and nothing is sent."""
        self.negotiate()
        step = self.add(call, "hijack")
        try:
            yield NoConnection()
        finally:
            step.closed_before = len(self.steps)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def do(
        self, function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any], how: Callable[..., Any]
    ) -> Any:
        """Write down that a function is called, and what `how` sends when it is called instead."""
        before = len(self.steps)
        answer = how(*arguments)
        if isinstance(answer, int):
            answer = Placeholder(f"<{STATUS} of {function.__name__}>")
        self.deeds.append(Deed(function, arguments, named, answer, range(before, len(self.steps))))
        return answer

    def add(self, call: Call[Any], way: str, where: str = "") -> Step:
        """Write a call down: to the engine, or to the registry that `where` names."""
        before = next((step for step in self.steps if (step.call, step.where) == (call, where)), None)
        step = Step(call, way, before.name if before else self._named(call))
        step.where, step.again, step.sink = where, before is not None, self.sink
        self.steps.append(step)
        failure = self._failing.get(len(self.steps) - 1)
        if failure:
            step.closed_before = len(self.steps)
            raise error_for(*failure, call)
        return step

    def _named(self, call: Call[Any]) -> str:
        """Return a word for a call's answer: the verb of its function, with a number where another call has it."""
        named = re.sub(r"(?<=.)(?=[A-Z])", "_", call.operation).lower()  # so are the functions for registries
        function = next((o.function for o in operations() if o.name == call.operation), named or call.path)
        word = function.rpartition("_")[2]
        names = {step.name for step in self.steps}
        number = sum(name == word or name.startswith(f"{word} ") for name in names)
        return f"{word} {number + 1}" if number else word

    def _asked(self, step: Step) -> Any:
        if self._client is None:
            step.assumed = True
            return _ASSUMED[step.call.operation](step.call, Placeholder(f"<{step.name}>", step))
        self._announce(step.call)
        step.asked = True
        step.answer = self._client.send(step.call)
        return step.answer


class NoConnection:
    """A hijacked connection over which nothing comes."""

    def __iter__(self) -> Iterator[Frame]:
        return iter(())

    chunks = __iter__

    def write(self, data: bytes) -> None:
        """Send nothing."""

    def close_write(self) -> None:
        """Close nothing."""


class PlanEnds(BaseException):
    """Something was asked for that no dry run has; what was to be done with it is undone on the way out."""


def never() -> Iterator[NoReturn]:
    """Give bytes that no dry run has."""
    raise PlanEnds
    yield


def _container(call: Call[Any], answer: Placeholder) -> dict[str, Any]:
    return {
        "Id": answer["Id"],
        "Name": f"/{call.arguments['id']}",
        "State": {"Running": True, "Status": "running", "Paused": False, "Restarting": False},
        "Config": {"Tty": False, "OpenStdin": True, "Image": answer["Image"]},
        "HostConfig": {"AutoRemove": False},
    }


def _path(call: Call[Any], answer: Placeholder) -> dict[str, Any]:
    name = str(call.query["path"]).rstrip("/").rpartition("/")[2]
    return {"name": name, "size": 0, "mode": _FOLDER, "linkTarget": ""}


_ASSUMED: Mapping[str, Callable[[Call[Any], Placeholder], dict[str, Any]]] = {
    "ContainerInspect": _container,
    "ContainerArchiveInfo": _path,
}


class Plan(NamedTuple):
    """What a dry run found."""

    steps: Sequence[Step]
    version: str
    """The API version of the requests; empty where none is for the engine."""
    agreed: bool
    """Whether that version was agreed with an engine."""
    output: Sequence[tuple[int, str]]
    """What would be printed: before which step, and the text, with placeholders in it."""
    status: int
    """What would be returned: a number, or the placeholder of one."""
    deeds: Sequence[Deed] = ()
    """What else is done than to send them."""
    credentials: Mapping[str, Mapping[str, str]] = {}
    """What registries wanted to know who asks by: https://registry-1.docker.io: {"username": …, "password": …}."""


def explored(
    rehearse: Callable[[Sequence[int]], list[Step]], missing: tuple[int, ...] = (), end: int | None = None
) -> list[Step]:
    """Return the steps of what is rehearsed, each with what would be sent instead where it is answered by 404.

    rehearse: runs it against a DryRun with these steps missing, and returns the steps.
    end: before which step to stop looking for that.
    """
    steps = rehearse(missing)
    first = missing[-1] + 1 if missing else 0
    fruitless = {"SystemPingHead"}
    for number in range(first, len(steps) if end is None else end):
        step = steps[number]
        step.trail = (*missing, number)
        # what a registry lacks is asked of it, and not found by trying
        if step.asked or step.where or step.call.operation in fruitless:
            continue
        other, rest = rehearse((*missing, number))[number + 1 :], steps[number + 1 :]
        same = _common_end(other, rest)
        if len(other) > same:
            other = explored(rehearse, (*missing, number), number + 1 + len(other) - same)[number + 1 :]
            step.otherwise, step.goes_on = other[: len(other) - same], same == len(rest)
        else:
            fruitless.add(step.call.operation)
    return steps


Rehearse = Callable[[Sequence[int], Mapping[int, str]], tuple[list[Step], int]]
"""Runs something with these steps missing and those refused, with a message; returns the steps and the exit code."""

TELLING = ("executable file not found", "no such file or directory", "permission denied", "is a directory")
"""Words in the engine's messages that may make another exit code."""


def weighed(steps: Sequence[Step], rehearse: Rehearse) -> None:
    """Note at each step what is done where the engine refuses it."""
    known: dict[tuple[str, bool], Refusal] = {}
    for step in every(steps):
        kind = (step.call.operation, bool(step.otherwise))
        if step.trail and not step.where and kind not in known and step.call != PING:
            known[kind] = _refusal(step, rehearse)
        step.refusal = known.get(kind, step.refusal)


def _refusal(step: Step, rehearse: Rehearse) -> Refusal:
    *missing, number = step.trail
    rest, status = rehearse(missing, {number: ""})
    excused = not step.otherwise and rehearse(step.trail, {})[1] == 0 != status
    skips = len(rehearse(missing, {})[0]) - len(rest)
    codes = {words: rehearse(missing, {number: words})[1] for words in (TELLING if status > 1 else ())}
    told = {words: code for words, code in codes.items() if code != status}
    return Refusal(len(rest) > number + 1, status, excused, skips, told)


def every(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield steps with all that may be sent instead of what follows them."""
    for step in steps:
        yield step
        yield from every(step.otherwise)


def _common_end(one: Sequence[Step], other: Sequence[Step]) -> int:
    count = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine.call != theirs.call:
            break
        count += 1
    return count
