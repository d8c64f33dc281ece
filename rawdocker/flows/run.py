"""run: a command in a container of its own, from the image to the exit code, in the order of docker's own calls.

    create (pull the image and create again where it is missing), attach, wait, start; then the streams, then the answer
    to wait, which was asked for before the start so that no end is missed.

`run` and `run_async` are twins: what is asked and what an answer means is in `_Run`, which does no I/O.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from rawdocker.call import Call, Frame, HijackCall
from rawdocker.calls.container import (
    container_attach,
    container_create,
    container_delete,
    container_kill,
    container_start,
    container_wait,
)
from rawdocker.calls.image import image_create
from rawdocker.errors import DeadlineError, InvalidCallError, NotFoundError, RawdockerError, StreamError
from rawdocker.flows.complete import completed

if TYPE_CHECKING:
    from rawdocker.client import AsyncClient, Client
    from rawdocker.connection import AsyncConnection, Connection

PULLS = ("missing", "always", "never")

PIECE = 65536
"""Bytes of a file that are sent at once."""

GRACE = 30.0
"""Seconds that cleaning up after an error may take."""


class RunResult(NamedTuple):
    """What came of a run."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    """The command's, also where it is not 0; 128 + n where signal n ended it."""
    id: str
    """The container's, which is gone unless it was to be kept."""
    calls: tuple[Call[Any], ...]
    """Every call that was made, in order."""


