"""run -it: the terminal, its size, keys, bytes, and containers that go away."""

from __future__ import annotations

import random

from terminal.lines import (
    BASH,
    CONTINUED,
    CTRL_A,
    CTRL_BACKSLASH,
    CTRL_C,
    CTRL_D,
    CTRL_P,
    CTRL_Q,
    ESCAPE,
    PROMPT,
    RUN,
    STATE,
    STOPPED,
    WAITS,
    fits,
    typed,
)
from terminal.scenario import Keys, Look, Outside, Resize, Scenario, See

PASTE = bytes(random.Random(6).choices([byte for byte in range(256) if byte not in (0x10, 0x11)], k=1 << 20))
"""A megabyte of every byte but the detach keys'."""
VI = "docker run -it --rm --name {c} {img} sh -c 'vi /tmp/f; echo; cat /tmp/f'"

SCENARIOS = [
    Scenario("run -it", RUN, (PROMPT, *typed("echo $((6*7))", "42"), Keys("exit 5\r")), after=(STATE,)),
    Scenario(
        "run -it --rm",
        f"docker run --rm -it --name {{c}} {BASH}",
        (PROMPT, Keys("exit 5\r")),
        after=("ps -aq -f name={c}",),
    ),
    Scenario(
        "the size before the first prompt",
        "docker run -it --rm --name {c} {img} sh -c 'until stty size | grep -v \"^0\"; do sleep 0.1; done'",
    ),
    Scenario("the size of a narrow window", RUN, (PROMPT, *fits(10, 40), Keys("exit\r")), size=(10, 40)),
    Scenario("the size of a wide window", RUN, (PROMPT, *fits(50, 200), Keys("exit\r")), size=(50, 200)),
    Scenario(
        "a window that changes its size",
        RUN,
        (PROMPT, *fits(24, 80), Resize(40, 90), *fits(40, 90), Resize(12, 50), *fits(12, 50), Keys("exit\r")),
    ),
    Scenario("the settings of the container's terminal", "docker run -it --rm --name {c} debian:12 stty -a"),
    Scenario("the kind of terminal", "docker run -it --rm --name {c} debian:12 sh -c 'tty; echo $TERM'"),
    Scenario(
        "Ctrl-C", RUN, (PROMPT, *typed(WAITS, "go"), Keys(CTRL_C), PROMPT, *typed("echo $?", "130"), Keys("exit\r"))
    ),
    Scenario(
        "Ctrl-C at a prompt", RUN, (PROMPT, Keys("echo half"), See("half"), Keys(CTRL_C), PROMPT, Keys("exit 3\r"))
    ),
    Scenario(
        "Ctrl-C ends the container",
        "docker run -it --name {c} --init {img} " + WAITS,
        (See("go"), Keys(CTRL_C)),
        after=(STATE,),
    ),
    Scenario(
        "Ctrl-\\",
        RUN,
        (PROMPT, *typed(WAITS, "go"), Keys(CTRL_BACKSLASH), PROMPT, *typed("echo $?", "131"), Keys("exit\r")),
    ),
    Scenario(
        "Ctrl-Z and fg in the container",
        RUN,
        (
            PROMPT,
            *STOPPED,
            *typed("jobs", "Stopped"),
            PROMPT,
            *CONTINUED,
        ),
    ),
    Scenario(
        "a job in the background",
        RUN,
        (PROMPT, *typed("sleep 1000 &"), *typed("kill %1; wait %1; echo code $?", "143"), Keys("exit\r")),
        mask=(r"\[1\] \d+",),
    ),
    Scenario("Ctrl-D at a prompt", RUN, (PROMPT, Keys(CTRL_D)), after=(STATE,)),
    Scenario(
        "Ctrl-D ends an input",
        RUN,
        (
            PROMPT,
            *typed("echo g''o; cat; echo d''one", "go"),
            Keys("line\r"),
            See("line\r\nline"),
            Keys(CTRL_D),
            See("done"),
            Keys("exit\r"),
        ),
    ),
    Scenario("the detach keys", RUN, (PROMPT, Keys(CTRL_P + CTRL_Q)), after=(STATE,)),
    Scenario(
        "the detach keys with --rm",
        f"docker run --rm -it --name {{c}} {BASH}",
        (PROMPT, Keys(CTRL_P + CTRL_Q)),
        after=(STATE,),
    ),
    Scenario("the detach keys, one after the other", RUN, (PROMPT, Keys(CTRL_P), Look(), Keys(CTRL_Q)), after=(STATE,)),
    Scenario(
        "detach keys of one's own",
        f"docker run --detach-keys ctrl-a,d -it --name {{c}} {BASH}",
        (PROMPT, Keys(CTRL_A), Look(), Keys("d")),
        after=(STATE,),
    ),
    Scenario(
        "a single detach key",
        f"docker run --detach-keys @ -it --name {{c}} {BASH}",
        (PROMPT, *typed("echo x", "x"), PROMPT, Keys("echo y"), See("echo y"), Keys("@")),
        after=(STATE,),
    ),
    Scenario(
        "the default keys are ordinary ones beside others",
        f"docker run --detach-keys ctrl-a,d -it --rm --name {{c}} {BASH}",
        (
            PROMPT,
            *typed("echo g''o; cat -v", "go"),
            Keys(CTRL_P + "\r"),
            See(r"\^P\r\n"),
            Keys(CTRL_D),
            PROMPT,
            Keys("exit\r"),
        ),
    ),
    Scenario(
        "detach keys of config.json",
        RUN,
        (PROMPT, Keys(CTRL_A + "d")),
        files={"config.json": '{"detachKeys": "ctrl-a,d"}'},
        after=(STATE,),
    ),
    Scenario(
        "detach keys that do not exist",
        f"docker run --detach-keys ctrl-? -it --name {{c}} {BASH}",
        differs={"screen": "docker loses what the engine said about the keys"},
    ),
    Scenario(
        "detach keys that were begun are passed on",
        RUN,
        (
            PROMPT,
            *typed("echo g''o; cat -v", "go"),
            Keys(CTRL_P),
            Keys("x\r"),
            See(r"\^Px\r\n\^Px"),
            Keys(CTRL_D),
            PROMPT,
            Keys("exit\r"),
        ),
    ),
    Scenario(
        "detach keys that were begun twice are passed on",
        RUN,
        (
            PROMPT,
            *typed("echo g''o; cat -v", "go"),
            Keys(CTRL_P),
            Keys(CTRL_P),
            Keys("x\r"),
            See(r"\^P\^Px\r\n\^P\^Px"),
            Keys(CTRL_D),
            PROMPT,
            Keys("exit\r"),
        ),
    ),
    Scenario(
        "the second detach key alone is an ordinary one",
        RUN,
        (
            PROMPT,
            *typed("stty -ixon; echo g''o; cat -v", "go"),
            Keys(CTRL_Q + "\r"),
            See(r"\^Q\r\n\^Q"),
            Keys(CTRL_D),
            PROMPT,
            Keys("exit\r"),
        ),
    ),
    Scenario(
        "letters of many scripts",
        RUN + " -c 'echo ready; read -r a; echo $a | od -An -c; echo $a'",
        (
            See("ready"),
            Keys("äöü € 你好 😀\r"),
        ),
    ),
    Scenario(
        "a program that writes in many scripts", "docker run -it --rm --name {c} {img} printf 'äöü\\n你好\\n€\\n'"
    ),
    Scenario(
        "bytes that are no text",
        RUN + " -c 'stty raw -echo; echo ready; head -c 6 | od -An -tx1'",
        (See("ready"), Keys(b"\xff\xfe\x00\x80\x0a\x0d")),
    ),
    Scenario(
        "bytes that are no text, from the container",
        "docker run -it --rm --name {c} {img} printf 'a\\377\\376b\\200c\\n'",
    ),
    Scenario(
        "a paste of a megabyte",
        RUN + " -c 'stty raw -echo; echo ready; head -c 1048576 | md5sum'",
        (See("ready"), Keys(PASTE)),
    ),
    Scenario(
        "a megabyte from the container",
        "docker run -it --rm --name {c} {img} sh -c 'yes 0123456789 | head -n 90000; echo end'",
    ),
    Scenario(
        "colours",
        "docker run -it --rm --name {c} {img} printf '\\033[31mred \\033[1;42mbold on green\\033[0m plain\\n'",
    ),
    Scenario("colours of ls", "docker run -it --rm --name {c} debian:12 ls --color /"),
    Scenario(
        "keys that are more than a byte",
        RUN,
        (PROMPT, Keys("echo bd" + ESCAPE + "[Da" + ESCAPE + "OD" + "x\r"), PROMPT, Keys("exit\r")),
    ),
    Scenario(
        "history and completion of a shell",
        RUN,
        (
            PROMPT,
            *typed("echo $((6*7))", "42"),
            PROMPT,
            Keys(ESCAPE + "[A"),
            See("6"),
            Keys("\r"),
            See("42"),
            PROMPT,
            Keys("ls -d /etc/host\t"),
            Look(),
            Keys("name\r"),
            See("/etc/hostname\r\n"),
            PROMPT,
            Keys("exit\r"),
        ),
    ),
    Scenario(
        "vi",
        VI,
        (
            Look(),
            Keys("ihello"),
            Look(),
            Keys(ESCAPE),
            Look(),
            Keys("yyp"),
            Look(),
            Keys(":wq\r"),
            See("written|wrote|hello"),
        ),
    ),
    Scenario(
        "vi in a narrow window",
        VI,
        (See("/tmp/f"), Look(), Keys("ihello"), Look(), Keys(ESCAPE), Look(), Keys(":wq\r")),
        size=(10, 40),
    ),
    Scenario(
        "vi in a wide window",
        VI,
        (See("/tmp/f"), Look(), Keys("ihello"), Look(), Keys(ESCAPE), Look(), Keys(":wq\r")),
        size=(50, 200),
    ),
    Scenario(
        "vi in a window that changes its size",
        VI,
        (See("/tmp/f"), Look(), Keys("ihello" + ESCAPE), See("hello"), Resize(30, 100), Look(), Keys(":wq\r")),
    ),
    Scenario(
        "less",
        "docker run -it --rm --name {c} {img} sh -c 'seq 100 | less'",
        (See("20"), Look(), Keys(" "), Look(), Keys("G"), Look(), Keys("q")),
    ),
    Scenario(
        "-it where stdin is no terminal",
        "docker run -it --name {c} {img} true </dev/null",
        after=("ps -aq -f name={c}",),
    ),
    Scenario(
        "-it where stdin is a pipe", "echo x | docker run -it --name {c} {img} true", after=("ps -aq -f name={c}",)
    ),
    Scenario("-t where stdin is no terminal", "docker run -t --rm --name {c} {img} stty size </dev/null"),
    Scenario(
        "-t with its output in a pipe", "docker run -t --rm --name {c} {img} sh -c 'echo hi; stty size' | od -An -c"
    ),
    Scenario(
        "-it with its output in a pipe",
        "docker run -it --rm --name {c} {img} sh -c 'read a; echo $a; stty size' | od -An -c",
        (Keys("typed\r"),),
    ),
    Scenario("-i with stdin closed", "docker run -i --rm --name {c} {img} sh -c 'cat; echo end' <&-"),
    Scenario("-i from a pipe", "printf 'a\\nb' | docker run -i --rm --name {c} {img} od -An -c"),
    Scenario(
        "-i on a terminal",
        "docker run -i --rm --name {c} {img} sh -c 'cat; echo end'",
        (Keys("line\r"), See("line\r\nline"), Keys(CTRL_D)),
    ),
    Scenario("neither -i nor -t on a terminal", "docker run --rm --name {c} {img} sh -c 'cat; tty; echo end'"),
    Scenario(
        "-a stdin",
        "echo typed | docker run -a stdin -i --name {c} {img} sh -c 'cat; echo more; exit 4'",
        after=("logs {c}",),
    ),
    Scenario(
        "-a stdout", "docker run -a stdout --name {c} {img} sh -c 'echo out; echo err >&2; exit 4'", after=("logs {c}",)
    ),
    Scenario("-a stderr", "docker run -a stderr --name {c} {img} sh -c 'echo out; echo err >&2'"),
    Scenario(
        "-a stdout -a stderr",
        "docker run -a stdout -a stderr --name {c} {img} sh -c 'echo out; sleep 0.5; echo err >&2'",
    ),
    Scenario("-a stdin -t", f"docker run -a stdin -it --name {{c}} {BASH}", (Keys("exit 4\r"),), after=(STATE,)),
    Scenario(
        "-a stdout -it", f"docker run -a stdout -it --name {{c}} {BASH}", (PROMPT, Keys("exit 4\r")), after=(STATE,)
    ),
    Scenario("-a stdout -t", "docker run -a stdout -t --name {c} {img} sh -c 'echo out; stty size'"),
    Scenario("-it without a program there", "docker run -it --name {c} {img} not-there"),
    Scenario("-it with what is no program", "docker run -it --name {c} {img} /etc"),
    Scenario("-it without an image there", "docker run --pull never -it --name {c} not-there:1 true"),
    Scenario("-dit", RUN.replace("-it", "-dit"), after=(STATE,)),
    Scenario("stopped under one's feet", RUN, (PROMPT, Outside("stop -t 0 {c}")), after=(STATE,)),
    Scenario("killed under one's feet", RUN, (PROMPT, Outside("kill -s HUP {c}")), after=(STATE,)),
    Scenario("removed under one's feet", RUN, (PROMPT, Outside("rm -f {c}"))),
    Scenario(
        "paused under one's feet",
        RUN,
        (
            PROMPT,
            Outside("pause {c}"),
            Keys("echo $((6*7))\r"),
            Look(),
            Outside("unpause {c}"),
            See("42"),
            Keys("exit\r"),
        ),
    ),
    Scenario("renamed under one's feet", RUN, (PROMPT, Outside("rename {c} {c2}"), Keys("exit 3\r"))),
    Scenario("restarted under one's feet", RUN, (PROMPT, Outside("restart -t 0 {c}")), after=(STATE,)),
]
