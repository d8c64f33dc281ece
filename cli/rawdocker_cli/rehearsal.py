"""--dry-run: a verb is run against a client that sends nothing, and the requests it would make are shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from rawdocker import show as shown
from rawdocker.errors import InvalidCallError, RawdockerError
from rawdocker.plan import DEPENDS, PING, DryRun, Placeholder, Plan, PlanEnds, Sink, Step, explored, weighed
from rawdocker_cli import support
from rawdocker_cli.flags.flag import Options, Verb
from rawdocker_cli.flags.ours import OFFLINE
from rawdocker_cli.shell import MISREAD, PROGRAM, Failure, Shell, without_click
from rawdocker_cli.watch import BAD_FLAG, redactor_for

if TYPE_CHECKING:
    from rawdocker.call import Call
    from rawdocker.registry.client import RegistryClient, RegistryOptions
    from rawdocker.secrets import Redactor

T = TypeVar("T")

Function = Callable[[Shell, Options, list[str]], int | None]


class Rehearsal(Shell):
    """A shell in which nothing is sent, read or written; what would be printed is kept."""

    rehearsing = True

    def __init__(self, options: Options, ours: Options, dry: DryRun) -> None:
        super().__init__(options, ours)
        self._dry = dry
        self.output: list[tuple[int, str]] = []
        """What would be printed: before which step, and the text."""

    @cached_property
    def docker(self) -> Any:
        """The client that sends nothing."""
        return self._dry

    def registry(self, address: str, **options: Unpack[RegistryOptions]) -> RegistryClient:
        """Return a client that sends questions alone."""
        with without_click():
            from rawdocker.registry.plan import DryRegistryClient

        online = self.ours.dry_run != OFFLINE
        return DryRegistryClient(address, self._dry, online=online, announce=_announce, **options)

    def send(self, call: Call[Any]) -> Any:
        """Write a call down and answer by a placeholder."""
        return self._dry.send(call.as_json())

    def stream(self, call: Call[Any]) -> Any:
        """Write a call down; nothing comes of it."""
        return self._dry.stream(call.as_json())

    @property
    def guesses(self) -> bool:
        """Whether something was read from an answer that is a placeholder: a refusal behind that need not be one."""
        return any(not step.asked and step.call != PING for step in self._dry.steps)

    def does(
        self, function: Callable[..., T], *arguments: Any, dry: Mapping[str, Any] | None = None, **named: Any
    ) -> T:
        """Write down that a function is called, and the requests that it makes; what it prints is its own affair."""
        printed = len(self.output)
        answer = self._dry.do(function, arguments, named, lambda *given: function(*given, **{**named, **(dry or {})}))
        del self.output[printed:]
        return answer  # type: ignore[no-any-return]

    def writes(self, function: Callable[..., None], *arguments: Any) -> None:
        """Write down that a function is called."""
        self._dry.do(function, arguments, {}, lambda *given: None)

    def goes_to(self, kind: str, where: str) -> None:
        """Note where the answers of what is sent next go."""
        self._dry.sink = Sink(kind, where)

    def write_bytes(self, data: bytes) -> None:
        """Keep what would be written to stdout."""
        text = data if isinstance(data, Placeholder) else data.decode("utf-8", "replace")
        self.output.append((len(self._dry.steps), text))

    def warn(self, text: str, *, drawn: bool = False) -> None:
        """Say nothing."""


def show(options: Options, ours: Options, verb: Verb, function: Function, typed: Options, words: list[str]) -> int:
    """Print the requests of a verb in the form that --as names; return the exit code."""
    found = plan(options, ours, verb, function, typed, words)
    redactor = redactor_for(ours, sys.stdout)
    form = getattr(ours, "as")
    shell = Shell(options, ours)
    shell.write(_script(found, form, shell, redactor) if form else shown.plan_text(found, redactor))
    return 0


def _script(found: Plan, form: str, shell: Shell, redactor: Redactor) -> str:
    from rawdocker.export import script

    try:
        return script(found, form, endpoint=shell.endpoint(), redactor=redactor)
    except InvalidCallError as error:
        shell.fail(f"{PROGRAM}: {error}", BAD_FLAG)


def plan(options: Options, ours: Options, verb: Verb, function: Function, typed: Options, words: list[str]) -> Plan:
    """Return what a verb would send."""
    asking = Shell(options, ours) if verb.asks and ours.dry_run != OFFLINE else None
    reader = _Reader(asking) if asking else None
    results: list[tuple[Rehearsal, Any]] = []
    endpoint = Shell(options, ours).endpoint()

    def rehearse(missing: Sequence[int], refused: Mapping[int, str] | None = None) -> tuple[list[Step], Any]:
        dry = DryRun(endpoint, asks=verb.asks, client=reader, missing=missing, refused=refused)
        shell = Rehearsal(options, ours, dry)
        status = _performed(shell, verb, function, typed, words, expected=not (missing or refused))
        results.append((shell, status))
        return dry.steps, status

    steps = explored(lambda missing: rehearse(missing)[0])
    shell, status = results[0]
    if getattr(ours, "as"):
        weighed(steps, rehearse)
    version = shell.docker.negotiate() if any(not step.where for step in steps) else ""
    agreed = reader is not None and bool(version) and not pinned()
    return Plan(steps, version, agreed, shell.output, status, shell.docker.deeds, shell.docker.credentials)


def _performed(
    shell: Rehearsal, verb: Verb, function: Function, typed: Options, words: list[str], *, expected: bool
) -> Any:
    """Run a verb and return its exit code. What it makes of placeholders in the end is no matter."""
    try:
        support.check(shell, verb, typed)
        return function(shell, typed, words) or 0
    except (PlanEnds, *MISREAD):
        return 0
    except (Failure, RawdockerError) as error:
        if expected and not shell.guesses:
            raise
        return getattr(error, "code", 1)


class _Reader:
    """Really asks the engine, each thing once, and says so on stderr."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._answers: dict[Any, Any] = {}
        self._version = ""

    def negotiate(self) -> str:
        if not (self._version or pinned()):
            sys.stderr.write("dry run: HEAD /_ping is sent, to agree on a version\n")
        self._version = self._version or self._shell.docker.negotiate()
        return self._version

    def send(self, call: Call[Any]) -> Any:
        if call not in self._answers:
            method, _, target = str(call).partition(" ")
            _announce(f"{method} /v{self.negotiate()}{target}")
            try:
                self._answers[call] = self._shell.send(call)
            except RawdockerError as error:
                self._answers[call] = error
        answer = self._answers[call]
        if isinstance(answer, RawdockerError):
            raise answer
        return answer


def _announce(request: str) -> None:
    sys.stderr.write(shown.printable(f"dry run: {request} is sent: {DEPENDS}") + "\n")


def pinned() -> bool:
    """Say whether the environment names the version of the API."""
    return bool(os.environ.get("DOCKER_API_VERSION"))
