"""Programs as scripts of Python: with this library, with httpx, with requests. One writer; the table of dialects says
what each has of its own."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rawdocker.call import Codec
from rawdocker.export import preludes
from rawdocker.export import program as p
from rawdocker.export.curl import is_socket, origin
from rawdocker.export.literals import WIDTH, Code, laid_out, text, value
from rawdocker.export.parts import needed
from rawdocker.export.python import http_arguments, library_call, secret_lines
from rawdocker.export.registries import DIGEST, digest_asked_for
from rawdocker.export.shell import NO_STDIN_OVER_TLS
from rawdocker.registry.lock import Pin
from rawdocker.registry.reference import Reference


class Dialect(NamedTuple):
    """What scripts with one library have of their own."""

    sender: str
    """Who sends the requests, in words."""
    connection: Callable[[Any, p.Program], str]
    """Returns the lines that reach an endpoint."""
    functions: Mapping[str, str]
    """Functions that statements may call."""
    request: Callable[[p.Ask, str, int, int], str]
    """Writes the expression that sends a request, given ask, opened or hijacked, the indentation, and the room."""
    field: Callable[[str, str], str]
    """Writes a field of an answer: Id, Tty of Config."""
    rest: str
    """The answer that was left open and is read now."""
    values: str
    """An answer as JSON values."""
    stdin: str
    """What writes to a hijacked connection, and what ends that."""
    opened: str
    """What is to be closed in the end; empty where that is left to Python."""
    refused: str
    """The errors for a refusal and for a 404."""
    missing: str
    digest: str = ""
    """The digest of an answer."""
    content: Callable[[p.Ask, str], str] = lambda ask, answer: answer
    """Writes the bytes of a registry's answer, or the items of its list."""
    holds: bool = False
    """Whether the library itself compares an answer with the digest that it was asked for by."""
    modules: Mapping[str, str] = {}
    """The modules of names that are from elsewhere than in other scripts."""


_LIBRARY_WAYS = {
    "ask": ("docker.send(", ")"),
    "opened": ("opened(docker.stream(", "))"),
    "hijacked": ("opened(docker.hijack(", "))"),
}


def _library_request(ask: p.Ask, way: str, indent: int, room: int) -> str:
    before, behind = _LIBRARY_WAYS[way]
    plain = ".as_json()" if ask.use in (p.ANSWER, p.LINES, p.PROGRESS) else ""
    call = library_call(ask.call, indent, room - len(before) - len(plain) - len(behind))
    return f"{before}{call}{plain}{behind}"


def _http_request(body: str) -> Callable[[p.Ask, str, int, int], str]:
    def request(ask: p.Ask, way: str, indent: int, room: int) -> str:
        arguments = [("", ask.call.method), *http_arguments(ask.call, ask.prefix, body)]
        return laid_out(f"{way}(", arguments, ")", indent, room)

    return request


def _attribute(answer: str, field: str) -> str:
    return ".".join([answer, *reversed(field.split(" of "))])


def _item(answer: str, field: str) -> str:
    return f"document({answer})" + "".join(f'["{name}"]' for name in reversed(field.split(" of ")))


def _library_connection(endpoint: Any, made: p.Program) -> str:
    arguments: list[tuple[str, Any]] = [("", Code('f"unix://{SOCKET}"') if is_socket(endpoint) else endpoint.url)]
    if endpoint.tls:
        files = [(f"{name}=", path) for name, path in zip(("ca", "cert", "key"), endpoint.tls[:3], strict=True)]
        arguments.append(("tls=", Code(laid_out("TLSFiles(", [*files, ("verify=", endpoint.tls.verify)], ")", 0))))
    if not made.negotiates:
        arguments.append(("version=", made.version))
    lines = ["from rawdocker.host import TLSFiles"] if endpoint.tls else []
    lines.append(f"docker = {laid_out('Client(', arguments, ')', 0)}")
    streams = ["streams = ExitStack()", "opened = streams.enter_context"]
    return "\n".join([*lines, *(streams if any(ask.streamed for ask in made.asks) else [])])


def _httpx_connection(endpoint: Any, made: p.Program) -> str:
    if is_socket(endpoint):
        reach: list[tuple[str, Any]] = [("transport=", Code("httpx.HTTPTransport(uds=SOCKET)"))]
    else:
        reach = _tls(endpoint, "")
    arguments = [*reach, ("base_url=", origin(endpoint)), ("headers=", _PLAIN), ("timeout=", None)]
    return f"client = {laid_out('httpx.Client(', arguments, ')', 0)}"


def _requests_connection(endpoint: Any, made: p.Program) -> str:
    accepts = f"session.headers.update({value(_PLAIN)})"
    if is_socket(endpoint):
        engine = 'ENGINE = "http+unix://" + quote(SOCKET, safe="")'
        return f"session = requests_unixsocket.Session()\n{accepts}\n{engine}"
    settings = (f"session.{name}{value(given)}" for name, given in _tls(endpoint, " "))
    lines = ["session = requests.Session()", accepts, *settings]
    return "\n".join([*lines, f"ENGINE = {text(origin(endpoint))}"])


_PLAIN = {"Accept-Encoding": "identity"}
"""What keeps an engine from compressing archives, which then are not what was asked for."""


