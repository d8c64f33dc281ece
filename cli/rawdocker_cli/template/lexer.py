"""Cut a template into tokens as Go's text/template does, its complaints included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..units import quote

KEYWORDS = frozenset(
    (".", "block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with")
)


class Token(NamedTuple):
    """Hold a token: what it is (a keyword is its own kind), where it starts, its text and its line."""

    kind: str
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind in ("EOF", "error"):
            return self.text
        if self.kind in KEYWORDS:
            return f"<{self.text}>"
        return quote(self.text[:10]) + "..." if len(self.text.encode()) > 10 else quote(self.text)


_SPACES = " \t\r\n"
_RIGHT = re.compile(r"[ \t\r\n]-\}\}|\}\}")
_WORD = re.compile(r"(?P<dollar>\$)\w*|(?P<dot>\.)(?![0-9]|\Z)\w*|[^\W\d]\w*")
_EXPONENT = r"(?:[eE][+-]?[0-9_]*)?"
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    rf"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?{_EXPONENT})i?"
)
_QUOTED = {
    '"': ("string", "quoted string", re.compile(r'"(?:\\[^\n]|[^"\\\n])*"')),
    "'": ("char", "character constant", re.compile(r"'(?:\\[^\n]|[^'\\\n])*'")),
    "`": ("string", "raw quoted string", re.compile(r"`[^`]*`")),
}
_PUNCTUATION = {"=": "assign", "|": "pipe", "(": "(", ")": ")"}


class _Complaint(Exception):
    """Ends the cutting: what follows has no sense."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a template, the last of them an EOF or an error whose text says what is wrong."""
    lexer = _Lexer(text)
    try:
        yield from lexer.run()
    except _Complaint as complaint:
        yield Token("error", lexer.pos, str(complaint), lexer.line(lexer.pos))


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.depth = 0

    def line(self, pos: int) -> int:
        return 1 + self.text.count("\n", 0, pos)

    def token(self, kind: str, end: int) -> Token:
        start, self.pos = self.pos, end
        return Token(kind, start, self.text[start:end], self.line(start))

    def run(self) -> Iterator[Token]:
        while (brace := self.text.find("{{", self.pos)) >= 0:
            trims = self._trims_left(brace + 2)
            text = self.text[self.pos : brace]
            kept = text.rstrip(_SPACES) if trims else text
            if kept:
                yield self.token("text", self.pos + len(kept))
            self.pos = brace
            if self.text.startswith("/*", brace + 2 + 2 * trims):
                self._skip_comment(brace + 4 + 2 * trims)
                continue
            left = self.token("{{", brace + 2)
            self.pos += 2 * trims
            yield left
            yield from self._action()
        if self.pos < len(self.text):
            yield self.token("text", len(self.text))
        yield Token("EOF", self.pos, "EOF", self.line(self.pos))

    def _trims_left(self, pos: int) -> bool:
        return self.text.startswith("-", pos) and self.text[pos + 1 : pos + 2] in tuple(_SPACES)

    def _skip_comment(self, pos: int) -> None:
        end = self.text.find("*/", pos)
        if end < 0:
            raise _Complaint("unclosed comment")
        right = _RIGHT.match(self.text, end + 2) or (
            _RIGHT.match(self.text, end + 1) if self.text.startswith(" -}}", end + 1) else None
        )
        if right is None:
            raise _Complaint("comment ends before closing delimiter")
        self._close(right)

    def _close(self, right: re.Match[str]) -> None:
        self.pos = right.end()
        if len(right[0]) > 2:
            self.pos += len(self.text[self.pos :]) - len(self.text[self.pos :].lstrip(_SPACES))

    def _action(self) -> Iterator[Token]:
        self.depth = 0
        while True:
            right = _RIGHT.match(self.text, self.pos)
            if right is None:
                yield self._inside()
                continue
            if self.depth:
                raise _Complaint("unclosed left paren")
            line = self.line(self.pos)
            yield Token("}}", right.end() - 2, "}}", line)
            self._close(right)
            return

    def _inside(self) -> Token:
        char = self.text[self.pos : self.pos + 1]
        if not char:
            raise _Complaint("unclosed action")
        if char in _SPACES:
            return self._space()
        if char in _QUOTED:
            kind, name, pattern = _QUOTED[char]
            found = pattern.match(self.text, self.pos)
            if found is None:
                raise _Complaint(f"unterminated {name}")
            return self.token(kind, found.end())
        if char == ":":
            if self.text[self.pos + 1 : self.pos + 2] != "=":
                raise _Complaint("expected :=")
            return self.token("declare", self.pos + 2)
        if char in _PUNCTUATION:
            return self._punctuation(char)
        if word := _WORD.match(self.text, self.pos):
            return self._word(word)
        if char in "+-." or char.isdecimal():
            return self._number()
        if char.isascii() and char.isprintable():
            return self.token("character", self.pos + 1)
        raise _Complaint(f"unrecognized character in action: {_code_point(char)}")

    def _space(self) -> Token:
        end = self.pos
        while self.text[end : end + 1] in tuple(_SPACES):
            end += 1
        if self.text.startswith("-}}", end):
            end -= 1  # the last space belongs to the closing delimiter
        return self.token("space", end)

    def _punctuation(self, char: str) -> Token:
        self.depth += (char == "(") - (char == ")")
        if self.depth < 0:
            raise _Complaint("unexpected right paren")
        return self.token(_PUNCTUATION[char], self.pos + 1)

    def _word(self, found: re.Match[str]) -> Token:
        word = found[0]
        after = self.text[found.end() : found.end() + 1]
        if after and after not in " \t\r\n.,|:)(" and not self.text.startswith("}}", found.end()):
            raise _Complaint(f"bad character {_code_point(after)}")
        if word in KEYWORDS:
            return self.token(word, found.end())
        if word in ("true", "false"):
            return self.token("bool", found.end())
        kind = "variable" if found["dollar"] else "field" if found["dot"] else "identifier"
        return self.token(kind, found.end())

    def _number(self) -> Token:
        found = _NUMBER.match(self.text, self.pos)
        end = found.end() if found else self.pos
        after = self.text[end : end + 1]
        if after == "_" or after.isalpha() or after.isdecimal():
            raise _Complaint(f"bad number syntax: {quote(self.text[self.pos : end + 1])}")
        if after in ("+", "-"):
            raise _Complaint(f"bad number syntax: {quote(self.text[self.pos : end + 1])}")
        return self.token("number", end)


def _code_point(char: str) -> str:
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}"
