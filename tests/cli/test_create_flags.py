"""The flags of create and run: what each puts into the request, as docker does, and what docker refuses."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from rawdocker_cli.flags import index, pflag

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
ATTACHED = {"AttachStdout": True, "AttachStderr": True}
"""What docker sends unless --attach names other streams."""

FILES = {
    "env.txt": b"\xef\xbb\xbf# c\n  A=fromfile\nB=\nEVAR\nUNSET_X\n\n C=a b \r\n",
    "lab.txt": b"l=fromfile\nbare\n# no\nm=a=b\n",
    "sec.json": b'{ "defaultAction": "SCMP_ACT_ALLOW",\n "x": "a b" }\n',
    "bad.txt": b"\xff\xfe=1\n",
    "blank.txt": b"A B=1\n",
    "noname.txt": b"=1\n",
}


def table(path: str) -> list[dict[str, str]]:
    """Read a table of facts; lines that begin with # speak of the table itself."""
    lines = (line for line in (FIXTURES / path).read_text().splitlines() if not line.startswith("# "))
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a directory with the files that the tables name, and with their one variable."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "d").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVAR", "fromenv")
    monkeypatch.delenv("DOCKER_CONTENT_TRUST", raising=False)


@pytest.fixture
def created(rawdocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, Any]]]:
    """Give a function that runs `create` and returns the one request it made: its body, and its query under "?"."""
    monkeypatch.setenv("DOCKER_API_VERSION", "1.48")
    with respx.mock(assert_all_called=False) as router:
        route = router.post(url__regex=r"^http://localhost/v1.48/containers/create(\?.*)?$")
        route.respond(201, json={"Id": "f" * 64, "Warnings": []})

        def command(*words: str) -> dict[str, Any]:
            assert rawdocker("create", *words) == (0, "f" * 64 + "\n", "")
            sent = route.calls.last.request
            return {"?": dict(httpx.QueryParams(sent.url.query)), **json.loads(sent.content)}

        yield command


