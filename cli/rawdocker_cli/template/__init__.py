"""Go templates as docker's `--format` takes them: `parse(text).render(value)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .evaluator import ExecutionError, Run
from .functions import FUNCTIONS, HEADER_FUNCTIONS
from .parser import Chain, FieldPath, Node, Parser, TemplateError, TemplateSyntaxError, Variable
from .values import Function, Value, of

__all__ = [
    "FUNCTIONS",
    "HEADER_FUNCTIONS",
    "ExecutionError",
    "Template",
    "TemplateError",
    "TemplateSyntaxError",
    "Value",
    "of",
    "parse",
]


class Template:
    """A parsed template."""

    def __init__(self, text: str, name: str, functions: Mapping[str, Function]) -> None:
        parser = Parser(text, functions, name)
        self.functions = functions
        self.text = text
        self.name = name
        try:
            self.root = parser.parse()
        except RecursionError:
            raise TemplateSyntaxError(f"template: {name}: nested too deeply") from None
        self.templates = parser.templates

    def render(
        self,
        value: Any,
        functions: Mapping[str, Function] | None = None,
        missing_is_error: bool = False,
    ) -> str:
        """Return the template filled in with a value: a Value or Python's own data.

        With missing_is_error a key a map does not have is an error, else it prints as `<no value>`.
        Raises ExecutionError with Go's message; its `partial` holds what was printed before.
        """
        run = Run(self.text, self.name, self.templates, functions or self.functions, missing_is_error)
        try:
            return run.execute(self.root, of(value))
        except RecursionError:
            raise ExecutionError(f"template: {self.name}: nested too deeply", "".join(run.out)) from None

    def fields(self) -> set[str]:
        """Return the names of all fields the template mentions, for verbs that ask the engine for more then."""
        return {
            name
            for node in _nodes([self.root, *self.templates.values()])
            if isinstance(node, (FieldPath, Variable, Chain))
            for name in node.names
            if not name.startswith("$")
        }


def parse(text: str, name: str = "", functions: Mapping[str, Function] = FUNCTIONS) -> Template:
    """Parse a template; raises TemplateSyntaxError with Go's message, which holds the template's name."""
    return Template(text, name, functions)


def _nodes(tree: Any) -> Iterator[Node]:
    if isinstance(tree, list):
        for item in tree:
            yield from _nodes(item)
    elif isinstance(tree, Node):
        yield tree
        for slot in type(tree).__slots__:
            yield from _nodes(getattr(tree, slot))
