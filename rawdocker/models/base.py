"""What every payload is made of: the three bases, and the payloads that belong to no one tag.

Attributes bear the names of the wire: what stands in the API documentation is what is typed.

Reading never refuses an engine. A field that is absent or null has its default: None, or empty for a list or
a map, or zero for what every engine sends. What the models do not know is kept: unknown fields in
`model_extra`, unknown words of an enumeration as text, and an answered value whose type is not the expected
one as it was sent.

Writing refuses mistakes. Most definitions serve both ways (`HostConfig` is sent and answered), so the line is
drawn at the root: a class that derives from `Request` refuses unknown fields at any depth. Such a class is
thin: `ContainerCreateRequest` is `ContainerConfig` with two fields more. `wire()` gives what was set and
nothing else.

Comments such as `# since 1.44` and `# until 1.47` name the first and the last version of the API that has a
field. A class that is hidden by a field of the same name is annotated through its alias with an underscore:
`HostConfig: _HostConfig`. A field called `Config` has its default inside `Annotated`, because pydantic takes
a value of that name for the configuration of the class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import CoreSchema, InitErrorDetails, core_schema

Path = tuple[str | int, ...]
_FROM_AN_ENGINE = "from an engine"  # the validation context of values that were JSON


class Payload(BaseModel):
    """Anything the engine sends or takes."""

    model_config = ConfigDict(extra="allow", defer_build=True, coerce_numbers_to_str=True)

    def __init_subclass__(cls, **config: Any) -> None:
        """Make a new list or map for each payload; pydantic would copy the default with all of Python's care."""
        super().__init_subclass__(**config)
        for name, value in list(vars(cls).items()):
            if name in cls.__annotations__ and value in ([], {}):
                setattr(cls, name, Field(default_factory=type(value)))

    @model_validator(mode="wrap")
    @classmethod
    def as_sent(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Read null as absent, and keep what an engine sent in a type of its own."""
        if not isinstance(data, dict):
            return handler(data)
        present = data
        if None in data.values():
            present = {name: value for name, value in data.items() if value is not None}
        try:
            return handler(present)
        except ValidationError as error:
            if info.mode != "json" and info.context != _FROM_AN_ENGINE:
                raise
            odd = {mistake["loc"][0] for mistake in error.errors()}
        payload = handler({name: value for name, value in present.items() if name not in odd})
        return payload.model_copy(update={name: value for name, value in present.items() if name in odd})

    def wire(self) -> dict[str, Any]:
        """Give what was set, under the names of the wire, as JSON can hold it."""
        # A value that was kept as sent is no mistake to warn of.
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, value) for name, value in super().__repr_args__() if name in self.model_fields_set]


class Request(Payload):
    """The root of a body that is sent: unknown fields and wrong types are refused at any depth."""

    @model_validator(mode="wrap")
    @classmethod
    def refuse_mistakes(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Raise a ValidationError that names each mistake by its path."""
        if info.mode == "json" or info.context == _FROM_AN_ENGINE:  # only answers are forgiven their types
            return cls.model_validate(data)
        request = handler(data)
        mistakes = [
            InitErrorDetails(type="extra_forbidden", loc=path, input=value)
            for path, value in _unknown_fields(request, ())
        ]
        if mistakes:
            raise ValidationError.from_exception_data(cls.__name__, mistakes)
        return request


class Reader:
    """Reads what an engine sent as one type of payload."""

    def __init__(self, payload: Any) -> None:
        self._adapter = TypeAdapter[Any](payload)

    def validate_json(self, body: bytes | str) -> Any:
        """Read a body."""
        return self._adapter.validate_json(body)

    def validate_python(self, value: Any) -> Any:
        """Read a value that was JSON as forgivingly as JSON."""
        return self._adapter.validate_python(value, context=_FROM_AN_ENGINE)


def _unknown_fields(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    items: Iterable[tuple[str | int, Any]]
    if isinstance(value, BaseModel):
        yield from (((*path, name), extra) for name, extra in (value.model_extra or {}).items())
        items = value.__dict__.items()
    elif isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return
    for key, item in items:
        yield from _unknown_fields(item, (*path, key))


class Timestamp(str):
    """A moment, as the text that the engine sent: RFC 3339 with up to nine digits of a second."""

    __slots__ = ()

    @property
    def is_zero(self) -> bool:
        """Whether this stands for "never": nothing, or the first moment of the year 1."""
        return not self or self.startswith("0001-01-01T00:00:00Z")

    @property
    def datetime(self) -> dt.datetime | None:
        """The moment with its time zone, cut to microseconds; None for never."""
        return None if self.is_zero else dt.datetime.fromisoformat(self)

    @property
    def nanoseconds(self) -> int | None:
        """The nanoseconds since 1970 in UTC; None for never."""
        moment = self.datetime
        if moment is None:
            return None
        fraction = "".join(takewhile(str.isdigit, self.partition(".")[2]))
        return int(moment.replace(microsecond=0).timestamp()) * 10**9 + int(fraction[:9].ljust(9, "0"))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class ErrorResponse(Payload):
    """The engine's explanation of a refused request."""

    message: str = ""


class ErrorDetail(Payload):
    """The error inside a progress stream."""

    code: int | None = None
    message: str | None = None


class IDResponse(Payload):
    """The identifier of what was created; secrets and configs answer it as ID."""

    Id: str = Field("", validation_alias=AliasChoices("Id", "ID"))


class ObjectVersion(Payload):
    """The counter that a swarm object's update must name, so that no change is lost."""

    Index: int = 0


class Driver(Payload):
    """A driver and its options."""

    Name: str | None = None
    Options: dict[str, str] = {}


class TLSInfo(Payload):
    """The certificates that a swarm trusts."""

    CertIssuerPublicKey: str | None = None
    CertIssuerSubject: str | None = None
    TrustRoot: str | None = None


class ProgressDetail(Payload):
    """How far a step has come, in bytes."""

    current: int | None = None
    total: int | None = None


class ProgressMessage(Payload):
    """One message of a stream that reports progress: of a pull, push, load, build or import."""

    id: str | None = None
    status: str | None = None
    stream: str | None = None
    progress: str | None = None  # until 1.51
    progressDetail: ProgressDetail | None = None
    aux: Any = None
    error: str | None = None
    errorDetail: ErrorDetail | None = None


# Until 1.47 the specification called it so.
IdResponse = IDResponse
