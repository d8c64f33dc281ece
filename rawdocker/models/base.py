"""What every payload is made of: the three bases, and the payloads that belong to no one tag.

Attributes bear the names of the wire: what stands in the API documentation is what is typed.

Reading never refuses an engine. A field that is absent or null has its default: None, or empty for a list or
a map, or zero for what every engine sends. What the models do not know is kept: unknown fields in
`model_extra`, unknown words of an enumeration as text, and, where `models.adapter` reads an answer, a value
whose type is not the expected one as it was sent.

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
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import cache, partial
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
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, core_schema, from_json

Path = tuple[str | int, ...]


class Payload(BaseModel):
    """Anything the engine sends or takes."""

    model_config = ConfigDict(extra="allow", defer_build=True, coerce_numbers_to_str=True)

    def __init_subclass__(cls, **config: Any) -> None:
        """Make a new list or map for each payload; pydantic would copy the default with all of Python's care."""
        super().__init_subclass__(**config)
        for name, value in list(vars(cls).items()):
            if name in cls.__annotations__ and value in ([], {}):
                setattr(cls, name, Field(default_factory=type(value)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let any field be null. What looks at values before they are validated would cost more than reading them."""
        schema = handler(source)
        for field in _fields_of(schema):
            field["schema"] = core_schema.nullable_schema(field["schema"])
        return schema

    def model_post_init(self, context: Any) -> None:
        """Read null as absent."""
        values, given, extra = self.__dict__, self.__pydantic_fields_set__, self.__pydantic_extra__
        known = given.difference(extra) if extra else given
        if nulls := [name for name in known if values[name] is None]:
            given.difference_update(nulls)
            made = _absent(type(self))
            for name in nulls:
                if name in made:
                    values[name] = made[name]()
        if extra and None in extra.values():
            given.difference_update(name for name, value in extra.items() if value is None)
            self.__pydantic_extra__ = {name: value for name, value in extra.items() if value is not None}

    def wire(self) -> dict[str, Any]:
        """Give what was set, under the names of the wire, as JSON can hold it."""
        # A value that was kept as sent is no mistake to warn of.
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, value) for name, value in super().__repr_args__() if name in self.model_fields_set]


class Request(Payload):
    """The root of a body that is sent: unknown fields and wrong types are refused at any depth."""

    @model_validator(mode="after")
    def refuse_mistakes(self) -> Self:
        """Raise a ValidationError that names each mistake by its path."""
        mistakes = [
            InitErrorDetails(type="extra_forbidden", loc=path, input=value) for path, value in _unknown_fields(self, ())
        ]
        if mistakes:
            raise ValidationError.from_exception_data(type(self).__name__, mistakes)
        return self


class Reader:
    """Reads what an engine sent as one type of payload."""

    def __init__(self, payload: Any) -> None:
        self._adapter = TypeAdapter[Any](payload)

    def validate_json(self, body: bytes | str) -> Any:
        """Read a body."""
        try:
            return self._adapter.validate_json(body)
        except ValidationError as error:
            if error.errors()[0]["type"] == "json_invalid":
                raise
            return self._forgiven(from_json(body), error)

    def validate_python(self, value: Any) -> Any:
        """Read a value that was JSON as forgivingly as JSON."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError as error:
            return self._forgiven(value, error)

    def _forgiven(self, value: Any, error: ValidationError) -> Any:
        """Read all of a value but what is of an odd type, and put that in its place as it was sent."""
        places: set[Path] = set()
        while True:
            places |= {_odd_field(value, mistake["loc"]) for mistake in error.errors()}
            if () in places:
                raise error
            places = {place for place in places if not any(place[:size] in places for size in range(len(place)))}
            fitting = deepcopy(value)
            odd = {place: _at(fitting, place[:-1]).pop(place[-1]) for place in places}
            try:
                payload = self._adapter.validate_python(fitting)
                break
            except ValidationError as another:
                error = another
        for place, sent in odd.items():
            _put(_at(payload, place[:-1]), place[-1], sent)
        return payload


def _odd_field(value: Any, location: Path) -> Path:
    """Return which field has the type that was not expected; of a list it is all of it."""
    place: Path = ()
    for step in location:
        try:
            value = value[step]
        except (LookupError, TypeError):
            break  # what is left of the location names a type
        place = (*place, step)
    while place and isinstance(place[-1], int):
        place = place[:-1]
    return place


def _at(value: Any, place: Path) -> Any:
    """Return what stands at a place, in a payload or in plain JSON."""
    for step in place:
        value = getattr(value, _attribute(value, step)) if isinstance(value, BaseModel) else value[step]
    return value


def _put(holder: Any, name: str | int, sent: Any) -> None:
    if isinstance(holder, BaseModel):
        setattr(holder, _attribute(holder, name), sent)
    else:
        holder[name] = sent


def _attribute(payload: BaseModel, name: str | int) -> str:
    """Return the attribute that bears a name of the wire."""
    for field, info in type(payload).model_fields.items():
        if name in (field, info.alias, *getattr(info.validation_alias, "choices", ())):
            return field
    return str(name)


def _fields_of(schema: Any) -> Iterator[Any]:
    """Yield the schemas of a payload's fields below their defaults."""
    while schema["type"] != "model-fields":
        schema = schema["schema"]
    return (field["schema"] for field in schema["fields"].values() if field["schema"]["type"] == "default")


@cache
def _absent(payload: type[Payload]) -> dict[str, Callable[[], Any]]:
    """Return what makes the values of absent fields, of those that are not None; pydantic's own way takes its time."""
    return {
        name: info.default_factory or partial(deepcopy, info.default)  # type: ignore[misc]
        for name, info in payload.model_fields.items()
        if info.default is not None
    }


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
