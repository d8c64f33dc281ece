"""Run a parsed template over a value as Go's text/template does, its complaints included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..units import quote
from .functions import assignable
from .gofmt import sprint
from .parser import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Dot,
    FieldPath,
    Identifier,
    Jump,
    Literal,
    Node,
    Pipeline,
    TemplateError,
    Text,
    Variable,
)
from .values import (
    ANY,
    INT,
    Function,
    FunctionError,
    GoType,
    Value,
    concrete,
    indirect,
    of,
    sorted_items,
    truth,
    zero,
)

MAX_DEPTH = 200
_CAN_BE_NIL = ("interface", "value", "map", "ptr", "slice")


class _Missing:
    """Stands for the value a pipeline has before its first command."""


_MISSING = _Missing()
_Final = Value | None | _Missing


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class ExecutionError(TemplateError):
    """What is wrong with the data a template meets; `partial` is what was printed before."""

    def __init__(self, text: str, partial: str) -> None:
        super().__init__(text)
        self.partial = partial


class Run:
    """One execution of a template."""

    def __init__(
        self,
        text: str,
        name: str,
        templates: Mapping[str, list[Node]],
        functions: Mapping[str, Function],
        missing_is_error: bool,
    ) -> None:
        self.text = text
        self.top = self.name = name
        self.templates = templates
        self.functions = functions
        self.missing_is_error = missing_is_error
        self.variables: list[tuple[str, Value | None]] = []
        self.out: list[str] = []
        self.node: Node = Node(0)
        self.depth = 0

    def execute(self, root: list[Node], data: Value | None) -> str:
        self.variables = [("$", data)]
        self._walk_all(data, root)
        return "".join(self.out)

    def fail(self, text: str) -> ExecutionError:
        """Return the error to raise at the node that is being evaluated."""
        before = self.text[: self.node.pos]
        line_start = before.rfind("\n") + 1
        column = len(before[line_start:].encode("utf-8", "surrogateescape"))
        where = f"{self.top}:{before.count(chr(10)) + 1}:{column}"
        context = str(self.node)
        return ExecutionError(
            f"template: {where}: executing {quote(self.name)} at <{context}>: {text}", "".join(self.out)
        )

    # Statements.

    def _walk_all(self, dot: Value | None, nodes: list[Node]) -> None:
        for node in nodes:
            self._walk(dot, node)

    def _walk(self, dot: Value | None, node: Node) -> None:
        self.node = node
        match node:
            case Text():
                self.out.append(node.text)
            case Action():
                value = self._pipeline(dot, node.pipe)
                if not node.pipe.variables:
                    self.node = node
                    self.out.append(printed(value))
            case Branch():
                declared = len(self.variables)
                self._branch(dot, node)
                del self.variables[declared:]
            case Jump():
                raise _Break if node.keyword == "break" else _Continue
            case Call():
                self._template(dot, node)

    def _branch(self, dot: Value | None, node: Branch) -> None:
        if node.keyword == "range":
            if not self._range(dot, node) and node.otherwise is not None:
                self._walk_all(dot, node.otherwise)
            return
        value = self._pipeline(dot, node.pipe)
        if truth(value):
            self._walk_all(value if node.keyword == "with" else dot, node.body)
        elif node.otherwise is not None:
            self._walk_all(dot, node.otherwise)

    def _range(self, dot: Value | None, node: Branch) -> bool:
        value = self._pipeline(dot, node.pipe)
        value = indirect(value) if value is not None else None
        # An error in a loop's head names the pipeline, as evaluating it was the last thing done.
        entries = self._entries(value, node)
        mark = len(self.variables)
        for index, item in entries:
            self._loop_variables(node.pipe, index, item)
            try:
                self._walk_all(item, node.body)
            except _Break:
                break
            except _Continue:
                continue
            finally:
                del self.variables[mark:]
        return bool(entries)

    def _entries(self, value: Value | None, node: Branch) -> list[tuple[Value | None, Value | None]]:
        if value is None or (value.kind == "interface" and value.data is None):
            return []
        if value.kind == "map":
            return list(sorted_items(value))
        if value.kind in ("slice", "array"):
            return [(Value(INT, index), item) for index, item in enumerate(value.data or [])]
        if value.kind in ("int", "uint"):
            if len(node.pipe.variables) > 1:
                raise self.fail(f"can't use {sprint([value])} to iterate over more than one variable")
            return [(Value(value.type, number), Value(value.type, number)) for number in range(value.data)]
        raise self.fail(f"range can't iterate over {sprint([value])}")

    def _loop_variables(self, pipe: Pipeline, index: Value | None, item: Value | None) -> None:
        names = pipe.variables
        if not names:
            return
        values = [item] if len(names) == 1 else [index, item]
        if pipe.assigns:
            for name, value in zip(names, values, strict=True):
                self._assign(name, value)
        else:
            start = len(self.variables) - len(names)
            self.variables[start:] = list(zip(names, values, strict=True))

    def _template(self, dot: Value | None, node: Call) -> None:
        body = self.templates.get(node.name)
        if body is None:
            raise self.fail(f"template {quote(node.name)} not defined")
        if self.depth == MAX_DEPTH:
            raise self.fail(f"exceeded maximum template depth ({MAX_DEPTH})")
        data = self._pipeline(dot, node.pipe) if node.pipe else None
        outer = self.name, self.variables
        self.name, self.variables = node.name, [("$", data)]
        self.depth += 1
        self._walk_all(data, body)
        self.depth -= 1
        self.name, self.variables = outer

    # Pipelines.

    def _pipeline(self, dot: Value | None, pipe: Pipeline) -> Value | None:
        self.node = pipe
        value: _Final = _MISSING
        for command in pipe.commands:
            value = concrete(self._command(dot, command, value))
        result = None if isinstance(value, _Missing) else value
        for name in pipe.variables:
            if pipe.assigns:
                self._assign(name, result)
            else:
                self.variables.append((name, result))
        return result

    def _assign(self, name: str, value: Value | None) -> None:
        for place in range(len(self.variables) - 1, -1, -1):
            if self.variables[place][0] == name:
                self.variables[place] = (name, value)
                return
        raise self.fail(f"undefined variable: {name}")

    def _variable(self, name: str) -> Value | None:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise self.fail(f"undefined variable: {name}")

    def _command(self, dot: Value | None, command: Command, final: _Final) -> Value | None:
        first, args = command.args[0], command.args[1:]
        match first:
            case FieldPath():
                return self._field_path(dot, first, args, final)
            case Chain():
                return self._chain(dot, first, args, final)
            case Identifier():
                return self._function(dot, first, command, args, final)
            case Pipeline():
                self._takes_no_arguments(first, args, final)
                return self._pipeline(dot, first)
            case Variable():
                return self._variable_path(dot, first, args, final)
        self.node = first
        self._takes_no_arguments(first, args, final)
        if isinstance(first, Dot):
            return dot
        if isinstance(first, Literal) and first.kind != "nil":
            return self._literal(first)
        raise self.fail("nil is not a command")

    def _takes_no_arguments(self, node: Node, args: list[Node], final: _Final) -> None:
        if args or not isinstance(final, _Missing):
            raise self.fail(f"can't give argument to non-function {node}")

    def _literal(self, node: Literal) -> Value | None:
        self.node = node
        if isinstance(node.value, int) and not -(1 << 63) <= node.value < 1 << 63:
            raise self.fail(f"{node.text} overflows int")
        return of(node.value)

    # Fields and methods.

    def _field_path(self, dot: Value | None, node: FieldPath, args: list[Node], final: _Final) -> Value | None:
        self.node = node
        return self._fields(dot, dot, node, node.names, args, final)

    def _variable_path(self, dot: Value | None, node: Variable, args: list[Node], final: _Final) -> Value | None:
        self.node = node
        value = self._variable(node.names[0])
        if len(node.names) == 1:
            self._takes_no_arguments(node, args, final)
            return value
        return self._fields(dot, value, node, node.names[1:], args, final)

    def _chain(self, dot: Value | None, node: Chain, args: list[Node], final: _Final) -> Value | None:
        self.node = node
        value = self._argument(dot, ANY, node.node)
        return self._fields(dot, value, node, node.names, args, final)

    def _fields(
        self,
        dot: Value | None,
        receiver: Value | None,
        node: Node,
        names: list[str],
        args: list[Node],
        final: _Final,
    ) -> Value | None:
        for name in names[:-1]:
            receiver = self._field(dot, receiver, node, name, [], _MISSING)
        return self._field(dot, receiver, node, names[-1], args, final)

    def _field(
        self,
        dot: Value | None,
        receiver: Value | None,
        node: Node,
        name: str,
        args: list[Node],
        final: _Final,
    ) -> Value | None:
        if receiver is None:
            if self.missing_is_error:
                raise self.fail(f"nil data; no entry for key {quote(name)}")
            return None
        declared = receiver.type.name
        target = indirect(receiver)
        if target.kind == "interface":
            raise self.fail(f"nil pointer evaluating {declared}.{name}")
        if method := target.type.methods.get(name):
            bound = Function(method.parameters, lambda *rest: method.call(target, *rest), method.variadic)
            return self._invoke(dot, bound, node, name, args, final)
        has_arguments = bool(args) or not isinstance(final, _Missing)
        if target.kind == "struct":
            found = target.field(name)
            if found is not None and has_arguments:
                raise self.fail(f"{name} has arguments but cannot be invoked as function")
            if found is not None:
                return found
        if target.kind == "map" and (target.type.key is None or target.type.key.name == "string"):
            if has_arguments:
                raise self.fail(f"{name} is not a method but has arguments")
            entries = target.data or {}
            if name not in entries and self.missing_is_error:
                raise self.fail(f"map has no entry for key {quote(name)}")
            return entries.get(name)
        if target.kind == "ptr" and (target.type.element.kind != "struct" or target.type.element.has_field(name)):
            raise self.fail(f"nil pointer evaluating {declared}.{name}")
        raise self.fail(f"can't evaluate field {name} in type {declared}")

    # Functions.

    def _function(self, dot: Value | None, node: Identifier, at: Node, args: list[Node], final: _Final) -> Value | None:
        self.node = node
        return self._invoke(dot, self.functions[node.name], at, node.name, args, final)

    def _invoke(
        self, dot: Value | None, function: Function, at: Node, name: str, args: list[Node], final: _Final
    ) -> Value | None:
        has_final = not isinstance(final, _Missing)
        count = len(args) + has_final
        wanted = len(function.parameters)
        if function.variadic and count < wanted - 1:
            raise self.fail(f"wrong number of args for {name}: want at least {wanted - 1} got {len(args)}")
        if not function.variadic and count != wanted:
            raise self.fail(f"wrong number of args for {name}: want {wanted} got {count}")
        if name in ("and", "or"):
            return self._and_or(dot, name, args, final)
        values: list[Value | None] = []
        for place, arg in enumerate(args):
            values.append(self._argument(dot, function.parameters[min(place, wanted - 1)], arg))
        if not isinstance(final, _Missing):
            values.append(self._fit(final, function.parameters[min(len(args), wanted - 1)]))
        types = [function.parameters[min(place, wanted - 1)] for place in range(len(values))]
        try:
            return of(function.call(*map(_given, values, types)))
        except FunctionError as error:
            self.node = at
            raise self.fail(f"error calling {name}: {error}") from None

    def _and_or(self, dot: Value | None, name: str, args: list[Node], final: _Final) -> Value | None:
        value: Value | None = None
        for arg in args:
            value = self._argument(dot, ANY, arg)
            if truth(value) == (name == "or"):
                return value
        return value if isinstance(final, _Missing) else final

    def _argument(self, dot: Value | None, type: GoType, node: Node) -> Value | None:
        self.node = node
        match node:
            case Dot():
                return self._fit(dot, type)
            case FieldPath():
                return self._fit(self._field_path(dot, node, [], _MISSING), type)
            case Variable():
                return self._fit(self._variable_path(dot, node, [], _MISSING), type)
            case Pipeline():
                return self._fit(self._pipeline(dot, node), type)
            case Identifier():
                return self._fit(self._function(dot, node, node, [], _MISSING), type)
            case Chain():
                return self._fit(self._chain(dot, node, [], _MISSING), type)
            case Literal():
                return self._literal_argument(node, type)
        raise self.fail(f"can't handle {node} for arg of type {type.name}")

    def _literal_argument(self, node: Literal, type: GoType) -> Value | None:
        if node.kind == "nil":
            if type.kind not in _CAN_BE_NIL:
                raise self.fail(f"cannot assign nil to {type.name}")
            return None if type.kind in ("interface", "value") else zero(type)
        if type.kind in ("interface", "value"):
            return self._literal(node)
        is_integral = isinstance(node.value, float) and node.value.is_integer()
        if type.kind == "string" and node.kind == "string":
            return Value(type, node.value)
        if type.kind == "int" and (is_integral or isinstance(node.value, int)) and node.kind != "bool":
            return Value(type, int(node.value or 0))
        expected = {"string": "string", "int": "integer"}.get(type.kind)
        if expected is None:
            raise self.fail(f"can't handle {node} for arg of type {type.name}")
        raise self.fail(f"expected {expected}; found {node}")

    def _fit(self, value: Value | None, type: GoType) -> Value | None:
        """Return a value as an argument of this type, or complain."""
        if value is None:
            if type.kind not in _CAN_BE_NIL:
                raise self.fail(f"invalid value; expected {type.name}")
            return None if type.kind in ("interface", "value") else zero(type)
        if assignable(value, type):
            return value
        if value.kind == "interface" and value.data is not None:
            value = concrete(value) or value
            if assignable(value, type):
                return value
        if value.kind == "ptr" and value.type.element.name == type.name:
            if value.data is None:
                raise self.fail(f"dereference of nil pointer of type {type.name}")
            return indirect(value)
        raise self.fail(f"wrong type for value; expected {type.name}; got {value.type.name}")


def _given(value: Value | None, type: GoType) -> Any:
    """Return what a function is called with: plain data where it names a type, the Value where it takes any."""
    return value if type.kind in ("interface", "value") or value is None else value.data


def printed(value: Value | None) -> str:
    """Return what an action prints of its value."""
    if value is not None and value.kind == "ptr" and not value.type.text:
        value = indirect(value)
    if value is None:
        return "<no value>"
    return str(value.data) if value.type.name == "string" else sprint([value])
