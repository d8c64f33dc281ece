"""Recordings of a real engine are answered to every client: rawdocker, docker-py, httpx, requests."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests_unixsocket

from rawdocker import Client, calls
from rawdocker.call import Frame
from rawdocker.errors import CutStreamError, EndpointError, NotSupportedError
from rawdocker.har import Entry, HarRecorder, Recording, read
from rawdocker.replay import Matcher, Replay, Request, Unrecorded

ROOT = Path(__file__).parent.parent
RECORDINGS = ROOT / "fixtures" / "recordings"
SESSIONS: dict[str, list[dict[str, Any]]] = json.loads((RECORDINGS / "sessions.json").read_text())
PROGRAM = str(Path(sys.executable).with_name("rawdocker"))


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the command of the environment that runs the tests."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.fixture
def replayed(tmp_path: Path) -> Iterator[Callable[..., Replay]]:
    """Give what starts a replay of a recording that is shipped."""
    open_ones: list[Replay] = []

    def start(name: str, **how: Any) -> Replay:
        replay = Replay(read(RECORDINGS / f"{name}.har"), tmp_path / f"{name}.sock", **how)
        open_ones.append(replay.__enter__())
        return replay

    yield start
    for replay in open_ones:
        replay.__exit__(None, None, None)


def play(name: str, *flags: str, lines: Sequence[str] = ()) -> list[tuple[int, str, str]]:
    """Run the commands of a session, each against a replay that goes on; return exit codes and outputs."""
    lines = lines or [step["line"] for step in SESSIONS[name]]
    script = "\n".join(
        f"{{ {line}; }} >$1/{at}.out 2>$1/{at}.err; echo $? >$1/{at}.code" for at, line in enumerate(lines)
    )
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "replay", *flags, str(RECORDINGS / f"{name}.har"), "--", "bash"]
        done = subprocess.run(
            [*command, "-c", f"set -o pipefail\n{script}", "bash", folder], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return [_left(Path(folder), at) for at in range(len(lines))]


def _left(folder: Path, at: int) -> tuple[int, str, str]:
    code, out, err = ((folder / f"{at}.{kind}").read_text() for kind in ("code", "out", "err"))
    return int(code), out, err


def expected(name: str) -> list[tuple[int, str, str]]:
    return [(step["code"], step["out"], step["err"]) for step in SESSIONS[name]]


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize("flags", [(), ("--strict",)], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", sorted(SESSIONS.keys() - {"secret"}))
def test_a_session_is_as_it_was(name: str, flags: tuple[str, ...]) -> None:
    assert play(name, *flags) == expected(name)


@pytest.mark.usefixtures("environ")
def test_a_session_can_be_had_more_than_once() -> None:
    lines = [SESSIONS["run"][0]["line"]] * 3
    assert play("run", lines=lines) == expected("run") * 3


@pytest.mark.usefixtures("environ")
def test_the_tour_of_the_readme_can_be_replayed() -> None:
    # faster, but not at once: who writes into a pipe that is closed has to find it so
    command = [PROGRAM, "replay", "--speed", "4", str(RECORDINGS / "tour.har"), "--"]
    tour = [sys.executable, str(ROOT / "scripts" / "tour.py"), "--engine", str(ROOT / "README.md")]
    done = subprocess.run([*command, *tour], capture_output=True, text=True, timeout=110)
    assert (done.returncode, done.stdout) == (0, "")
    assert "was not recorded" not in done.stderr


@pytest.mark.usefixtures("environ")
def test_a_redacted_value_is_any() -> None:
    (first,) = SESSIONS["secret"]
    for value in ("a-secret-of-tests", "'something else'"):
        ((code, out, _),) = play("secret", lines=[first["line"].replace("a-secret-of-tests", value)])
        assert (code, out) == (0, "*" * len("a-secret-of-tests") + "\n")


# -- clients


def test_httpx_is_answered(replayed: Callable[..., Replay]) -> None:
    replay = replayed("container")
    with httpx.Client(transport=httpx.HTTPTransport(uds=replay.path), base_url="http://docker") as client:
        assert client.get("/v1.41/containers/recorded/json").json()["Config"]["Image"] == "debian:12"
        assert client.head("/_ping").headers["Api-Version"] == "1.41"
        assert client.get("/_ping").text == "OK"
        with client.stream("GET", "/containers/recorded/logs?stdout=1&stderr=1") as answer:
            assert answer.read() == b"\1\0\0\0\0\0\0\4one\n\2\0\0\0\0\0\0\4two\n"


def test_requests_is_answered(replayed: Callable[..., Replay]) -> None:
    replay = replayed("container")
    base = f"http+unix://{replay.path.replace('/', '%2F')}"
    with requests_unixsocket.Session() as session:
        assert session.get(f"{base}/v1.41/containers/recorded/json").json()["Name"] == "/recorded"
        answer = session.put(f"{base}/containers/recorded/archive", params={"path": "/"}, data=iter([b"a", b"b"]))
        assert answer.status_code == 501
        assert "PUT /containers/recorded/archive?path=%2F was not recorded; " in answer.json()["message"]


DOCKER_PY = """
import sys, docker
client = docker.DockerClient(base_url=sys.argv[1], version="auto")
box = client.containers.get("recorded")
print(box.attrs["Config"]["Image"], client.api.api_version)
print(box.logs().decode())
print(box.exec_run(["cat", "/proc/1/comm"]).output.decode())
box.stop(timeout=0)
box.remove()
try:
    client.images.get("nothing")