def without_empty(value: Any) -> Any:
    """Leave out what a body need not say: null, zero, empty text, empty lists and objects."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", 0, [], {})}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


def leaf(body: dict[str, Any], path: str) -> Any:
    """Return what is at a dotted path, whose keys may themselves hold dots; None where nothing is."""
    if path in body:
        return body[path]
    heads = [path[:at] for at, char in enumerate(path) if char == "." and path[:at] in body]
    return leaf(body[heads[0]], path[len(heads[0]) + 1 :]) if heads else None


def measured() -> Iterator[Any]:
    """Yield each flag's samples with the parts of the request that they were seen to change in docker's traffic."""
    for row in table("api/flags.tsv"):
        if row["command"] != "docker create" or not row["sample_and_wire"]:
            continue
        for sample in row["sample_and_wire"].split(" || "):
            word, _, effects = sample.partition(" => ")
            # the table cuts long cells: a last effect without a value was cut
            seen = [
                effect for effect in effects.split("; ") if effect.startswith(("body ", "query ")) and "=" in effect
            ]
            if seen and not word.startswith(
                ("--use-api-socket", "--label-file", "--env-file", "--security-opt=seccomp")
            ):
                yield pytest.param(word, seen, id=word)


@pytest.mark.parametrize(("word", "effects"), list(measured()))
def test_a_flag_changes_the_request_as_it_does_docker_s(
    created: Callable[..., dict[str, Any]], tmp_path: Path, word: str, effects: list[str]
) -> None:
    network = ["--network=net1"] if any(".net1." in effect for effect in effects) and "net1" not in word else []
    sent = created(word, *network, "img")
    for effect in effects:
        where, _, fact = effect.partition(" ")
        path, _, value = fact.partition("=")
        if where == "query":
            assert sent["?"][path] == value
            continue
        expected, actual = without_empty(json.loads(value)), without_empty(leaf(sent, path))
        if "/rel:" in value:
            expected = [f"{tmp_path}/rel:/b"]
        assert (actual or None) == (expected or None), effect


@pytest.mark.parametrize("row", table("docker-28.2.2/create.tsv"), ids=lambda row: row["create"])
def test_a_command_line_becomes_the_body_that_docker_sends(
    created: Callable[..., dict[str, Any]], tmp_path: Path, row: dict[str, str]
) -> None:
    body = created(*shlex.split(row["create"]), "img")
    expected = json.loads(row["body"].replace("HERE", str(tmp_path)).replace("ABOVE", str(tmp_path.parent)))
    streams = {} if {"-a", "--attach=stdin"} & set(row["create"].split()) else ATTACHED
    assert body == {"?": {}, "Image": "img", **streams, **expected}


def test_every_flag_is_in_one_of_the_tables() -> None:
    verb = index.find("create")
    assert verb is not None
    flags = [flag._replace(alias_of="") for flag in verb.flags]
    lines = [shlex.split(row["create"]) for row in table("docker-28.2.2/create.tsv")]
    lines += [[str(param.values[0])] for param in measured()]
    seen = {name for line in lines for name in pflag.parse(flags, line, interspersed=False)[0].values}
    elsewhere = {"kernel-memory", "pull", "quiet", "use-api-socket", "pin", "env-file", "label-file", "cidfile"}
    assert {flag.name for flag in flags} - seen <= elsewhere


@pytest.mark.parametrize("row", table("docker-28.2.2/create_errors.tsv"), ids=lambda row: row["create"])
def test_what_docker_refuses_is_refused_in_its_words(
    rawdocker: Any, monkeypatch: pytest.MonkeyPatch, row: dict[str, str]
) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.48")
    words = shlex.split(row["create"])
    with respx.mock:
        ran = rawdocker("create", *words, *(() if words[0] in ("--name", "-e") and len(words) == 1 else ("img",)))
    assert (ran.code, ran.out, ran.err.split("\n")[0]) == (
        int(row["code"]),
        "",
        row["message"].replace("{docker}", "rawdocker"),
    )


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        (
            "create -p x img",
            125,
            "rawdocker: invalid containerPort: x\n\nRun 'rawdocker create --help' for more information\n",
        ),
        (
            "run -p x img",
            125,
            "rawdocker: invalid containerPort: x\n\nRun 'rawdocker run --help' for more information\n",
        ),
        (
            "create --pull x img",
            125,
            'rawdocker: invalid pull option: \'x\': must be one of "always", "missing" or "never"\n\n'
            "Run 'rawdocker create --help' for more information\n",
        ),
        (
            "create --memory x img",
            125,
            'invalid argument "x" for "-m, --memory" flag: invalid size: \'x\'\n\n'
            "Usage:  rawdocker create [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n"
            "Run 'rawdocker create --help' for more information\n",
        ),
        ("create Img", 1, "invalid reference format: repository name (library/Img) must be lowercase\n"),
        (
            "run Img",
            125,
            "rawdocker: invalid reference format: repository name (library/Img) must be lowercase\n\n"
            "Run 'rawdocker run --help' for more information\n",
        ),
        ("run -d -a stdout img", 1, "conflicting options: cannot specify both --attach and --detach\n"),
        (
            "create --mac-address 92:d0:c6:0a:29:33 img",
            1,
            '"specify mac-address per network" requires API version 1.44, but the Docker daemon API version is 1.41\n',
        ),
        (
            "create --annotation a=b img",
            1,
            '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41\n',
        ),
        (
            "create --mount type=bind,src=/a,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate img",
            1,
            "bind-recursive=readonly requires API v1.44 or later\n",
        ),
        (
            "create --disable-content-trust=false img",
            1,
            "rawdocker does not verify signatures; --disable-content-trust goes on without\n",
        ),
    ],
)
def test_a_refusal_is_worded_and_numbered_by_who_refuses(
    engine: Any, rawdocker: Any, line: str, code: int, error: str
) -> None:
    assert rawdocker(*line.split()) == (code, "", error)
    assert engine.requests == []


def test_only_what_was_typed_is_sent(created: Callable[..., dict[str, Any]]) -> None:
    assert created("img") == {"?": {}, "Image": "img", **ATTACHED}
    assert created("img", "sh", "-c", "a b") == {"?": {}, "Image": "img", "Cmd": ["sh", "-c", "a b"], **ATTACHED}


def test_flags_stop_at_the_image(created: Callable[..., dict[str, Any]]) -> None:
    assert created("--tty", "img", "--name", "x", "-t")["Cmd"] == ["--name", "x", "-t"]
    assert created("--", "img", "--", "-t")["Cmd"] == ["--", "-t"]


def test_image_and_command_come_first_in_the_body(created: Callable[..., dict[str, Any]]) -> None:
    assert list(created("-t", "-m", "1g", "img", "sh"))[1:3] == ["Image", "Cmd"]


@pytest.mark.parametrize(
    ("word", "sent"),
    [
        ("--platform=linux/arm64/v8", "linux/arm64/v8"),
        ("--platform=Linux/aarch64", "linux/arm64"),
        ("--platform=linux/arm/v7", "linux/arm/v7"),
        ("--platform=", ""),
    ],
)
def test_a_platform_is_sent_in_docker_s_spelling(created: Callable[..., dict[str, Any]], word: str, sent: str) -> None:
    assert created(word, "img")["?"].get("platform", "") == sent


def test_the_default_platform_is_the_environment_s_unless_one_is_typed(
    created: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    assert created("img")["?"] == {"platform": "linux/arm64"}
    assert created("--platform=linux/386", "img")["?"] == {"platform": "linux/386"}
    assert created("--platform=", "img")["?"] == {}


def test_kernel_memory_is_sent_only_to_engines_that_know_it(
    engine: Any, rawdocker: Any, created: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert created("--kernel-memory", "64m", "img")["HostConfig"] == {}
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    engine.answers("POST /containers/create", "container_create")
    assert rawdocker("create", "--kernel-memory", "64m", "img").code == 0
    assert engine.requests[-1].endswith(
        '"HostConfig":{"KernelMemory":67108864},"AttachStdout":true,"AttachStderr":true}'
    )


def test_a_seccomp_profile_is_sent_without_blanks_outside_its_texts(
    created: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "sec.json").write_text('{"a" : [ 1.0 , "b \\" : c" ],\n\t"a": null}\r\n')
    sent = created("--security-opt", "seccomp=sec.json", "img")["HostConfig"]["SecurityOpt"]
    assert sent == ['seccomp={"a":[1.0,"b \\" : c"],"a":null}']


@pytest.mark.parametrize("content", ["{,}", "", "[1] 2", "NaN"])
def test_a_seccomp_profile_that_is_no_json_is_refused(
    engine: Any, rawdocker: Any, tmp_path: Path, content: str
) -> None:
    (tmp_path / "bad.json").write_text(content)
    ran = rawdocker("create", "--security-opt", "seccomp=bad.json", "img")
    assert ran.code == 125
    assert ran.err.startswith("rawdocker: compacting json for seccomp profile (bad.json) failed: ")


def test_variables_of_files_come_before_those_typed_and_unset_names_are_left_out(
    created: Callable[..., dict[str, Any]],
) -> None:
    typed = ["--env-file", "env.txt", "-e", "EVAR", "-e", "UNSET_X", "-e", "A=1"]
    expected = ["A=fromfile", "B=", "EVAR=fromenv", "C=a b ", "EVAR=fromenv", "UNSET_X", "A=1"]
    assert created(*typed, "img")["Env"] == expected


def test_a_file_may_hold_any_text_in_its_values(created: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes("A=\0\nB='é' #no comment\nC==\nD=\t\n".encode())
    assert created("--env-file", "odd.txt", "img")["Env"] == ["A=\0", "B='é' #no comment", "C==", "D=\t"]


@pytest.mark.parametrize("flag", ["--env-file", "--label-file"])
def test_a_line_that_is_not_utf_8_is_shown_by_its_bytes(engine: Any, rawdocker: Any, flag: str) -> None:
    ran = rawdocker("create", flag, "bad.txt", "img")
    line = "rawdocker: invalid env file (bad.txt): invalid utf8 bytes at line 1: [255 254 61 49]"
    assert (ran.code, ran.err.split("\n")[0]) == (125, line)


def test_the_proxies_of_the_configuration_are_given_to_the_container(
    created: Callable[..., dict[str, Any]], config: Any
) -> None:
    config(proxies={"default": {"httpProxy": "http://p:1", "noProxy": "a,b", "ftpProxy": ""}})
    assert created("-e", "NO_PROXY=x", "-e", "http_proxy", "img")["Env"] == [
        "NO_PROXY=x",
        "http_proxy",
        "HTTP_PROXY=http://p:1",
        "no_proxy=a,b",
    ]
    config(proxies={"unix:///var/run/docker.sock": {"allProxy": "p"}, "default": {"httpProxy": "q"}})
    assert created("img")["Env"] == ["ALL_PROXY=p", "all_proxy=p"]


def test_bytes_that_are_no_text_reach_the_engine_as_they_are(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", "container_create")
    assert rawdocker("create", "-e", "A=\udcff", "img").code == 0
    assert b'"Env":["A=\xff"]' in engine.router.calls.last.request.content
