"""What several scenarios begin with, and keys that have no letter."""

from __future__ import annotations

from terminal.scenario import Beside, Keys, See, Step, There

CTRL_A, CTRL_C, CTRL_D, CTRL_P, CTRL_Q, CTRL_Z = "\x01", "\x03", "\x04", "\x10", "\x11", "\x1a"
CTRL_BACKSLASH, ESCAPE = "\x1c", "\x1b"

BASH = "-e 'PS1=$ ' debian:12 bash --norc"
RUN = f"docker run -it --name {{c}} {BASH}"
EXEC = "docker exec -it -e 'PS1=$ ' {c} bash --norc"
ON_A_TERMINAL = (
    f"run -dit --name {{c}} {BASH}",
    "exec {c} sh -c 'until grep -q State:.S /proc/1/status; do sleep 0.1; done'",
)
"""Given to docker: a container with a shell in a terminal, which waits for keys."""
IDLE = "run -d --name {c} debian:12 sleep 1000"
OUTER = "PS1='outer> ' exec bash --norc -i"
"""A shell with job control around the program."""

WAITS = "sh -c 'echo g\"\"o; exec sleep 1000'"
"""A program that runs on until a key ends it."""

STATE = "inspect -f '{{.State.Status}} {{.State.ExitCode}}' {c}"
PROMPT = See(r"\$ ")
ATTACHED: tuple[Step, ...] = (Keys("\x0c"), See(r"\x1b\[2J[^$]*\$ "))
"""A screen with nothing but the prompt: whether an attach draws it is a race in docker itself."""
OUTER_PROMPT = See("outer> ")


def typed(text: str, then: str = r"\$ ") -> tuple[Step, ...]:
    """Return the steps of somebody who types a line and waits for what it brings."""
    return (Keys(f"{text}\r"), See(r"\r\n"), See(then))


def fits(rows: int, columns: int) -> tuple[Step, ...]:
    """Return the steps that wait until the container's terminal has a size, and leave that on a clean screen."""
    until = f"until [ \"$(stty size)\" = '{rows} {columns}' ]; do sleep 0.1; done; clear; stty size"
    return (Keys(f"{until}\r"), See(rf"{rows} {columns}\r\n"), See(r"\$ "))


STOPPED: tuple[Step, ...] = (*typed(WAITS, "go"), Keys(CTRL_Z), See("Stopped"), PROMPT)
"""A job is stopped."""
CONTINUED: tuple[Step, ...] = (Keys("fg\r"), See("exec sleep"), Keys(CTRL_C), PROMPT, Keys("exit\r"))
"""It goes on and is ended."""
SECOND: tuple[Step, ...] = (
    Beside("docker attach {c}"),
    *map(There, (*ATTACHED, Keys("echo t''wo\r"), See("two"))),
    See("two"),
)
"""Another client is attached and types something, which is seen here as well."""
