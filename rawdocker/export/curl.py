"""Requests as curl's command lines: words for a POSIX shell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from rawdocker.call import Call, Codec, HijackCall
from rawdocker.export.text import is_secret, pieces, target_of

_NEEDS_NO_ESCAPE = re.compile(r"[^\"$`\\!\n]*")
WIDTH = 100
"""Characters that a line may have before its JSON is laid out over several."""


def word(text: str, escape: str = "") -> str:
    """Return a text with places as one word of a shell.

    escape: a shell function that secrets go through; ids need none.
    """
    parts = list(pieces(text))
    if not any(part.is_variable for part in parts):
        return quote(text)
    escapes = escape and any(part.is_variable and is_secret(part.text) for part in parts)
    if not escapes and all(part.is_variable or _NEEDS_NO_ESCAPE.fullmatch(part.text) for part in parts):
        return '"' + "".join(f"${{{part.text}}}" if part.is_variable else part.text for part in parts) + '"'
    return "".join(_variable(part.text, escape) if part.is_variable else quote(part.text) for part in parts)


def _variable(name: str, escape: str) -> str:
    return f'"$({escape} "${name}")"' if escape and is_secret(name) else f'"${name}"'


def request_words(call: Call[Any], prefix: str, *, escape: bool = True) -> list[str]:
    """Return what curl is told of a request behind its connection: method, URL, headers, body.

    prefix: what stands before the path: http://localhost/v1.41. escape: whether the functions `json` and `url` are
    there to escape secrets.
    """
    method = "--head" if call.method == "HEAD" else f"-X {quote(call.method)}"
    url = word(prefix + target_of(call), "url" if escape else "")
    return [method, url, *_options(call, "json" if escape else "")]


def _options(call: Call[Any], escape: str) -> Iterator[str]:
    for name, value in call.headers.items():
        yield f"-H {_header(name, value, escape)}"
    document = call.json_body()
    if document is not None:
        yield "-H 'Content-Type: application/json'"
        yield f"--data-binary {word(_json(document), escape)}"
    elif call.body is not None:
        yield f"-T {word(source(call.body))}"


def _header(name: str, value: Any, escape: str) -> str:
    if isinstance(value, str):
        return word(f"{name}: {value}")
    text = word(json.dumps(value, ensure_ascii=False), escape)
    return f"\"{name}: $(printf %s {text} | base64 | tr -d '\\n' | tr +/ -_)\""


def _json(document: Any) -> str:
    text = json.dumps(document, ensure_ascii=False)
    return text if len(text) <= WIDTH else json.dumps(document, ensure_ascii=False, indent=2)


def source(body: Any) -> str:
    """Return the file that a body is read from; - is stdin."""
    name = getattr(body, "name", "-")
    return str(name) if isinstance(name, str) else "-"


def connection(endpoint: Any) -> list[str]:
    """Return curl's options for reaching an engine."""
    if is_socket(endpoint):
        return [f"--unix-socket {quote(endpoint.path)}"]
    if not endpoint.tls:
        return []
    files = (("--cacert", endpoint.tls.ca), ("--cert", endpoint.tls.cert), ("--key", endpoint.tls.key))
    return [*(f"{option} {quote(path)}" for option, path in files if path), *([] if endpoint.tls.verify else ["-k"])]


def is_socket(endpoint: Any) -> bool:
    """Say whether an engine is reached by a socket of this machine."""
    return endpoint.scheme not in ("tcp", "http", "https")


def origin(endpoint: Any) -> str:
    """Return the beginning of every URL. Registries and recordings of others have it already."""
    if is_socket(endpoint):
        return "http://localhost"
    if endpoint.scheme != "tcp":
        return str(endpoint.url)
    return ("https" if endpoint.tls else "http") + str(endpoint.url).removeprefix("tcp")


def required(secrets: Mapping[str, str], how: str = "") -> Iterator[str]:
    """Yield a line for each secret, without whose variable a script ends at once, and says what it is."""
    for name, reason in secrets.items():
        yield f': "${{{name}:?{_plain(reason)}{how}}}"'


def _plain(text: str) -> str:
    return re.sub(r"[^\w .,:/()=-]", "_", text)


def request(call: Call[Any], prefix: str, endpoint: Any, secrets: Mapping[str, str]) -> str:
    """Return one request as a command that can be pasted into a shell."""
    stream = ["--no-buffer"] if call.codec in (Codec.FRAMES, Codec.JSON_STREAM, Codec.RAW) else []
    words = ["curl -sS", *stream, *connection(endpoint), *request_words(call, origin(endpoint) + prefix, escape=False)]
    notes = _notes(call)
    return "\n".join([*notes, *required(secrets, ", as it stands in JSON and URLs"), *wrapped(words)])


def _notes(call: Call[Any]) -> Iterator[str]:
    if isinstance(call, HijackCall):
        yield "# curl shows the output; it sends no stdin on a connection that became a stream"
    if call.codec is Codec.FRAMES and not call.tty:
        yield "# the output has 8 bytes before each piece: the stream (1 stdout, 2 stderr), 0 0 0, the length"
    if call.body is not None and call.json_body() is None:
        yield "# the archive that is sent is to come from the file named (- is stdin)"


def wrapped(words: Sequence[str], indent: str = "") -> list[str]:
    """Return the words of a command as lines, broken where it is long."""
    lines = [indent + words[0]]
    for text in words[1:]:
        if len(lines[-1]) + len(text.partition("\n")[0]) < WIDTH and "\n" not in lines[-1]:
            lines[-1] += f" {text}"
        else:
            lines[-1] += " \\"
            lines.append(f"{indent}    {text}")
    return lines
