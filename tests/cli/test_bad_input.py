"""Words, files and answers that are wrong, large or deep: refused at once, in docker's words where it has some."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from faults.commands import RAWDOCKER, ran
from faults.servers import Server, answers
from hypothesis import given, settings
from hypothesis import strategies as st

from rawdocker_cli.flags import index, pflag
from rawdocker_cli.flags.values import rules
from rawdocker_cli.flags.values.variables import LONGEST_LINE
from rawdocker_cli.shell import Failure

DIGITS = "9" * 5000
"""More than Python reads as a number."""


@pytest.fixture(autouse=True)
def pinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    monkeypatch.chdir(tmp_path)


def first_line(found: Any) -> str:
    return str(found.err.partition("\n")[0])


def too_long(path: str) -> str:
    return f"rawdocker: invalid env file ({path}): bufio.Scanner: token too long"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_of_a_file_may_be_as_long_as_docker_reads(engine: Any, rawdocker: Any, end: bytes) -> None:
    engine.answers("POST /containers/create", status=500, body={"message": "no"})
    longest = b"A=".ljust(LONGEST_LINE - len(end.removesuffix(b"\n")) - 1, b"x")
    for flag in ("--env-file", "--label-file"):
        Path("lines").write_bytes(b"# one\n" + longest + end)
        assert first_line(rawdocker("create", flag, "lines", "img")) == "Error response from daemon: no"
        Path("lines").write_bytes(b"# one\n" + longest + b"x" + end)
        found = rawdocker("create", flag, "lines", "img")
        assert (found.code, first_line(found)) == (125, too_long("lines"))


def test_a_file_without_an_end_is_not_read_to_it(rawdocker: Any) -> None:
    found = rawdocker("create", "--env-file", "/dev/zero", "img")
    assert (found.code, first_line(found)) == (125, too_long("/dev/zero"))


def test_a_nul_in_a_file_is_for_the_engine_to_judge(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", status=500, body={"message": "no"})
    Path("nul").write_bytes(b"A=a\0b\n")
    assert rawdocker("create", "--env-file", "nul", "img").code == 1
    assert r'"Env":["A=a\u0000b"]' in engine.requests[-1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[" * 100_000, "compacting json for seccomp profile (profile) failed: "),
        (b"\xff{}", "compacting json for seccomp profile (profile) failed: "),
        (None, "opening seccomp profile (profile) failed: read profile: is a directory"),
    ],
)
def test_a_profile_that_is_none_is_refused(rawdocker: Any, content: bytes | None, why: str) -> None:
    Path("profile").mkdir() if content is None else Path("profile").write_bytes(content)
    found = rawdocker("create", "--security-opt", "seccomp=profile", "img")
    assert found.code == 125
    assert first_line(found).startswith(f"rawdocker: {why}")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--memory-swappiness", DIGITS], f'strconv.ParseInt: parsing "{DIGITS}": value out of range'),
        (["--blkio-weight", DIGITS], f'strconv.ParseUint: parsing "{DIGITS}": value out of range'),
        (["--ulimit", f"nofile={DIGITS}"], f'strconv.ParseInt: parsing "{DIGITS}": value out of range'),
        (["--gpus", DIGITS], f'invalid count ({DIGITS}): value must be either "all" or an integer: value out of range'),
        (["--network", f"name=a,gw-priority={DIGITS}"], f"invalid gw-priority ({DIGITS}): value out of range"),
        (["--health-interval", f"{DIGITS}s"], f'time: invalid duration "{DIGITS}s"'),
        (["--cpus", DIGITS], f"failed to parse {DIGITS} as a rational number"),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else "",
)
def test_a_number_of_thousands_of_digits_is_out_of_range(rawdocker: Any, words: list[str], why: str) -> None:
    found = rawdocker("create", *words, "img")
    assert (found.code, first_line(found)) == (125, f'invalid argument "{words[1]}" for "{words[0]}" flag: {why}')


def test_zeros_before_a_number_do_not_make_it_large(rawdocker: Any, engine: Any) -> None:
    engine.answers("POST /containers/create", status=500, body={"message": "no"})
    rawdocker("create", "--ulimit", f"nofile={'0' * 5000}7", "img")
    assert '"Soft":7' in engine.requests[-1]


@pytest.mark.parametrize("template", ["{{1e99999999}}", "{{0x1p99999999}}"])
def test_a_number_that_no_float_holds_is_refused(rawdocker: Any, template: str) -> None:
    found = rawdocker("inspect", "--format", template, "box")
    assert (found.code, first_line(found)) == (
        64,
        f'template parsing error: template: :1: illegal number syntax: "{template[2:-2]}"',
    )


@pytest.mark.parametrize(
    ("words", "request_line"),
    [
        (["stop", "\udcff"], "POST /containers/%FF/stop"),
        (["rename", "box", "\udcff"], "POST /containers/box/rename?name=%FF"),
        (["rmi", "é\udcff"], "DELETE /images/%C3%A9%FF"),
        (["stop", "/box"], "POST /containers/box/stop"),
        (["rmi", "//box"], "DELETE /images/box"),
        (["ps", "-f", "="], "GET /containers/json?filters=%7B%22%22%3A%7B%22%22%3Atrue%7D%7D"),
        (["ps", "-f", ""], "GET /containers/json"),
    ],
)
def test_odd_names_reach_the_engine_as_docker_sends_them(
    rawdocker: Any, engine: Any, words: list[str], request_line: str
) -> None:
    engine.router.route().respond(400, json={"message": "no"})
    assert (rawdocker(*words).code, engine.requests[-1]) == (1, request_line)


@pytest.mark.parametrize(
    ("line", "status", "body"),
    [("ps --format {{.Names}}", 200, rb'[{"Names":["/a\ud800"]}]'), ("stop box", 500, rb'{"message":"a\ud800"}')],
)
def test_half_a_character_is_shown_as_none(rawdocker: Any, engine: Any, line: str, status: int, body: bytes) -> None:
    engine.router.route().respond(status, content=body, headers={"Content-Type": "application/json"})
    found = rawdocker(*line.split())
    assert "a\ufffd\n" in found.out + found.err


def test_a_name_in_a_configuration_with_half_a_character_is_told(rawdocker: Any, config: Any) -> None:
    config(currentContext="\ud800")
    found = rawdocker("ps")
    assert (found.code, 'context "?"' in found.err) == (1, True)


@pytest.mark.parametrize("depth", [400, 2000, 100_000])
@pytest.mark.parametrize("line", ["ps", "info -f {{json.Swarm}}", "inspect box", "inspect -f {{json.a}} box", "events"])
def test_an_answer_that_is_deep_is_shown_or_refused(rawdocker: Any, engine: Any, line: str, depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    engine.router.route().respond(200, content=deep, headers={"Content-Type": "application/json"})
    found = rawdocker(*(word.replace("json.", "json .") for word in line.split()))
    said = ("too deeply", "not an engine's", "is not a list")
    assert found.code == 0 or any(words in found.err for words in said)


def test_an_answer_of_a_hundred_megabytes_is_read(tmp_path: Path) -> None:
    row = {"Id": "a" * 64, "Image": "x", "Names": ["/n"], "Labels": {str(number): "v" * 50 for number in range(20)}}
    count = 100_000_000 // len(json.dumps(row))
    body = b"[" + b",".join([json.dumps(row).encode()] * count) + b"]"
    with Server(tmp_path / "s", answers("200 OK", body, "application/json")) as host:
        listed = ran(RAWDOCKER, host, ["ps", "-q"])
    assert (listed.code, listed.out, listed.err) == (0, b"aaaaaaaaaaaa\n" * count, "")


SCRAPS = (
    *"=:-/,. \"'+%\t\n\0", "..", "0", "1", "65536", "-1", DIGITS, "1e9", "1e99999999", "name=", "type=", "bind", "src=",
    "dst=", "tmpfs-size=", "[::1]", "::", "127.0.0.1", "tcp", "all", "driver=", "device=", "options=", "nofile", "kb",
    "/dev/sda", "\x1b[2J", "\udcff", "é", "\uff11", "default", "container:x", "alias=", "ip=", "mac-address=",
    "driver-opt=", "on-failure:", "seccomp=", "{{", "}}", "nan", "inf", "0x", "0b", "1_0", "c 1:1 r", "vendor/c=d",
)  # fmt: skip
FLAGS = [(verb, flag) for verb in index.all_verbs() for flag in verb.flags if not flag.unsupported]


@settings(max_examples=500)
@given(st.sampled_from(FLAGS), st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), max_size=6).map("".join))
def test_no_value_of_a_flag_fails_in_another_way(chosen: tuple[Any, Any], text: str) -> None:
    verb, flag = chosen
    with suppress(pflag.FlagError, pflag.HelpRequested, Failure, ValueError):
        options, _ = pflag.parse(verb.flags, [f"--{flag.name}={text}"], interspersed=True)
        draft = options.draft()
        if verb.name in ("container create", "container run"):
            rules.finish(draft, options)