def run(
    image: str,
    command: Sequence[str] | None = None,
    *,
    client: Client | None = None,
    stdin: bytes | IO[bytes] | Iterable[bytes] | None = None,
    name: str | None = None,
    remove: bool = True,
    timeout: float | None = None,
    pull: str = "missing",
    platform: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> RunResult:
    """Run a command in a new container, and return its output and exit code when it has ended.

    Parameters:
        image: its name, such as "debian:12".
        command: the words of the command: ["echo", "hi"]. Default: the image's own.
        client: executes the calls. Default: a new Client, closed at the end.
        stdin: what the command reads: bytes, an open file, or an iterator of chunks. Default: nothing.
        name: the container's name. Default: the engine invents one.
        remove: remove the container and its anonymous volumes at the end (HostConfig.AutoRemove). Default: yes.
        timeout: seconds that the command may run. Default: no limit.
        pull: "missing", "always" or "never": when to pull the image, with the credentials docker has stored.
        platform: os[/arch[/variant]] that the image must have. Default: the engine's own.
        config: the rest of the body of container_create, by the API's names: {"Env": ["A=1"], "HostConfig": {...}}.

    Returns RunResult: stdout and stderr as bytes, held in memory (of a terminal, all is stdout), exit_code, id, calls.
    An exit code other than 0 raises nothing. However else it ends, by Ctrl-C, timeout or an error, the container is
    killed and, with remove, removed before the error is raised; what it had written is lost.
    Where many run at once by one client, a few are started at a time (rawdocker.client.STARTS_AT_ONCE).
    Raises DeadlineError where the time is over, BadRequestError or ServerError where the command cannot be started,
    NotFoundError where there is no such image, ConflictError where the name is taken, CutStreamError where the engine
    goes away; whatever reading stdin raises.
    API: POST /containers/create (ContainerCreate), /images/create (ImageCreate), /containers/{id}/attach
    (ContainerAttach), /wait (ContainerWait), /start (ContainerStart); after an error DELETE /containers/{id}
    (ContainerDelete) or POST /containers/{id}/kill (ContainerKill); since 1.25.
    """
    flow = _Run(image, command, stdin is not None, name, remove, pull, platform, config)
    with ExitStack() as stack:
        if client is None:
            from rawdocker.client import Client

            client = stack.enter_context(Client())
        try:
            _create(client, flow)
            connection = stack.enter_context(client.hijack(flow.attach()))
            waiting = stack.enter_context(client.stream(flow.wait()))
            with client.starting:
                client.send(flow.start(), timeout=timeout)
            return flow.result(_ended(connection, waiting, flow, stdin, timeout))
        except BaseException:
            if flow.id:
                with suppress(RawdockerError):
                    client.send(flow.undo(), timeout=GRACE)
            raise


async def run_async(
    image: str,
    command: Sequence[str] | None = None,
    *,
    client: AsyncClient | None = None,
    stdin: bytes | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes] | None = None,
    name: str | None = None,
    remove: bool = True,
    timeout: float | None = None,
    pull: str = "missing",
    platform: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> RunResult:
    """Run a command in a new container, and return its output and exit code when it has ended.

    The same as `run`, with the same parameters, for asyncio and trio; client is an AsyncClient, and stdin may be an
    asynchronous iterator as well. Cancelling it kills and, with remove, removes the container first.
    """
    from anyio import CancelScope, move_on_after

    flow = _Run(image, command, stdin is not None, name, remove, pull, platform, config)
    async with AsyncExitStack() as stack:
        if client is None:
            from rawdocker.client import AsyncClient

            client = await stack.enter_async_context(AsyncClient())
        try:
            await _create_async(client, flow)
            connection = await stack.enter_async_context(client.hijack(flow.attach()))
            waiting = await stack.enter_async_context(client.stream(flow.wait()))
            async with client.starting:
                await client.send(flow.start(), timeout=timeout)
            with move_on_after(timeout):
                return flow.result(await _ended_async(connection, waiting, flow, stdin))
            raise flow.overdue(timeout)
        except BaseException:
            if flow.id:
                with CancelScope(shield=True), suppress(RawdockerError):
                    await client.send(flow.undo(), timeout=GRACE)
            raise


class _Run:
    """One run without I/O: its calls in order, and what came of them."""

    def __init__(
        self,
        image: str,
        command: Sequence[str] | None,
        stdin: bool,
        name: str | None,
        remove: bool,
        pull: str,
        platform: str | None,
        config: Mapping[str, Any] | None,
    ) -> None:
        if isinstance(command, (str, bytes)):
            raise InvalidCallError(f"a command is a list of words, such as ['echo', 'hi'], not {command!r}")
        if pull not in PULLS:
            raise InvalidCallError(f"pull is one of {', '.join(PULLS)}, not {pull!r}")
        self.id = ""
        self._image, self._platform, self._pull = image, platform, pull
        self._stdin, self._remove = stdin, remove
        self._body: dict[str, Any] = {**(config or {}), "Image": image}
        if command is not None:
            self._body["Cmd"] = list(command)
        if stdin:
            self._body |= {"AttachStdin": True, "OpenStdin": True, "StdinOnce": True}
        if remove:
            self._body["HostConfig"] = {**(self._body.get("HostConfig") or {}), "AutoRemove": True}
        self._name = name
        self._calls: list[Call[Any]] = []
        self._output: dict[str, list[bytes]] = {"stdout": [], "stderr": []}

    def creation(self) -> Generator[Call[Any], Any, None]:
        """Yield the calls that make the container; is sent their answers, or thrown the engine's refusal."""
        if self._pull == "always":
            yield self._pulling()
        try:
            created = yield self._creating()
        except NotFoundError:
            if self._pull != "missing":
                raise
            yield self._pulling()
            created = yield self._creating()
        self.id = created["Id"]

    def _creating(self) -> Any:
        return self._made(container_create(self._body, name=self._name, platform=self._platform))

    def _pulling(self) -> Any:
        import os

        from rawdocker.host import load_config
        from rawdocker.registry.credentials import for_registry
        from rawdocker.registry.reference import parse

        image = parse(self._image).with_default_tag()
        credentials = for_registry(image.domain, load_config(), os.environ) or None
        return self._made(
            image_create(
                fromImage=image.name,
                tag=image.tag_or_digest,
                platform=self._platform,
                X_Registry_Auth=credentials,
            )
        )

    def attach(self) -> HijackCall:
        tty = bool(self._body.get("Tty"))
        stdin = self._stdin or None
        call: HijackCall = self._made(
            container_attach(self.id, stream=True, stdin=stdin, stdout=True, stderr=True, tty=tty)
        )
        return call

    def wait(self) -> Any:
        return self._made(container_wait(self.id, condition="removed" if self._remove else "next-exit"))

    def start(self) -> Any:
        return self._made(container_start(self.id))

    def undo(self) -> Call[None]:
        """Return the call that ends a run that went wrong."""
        return container_delete(self.id, v=True, force=True) if self._remove else container_kill(self.id)

    def _made(self, call: Call[Any]) -> Any:
        self._calls.append(call)
        return call.as_json()

    def add(self, frame: Frame) -> None:
        """Keep a piece of output."""
        if frame.stream == "systemerr":
            raise StreamError(frame.data.decode("utf-8", "replace"), status=200, call=self._calls[-1])
        self._output[frame.stream].append(frame.data)

    def overdue(self, timeout: float | None) -> DeadlineError:
        return DeadlineError(f"{self._image}: the command still ran after {timeout} seconds", call=self._calls[-1])

    def result(self, status: Mapping[str, Any]) -> RunResult:
        """Return what came of it, given the answer to wait."""
        if status.get("Error"):
            raise StreamError(str(status["Error"].get("Message")), status=200, call=self._calls[-1])
        stdout, stderr = (b"".join(pieces) for pieces in self._output.values())
        return RunResult(stdout, stderr, int(status["StatusCode"]), self.id, tuple(self._calls))


def _create(client: Client, flow: _Run) -> None:
    steps = flow.creation()
    with suppress(StopIteration):
        call = next(steps)
        while True:
            send = partial(client.send, call)
            try:
                answer = completed(send, lambda made: client.send(_removal(made))) if _creates(call) else send()
            except NotFoundError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)


