"""Print values as Go's fmt does: the verbs of printf, and what print shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..units import quote
from .gofloat import shortest
from .values import INT, Value, concrete, sorted_items

# Go prints a pointer inside a struct as the address it happens to have. An address means nothing to a reader, so all
# pointers are printed as this one: the form stays, and so does the text from run to run.
ADDRESS = 0xC000010000


def sprint(args: Sequence[Value | None]) -> str:
    """Print arguments, a space between two of which neither is a string."""
    out = ""
    previous_is_text = True
    for arg in args:
        is_text = arg is not None and arg.type.name == "string"
        out += " " if not (previous_is_text or is_text) else ""
        out += Printer().argument(arg, "v")
        previous_is_text = is_text
    return out


def sprintln(args: Sequence[Value | None]) -> str:
    """Print arguments with a space between all and a newline after."""
    return " ".join(Printer().argument(arg, "v") for arg in args) + "\n"


_DIRECTIVE = re.compile(
    r"%(?P<flags>[#0+\- ]*)(?:\[(?P<arg>[^\]]*)\])?(?P<width>\*|[0-9]{1,7})?"
    r"(?:\.(?P<precision>\*|[0-9]{0,7}))?(?:\[(?P<last>[^\]]*)\])?(?P<verb>.)?",
    re.S,
)


def sprintf(template: str, args: Sequence[Value | None]) -> str:
    """Print by a format; what does not fit is shown in the text, as in `%!d(string=x)`."""
    used = 0
    reordered = False
    out = []
    position = 0
    for found in _DIRECTIVE.finditer(template):
        out.append(template[position : found.start()])
        position = found.end()
        printer = Printer(found["flags"])
        good = True
        if found["arg"] is not None:
            reordered, (used, good) = True, _explicit(found["arg"], used, len(args))
        for name, bad in (("width", "%!(BADWIDTH)"), ("precision", "%!(BADPREC)")):
            if found[name] == "*":
                value = printer.take(name, args[used] if used < len(args) else None)
                used += 1
                out.append("" if value else bad)
            elif found[name] is not None:
                setattr(printer, name, int(found[name] or 0))
        if found["last"] is not None:
            reordered, (used, good) = True, _explicit(found["last"], used, len(args))
        verb = found["verb"]
        if verb is None:
            out.append("%!(NOVERB)")
        elif verb == "%":
            out.append("%")
        elif not good:
            out.append(f"%!{verb}(BADINDEX)")
        elif used >= len(args):
            out.append(f"%!{verb}(MISSING)")
        else:
            out.append(printer.argument(args[used], verb))
            used += 1
    out.append(template[position:])
    if not reordered and used < len(args):
        extra = ", ".join(_typed(arg) for arg in args[used:])
        out.append(f"%!(EXTRA {extra})")
    return "".join(out)


def _explicit(text: str, used: int, count: int) -> tuple[int, bool]:
    good = text.isdecimal() and 1 <= int(text) <= count
    return (int(text) - 1, True) if good else (used, False)


def _typed(arg: Value | None) -> str:
    return "<nil>" if arg is None else f"{arg.type.name}={Printer().argument(arg, 'v')}"


class Printer:
    """Prints one argument by one directive."""

    def __init__(self, flags: str = "") -> None:
        self.flags = set(flags)
        self.width = 0
        self.precision: int | None = None
        self.erroring = False

    def take(self, name: str, arg: Value | None) -> bool:
        """Take a width or precision from an argument; False if it is no fit integer."""
        if arg is None or arg.kind not in ("int", "uint") or abs(arg.data) > 1_000_000:
            return False
        if name == "width":
            self.flags |= {"-"} if arg.data < 0 else set()
            self.width = abs(arg.data)
        elif arg.data < 0:
            return False
        else:
            self.precision = arg.data
        return True

    def argument(self, arg: Value | None, verb: str) -> str:
        """Return an argument printed by a verb."""
        arg = concrete(arg)
        if arg is None:
            return self.pad("<nil>") if verb in "Tv" else f"%!{verb}(<nil>)"
        if verb == "T":
            return self.pad(arg.type.name)
        if verb == "p":
            return self.pointer(arg, verb)
        return self.show(arg, verb, 0)

    def show(self, value: Value, verb: str, depth: int) -> str:
        """Return a value printed, or what Go says of a verb that does not fit it."""
        if value.type.text and not self.erroring and verb in "vsxXq" and not (verb == "v" and "#" in self.flags):
            # A String method of a nil pointer panics, and fmt makes <nil> of that.
            return "<nil>" if value.data is None else self.text(value, value.type.text(value.data), verb)
        if value.kind == "time":
            return self.pad(str(value.data))  # Go would show the counters inside
        if value.kind == "interface":
            return self.interface(value, verb, depth)
        printers: dict[str, Callable[[Value, str], str]] = {
            "bool": self.boolean,
            "int": self.integer,
            "uint": self.integer,
            "float": self.floating,
            "string": lambda value, verb: self.text(value, value.data, verb),
            "map": lambda value, verb: self.mapping(value, verb, depth),
            "slice": lambda value, verb: self.sequence(value, verb, depth),
            "array": lambda value, verb: self.sequence(value, verb, depth),
            "struct": lambda value, verb: self.struct(value, verb, depth),
            "ptr": lambda value, verb: self.reference(value, verb, depth),
        }
        return printers.get(value.kind, self.bad)(value, verb)

    def bad(self, value: Value, verb: str) -> str:
        self.erroring = True
        shown = self.show(value, "v", 0)
        self.erroring = False
        return f"%!{verb}({value.type.name}={shown})"

    def pad(self, text: str) -> str:
        fill = max(0, self.width - len(text))
        if "-" in self.flags:
            return text + " " * fill
        return ("0" if "0" in self.flags else " ") * fill + text

    # Scalars.

    def boolean(self, value: Value, verb: str) -> str:
        return self.pad("true" if value.data else "false") if verb in "tv" else self.bad(value, verb)

    def integer(self, value: Value, verb: str) -> str:
        number: int = value.data
        if verb in "cq" or verb == "U":
            return self.character(value, verb)
        if verb == "v" and "#" in self.flags and value.kind == "uint":
            return hex(number)
        bases = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
        if verb not in bases:
            return self.bad(value, verb)
        digits = format(abs(number), bases[verb])
        if self.precision is not None:
            digits = digits.rjust(self.precision, "0") if number or self.precision else ""
        prefix = "0o" if verb == "O" else ""
        if "#" in self.flags and verb != "v":
            prefix = {"x": "0x", "X": "0X", "b": "0b", "o": "0" * (digits[:1] != "0")}.get(verb, prefix)
        sign = self.sign(number < 0, verb)
        if "0" in self.flags and "-" not in self.flags and self.precision is None:
            digits = digits.rjust(self.width - len(sign), "0")
            return sign + prefix + digits
        return Printer.padded(sign + prefix + digits, self.width, "-" in self.flags)

    def sign(self, negative: bool, verb: str) -> str:
        if negative:
            return "-"
        return "+" if "+" in self.flags and verb != "v" else " " if " " in self.flags else ""

    @staticmethod
    def padded(text: str, width: int, left: bool) -> str:
        return text.ljust(width) if left else text.rjust(width)

    def character(self, value: Value, verb: str) -> str:
        code: int = value.data
        if verb == "U":
            char = f" '{chr(code)}'" if "#" in self.flags and 0 <= code < 0x110000 else ""
            return self.pad(f"U+{code:04X}{char}")
        char = chr(code) if 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        return self.pad(quote(char, "'") if verb == "q" else char)

    def floating(self, value: Value, verb: str) -> str:
        forms = {"v": ("g", -1), "g": ("g", -1), "G": ("g", -1), "f": ("f", 6), "F": ("f", 6), "e": ("e", 6)}
        if verb not in forms and verb != "E":
            return self.bad(value, verb)
        form, precision = forms.get(verb, ("e", 6))
        if self.precision is not None:
            precision = self.precision
        digits = shortest(abs(value.data), form, precision).lstrip("+")
        digits = digits.upper() if verb in "GE" else digits
        sign = self.sign(value.data < 0, "")
        if "0" in self.flags and "-" not in self.flags and digits[0].isdecimal():
            return sign + digits.rjust(self.width - len(sign), "0")
        return Printer.padded(sign + digits, self.width, "-" in self.flags)

    def text(self, value: Value, text: str, verb: str) -> str:
        if verb not in "vsqxX":
            return self.bad(value, verb)
        if verb in "xX":
            raw = text.encode("utf-8", "surrogateescape")[: self.precision]
            digits = raw.hex(" " if " " in self.flags else "\0").replace("\0", "")
            digits = ("0x" if "#" in self.flags and raw else "") + digits
            return self.pad(digits.upper() if verb == "X" else digits)
        if self.precision is not None:
            text = text[: self.precision]
        if verb == "q" or (verb == "v" and "#" in self.flags):
            if "#" in self.flags and verb == "q" and "`" not in text and text.isprintable():
                return self.pad(f"`{text}`")
            return self.pad(quote(text))
        return self.pad(text)

    # What is made of others.

    @property
    def go_syntax(self) -> bool:
        return "#" in self.flags

    def interface(self, value: Value, verb: str, depth: int) -> str:
        if value.data is not None:
            return self.show(value.data, verb, depth + 1)
        return f"{value.type.name}(nil)" if verb == "v" and self.go_syntax else "<nil>"

    def mapping(self, value: Value, verb: str, depth: int) -> str:
        shown = [
            f"{self.show(key, verb, depth + 1)}:{self.show(item, verb, depth + 1)}" for key, item in sorted_items(value)
        ]
        if verb == "v" and self.go_syntax:
            return value.type.name + ("(nil)" if value.data is None else "{" + ", ".join(shown) + "}")
        return "map[" + " ".join(shown) + "]"

    def sequence(self, value: Value, verb: str, depth: int) -> str:
        if verb in "sqxX" and value.type.element.name == "uint8":
            raw = bytes(item.data for item in value.data or [])
            return self.text(value, raw.decode("utf-8", "surrogateescape"), verb)
        shown = [self.show(item, verb, depth + 1) for item in value.data or []]
        if verb == "v" and self.go_syntax:
            return value.type.name + ("(nil)" if value.data is None else "{" + ", ".join(shown) + "}")
        return "[" + " ".join(shown) + "]"

    def struct(self, value: Value, verb: str, depth: int) -> str:
        named = verb == "v" and bool(self.flags & {"+", "#"})
        shown = [
            (f"{field.name}:" if named else "") + self.show(item, verb, depth + 1)
            for field, item in zip(value.type.fields, value.data, strict=False)
        ]
        if verb == "v" and self.go_syntax:
            return f"{value.type.name}{{{', '.join(shown)}}}"
        return "{" + " ".join(shown) + "}"

    def reference(self, value: Value, verb: str, depth: int) -> str:
        if depth == 0 and value.data is not None and value.data.kind in ("struct", "map", "slice", "array"):
            return "&" + self.show(value.data, verb, depth + 1)
        return self.pointer(value, verb)

    def pointer(self, value: Value, verb: str) -> str:
        if value.kind not in ("ptr", "map", "slice"):
            return self.bad(value, verb)
        address = 0 if value.data is None else ADDRESS
        if verb == "v":
            if self.go_syntax:
                return f"({value.type.name})({hex(address) if address else 'nil'})"
            return hex(address) if address else self.pad("<nil>")
        if verb == "p":
            return hex(address)
        if verb in "bodxX":
            return self.integer(Value(INT, address), verb)
        return self.bad(value, verb)
