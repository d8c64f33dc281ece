"""Programs as scripts for a POSIX shell that send requests with curl."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from rawdocker.archive import Packed
from rawdocker.export import program as p
from rawdocker.export import registry_shell
from rawdocker.export.curl import connection, is_socket, origin, request_words, required, word, wrapped
from rawdocker.export.parts import needed
from rawdocker.export.registries import DIGEST
from rawdocker.export.text import target_of

FIRST_DESCRIPTOR = 3

NO_STDIN_OVER_TLS = "stdin over TLS needs --as python: only rawdocker closes one direction of TLS"

HEAD = """\
#!/bin/sh
set -eu
"""

ALWAYS = """\
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# Send a request; the answer is in $tmp/answer. Fails where the engine refuses.
ask() {
    curl -sS CONNECTION -o "$tmp/answer" -w '%{http_code}' "$@" > "$tmp/status" || exit 1
    [ "$(cat "$tmp/status")" -lt 400 ]
}

# Say what the engine has against it, and end with this exit code.
refused() {
    message=$(sed -n 's/.*"message": *"\\(.*\\)"}.*/\\1/p' "$tmp/answer" | sed 's/\\\\\\(["\\\\]\\)/\\1/g')
    printf 'Error response from daemon: %s\\n' "$message" >&2CODES
    exit "$1"
}
"""

FUNCTIONS = {
    "answered": """\
answered() {
    [ "$(cat "$tmp/status")" = "$1" ]
}
""",
    "excused": """\
# Say what the engine has against it; only that there is no such thing is no failure.
excused() {
    if answered 404; then (refused 0); else failed; fi
}
""",
    "failed": """\
# Say what the engine has against it, and go on: the exit code will tell.
failed() {
    (refused 1) || failed=1
}
""",
    "field": """\
# Print a field of the JSON on stdin: the first one of that name.
field() {
    tr ',{}' '\\n\\n\\n' | sed -n 's/^ *"'"$1"'": *"\\{0,1\\}\\([^"]*\\).*/\\1/p' | sed 1q
}
""",
    "json": """\
# Print a text as it stands between the quotes of a JSON text.
json() {
    printf %s "$1" | od -An -v -tu1 | LC_ALL=C awk '{
        for (i = 1; i <= NF; i++) printf ($i < 32 || $i == 34 || $i == 92 ? "\\\\u%04x" : "%c"), $i
    }'
}
""",
    "url": """\
# Print a text as it stands in a URL.
url() {
    printf %s "$1" | od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'
}
""",
    "running": """\
# What runs in the background: it ends with this script, and has no stdin but the one kept here.
running=
trap 'kill $running 2> /dev/null || :; rm -rf "$tmp"' EXIT
exec 9<&0
""",
    "open": """\
# Send a request, and read the head of the answer; the body can be read from the descriptor named first.
open() {
    rm -f "$tmp/$1"
    mkfifo "$tmp/$1"
    begin "$@" <&9 > "$tmp/$1" &
    running="$running $!"
    head_of "$1"
}

begin() {
    shift
    exec curl -sSN -D - -H Expect: CONNECTION "$@"
}
""",
    "head_of": """\
head_of() {
    eval "exec $1< \\"\\$tmp/$1\\""
    read -r _ status _ <&"$1" || exit 1
    echo "$status" > "$tmp/status"
    while read -r line <&"$1" && [ "$line" != "$(printf '\\r')" ]; do :; done
    [ "$status" -lt 400 ] || { cat <&"$1" > "$tmp/answer"; return 1; }
}
""",
    "talk": """\
# Send a request (method, path, body) whose connection becomes a stream, and stdin on it; read the head of the answer.
# curl cannot send on such a connection, and close one direction while output goes on: Python can.
talk() {
    rm -f "$tmp/$1"
    mkfifo "$tmp/$1"
    python3 -c "$TALK" "$2" "$3" "${4-}" TTY ADDRESS <&9 > "$tmp/$1" &
    running="$running $!"
    head_of "$1"
}

TALK='
import os, socket, sys, termios, threading, tty
method, path, body, terminal, *address = sys.argv[1:]
if len(address) == 1:
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(address[0])
else:
    engine = socket.create_connection(address)
head = f"{method} {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: Upgrade\\r\\nUpgrade: tcp\\r\\n"
if body:
    head += f"Content-Type: application/json\\r\\nContent-Length: {len(body.encode())}\\r\\n"
