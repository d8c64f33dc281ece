"""Programs as scripts of Python: with this library, with httpx, with requests. One writer; dialects.py says what each
has of its own."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rawdocker.export import program as p
from rawdocker.export.curl import is_socket
from rawdocker.export.dialects import DIALECTS, REGISTRY_DIALECTS, Dialect
from rawdocker.export.literals import WIDTH, Code, laid_out, text
from rawdocker.export.parts import needed
from rawdocker.export.python import secret_lines
from rawdocker.export.registries import DIGEST, digest_asked_for
from rawdocker.export.shell import NO_STDIN_OVER_TLS
from rawdocker.registry.lock import Pin
from rawdocker.registry.reference import Reference

_IMPORTS = (
    *("atexit", "base64", "contextlib", "hashlib", "json", "os", "re", "socket", "sys", "tarfile", "tempfile"),
    "termios",
    *("threading", "tty"),
)
_OTHERS = {
    r"httpx\.": "httpx",
    r"requests\.": "requests",
    r"requests_unixsocket\.": "requests_unixsocket",
}
_FROM = {
    "ExitStack": "contextlib",
    "quote": "urllib.parse",
    "urlencode": "urllib.parse",
    "RegistryClient": "rawdocker.registry.client",
    "check": "rawdocker.registry.lock",
    "copy": "rawdocker.registry.copy",
    "keep": "rawdocker.registry.lock",
    "pin_of": "rawdocker.registry.lock",
    "rewrite": "rawdocker.registry.pinning",
    "parse": "rawdocker.registry.reference",
    "RawdockerError": "rawdocker.errors",
    "Client": "rawdocker",
    "calls": "rawdocker",
    "packed": "rawdocker.archive",
    "Call": "rawdocker.call",
    "Codec": "rawdocker.call",
    "HijackCall": "rawdocker.call",
    "StreamCall": "rawdocker.call",
    "EngineError": "rawdocker.errors",
    "NotFoundError": "rawdocker.errors",
}
"""The names that a script imports from modules, if it uses them."""

_USES = {
    p.LINES: "lines({answer})",
    p.PROGRESS: "progress({answer}, {page})",
    p.FRAMES: "output({answer})",
    p.TERMINAL: "output({answer})",
    p.BYTES: "copy({answer}, sys.stdout.buffer)",
    p.FILE: "save({answer}, {where})",
    p.FILES: "unpack({answer}, {where})",
}
_REGISTRY_USES = {
    p.ANSWER: "show(json.loads({answer}))",
    p.ITEMS: "lines({answer})",
    p.BYTES: "write({answer})",
    p.FILE: "save({answer}, {where})",
}
_PAGES = {"stdout": "sys.stdout", "stderr": "sys.stderr", "": "None"}


def script(made: p.Program, endpoint: Any, form: str) -> str:
    """Return a program as a script."""
    dialect = (REGISTRY_DIALECTS if made.registries else DIALECTS)[form]
    failed = ["    failed = 0"] if made.goes_on else []
    body = "\n".join([*failed, *_Writer(made, dialect).lines(made.statements, 4)])
    setup = "\n".join(_setup(made, endpoint, dialect))
    ending = _ending(made, dialect, setup) if made.asks or made.registries else _PLAIN_ENDING
    told = [_telling(made)] if "tell(" in body + ending else []
    negotiation = [_NEGOTIATION] if made.negotiates and made.asks and form != "python" else []
    used = needed(dialect.functions, "".join([body, setup, ending, *negotiation]))
    functions = [dialect.functions[name] for name in used]
    rest = "\n\n".join(["\n", *told, *functions, *negotiation, f"def main() -> int:\n{body}\n", ending])
    made_by = f"Made by rawdocker --dry-run --as {form}: the requests of a verb, sent by {dialect.sender}."
    head = f'#!/usr/bin/env python3\n"""{made_by}"""\n'
    imports = "\n".join(_imports(setup + rest, {**_FROM, **dialect.modules}))
    return f"{head}\n{imports}\n\n{setup}{rest}"


_NEGOTIATION = """\
api = ask("HEAD", "/_ping").headers["Api-Version"]  # the version of the API that the engine speaks
"""
_ENDING = """\
try:
    {run}
except {refused} as error:
    sys.exit(tell(error))
