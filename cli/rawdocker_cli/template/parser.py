"""Parse a template into a tree as Go's text/template does, its complaints included.

The complex numbers of Go are left out: no value of docker's has that type.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from math import inf

from ..units import quote
from .lexer import Token, tokens


class TemplateError(Exception):
    """What is wrong with a template or with the data it meets, in the words of Go and docker."""


class TemplateSyntaxError(TemplateError):
    """What is wrong with a template's text."""


class Node:
    """A piece of a template and where it stands, for messages."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos


class Text(Node):
    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        super().__init__(pos)
        self.text = text

    def __str__(self) -> str:
        return self.text


class Literal(Node):
    """A string, number, boolean or nil; the kind is its token's."""

    __slots__ = ("kind", "text", "value")

    def __init__(self, pos: int, kind: str, text: str, value: str | int | float | bool | None) -> None:
        super().__init__(pos)
        self.kind = kind
        self.text = text
        self.value = value

    def __str__(self) -> str:
        return self.text


class Dot(Node):
    __slots__ = ()

    def __str__(self) -> str:
        return "."


class FieldPath(Node):
    """`.A.B`"""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        super().__init__(pos)
        self.names = names

    def __str__(self) -> str:
        return "".join("." + name for name in self.names)


class Variable(Node):
    """`$x.A.B`"""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        super().__init__(pos)
        self.names = names

    def __str__(self) -> str:
        return ".".join(self.names)


class Identifier(Node):
    """The name of a function."""

    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        super().__init__(pos)
        self.name = name

    def __str__(self) -> str:
        return self.name


class Chain(Node):
    """`(pipeline).A.B`"""

    __slots__ = ("names", "node")

    def __init__(self, pos: int, node: Node, names: list[str]) -> None:
        super().__init__(pos)
        self.node = node
        self.names = names

    def __str__(self) -> str:
        node = f"({self.node})" if isinstance(self.node, Pipeline) else str(self.node)
        return node + "".join("." + name for name in self.names)


class Command(Node):
    __slots__ = ("args",)

    def __init__(self, pos: int) -> None:
        super().__init__(pos)
        self.args: list[Node] = []

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, Pipeline) else str(arg) for arg in self.args)


class Pipeline(Node):
    __slots__ = ("assigns", "commands", "variables")

    def __init__(self, pos: int) -> None:
        super().__init__(pos)
        self.variables: list[str] = []
        self.assigns = False
        self.commands: list[Command] = []

    def __str__(self) -> str:
        declared = ", ".join(self.variables) + (" = " if self.assigns else " := ") if self.variables else ""
        return declared + " | ".join(map(str, self.commands))


class Action(Node):
    __slots__ = ("pipe",)

    def __init__(self, pos: int, pipe: Pipeline) -> None:
        super().__init__(pos)
        self.pipe = pipe

    def __str__(self) -> str:
        return "{{" + str(self.pipe) + "}}"


class Branch(Node):
    """An if, with or range with its two lists."""

    __slots__ = ("body", "keyword", "otherwise", "pipe")

    def __init__(self, pos: int, keyword: str, pipe: Pipeline) -> None:
        super().__init__(pos)
        self.keyword = keyword
        self.pipe = pipe
        self.body: list[Node] = []
        self.otherwise: list[Node] | None = None

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else "{{else}}" + "".join(map(str, self.otherwise))
        return f"{{{{{self.keyword} {self.pipe}}}}}{''.join(map(str, self.body))}{otherwise}{{{{end}}}}"


class Jump(Node):
    """A break, a continue, or an end or else that closes a list; the latter two never stay in a tree."""

    __slots__ = ("keyword",)

    def __init__(self, pos: int, keyword: str) -> None:
        super().__init__(pos)
        self.keyword = keyword

    def __str__(self) -> str:
        return "{{" + self.keyword + "}}"


