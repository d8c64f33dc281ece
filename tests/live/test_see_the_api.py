"""What is shown of the API is what is sent: a dry run names the requests that follow, a trace changes nothing."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pexpect
import pytest
from engines import ask
from processes import PROGRAM, Command, exists
from proxy import Proxy, Request

pytestmark = pytest.mark.live

IMAGE = "busybox:1"


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give the command."""
    return Command(engine_host)


@pytest.fixture
def box(rawdocker: Command, own_name: str) -> str:
    """Give a container that runs for a while and says something."""
    script = "echo out; echo err >&2; exec sleep 1000"
    assert rawdocker("run", "-d", "--name", own_name, "--stop-signal", "KILL", IMAGE, "sh", "-c", script).code == 0
    return own_name


def planned(text: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the requests of a dry run that are sent where nothing is missing: method, path, query."""
    lines = [line for line in text.splitlines() if re.match(r"(GET|HEAD|POST|PUT|DELETE) ", line)]
    found = []
    for line in lines:
        method, target = re.sub(r"<Id of [^>]*>", "id", line.split("   (")[0]).split(" ", 1)
        url = urlsplit(re.sub(r"^/v1\.\d+", "", target))
        found.append((method, unquote(url.path), dict(parse_qsl(url.query))))
    return found


def sent(requests: list[Request]) -> list[tuple[str, str, dict[str, str]]]:
    """Return requests in the same form."""
    return [
        (request.call.method, re.sub(r"(?<=/)[0-9a-f]{64}", "id", request.path), dict(request.call.pairs()))
        for request in requests
        if not request.path.endswith("/resize")
    ]


LINES = [
    "run --rm busybox:1 true",
    "run -d --rm busybox:1 true",
    "create --name {new} busybox:1 true",
    "ps -a",
    "ps -aq -f name={box}",
    "inspect {box}",
    "inspect --type container {box}",
    "logs {box}",
    "logs -n 1 -t {box}",
    "exec {box} true",
    "exec -d {box} true",
    "top {box}",
    "port {box}",
    "diff {box}",
    "stats --no-stream {box}",
    "pause {box}",
    "rename {box} {new}",
    "update --cpu-shares 512 {box}",
    "commit {box} {new}:1",
    "export -o fs.tar {box}",
    "cp {box}:/etc/passwd passwd",
    "cp -L {box}:/etc/passwd passwd",
    "cp file {box}:/tmp",
    "cp file {box}:/not-there",
    "cp {box}:/etc/passwd -",
    "restart -t 0 {box}",
    "stop {box}",
    "kill {box}",
    "rm -f {box}",
    "images",
    "image inspect busybox:1",
    "history busybox:1",
    "tag busybox:1 {new}:1",
    "save -o image.tar busybox:1",
    "network create {new}",
    "network ls",
    "network inspect bridge",
    "volume create {new}",
    "volume ls",
    "version",
    "info",
    "events --since 1 --until 2",
    "image prune -f --filter label={new}",
]


@pytest.mark.parametrize("line", LINES)
def test_what_a_dry_run_shows_is_what_is_sent(
    line: str, rawdocker: Command, box: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    words = shlex.split(line.format(box=box, new=f"{box}-new"))
    with Proxy(rawdocker.host.removeprefix("unix://"), tmp_path / "s") as proxy:
        recorded = Command(proxy.host)
        before = state(rawdocker.host, box)
        dry = recorded("--dry-run", *words)
        proxy.settle()
        read = [request.call.method for request in proxy.requests]
        assert set(read) <= {"GET", "HEAD"}
        assert len(dry.err.splitlines()) == len(read)
        assert state(rawdocker.host, box) == before
        recorded(*words)
        proxy.settle()
    assert planned(dry.out) == sent(proxy.requests[len(read) :])


def state(host: str, box: str) -> tuple[object, ...]:
    """Return what a verb of this table could change."""
    found = ask(host, "GET", f"/containers/{box}/json")
    return found["State"], found["Name"], found["HostConfig"], exists(host, f"{box}-new")


def test_a_dry_run_without_reading_sends_nothing_at_all(rawdocker: Command, box: str, tmp_path: Path) -> None:
    with Proxy(rawdocker.host.removeprefix("unix://"), tmp_path / "s") as proxy:
        assert Command(proxy.host)("--dry-run=offline", "exec", box, "true").code == 0
        proxy.settle()
    assert proxy.requests == []


@pytest.mark.parametrize("level", ["-T", "-TT", "-TTT"])
def test_a_trace_changes_neither_output_nor_exit_code(rawdocker: Command, own_name: str, level: str) -> None:
    script = "cat; echo out; echo err >&2; exit 7"
    words = ("run", "-i", "--rm", "--name", own_name, IMAGE, "sh", "-c", script)
    plain, traced = rawdocker(*words, stdin="in\n"), rawdocker(level, *words, stdin="in\n")
    assert (traced.code, traced.out) == (plain.code, plain.out) == (7, "in\nout\n")
    assert "err\n" in traced.err


def test_frames_stdin_its_end_and_the_upgrade_are_shown(rawdocker: Command, own_name: str) -> None:
    done = rawdocker("-TTT", "run", "-i", "--rm", "--name", own_name, IMAGE, "cat", stdin="hi\n")
    clock = r"\d\d:\d\d:\d\d\.\d{3}"
    for line in (
        r"< 101 UPGRADED",
        r"> Upgrade: tcp",
        rf'> {clock} stdin 3 bytes "hi\\n"',
        rf"> {clock} stdin is closed",
        rf'< {clock} stdout \[01 00 00 00 00 00 00 03\] 3 bytes "hi\\n"',
        r"< \(11 bytes in 1 piece\)",
        r"< end: (connected [\d.]+ ms, )?first byte [\d.]+ ms, total [\d.]+ ms",
    ):
        assert re.search(line, done.err), line


def test_a_trace_does_not_spoil_a_raw_terminal(rawdocker: Command, own_name: str) -> None:
    words = [
        "-H",
        rawdocker.host,
        "-TTT",
        "run",
        "-it",
        "--rm",
        "--name",
        own_name,
        IMAGE,
        "sh",
        "-c",
        "sleep 1; echo end",
    ]
    child = pexpect.spawn(PROGRAM, words, timeout=30, dimensions=(50, 200))
    child.expect("end\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"\n" not in child.before.replace(b"\r\n", b"")


def test_a_trace_to_a_file_leaves_the_terminal_to_the_container(
    rawdocker: Command, own_name: str, tmp_path: Path
) -> None:
    file = tmp_path / "trace"
    words = [
        "-H",
        rawdocker.host,
        "--trace-to",
        str(file),
        "-TTT",
        "run",
        "-it",
        "--rm",
        "--name",
        own_name,
        IMAGE,
        "echo",
        "x",
    ]
    child = pexpect.spawn(PROGRAM, words, timeout=30)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.before) == (0, b"x\r\n")
    assert "stdout 3 bytes" in file.read_text()


def test_secrets_are_shown_to_a_person_who_asks_with_a_warning(rawdocker: Command, own_name: str) -> None:
    words = [
        "-H",
        rawdocker.host,
        "-TT",
        "--show-secrets",
        "create",
        "--name",
        own_name,
        "-e",
        "API_TOKEN=not-so-secret",
        IMAGE,
    ]
    child = pexpect.spawn(PROGRAM, words, timeout=30)
    child.expect_exact("WARNING: --show-secrets: passwords and tokens follow")
    child.expect_exact("API_TOKEN=not-so-secret")
    child.expect(pexpect.EOF)


def test_interrupted_traces_end_the_line(rawdocker: Command, box: str) -> None:
    process = rawdocker.begin("-TT", "logs", "-f", box)
    time.sleep(1.5)
    process.send_signal(2)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b" < end: " in err.splitlines()[-1]
    assert out == b"out\n"