def _tls(endpoint: Any, blank: str) -> list[tuple[str, Any]]:
    if not endpoint.tls:
        return []
    certificate = (endpoint.tls.cert, endpoint.tls.key)
    pair = (
        [(f"cert{blank}={blank}", Code(f"({text(certificate[0])}, {text(certificate[1])})"))]
        if all(certificate)
        else []
    )
    return [(f"verify{blank}={blank}", endpoint.tls.verify and (endpoint.tls.ca or True)), *pair]


def _functions(own: Mapping[str, str], answer: str, messages: str) -> dict[str, str]:
    shared = {
        name: code.replace("ANSWER", answer).replace("MESSAGES", messages) for name, code in preludes.SHARED.items()
    }
    return {**own, **shared}


def _http_dialect(sender: str, connection: Any, functions: Mapping[str, str], body: str) -> Dialect:
    return Dialect(
        sender=sender,
        connection=connection,
        functions=_functions({**preludes.HTTP_FUNCTIONS, **functions}, "chunks(answer)", "messages(answer)"),
        request=_http_request(body),
        field=_item,
        rest="{}",
        values="document({})",
        stdin="*stdin_of({})",
        opened="",
        refused="Refused",
        missing="Missing",
    )


def _registry_clients(endpoint: Any, made: p.Program) -> str:
    lines = []
    for where, name in made.registries.items():
        known = [("credentials=", made.credentials[where])] if where in made.credentials else []
        lines.append(f"{name} = {laid_out('RegistryClient(', [('', where), *known], ')', 0)}")
    return "\n".join(lines)


def _registry_request(ask: p.Ask, way: str, indent: int, room: int) -> str:
    before, behind = f"{ask.client}.send(", ")"
    return before + library_call(ask.call, indent, room - len(before) - len(behind)) + behind


def _registry_bytes(ask: p.Ask, answer: str) -> str:
    if ask.call.codec is Codec.PAGES:
        return answer
    return f"{answer}.body" if ask.call.codec is Codec.MANIFEST else f'b"".join({answer})'


def _registry_http_request(ask: p.Ask, way: str, indent: int, room: int) -> str:
    digest = [("digest=", ask.digest)] if ask.digest else []
    return laid_out("ask(", [*http_arguments(ask.call, ask.origin, ""), *digest], ")", indent, room)


def _registry_http_content(ask: p.Ask, answer: str) -> str:
    if ask.call.codec is Codec.PAGES:
        return f"items({answer}, {text('tags' if ask.call.operation == 'TagList' else 'manifests')})"
    return f"{answer}.content"


def _registry_http_dialect(sender: str, variable: str, client: str) -> Dialect:
    def connection(endpoint: Any, made: p.Program) -> str:
        known = {
            origin: Code(f"({text(known['username'])}, {text(known['password'])})")
            for origin, known in made.credentials.items()
        }
        return f"{client}\nCREDENTIALS = {value(known)}"

    functions = {**preludes.REGISTRY_HTTP_FUNCTIONS, **preludes.REGISTRY_SHARED}
    return DIALECTS[sender]._replace(
        connection=connection,
        functions={name: code.replace("SENDER", variable) for name, code in functions.items()},
        request=_registry_http_request,
        digest="digest_of({})",
        content=_registry_http_content,
        modules={"quote": "urllib.parse"},
    )


DIALECTS = {
    "python": Dialect(
        sender="rawdocker's library",
        connection=_library_connection,
        functions=_functions(preludes.LIBRARY_FUNCTIONS, "answer", "answer"),
        request=_library_request,
        field=_attribute,
        rest="next({})",
        values="{}",
        stdin="{0}.write, {0}.close_write",
        opened="docker",
        refused="EngineError",
        missing="NotFoundError",
    ),
    "httpx": _http_dialect("httpx", _httpx_connection, preludes.HTTPX_FUNCTIONS, "content"),
    "requests": _http_dialect("requests", _requests_connection, preludes.REQUESTS_FUNCTIONS, "data"),
}

REGISTRY_DIALECTS = {
    "python": DIALECTS["python"]._replace(
        connection=_registry_clients,
        functions={**preludes.REGISTRY_LIBRARY_FUNCTIONS, **preludes.REGISTRY_SHARED},
        request=_registry_request,
        digest="{}.digest",
        holds=True,
        content=_registry_bytes,
        refused="RawdockerError",
        modules={"calls": "rawdocker.registry"},
    ),
    "httpx": _registry_http_dialect(
        "httpx", "client", f"client = httpx.Client(headers={value(_PLAIN)}, follow_redirects=True, timeout=None)"
    ),
    "requests": _registry_http_dialect(
        "requests", "session", f"session = requests.Session()\nsession.headers.update({value(_PLAIN)})"
    ),
}
"""What scripts for registries have of their own."""

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
        yield " " * indent + (f"{do.digest} = {call}.digest" if do.digest else call)

    def _argument(self, given: Any) -> Any:
        """Return what a function of the library is given as it is written: a client, an image, a pin, plain values."""
        if hasattr(given, "origin"):
            return Code(self._made.registries[given.origin])
        if isinstance(given, Reference):
            return Code(f"parse({text(str(given.familiar))})")
        if isinstance(given, Pin):
            return Code(f"pin_of({', '.join(self._parts(given))})")
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
