"""What the tests of exported scripts run: at least one command line for every verb that makes calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from parity.case import ANY_ORDER, Case
from registries import described, digest, index, indexed

from rawdocker_cli.flags.index import all_verbs

BOX = "run -d --name {c} --stop-signal KILL {img} sleep 1000"
BOX2 = "run -d --name {c2} --stop-signal KILL {img} sleep 1000"
CREATED = "create --name {c} {img} echo started"
TALKED = "run --name {c} {img} sh -c 'echo one; echo two >&2; echo three'"
WAITS = "create -i --name {c} {img} sh -c 'read word; sleep .5; echo $word; cat; exit 5'"
PUSHED = ("tag {img} 127.0.0.1:5000/{new}:1", "push 127.0.0.1:5000/{new}:1")
NET, VOL = "network create {net}", "volume create {vol}"
STATE = "inspect -f '{{.State.Status}} {{.State.ExitCode}}' {c}"
MADE = "image inspect -f '{{.Config.Cmd}}' {new}:1"
SAID = "sh -c 'echo out; echo err >&2; exit 3'"

WITHOUT_CALLS = {"completion", "explain", "logout", "replay", "spy", "compare", "report"}
"""Verbs that ask no engine: there is nothing to export."""
ASKING_REGISTRIES = {
    *("pin", "manifest inspect"),
    *(verb.name for verb in all_verbs() if verb.name.startswith("registry ") and verb.asks),
}
"""Verbs that ask registries, each request by what the last answer was: without answers there is no script."""

HELLO = index("linux/amd64", "linux/arm64", "linux/arm/v7", oci=False)
"""127.0.0.1:5000/course/exported:1, which test_export.py puts there."""
_FIRST = HELLO.manifests[0]
SBOM = indexed([{**described(_FIRST.body, _FIRST.media_type), "artifactType": "application/x.sbom"}])
"""What refers to it, by its tag sha256-…"""
HELLO_1, BUSYBOX = "127.0.0.1:5000/course/exported:1", "127.0.0.1:5000/library/busybox:1"
LOGGED_IN = (
    "login -u student -p secret 127.0.0.1:5001",
    "tag {img} 127.0.0.1:5001/{new}:1",
    "push 127.0.0.1:5001/{new}:1",
)


class Export(NamedTuple):
    """A command line whose exported script must do what it does itself."""

    case: Case
    shown: str = ""
    """For a verb that shows answers in its own words: what is found in the answer that its scripts show."""
    secrets: Sequence[str] = ()
    """The values of the variables that its scripts require; they must not be found in a script."""
    forms: Sequence[str] = ("curl", "python", "httpx", "requests")
    """The forms that can do it; the others say that they cannot."""


def _same(command: str, *setup: str, after: tuple[str, ...] = (), stdin: str | None = None, name: str = "",
          calls: str = "in order", secrets: Sequence[str] = ()) -> Export:  # fmt: skip
    return Export(Case(command, setup=setup, after=after, stdin=stdin, name=name, calls=calls), "", secrets)


def _shows(command: str, shown: str, *setup: str, after: tuple[str, ...] = (), calls: str = "in order") -> Export:
    return Export(Case(command, setup=setup, after=after, calls=calls), shown)


PASSWORD = "hunter2-\"quoted\" $HOME `id` 'x' \\n é"

EXPORTS: dict[str, list[Export]] = {
    "container run": [
        _same("run --rm --name {c} {img} " + SAID),
        _same("run --name {c} -w /tmp {img} sh -c 'pwd; exit 7'", after=(STATE,)),
        _same("run -i --rm --name {c} {img} cat", stdin="through\nand through\n"),
        _same("run -i --rm --name {c} {img} wc -c", stdin="", name="stdin ends at once"),
        _same("run -d --name {c} -l a=b {img} true", after=("wait {c}",)),
        _same("run --rm --name {c} {img} not-there"),
        Export(Case("run --rm --name {c} 127.0.0.1:5000/{new}:1 echo x", stderr=False,
                    setup=(*PUSHED, "rmi 127.0.0.1:5000/{new}:1"), name="the image is pulled")),
        _same("run --rm --name {c} {img} /etc", name="a folder"),
        _same("run --name {c} {img} true", CREATED, name="a name in use"),
        _same("run --rm --pull never --name {c} not-there:1 true"),
        _same("run --rm --name {c} 127.0.0.1:5000/not-there:1 true", name="neither here nor there"),
        _same("run --rm --name {c} -e 'DB_PASSWORD=" + PASSWORD.replace("'", "'\\''") + "' {img} "
              "sh -c 'printf %s \"$DB_PASSWORD\"'", secrets=(PASSWORD,)),
        _same("run --rm --name {c} {img} echo 'it'\\''s' '\"$HOME\"' '`id`' 'a\nb' 'é\\' '%s' '{{x}}' "
              "'<Id of create>'"),
        _same("run --rm -t --name {c} {img} sh -c 'echo out; echo err >&2'"),
        _same("run --rm --name {c} {img} sh -c 'seq 20000; seq 20000 >&2'", name="many frames"),
    ],
    "container create": [_same("create --name {c} -m 64m -p 127.0.0.1:21895:80 {img} echo x", after=("start -a {c}",))],
    "container attach": [
        _same("attach {c}", WAITS, "start {c}", stdin="through\nand through\n"),
        _same("attach --no-stdin {c}", "run -d --name {c} {img} sh -c 'sleep 5; echo out; exit 4'"),
    ],
    "container exec": [
        _same("exec {c} " + SAID, BOX),
        _same("exec -i {c} cat", BOX, stdin="through\n"),
        _same("exec -d {c} touch /tmp/made", BOX, after=("exec {c} sh -c 'sleep 1; ls /tmp'",)),
        _same("exec {c} not-there", BOX),
        _same("exec {c} true", CREATED, name="it does not run"),
    ],
    "container start": [
        _same("start {c}", CREATED, after=("wait {c}", "logs {c}")),
        _same("start -a {c}", "create --name {c} {img} " + SAID),
        _same("start -ai {c}", "create -i --name {c} {img} cat", stdin="through\n"),
        _same("start {c} {c2} {c3}", CREATED, "create --name {c3} {img}", calls=ANY_ORDER),
    ],
    "container logs": [
        _same("logs {c}", TALKED),
        _same("logs --tail 1 {c}", "run --name {c} {img} sh -c 'echo one; echo two'"),
        _same("logs {c}", "run -t --name {c} {img} sh -c 'echo one; echo two >&2'", name="of a terminal"),
        _same("logs -f {c}", "run -d --name {c} {img} sh -c 'echo one; sleep 1; echo two'"),
    ],
    "container stop": [
        _same("stop {c}", BOX, after=(STATE,)),
        _same("stop {c} {c3} {c2}", BOX, BOX2, after=(STATE,), calls=ANY_ORDER),
    ],
    "container restart": [_same("restart -t 0 {c}", BOX, after=(STATE,))],
    "container kill": [_same("kill {c} {c2}", BOX, after=("wait {c}",), calls=ANY_ORDER)],
    "container rm": [
        _same("rm -f {c}", BOX, after=("ps -aq -f name={c}",)),
        _same("rm {c} {c2}", CREATED, BOX2, calls=ANY_ORDER),
        _same("rm -f {c} {c2}", CREATED, calls=ANY_ORDER, name="one is missing"),
        _same("rm -f {c}", name="there is none"),
    ],
    "container pause": [_same("pause {c}", BOX, after=(STATE,))],
    "container unpause": [_same("unpause {c}", BOX, "pause {c}", after=(STATE,))],
    "container wait": [
        _same("wait {c} {c2}", "!run --name {c} {img} " + SAID, "run --name {c2} {img} true"),
        _same("wait {c} {c3}", "!run --name {c} {img} " + SAID, name="one is missing"),
    ],
    "container rename": [_same("rename {c} {c2}", CREATED, after=("ps -a --format '{{.Names}}' -f name={c2}",))],
    "container update": [_same("update --cpu-shares 512 {c}", CREATED,
                               after=("inspect -f '{{.HostConfig.CpuShares}}' {c}",))],
    "container top": [_shows("top {c}", "sleep 1000", BOX)],
    "ns": [Export(Case("ns {c}", setup=(BOX,), stderr=False), "sleep 1000")],
    "container port": [_shows("port {c}", "21894", "run -d --name {c} -p 127.0.0.1:21894:80 {img} sleep 1000")],
    "container diff": [_shows("diff {c}", "/tmp/t", "run --name {c} {img} touch /tmp/t")],
    "container prune": [_shows("container prune -f --filter label={label}", "ContainersDeleted",
                               "create -l {label} --name {c} {img}", after=("ps -aq -f name={c}",))],
    "container ls": [
        _shows("ps -a -f name={c}", "started", CREATED),
        _shows("ps --format '{{.Names}}' -f name={c}", "1000", BOX),
    ],
    "container stats": [_shows("stats --no-stream {c}", "memory_stats", BOX)],
    "inspect": [
        _shows("inspect {c}", "started", CREATED),
        _shows("inspect {net}", "bridge", NET),
        _shows("inspect -f '{{.Name}}' {vol}", "Mountpoint", VOL),
        Export(Case("inspect {c}", stdout=False, name="there is nothing")),
    ],
    "container inspect": [_shows("container inspect {c}", "started", CREATED)],
    "image inspect": [_shows("image inspect {img}", "RootFS")],
    "network inspect": [_shows("network inspect {net}", "bridge", NET)],
    "volume inspect": [_shows("volume inspect {vol}", "Mountpoint", VOL)],
    "container cp": [
        Export(Case("cp {c}:/data/. {tmp}/out", setup=("run --name {c} {img} sh -c 'mkdir /data; echo x > /data/a'",))),
        Export(Case("cp {c}:/etc/passwd {tmp}/copied", setup=(CREATED,))),
        Export(Case("cp {c}:/etc/group {tmp}", setup=(CREATED,), name="into a folder")),
        Export(Case("cp {c}:/etc/group -", setup=(CREATED,), name="to stdout")),
        Export(Case("cp {tmp}/site {c}:/srv", setup=(CREATED,), after=("cp {c}:/srv -",),
                    files={"site/a.txt": "a\n", "site/b/c.txt": "c\n"})),
        Export(Case("cp {tmp}/a.txt {c}:/tmp/b.txt", setup=(CREATED,), after=("cp {c}:/tmp/b.txt -",),
                    files={"a.txt": "a\n"}, name="another name")),
        Export(Case("cp {tmp}/a.txt {c}:/tmp", setup=(CREATED,), after=("cp {c}:/tmp/a.txt -",),
                    files={"a.txt": "a\n"}, name="into a folder of the container")),
    ],
    "container export": [
        Export(Case("export -o {tmp}/x.tar {c}", setup=(CREATED,))),
    ],
    "container commit": [_same("commit -c 'CMD [\"a\"]' {c} {new}:1", CREATED, after=(MADE,))],
    "image save": [Export(Case("save -o {tmp}/x.tar {img}"))],
    "image load": [
        _same("load -i {tmp}/x.tar", "save -o {tmp}/x.tar {img}"),
        _same("load", stdin="this is no archive", name="from stdin"),
    ],
    "image import": [
        _same("import {tmp}/x.tar {new}:1", CREATED, "export -o {tmp}/x.tar {c}", after=(MADE,)),
        _same("import - {new}:1", stdin="", after=(MADE,), name="from stdin"),
    ],
    "image ls": [_shows("image ls", "busybox")],
    "images": [_shows("images -q {img}", "busybox")],
    "image history": [_shows("history {img}", "CreatedBy")],
    "image tag": [_same("tag {img} {new}:1", after=("image inspect -f '{{.Config.Cmd}}' {new}:1",))],
    "image rm": [_shows("rmi {new}:1", "Untagged", "tag {img} {new}:1"), _same("rmi {new}:1", name="there is none")],
    "image prune": [_shows("image prune -f --filter label={label}", "SpaceReclaimed")],
    "image push": [
        _same("push 127.0.0.1:5000/{new}:1", *PUSHED),
        _same("push 127.0.0.1:5000/{new}:1", name="there is none"),
    ],
    "image pull": [
        _same("pull 127.0.0.1:5000/{new}:1", *PUSHED, "rmi 127.0.0.1:5000/{new}:1"),
        _same("pull -q 127.0.0.1:5000/{new}:1", *PUSHED, "rmi 127.0.0.1:5000/{new}:1"),
        _same("pull 127.0.0.1:5000/not-there:1"),
    ],
    "search": [_shows("search --limit 3 127.0.0.1:5002/busybox", "star_count")],
    "login": [Export(Case("login -u student -p secret 127.0.0.1:5001", stderr=False), secrets=("secret",)),
              _same("login -u student -p wrong 127.0.0.1:5001", secrets=("wrong",))],
    "network create": [
        # what is sent depends on the version
        Export(Case("network create -d bridge --label {label} {net}", env={"DOCKER_API_VERSION": "1.41"},
                    after=("network inspect -f '{{.Driver}} {{.Labels}}' {net}",))),
    ],
    "network ls": [_shows("network ls -f name={net}", "bridge", NET)],
    "network rm": [_same("network rm {net} {net2}", NET, after=("network ls -q -f name={net}",))],
    "network connect": [_same("network connect --alias web {net} {c}", NET, CREATED)],
    "network disconnect": [_same("network disconnect {net} {c}", NET, CREATED, "network connect {net} {c}")],
    "network prune": [_shows("network prune -f --filter label={label}", "NetworksDeleted",
                             "network create --label {label} {net}")],
    "volume create": [_same("volume create --label {label} {vol}",
                            after=("volume inspect -f '{{.Labels}}' {vol}",)), _same("volume create {vol}")],
    "volume ls": [_shows("volume ls -f name={vol}", "Mountpoint", VOL)],
    "volume rm": [_same("volume rm {vol} {vol2}", VOL, after=("volume ls -q -f name={vol}",))],
    "volume prune": [_shows("volume prune -f --filter label={label}", "SpaceReclaimed")],
    "system info": [_shows("info", "ServerVersion")],
    "version": [_shows("version", "GitCommit")],
    "system events": [_shows("events --since {start} --until {end} -f container={c}", "create", CREATED)],
    "registry resolve": [
        _same(f"registry resolve {BUSYBOX}"),
        # what was chosen is told on stderr
        Export(Case(f"registry resolve --platform linux/arm64 {HELLO_1}", stderr=False)),
        Export(Case("registry resolve 127.0.0.1:5001/{new}:1", setup=LOGGED_IN), secrets=("secret",)),
    ],
    "registry tags": [
        _same("registry tags 127.0.0.1:5000/library/busybox"),
        Export(Case("registry tags 127.0.0.1:5001/{new}", setup=LOGGED_IN), secrets=("secret",)),
    ],
    "registry manifest": [
        _same(f"registry manifest {HELLO_1}"),
        Export(Case(f"registry manifest --platform linux/arm64 {HELLO_1}", stderr=False)),
    ],
    "registry config": [
        Export(Case(f"registry config --platform linux/arm/v7 {HELLO_1}", stderr=False)),
        Export(Case("registry config 127.0.0.1:5001/{new}:1", setup=LOGGED_IN), secrets=("secret",)),
    ],
    "registry blob": [
        _same(f"registry blob 127.0.0.1:5000/course/exported@{digest(_FIRST.blobs[0])}"),
        _same(f"registry blob -o {{tmp}}/layer 127.0.0.1:5000/course/exported@{digest(_FIRST.blobs[1])}"),
        _same(f"registry blob 127.0.0.1:5000/course/exported@sha256:{'0' * 64}", name="there is none"),
        Export(Case(f"registry blob 127.0.0.1:5001/{{new}}@sha256:{'0' * 64}", setup=LOGGED_IN), secrets=("secret",)),
    ],
    "registry platforms": [
        _shows(f"registry platforms {HELLO_1}", "arm64"),
        _shows(f"registry platforms {BUSYBOX}", "architecture"),
    ],
    "registry referrers": [_shows(f"registry referrers {HELLO_1}", "application/x.sbom")],
    "registry copy": [
        Export(Case(f"registry copy {HELLO_1} 127.0.0.1:5000/{{new}}:1", stderr=False, setup=(),
                    after=("manifest inspect --insecure 127.0.0.1:5000/{new}:1",)), forms=("python",)),
        Export(Case(f"registry copy {BUSYBOX} 127.0.0.1:5001/{{new}}:2", stderr=False, setup=LOGGED_IN,
                    after=("manifest inspect --insecure 127.0.0.1:5001/{new}:2",)),
               secrets=("secret",), forms=("python",)),
    ],
    "manifest inspect": [
        _shows(f"manifest inspect {HELLO_1}", "arm64"),
        _shows(f"manifest inspect -v {HELLO_1}", "config"),
        _shows(f"manifest inspect -v {BUSYBOX}", "rootfs"),
    ],
    "pin": [
        _same(f"pin {BUSYBOX} {HELLO_1}"),
        _same(f"pin --platform linux/arm64 {HELLO_1}"),
        Export(Case("pin --in {tmp}/Dockerfile", files={"Dockerfile": f"FROM {BUSYBOX} AS x\nFROM {HELLO_1}\n"}),
               forms=("python",)),
    ],
    "api": [_shows("api GET /version", "GitCommit"), Export(Case("api GET /not-there", stdout=False))],
}  # fmt: skip