class Call(Node):
    """`{{template "name" pipeline}}`"""

    __slots__ = ("name", "pipe")

    def __init__(self, pos: int, name: str, pipe: Pipeline | None) -> None:
        super().__init__(pos)
        self.name = name
        self.pipe = pipe

    def __str__(self) -> str:
        pipe = "" if self.pipe is None else f" {self.pipe}"
        return f"{{{{template {quote(self.name)}{pipe}}}}}"


_OPERANDS = frozenset(("bool", "char", ".", "field", "identifier", "number", "nil", "string", "variable", "("))
_END_OF_FILE = Token("EOF", 0, "EOF", 0)


class Parser:
    """Parses one text; `templates` gathers what it defines by name."""

    def __init__(self, text: str, functions: Collection[str], name: str = "") -> None:
        self.name = name
        self.source: Iterator[Token] = tokens(text)
        self.functions = functions
        self.pushed: list[Token] = []
        self.line = 1
        self.variables = ["$"]
        self.ranges = 0
        self.templates: dict[str, list[Node]] = {}
        self.action_line = 0

    # Tokens.

    def next(self) -> Token:
        if self.pushed:
            return self.pushed.pop()
        token = next(self.source, _END_OF_FILE)
        self.line = token.line or self.line
        return token

    def back(self, *read: Token) -> None:
        self.pushed.extend(reversed(read))

    def peek(self) -> Token:
        token = self.next()
        self.back(token)
        return token

    def next_word(self) -> Token:
        token = self.next()
        while token.kind == "space":
            token = self.next()
        return token

    def peek_word(self) -> Token:
        token = self.next_word()
        self.back(token)
        return token

    def expect(self, kind: str, context: str) -> Token:
        token = self.next_word()
        return token if token.kind == kind else self.unexpected(token, context)

    def fail(self, text: str) -> TemplateSyntaxError:
        return TemplateSyntaxError(f"template: {self.name}:{self.line}: {text}")

    def unexpected(self, token: Token, context: str) -> Token:
        if token.kind != "error":
            raise self.fail(f"unexpected {token} in {context}")
        started = ""
        if self.action_line and self.action_line != token.line:
            started = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        raise self.fail(token.text + started)

    # Lists of text and actions.

    def parse(self) -> list[Node]:
        """Return the tree of the whole text."""
        root: list[Node] = []
        while (token := self.next()).kind != "EOF":
            if token.kind == "{{" and self.peek_word().kind == "define":
                self.next_word()
                self._definition()
                continue
            self.back(token)
            node = self._text_or_action()
            if isinstance(node, Jump) and node.keyword in ("end", "else"):
                raise self.fail(f"unexpected {node}")
            root.append(node)
        return root

    def _definition(self) -> None:
        name = self._name(self.next_word(), "define clause")
        self.expect("}}", "define clause")
        self._define(name, "define clause")

    def _define(self, name: str, context: str) -> None:
        outer, self.variables = self.variables, ["$"]
        ranges, self.ranges = self.ranges, 0
        body, end = self._list()
        self.variables, self.ranges = outer, ranges
        if end.keyword != "end":
            raise self.fail(f"unexpected {end} in {context}")
        if _is_empty(self.templates.get(name, [])):
            self.templates[name] = body
        elif not _is_empty(body):
            raise self.fail(f"template: multiple definition of template {quote(name)}")

    def _list(self) -> tuple[list[Node], Jump]:
        nodes: list[Node] = []
        while self.peek_word().kind != "EOF":
            node = self._text_or_action()
            if isinstance(node, Jump) and node.keyword in ("end", "else"):
                return nodes, node
            nodes.append(node)
        raise self.fail("unexpected EOF")

    def _text_or_action(self) -> Node:
        token = self.next_word()
        if token.kind == "text":
            return Text(token.pos, token.text)
        if token.kind != "{{":
            self.unexpected(token, "input")
        self.action_line = token.line
        try:
            return self._action()
        finally:
            self.action_line = 0

    def _action(self) -> Node:
        token = self.next_word()
        if token.kind in ("if", "with", "range"):
            return self._branch(token.kind)
        if token.kind in ("break", "continue"):
            return self._jump(token)
        if token.kind == "end":
            return Jump(self.expect("}}", "end").pos, "end")
        if token.kind == "else":
            return self._else()
        if token.kind in ("template", "block"):
            return self._call(token.kind)
        self.back(token)
        return Action(self.peek().pos, self._pipeline("command", "}}"))

    def _branch(self, keyword: str) -> Branch:
        declared = len(self.variables)
        pipe = self._pipeline(keyword, "}}")
        branch = Branch(pipe.pos, keyword, pipe)
        self.ranges += keyword == "range"
        branch.body, end = self._list()
        self.ranges -= keyword == "range"
        if end.keyword == "else":
            branch.otherwise = self._otherwise(keyword)
        del self.variables[declared:]
        return branch

    def _otherwise(self, keyword: str) -> list[Node]:
        # {{else if}} and {{else with}} share the {{end}} of the first if or with.
        if keyword in ("if", "with") and self.peek().kind == keyword:
            self.next()
            return [self._branch(keyword)]
        nodes, end = self._list()
        if end.keyword != "end":
            raise self.fail(f"expected end; found {end}")
        return nodes

    def _else(self) -> Jump:
        token = self.peek_word()
        if token.kind not in ("if", "with"):
            token = self.expect("}}", "else")
        return Jump(token.pos, "else")

    def _jump(self, token: Token) -> Jump:
        shown = "{{" + token.kind + "}}"
        after = self.next_word()
        if after.kind != "}}":
            self.unexpected(after, shown)
        if not self.ranges:
            raise self.fail(f"{shown} outside {{{{range}}}}")
        return Jump(token.pos, token.kind)

    def _call(self, keyword: str) -> Call:
        context = f"{keyword} clause"
        token = self.next_word()
        name = self._name(token, context)
        pipe = None
        if keyword == "block" or self.peek_word().kind != "}}":
            pipe = self._pipeline(context, "}}")
        else:
            self.next_word()
        if keyword == "block":
            self._define(name, context)
        return Call(token.pos, name, pipe)

    def _name(self, token: Token, context: str) -> str:
        if token.kind != "string":
            self.unexpected(token, context)
        return self._unquote(token.text)

    # Pipelines.

    def _pipeline(self, context: str, end: str) -> Pipeline:
        pipe = Pipeline(self.peek_word().pos)
        self._declarations(pipe, context)
        while (token := self.next_word()).kind != end:
            if token.kind not in _OPERANDS:
                self.unexpected(token, context)
            self.back(token)
            pipe.commands.append(self._command())
        if not pipe.commands:
            raise self.fail(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], (Literal, Dot)):
                raise self.fail(f"non executable command in pipeline stage {stage}")
        return pipe

    def _declarations(self, pipe: Pipeline, context: str) -> None:
        while self.peek_word().kind == "variable":
            variable = self.next_word()
            after = self.next()
            word = self.next_word() if after.kind == "space" else after
            if word.kind in ("assign", "declare"):
                pipe.assigns = word.kind == "assign"
            elif (word.kind, word.text) != ("character", ","):
                self.back(*([variable, after, word] if word is not after else [variable, word]))
                return
            pipe.variables.append(variable.text)
            self.variables.append(variable.text)
            if word.kind != "character":
                return
            if context != "range" or len(pipe.variables) > 1:
                raise self.fail(f"too many declarations in {context}")
            if self.peek_word().kind not in ("variable", "}}", ")"):
                raise self.fail("range can only initialize variables")

    def _command(self) -> Command:
        command = Command(self.peek_word().pos)
        while True:
            self.peek_word()
            operand = self._operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self.back(token)
            elif token.kind != "pipe":
                self.unexpected(token, "operand")
            break
        if not command.args:
            raise self.fail("empty command")
        return command

    def _operand(self) -> Node | None:
        node = self._term()
        if node is None or self.peek().kind != "field":
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind == "field":
            names.append(self.next().text[1:])
        if isinstance(node, FieldPath):
            return FieldPath(pos, node.names + names)
        if isinstance(node, Variable):
            return Variable(pos, node.names + names)
        if isinstance(node, (Literal, Dot)):
            raise self.fail(f"unexpected . after term {quote(str(node))}")
        return Chain(pos, node, names)

    def _term(self) -> Node | None:
        token = self.next_word()
        match token.kind:
            case "identifier":
                if token.text not in self.functions:
                    raise self.fail(f"function {quote(token.text)} not defined")
                return Identifier(token.pos, token.text)
            case ".":
                return Dot(token.pos)
            case "nil":
                return Literal(token.pos, "nil", "nil", None)
            case "variable":
                if token.text not in self.variables:
                    raise self.fail(f"undefined variable {quote(token.text)}")
                return Variable(token.pos, [token.text])
            case "field":
                return FieldPath(token.pos, [token.text[1:]])
            case "bool":
                return Literal(token.pos, "bool", token.text, token.text == "true")
            case "char" | "number":
                return Literal(token.pos, token.kind, token.text, self._number(token))
            case "(":
                return self._pipeline("parenthesized pipeline", ")")
            case "string":
                return Literal(token.pos, "string", token.text, self._unquote(token.text))
        self.back(token)
        return None

    def _number(self, token: Token) -> int | float:
        if token.kind == "char":
            char = self._unquote(token.text)
            if not char:
                raise self.fail("invalid syntax")
            if len(char) > 1:
                raise self.fail(f"malformed character constant: {token.text}")
            return ord(char)
        value = number(token.text)
        if value is None:
            raise self.fail(f"illegal number syntax: {quote(token.text)}")
        looks_whole = not set(token.text) & set(".eEpP")
        if looks_whole and (isinstance(value, float) or value >= 1 << 64):
            raise self.fail(f"integer overflow: {quote(token.text)}")
        return value

    def _unquote(self, text: str) -> str:
        value = unquote(text)
        if value is None:
            raise self.fail("invalid syntax")
        return value