except docker.errors.APIError as error:
    print(error.status_code, error.explanation)
client.close()
"""


def test_docker_py_is_answered(replayed: Callable[..., Replay]) -> None:
    replay = replayed("container")
    command = [sys.executable, "-c", DOCKER_PY, replay.host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    first, *outputs, last = done.stdout.rstrip("\n").split("\n")
    assert first == "debian:12 1.41"
    assert outputs == ["one", "two", "", "sleep", ""]
    assert last.startswith("501 replay of container.har: GET /v1.41/images/nothing/json was not recorded; the nearest")


def test_the_library_is_answered_and_what_it_records_is_the_recording(
    replayed: Callable[..., Replay], tmp_path: Path
) -> None:
    replay = replayed("stdin")
    recorder = HarRecorder(tmp_path / "again.har")
    body = next(entry.call.json_body() for entry in replay.recording.entries if "/create" in entry.target)
    with Client(replay.host, observers=[recorder]) as docker:
        box = docker.send(calls.container_create(body, name="recorded"))
        attach = calls.container_attach(box.Id, stream=True, stdin=True, stdout=True, stderr=True)
        with docker.hijack(attach) as connection:
            docker.send(calls.container_start(box.Id))
            connection.write(b"one\n")
            connection.write(b"two\n")
            connection.close_write()
            assert list(connection) == [Frame("stdout", b"one\ntwo\n"), Frame("stdout", b"end\n")]
    recorder.close()
    mine = [entry for entry in read(tmp_path / "again.har").entries if entry.hijacked]
    theirs = [entry for entry in replay.recording.entries if entry.hijacked]
    streams = [[(m.stream, m.data) for m in entry.messages if not m.sent] for entry in (*mine, *theirs)]
    assert streams[0] == streams[1]


READER = """
import sys
from haralyzer import HarParser
parser = HarParser.from_file(sys.argv[1])
print(parser.creator["name"], len(parser.har_data["entries"]))
for page in parser.pages:
    for entry in page.entries:
        print(entry.request.method, entry.response.status, entry.startTime.year, entry.time >= 0)
