"""logs, attach and exec."""

from __future__ import annotations

from parity.case import ANY_ORDER, Case, usage

BOX = "run -d --name {c} --stop-signal KILL {img} sleep 1000"
TALKED = "run --name {c} {img} sh -c 'echo one; echo two >&2; echo three'"
OUT = "run --name {c} {img} sh -c 'echo one; echo two; echo three'"
TICKS = "run -dit --name {c} {img} sh -c 'while :; do echo tick; sleep 1; done'"
TALKED_TTY = "run -d -t --name {c} {img} sh -c 'echo one; echo two >&2'"
# The engine takes up stdin and stdout at once: what is said at the first word may come before anybody listens.
CAT = "run -di --name {c} {img} sh -c 'read word; sleep .5; echo $word; sleep .5'"
SOON = "run -d --name {c} {img} sh -c 'echo before; sleep 1; echo out; echo err >&2; exit 6'"
SHELL = "run -dit --name {c} {img} sh"

LOGS = [
    Case("logs {c}", setup=(TALKED,)),
    Case("logs -n 1 {c}", setup=(OUT,)),
    Case("logs --tail 2 {c}", setup=(OUT,)),
    Case("logs --tail all {c}", setup=(TALKED,)),
    Case("logs --tail bogus {c}", setup=(TALKED,)),
    Case("logs --tail -1 {c}", setup=(TALKED,)),
    Case("logs -n 0 {c}", setup=(TALKED,)),
    Case("logs -t {c}", setup=(TALKED,)),
    Case("logs -f {c}", setup=(TALKED,), name="it has ended"),
    Case("logs -f {c}", setup=(SOON,), name="it runs"),
    Case("logs -ft --tail 1 {c}", setup=(SOON,), stdout=False),
    Case("logs --since {start} {c}", setup=(TALKED,)),
    Case("logs --until {start} {c}", setup=(TALKED,)),
    # --until is cut to a second: what was said in that one is shown or not, by the fraction in which it was.
    Case("logs --since 1h --until 0s {c}", setup=(TALKED, "run --rm --name {c2} {img} sleep 2")),
    Case("logs --since 2020-01-01 {c}", setup=(TALKED,)),
    Case("logs --since 2020-01-01T00:00:00 --until 2020-01-02T10:00:00.5Z {c}", setup=(TALKED,)),
    Case("logs --since 2020-01-01T00:00 {c}", setup=(TALKED,)),
    Case("logs --since bogus {c}", setup=(TALKED,)),
    Case("logs --until bogus {c}", setup=(TALKED,)),
    Case("logs --details {c}", setup=("run --name {c} -l a=b --log-opt labels=a {img} echo x",)),
    Case("logs {c}", setup=(TALKED_TTY, "wait {c}"), name="of a terminal"),
    Case("logs {c}", setup=("create --name {c} {img}",), name="it never ran"),
    Case("logs {c}", setup=("run --log-driver none --name {c} {img} echo x",), name="no log"),
    Case("logs {c}", setup=("run --name {c} {img} sh -c 'seq 5000; printf end'",), name="long"),
    Case("logs not-there"),
    Case("logs"),
    Case("logs a b"),
    Case("logs --bogus a"),
    Case("container logs {c}", setup=(TALKED,)),
    usage("logs"),
]
ATTACH = [
    Case("attach {c}", setup=(SOON,)),
    Case("attach --no-stdin {c}", setup=(SOON,)),
    Case("attach --sig-proxy=false {c}", setup=(SOON,)),
    Case("attach {c}", setup=(CAT,), stdin="through\n", name="stdin goes through"),
    Case("attach --no-stdin {c}", setup=("run -di --name {c} {img} sh -c 'sleep 1; echo x'",), stdin="no\n",
         name="stdin is not sent"),
    Case("attach {c}", setup=("!" + TALKED,), name="it has ended"),
    Case("attach {c}", setup=(BOX, "pause {c}"), name="paused"),
    Case("attach {c}", setup=(SHELL,), name="a terminal without ours"),
    Case("attach {c}", setup=(SHELL,), stdin="x", name="a terminal, and a pipe"),
    Case("attach {c}", setup=(SHELL,), typed=(("# ", "exit 3\n"),), calls=ANY_ORDER, stdout=False,
         name="on a terminal"),
    Case("attach --detach-keys ctrl-x {c}", setup=(TICKS,), typed=(("tick", ""), ("tick", "\x18")), calls=ANY_ORDER,
         stdout=False,
         after=("inspect -f '{{.State.Status}}' {c}",)),
    Case("attach --detach-keys bogus-keys {c}", setup=(SOON,)),
    Case("attach not-there"),
    Case("attach"),
    Case("attach a b"),
    Case("attach --bogus a"),
    Case("container attach {c}", setup=(SOON,)),
    usage("attach"),
]  # fmt: skip
EXEC = [
    Case("exec {c} echo x", setup=(BOX,)),
    Case("exec {c} sh -c 'echo out; echo err >&2; exit 9'", setup=(BOX,)),
    Case("exec {c} false", setup=(BOX,)),
    Case("exec {c} not-there", setup=(BOX,)),
    Case("exec {c} /etc", setup=(BOX,)),
    Case("exec -w /not/there {c} pwd", setup=(BOX,)),
    Case("exec -u not-there {c} id", setup=(BOX,)),
    Case("exec -w /tmp {c} pwd", setup=(BOX,)),
    Case("exec -u 1000:1000 {c} id", setup=(BOX,)),
    Case("exec -e A=1 -e OUTSIDE -e NOT_THERE {c} sh -c 'echo $A$OUTSIDE'", setup=(BOX,), env={"OUTSIDE": "x"}),
    Case("exec --env-file a.env {c} sh -c 'echo $A'", setup=(BOX,), files={"a.env": "A=1\n"}),
    Case("exec --env-file missing {c} true", setup=(BOX,)),
    Case("exec -e =x {c} true", setup=(BOX,)),
    Case("exec --privileged {c} true", setup=(BOX,)),
    Case("exec -i {c} cat", setup=(BOX,), stdin="one\ntwo"),
    Case("exec -i {c} cat", setup=(BOX,), name="stdin is empty"),
    Case("exec {c} cat", setup=(BOX,), stdin="nobody reads this"),
    Case("exec -i {c} wc -c", setup=(BOX,), stdin="x" * 300_000),
    Case("exec -i {c} sh -c 'read a; exit 4'", setup=(BOX,), stdin="a\nb\n"),
    Case("exec -t {c} echo x", setup=(BOX,)),
    Case("exec -it {c} sh", setup=(BOX,), name="no terminal"),
    Case(
        "exec -it {c} sh -c 'echo name?; read name; echo hello $name; sleep .5; exit 5'",
        setup=(BOX,),
        typed=(("name?", "box\n"),),
        calls=ANY_ORDER,
    ),
    Case("exec -it {c} stty size", setup=(BOX,), typed=(("never", ""),), calls=ANY_ORDER, stdout=False),
    Case("exec -d {c} touch /x", setup=(BOX,)),
    Case("exec -d {c} not-there", setup=(BOX,)),
    Case("exec -dit {c} sh", setup=(BOX,)),
    Case("exec --detach-keys ctrl-a {c} echo x", setup=(BOX,)),
    Case("exec --detach-keys bogus-keys {c} echo x", setup=(BOX,)),
    Case("exec {c} ls -la --color=never /bin/sh", setup=(BOX,), stdout=False),
    Case("exec {c} sh -c 'kill -9 $$'", setup=(BOX,)),
    Case("exec {c} true", setup=("create --name {c} {img}",), name="it never ran"),
    Case("exec {c} true", setup=(BOX, "pause {c}"), name="paused"),
    Case("exec not-there true"),
    Case("exec {c} ''", setup=(BOX,)),
    Case("exec {c}"),
    Case("exec"),
    Case("exec --bogus {c} true"),
    Case("exec -it=maybe {c} true"),
    Case("container exec {c} echo x", setup=(BOX,)),
    usage("exec"),
]
CASES = LOGS + ATTACH + EXEC
