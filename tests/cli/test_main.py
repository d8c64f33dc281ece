"""The command line around the verbs: names, counts, help, versions, what is missing."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from processes import PROGRAM

from rawdocker_cli.flags import index, missing
from rawdocker_cli.flags.flag import Verb
from rawdocker_cli.flags.ours import OURS, PIN
from rawdocker_cli.main import GLOBALS, run

ROOT = Path(__file__).parent.parent.parent
TABLE = (ROOT / "fixtures" / "api" / "flags.tsv").read_text().splitlines()
FACTS = list(csv.DictReader(TABLE, delimiter="	", quoting=csv.QUOTE_NONE))


def said(capsysbinary: Any, *words: str) -> tuple[int, str, str]:
    """Run a command line in this process; return exit code, stdout and stderr."""
    code = run(words)
    sys.stdout.flush()
    sys.stderr.flush()
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("nope", 1, "rawdocker: unknown command: rawdocker nope\n\nRun 'rawdocker --help' for more information\n"),
        (
            "container nope",
            1,
            "rawdocker: unknown command: rawdocker container nope\n\nUsage:  rawdocker container\n\n"
            "Run 'rawdocker container --help' for more information\n",
        ),
        (
            "stop",
            1,
            "rawdocker: 'rawdocker stop' requires at least 1 argument\n\n"
            "Usage:  rawdocker stop [OPTIONS] CONTAINER [CONTAINER...]\n\n"
            "See 'rawdocker stop --help' for more information\n",
        ),
        (
            "container stop",
            1,
            "rawdocker: 'rawdocker container stop' requires at least 1 argument\n\n"
            "Usage:  rawdocker container stop [OPTIONS] CONTAINER [CONTAINER...]\n\n"
            "See 'rawdocker container stop --help' for more information\n",
        ),
        (
            "rename a",
            1,
            "rawdocker: 'rawdocker rename' requires 2 arguments\n\nUsage:  rawdocker rename CONTAINER NEW_NAME\n\n"
            "Run 'rawdocker rename --help' for more information\n",
        ),
        (
            "ps x",
            1,
            "rawdocker: 'rawdocker ps' accepts no arguments\n\nUsage:  rawdocker ps [OPTIONS]\n\n"
            "Run 'rawdocker ps --help' for more information\n",
        ),
        (
            "ps --foo",
            125,
            "unknown flag: --foo\n\nUsage:  rawdocker ps [OPTIONS]\n\nRun 'rawdocker ps --help' for more information\n",
        ),
        (
            "--foo ps",
            125,
            "unknown flag: --foo\n\nUsage:  rawdocker [OPTIONS] COMMAND [ARG...]\n\n"
            "Run 'rawdocker --help' for more information\n",
        ),
        ("--log-level loud ps", 1, "Unable to parse logging level: loud\n"),
        ("-c nope ps", 1, None),
        ("help bogus x", 1, "unknown help topic: bogus x\n"),
        ("help container bogus", 1, "unknown help topic: bogus\n"),
        ("help ps x", 1, "unknown help topic: x\n"),
        ("-H a -H b ps", 1, "Failed to initialize: unable to resolve docker endpoint: Specify only one -H\n"),
        ("-H tcp://x:port ps", 1, None),
    ],
)
def test_mistakes_end_with_docker_s_words_and_code(capsysbinary: Any, line: str, code: int, error: str | None) -> None:
    got, out, err = said(capsysbinary, *line.split())
    assert (got, out) == (code, "")
    assert err == error if error is not None else err.startswith("Failed to initialize: unable to ")


@pytest.mark.parametrize("line", list(missing._CALLS))
def test_a_verb_that_is_missing_names_the_api_behind_it(capsysbinary: Any, line: str) -> None:
    code, out, err = said(capsysbinary, *line.split(), "x")
    assert (code, out) == (125, "")
    assert err.startswith(f"rawdocker: 'rawdocker {line}' is not supported yet. The API behind it: ")


def test_every_command_of_docker_is_there_or_says_why_not() -> None:
    commands = {row["command"].removeprefix("docker ") for row in FACTS if row["kind"] == "VERB"}
    commands |= {name.strip() for row in FACTS if row["kind"] == "VERB" for name in (row["same_as"] or "").split(",")}
    absent = {name for name in commands - {""} if name not in index.MODULES and not missing.why_missing(name.split())}
    assert absent == set()


@pytest.mark.parametrize("name", sorted(index.MODULES))
def test_every_name_in_the_index_finds_its_verb(name: str) -> None:
    verb = index.find(name)
    assert verb is not None
    assert name == verb.name or name in verb.aliases


@pytest.mark.parametrize("verb", index.all_verbs(), ids=lambda verb: verb.name)
def test_every_name_of_a_verb_is_in_the_index(verb: Verb) -> None:
    assert {verb.name, *verb.aliases} <= set(index.MODULES)


def facts_of(verb: Verb) -> dict[str, dict[str, str]]:
    """Return the flags that docker has for a verb, by name."""
    names = {f"docker {name}" for name in (verb.name, *verb.aliases)}
    names |= {row["command"] for row in FACTS if verb.name in (row["same_as"] or "").split(", ")}
    return {row["flag"].removeprefix("--"): row for row in FACTS if row["kind"] == "FLAG" and row["command"] in names}


NEWER = {"container commit": {"no-pause"}}
"""What docker 28 does not have: it came with 29, which hides pause in its place."""

DOCKERS = [verb for verb in index.all_verbs() if verb.name not in ("completion", *index.OURS)]


@pytest.mark.parametrize("verb", DOCKERS, ids=lambda verb: verb.name)
def test_a_verb_has_all_of_docker_s_flags_and_no_other(verb: Verb) -> None:
    facts = {name: row for name, row in facts_of(verb).items() if name not in NEWER.get(verb.name, ())}
    ours = {flag.name: flag for flag in verb.flags if flag.name != PIN.name}
    assert set(ours) == set(facts)
    for name, flag in ours.items():
        assert flag.short == facts[name]["short"], name
        needs_gate = facts[name]["since_api"] and float(facts[name]["since_api"].split(".")[1]) > 41
        assert flag.since == facts[name]["since_api"] if needs_gate else flag.since in ("", facts[name]["since_api"])
        assert verb.name in NEWER or flag.hidden == ("hidden" in facts[name]["status"]), name


@pytest.mark.parametrize("verb", index.all_verbs(), ids=lambda verb: verb.name)
def test_the_help_of_a_verb_has_every_flag_and_ends_with_its_calls(verb: Verb, capsysbinary: Any) -> None:
    code, out, err = said(capsysbinary, *verb.name.split(), "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage:  rawdocker {verb.name}" if not verb.aliases else "Usage:  rawdocker ")
    for flag in verb.flags:
        assert flag.hidden or f"--{flag.name}" in out
        assert flag.help or flag.hidden
    calls = verb.calls or ("none of its own",)
    assert out.endswith("\nAPI calls:\n" + "".join(f"  {call}\n" for call in calls))


@pytest.mark.parametrize("line", ["--help", "help", "help image", "container --help", "volume --help"])
def test_help_of_the_whole_and_of_nouns(capsysbinary: Any, line: str) -> None:
    code, out, err = said(capsysbinary, *line.split())
    assert (code, err) == (0, "")
    assert out.startswith("Usage:  rawdocker")
    assert "COMMAND --help" in out


@pytest.mark.parametrize("line", ["", "container", "image", "network", "volume"])
def test_help_that_was_not_asked_for_goes_to_stderr(capsysbinary: Any, line: str) -> None:
    code, out, err = said(capsysbinary, *line.split())
    assert (code, out) == (0, "")
    assert err.startswith("Usage:  rawdocker")
    assert "COMMAND --help" in err


def test_the_old_shorthand_for_help_still_works_and_says_so(capsysbinary: Any) -> None:
    code, out, err = said(capsysbinary, "images", "-h")
    assert code == 0
    assert out.startswith("Usage:  rawdocker images")
    assert err == "Flag shorthand -h has been deprecated, use --help\n"


@pytest.mark.parametrize("words", [["-v"], ["--version"]])
def test_the_version_is_the_package_s(capsysbinary: Any, words: list[str]) -> None:
    assert said(capsysbinary, *words)[1].startswith(f"rawdocker version {version('rawdocker')}")


@respx.mock
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("images --tree", '"--tree" requires API version 1.47, but the Docker daemon API version is 1.41'),
        (
            "run --annotation a=b x",
            '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41',
        ),
    ],
)
def test_a_flag_newer_than_the_engine_is_refused_before_any_call(capsysbinary: Any, line: str, message: str) -> None:
    respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers={"Api-Version": "1.41"}))
    assert said(capsysbinary, *line.split()) == (1, "", message + "\n")
    assert len(respx.calls) == 1


@respx.mock
@pytest.mark.parametrize("line", ["-T ps -q", "ps -Tq", "ps -q --trace", "--trace ps -q"])
def test_trace_writes_a_line_a_call_on_stderr(capsysbinary: Any, line: str) -> None:
    respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers={"Api-Version": "1.41"}))
    respx.get("http://localhost/v1.41/containers/json").mock(return_value=httpx.Response(200, json=[]))
    code, out, err = said(capsysbinary, *line.split())
    assert (code, out) == (0, "")
    first, second = err.splitlines()
    assert first.startswith("HEAD /_ping -> 200 OK ")
    assert second.startswith("GET /v1.41/containers/json -> 200 OK ")
    assert second.endswith(" ms")


@respx.mock
def test_ps_with_500_containers_makes_one_request(capsysbinary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    one = json.loads((ROOT / "fixtures" / "engine-20.10" / "container_list.json").read_text())["body"][0]
    many = [{**one, "Id": f"{number:064x}"} for number in range(500)]
    respx.get("http://localhost/v1.41/containers/json").mock(return_value=httpx.Response(200, json=many))
    code, out, err = said(capsysbinary, "ps")
    assert (code, err, len(out.splitlines())) == (0, "", 501)
    assert len(respx.calls) == 1


@respx.mock
def test_trace_can_be_asked_for_by_the_environment(capsysbinary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWDOCKER_TRACE", "1")
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    respx.get("http://localhost/v1.41/containers/json").mock(return_value=httpx.Response(500, json={"message": "no"}))
    code, _, err = said(capsysbinary, "ps")
    assert code == 1
    assert err.startswith("GET /v1.41/containers/json -> 500 Internal Server Error ")
    assert err.endswith("Error response from daemon: no\n")


@respx.mock
def test_headers_of_the_configuration_are_sent(
    capsysbinary: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"HttpHeaders": {"X-One": "1"}}')
    monkeypatch.setenv("DOCKER_CUSTOM_HEADERS", "X-Two=2")
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    route = respx.get("http://localhost/v1.41/containers/json").mock(return_value=httpx.Response(200, json=[]))
    assert said(capsysbinary, "--config", str(tmp_path), "ps", "-q")[0] == 0
    headers = route.calls.last.request.headers
    assert (headers["x-one"], headers["x-two"]) == ("1", "2")


def test_the_global_flags_are_docker_s_and_ours() -> None:
    facts = {row["flag"].removeprefix("--"): row["short"] for row in FACTS if row["command"] == "docker"}
    assert {flag.name: flag.short for flag in GLOBALS} == facts | {flag.name: flag.short for flag in OURS}


def test_our_flags_are_names_that_docker_does_not_use() -> None:
    own = {flag.name for flag in OURS}
    assert [(row["command"], row["flag"]) for row in FACTS if row["flag"].removeprefix("--") in own] == []
    assert [(row["command"], row["flag"]) for row in FACTS if row["short"] == "T"] == []


def completed(line: str) -> list[str]:
    """Ask for completions as the script of bash does."""
    words = line.split(" ")
    environ = {
        **os.environ,
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_RAWDOCKER_COMPLETE": "complete_bash",
        "DOCKER_HOST": "unix:///none",
    }
    command = [sys.executable, "-c", "from rawdocker_cli.main import entry; entry()"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("rawdocker p", {"ps", "pull", "push", "pause", "port", "pin"}),
        ("rawdocker container r", {"run", "rm", "restart", "rename", "remove"}),
        ("rawdocker ps --f", {"--filter", "--format"}),
        ("rawdocker run --rm --memory", {"--memory", "--memory-swap", "--memory-reservation", "--memory-swappiness"}),
        ("rawdocker api P", {"POST", "PUT"}),
        ("rawdocker api /volumes/", {"/volumes/create", "/volumes/prune", "/volumes/{name}"}),
        ("rawdocker api POST /containers/web/st", {"/containers/web/start", "/containers/web/stop"}),
        ("rawdocker api GET /v1.41/containers/web/l", {"/v1.41/containers/web/logs"}),
        ("rawdocker explain DELETE /volumes/", {"/volumes/{name}"}),
        ("rawdocker network ", {"create", "ls", "list", "rm", "remove", "connect", "disconnect", "prune", "inspect"}),
    ],
)
def test_shells_complete_verbs_and_flags(line: str, some: set[str]) -> None:
    assert set(completed(line)) == some


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_shell_s_completion_script_names_us(capsysbinary: Any, shell: str) -> None:
    code, out, err = said(capsysbinary, "completion", shell)
    assert (code, err) == (0, "")
    assert "_RAWDOCKER_COMPLETE" in out


def test_the_completion_script_works_in_bash(capsysbinary: Any, tmp_path: Path) -> None:
    script = said(capsysbinary, "completion", "bash")[1]
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def small_sockets() -> tuple[int, int]:
    """Return the descriptors of two connected sockets that hold no more than a pipe does."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return ours.detach(), theirs.detach()


@pytest.mark.parametrize("ends", [os.pipe, small_sockets])
def test_a_stream_that_was_set_not_to_wait_loses_nothing(ends: Callable[[], tuple[int, int]]) -> None:
    ours, theirs = ends()
    os.set_blocking(theirs, False)
    word = "x" * 100_000
    process = subprocess.Popen([PROGRAM, word, *[word] * 5], stderr=theirs)
    os.close(theirs)
    with open(ours, "rb") as reader:
        said = reader.read()
    assert process.wait(60) == 1
    assert said.count(b"x") == len(word)


def test_typer_is_the_version_that_the_adapter_was_written_for() -> None:
    assert version("typer").startswith("0.28.")


def test_the_tables_are_a_typer_application_that_others_can_call(capsysbinary: Any) -> None:
    from rawdocker_cli.typer_app import app

    with pytest.raises(SystemExit) as ended:
        app.main(["container", "stop"], prog_name="x")
    assert ended.value.code == 1
    assert b"requires at least 1 argument" in capsysbinary.readouterr().err
