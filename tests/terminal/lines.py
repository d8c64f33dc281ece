"""What several scenarios begin with, and keys that have no letter."""

from __future__ import annotations

from terminal.scenario import Keys, See, Step

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

STATE = "inspect -f '{{.State.Status}} {{.State.ExitCode}}' {c}"
PROMPT = See(r"\$ ")
OUTER_PROMPT = See("outer> ")


def typed(text: str, then: str = r"\$ ") -> tuple[Step, ...]:
    """Return the steps of somebody who types a line and waits for what it brings."""
    return (Keys(f"{text}\r"), See(r"\r\n"), See(then))


def fits(rows: int, columns: int) -> tuple[Step, ...]:
    """Return the steps that wait until the container's terminal has a size, and leave that on a clean screen."""
    until = f"until [ \"$(stty size)\" = '{rows} {columns}' ]; do sleep 0.1; done; clear; stty size"
    return (Keys(f"{until}\r"), See(rf"{rows} {columns}\r\n"), See(r"\$ "))
