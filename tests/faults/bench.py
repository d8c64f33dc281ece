"""The bench: a command line for each verb that has an end and a known output, the faults, and what may come of the two.

A verb that is given a fault has survived it (exit code 0 and the very output it has without the fault) or has told of
it (another exit code, docker's own where docker has one, and a message). What is never right: a traceback, silence,
output that is not whole with exit code 0, a half-written file, a second creation, a container that nobody asked for.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from engines import ask
from faults.breaking import (
    Breaking,
    Fault,
    Link,
    answered_200,
    counted,
    cut_at,
    cut_behind,
    delayed,
    says_instead,
    spoils_the_body,
    trickled,
    without_upgrade,
)
from faults.commands import RAWDOCKER, Ended, ran

from rawdocker_cli.flags import index

IMAGE = "busybox:1"
SECONDS = 20
"""What bounded time is: no case has more to do than a second or three, and the longest fault takes one."""

OUTPUT = "i=0; while [ $i -lt 400 ]; do echo line $i; echo error $i >&2; i=$((i+1)); done"
"""What containers of the bench write: some 9,000 bytes on two streams."""

FAULTS = {
    "an answer a second late": Fault(delayed(1), harmless=True),
    "a byte at a time": Fault(trickled, harmless=True),
    "closed before the answer": Fault(cut_at(0)),
    "closed in the head": Fault(cut_at(17)),
    "closed behind the head": Fault(cut_behind(0), needs=1, untold=True),
    "closed in the body": Fault(cut_behind(1), needs=2),
    "closed behind 3000 bytes": Fault(cut_behind(3000), needs=3001),
    "half closed in the body": Fault(cut_behind(1, Link.half_close), needs=2),
    "reset before the answer": Fault(cut_at(0, Link.reset), tcp=True),
    "reset behind 3000 bytes": Fault(cut_behind(3000, Link.reset), tcp=True, needs=3001),
    "closed while it is asked": Fault(asked=cut_at(150, asking=True)),
    "nonsense for an answer": Fault(says_instead(b"\x00\xff\x13 no answer\r\n\r\n")),
    "nonsense for a body": Fault(spoils_the_body, needs=1),
    "no second connection": Fault(connections=1),
    "no upgrade": Fault(asked=without_upgrade, upgrades=True, harmless=True),
    "200 for 101": Fault(answered_200, upgrades=True, harmless=True),
}


class Case(NamedTuple):
    """A verb that is broken: {own} is a name of the case's own, {box} a container that runs, {done} one that has ended,
    {still} one that was never started; its working folder is its own."""

    line: str
    breaks: str
    """The request whose answer is broken: a regular expression for METHOD path."""
    before: str = ""
    """What docker does before each run, with `&&` between; it may fail."""
    makes: str = ""
    """The container that it makes."""


OWN = "rm -f {own}"
BOX = f"{OWN} && run -d --name {{own}} {IMAGE} sleep 1000"
MADE = f"{OWN} && create --name {{own}}"
WAITS = f"{OWN} && create -i --name {{own}} {IMAGE} sh -c 'cat; {OUTPUT}' && start {{own}}"
"""A container that begins to write when somebody has attached, and closed its stdin."""

CASES = {
    "container attach": Case("attach {own}", "POST .*/attach", WAITS),
    "container commit": Case("commit -p=false {box} {own}:new", "POST /commit", "rmi {own}:new"),
    "container cp": Case("cp {still}:/bin/busybox -", "GET .*/archive"),
    "container create": Case("create --name {own} busybox:1 true", "POST .*/create", OWN, "{own}"),
    "container diff": Case("diff {done}", "GET .*/changes"),
    "container exec": Case(f"exec {{box}} sh -c '{OUTPUT}'", "POST /exec/.*/start"),
    "container export": Case("export {still}", "GET .*/export"),
    "container inspect": Case("container inspect {still}", "GET .*/json"),
    "container kill": Case("kill -s CONT {box}", "POST .*/kill"),
    "container logs": Case("logs {done}", "GET .*/logs"),
    "container ls": Case("ps -a --no-trunc --format {{{{.ID}}}} -f name={box}", "GET .*/containers/json"),
    "container pause": Case("pause {own}", "POST .*/pause", "unpause {own}"),
    "container port": Case("port {box}", "GET .*/json"),
    "container prune": Case("container prune -f --filter label={own}", "POST .*/prune"),
    "container rename": Case("rename {own} {own}-new", "POST .*/rename", "rename {own}-new {own}"),
    "container restart": Case("restart -t 0 {own}", "POST .*/restart"),
    "container rm": Case("rm {own}", "DELETE .*", f"{MADE} {IMAGE} true"),
    "container run": Case(f"run --rm --name {{own}} {IMAGE} sh -c '{OUTPUT}'", "POST .*/attach", OWN, "{own}"),
    "container start": Case("start {own}", "POST .*/start", f"{MADE} {IMAGE} true"),
    "container stats": Case("stats --no-stream --format {{{{.Name}}}} {box}", "GET .*/stats"),
    "container stop": Case("stop -t 0 {own}", "POST .*/stop", "start {own}"),
    "container top": Case("top {box} -o comm", "GET .*/top"),
    "container unpause": Case("unpause {own}", "POST .*/unpause", "pause {own}"),
    "container update": Case("update --cpu-shares 512 {box}", "POST .*/update"),
    "container wait": Case("wait {done}", "POST .*/wait"),
    "image history": Case("history -q --no-trunc busybox:1", "GET .*/history"),
    "image import": Case("import {tar} {own}:new", "POST /images/create", "rmi {own}:new"),
    "image inspect": Case("image inspect -f {{{{.Id}}}} busybox:1", "GET .*/json"),
    "image load": Case("load -q -i {saved}", "POST /images/load"),
    "image ls": Case("image ls -q --no-trunc busybox:1", "GET /images/json"),
    "image prune": Case("image prune -f --filter label={own}", "POST .*/prune"),
    "image pull": Case("pull -q busybox:1", "POST /images/create"),
    "image push": Case("push -q {registry}/faults:1", "POST .*/push", "tag busybox:1 {registry}/faults:1"),
    "image rm": Case("rmi {own}:old", "DELETE .*", "tag busybox:1 {own}:old"),
    "image save": Case("save busybox:1", "GET .*/get"),
    "image tag": Case("tag busybox:1 {own}:new", "POST .*/tag", "rmi {own}:new"),
    "images": Case("images --no-trunc --format {{{{.ID}}}} busybox:1", "GET /images/json"),
    "inspect": Case("inspect {still}", "GET .*/json"),
    "login": Case("login -u student -p secret {locked}", "POST /auth"),
    "network connect": Case("network connect {own} {own}", "POST .*/connect",
                            "network disconnect {own} {own} && network create {own}"),
    "network create": Case("network create {own}", "POST .*/create", "network rm {own}"),
    "network disconnect": Case("network disconnect {own} {own}", "POST .*/disconnect",
                               "network create {own} && network connect {own} {own}"),
    "network inspect": Case("network inspect host", "GET /networks/host"),
    "network ls": Case("network ls --format {{{{.Name}}}} -f name=^host$", "GET /networks"),
    "network prune": Case("network prune -f --filter label={own}", "POST .*/prune"),
    "network rm": Case("network rm {own}", "DELETE .*", "network create {own}"),
    "search": Case("search --format {{{{.Name}}}} {index}/debian", "GET /images/search"),
    "system events": Case("events --since {now} --until {soon} -f event=create -f container={own} -f type=container"
                          " --format {{{{.Action}}}}", "GET /events", f"{MADE} {IMAGE} true"),
    "system info": Case("info --format {{{{.OSType}}}}", "GET /info"),
    "version": Case("version --format {{{{.Server.Version}}}}", "GET /version"),
    "volume create": Case("volume create {own}", "POST .*/create", "volume rm {own}"),
    "volume inspect": Case("volume inspect {volume}", "GET .*/volumes/.*"),
    "volume ls": Case("volume ls -q -f name={volume}", "GET /volumes"),
    "volume prune": Case("volume prune -f --filter label={own}", "POST .*/prune"),
    "volume rm": Case("volume rm {own}", "DELETE .*", "volume create {own}"),
    # verbs that docker does not have: what they do undisturbed stands in for it
    "api": Case("api GET /containers/{still}/json", "GET .*/json"),
    "ns": Case("ns {own}", "GET .*/json"),
    # further requests of the same verbs
    "run: create": Case(f"run --name {{own}} {IMAGE} echo hi", "POST /containers/create", OWN, "{own}"),
    "run: wait": Case(f"run --rm --name {{own}} {IMAGE} echo hi", "POST .*/wait", OWN, "{own}"),
    "run: start": Case(f"run --rm --name {{own}} {IMAGE} echo hi", "POST .*/start", OWN, "{own}"),
    "run -d": Case(f"run -d --rm --name {{own}} {IMAGE} true", "POST .*/(start|wait)", OWN, "{own}"),
    "run -i": Case(f"run -i --rm --name {{own}} {IMAGE} sh -c '{OUTPUT}; exit 3'", "POST .*/attach", OWN, "{own}"),
    "start -a": Case("start -a {own}", "POST .*/attach", f"{MADE} {IMAGE} sh -c '{OUTPUT}'"),
    "exec: inspect": Case(f"exec {{box}} sh -c '{OUTPUT}; exit 4'", "GET /exec/.*"),
    "exec: create": Case("exec {box} echo hi", "POST .*/exec$"),
    "exec -d": Case("exec -d {box} true", "POST /exec/.*/start"),
    "logs -f": Case("logs -f {done}", "GET .*/logs"),
    "cp from": Case("cp {still}:/bin/busybox there", "GET .*/archive"),
    "cp over": Case("cp {still}:/bin/busybox old", "GET .*/archive"),
    "cp to": Case("cp {tar} {box}:/tmp/{own}", "PUT .*/archive"),
    "cp to: look": Case("cp {tar} {box}:/tmp/{own}", "HEAD .*/archive"),
    "export -o": Case("export -o old {still}", "GET .*/export"),
    "save -o": Case("save -o there busybox:1", "GET .*/get"),
    "stop two": Case("stop -t 0 {own} {own}-2", "POST .*/stop", "start {own} {own}-2"),
}  # fmt: skip
"""Every verb that speaks to the engine, broken at the request that does its work."""

RUNNING = ("container pause", "container unpause", "container rename", "container restart", "container stop",
           "network connect", "network disconnect", "ns")  # fmt: skip
PREPARED = dict.fromkeys(RUNNING, BOX) | {
    "stop two": f"{BOX} && rm -f {{own}}-2 && run -d --name {{own}}-2 {IMAGE} sleep 1000",
}
"""What docker does once."""

LOST = 255
"""What docker exec ends with, and says nothing, where it cannot learn the command's exit code."""

