"""Values with a Go type, as templates see them.

Python's own values stand for the types Go's JSON decoder makes when it is told nothing: `map[string]interface {}`,
`[]interface {}`, string, bool, float64 and nil. Anything with a declared type is a Value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Number(str):
    """A number kept as it was written: Go's json.Number, a string to everything but the JSON encoder."""

    __slots__ = ()


class GoType:
    """Describe a Go type: its printed name, its kind and what it is made of."""

    __slots__ = ("_fields", "elem", "key", "kind", "marshal", "methods", "name", "named", "text", "zero")

    def __init__(
        self,
        name: str,
        kind: str,
        elem: GoType | None = None,
        key: GoType | None = None,
        fields: Callable[[], Sequence[Field]] | None = None,
        named: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.elem = elem
        self.key = key
        self.named = named
        self._fields = fields
        self.methods: Mapping[str, Function] = {}
        self.zero: Any = None  # the zero value's data, where the kind does not tell
        self.text: Callable[[Any], str] | None = None  # the String method
        self.marshal: Callable[[Any], str] | None = None  # the MarshalJSON method

    @property
    def fields(self) -> Sequence[Field]:
        """Return the fields of a struct in their order."""
        return self._fields() if self._fields else ()

    @property
    def element(self) -> GoType:
        """Return what a pointer, slice, array or map holds."""
        return self.elem or ANY

    def has_field(self, name: str) -> bool:
        """Tell whether a struct has a field of this name, its own or from an embedded struct."""
        return any(
            field.name == name or (field.embedded and pointee(field.type).has_field(name)) for field in self.fields
        )

    def __repr__(self) -> str:
        return f"GoType({self.name})"


class Field:
    """Describe a field of a struct and how JSON names it."""

    __slots__ = ("embedded", "json", "name", "omit", "type")

    def __init__(self, name: str, type: GoType, json: str, omit: bool = False, embedded: bool = False) -> None:
        self.name = name
        self.type = type
        self.json = json  # "" where the JSON has no such field, or the fields of an embedded one
        self.omit = omit  # left out of the JSON where empty
        self.embedded = embedded


class Value:
    """Pair a Go type with data.

    The data of a pointer or an interface is the Value behind it or None; of a slice, a list of Values or None; of a
    map, a dict of Values or None; of a struct, a list of Values in the order of the fields; else a Python scalar.
    """

    __slots__ = ("data", "type")

    def __init__(self, type: GoType, data: Any) -> None:
        self.type = type
        self.data = data

    @property
    def kind(self) -> str:
        return self.type.kind

    def __repr__(self) -> str:
        return f"Value({self.type.name}, {self.data!r})"

    def is_nil(self) -> bool:
        """Tell whether this is a nil pointer, interface, slice or map."""
        return self.data is None

    def field(self, name: str) -> Value | None:
        """Return a field of a struct, also one promoted from an embedded struct; None if there is none."""
        embedded = []
        for field, value in zip(self.type.fields, self.data, strict=False):
            if field.name == name:
                return value  # type: ignore[no-any-return]
            if field.embedded:
                embedded.append(value)
        for value in embedded:
            inner = value.data if value.kind == "ptr" else value
            if inner is not None and (found := inner.field(name)) is not None:
                return found  # type: ignore[no-any-return]
        return None


class Function:
    """Describe a function or a method a template can call: its parameters' types and what it does.

    A parameter of type VALUE takes anything as it is. A variadic function's last type is the type of each further
    argument. The call raises FunctionError with the text of Go's error.
    """

    __slots__ = ("call", "parameters", "variadic")

    def __init__(self, parameters: Sequence[GoType], call: Callable[..., Any], variadic: bool = False) -> None:
        self.parameters = parameters
        self.call = call
        self.variadic = variadic


class FunctionError(Exception):
    """What a function a template called complains about."""


ANY = GoType("interface {}", "interface")
VALUE = GoType("reflect.Value", "value")
STRING = GoType("string", "string")
BOOL = GoType("bool", "bool")
INT = GoType("int", "int")
INT64 = GoType("int64", "int")
UINT8 = GoType("uint8", "uint")
FLOAT = GoType("float64", "float")
NUMBER = GoType("json.Number", "string", named=True)
LIST = GoType("[]interface {}", "slice", elem=ANY)
MAP = GoType("map[string]interface {}", "map", elem=ANY, key=STRING)
STRINGS = GoType("[]string", "slice", elem=STRING)
STRING_MAP = GoType("map[string]string", "map", elem=STRING, key=STRING)


def pointee(type: GoType) -> GoType:
    """Return what a pointer type points to, or the type itself."""
    return type.element if type.kind == "ptr" else type


def of(value: Any) -> Value | None:
    """Return a Python value as the Value Go's untyped JSON decoder would have made; None is nil."""
    if value is None or isinstance(value, Value):
        return value
    if isinstance(value, str):
        return Value(NUMBER if isinstance(value, Number) else STRING, value)
    if isinstance(value, bool):
        return Value(BOOL, value)
    if isinstance(value, int):
        return Value(INT, value)
    if isinstance(value, float):
        return Value(FLOAT, value)
    if isinstance(value, Mapping):
        return Value(MAP, {str(key): Value(ANY, of(item)) for key, item in value.items()})
    return Value(LIST, [Value(ANY, of(item)) for item in value])


def strings(items: Sequence[str]) -> Value:
    """Return a []string."""
    return Value(STRINGS, [Value(STRING, item) for item in items])


def zero(type: GoType) -> Value:
    """Return the zero value of a type."""
    if type.zero is not None:
        return Value(type, type.zero)
    make = _ZERO.get(type.kind)
    return Value(type, make(type) if make else None)


_ZERO: dict[str, Callable[[GoType], Any]] = {
    "string": lambda _: "",
    "bool": lambda _: False,
    "int": lambda _: 0,
    "uint": lambda _: 0,
    "float": lambda _: 0.0,
    "struct": lambda type: [zero(field.type) for field in type.fields],
    "array": lambda _: [],
}


def concrete(value: Value | None) -> Value | None:
    """Return what an interface holds, or the value itself."""
    return value.data if value is not None and value.kind == "interface" else value


def indirect(value: Value) -> Value:
    """Follow pointers and interfaces to their end; the result is one of them only if it is nil."""
    while value.kind in ("ptr", "interface") and value.data is not None:
        value = value.data
    return value


def truth(value: Value | None) -> bool:
    """Tell whether if takes a value for true: not the zero of its type; structs always are."""
    value = concrete(value)
    if value is None:
        return False
    if value.kind == "struct":
        return True
    return value.data is not None if value.kind == "ptr" else bool(value.data)


def sorted_items(value: Value) -> list[tuple[Value, Value]]:
    """Return a map's entries in the order Go prints them."""
    key = value.type.key or STRING
    entries = value.data or {}
    order = sorted(entries, key=lambda name: name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name)
    return [(Value(key, name), entries[name]) for name in order]