engine.sendall(f"{head}\\r\\n{body}".encode())
answer = b""
while b"\\r\\n\\r\\n" not in answer and (data := engine.recv(65536)):
    answer += data
os.write(1, answer)

def send_stdin():
    while data := os.read(0, 65536):
        engine.sendall(data)
    engine.shutdown(socket.SHUT_WR)

raw = terminal and os.isatty(0)
if raw:
    before = termios.tcgetattr(0)
    tty.setraw(0)
threading.Thread(target=send_stdin, daemon=True).start()
try:
    while data := engine.recv(65536):
        os.write(1, data)
finally:
    if raw:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    os._exit(0)
'
""",
    "frames": """\
# Split what a container writes into stdout and stderr. Before each piece stand 8 bytes: the stream (1 is stdout, 2 is
# stderr), three zeros, and the length of the piece as a number of four bytes, the highest first.
frames() {
    while header=$(dd bs=1 count=8 2> /dev/null | od -An -v -tu1) && [ -n "$header" ]; do
        set -- $header
        size=$((($5 << 24) + ($6 << 16) + ($7 << 8) + $8))
        if [ "$1" = 1 ]; then head -c "$size"; else head -c "$size" >&2; fi
    done
}
""",
    "progress": """\
# Print the messages on stdin (a JSON object a line) as docker does without a terminal; one may be an error.
progress() {
    tr -d '\\r' | sed -n \\
        -e '/"error":/{s/.*"error":"\\(.*\\)"}.*/\\1/w '"$tmp/error" -e 'd;}' \\
        -e '/"aux":/d' -e '/"progressDetail":{"/d' \\
        -e 's/\\\\u003c/</g' -e 's/\\\\u003e/>/g' -e 's/\\\\u0026/\\&/g' -e 's/\\\\"/"/g' -e 't known' -e ':known' \\
        -e 's/^{"status":"\\(.*\\)","progressDetail":{},"id":"\\(.*\\)"}$/\\2: \\1/p' -e t \\
        -e 's/^{"status":"\\(.*\\)","id":"\\(.*\\)"}$/\\2: \\1/p' -e t \\
        -e 's/^{"status":"\\(.*\\)"}$/\\1/p' -e t \\
        -e 's/^{"stream":"\\(.*\\)\\\\n"}$/\\1/p'
    [ ! -s "$tmp/error" ] || { cat "$tmp/error" >&2; exit "$1"; }
}
""",
    "unpack": """\
# Unpack an archive as docker cp does: into a folder that is there, else under the name that was wanted.
unpack() {
    if [ -d "$1" ]; then
        tar -x -p --no-same-owner -C "$1"
    else
        mkdir "$tmp/unpacked"
        tar -x -p --no-same-owner -C "$tmp/unpacked"
        mv -f "$tmp/unpacked/$(ls -A "$tmp/unpacked")" "$1"
    fi
}
""",
}
"""What a script may need; each is in it only if its name is used."""

_USES = {
    p.ANSWER: "cat",
    p.LINES: "cat",
    p.PROGRESS: "progress",
    p.FRAMES: "frames",
    p.TERMINAL: "cat",
    p.BYTES: "cat",
    p.FILES: "unpack",
}


def script(made: p.Program, endpoint: Any, form: str) -> str:
    """Return a program as a script."""
    body = "\n".join(_Writer(made, endpoint).lines(made.statements))
    opening = _registry_opening(made, body) if made.registries else _opening(made, endpoint, body)
    return "\n".join([*opening, body, ""])


def _registry_opening(made: p.Program, body: str) -> Iterator[str]:
    yield HEAD.rstrip()
    yield from _comments(made)
    yield from required(made.secrets)
    known = {origin: word("{username}:{password}".format(**given)) for origin, given in made.credentials.items()}
    cases = [f"\n    {quote(origin)}/*) printf %s {given} ;;" for origin, given in known.items()]
    yield registry_shell.ALWAYS.replace("CREDENTIALS", "".join(cases))
    functions = {name: FUNCTIONS[name] for name in ("answered", "field")} | registry_shell.FUNCTIONS
    yield from (functions[name] for name in needed(functions, registry_shell.ALWAYS + body))


def _opening(made: p.Program, endpoint: Any, body: str) -> Iterator[str]:
    yield HEAD.rstrip()
    yield from _comments(made)
    yield from required(made.secrets)
    yield from _address(endpoint)
    reach = " ".join(_connection(endpoint))
    if endpoint.tls and any(ask.stdin for ask in made.asks):
        yield f"echo {quote(NO_STDIN_OVER_TLS)} >&2\nexit 1"
    always = [ALWAYS] if made.asks else []
    for part in (*always, *(FUNCTIONS[name] for name in needed(FUNCTIONS, body))):
        terminal = "1" if any(ask.call.tty for ask in made.asks) else "''"
        part = part.replace("CODES", "".join(f"\n    {line}" for line in _codes(made.codes)))
        part = part.replace(" CONNECTION", f" {reach}" if reach else "")
        yield part.replace("TTY ADDRESS", f"{terminal} {_socket(endpoint)}")
    if made.negotiates and made.asks:
        yield _negotiation(endpoint, reach)
    if made.goes_on:
        yield "failed=0"


def _comments(made: p.Program) -> Iterator[str]:
    yield "# Made by rawdocker --dry-run --as curl: the requests of a verb, sent by curl."
    if made.version and not made.negotiates and not made.registries:
        yield f"# They are those of version {made.version} of the API."


def _codes(codes: Mapping[str, int]) -> Iterator[str]:
    """Yield what leaves with another exit code where the engine's message has certain words."""
    if codes:
        yield "case $message in"
        yield from (f"    *{quote(words)}*) exit {code} ;;" for words, code in codes.items())
        yield "esac"


