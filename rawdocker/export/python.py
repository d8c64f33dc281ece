"""Requests as expressions of Python: with this library, with httpx, with requests."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from keyword import iskeyword
from typing import Any
from urllib.parse import quote

from rawdocker.archive import Packed
from rawdocker.call import Call, Codec, HijackCall, StreamCall
from rawdocker.export.curl import is_socket, origin, source
from rawdocker.export.literals import WIDTH, Code, laid_out, text, value
from rawdocker.export.text import decoded_places
from rawdocker.operations import operations


def library_call(call: Call[Any], indent: int = 0, room: int = WIDTH) -> str:
    """Return the call of a function in rawdocker.calls that makes a call, or the call spelled out where none does."""
    found = _arguments(call)
    if found is None:
        return _spelled_out(call, indent)
    name, arguments = found
    return laid_out(f"calls.{name}(", arguments, ")", indent, room)


def _arguments(call: Call[Any]) -> tuple[str, list[tuple[str, Any]]] | None:
    """Return the function that makes a call, and its arguments, each behind its name and =."""
    function = _function(call)
    if function is None:
        return None
    kinds = inspect.signature(function).parameters
    named = zip(kinds, call.arguments.values(), strict=False)  # in the order of the path's places
    wanted = {
        **{_identifier(key): given for key, given in (*call.query.items(), *call.headers.items())},
        **dict(named),
        **({} if call.body is None else {"body": call.body}),
        **({"tty": call.tty} if call.tty else {}),
    }
    used = {key: _as_annotated(wanted[key], str(kinds[key].annotation)) for key in kinds if key in wanted}
    try:
        made = function(**used)
    except (TypeError, ValueError, AttributeError):
        return None
    if not _are_same(made, call):
        return None
    return function.__name__, [
        (f"{key}=" if kinds[key].kind is inspect.Parameter.KEYWORD_ONLY else "", _argument(given))
        for key, given in used.items()
    ]


def _as_annotated(given: Any, annotation: str) -> Any:
    """Return a parameter as its function wants it: of a request that was read it is a text."""
    if not isinstance(given, str) or "str" in annotation:
        return given
    if "bool" in annotation and given in ("0", "1"):
        return given == "1"
    return int(given) if "int" in annotation and given.isdecimal() else given


def _are_same(made: Call[Any], call: Call[Any]) -> bool:
    """Say whether two calls send the same; credentials that were taken apart are encoded by whoever sends them."""
    if (made.method, made.target, made.json_body()) != (call.method, call.target, call.json_body()):
        return False
    return all(made.headers.get(name) == value for name, value in call.headers.items() if isinstance(value, str))


def _function(call: Call[Any]) -> Callable[..., Call[Any]] | None:
    """Return the function that makes calls of this kind: by the operation, else by method and path."""
    from rawdocker import calls

    if is_for_registry(call):
        return _registry_functions()[call.operation]
    same = [known for known in operations() if known.method == call.method]
    named = [known for known in same if known.name == call.operation] or [
        known for known in same if known.path == call.path
    ]
    return getattr(calls, named[0].function, None) if named else None


def is_for_registry(call: Call[Any]) -> bool:
    """Say whether a call is one of rawdocker.registry.calls."""
    return call.path.startswith("/v2/") and call.operation in _registry_functions()


@cache
def _registry_functions() -> dict[str, Callable[..., Call[Any]]]:
    """Return the functions of rawdocker.registry.calls by their operations: ManifestGet is that of manifest_get."""
    from rawdocker.registry import calls

    return {name.title().replace("_", ""): made for name, made in vars(calls).items() if inspect.isfunction(made)}


def _identifier(name: str) -> str:
    return name.replace("-", "_") + "_" * iskeyword(name)


def _argument(given: Any) -> Any:
    return given if isinstance(given, str | int | dict | list | tuple) else Code(content(given, "packed({})"))


def _spelled_out(call: Call[Any], indent: int) -> str:
    parts: list[tuple[str, Any]] = [("", part) for part in (call.operation, call.method, call.path)]
    parts += [("", dict(call.arguments))] if call.arguments else []
    parts += [("query=", dict(call.query))] if call.query else []
    parts += [("headers=", dict(call.headers))] if call.headers else []
    parts += [] if call.body is None else [("body=", _argument(call.body))]
    parts.append(("codec=", Code(f"Codec.{call.codec.name}")))
    kind = next(kind for kind in (HijackCall, StreamCall, Call) if isinstance(call, kind))
    return laid_out(f"{kind.__name__}(", parts, ")", indent)


def content(body: Any, archive: str) -> str:
    """Return what a body that is not JSON is read from; archive: what packs a folder's entry."""
    packed = getattr(body, "source", None)
    if isinstance(packed, Packed):
        return archive.format(f"{text(packed.folder)}, {text(packed.entry)}, {[*packed.renames]!r}")
    name = source(body)
    return 'iter(lambda: sys.stdin.buffer.read1(65536), b"")' if name == "-" else f'open({text(name)}, "rb")'


