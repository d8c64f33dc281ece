"""What is drawn: tables, help, progress and what follows, in windows of several widths."""

from __future__ import annotations

from terminal.lines import CTRL_C, IDLE, ON_A_TERMINAL
from terminal.scenario import Keys, Look, Outside, Scenario, See, Signal

WINDOWS = {"narrow": (24, 40), "ordinary": (24, 80), "wide": (50, 200)}
WRITER = "run -d --name {c} {img} sh -c 'echo out; sleep 0.3; echo err >&2; sleep 1000'"


def in_each_window(name: str, line: str, setup: tuple[str, ...] = (), mask: tuple[str, ...] = ()) -> list[Scenario]:
    return [
        Scenario(f"{name}, a window that is {width}", line, setup=setup, size=size, mask=mask)
        for width, size in WINDOWS.items()
    ]


SCENARIOS = [
    *in_each_window(
        "ps",
        "docker ps -a -f name={c} --format 'table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.State}}\\t{{.Names}}'",
        (IDLE,),
    ),
    *in_each_window("images", "docker images debian"),
    *in_each_window("the usage of ps", "docker ps --help | grep Usage:"),
    *in_each_window("an error", "docker rm -f {c}; docker rm {c}"),
    *in_each_window("top", "docker top {c} -o comm", (IDLE,)),
    *in_each_window("a pull that finds nothing new", "docker pull busybox:1"),
    *in_each_window("a pull of what is not there", "docker pull not-there:1"),
    Scenario(
        "events and Ctrl-C",
        "docker events --format '{{.Action}}' --since {start} -f container={c}",
        (See("start"), Outside("kill {c}"), See("die"), Keys(CTRL_C)),
        setup=(IDLE,),
    ),
    Scenario("logs -f and Ctrl-C", "docker logs -f {c}", (See("err"), Keys(CTRL_C)), setup=(WRITER,)),
    Scenario("logs -f of one that ends", "docker logs -f {c}", (See("err"), Outside("kill {c}")), setup=(WRITER,)),
    Scenario(
        "logs of -d", "docker logs {c}", setup=("run --name {c} {img} sh -c 'echo out; sleep 0.3; echo err >&2'",)
    ),
    Scenario(
        "logs of -it", "docker logs {c} | od -An -c", setup=("run -t --name {c} {img} sh -c 'echo out; echo err >&2'",)
    ),
    Scenario("wait and Ctrl-C", "docker wait {c}", (Look(), Keys(CTRL_C)), setup=(IDLE,)),
    Scenario("stop and Ctrl-C", "docker stop -t 20 {c}", (Look(), Keys(CTRL_C)), setup=ON_A_TERMINAL),
    Scenario(
        "stats is drawn over itself",
        "docker stats --format '{{.Name}} {{.PIDs}}' {c}",
        (See("c 1"), Look(), Outside("exec -d {c} sleep 1000"), See("c 2"), Look(), Signal("KILL")),
        setup=(IDLE,),
    ),
    Scenario("stats --no-stream", "docker stats --no-stream --format '{{.Name}} {{.PIDs}}' {c}", setup=(IDLE,)),
    Scenario("a question that is answered with no", "docker volume prune", (See("N"), Keys("n\r"))),
    Scenario("a question that is answered with Ctrl-C", "docker volume prune", (See("N"), Keys(CTRL_C))),
    Scenario("no command", "docker nope"),
]
