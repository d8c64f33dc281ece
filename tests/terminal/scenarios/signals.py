"""Signals to the program: those that are passed on, those that end it, and a terminal that hangs up."""

from __future__ import annotations

from collections.abc import Mapping

from terminal.lines import (
    ATTACHED,
    BASH,
    CTRL_C,
    CTRL_Z,
    EXEC,
    IDLE,
    ON_A_TERMINAL,
    OUTER,
    OUTER_PROMPT,
    PROMPT,
    RUN,
    STATE,
    typed,
)
from terminal.scenario import Hangup, Keys, Look, Outside, Resize, Scenario, See, Signal

RAW = {"terminal": "docker dies of it and leaves the terminal raw"}
ENDED = {"exit code": "docker ends with 0, though the command runs on"}
DUMP = dict.fromkeys(("screen", "exit code", "terminal"), "docker shows the state of its threads")

TRAPS = """sh -c 'for s in HUP INT QUIT USR1 TERM TSTP CONT URG PIPE{}; do trap "echo got $s" $s; done;
 trap "exit 8" USR2; echo g""o; while :; do sleep 0.1; done'"""
PLAIN = "docker run --name {c} {img} " + TRAPS.format(" WINCH")
TTY = "docker run -it --name {c} {img} " + TRAPS.format("")
NO_PROXY = "docker run --sig-proxy=false --name {c} --init {img} sh -c 'echo g\"\"o; exec sleep 1000'"


def passed_on(name: str) -> Scenario:
    return Scenario(
        f"run and SIG{name}", PLAIN, (See("go"), Signal(name), See(f"got {name}"), Signal("USR2")), after=(STATE,)
    )


def passed_on_to_a_terminal(name: str) -> Scenario:
    return Scenario(
        f"run -it and SIG{name}", TTY, (See("go"), Signal(name), See(f"got {name}"), Signal("USR2")), after=(STATE,)
    )


def ended_by(name: str, differs: Mapping[str, str]) -> Scenario:
    return Scenario(f"exec -it and SIG{name}", EXEC, (PROMPT, Signal(name)), setup=(IDLE,), differs=differs)


SCENARIOS = [
    *(passed_on(name) for name in ("HUP", "INT", "QUIT", "USR1", "TERM", "TSTP", "CONT")),
    *(passed_on_to_a_terminal(name) for name in ("HUP", "INT", "QUIT", "TERM", "TSTP", "CONT")),
    Scenario("run and SIGURG", PLAIN, (See("go"), Signal("URG"), Look(), Signal("USR2"))),
    Scenario("run and SIGPIPE", PLAIN, (See("go"), Signal("PIPE"), Look(), Signal("USR2"))),
    Scenario(
        "run and a window that changes its size", PLAIN, (See("go"), Resize(30, 90), See("got WINCH"), Signal("USR2"))
    ),
    Scenario("run and Ctrl-C", PLAIN, (See("go"), Keys(CTRL_C), See("got INT"), Signal("USR2"))),
    Scenario(
        "run and Ctrl-C, three times",
        PLAIN,
        (See("go"), Keys(CTRL_C), See("got INT"), Keys(CTRL_C), See("got INT"), Keys(CTRL_C)),
        after=(STATE,),
    ),
    Scenario(
        "run --init and Ctrl-C",
        "docker run --init --name {c} {img} sh -c 'echo g\"\"o; exec sleep 1000'",
        (See("go"), Keys(CTRL_C)),
        after=(STATE,),
    ),
    Scenario(
        "run --sig-proxy=false and Ctrl-C",
        NO_PROXY,
        (See("go"), Keys(CTRL_C), Look(), Keys(CTRL_C), Look(), Keys(CTRL_C)),
        after=(STATE,),
    ),
    Scenario(
        "run --sig-proxy=false and SIGTERM",
        NO_PROXY,
        (See("go"), Signal("TERM"), Look(), Outside("kill {c}")),
        after=(STATE,),
    ),
    Scenario("run --sig-proxy=false and SIGHUP", NO_PROXY, (See("go"), Signal("HUP")), after=(STATE,)),
    Scenario(
        "run -it --sig-proxy=false and SIGHUP",
        f"docker run --sig-proxy=false -it --name {{c}} {BASH}",
        (PROMPT, Signal("HUP")),
        differs=RAW,
        after=(STATE,),
    ),
    Scenario("run -it and SIGKILL", RUN, (PROMPT, Signal("KILL")), after=(STATE,)),
    ended_by("TERM", ENDED),
    ended_by("INT", ENDED),
    ended_by("HUP", RAW),
    ended_by("QUIT", DUMP),
    ended_by("KILL", {}),
    Scenario(
        "exec -i and Ctrl-C",
        "docker exec {c} sh -c 'echo g\"\"o; exec sleep 1000'",
        (See("go"), Keys(CTRL_C)),
        setup=(IDLE,),
        differs=ENDED,
    ),
    Scenario(
        "attach and SIGTERM",
        "docker attach {c}",
        (*ATTACHED, Signal("TERM"), Look(), Signal("TERM"), Look(), Signal("TERM")),
        setup=ON_A_TERMINAL,
        after=(STATE,),
    ),
    Scenario(
        "attach and SIGHUP",
        "docker attach {c}",
        (*ATTACHED, Signal("HUP")),
        setup=ON_A_TERMINAL,
        differs=RAW,
        after=(STATE,),
    ),
    Scenario(
        "attach --sig-proxy=false and SIGTERM",
        "docker attach --sig-proxy=false {c}",
        (*ATTACHED, Signal("TERM"), Look(), Signal("TERM"), Look(), Signal("TERM")),
        setup=ON_A_TERMINAL,
        after=(STATE,),
    ),
    Scenario("the terminal of run -it hangs up", RUN, (PROMPT, Hangup()), after=(STATE,)),
    Scenario("the terminal of exec -it hangs up", EXEC, (PROMPT, Hangup()), setup=(IDLE,), after=(STATE,)),
    Scenario(
        "the terminal of attach hangs up",
        "docker attach {c}",
        (*ATTACHED, Hangup()),
        setup=ON_A_TERMINAL,
        after=(STATE,),
    ),
    Scenario(
        "exec -it is stopped and goes on",
        EXEC,
        (PROMPT, Signal("STOP"), Keys("echo $((6*7))\r"), Look(), Signal("CONT"), See("42"), PROMPT, Keys("exit 3\r")),
        setup=(IDLE,),
    ),
    Scenario(
        "exec -it below a shell with jobs",
        OUTER,
        (
            OUTER_PROMPT,
            Keys(EXEC + "\r"),
            PROMPT,
            Keys("exit 3\r"),
            See("exit\r\n"),
            OUTER_PROMPT,
            *typed("echo code $?", "code 3"),
            Keys("exit\r"),
        ),
        setup=(IDLE,),
    ),
    Scenario(
        "Ctrl-Z stops a client that passes no keys on",
        OUTER,
        (
            OUTER_PROMPT,
            Keys("docker logs -f {c}\r"),
            See("go"),
            Keys(CTRL_Z),
            See("Stopped"),
            OUTER_PROMPT,
            Keys("fg\r"),
            See("logs -f"),
            Keys(CTRL_C),
            OUTER_PROMPT,
            *typed("echo code $?", "code"),
            Keys("exit\r"),
        ),
        setup=("run -d --name {c} {img} sh -c 'echo go; sleep 1000'",),
    ),
]