OTHERWISE = {
    ("exec: inspect", "nonsense for an answer"): "255 would say that the engine has gone, and it has not",
    ("ns", "no second connection"): "what it cannot see it says, and shows the rest",
}
"""Where something else is meant than what is judged to be right, and why."""


class Outcome(NamedTuple):
    """What a run came to."""

    ended: Ended | None
    """Nothing where it did not end."""
    tree: dict[str, bytes]
    """The files in its folder afterwards."""
    container: str
    """The state of the container that it was to make; nothing where there is none."""
    again: list[str]
    """What was asked for twice of what changes something."""
    asked: int
    """How many requests came through."""

    def same(self, other: Outcome) -> bool:
        """Say whether it came to the same exit code, output and files."""
        return (self.ended.code, plain(self.ended.out), self.tree) == (
            other.ended.code,
            plain(other.ended.out),
            other.tree,
        )


def plain(data: bytes) -> bytes:
    """Return output without what is new each time."""
    return re.sub(rb"\b[0-9a-f]{64}\b", b"ID", data)


class Bench:
    """Runs cases; what they need was prepared once.

    values: what stands in the places of their lines.
    """

    def __init__(self, host: str, docker: str, folder: Path, values: dict[str, str]) -> None:
        self._host, self._docker, self._folder, self._values = host, docker, folder, values
        self.box = values["box"]
        self._count = itertools.count()
        self.struck: set[str] = set()
        """The cases that have made the request they are broken at."""
        self.untouched = {"old": b"what was there"}
        """The files in the folder of each case."""
        self.whole: dict[str, Outcome] = {}
        """What each case comes to where nothing is broken."""
        self.sizes: dict[str, int] = {}
        """The size of the body that each case is answered with."""
        self.upgrading = {name for name, case in CASES.items() if re.search("attach|/exec/.*/start", case.breaks)}
        """The cases whose answer changes the protocol."""
        self.upgrading.discard("exec -d")

    def prepare(self, name: str) -> None:
        """Make what a case needs, and let docker do it undisturbed."""
        self._do(name, PREPARED.get(name, ""))
        sizes: list[int] = []
        self.whole[name] = self._ran(self._oracle(name), name, Fault(counted(sizes)))
        self.sizes[name] = sum(sizes)

    def undisturbed(self, name: str) -> Outcome:
        """Return what rawdocker comes to where nothing is broken."""
        return self._ran(RAWDOCKER, name, Fault())

    def applies(self, name: str, fault: Fault) -> bool:
        """Say whether a case can be given a fault."""
        return name in self.upgrading if fault.upgrades else self.sizes[name] >= fault.needs

    def tried(self, name: str, fault: Fault) -> tuple[Outcome, Outcome]:
        """Return what rawdocker and docker came to."""
        theirs = self._ran(self._oracle(name), name, fault)
        return self._ran(RAWDOCKER, name, fault), theirs

    def _oracle(self, name: str) -> str:
        return RAWDOCKER if name in index.OURS else self._docker

    def _filled(self, name: str, text: str, **more: str) -> str:
        own = f"{self._values['own']}-{list(CASES).index(name)}"
        return text.format_map({**self._values, "own": own, **more})

    def _do(self, name: str, lines: str) -> None:
        for line in filter(None, self._filled(name, lines).split(" && ")):
            ran(self._docker, self._host, shlex.split(line))

    def _ran(self, program: str, name: str, fault: Fault) -> Outcome:
        case, now = CASES[name], time.time()
        self._do(name, case.before)
        line = self._filled(name, case.line, now=f"{now}", soon=f"{now + 2}")
        folder = self._folder / str(next(self._count))
        folder.mkdir()
        for file, content in self.untouched.items():
            (folder / file).write_bytes(content)
        (folder / "config").mkdir()
        how = {"cwd": folder, "env": {"DOCKER_CONFIG": str(folder / "config"), "TMPDIR": str(folder)}}
        with Breaking(self._host, folder / "s", fault, case.breaks) as proxy:
            try:
                end = ran(program, proxy.host, shlex.split(line), seconds=SECONDS, **how)
            except AssertionError:
                end = None
        self.struck |= {name} if proxy.hits else set()
        asked = Counter(request for request in proxy.requests if request.startswith("POST"))
        again = [request for request, times in asked.items() if times > 1]
        state = self._state(self._filled(name, case.makes), patient="--rm" in case.line)
        outcome = Outcome(end, _files(folder), state, again, len(proxy.requests))
        shutil.rmtree(folder)
        return outcome

    def _state(self, name: str, *, patient: bool) -> str:
        """Return the state of a container; one that is to be removed by itself is given a moment."""
        end = time.monotonic() + (3 if patient else 0)
        while True:
            chosen = {"all": "1", "filters": json.dumps({"name": [f"^/{name}$"]})}
            found = ask(self._host, "GET", "/containers/json", params=chosen) if name else []
            if not found or time.monotonic() > end:
                return found[0]["State"] if found else ""
            time.sleep(0.05)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Verdict(NamedTuple):
    """What a fault came to: `survived`, `told`, `untold`, or what is wrong."""

    word: str
    checked: int = 0
    """Bytes of output and files that were compared."""


