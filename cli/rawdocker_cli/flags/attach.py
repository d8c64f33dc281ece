"""attach, exec, start and logs: what reads and writes the streams of a container that exists."""

from __future__ import annotations

from rawdocker_cli.flags.common import DETACH_KEYS, INSTANT, RAW_TERMINAL, SENDS_STDIN, SIG_PROXY
from rawdocker_cli.flags.flag import Flag, Verb, body
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.flags.values.variables import ENVIRONMENT, into_environment, into_environment_from_files

_START = "POST /exec/{id}/start"
_ATTACH = "POST /containers/{id}/attach?stream&stdin&stdout&stderr&detachKeys"

VERBS = (
    Verb(
        "container attach",
        "[OPTIONS] CONTAINER",
        "Attach to the streams of a running container",
        1,
        1,
        "attach:attach",
        (
            "POST /containers/{id}/wait",
            "GET /containers/{id}/json",
            _ATTACH,
            "POST /containers/{id}/resize?h&w",
        ),
        (
            Flag(
                "detach-keys",
                STRING,
                "Keys that leave it running, such as ctrl-p,ctrl-q",
                wire=("?detachKeys",),
                client=DETACH_KEYS,
            ),
            Flag("no-stdin", BOOL, "Do not attach stdin", wire=("no ?stdin",), client="does not read its stdin"),
            Flag(
                "sig-proxy",
                BOOL,
                "Pass signals on",
                default=True,
                wire=("?signal of POST /containers/{id}/kill",),
                client=SIG_PROXY,
            ),
        ),
        aliases=("attach",),
        asks=("ContainerInspect",),
    ),
    Verb(
        "container exec",
        "[OPTIONS] CONTAINER COMMAND [ARG...]",
        "Run another command in a running container",
        2,
        None,
        "attach:exec_",
        (
            "GET /containers/{id}/json",
            "POST /containers/{id}/exec",
            "POST /exec/{id}/start",
            "POST /exec/{id}/resize?h&w",
            "GET /exec/{id}/json",
        ),
        (
            Flag(
                "detach",
                BOOL,
                "Start it and leave it alone",
                short="d",
                wire=("Detach", "no AttachStdin", "no AttachStdout", "no AttachStderr", f"Detach of {_START}"),
                client="does not take the connection over, and does not ask for the exit code",
            ),
            Flag("detach-keys", STRING, "Keys that leave it running", wire=("DetachKeys",), client=DETACH_KEYS),
            # the files come first in Env: what -e says holds
            Flag("env-file", LIST, "Variables from a file, a NAME=value each line", into_environment_from_files),
            Flag("env", ENVIRONMENT, "NAME=value; NAME alone is passed on", into_environment, short="e"),
            Flag("interactive", BOOL, "Send our stdin", short="i", wire=("AttachStdin",), client=SENDS_STDIN),
            Flag("privileged", BOOL, "With all capabilities", body("Privileged")),
            Flag(
                "tty",
                BOOL,
                "In a terminal",
                body("Tty"),
                short="t",
                wire=("ConsoleSize", f"Tty of {_START}", f"ConsoleSize of {_START}"),
                client=f"{RAW_TERMINAL} by POST /exec/{{id}}/resize",
            ),
            Flag("user", STRING, "As this user[:group], by name or number", body("User"), short="u"),
            Flag("workdir", STRING, "In this directory", body("WorkingDir"), short="w", since="1.35"),
        ),
        aliases=("exec",),
        asks=("ContainerInspect",),
        words={"COMMAND": ("Cmd",), "ARG": ("Cmd",)},
        interspersed=False,
    ),
    Verb(
        "container start",
        "[OPTIONS] CONTAINER [CONTAINER...]",
        "Start one or more stopped containers",
        1,
        None,
        "attach:start",
        (
            "POST /containers/{id}/start",
            "with -a or -i: GET /containers/{id}/json",
            _ATTACH,
            "POST /containers/{id}/wait?condition",
            "POST /containers/{id}/start",
            "POST /containers/{id}/resize?h&w",
        ),
        (
            Flag(
                "attach",
                BOOL,
                "Show its output, pass signals on",
                short="a",
                wire=(
                    "GET /containers/{id}/json",
                    "?stdout of POST /containers/{id}/attach",
                    "?stderr of POST /containers/{id}/attach",
                    "POST /containers/{id}/wait",
                    "?signal of POST /containers/{id}/kill",
                ),
                client="attaches before it starts the container, and ends with its exit code",
            ),
            Flag(
                "checkpoint",
                STRING,
                "Go on from this checkpoint",
                wire=("?checkpoint of POST /containers/{id}/start",),
                needs="experimental",
            ),
            Flag(
                "checkpoint-dir",
                STRING,
                "Where checkpoints are",
                wire=("?checkpoint-dir of POST /containers/{id}/start",),
                needs="experimental",
            ),
            Flag(
                "detach-keys",
                STRING,
                "Keys that leave it running",
                wire=("?detachKeys of POST /containers/{id}/attach",),
                client=DETACH_KEYS,
            ),
            Flag(
                "interactive",
                BOOL,
                "Send our stdin",
                short="i",
                wire=(
                    "GET /containers/{id}/json",
                    "?stdin of POST /containers/{id}/attach",
                    "?stdout of POST /containers/{id}/attach",
                    "?stderr of POST /containers/{id}/attach",
                    "POST /containers/{id}/wait",
                ),
                client=SENDS_STDIN,
            ),
        ),
        aliases=("start",),
        asks=("ContainerInspect",),
    ),
    Verb(
        "container logs",
        "[OPTIONS] CONTAINER",
        "Show what a container has written",
        1,
        1,
        "attach:logs",
        (
            "GET /containers/{id}/json",
            "GET /containers/{id}/logs?stdout&stderr&follow&since&until&timestamps&details&tail",
        ),
        (
            Flag(
                "details",
                BOOL,
                "Begin lines with the labels and variables that are logged",
                wire=("?details of GET /containers/{id}/logs",),
            ),
            Flag("follow", BOOL, "Go on until the container ends", wire=("?follow",), short="f"),
            Flag("since", STRING, "Only lines from a time on, or from 42m ago", wire=("?since",), client=INSTANT),
            Flag("tail", STRING, "Only the last n lines", wire=("?tail",), short="n", default="all"),
            Flag("timestamps", BOOL, "Begin lines with their time", wire=("?timestamps",), short="t"),
            Flag(
                "until",
                STRING,
                "Only lines before a time, or before 42m ago",
                wire=("?until",),
                client=INSTANT,
                since="1.35",
            ),
        ),
        aliases=("logs",),
    ),
)
