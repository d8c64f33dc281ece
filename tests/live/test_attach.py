"""attach, exec, start and logs on a real engine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from hashlib import sha256
from pathlib import Path

import pytest
from engines import ask
from processes import IMAGE, Command, create, finished, peak, state
from proxy import Proxy

pytestmark = pytest.mark.live

ECHO = "trap 'exit 7' TERM INT; while read -r -t 0.1 line || true; do [ -z $line ] || echo got $line; done"


@pytest.fixture
def rawdocker(engine_host: str) -> Command:
    """Give the command."""
    return Command(engine_host)


@pytest.fixture
def box(engine_host: str, own_name: str) -> str:
    """Give a running container, which ends with 7 at SIGTERM and SIGINT."""
    create(engine_host, own_name, "bash", "-c", "trap 'exit 7' TERM INT; echo ready; while :; do sleep 0.1; done")
    return own_name


def test_exec_keeps_streams_apart_and_has_the_command_s_exit_code(rawdocker: Command, box: str) -> None:
    assert rawdocker("exec", box, "sh", "-c", "echo out; echo err >&2; exit 3") == (3, "out\n", "err\n")


def test_exec_has_the_variables_the_user_and_the_directory_asked_for(rawdocker: Command, box: str) -> None:
    script = "echo $A $(id -u):$(id -g) $(pwd)"
    done = rawdocker("exec", "-e", "A=1 2", "-u", "12:34", "-w", "/usr", box, "sh", "-c", script)
    assert done == (0, "1 2 12:34 /usr\n", "")


@pytest.mark.parametrize("words", [["exec"], ["-T", "exec"], ["run", "--rm"]])
def test_a_file_on_stdin_is_sent_from_where_it_stands_to_its_end(
    rawdocker: Command, box: str, tmp_path: Path, words: list[str]
) -> None:
    content = bytes(range(256)) * 8192
    (tmp_path / "file").write_bytes(content)
    place = box if words[-1] == "exec" else IMAGE
    with open(tmp_path / "file", "rb", buffering=0) as file:
        file.read(1000)
        done = finished(rawdocker.begin(*words, "-i", place, "sha256sum", stdin=file))
        assert file.tell() == len(content)
    assert (done.code, done.out) == (0, f"{sha256(content[1000:]).hexdigest()}  -\n")


def test_of_a_file_on_stdin_a_command_may_read_a_part(rawdocker: Command, box: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"line\n" * 1_000_000)
    with open(tmp_path / "file", "rb") as file:
        assert finished(rawdocker.begin("exec", "-i", box, "head", "-n", "1", stdin=file)) == (0, "line\n", "")
    with open(os.devnull, "rb") as file:
        assert finished(rawdocker.begin("exec", "-i", box, "wc", "-c", stdin=file)) == (0, "0\n", "")


def test_a_stdin_that_was_set_not_to_wait_is_waited_for(rawdocker: Command, box: str) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    process = rawdocker.begin("exec", "-i", box, "sh", "-c", "echo ready; wc -c", stdin=ours)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.write(theirs, b"data")
    os.close(theirs)
    assert finished(process) == (0, "4\n", "")
    assert not os.get_blocking(ours), "it is shared with the program that has set it so"
    os.close(ours)


def test_exec_sends_stdin_and_its_end(rawdocker: Command, box: str) -> None:
    assert rawdocker("exec", "-i", box, "sh", "-c", "cat; echo end", stdin="data\n") == (0, "data\nend\n", "")


def test_exec_makes_docker_s_calls(rawdocker: Command, box: str) -> None:
    made = [re.sub("<Id [0-9a-f]+>|[0-9a-f]{64}", "E", call) for call in rawdocker.calls("exec", box, "true", name=box)]
    assert made == [
        f"GET /containers/{box}/json",
        f"POST /containers/{box}/exec",
        "POST /exec/E/start",
        "GET /exec/E/json",
    ]


@pytest.mark.parametrize("command", ["nothing-of-that-name", "/etc"])
def test_exec_of_what_cannot_run_ends_with_126(rawdocker: Command, box: str, command: str) -> None:
    done = rawdocker("exec", box, command)
    assert (done.code, done.err) == (126, "")
    assert done.out.startswith("OCI runtime exec failed: ")


def test_exec_detached_returns_at_once(rawdocker: Command, box: str) -> None:
    assert rawdocker("exec", "-d", box, "sh", "-c", "echo done >/made; sleep 100") == (0, "", "")
    assert rawdocker("exec", box, "cat", "/made") == (0, "done\n", "")


def test_exec_in_a_container_that_does_not_run_or_is_paused_is_refused(rawdocker: Command, box: str) -> None:
    ask(rawdocker.host, "POST", f"/containers/{box}/pause")
    done = rawdocker("exec", box, "true")
    assert (done.code, done.out) == (1, "")
    assert done.err == (f"Error response from daemon: Container {box} is paused, unpause the container before exec\n")
    ask(rawdocker.host, "POST", f"/containers/{box}/unpause")
    ask(rawdocker.host, "POST", f"/containers/{box}/kill")
    done = rawdocker("exec", box, "true")
    assert (done.code, done.out) == (1, "")
    assert re.fullmatch("Error response from daemon: Container [0-9a-f]{64} is not running\n", done.err)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_exec_leaves_its_command_alone_at_a_signal(rawdocker: Command, box: str, number: int, code: int) -> None:
    process = rawdocker.begin("exec", box, "sh", "-c", "echo ready; sleep 1000")
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert finished(process) == (code, "", "")
    assert "sleep 1000" in str(ask(rawdocker.host, "GET", f"/containers/{box}/top")["Processes"])


def test_exec_whose_reader_goes_away_dies_of_it(rawdocker: Command, box: str) -> None:
    process = rawdocker.begin("exec", box, "yes")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    assert finished(process).code == -signal.SIGPIPE


def test_exec_ends_with_255_when_the_engine_goes_away(rawdocker: Command, box: str, tmp_path: Path) -> None:
    with Proxy(rawdocker.host.removeprefix("unix://"), tmp_path / "s") as proxy:
        process = Command(proxy.host).begin("exec", box, "sh", "-c", "echo ready; sleep 1000")
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    done = finished(process)
    assert done.code == 255
    assert done.err.startswith(f"Cannot connect to the Docker daemon at {proxy.host}.")


@pytest.mark.slow
def test_a_gigabyte_of_output_needs_flat_memory(rawdocker: Command, box: str, tmp_path: Path) -> None:
    counter = subprocess.Popen(["wc", "-c"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with counter:
        process = rawdocker.begin("exec", box, "head", "-c", "1000000000", "/dev/zero", stdout=counter.stdin or 0)
        assert counter.stdin is not None
        counter.stdin.close()
        assert peak(process) < 64
        assert counter.stdout is not None
        assert counter.stdout.read() == b"1000000000\n"


def test_attach_shows_what_comes_and_ends_with_the_container(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "bash", "-c", ECHO, OpenStdin=True)
    process = rawdocker.begin("attach", own_name, stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"one\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"got one\n"
    process.send_signal(signal.SIGTERM)
    assert finished(process) == (7, "", "")


def test_attach_makes_docker_s_calls(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "sh", "-c", "sleep 2; exit 5", OpenStdin=True)
    assert rawdocker.calls("attach", own_name, name=own_name) == [
        f"POST /containers/{own_name}/wait",
        f"GET /containers/{own_name}/json",
        f"POST /containers/{own_name}/attach?stderr=1&stdin=1&stdout=1&stream=1",
        f"GET /containers/{own_name}/json",
    ]


def test_attach_to_what_does_not_run_is_refused(rawdocker: Command, box: str) -> None:
    ask(rawdocker.host, "POST", f"/containers/{box}/pause")
    refusal = "You cannot attach to a paused container, unpause it first\n"
    assert rawdocker("attach", box) == (1, "", refusal)
    ask(rawdocker.host, "POST", f"/containers/{box}/unpause")
    ask(rawdocker.host, "POST", f"/containers/{box}/kill")
    refusal = "You cannot attach to a stopped container, start it first\n"
    assert rawdocker("attach", box) == (1, "", refusal)


def test_start_prints_names_and_tells_of_failures(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "sleep", "100", start=False)
    done = rawdocker("start", f"{own_name}-none", own_name)
    assert (done.code, done.out) == (1, f"{own_name}\n")
    assert done.err == (
        f"Error response from daemon: No such container: {own_name}-none\n"
        f"Error: failed to start containers: {own_name}-none\n"
    )
    assert state(rawdocker.host, own_name)["Running"]


def test_start_attached_shows_output_and_has_the_exit_code(rawdocker: Command, own_name: str) -> None:
    command = ("sh", "-c", "cat; echo err >&2; exit 3")
    create(rawdocker.host, own_name, *command, start=False, OpenStdin=True, StdinOnce=True)
    assert rawdocker("start", "-ai", own_name, stdin="in\n") == (3, "in\n", "err\n")
    assert rawdocker("start", "-i", own_name, stdin="again\n") == (3, "again\n", "err\n")


def test_start_attached_tells_why_it_cannot(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "nothing-of-that-name", start=False)
    done = rawdocker("start", "-a", own_name)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error response from daemon: ")
    assert "executable file not found" in done.err


def test_checkpoints_are_refused_by_an_engine_without_them(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "true", start=False)
    refusal = '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'
    assert rawdocker("start", "--checkpoint", "x", own_name) == (1, "", refusal)


def test_logs_shows_each_stream_as_ours(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "sh", "-c", "echo 1; sleep 0.1; echo 2 >&2; sleep 0.1; echo 3")
    ask(rawdocker.host, "POST", f"/containers/{own_name}/wait")
    assert rawdocker("logs", own_name) == (0, "1\n3\n", "2\n")
    assert rawdocker("logs", "-n", "1", own_name) == (0, "3\n", "")
    assert rawdocker("logs", "--since", "1h", own_name) == (0, "1\n3\n", "2\n")
    assert rawdocker("logs", "--until", "1h", own_name) == (0, "", "")
    first, _ = rawdocker("logs", "-t", own_name).out.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z 1", first)


def test_logs_of_a_terminal_are_shown_as_they_are(rawdocker: Command, own_name: str) -> None:
    create(rawdocker.host, own_name, "sh", "-c", "echo 1; echo 2 >&2", Tty=True)
    ask(rawdocker.host, "POST", f"/containers/{own_name}/wait")
    assert rawdocker("logs", own_name) == (0, "1\r\n2\r\n", "")


def test_logs_follows_until_the_container_ends(rawdocker: Command, box: str) -> None:
    process = rawdocker.begin("logs", "-f", box)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert process.poll() is None
    ask(rawdocker.host, "POST", f"/containers/{box}/kill")
    assert finished(process) == (0, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_logs_ends_at_a_signal(rawdocker: Command, box: str, number: int, code: int) -> None:
    process = rawdocker.begin("logs", "-f", box)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert finished(process) == (code, "", "")
    assert state(rawdocker.host, box)["Running"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_lines_of_logs_arrive_in_order_and_in_flat_memory(
    rawdocker: Command, own_name: str, tmp_path: Path
) -> None:
    create(rawdocker.host, own_name, "seq", "1000000")
    ask_until_ended(rawdocker, own_name)
    with open(tmp_path / "out", "wb") as out:
        assert peak(rawdocker.begin("logs", own_name, stdout=out)) < 64
    expected = subprocess.run(["seq", "1000000"], capture_output=True, check=True).stdout
    assert (tmp_path / "out").read_bytes() == expected


def ask_until_ended(rawdocker: Command, name: str) -> None:
    while state(rawdocker.host, name)["Running"]:
        time.sleep(0.5)