async def _create_async(client: AsyncClient, flow: _Run) -> None:
    steps = flow.creation()
    with suppress(StopIteration):
        call = next(steps)
        while True:
            try:
                answer = await (_completed(client, call) if _creates(call) else client.send(call))
            except NotFoundError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)


async def _completed(client: AsyncClient, call: Call[Any]) -> Any:
    """Make a container although a cancellation comes meanwhile; then remove it again."""
    from anyio import CancelScope, create_task_group

    answers: list[Any] = []

    async def act() -> None:
        with CancelScope(shield=True):
            answers.append(await client.send(call))

    try:
        async with create_task_group() as tasks:
            # in a task of its own, as asyncio's way of cancelling a task knows no shields
            tasks.start_soon(act)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    except BaseException:
        if answers:
            with CancelScope(shield=True):
                await client.send(_removal(answers[0]))
        raise
    return answers[0]


def _creates(call: Call[Any]) -> bool:
    return call.operation == "ContainerCreate"


def _removal(created: Mapping[str, Any]) -> Call[None]:
    return container_delete(created["Id"], v=True, force=True)


def _ended(connection: Connection, waiting: Iterator[Any], flow: _Run, stdin: Any, timeout: float | None) -> Any:
    """Return the answer to wait, with the output collected; raise DeadlineError where it takes too long."""
    # Threads read and write, so that neither a silent engine nor a stdin that does not end can hold up this one.
    ended: SimpleQueue[Any] = SimpleQueue()

    def read() -> Any:
        for frame in connection:
            flow.add(frame)
        ended.put(next(waiting))

    def write() -> None:
        with suppress(RawdockerError):  # the command reads no more
            for piece in _pieces(stdin):
                connection.write(piece)
            connection.close_write()

    for work in (read, write) if stdin is not None else (read,):
        threading.Thread(target=_told, args=(work, ended), daemon=True).start()
    try:
        outcome = ended.get(timeout=timeout)
    except Empty:
        raise flow.overdue(timeout) from None
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _told(work: Callable[[], object], ended: SimpleQueue[Any]) -> None:
    try:
        work()
    except BaseException as error:
        ended.put(error)


async def _ended_async(connection: AsyncConnection, waiting: AsyncIterator[Any], flow: _Run, stdin: Any) -> Any:
    """Return the answer to wait, with the output collected."""
    from anyio import create_task_group

    async def write() -> None:
        with suppress(RawdockerError):  # the command reads no more
            async for piece in _async_pieces(stdin):
                await connection.write(piece)
            await connection.close_write()

    try:
        async with create_task_group() as tasks:
            if stdin is not None:
                tasks.start_soon(write)
            async for frame in connection:
                flow.add(frame)
            answer = await anext(waiting)
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:  # of one error, or of errors of which the first is the cause
        raise group.exceptions[0] from None
    return answer


def _pieces(stdin: Any) -> Iterable[bytes]:
    if isinstance(stdin, (bytes, bytearray, memoryview)):
        return (bytes(stdin),)
    if hasattr(stdin, "read"):
        return iter(partial(stdin.read, PIECE), b"")
    pieces: Iterable[bytes] = stdin
    return pieces


async def _async_pieces(stdin: Any) -> AsyncIterator[bytes]:
    if hasattr(stdin, "__aiter__"):
        async for piece in stdin:
            yield piece
    else:
        for piece in _pieces(stdin):
            yield piece