def _is_empty(nodes: list[Node]) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in nodes)


_DECIMAL = re.compile(r"[+-]?(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9]+)?")


def number(text: str) -> int | float | None:
    """Read a Go number literal; an integer in base 2, 8, 10 or 16, or a float."""
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if re.fullmatch(r"0[0-7_]+", digits):
        digits = "0o" + digits[1:]
    try:
        return int(sign + digits, 0)
    except ValueError:
        pass
    try:
        value = float.fromhex(text) if "p" in text.lower() else float(text) if _DECIMAL.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
    return None if value == inf else value


_SIMPLE = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_ESCAPE = re.compile(r"\\(?:[abfnrtv\\'\"]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})|[^\\]", re.S)


def unquote(text: str) -> str | None:
    """Read a Go string, raw string or character literal; None if it is malformed."""
    mark, body = text[0], text[1:-1]
    if mark == "`":
        return body.replace("\r", "")
    pieces = _ESCAPE.findall(body)
    wrong_mark = "\\'" if mark == '"' else '\\"'
    if "".join(pieces) != body or wrong_mark in pieces:
        return None
    try:
        return (
            "".join(_unescaped(piece) for piece in pieces)
            .encode("utf-8", "surrogateescape")
            .decode("utf-8", "surrogateescape")
        )
    except (UnicodeError, ValueError):
        return None


def _unescaped(piece: str) -> str:
    if len(piece) == 1:
        return piece
    # \xff and \377 are bytes, all other escapes are characters.
    if piece[1] == "x" or piece[1].isdecimal():
        code = int(piece[2:], 16) if piece[1] == "x" else int(piece[1:], 8)
        return bytes([code]).decode("utf-8", "surrogateescape")
    return chr(int(piece[2:], 16)) if piece[1] in "uU" else _SIMPLE.get(piece[1], piece[1])
