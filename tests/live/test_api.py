"""api against a real engine: every way of making a call by hand."""

from __future__ import annotations

import json
import subprocess
import tarfile
import time
from io import BytesIO

import pexpect
import pytest
from engines import ask
from processes import PROGRAM, Command

pytestmark = pytest.mark.live

IMAGE = "busybox:1"


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give the command."""
    return Command(engine_host)


@pytest.fixture
def box(rawdocker: Command, own_name: str) -> str:
    """Give a container made by hand: its process says out and err, then what it reads."""
    made = rawdocker(
        "api", "POST", "/containers/create", "-q", f"name={own_name}", "-f", f"Image={IMAGE}",
        "-f", "Cmd[]=sh", "-f", "Cmd[]=-c", "-f", "Cmd[]=echo out; echo err >&2; cat; exec sleep 1000",
        "-f", "OpenStdin=true", "-f", "StdinOnce=true", "-f", "Labels[com.example.made]=by hand",
        "-f", "HostConfig.Memory=67108864", "-f", "HostConfig.Init=true", "-f", "StopSignal=KILL",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert rawdocker("api", "POST", f"/containers/{own_name}/start") == (0, "", "")
    return own_name


def test_fields_become_the_body(rawdocker: Command, box: str, engine_host: str) -> None:
    known = ask(engine_host, "GET", f"/containers/{box}/json")
    assert known["Config"]["Labels"]["com.example.made"] == "by hand"
    assert (known["HostConfig"]["Memory"], known["HostConfig"]["Init"]) == (64 << 20, True)


def test_get_prints_what_the_engine_says(rawdocker: Command, box: str, engine_host: str) -> None:
    got = rawdocker("api", f"/containers/{box}/json")
    assert json.loads(got.out)["Id"] == ask(engine_host, "GET", f"/containers/{box}/json")["Id"]
    assert rawdocker("api", f"/containers/{box}/json", "--format", "{{.Config.Image}}").out == "busybox:1\n"


def test_the_query_and_a_given_version(rawdocker: Command, box: str) -> None:
    filters = json.dumps({"name": [box]})
    rows = [
        rawdocker("api", "GET", "/containers/json", "-q", f"filters={filters}"),
        rawdocker("api", "GET", "/containers/json", "-f", f"filters[name][]={box}"),
        rawdocker("-T", "api", "/v1.40/containers/json", "-q", f"filters={filters}"),
    ]
    assert [[row["Names"] for row in json.loads(one.out)] for one in rows] == [[[f"/{box}"]]] * 3
    assert "GET /v1.40/containers/json?" in rows[2].err


def test_logs_are_parted_into_stdout_and_stderr(rawdocker: Command, box: str) -> None:
    assert rawdocker("api", f"/containers/{box}/logs?stdout=1&stderr=1") == (0, "out\n", "err\n")
    raw = rawdocker("api", f"/containers/{box}/logs?stdout=1", "--raw")
    assert raw.out == "\1\0\0\0\0\0\0\4out\n"


def test_events_come_a_line_each_until_their_end(rawdocker: Command, box: str) -> None:
    window = ["-q", "since=0", "-q", f"until={time.time() + 1:.0f}"]
    made = rawdocker("api", "GET", "/events", "--stream", *window, "-f", f"filters[container][]={box}")
    lines = made.out.splitlines()
    assert [json.loads(line)["Action"] for line in lines] == ["create", "start"]


def test_attach_is_a_conversation(rawdocker: Command, box: str) -> None:
    target = f"/containers/{box}/attach?stream=1&stdin=1&stdout=1&stderr=1&logs=1"
    process = rawdocker.begin("api", "POST", target, "--hijack", stdin=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"said\n")
        process.stdin.close()
        assert process.stdout.readline() + process.stdout.readline() == b"out\nsaid\n"
        assert process.stderr.readline() == b"err\n"
        assert rawdocker("api", "POST", f"/containers/{box}/stop?t=0").code == 0
        assert process.wait(30) == 0


def test_exec_in_a_terminal(rawdocker: Command, box: str, engine_host: str) -> None:
    made = rawdocker("api", f"/containers/{box}/exec", "-f", "Tty=true", "-f", "AttachStdin=true",
                     "-f", "AttachStdout=true", "-f", "Cmd[]=sh")  # fmt: skip
    target = f"/exec/{json.loads(made.out)['Id']}/start"
    command = ["-H", engine_host, "api", "POST", target, "--hijack", "-t", "-f", "Tty=true"]
    child = pexpect.spawn(PROGRAM, command, timeout=30, dimensions=(33, 77), encoding="utf-8")
    child.expect("# ")
    child.sendline("stty size; exit")
    child.expect("33 77")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_archives_go_both_ways(rawdocker: Command, box: str) -> None:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("by-hand")
        member.size = 4
        archive.addfile(member, BytesIO(b"text"))
    put = rawdocker(
        "api", "PUT", f"/containers/{box}/archive?path=/tmp", "--input", "-", stdin=buffer.getvalue().decode()
    )
    assert put == (0, "", "")
    got = rawdocker("api", f"/containers/{box}/archive?path=/tmp/by-hand")
    with tarfile.open(fileobj=BytesIO(got.out.encode())) as archive:
        file = archive.extractfile("by-hand")
        assert file is not None
        assert file.read() == b"text"


def test_head_prints_the_head(rawdocker: Command, box: str) -> None:
    head = rawdocker("api", "HEAD", f"/containers/{box}/archive?path=/etc").out
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "\r\nX-Docker-Container-Path-Stat: " in head


def test_a_refusal_has_its_body_its_message_and_exit_code_1(rawdocker: Command, own_name: str) -> None:
    refused = rawdocker("api", f"/containers/{own_name}/json")
    assert refused.code == 1
    assert json.loads(refused.out) == {"message": f"No such container: {own_name}"}
    assert refused.err == f"rawdocker: No such container: {own_name} (HTTP 404)\n"


def test_a_container_that_runs_already_is_no_success(rawdocker: Command, box: str) -> None:
    again = rawdocker("api", "-i", "POST", f"/containers/{box}/start")
    assert (again.code, again.err) == (1, "rawdocker: HTTP 304 Not Modified\n")
    assert again.out.startswith("HTTP/1.1 304 Not Modified\r\n")


def test_a_dry_run_changes_nothing(rawdocker: Command, box: str, engine_host: str) -> None:
    planned = rawdocker("api", "--dry-run", "DELETE", f"/containers/{box}", "-q", "force=1")
    assert f"DELETE /v1.55/containers/{box}?force=1\n" in planned.out
    assert ask(engine_host, "GET", f"/containers/{box}/json")["State"]["Running"]
    assert rawdocker("api", "DELETE", f"/containers/{box}", "-q", "force=1") == (0, "", "")
