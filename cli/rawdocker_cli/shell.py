"""What a verb works with: the engine, the streams of the process, the configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, Unpack

from rawdocker.call import Call, Codec, HijackCall, StreamCall
from rawdocker_cli.harmless import harmless

if TYPE_CHECKING:
    from rawdocker.client import Client
    from rawdocker.connection import Connection
    from rawdocker.registry.client import RegistryClient, RegistryOptions
    from rawdocker_cli.flags.flag import Options

T = TypeVar("T")

PROGRAM = "rawdocker"


class Failure(Exception):
    """Ends a verb with a message on stderr (none where it is empty) and an exit code."""

    def __init__(self, message: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@contextmanager
def without_click() -> Iterator[None]:
    """Hide click while httpx is imported: where it is installed, httpx loads its own command line, and rich with it."""
    if "httpx" in sys.modules or "click" in sys.modules:
        yield
        return
    sys.modules["click"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["click"]


def interrupt_nobody() -> None:
    """Let an engine on the same processors write on while a part of what it writes is there to be read: interrupted at
    each part, it takes longer for the whole. Whoever has given this process a policy of its own is not overruled."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it
            if os.sched_getscheduler(0) == os.SCHED_OTHER:
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


class Shell:
    """Passed to every verb as its first argument.

    Answers are plain JSON values here, not models: what the engine said is what templates and tables are fed with.
    """

    rehearsing = False
    """Whether nothing may be sent, read or written: a dry run."""

    def __init__(self, options: Options, ours: Options) -> None:
        self.options = options
        """The global flags."""
        self.ours = ours
        """The flags that docker does not have."""
        self.observers = watchers(ours)

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *exc_info: object) -> None:
        for observer in self.observers:
            observer.close()

    @cached_property
    def docker(self) -> Client:
        """The client, made when the first call is; its endpoint is found as docker finds it."""
        from rawdocker.client import Client

        interrupt_nobody()
        return Client(endpoint=self.endpoint(), headers=self._headers(), observers=self.observers)

    def registry(self, address: str, **options: Unpack[RegistryOptions]) -> RegistryClient:
        """Return a client of a registry."""
        with without_click():
            from rawdocker.registry.client import RegistryClient

        return RegistryClient(address, **options)

    def send(self, call: Call[Any]) -> Any:
        """Execute a call and return its answer as plain JSON values (a list of them for a stream)."""
        answer = self.docker.send(call.as_json())
        return _shown(call, answer if isinstance(call, StreamCall) else of_kind(call, answer))

    @contextmanager
    def stream(self, call: Call[Any]) -> Iterator[Iterator[Any]]:
        """Execute a call and iterate over its answer."""
        with self.docker.stream(call.as_json()) as items:
            yield (_shown(call, of_kind(call, item)) for item in items) if call.returns else items

    def hijack(self, call: HijackCall) -> AbstractContextManager[Connection]:
        """Execute a call and take its connection over."""
        return self.docker.hijack(call)

    @cached_property
    def config(self) -> dict[str, Any]:
        """docker's config.json."""
        from rawdocker.host import load_config

        return load_config(self.environment)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment, with --config as DOCKER_CONFIG."""
        environ = dict(os.environ)
        if self.options.config:
            environ["DOCKER_CONFIG"] = self.options.config
        return environ

    def contexts(self) -> list[str]:
        """Return the names of docker's contexts."""
        from rawdocker.host import context_names

        return context_names(self.environment)

    def endpoint(self) -> Any:
        """Return where the engine is."""
        from rawdocker.errors import EndpointError
        from rawdocker.host import resolve

        hosts = self.options.host
        if len(hosts) > 1:
            raise Failure("Failed to initialize: unable to resolve docker endpoint: Specify only one -H")
        try:
            return resolve(
                hosts[0] if hosts else None,
                self.options.context or None,
                tls=self._tls(),
                environ=self.environment,
            )
        except EndpointError as error:
            raise Failure(f"Failed to initialize: {error}") from None

    def _tls(self) -> Any:
        options = self.options
        if not options.typed("tls", "tlsverify", "tlscacert", "tlscert", "tlskey"):
            return None
        from rawdocker.host import TLSFiles, config_directory

        verify = options.tlsverify or options.typed("tlscacert")
        directory = os.environ.get("DOCKER_CERT_PATH") or config_directory(self.environment)
        if not options.tls and not verify:
            return None
        return TLSFiles(
            options.tlscacert or existing(os.path.join(directory, "ca.pem")),
            options.tlscert or existing(os.path.join(directory, "cert.pem")),
            options.tlskey or existing(os.path.join(directory, "key.pem")),
            verify=bool(verify),
        )

    def _headers(self) -> dict[str, str]:
        headers = {str(name): str(value) for name, value in (self.config.get("HttpHeaders") or {}).items()}
        for pair in (os.environ.get("DOCKER_CUSTOM_HEADERS") or "").split(","):
            name, equals, value = pair.partition("=")
            if equals:
                headers[name.strip()] = value
        return headers

    def write(self, text: str) -> None:
        """Write text to stdout; names that are not UTF-8 pass through unchanged."""
        self.write_bytes(encoded(text))

    def write_bytes(self, data: bytes) -> None:
        """Write bytes to stdout, at once."""
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def print(self, text: str) -> None:
        """Write a line to stdout."""
        self.write(text + "\n")

    def warn(self, text: str, *, drawn: bool = False) -> None:
        """Write a line to stderr; `drawn`: it is ours alone, and may steer a terminal."""
        text = text if drawn else harmless(text, sys.stderr)
        sys.stderr.buffer.write(encoded(text) + b"\n")
        sys.stderr.buffer.flush()

    def does(
        self, function: Callable[..., T], *arguments: Any, dry: Mapping[str, Any] | None = None, **named: Any
    ) -> T:
        """Call a function of the library that sends requests and more, which a dry run writes down.

        dry: what is otherwise when a dry run calls it.
        """
        return function(*arguments, **named)

    def writes(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call a function of the library that writes files, which a dry run only writes down."""
        function(*arguments)

    def goes_to(self, kind: str, where: str) -> None:
        """Say where the answers of what is sent next go, which a dry run cannot see (see rawdocker.plan.Sink)."""

    def fail(self, message: str, code: int = 1) -> NoReturn:
        """End the verb with a message and an exit code."""
        raise Failure(message, code)


def encoded(text: str) -> bytes:
    """Return a text in UTF-8; bytes of a command line that were none leave as they came."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, as JSON can name it
        return text.encode("utf-8", "replace")


def watchers(ours: Options) -> list[Any]:
    """Return the observers that our flags ask for; each has close()."""
    from rawdocker_cli.flags.ours import trace_level

    if not (trace_level(ours) or ours.record):
        return []
    from rawdocker_cli.watch import made

    return made(ours)


MISREAD = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What is raised where a verb reads an answer that has not the parts it should have."""


def _shown(call: Call[Any], answer: Any) -> Any:
    """Return an answer as it may be shown; what is no JSON (an archive, a log, where a link leads) as it is."""
    return harmless(answer, sys.stdout) if call.codec in (Codec.JSON, Codec.JSON_STREAM) else answer


def of_kind(call: Call[Any], answer: Any) -> Any:
    """Return an answer that is the list or the object that its model describes; engines say null for an empty list."""
    listed = call.returns.startswith("list[")
    if listed and answer is None:
        return []
    if call.returns and not isinstance(answer, list if listed else dict):
        from rawdocker.errors import ProtocolError

        kind = "a list" if listed else "an object"
        raise ProtocolError(f"the answer to {call} is not {kind} but {_beginning(answer)}", call=call)
    return answer


def _beginning(answer: Any) -> str:
    import json

    from rawdocker.secrets import hide_text

    return hide_text(json.dumps(answer, ensure_ascii=False))[:80]


def existing(path: str) -> str:
    """Return a path if there is something there, else nothing."""
    return path if os.path.exists(path) else ""


def spoken(error: BaseException) -> str:
    """Return an error as docker prints it: a refusal of the engine is marked as such, an error in a stream is not."""
    from rawdocker.errors import EngineError, StreamError

    refused = isinstance(error, EngineError) and not isinstance(error, StreamError)
    return f"Error response from daemon: {error}" if refused else str(error)
