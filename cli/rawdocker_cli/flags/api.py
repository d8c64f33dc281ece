"""api: any call by hand."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL, STRING, listed


def _field(text: str) -> tuple[str, str | list[str]]:
    name, equals, value = text.partition("=")
    if not name or not (equals or name.endswith("[]")):
        raise ValueError("a field is key=value")
    return name, value if equals else []


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError("a parameter is name=value")
    return name, value


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not name.strip() or not colon:
        raise ValueError("a header is name: value")
    if not text.isascii() or not text.isprintable():
        raise ValueError("a header is a line of ASCII")
    return name.strip(), value.strip()


FIELD = listed(_field, "key=value")
PAGES = "the Engine API has no pages: lists come whole, logs and events are streams (GET /events with --stream)"

VERBS = (
    Verb(
        "api",
        "[OPTIONS] [METHOD] PATH",
        "Make any call of the API by hand",
        1,
        2,
        "api:api",
        (),
        (
            Flag(
                "field",
                FIELD,
                "A field of the JSON body: number, true, false, null or JSON, else text; a.b=, a[b]= and a[]= go "
                "inside. Of the query for GET, HEAD and DELETE, which have no body",
                short="f",
            ),
            Flag("raw-field", FIELD, "As --field, but always text; @FILE: what is in the file, @-: stdin", short="F"),
            Flag("query", listed(_parameter, "name=value"), "A parameter of the query", short="q"),
            Flag("header", listed(_header, "name:value"), "A header of the request", short="H"),
            Flag("input", STRING, "Send this file as the body as it is; - is stdin"),
            Flag("include", BOOL, "Print status and headers of the answer as well", short="i"),
            Flag("raw", BOOL, "Print the bytes as they come, frames with their headers"),
            Flag("stream", BOOL, "Print a JSON document a line, as they come; frames to stdout and stderr"),
            Flag("hijack", BOOL, "Take the connection over: send stdin, print what comes"),
            Flag("tty", BOOL, "What comes is a terminal's and has no frames", short="t"),
            Flag("format", STRING, "A Go template for the answer, or for each document of a stream"),
            Flag("paginate", BOOL, "", hidden=True, unsupported=PAGES),
        ),
    ),
)
