"""explain: what each word of a command line becomes, and who makes a call. Nothing is ever sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rawdocker.operations import operations
from rawdocker_cli.flags import index
from rawdocker_cli.flags.flag import Flag, Verb
from rawdocker_cli.flags.kinds import BOOL

CREATE = "POST /containers/create"


@pytest.fixture
def explained(rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that explains a command line: for each word the lines below it, and the requests."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///none/docker.sock")

    def command(*words: str) -> tuple[dict[str, list[str]], str]:
        ran = rawdocker("explain", *words)
        assert (ran.code, ran.err) == (0, "")
        told, _, requests = ran.out.partition("\n\n")
        found: dict[str, list[str]] = {}
        word = ""
        for line in told.splitlines():
            if line.startswith("    "):
                found[word].append(line[4:])
            else:
                word = line
                found[word] = []
        return found, requests

    return command


@pytest.mark.parametrize(
    ("line", "word", "lines"),
    [
        ("run --memory=512m img", "--memory=512m", [f"{CREATE}: HostConfig.Memory = 536870912 (API 1.25)"]),
        ("run -m512m img", "-m512m", [f"{CREATE}: HostConfig.Memory = 536870912 (API 1.25)"]),
        ("run -m 512m img", "-m 512m", [f"{CREATE}: HostConfig.Memory = 536870912 (API 1.25)"]),
        (
            "run --rm img",
            "--rm",
            [
                f"{CREATE}: HostConfig.AutoRemove = true (API 1.25)",
                "POST /containers/{id}/wait: ?condition=removed (API 1.25)",
            ],
        ),
        ("run --rm=false img", "--rm=false", [f"{CREATE}: HostConfig.AutoRemove = false (API 1.25)"]),
        (
            "run -it --detach-keys=ctrl-a img",
            "--detach-keys=ctrl-a",
            [
                "POST /containers/{id}/attach: ?detachKeys=ctrl-a (API 1.25)",
                "rawdocker also looks for these keys in its stdin, and leaves when they come",
            ],
        ),
        (
            "run --sig-proxy img",
            "--sig-proxy",
            [
                "none of the requests below has it; it may be ?signal of POST /containers/{id}/kill",
                "rawdocker also sends a request for each signal that it gets",
            ],
        ),
        (
            "run --quiet img",
            "--quiet",
            ["rawdocker does not print the progress that POST /images/create streams"],
        ),
        (
            "create --network n --ip 10.0.0.5 img",
            "--ip 10.0.0.5",
            [f'{CREATE}: NetworkingConfig.EndpointsConfig.n.IPAMConfig.IPv4Address = "10.0.0.5" (API 1.25)'],
        ),
        ("create -e A=1 -e B=2 img", "-e B=2", [f'{CREATE}: Env = ["B=2"] (API 1.25)']),
        ("create --annotation a=b img", "--annotation a=b", ['HostConfig.Annotations = {"a": "b"} (API 1.43)']),
        (
            "run -id img",
            "-id",
            [
                f"{CREATE}: OpenStdin = true (API 1.25)",
                f"{CREATE}: AttachStdin = true (API 1.25), but false by another flag",
                f"{CREATE}: AttachStdin = false (API 1.25)",
                "rawdocker also does not attach, prints the id of the answer, and does not wait for the end",
            ],
        ),
        ("attach --no-stdin web", "--no-stdin", ["POST /containers/{id}/attach: no ?stdin"]),
        ("stop -t3 web db", "db", ["CONTAINER", 'POST /containers/{id}/stop: {id} = "db"']),
        ("cp web:/etc -", "web:/etc", ['GET /containers/{id}/archive: {id} = "web"']),
        ("image rm --platform linux/arm64 x", "--platform linux/arm64", ["(API 1.50)"]),
        ("save a b", "b", ["IMAGE", "GET /images/get: ?names=b (API 1.25)"]),
        ("ps -f status=exited", "-f status=exited", ['?filters={"status": {"exited": true}} (API 1.25)']),
        ("ps -T --no-trunc", "-T", ["shows the requests, and changes none of them"]),
        (
            "registry resolve --platform linux/arm64 debian:12",
            "debian:12",
            [
                "IMAGE",
                "asked of https://registry-1.docker.io",
                'GET /v2/{name}/manifests/{reference}: {name} = "library/debian"',
                'GET /v2/{name}/manifests/{reference}: {reference} = "12"',
            ],
        ),
        ("registry resolve --insecure x.y/z", "x.y/z", ["asked of http://x.y", '{reference} = "latest"']),
        ("registry tags --mirror localhost:5000 a", "a", ["asked of http://localhost:5000", '{name} = "library/a"']),
        ("registry copy a a:2", "a:2", ["TARGET_IMAGE", "in no request yet: what follows depends on an answer"]),
        ("pin a b:2", "b:2", ["IMAGE", '{name} = "library/b"', '{reference} = "2"']),
        ("manifest inspect a/b", "a/b", ['GET /v2/{name}/manifests/{reference}: {name} = "a/b"']),
        ("rmi -- -x", "--", ["no flag: what follows is none either"]),
        ("rmi -- -x", "-x", ['DELETE /images/{name}: {name} = "-x"']),
    ],
)  # fmt: skip
def test_a_word_becomes(explained: Any, line: str, word: str, lines: list[str]) -> None:
    told = "\n".join(explained(*line.split())[0][word])
    for expected in lines:
        assert expected in told


@pytest.mark.parametrize(
    ("line", "beyond"),
    [
        ("run --rm img sh -c --rm", ["sh", "-c"]),
        ("create img -T --dry-run", ["-T", "--dry-run"]),
        ("exec -i web env -i", ["env", "-i"]),
        ("top web -o pid", ["-o", "pid"]),
    ],
)
def test_a_word_of_the_container_is_passed_on_untouched(explained: Any, line: str, beyond: list[str]) -> None:
    told, _ = explained(*line.split())
    for word in beyond:
        assert any(text.endswith(", passed on untouched") for text in told[word])


def test_the_requests_stand_below_the_words(explained: Any) -> None:
    _, requests = explained("run", "img", "true")
    assert re.findall(r"^[A-Z]+ /\S+", requests, re.MULTILINE)[1] == "POST /v1.55/containers/create"
    assert '"Cmd": [\n        "true"' in requests


@pytest.mark.parametrize("words", [("-H", "unix:///x.sock", "explain"), ("explain", "-H", "unix:///x.sock")])
def test_global_flags_are_explained_as_well(rawdocker: Any, words: tuple[str, ...]) -> None:
    ran = rawdocker(*words, "ps")
    assert ran.code == 0
    assert ran.out.startswith("-H unix:///x.sock\n    --host: The engine's socket")
    assert "\n    in no request: rawdocker itself is told\nps\n" in ran.out


@pytest.mark.parametrize(
    "line",
    ["run --nope img", "run -Z img", "run --memory=x img", "ps x", "stop", "run -p x img", "nope", "container nope"],
)
def test_mistakes_are_the_verb_s_own(rawdocker: Any, line: str) -> None:
    bare, ran = rawdocker(*line.split()), rawdocker("explain", *line.split())
    assert ran == bare
    assert ran.code != 0


@pytest.mark.parametrize(
    "line",
    [
        "run -e DB_PASSWORD=hunter2xyz img echo hunter2xyz",
        "run --env=DB_PASSWORD=hunter2xyz img",
        "exec -eAPI_TOKEN=hunter2xyz web true",
        "create --label url=https://me:hunter2xyz@example.org img",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(rawdocker: Any, line: str) -> None:
    ran = rawdocker("explain", *line.split())
    assert ran.code == 0
    assert "hunter2xyz" not in ran.out + ran.err
    assert "<redacted: " in ran.out


def test_help_of_the_explained_verb_is_its_help(rawdocker: Any) -> None:
    assert rawdocker("explain", "ps", "--help") == rawdocker("ps", "--help")


SAMPLES = {
    "address": "10.0.0.1", "aux-address": "a=10.0.0.3", "blkio-weight-device": "/dev/sda:300", "cpus": "1.5",
    "device-read-bps": "/dev/sda:1mb", "device-read-iops": "/dev/sda:1", "device-write-bps": "/dev/sda:1mb",
    "device-write-iops": "/dev/sda:1", "device-cgroup-rule": "c 1:3 mr", "device": "/dev/a", "ulimit": "nofile=1:2",
    "gpus": "all", "mount": "type=volume,dst=/b", "publish": "80", "expose": "80", "network": "n", "net": "n",
    "mac-address": "92:d0:c6:0a:29:33", "ip": "10.0.0.5", "ip6": "fd00::5", "link-local-ip": "169.254.1.1",
    "link": "c:a", "add-host": "h:1.2.3.4", "dns": "8.8.8.8", "dns-search": "example.org", "tmpfs": "/run",
    "volume": "/anon", "attach": "stdout", "env": "A=1", "sysctl": "net.x=1", "storage-opt": "size=1G",
    "security-opt": "no-new-privileges", "pid": "host", "uts": "host", "userns": "host", "cgroupns": "host",
    "pull": "always", "platform": "linux/arm64", "driver-opt": "k=v", "subnet": "10.0.0.0/8",
    "gateway": "10.0.0.1", "ip-range": "10.0.0.0/16", "type": "image", "since": "10m", "until": "5m",
    "topology-required": "a=b", "topology-preferred": "a=b", "change": "CMD x", "last": "3",
}  # fmt: skip
BY_KIND = {"bytes": "64m", "int": "5", "uint": "5", "uint16": "300", "decimal": "1.5", "duration": "5s",
           "filter": "label=x", "map": "a=b", "list": "a=b"}  # fmt: skip
LINES = {
    "container cp": "web:/x -", "container rename": "a b", "image tag": "a b", "network connect": "n c",
    "network disconnect": "n c", "container exec": "web true", "image import": "-", "pin": "x",
    "registry blob": f"x@sha256:{'0' * 64}",
}  # fmt: skip
SUBNET = ["--subnet=10.0.0.0/8"]
NEEDS = {"aux-address": SUBNET, "gateway": SUBNET, "ip-range": SUBNET,
         "network-alias": ["--network=n"], "net-alias": ["--network=n"], "secret": ["--scope=multi"],
         "password-stdin": ["--username=u"],
         "topology-required": ["--scope=multi"], "topology-preferred": ["--scope=multi"]}  # fmt: skip
ELSEWHERE = {"--tree", "--checkpoint", "--checkpoint-dir", "--pin", "--check", "--update"}
"""Flags that are refused: by rawdocker, by an engine that is not experimental, by a lock that is not there or lacks the
image."""
MORE = {("volume create", "type"): "--type=mount", ("container ls", "format"): "--format={{.Size}}"}
FROM_FILES = {"env-file", "label-file", "input", "in"}
LOCAL = {*index.OURS} - {"pin", *(name for name in index.OURS if name.startswith("registry "))}
"""Verbs that ask nothing of their own."""


def typed(flag: Flag) -> str:
    """Return a use of a flag."""
    if flag.kind.bare:
        return f"--{flag.name}"
    return f"--{flag.name}={SAMPLES.get(flag.name) or BY_KIND.get(flag.kind.name, 'x')}"


FLAGS = [
    pytest.param(verb, flag, id=f"{verb.name} --{flag.name}")
    for verb in index.all_verbs()
    for flag in verb.flags
    if verb.name not in LOCAL and f"--{flag.name}" not in ELSEWHERE
]


@pytest.mark.parametrize(("verb", "flag"), FLAGS)
def test_every_flag_is_explained(explained: Any, tmp_path: Path, verb: Verb, flag: Flag) -> None:
    (tmp_path / "file").write_text("a=b\n")
    word = f"--{flag.name}={tmp_path}/file" if flag.name in FROM_FILES else typed(flag)
    needs = [
        need
        for need in NEEDS.get(flag.name, ())
        if verb.name.startswith(("network create", "volume create", "container", "login"))
    ]
    word = MORE.get((verb.name, flag.name), word)
    rest = LINES.get(verb.name) or " ".join(["x"] * verb.least)
    told, _ = explained(*verb.name.split(), *needs, word, *rest.split())
    (shown,) = [lines for name, lines in told.items() if name.strip("'").startswith(f"--{flag.name}")]
    assert shown[0].startswith(f"--{flag.name}: ")
    assert len(shown) > 1
    assert flag.kind is BOOL or not shown[1].startswith("none of the requests") or flag.name in RARE, shown


RARE = {"detach-keys"}
"""Flags of calls that are made only with others."""


def test_a_call_is_explained_by_who_makes_it_and_what_it_takes(rawdocker: Any) -> None:
    ran = rawdocker("explain", "POST", "/v1.41/containers/web/wait?condition=removed")
    assert ran.code == 0
    lines = [line.strip() for line in ran.out.splitlines()]
    assert lines[:2] == ["POST /containers/{id}/wait", "ContainerWait, since API 1.25"]
    assert "?condition string (default not-running)" in lines
    assert "200 ContainerWaitResponse" in lines
    at = lines.index("rawdocker container run")
    assert lines[at + 1] == "--rm: ?condition"
    assert any(line.startswith("rawdocker.calls.container_wait: ") for line in lines)
    assert "rawdocker.run, rawdocker.run_async" in lines


def test_a_path_alone_explains_all_its_calls(rawdocker: Any) -> None:
    out = rawdocker("explain", "/containers/web/archive").out
    heads = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert {head.split()[0] for head in heads} == {"GET", "HEAD", "PUT"}


def test_a_path_that_is_written_out_is_not_taken_for_a_name(rawdocker: Any) -> None:
    out = rawdocker("explain", "/containers/json").out
    assert [line for line in out.splitlines() if line and not line.startswith(" ")] == ["GET /containers/json"]


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_operation_can_be_explained(rawdocker: Any, operation: Any) -> None:
    ran = rawdocker("explain", operation.method, operation.path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{operation.method} {operation.path}\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("GET", "/container/json"), "the API has no GET /container/json; near it are "),
        (("/nope/at/all/x/y",), "the API has no /nope/at/all/x/y"),
        (("GET",), "'explain GET' requires 1 path"),
        (("GET", "/info", "x"), "'explain GET' requires 1 path"),
    ],
)
def test_an_unknown_call_names_what_is_near(rawdocker: Any, words: tuple[str, ...], error: str) -> None:
    ran = rawdocker("explain", *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"rawdocker: {error}")