"""


def test_a_reader_of_others_reads_a_recording() -> None:
    recording = RECORDINGS / "run.har"
    command = [sys.executable, "-c", READER, str(recording)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    entries = read(recording).entries
    lines = done.stdout.splitlines()
    assert lines[0] == f"rawdocker {len(entries)}", done.stderr
    assert [line.split()[:2] for line in lines[1:]] == [[entry.method, str(entry.status)] for entry in entries]


# -- times


def arrivals(host: str) -> list[float]:
    """Return when each piece of output of the recorded run of three comes, in seconds since the attach."""
    recording = read(RECORDINGS / "times.har")
    (attach,) = [entry for entry in recording.entries if entry.hijacked]
    begun = time.perf_counter()
    with Client(host) as docker, docker.hijack(attach.call) as connection:
        return [time.perf_counter() - begun for _ in connection]


def test_it_takes_no_time_unless_a_speed_is_given(replayed: Callable[..., Replay]) -> None:
    assert max(arrivals(replayed("times").host)) < 0.5


def test_with_a_speed_pieces_come_at_their_times(replayed: Callable[..., Replay]) -> None:
    first, second, third = arrivals(replayed("times", speed=2).host)
    assert 0.2 < second - first < 0.5
    assert 0.2 < third - second < 0.5


# -- which exchange


def entry(
    target: str,
    answer: Any = None,
    *,
    method: str = "GET",
    body: Any = None,
    at: float = 0,
    fields: Any = (),
    **ours: Any,
) -> Entry:
    """Return an exchange as a recording has it.

    at: when it was asked for, in seconds; it takes a tenth of one. fields: more headers of the answer. ours: what is
    under _rawdocker.
    """
    moment = f"2026-01-01T00:00:{at:06.3f}Z"
    request: dict[str, Any] = {"method": method, "url": f"http://localhost{target}", "headers": []}
    if body is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(body)}
    content = {"text": json.dumps(answer)} if answer is not None else {}
    headers = [{"name": "Content-Type", "value": "application/json"}, {"name": "Api-Version", "value": "1.41"}, *fields]
    response = {"status": 200, "statusText": "OK", "headers": headers, "content": content}
    made = {"startedDateTime": moment, "time": 100, "request": request, "response": response}
    return Entry({**made, "_rawdocker": {"number": int(at * 1000) + 1, **ours}}, 1)


ID = "1e2ef766fbdaf260bdfefe40b3ff12904dc91bdb3cb057bcf0671496b068dca8"


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        ("GET /v1.41/containers/json?all=1", "GET /v1.55/containers/json?all=1"),
        ("GET /v1.41/containers/json?all=1", "GET /containers/json?all=true"),
        ("GET /v1.41/containers/json", "GET /v1.41/containers/json?all=0&limit=0"),
        ('GET /volumes?filters={"name":["a","b"]}', "GET /volumes?filters=%7B%22name%22%3A%5B%22b%22%2C%22a%22%5D%7D"),
        (f"GET /containers/{ID}/json", f"GET /containers/{ID[:12]}/json"),
        ("POST /containers/web/resize?h=24&w=80", "POST /containers/web/resize?h=50&w=132"),
        ("GET /events?since=1&until=2", "GET /events?since=3&until=4"),
        ("GET /containers/web/logs?stdout=1", "GET /containers/web/logs?stdout=1&tail=all"),
        ("POST /build?remote=https%3A%2F%2F%3Credacted%3A+x%3E%40h%2Fy", "POST /build?remote=https://u:p@h/y"),
    ],
)  # fmt: skip
def test_requests_that_say_the_same_are_the_same(recorded: str, asked: str) -> None:
    method, target = recorded.split(" ", 1)
    one = entry(target, [], method=method)
    assert Matcher([one]).find(Request(*asked.split(" ", 1))) is one


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        ({"Image": "x"}, {"Image": "x", "Env": None, "Tty": False, "HostConfig": {"NetworkMode": "default"}}),
        ({"Env": ["A=<redacted: value of A>"]}, {"Env": ["A=b"]}),
        ({"Env": ["A=1", "B=2"]}, {"Env": ["B=2", "A=1"]}),
        ({"Tty": True}, {"Tty": True, "ConsoleSize": [24, 80]}),
    ],
)
def test_bodies_that_say_the_same_are_the_same(recorded: Any, asked: Any) -> None:
    one = entry("/containers/create", {}, method="POST", body=recorded)
    assert Matcher([one]).find(Request("POST", "/containers/create", json.dumps(asked).encode())) is one


def test_a_container_is_known_by_its_name_and_by_its_id() -> None:
    made = entry("/containers/create?name=web", {"Id": ID}, method="POST")
    stop = entry("/containers/web/stop", method="POST", at=1)
    matcher = Matcher([made, stop])
    assert matcher.find(Request("POST", f"/containers/{ID[:12]}/stop")) is stop
    with pytest.raises(Unrecorded):
        matcher.find(Request("POST", "/containers/other/stop"))


@pytest.mark.parametrize(
    ("asked", "body", "says"),
    [
        ("GET /containers/json", None, r"number 1, GET /containers/json\?all=1: \?all was \"1\" and is left out"),
        ("GET /containers/json?all=1&size=1", None, r"\?size was left out and is \"1\""),
        ("POST /containers/create", {"Image": "y"}, r'number 1001, POST /containers/create: Image was "x" and is "y"'),
        ("POST /containers/create", {"Image": "x", "Env": ["TOKEN=hunter2"]}, "is .*redacted: value of TOKEN"),
        ("POST /containers/create", {"Image": {"password": "hunter2"}}, "redacted: value of password"),
        ("POST /containers/web/stop", None, "nearest is number 1001, POST /containers/create$"),
        ("GET /images/json", None, "nearest is number 1, GET "),
        ("BREW /coffee", None, "nearest is"),
    ],
)
def test_what_was_not_recorded_is_told_with_the_nearest(asked: str, body: Any, says: str) -> None:
    matcher = Matcher(
        [entry("/containers/json?all=1", []), entry("/containers/create", {}, method="POST", body={"Image": "x"}, at=1)]
    )
    data = json.dumps(body).encode() if body else b""
    with pytest.raises(Unrecorded, match=says) as caught:
        matcher.find(Request(*asked.split(" "), data))
    assert str(caught.value).startswith(f"{asked} was not recorded; ")
    assert "hunter2" not in str(caught.value)


def test_what_was_too_long_to_keep_is_told() -> None:
    long = entry("/containers/web/export", cut=True, received={"size": 99_000_000, "sha256": "0"})
    with pytest.raises(Unrecorded, match="not its bodies: answer of 99,000,000 bytes"):
        Matcher([long]).find(Request("GET", "/containers/web/export"))


def test_an_empty_recording_answers_nothing() -> None:
    for asked in ("GET /info", "HEAD /_ping"):
        with pytest.raises(Unrecorded):
            Matcher([]).find(Request(*asked.split(" ")))


def test_a_ping_is_answered_with_what_the_engine_said_of_itself_elsewhere() -> None:
    ping = Matcher([entry("/info", {})], strict=True).find(Request("HEAD", "/_ping"))
    assert ping.response_headers == [("Api-Version", "1.41")]


def states(*answers: str) -> list[Entry]:
    """Return the exchanges: look, change, look, change, look …"""
    looks = [entry("/info", answer, at=2 * at) for at, answer in enumerate(answers)]
    changes = [entry("/containers/prune", f"{at}", method="POST", at=2 * at + 1) for at in range(len(answers) - 1)]
    return sorted([*looks, *changes], key=lambda one: one.number)


def ask(matcher: Matcher, words: str) -> str:
    """Look (l) and change (c) in turn; return the answers."""
    asked = {"l": Request("GET", "/info"), "c": Request("POST", "/containers/prune")}
    return " ".join(json.loads(matcher.find(asked[word]).content) for word in words)


def test_who_looks_sees_the_state_after_the_latest_change() -> None:
    assert ask(Matcher(states("a", "b", "c")), "lclcl") == "a 0 b 1 c"
    assert ask(Matcher(states("a", "b", "c")), "cl") == "0 b"
    assert ask(Matcher(states("a", "b", "c")), "cclll") == "0 1 c c c"


def test_changes_come_in_order_and_the_last_one_again() -> None:
    assert ask(Matcher(states("a", "b", "c")), "cccc") == "0 1 1 1"


def test_a_strict_order_is_kept() -> None:
    matcher = Matcher(states("a", "b"), strict=True)
    with pytest.raises(Unrecorded, match="recorded only after number 1, GET /info, and the order is strict"):
        ask(matcher, "c")
    assert ask(matcher, "lcl") == "a 0 b"
    assert matcher.unasked == []
    with pytest.raises(Unrecorded, match="was answered already"):
        ask(matcher, "l")


def test_what_was_asked_at_once_has_no_order() -> None:
    stops = [entry(f"/containers/{name}/stop", method="POST", at=at) for name, at in (("a", 0), ("b", 0.05))]
    matcher = Matcher(stops, strict=True)
    assert matcher.find(Request("POST", "/containers/b/stop")) is stops[1]
    assert matcher.find(Request("POST", "/containers/a/stop")) is stops[0]


# -- the socket


def served(tmp_path: Path, *entries: Entry, **how: Any) -> Replay:
    return Replay(Recording(tmp_path / "made.har", {}, entries), tmp_path / "s", **how)


def test_the_socket_is_for_the_user_alone_and_gone_afterwards(tmp_path: Path) -> None:
    with served(tmp_path) as replay:
        assert stat.S_IMODE(os.stat(replay.path).st_mode) == 0o600
    assert os.listdir(tmp_path) == []


def test_a_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "s"))
    with (
        served(tmp_path, entry("/info", {})) as replay,
        pytest.raises(EndpointError, match="in use"),
        served(tmp_path),
    ):
        pass
    with served(tmp_path, entry("/info", {})) as replay, Client(replay.host) as docker:
        assert docker.send(calls.system_info().as_json()) == {}


def test_a_refusal_is_counted_and_an_error_of_the_client(tmp_path: Path) -> None:
    told: list[str] = []
    with (
        served(tmp_path, entry("/info", {}), refused=told.append) as replay,
        Client(replay.host) as docker,
        pytest.raises(NotSupportedError, match=r"replay of made\.har: GET /v1\.41/version was not recorded"),
    ):
        docker.send(calls.system_version())
    assert replay.refusals == told
    assert len(told) == 1


def test_an_answer_that_broke_off_breaks_off(tmp_path: Path) -> None:
    chunked = {"name": "Transfer-Encoding", "value": "chunked"}
    broken = entry("/containers/web/export", fields=[chunked], error="the stream was cut")
    with (
        served(tmp_path, broken) as replay,
        Client(replay.host) as docker,
        pytest.raises(CutStreamError),
        docker.stream(calls.container_export("web")) as chunks,
    ):
        list(chunks)


def test_an_answer_that_was_not_awaited_does_not_come(tmp_path: Path) -> None:
    left = entry("/containers/web/wait", method="POST", half_close=5)
    with served(tmp_path, left) as replay, Client(replay.host) as docker, socket.socket(socket.AF_UNIX) as client:
        with docker.stream(calls.container_wait("web")):
            pass
        client.connect(replay.path)
        client.sendall(b"POST /containers/web/wait HTTP/1.1\r\nHost: x\r\n\r\n")
        client.settimeout(0.5)
        assert client.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_connection_can_be_kept_for_many_requests(tmp_path: Path) -> None:
    with served(tmp_path, entry("/info", {"ID": "x"})) as replay, socket.socket(socket.AF_UNIX) as client:
        client.connect(replay.path)
        client.sendall(b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + b"GET /no HTTP/1.1\r\nConnection: close\r\n\r\n")
        data = b"".join(iter(lambda: client.recv(4096), b""))
    assert data.count(b'{"ID": "x"}') == 2
    assert b"HTTP/1.1 501 Not Implemented\r\n" in data


def test_nonsense_does_not_end_it(tmp_path: Path) -> None:
    with served(tmp_path, entry("/info", {})) as replay:
        for nonsense in (b"", b"\0\xff\r\n\r\n", b"GET\r\n\r\n", b"GET /info HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                         b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):  # fmt: skip
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(replay.path)
                client.sendall(nonsense)
        with Client(replay.host) as docker:
            assert docker.send(calls.system_info().as_json()) == {}


def test_clients_that_ask_at_once_are_all_answered(tmp_path: Path) -> None:
    with served(tmp_path, *(entry("/info", {"ID": str(at)}, at=at) for at in range(20))) as replay:
        seen: list[str] = []

        def look() -> None:
            with Client(replay.host) as docker:
                seen.append(docker.send(calls.system_info()).ID or "")

        threads = [threading.Thread(target=look) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seen, key=int) == [str(at) for at in range(20)]


# -- the command


def replay_command(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, "replay", *words], capture_output=True, text=True, timeout=60, **more)


DEMO = str(RECORDINGS / "demo.har")


@pytest.mark.parametrize(("command", "code"), [("exit 7", 7), ("kill -TERM $$", 143), ("true", 0)])
def test_the_exit_code_is_the_command_s(command: str, code: int) -> None:
    assert replay_command(DEMO, "--", "sh", "-c", command).returncode == code


def test_the_command_finds_the_replay_and_nothing_else() -> None:
    environ = {**os.environ, "DOCKER_CONTEXT": "other", "DOCKER_TLS_VERIFY": "1"}
    done = replay_command(DEMO, "--", "sh", "-c", "echo $DOCKER_HOST $DOCKER_CONTEXT $DOCKER_TLS_VERIFY", env=environ)
    assert re.fullmatch(r"unix:///\S+/docker\.sock\n", done.stdout)
    assert not Path(done.stdout.strip().removeprefix("unix://")).parent.exists()
    assert done.stderr == f"rawdocker replay: {note('demo')}\n"


def note(name: str) -> str:
    count = len(read(RECORDINGS / f"{name}.har").entries)
    day = time.strftime("%Y-%m-%d", time.gmtime(read(RECORDINGS / f"{name}.har").entries[0].started))
    return f"answers come from the recording {name}.har of {day} ({count} calls); no engine is asked"


def test_what_was_not_asked_for_is_told_where_the_order_is_strict() -> None:
    done = replay_command("--strict", DEMO, "--", "true")
    assert "rawdocker replay: 4 recorded were not asked for, the first POST /v1.41/containers/create" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("none.har",), 1, "open none.har: no such file or directory\n"),
        ((__file__,), 1, "test_replay.py is no HAR file: "),
        ((), 1, "requires at least 1 argument"),
        (("--speed", "-1", DEMO), 125, 'invalid argument "-1" for "--speed" flag: a number from 0 on'),
        ((DEMO, "--", "/none/such"), 127, "/none/such: no such file or directory\n"),
        (("--listen", "/none/such", DEMO), 1, "cannot listen on unix:///none/such: No such file or directory\n"),
        (("--dry-run", DEMO), 125, "replay sends nothing: there is no dry run of it\n"),
    ],
)
def test_what_cannot_be_replayed_is_refused(words: tuple[str, ...], code: int, says: str) -> None:
    done = replay_command(*words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_without_a_command_it_goes_on_until_ctrl_c(tmp_path: Path, number: int, code: int) -> None:
    path = tmp_path / "listen.sock"
    command = [PROGRAM, "replay", "--listen", str(path), DEMO]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        assert process.stderr.readline() == f"export DOCKER_HOST=unix://{path}   (Ctrl-C ends it)\n"
        with Client(f"unix://{path}") as docker:
            assert docker.negotiate() == "1.41"
        process.send_signal(number)
        assert process.wait(10) == code
    assert not path.exists()
