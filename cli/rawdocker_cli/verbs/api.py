"""api: any call by hand. It goes the way of every call, so it can be traced, rehearsed, exported and recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any
from urllib.parse import unquote

from rawdocker.call import VERSION, Call, Codec, HijackCall, StreamCall
from rawdocker.calls.container import container_resize
from rawdocker.calls.exec import exec_resize
from rawdocker.errors import RawdockerError
from rawdocker.observe import Exchange, Observer
from rawdocker.operations import call_of, parameters
from rawdocker.show import laid_out
from rawdocker_cli import fields, session, signals
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import PROGRAM, Failure, Shell
from rawdocker_cli.template import ExecutionError, Template, TemplateError, parse
from rawdocker_cli.terminal import STDOUT, is_terminal
from rawdocker_cli.verbs.copy import Stdin

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
BODILESS = ("GET", "HEAD", "DELETE")
"""Methods that have no body in this API: fields go to the query."""

UPGRADED = 101
BAD_FLAG = 125
BAD_TEMPLATE = 64

RESIZE: Mapping[str, Callable[..., Call[None]]] = {"ContainerAttach": container_resize, "ExecStart": exec_resize}


def api(shell: Shell, options: Options, words: list[str]) -> None:
    """Make a call and print its answer; exit code 1 where the engine refuses it."""
    template = _template(shell, options.format)
    with _input(options.input) as body:
        call = _call(shell, options, words, body)
        answer = Answer(call)
        shell.observers.append(answer)
        printer = Printer(shell, options, answer, template)
        if call.method == "HEAD":  # there is nothing else
            printer.head_is_due = True
        try:
            _made(shell, call, printer)
        except RawdockerError as error:
            if not answer.refused:
                raise
            printer.exact(answer.take())
            raise Failure(f"{PROGRAM}: {error} (HTTP {answer.status})") from error
    if answer.refused:
        raise Failure(f"{PROGRAM}: HTTP {answer.status} {answer.reason}")


class Answer(Observer):
    """Keeps the head of the answer to a call, and the bytes of its body that were not taken yet."""

    def __init__(self, call: Call[Any]) -> None:
        self._call = call
        self._exchange: Exchange | None = None
        self._data = bytearray()
        self.status = 0
        self.reason = ""
        self.headers: Sequence[tuple[str, str]] = ()

    def request(self, exchange: Exchange) -> None:
        """Tell the call's exchange from others, such as the ping's."""
        if exchange.call == self._call:
            self._exchange = exchange

    def response(self, exchange: Exchange) -> None:
        """Keep the head."""
        if exchange is self._exchange:
            self.status, self.reason, self.headers = exchange.status, exchange.reason, exchange.response_headers

    def received(self, exchange: Exchange, data: bytes) -> None:
        """Keep the bytes until they are taken."""
        if exchange is self._exchange:
            self._data += data

    def close(self) -> None:
        """Do nothing: every observer of a shell can be closed."""

    @property
    def refused(self) -> bool:
        """Whether there is an answer that is no success."""
        return bool(self.status) and self.status != UPGRADED and not 200 <= self.status < 300

    @property
    def head(self) -> str:
        """Status and headers as they stand on the wire."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, "", ""])

    def take(self) -> bytes:
        """Return what came since the last time."""
        data = bytes(self._data)
        self._data.clear()
        return data