def judged(
    ours: Outcome, theirs: Outcome, whole: Outcome, untouched: dict[str, bytes], *, untold: bool = False
) -> Verdict:
    """Judge an outcome of ours; theirs: docker's with the same fault, whole: docker's without one.

    untouched: the files there were; untold: whether nobody can tell the fault from an end.
    """
    if ours.ended is None:
        return Verdict(f"not ended in {SECONDS} s")
    _, out, err = ours.ended
    if "Traceback" in err:
        return Verdict(err)
    if ours.again:
        return Verdict(f"asked twice: {ours.again}")
    if ours.container not in ("", theirs.container):
        return Verdict(f"left a container: {ours.container}, docker {theirs.container or 'none'}; {err!r}")
    if ours.same(whole):
        return Verdict("survived", len(out) + sum(map(len, ours.tree.values())))
    if untold:
        return Verdict("untold")
    return Verdict(_told(ours, theirs, whole, untouched), sum(map(len, ours.tree.values())))


def _told(ours: Outcome, theirs: Outcome, whole: Outcome, untouched: dict[str, bytes]) -> str:
    """Return `told` where a verb has failed as it should, else what is wrong."""
    code, out, err = ours.ended
    if code == 0:
        return f"exit 0 without all: {len(out)} bytes for {len(whole.ended.out)}, {list(ours.tree)}; {err!r}"
    if ours.tree != untouched:
        return f"files left behind: {list(ours.tree)}"
    if not _message(ours, whole):
        return f"exit {code} without a word"
    if ours.asked == theirs.asked and _noticed(theirs, whole) and theirs.ended.code != code:
        return f"exit {code}, docker {theirs.ended.code}: {err!r}; docker: {theirs.ended.err!r}"
    return "told"


def _noticed(docker: Outcome, whole: Outcome) -> bool:
    """Say whether docker's exit code is one for the fault, and not what a command has ended with."""
    if docker.ended is None:
        return False
    return docker.ended.code == LOST or (docker.ended.code != 0 and bool(_message(docker, whole)))


def _message(outcome: Outcome, whole: Outcome) -> str:
    """Return the last line of stderr, where it is none that a container has written."""
    line = next((line for line in reversed(outcome.ended.err.splitlines()) if line.strip()), "")
    return "" if any(known.startswith(line) for known in whole.ended.err.splitlines()) else line