def _address(endpoint: Any) -> Iterator[str]:
    if is_socket(endpoint):
        yield f"DOCKER_SOCK=${{DOCKER_SOCK:-{quote(endpoint.path)}}}"


def _connection(endpoint: Any) -> list[str]:
    return ['--unix-socket "$DOCKER_SOCK"'] if is_socket(endpoint) else connection(endpoint)


def _socket(endpoint: Any) -> str:
    return '"$DOCKER_SOCK"' if is_socket(endpoint) else " ".join(map(quote, map(str, endpoint.address)))


def _negotiation(endpoint: Any, reach: str) -> str:
    return (
        "# The version of the API that the engine speaks.\n"
        f"api=$(curl -sS {reach} --head {origin(endpoint)}/_ping | tr -d '\\r' | sed -n 's/^[Aa]pi-[Vv]ersion: //p')\n"
    )


class _Writer:
    """Writes statements as lines."""

    def __init__(self, made: p.Program, endpoint: Any) -> None:
        self._made, self._origin = made, origin(endpoint)
        self._descriptors: dict[p.Ask, int] = {}

    def lines(self, statements: Sequence[p.Statement], indent: str = "") -> Iterator[str]:
        for statement in statements:
            yield from getattr(self, f"_{type(statement).__name__.lower()}")(statement, indent)

    def _print(self, statement: p.Print, indent: str) -> Iterator[str]:
        text, end = statement.text, ""
        if text.endswith("\n"):
            text, end = text[:-1], "\\n"
        yield f"{indent}printf '%s{end}' {word(text)}"

    def _leave(self, statement: p.Leave, indent: str) -> Iterator[str]:
        if statement.status != "0":
            yield f"{indent}exit {word(statement.status)}"
        elif self._made.goes_on:
            yield f'{indent}exit "$failed"'

    def _use(self, statement: p.Use, indent: str) -> Iterator[str]:
        yield from self._used(statement.ask, indent)

    def _ask(self, ask: p.Ask, indent: str) -> Iterator[str]:
        command = self._command(ask)
        code = ask.refusal.status
        used = [] if ask.background else list(self._used(ask, indent + "    "))
        inner = [*used, *self.lines([*ask.then, *(ask.instead or ())], indent + "    ")]
        other = list(self.lines(ask.missing, indent + "    "))
        refusal = [f"{indent}    answered 404 || refused {code}"] if code else []
        if ask.instead is not None:
            yield from self._if(command, inner, [*refusal, *other], indent)
        elif ask.missing:
            yield from self._if(["!", *command], [*refusal, *other], [], indent)
            yield from (line.removeprefix("    ") for line in inner)
        elif ask.bears_refusal and inner:
            other = [f"{indent}    {self._refused(ask)}"] if ask.refusal.status else []
            yield from self._if(command, inner, other, indent)
        else:
            *first, last = wrapped(command, indent)
            yield from [*first, f"{last} || {self._refused(ask)}"]
            yield from (line.removeprefix("    ") for line in inner)

    def _refused(self, ask: p.Ask) -> str:
        if not ask.refusal.status:
            return ":"
        if ask.refusal.excused:
            return "excused"
        return "failed" if ask.refusal.goes_on else f"refused {ask.refusal.status}"

    def _if(self, command: list[str], then: list[str], other: list[str], indent: str) -> Iterator[str]:
        *first, last = wrapped([f"if {command[0]}", *command[1:]], indent)
        yield from [*first, f"{last}; then", *then]
        if other:
            yield from [f"{indent}else", *other]
        yield f"{indent}fi"

    def _command(self, ask: p.Ask) -> list[str]:
        if ask.stdin:
            return [f"talk {self._opened(ask)} {ask.call.method} {word(ask.prefix + target_of(ask.call))}", *_body(ask)]
        if ask.origin:
            return ["ask", *request_words(ask.call, ask.origin)[1:]]
        words = request_words(ask.call, self._origin + ask.prefix)
        packed = getattr(ask.call.body, "source", None)
        pipe = [f"{tar(packed)} |"] if isinstance(packed, Packed) else []
        if ask.streamed:
            return [*pipe, f"open {self._opened(ask)}", *words]
        return [*pipe, "ask", *words]

    def _opened(self, ask: p.Ask) -> int:
        """Return the descriptor that an answer is read from: the lowest that no other one in the background has."""
        taken = {
            self._descriptors[other] for other in self._made.asks if other.background and other in self._descriptors
        }
        number = next(number for number in range(FIRST_DESCRIPTOR, 9) if number not in taken)
        return self._descriptors.setdefault(ask, number)

    def _used(self, ask: p.Ask, indent: str) -> Iterator[str]:
        source = f"<&{self._descriptors[ask]}" if ask.streamed else '< "$tmp/answer"'
        if ask.digest:
            yield f"{indent}verified {ask.digest}"
        if ask.use == p.ITEMS:
            yield indent + ("tags" if ask.call.operation == "TagList" else "pages")
            return
        if ask.use == p.FILE:
            yield f"{indent}(umask 077 && cat {source} > {quote(ask.where)})"
        elif ask.use != p.NOTHING and not ask.again:
            if ask.use == p.FILES and str(ask.call.query.get("path", "")).endswith("/."):
                yield f"{indent}mkdir -p {quote(ask.where)}"
            command = f"{_USES[ask.use]}{_argument(ask)} {source}{_page(ask)}"
            if ask.tty:
                command = f'if [ "${ask.tty}" = true ]; then cat {source}; else {command}; fi'
            yield indent + command
            if ask.origin and ask.use == p.ANSWER:
                yield f"{indent}echo"
        elif ask.streamed and ask.fields and not ask.again:
            yield f'{indent}cat {source} > "$tmp/answer"'
            source = '< "$tmp/answer"'
        for name, field in () if ask.again else ask.fields.items():
            taken = DIGEST if field == DIGEST else f"field {field.partition(' of ')[0]} {source}"
            yield f"{indent}{name}=$({taken})"


def _argument(ask: p.Ask) -> str:
    if ask.use == p.PROGRESS:
        return f" {ask.refusal.status or 1}"
    return f" {quote(ask.where)}" if ask.use == p.FILES else ""


def _page(ask: p.Ask) -> str:
    return {"stderr": " >&2", "": " > /dev/null"}.get(ask.where, "")


def _body(ask: p.Ask) -> list[str]:
    document = ask.call.json_body()
    return [] if document is None else [word(json.dumps(document, ensure_ascii=False), "json")]


def tar(packed: Packed) -> str:
    """Return the command that writes an archive as docker cp lays it out."""
    renames = [f"--transform {quote(_renaming(old, new))}" for old, new in packed.renames]
    entry = packed.entry if not packed.entry.startswith("-") else f"./{packed.entry}"
    return " ".join(["tar", "-C", quote(packed.folder), *renames, "-c", quote(entry)])


def _renaming(old: str, new: str) -> str:
    """Return what replaces the first occurrence of a text in names, links' targets left alone."""
    pattern = "^" if old == "/" else re.sub(r"[][\\.*^$,]", r"\\\g<0>", old)
    replacement = re.sub(r"[\\,&]", r"\\\g<0>", new)
    return f"s,{pattern},{replacement},S"