class Printer:
    """Prints an answer as the flags say; its head first, where that is wanted."""

    def __init__(self, shell: Shell, options: Options, answer: Answer, template: Template | None) -> None:
        self._shell, self._answer, self._template = shell, answer, template
        self.head_is_due = options.include
        self.raw = options.raw
        self.a_document_a_line = options.stream or template is not None

    def exact(self, data: bytes) -> None:
        """Print bytes as they are."""
        self.begin()
        self._shell.write_bytes(data)

    def begin(self) -> None:
        """Print the head, once."""
        if self.head_is_due:
            self.head_is_due = False
            self._shell.write(self._answer.head)

    def whole(self) -> None:
        """Print an answer that came as a whole: JSON laid out where a person looks, else the very bytes."""
        data = self._answer.take()
        if self._template is not None:
            self.document(_document(data))
        elif data and not self.raw and is_terminal(STDOUT):
            self.exact(laid_out(data.decode("utf-8", "replace")).encode() + b"\n")
        else:
            self.exact(data)

    def document(self, value: Any) -> None:
        """Print one document, as a line or by the template."""
        self.begin()
        if self._template is None:
            self._shell.print(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
            return
        try:
            self._shell.print(self._template.render(value))
        except ExecutionError as error:
            self._shell.fail(f"template parsing error: {error}")

    def documents(self, values: Iterable[Any]) -> None:
        """Print a stream of documents as they come: each by itself, else the very bytes."""
        for value in values:
            if self.a_document_a_line:
                self._answer.take()
                self.document(value)
            else:
                self.exact(self._answer.take())
        if not self.a_document_a_line:
            self.exact(self._answer.take())

    def bytes(self, chunks: Iterable[bytes]) -> None:
        """Print bytes as they come."""
        self.begin()
        for chunk in chunks:
            self._answer.take()
            self.exact(chunk)

    def frames(self, frames: Iterator[Any]) -> None:
        """Print frames as they come, each to its stream."""
        self.begin()
        session.copy_output(self._taken(frames))

    def _taken(self, frames: Iterator[Any]) -> Iterator[Any]:
        for frame in frames:
            self._answer.take()
            yield frame


def _made(shell: Shell, call: Call[Any], printer: Printer) -> None:
    """Make a call the way its kind is made, and print what comes."""
    if isinstance(call, HijackCall):
        _converse(shell, call, printer)
    elif isinstance(call, StreamCall):
        show = {Codec.JSON_STREAM: printer.documents, Codec.FRAMES: printer.frames}.get(call.codec, printer.bytes)
        with shell.stream(call) as items:
            show(items)
    else:
        shell.send(call)
        printer.whole()


def _converse(shell: Shell, call: HijackCall, printer: Printer) -> None:
    """Take the connection over: our stdin goes there, what comes is printed."""
    resize = RESIZE.get(call.operation)
    tell = partial(resize, call.arguments["id"]) if resize else None
    with (
        shell.hijack(call) as connection,
        session.stdin(shell, connection, True, tty=call.tty, keys=None),
        session.window(shell, signals.Errands(), tell, tty=call.tty) if tell else nullcontext(),
    ):
        if printer.raw:
            printer.bytes(connection.chunks())
        else:
            printer.frames(iter(connection))


def _template(shell: Shell, text: str) -> Template | None:
    try:
        return parse(text) if text else None
    except TemplateError as error:
        shell.fail(f"template parsing error: {error}", BAD_TEMPLATE)


def _input(path: str) -> AbstractContextManager[Any]:
    """Open what --input names; nothing where it names none."""
    if not path:
        return nullcontext()
    from rawdocker.archive import opened

    return nullcontext(Stdin()) if path == "-" else opened(path)


def _call(shell: Shell, options: Options, words: list[str], body: Any) -> Call[Any]:
    """Return the call that a command line describes."""
    method, target = _method(shell, options, words), "/" + words[-1].removeprefix("/")
    given = _fields(shell, options)
    if given and body is not None:
        shell.fail(f"{PROGRAM}: --input is the whole body: there is no place for fields", BAD_FLAG)
    if {".", ".."} & set(
        unquote(target.partition("?")[0]).split("/")
    ):  # an HTTP client would fold them, and ask something else
        shell.fail(f"{PROGRAM}: a path has no . and .. in it: {target}", BAD_FLAG)
    call = call_of(method, target, dict(options.header))
    query = _query(call.query, options.query)
    if method in BODILESS:
        query |= given
    headers = dict(options.header)
    if body is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = _content_type(call)
    codec = _codec(options, call)
    parts: dict[str, Any] = {name: getattr(call, name) for name in ("operation", "method", "path", "arguments")}
    version = VERSION.match(target)
    made = _kind(options, codec)(
        **parts,
        query=query,
        headers=headers,
        body=(given or None) if body is None and method not in BODILESS else body,
        codec=codec,
        tty=options.tty,
    )
    return made.replace(path=f"{version[0]}{made.path}") if version else made


def _kind(options: Options, codec: Codec) -> type[Call[Any]]:
    if options.hijack:
        return HijackCall
    return StreamCall if codec in (Codec.FRAMES, Codec.JSON_STREAM, Codec.RAW) else Call


def _codec(options: Options, call: Call[Any]) -> Codec:
    """Return how the answer is read: as the API says it comes, or as the flags want it."""
    if options.hijack:
        return Codec.FRAMES
    if options.raw:
        return Codec.RAW
    if call.codec in (Codec.FRAMES, Codec.JSON_STREAM, Codec.RAW):
        return call.codec
    return Codec.JSON_STREAM if options.stream else Codec.TEXT


def _content_type(call: Call[Any]) -> str:
    """Return the type of a body: JSON, but for the operations that take an archive."""
    known = (one for one in parameters().get(call.operation, ()) if one.place == "body")
    return "application/x-tar" if any("binary" in one.type for one in known) else "application/json"


def _method(shell: Shell, options: Options, words: list[str]) -> str:
    if len(words) == 1:
        return "POST" if options.typed("field", "raw-field", "input") else "GET"
    method = words[0].upper()
    if method not in METHODS:
        shell.fail(f"{PROGRAM}: {words[0]!r} is no method of the API: {', '.join(METHODS)}", BAD_FLAG)
    return method


def _fields(shell: Shell, options: Options) -> dict[str, Any]:
    """Return the fields of --field and --raw-field, in the order in which they were typed."""
    read: dict[str, Callable[[str], Any]] = {"field": fields.typed, "raw-field": _text}
    uses = [(read[use.flag.name], use.value) for use in options.uses if use.flag.name in read]
    try:
        return fields.built((key, value if value == [] else reader(value)) for reader, (key, value) in uses)
    except fields.FieldError as error:
        shell.fail(f"{PROGRAM}: {error}", BAD_FLAG)


def _text(text: str) -> str:
    """Return the text of a raw field: itself, or what is in the file that it names."""
    if not text.startswith("@"):
        return text
    from rawdocker.archive import opened

    with nullcontext(sys.stdin.buffer) if text == "@-" else opened(text[1:]) as file:
        return file.read().decode("utf-8", "surrogateescape")


def _query(inline: Mapping[str, Any], typed: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the query in the path and that of --query; a name that comes twice has both values."""
    query: dict[str, Any] = dict(inline)
    for name, value in typed:
        if name in query:
            known = query[name]
            query[name] = [*(known if isinstance(known, list) else [known]), value]
        else:
            query[name] = value
    return query


def _document(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Failure(f"{PROGRAM}: --format needs JSON, and the answer is none: {data[:80]!r}") from None
