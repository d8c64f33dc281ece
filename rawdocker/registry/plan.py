"""Dry runs against registries: what follows from answers is asked for, and nothing else is sent.

    dry = DryRun(asks=("ManifestGet",))
    with DryRegistryClient("127.0.0.1:5000", dry) as registry:
        registry.follow(flows.image(name, platform.default()))
    dry.steps        # GET …/manifests/1, GET …/manifests/sha256:…: both were sent

An observer stands before the wire and lets GET and HEAD pass alone, whatever asks for more: uploads, deletions, and the
POST by which an identity token becomes another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar, Unpack

from rawdocker.call import Call, Codec, StreamCall
from rawdocker.observe import Exchange, Observer
from rawdocker.plan import DEPENDS, DryRun, Placeholder, PlanEnds, Refusal, Step, never
from rawdocker.registry.client import RegistryClient, RegistryOptions
from rawdocker.registry.flows import Flow

T = TypeVar("T")

MOUNTS = "where the registry does not mount it, the blob is read and sent as well"


BORNE = Refusal(goes_on=True, status=0)
"""Of a step that the registry refused, and whose verb went on all the same."""


class DryRegistryClient(RegistryClient):
    """A RegistryClient that writes its requests down, and sends only those whose answers decide what is asked next.

    Parameters:
        registry, options: as of RegistryClient.
        dry: keeps the steps, and knows by its `asks` what is really asked.
        online: whether anything is sent. Default: yes; else what follows from an answer is not known.
        announce: told of each request before it is really sent: GET https://registry-1.docker.io/v2/….
    """

    def __init__(
        self,
        registry: str,
        dry: DryRun,
        *,
        online: bool = True,
        announce: Callable[[str], object] = lambda request: None,
        **options: Unpack[RegistryOptions],
    ) -> None:
        self._dry, self._online = dry, online
        self._gate = _Gate(dry, announce)
        self._wanted = options.get("credentials") or {}
        options["observers"] = [self._gate, *options.get("observers", ())]
        options["credentials"] = self._noted_credentials
        super().__init__(registry, **options)

    def _noted_credentials(self) -> Mapping[str, str]:
        self._wanted = self._wanted() if callable(self._wanted) else self._wanted
        self._dry.credentials[self.origin] = self._wanted
        return self._wanted

    def send(self, call: Call[T]) -> T:
        """Write a call down; answer really where what follows depends on it, else by a placeholder."""
        if isinstance(call, StreamCall):
            return super().send(call)  # type: ignore[return-value]
        if self._asks(call):
            answer: T = super().send(call)
            self._gate.answered(answer)
            return answer
        return self._placeholder(self._dry.add(call, "send", self.origin))  # type: ignore[no-any-return]

    def stream(self, call: StreamCall[T], *, longest: int | None = None) -> AbstractContextManager[Iterator[T]]:
        """Write a call down; a list is really asked for, and of a blob no bytes come."""
        return super().stream(call, longest=longest) if self._asks(call) else self._never(call)

    def follow(self, flow: Flow[T]) -> T:
        """Make the calls of a flow as far as their answers are known."""
        try:
            return super().follow(flow)
        except PlanEnds:
            return _Unknown("<answer>")  # type: ignore[return-value]

    def _asks(self, call: Call[Any]) -> bool:
        """Say whether a call is really sent. Raises PlanEnds where it would have to be."""
        if call.operation not in self._dry.asks:
            return False
        self._gate.opens()
        if not self._online:
            self._dry.add(call, "send", self.origin).note = DEPENDS
            raise PlanEnds
        return True

    def _placeholder(self, step: Step) -> Any:
        self._noted_credentials()  # whether they are wanted is not known
        if step.call.codec is not Codec.LOCATION:
            return Placeholder(f"<{step.name}>", step)
        if step.call.query.get("mount"):
            step.note = MOUNTS
            return ""
        # the same request again begins another upload
        count = sum(each.call == step.call for each in self._dry.steps)
        return Placeholder(f"<Location of {step.name}{f' {count}' if count > 1 else ''}>", step, "Location")

    @contextmanager
    def _never(self, call: StreamCall[T]) -> Iterator[Iterator[T]]:
        self._dry.add(call, "stream", self.origin)
        self._noted_credentials()
        yield never()


class _Unknown(Placeholder):
    """What comes of a flow whose answers are not known: it has whatever is asked of it."""

    def __getattr__(self, name: str) -> Placeholder:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Unknown(f"<{name} of {self._word}>")


class _Gate(Observer):
    """Writes down what is about to be sent, and lets only questions pass."""

    def __init__(self, dry: DryRun, announce: Callable[[str], object]) -> None:
        self._dry, self._announce = dry, announce
        self._asked: dict[int, Step] = {}
        self._first: Step | None = None
        """The step whose answer is being asked for, maybe by several requests."""

    def opens(self) -> None:
        """Take the next request for the first one of a call."""
        self._first = None

    def answered(self, answer: Any) -> None:
        """Note the answer of a call at its first request."""
        if self._first:
            self._first.answer = answer

    def request(self, exchange: Exchange) -> None:
        step = self._dry.add(exchange.call, "send", exchange.endpoint)
        step.target = exchange.target
        step.within = self._first is not None
        self._first = self._first or step
        if exchange.method not in ("GET", "HEAD"):
            step.note = DEPENDS
            raise PlanEnds
        step.asked = True
        self._asked[id(exchange)] = step
        self._announce(f"{exchange.method} {exchange.endpoint}{exchange.target}")

    def response(self, exchange: Exchange) -> None:
        step = self._asked.pop(id(exchange))
        step.note = f"{exchange.status} {exchange.reason}"
        if self._first and step.call == self._first.call:
            self._first.refusal = BORNE if exchange.status >= 400 else Refusal()
