"""Print lists and inspected objects as docker's `--format` asks for.

A list verb declares its table once: the names a template can use, the title of each and how a row gives it.

    NETWORKS: Table[dict[str, str]] = Table(
        "*network.networkContext",
        {"ID": ("NETWORK ID", lambda row: row["Id"][:12]), "Name": ("NAME", lambda row: row["Name"])},
        default=r"table {{.ID}}\\t{{.Name}}",
    )
    print_rows(sys.stdout.write, NETWORKS, rows, source=options.format)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from . import tabwriter
from .harmless import harmless
from .template import HEADER_FUNCTIONS, ExecutionError, Template, TemplateError, parse
from .template.gojson import compact_json, encode, indent_json, join_array
from .template.values import STRING, STRING_MAP, Function, GoType, Value

__all__ = [
    "Inspector",
    "Table",
    "TemplateError",
    "compact_json",
    "go_json",
    "indent_json",
    "print_rows",
    "render_rows",
    "row_value",
]

Row = TypeVar("Row")
# A title and what a row shows under it. A field without title prints as `<no value>` in a header. Where the function
# takes more than the row the template gives the rest as strings: `{{.Label "com.example"}}`.
Column = tuple[str | None, Callable[..., Any]] | tuple[str | None, Callable[..., Any], int]


class Table(NamedTuple, Generic[Row]):
    """Declare what a list verb can print: its fields, and the templates behind the words of `--format`."""

    go_type: str  # the type docker's messages name, as in "*formatter.ContainerContext"
    columns: Mapping[str, Column]
    default: str
    quiet: str = "{{.ID}}"
    raw: str = ""
    raw_quiet: str = ""
    quiet_always: bool = False  # whether --quiet also wins over a template (docker ps)

    def template(self, source: str, quiet: bool = False) -> str:
        """Return the template behind the value of `--format` ("" is none given)."""
        if source in ("", "table"):
            return self.quiet if quiet else self.default
        if source == "raw" and self.raw:
            return self.raw_quiet if quiet else self.raw
        return self.quiet if quiet and self.quiet_always else source


def print_rows(
    write: Callable[[str], object], table: Table[Row], rows: Iterable[Row], source: str = "", quiet: bool = False
) -> None:
    """Print rows as `--format` and `--quiet` ask for, all at once or, if the template fails, not at all.

    Raises TemplateError with docker's message: `template parsing error: template: :1: …`.
    """
    write(render_rows(table, rows, source, quiet))


def render_rows(table: Table[Row], rows: Iterable[Row], source: str = "", quiet: bool = False) -> str:
    """Return the text print_rows prints."""
    source = table.template(source, quiet)
    is_table = source.startswith("table")
    text = "{{json .}}" if source == "json" else source.removeprefix("table") if is_table else source
    text = text.strip(" ").replace("\\t", "\t").replace("\\n", "\n")
    type = _row_type(table)
    try:
        template = parse(text)
        lines = [template.render(Value(type, Value(type.element, row))) for row in rows]
    except TemplateError as error:
        raise TemplateError(f"template parsing error: {error}") from None
    if is_table:
        return tabwriter.render("\n".join([_header(template, table), *lines]).split("\n"))
    return "".join(line + "\n" for line in lines)


def row_value(table: Table[Row], row: Row) -> Value:
    """Return a row as the value a template sees, for verbs that try a template before they ask the engine."""
    type = _row_type(table)
    return Value(type, Value(type.element, row))


def _row_type(table: Table[Row]) -> GoType:
    type = GoType(table.go_type.removeprefix("*"), "struct", named=True)
    plain = {name: column[1] for name, column in table.columns.items() if len(column) == 2}
    type.methods = {
        name: Function([STRING] * (column[2] if len(column) == 3 else 0), _method(column[1]))
        for name, column in table.columns.items()
    }
    type.marshal = lambda row: encode({name: plain[name](row) for name in sorted(plain)})
    return GoType(table.go_type, "ptr", elem=type)


def _method(cell: Callable[..., Any]) -> Callable[..., Any]:
    return lambda receiver, *args: cell(receiver.data, *args)


def _header(template: Template, table: Table[Row]) -> str:
    titles = {name: Value(STRING, column[0]) for name, column in table.columns.items() if column[0] is not None}
    try:
        return template.render(Value(_HEADER_TYPE, titles), HEADER_FUNCTIONS)
    except ExecutionError as error:
        return error.partial  # a header that fails is printed as far as it got


def _label_title(_: Value, label: str) -> str:
    return label.rpartition(".")[2].replace("-", " ").replace("_", " ")


_HEADER_TYPE = GoType("formatter.SubHeaderContext", "map", elem=STRING, key=STRING_MAP.key, named=True)
_HEADER_TYPE.methods = {"Label": Function([STRING], _label_title)}


def go_json(value: Any, indent: int | None = None) -> str:
    """Print a value as Go's encoding/json: `<`, `>`, `&` escaped, a dict in its own order, optionally indented."""
    text = encode(value)
    return text if indent is None else indent_json(text, " " * indent)


class Inspector:
    """Gathers what `inspect` prints of its objects, in the way of `--format`.

    With "" that is the engine's own JSON laid out, with "json" the same on one line, else a template filled in.
    Raises TemplateError when the template cannot be parsed, before anything is asked of the engine (exit code 64).
    """

    def __init__(self, source: str = "") -> None:
        self.source = source
        self.parts: list[bytes] = []
        self.lines: list[str] = []
        self.template: Template | None = None
        if source not in ("", "json"):
            try:
                self.template = parse(source)
            except TemplateError as error:
                raise TemplateError(f"template parsing error: {error}") from None

    def add(self, type_name: str, raw: bytes, typed_only: bool = False) -> None:
        """Take in an object: its JSON and its Go type, such as "container.InspectResponse".

        As docker does, the template is tried on the typed value and, if that fails, on the plain JSON. With
        typed_only there is no plain JSON, as in `docker volume inspect` and `docker context inspect`. Raises
        TemplateError if the template fails; the other objects are printed all the same.
        """
        if self.template is None and not typed_only:
            self.parts.append(raw)
            return
        from json import loads

        from .goshapes import known, shape
        from .template.values import Number

        data = loads(raw, parse_int=Number, parse_float=Number)
        data = data if self.template is None else harmless(data, sys.stdout)
        views = [shape(type_name, data)] if known(type_name) else []
        if self.template is None:
            self.parts.append(encode(views[0]).encode("utf-8", "surrogateescape"))
            return
        self.lines.append(self._filled_in(self.template, [*views, *([] if typed_only else [data])]))

    @staticmethod
    def _filled_in(template: Template, views: list[Any]) -> str:
        failure = TemplateError()
        for view in views:
            try:
                return template.render(view, missing_is_error=not isinstance(view, Value))
            except TemplateError as error:
                failure = error
        raise TemplateError(f"template parsing error: {failure}") from None

    def text(self) -> str:
        """Return what is to be printed."""
        if self.template is not None:
            return "".join(line + "\n" for line in self.lines) or "\n"
        if not self.parts:
            return "[]\n"
        lay_out = compact_json if self.source == "json" else indent_json
        return lay_out(join_array(self.parts)) + "\n"
