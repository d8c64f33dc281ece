"""What scripts of Python have of their own by library (this one, httpx, requests), for engines and for registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rawdocker.call import Codec
from rawdocker.export import preludes
from rawdocker.export import program as p
from rawdocker.export.curl import is_socket, origin
from rawdocker.export.literals import Code, laid_out, text, value
from rawdocker.export.python import http_arguments, library_call


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
    before = f"{ask.client}.send("
    return f"{before}{library_call(ask.call, indent, room - len(before) - 1)})"


def _registry_content(ask: p.Ask, answer: str) -> str:
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
        content=_registry_content,
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
