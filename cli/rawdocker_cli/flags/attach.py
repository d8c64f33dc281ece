"""attach, exec, start and logs: what reads and writes the streams of a container that exists."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag, Verb, body
from rawdocker_cli.flags.kinds import BOOL, LIST, STRING
from rawdocker_cli.flags.values.variables import ENVIRONMENT, into_environment, into_environment_from_files

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
            Flag("detach-keys", STRING, "Keys that leave it running, such as ctrl-p,ctrl-q (?detachKeys)"),
            Flag("no-stdin", BOOL, "Do not attach stdin (no ?stdin)"),
            Flag("sig-proxy", BOOL, "Pass signals on (POST /containers/{id}/kill?signal)", default=True),
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
            Flag("detach", BOOL, "Start it and leave it alone (start's Detach)", short="d"),
            Flag("detach-keys", STRING, "Keys that leave it running (DetachKeys)"),
            # the files come first in Env: what -e says holds
            Flag("env-file", LIST, "Variables from a file, a NAME=value each line (Env)", into_environment_from_files),
            Flag("env", ENVIRONMENT, "NAME=value; NAME alone is passed on (Env)", into_environment, short="e"),
            Flag("interactive", BOOL, "Send our stdin (AttachStdin)", short="i"),
            Flag("privileged", BOOL, "With all capabilities (Privileged)", body("Privileged")),
            Flag("tty", BOOL, "In a terminal (Tty)", body("Tty"), short="t"),
            Flag("user", STRING, "As this user[:group], by name or number (User)", body("User"), short="u"),
            Flag("workdir", STRING, "In this directory (WorkingDir)", body("WorkingDir"), short="w", since="1.35"),
        ),
        aliases=("exec",),
        asks=("ContainerInspect",),
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
            Flag("attach", BOOL, "Show its output, pass signals on (?stdout&stderr)", short="a"),
            Flag("checkpoint", STRING, "Go on from this checkpoint (?checkpoint)", needs="experimental"),
            Flag("checkpoint-dir", STRING, "Where checkpoints are (?checkpoint-dir)", needs="experimental"),
            Flag("detach-keys", STRING, "Keys that leave it running (?detachKeys)"),
            Flag("interactive", BOOL, "Send our stdin (?stdin)", short="i"),
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
            Flag("details", BOOL, "Begin lines with the labels and variables that are logged (?details)"),
            Flag("follow", BOOL, "Go on until the container ends (?follow)", short="f"),
            Flag("since", STRING, "Only lines from a time on, or from 42m ago (?since)"),
            Flag("tail", STRING, "Only the last n lines (?tail)", short="n", default="all"),
            Flag("timestamps", BOOL, "Begin lines with their time (?timestamps)", short="t"),
            Flag("until", STRING, "Only lines before a time, or before 42m ago (?until)", since="1.35"),
        ),
        aliases=("logs",),
    ),
)