def http_arguments(call: Call[Any], prefix: str, body: str) -> list[tuple[str, Any]]:
    """Return what httpx and requests are told of a request: URL, query, headers, body.

    body: the name of the argument for a body that is not JSON.
    """
    document = call.json_body()
    given: list[tuple[str, Any]] = [("", prefix + decoded_places(call.resource))]
    if call.query:
        given.append(("params=", _parameters(call)))
    if call.headers:
        given.append(("headers=", {name: _header(header) for name, header in call.headers.items()}))
    if document is not None:
        given.append(("json=", document))
    elif call.body is not None:
        given.append((f"{body}=", Code(content(call.body, "tar({})"))))
    return given


def _parameters(call: Call[Any]) -> Any:
    pairs = call.pairs()
    named = dict(pairs)
    return named if len(named) == len(pairs) else [Code(f"({text(name)}, {text(given)})") for name, given in pairs]


def _header(header: Any) -> Any:
    if isinstance(header, str):
        return header
    return Code(f"base64.urlsafe_b64encode(json.dumps({value(header, room=1 << 30)}).encode()).decode()")


def secret_lines(secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each secret, without whose variable a script ends at once."""
    for name, reason in secrets.items():
        yield f"{name} = os.environ[{text(name)}]  # {reason}"


_STREAMS = (Codec.FRAMES, Codec.JSON_STREAM, Codec.RAW)


def library(call: Call[Any], prefix: str, endpoint: Any, secrets: Mapping[str, str]) -> str:
    """Return one request by this library."""
    way = "hijack" if isinstance(call, HijackCall) else "stream" if call.codec in _STREAMS else "send"
    client = "registry" if is_for_registry(call) else "docker"
    return "\n".join([*secret_lines(secrets), f"{client}.{way}({library_call(call)})"])


def program(call: Call[Any], prefix: str, endpoint: Any, secrets: Mapping[str, str]) -> str:
    """Return one request by this library as a program that prints the answer."""
    version = [("version=", prefix.removeprefix("/v"))] if prefix else []
    client = laid_out("Client(", [("", endpoint.url), *version], ")", 0)
    code = "\n".join([*secret_lines(secrets), "", f"with {client} as docker:", *_printed(call)])
    imports = [f"import {name}" for name in ("base64", "json", "os", "sys") if f"{name}." in code]
    imports += [""] if imports else []
    names = [name for name in ("Codec", "Call", "HijackCall", "StreamCall") if re.search(rf"\b{name}\b[.(]", code)]
    imports.append(f"from rawdocker import Client{', calls' if 'calls.' in code else ''}")
    imports += [f"from rawdocker.call import {', '.join(names)}"] if names else []
    return "\n".join([*imports, code])


def _printed(call: Call[Any]) -> list[str]:
    if not isinstance(call, StreamCall) and call.codec not in _STREAMS:
        return [f"    print(docker.send({library_call(call, 4, WIDTH - len('print(docker.send())'))}))"]
    opened = f"    with docker.stream({library_call(call, 4, WIDTH - len('with docker.stream() as items:'))}) as items:"
    return [opened, "        for item in items:", "            print(item)"]


def httpx(call: Call[Any], prefix: str, endpoint: Any, secrets: Mapping[str, str]) -> str:
    """Return one request by httpx; `client` has the transport of the engine's socket and its origin as base_url."""
    where = endpoint.url if endpoint.scheme in ("http", "https") else ""
    arguments = http_arguments(call, where + prefix, "content")
    if call.codec in _STREAMS:
        return _http("client.stream(", [("", call.method), *arguments], secrets)
    return _http(*_sent("client", call.method, arguments), secrets)


def requests(call: Call[Any], prefix: str, endpoint: Any, secrets: Mapping[str, str]) -> str:
    """Return one request by requests; `session` is one of requests-unixsocket."""
    arguments = http_arguments(call, requests_origin(endpoint) + prefix, "data")
    stream = [("stream=", True)] if call.codec in _STREAMS else []
    return _http(*_sent("session", call.method, [*arguments, *stream]), secrets)


def _sent(sender: str, method: str, arguments: list[tuple[str, Any]]) -> tuple[str, list[tuple[str, Any]]]:
    """Return the function that sends a request, and its arguments; methods of no operation have none of their own."""
    if method in {operation.method for operation in operations()}:
        return f"{sender}.{method.lower()}(", arguments
    return f"{sender}.request(", [("", method), *arguments]


def _http(opening: str, arguments: list[tuple[str, Any]], secrets: Mapping[str, str]) -> str:
    return "\n".join([*secret_lines(secrets), laid_out(opening, arguments, ")", 0)])


def requests_origin(endpoint: Any) -> str:
    """Return the beginning of a URL for requests: a socket's path is escaped in the place of the host."""
    return f"http+unix://{quote(endpoint.path, safe='')}" if is_socket(endpoint) else origin(endpoint)