"""
_PLAIN_ENDING = "sys.exit(main())\n"


def _ending(made: p.Program, dialect: Dialect, setup: str) -> str:
    opened = dialect.opened + (", streams" if "opened = " in setup else "")
    if opened and made.registries:
        opened = ", ".join(made.registries.values())
    run = f"with {opened}:\n        sys.exit(main())" if dialect.opened else "sys.exit(main())"
    return _ENDING.format(run=run, refused=dialect.refused)


def _setup(made: p.Program, endpoint: Any, dialect: Dialect) -> Iterator[str]:
    yield from secret_lines(made.secrets)
    if endpoint.tls and dialect.stdin.startswith("*") and any(ask.stdin for ask in made.asks):
        yield f"sys.exit({text(NO_STDIN_OVER_TLS)})"
    if made.asks or made.registries:
        if is_socket(endpoint) and not made.registries:
            yield f'SOCKET = os.environ.get("DOCKER_SOCK", {text(endpoint.path)})'
        yield dialect.connection(endpoint, made)


def _telling(made: p.Program) -> str:
    code = max((ask.refusal.status for ask in made.asks), default=1)
    if made.registries:
        return _TELL_OF_REGISTRY
    if not made.codes:
        return _TELL.format(code=code)
    codes = laid_out("{", [(f"{text(words)}: ", given) for words, given in made.codes.items()], "}", 0)
    return f"CODES = {codes}\n\n\n" + _TELL_BY_WORDS.format(code=code)


_TELL = '''\
def tell(error) -> int:
    """Say what the engine has against it; return the exit code."""
    print(f"Error response from daemon: {{error}}", file=sys.stderr)
    return {code}
'''
_TELL_OF_REGISTRY = '''\
def tell(error) -> int:
    """Say what the registry has against it; return the exit code."""
    print(error, file=sys.stderr)
    return 1
'''
_TELL_BY_WORDS = '''\
def tell(error) -> int:
    """Say what the engine has against it; return the exit code, which its words may decide."""
    print(f"Error response from daemon: {{error}}", file=sys.stderr)
    return next((code for words, code in CODES.items() if words in str(error)), {code})
'''


def _imports(body: str, modules: Mapping[str, str]) -> Iterator[str]:
    yield from (f"import {name}" for name in _IMPORTS if re.search(rf"(?<![\w.]){name}\.", body))
    named: dict[str, list[str]] = {}
    for name, module in modules.items():
        if re.search(rf"(?<![\w.\"']){name}\b[.(:\s]", body):
            named.setdefault(module, []).append(name)
    lines = [f"from {module} import {', '.join(names)}" for module, names in named.items()]
    own = sorted(line for line in lines if line.startswith("from rawdocker"))
    yield from (line for line in lines if line not in own)
    yield from ["", *(f"import {name}" for use, name in _OTHERS.items() if re.search(rf"(?<![\w.]){use}", body)), *own]


class _Writer:
    """Writes statements as lines."""

    def __init__(self, made: p.Program, dialect: Dialect) -> None:
        self._made, self._dialect = made, dialect

    def lines(self, statements: Sequence[p.Statement], indent: int) -> Iterator[str]:
        for statement in statements:
            yield from getattr(self, f"_{type(statement).__name__.lower()}")(statement, indent)

    def _print(self, statement: p.Print, indent: int) -> Iterator[str]:
        shown, end = statement.text, ', end=""'
        if shown.endswith("\n"):
            shown, end = shown[:-1], ""
        yield f"{' ' * indent}print({text(shown)}{end}, flush=True)"

    def _leave(self, statement: p.Leave, indent: int) -> Iterator[str]:
        failed = "failed" if self._made.goes_on else "0"
        yield f"{' ' * indent}return {text(statement.status) if not statement.status.isdigit() else failed}"

    def _use(self, statement: p.Use, indent: int) -> Iterator[str]:
        ask = statement.ask
        if ask.use == p.NOTHING:
            yield from self._taken(ask, self._dialect.rest.format(_name(ask)), indent)
        else:
            yield f"{' ' * indent}{self._used(ask, _name(ask))}"

    def _do(self, do: p.Do, indent: int) -> Iterator[str]:
        arguments = [("", self._argument(given)) for given in do.arguments]
        arguments += [(f"{name}=", given) for name, given in do.named.items() if given and not callable(given)]
        call = laid_out(f"{do.function.__name__}(", arguments, ")", indent)
        yield " " * indent + (f"{do.given} = {call}{do.field}" if do.given else call)

    def _argument(self, given: Any) -> Any:
        """Return what a function of the library is given as it is written: a client, an image, a pin, plain values."""
        if hasattr(given, "origin"):
            return Code(self._made.registries[given.origin])
        if isinstance(given, Reference):
            return Code(f"parse({text(str(given.familiar))})")
        if isinstance(given, Pin):
            return Code(f"pin_of({', '.join(self._parts(given))})")
        if isinstance(given, dict):
            return {name: self._argument(inner) for name, inner in given.items()}
        return [self._argument(inner) for inner in given] if isinstance(given, list) else given

    def _parts(self, pin: Pin) -> Iterator[str]:
        yield f"parse({text(f'{pin.name}:{pin.tag}')})"
        yield next(_name(ask) for ask in self._made.asks if ask.answers(pin))
        if pin.platform:
            yield text(pin.platform)

    def _ask(self, ask: p.Ask, indent: int) -> Iterator[str]:
        blank, inner = " " * indent, indent + 4
        dialect, code = self._dialect, ask.refusal.status
        kind = dialect.missing if code else dialect.refused
        if ask.instead is not None or ask.missing:
            yield from [f"{blank}try:", *self._sent(ask, inner), f"{blank}except {kind}:"]
            yield from self.lines(ask.missing, inner)
            if ask.instead is not None:
                yield from [f"{blank}else:", *self.lines(ask.instead, inner)]
            elif ask.use == p.ANSWER and not ask.again:
                yield f"{blank}show({dialect.values.format('answer')})"
        elif ask.bears_refusal:
            yield from [f"{blank}try:", *self._whole(ask, inner), *self.lines(ask.then, inner)]
            if ask.refusal.excused:
                yield from [f"{blank}except {dialect.missing} as error:", f"{blank}    tell(error)"]
            yield f"{blank}except {dialect.refused}{' as error' if code else ''}:"
            yield f"{blank}    {'failed = tell(error)' if code else 'pass'}"
        else:
            yield from self._whole(ask, indent)

    def _whole(self, ask: p.Ask, indent: int) -> Iterator[str]:
        """Yield what sends a request and uses its answer."""
        yield from self._sent(ask, indent)
        if ask.use == p.ANSWER and not ask.origin and not ask.again:
            yield f"{' ' * indent}show({self._dialect.values.format('answer')})"

    def _sent(self, ask: p.Ask, indent: int) -> Iterator[str]:
        """Yield what sends a request, and takes from its answer what is needed."""
        blank = " " * indent
        way = "hijacked" if ask.hijack else "opened" if ask.streamed else "ask"
        # before it stands a name and =, behind it a field
        taken = [] if ask.streamed else ask.fields
        room = WIDTH - max(map(len, [_name(ask), *taken])) - (len('document()["Id"] = ') if taken else 3)
        request = self._dialect.request(ask, way, indent, room)
        if ask.origin:
            yield from self._of_registry(ask, request, indent)
        elif ask.use == p.ANSWER:
            yield f"{blank}answer = {request}"
        elif ask.streamed:
            yield f"{blank}{_name(ask)} = {request}"
            if ask.stdin:
                terminal = ", terminal=True" if ask.call.tty else ""
                yield f"{blank}send_stdin({self._dialect.stdin.format(_name(ask))}{terminal})"
            if not ask.background:
                yield f"{blank}{self._used(ask, _name(ask))}"
        else:
            yield from self._taken(ask, request, indent)

    def _of_registry(self, ask: p.Ask, request: str, indent: int) -> Iterator[str]:
        """Yield what sends a request to a registry, and uses its answer."""
        blank, answer = " " * indent, _name(ask)
        held = ask.digest and self._dialect.holds and not digest_asked_for(ask.call)
        if not (held or ask.kept or ask.use != p.NOTHING):
            yield from self._taken(ask, request, indent)
            return
        yield f"{blank}{answer} = {request}"
        if held:
            yield f"{blank}hold({answer}, {text(ask.digest)})"
        if ask.use != p.NOTHING:
            content = self._dialect.content(ask, answer)
            yield blank + _REGISTRY_USES[ask.use].format(answer=content, where=text(ask.where))
        if ask.fields:
            yield from self._taken(ask, answer, indent)

    def _taken(self, ask: p.Ask, answer: str, indent: int) -> Iterator[str]:
        """Yield what takes fields from an answer."""
        blank = " " * indent
        if len(ask.fields) > 1:
            yield f"{blank}{_name(ask)} = {answer}"
            answer = _name(ask)
        for name, field in ask.fields.items():
            taken = self._dialect.digest.format(answer) if field == DIGEST else self._dialect.field(answer, field)
            yield f"{blank}{name} = {taken}"
        if not ask.fields:
            yield f"{blank}{answer}"

    def _used(self, ask: p.Ask, answer: str) -> str:
        where = text(ask.where) + (", contents=True" if str(ask.call.query.get("path", "")).endswith("/.") else "")
        used = _USES[ask.use].format(answer=answer, page=_PAGES.get(ask.where, ""), where=where)
        if self._dialect.sender == "rawdocker's library":
            return used
        terminal = ask.tty or ("True" if ask.use == p.TERMINAL else "")
        return used.replace(f"output({answer})", f"output({answer}, terminal={terminal})") if terminal else used


def _name(ask: p.Ask) -> str:
    """Return the variable for an answer; it hides nothing that a script may use."""
    name = ask.name.replace(" ", "_")
    taken = (
        hasattr(builtins, name) or name in _IMPORTS or any(name in dialect.functions for dialect in DIALECTS.values())
    )
    return f"{name}_answer" if taken else name
