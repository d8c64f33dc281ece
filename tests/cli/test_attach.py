"""attach, exec, start, logs and run without an engine: what is asked, and what is made of keys and signals."""

from __future__ import annotations

import json
import signal
from itertools import cycle
from typing import Any

import httpx
import pytest
import respx

from rawdocker_cli import signals
from rawdocker_cli.main import run
from rawdocker_cli.terminal import DetachKeys, key_bytes

RUNNING = {"Running": True, "Paused": False, "Restarting": False}


def frame(number: int, data: bytes) -> bytes:
    return bytes([number, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


class Wire:
    """The engine's side of an upgraded connection, in memory."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data: bytes, timeout: float | None = None) -> None:
        raise AssertionError("nothing is to be written")

    def close(self) -> None: ...

    def get_extra_info(self, info: str) -> Any:
        return None


class Engine:
    """Answers calls and remembers them."""

    def __init__(self, router: respx.MockRouter) -> None:
        self._router = router

    def answers(self, request: str, body: Any = None, *, status: int = 200) -> None:
        method, path = request.split(" ")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        self._add(method, path, httpx.Response(status, headers=headers, content=content))

    def upgrades(self, path: str, *pieces: bytes) -> None:
        self._add("POST", path, httpx.Response(101, extensions={"network_stream": Wire(*pieces)}))

    def breaks(self, path: str) -> None:
        self._add("POST", path, httpx.ReadError("it was closed"))

    def _add(self, method: str, path: str, answer: httpx.Response | httpx.ReadError) -> None:
        url = rf"^http://localhost/v1\.41{path}(\?.*)?$"
        self._router.route(method=method, url__regex=url).mock(side_effect=cycle([answer]))

    @property
    def requests(self) -> list[str]:
        lines = (f"{call.request.method} {call.request.url.raw_path.decode()}" for call in self._router.calls)
        return [line.replace(" /v1.41", " ") for line in lines]

    def body(self, number: int) -> Any:
        return json.loads(self._router.calls[number].request.content)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give an engine that is asked no ping."""
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    with respx.mock(assert_all_called=False) as router:
        yield Engine(router)


@pytest.fixture
def rawdocker(capfdbinary: Any) -> Any:
    """Give a function that runs a command line in this process and returns its exit code, stdout and stderr."""

    def command(*words: str) -> tuple[int, bytes, bytes]:
        return (run(words), *capfdbinary.readouterr())

    return command


def an_engine_with(engine: Engine, *, tty: bool = False, state: dict[str, bool] = RUNNING) -> None:
    container = {
        "Id": "abc",
        "State": state,
        "Config": {"Tty": tty, "OpenStdin": False},
        "HostConfig": {"AutoRemove": False},
    }
    engine.answers("GET /containers/web/json", container)


def test_run_asks_in_docker_s_order_and_ends_with_the_exit_code(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach", frame(1, b"out\n") + frame(2, b"err\n"))
    engine.answers("POST /containers/abc/wait", {"StatusCode": 3})
    engine.answers("POST /containers/abc/start", status=204)
    assert rawdocker("run", "--rm", "debian:12", "ls", "-l") == (3, b"out\n", b"err\n")
    assert engine.requests == [
        "POST /containers/create",
        "POST /containers/abc/attach?stderr=1&stdout=1&stream=1",
        "POST /containers/abc/wait?condition=removed",
        "POST /containers/abc/start",
    ]
    body = engine.body(0)
    assert (body["Image"], body["Cmd"]) == ("debian:12", ["ls", "-l"])


def test_run_detached_prints_the_id_and_attaches_to_nothing(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.answers("POST /containers/abc/wait", {"StatusCode": 3})
    engine.answers("POST /containers/abc/start", status=204)
    assert rawdocker("run", "-d", "debian:12") == (0, b"abc\n", b"")
    assert engine.requests[1:] == ["POST /containers/abc/wait?condition=next-exit", "POST /containers/abc/start"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('exec: "x": executable file not found in $PATH: unknown', 127),
        ('exec: "/x": stat /x: no such file or directory: unknown', 127),
        ('exec: "/etc": permission denied: unknown', 126),
        ("cannot execute: Is a directory", 125),
        ("open /x: is a directory", 126),
        ("port is already allocated", 125),
    ],
)
def test_a_command_that_cannot_be_started_has_a_shell_s_exit_code(
    engine: Any, rawdocker: Any, message: str, code: int
) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach")
    engine.answers("POST /containers/abc/wait", {"StatusCode": 0})
    engine.answers("POST /containers/abc/start", {"message": message}, status=400)
    says = f"rawdocker: Error response from daemon: {message}\n\nRun 'rawdocker run --help' for more information\n"
    assert rawdocker("run", "debian:12") == (code, b"", says.encode())


def test_a_run_whose_wait_fails_ends_with_125(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach", frame(1, b"out\n"))
    engine.answers("POST /containers/abc/wait", {"StatusCode": 0, "Error": {"Message": "no shim"}})
    engine.answers("POST /containers/abc/start", status=204)
    assert rawdocker("run", "debian:12") == (125, b"out\n", b"Error waiting for container: no shim\n")


def test_a_run_whose_output_is_cut_does_not_end_with_0(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach", frame(1, b"out\n")[:-1])
    engine.answers("POST /containers/abc/wait", {"StatusCode": 0})
    engine.answers("POST /containers/abc/start", status=204)
    code, _, err = rawdocker("run", "debian:12")
    assert (code, err) == (1, b"the stream ended inside a frame of stdout: 1 bytes are missing\n")


@pytest.mark.parametrize("lost", ["wait", "start"])
@pytest.mark.parametrize("flags", [("--rm",), ("--rm", "-d")])
def test_a_container_whose_start_got_lost_is_removed_with_rm_and_not_waited_for(
    engine: Any, rawdocker: Any, flags: tuple[str, ...], lost: str
) -> None:
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach", b"")
    engine.answers("POST /containers/abc/wait", {"StatusCode": 0})
    engine.answers("POST /containers/abc/start", status=204)
    engine.breaks(f"/containers/abc/{lost}")
    engine.answers("DELETE /containers/abc", status=204)
    assert rawdocker("run", *flags, "debian:12")[0] == 125
    assert engine.requests[-1] == "DELETE /containers/abc?v=1"


def test_run_cannot_attach_and_detach(engine: Any, rawdocker: Any) -> None:
    refusal = b"conflicting options: cannot specify both --attach and --detach\n"
    assert rawdocker("run", "-d", "-a", "stdout", "debian:12") == (1, b"", refusal)
    assert engine.requests == []


def test_run_with_a_terminal_needs_one(engine: Any, rawdocker: Any) -> None:
    assert rawdocker("run", "-it", "debian:12") == (1, b"", b"the input device is not a TTY\n")
    assert engine.requests == []


def test_exec_sends_what_was_typed_and_ends_with_the_exit_code(engine: Any, rawdocker: Any, tmp_path: Any) -> None:
    (tmp_path / "env").write_text("# comment\nA=file\nB=file\n")
    an_engine_with(engine)
    engine.answers("POST /containers/web/exec", {"Id": "e1"}, status=201)
    engine.upgrades("/exec/e1/start", frame(1, b"x"))
    engine.answers("GET /exec/e1/json", {"ExitCode": 4})
    flags = ("-e", "A=1", "--env-file", str(tmp_path / "env"), "-u", "1:2", "-w", "/w", "--privileged")
    assert rawdocker("exec", *flags, "--detach-keys", "ctrl-a", "web", "ls", "-t") == (4, b"x", b"")
    assert engine.requests == [
        "GET /containers/web/json",
        "POST /containers/web/exec",
        "POST /exec/e1/start",
        "GET /exec/e1/json",
    ]
    assert engine.body(1) == {
        "Cmd": ["ls", "-t"],
        "Env": ["A=file", "B=file", "A=1"],
        "User": "1:2",
        "WorkingDir": "/w",
        "Privileged": True,
        "DetachKeys": "ctrl-a",
        "AttachStdout": True,
        "AttachStderr": True,
    }
    assert engine.body(2) == {}


def test_an_exec_whose_output_is_cut_does_not_end_with_0(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine)
    engine.answers("POST /containers/web/exec", {"Id": "e1"}, status=201)
    engine.upgrades("/exec/e1/start", frame(1, b"out\n")[:-1])
    engine.answers("GET /exec/e1/json", {"ExitCode": 0})
    assert rawdocker("exec", "web", "ls")[0] == 1


def test_exec_detached_is_not_asked_about_again(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine)
    engine.answers("POST /containers/web/exec", {"Id": "e1"}, status=201)
    engine.answers("POST /exec/e1/start")
    assert rawdocker("exec", "-dit", "web", "ls") == (0, b"", b"")
    assert engine.body(1) == {"Cmd": ["ls"], "Tty": True, "Detach": True}
    assert engine.body(2) == {"Tty": True, "Detach": True}
    assert len(engine.requests) == 3


def test_exec_tells_of_a_missing_container_before_a_missing_terminal(engine: Any, rawdocker: Any) -> None:
    engine.answers("GET /containers/web/json", {"message": "No such container: web"}, status=404)
    assert rawdocker("exec", "-it", "web", "ls") == (1, b"", b"Error response from daemon: No such container: web\n")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({**RUNNING, "Running": False}, "You cannot attach to a stopped container, start it first"),
        ({**RUNNING, "Paused": True}, "You cannot attach to a paused container, unpause it first"),
        ({**RUNNING, "Restarting": True}, "You cannot attach to a restarting container, wait until it is running"),
    ],
)
def test_attach_refuses_what_does_not_run(engine: Any, rawdocker: Any, state: Any, message: str) -> None:
    an_engine_with(engine, state=state)
    engine.answers("POST /containers/web/wait", {"StatusCode": 0})
    assert rawdocker("attach", "web") == (1, b"", f"{message}\n".encode())


def test_attach_asks_in_docker_s_order(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine)
    engine.answers("POST /containers/web/wait", {"StatusCode": 5})
    engine.upgrades("/containers/web/attach", frame(2, b"err"))
    assert rawdocker("attach", "--detach-keys=ctrl-x,x", "web") == (5, b"", b"err")
    assert engine.requests == [
        "POST /containers/web/wait",
        "GET /containers/web/json",
        "POST /containers/web/attach?detachKeys=ctrl-x%2Cx&stderr=1&stdout=1&stream=1",
        "GET /containers/web/json",
    ]


def test_detach_keys_of_the_configuration_are_sent(
    engine: Any, rawdocker: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"detachKeys": "ctrl-e"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    an_engine_with(engine)
    engine.answers("POST /containers/web/wait", {"StatusCode": 0})
    engine.upgrades("/containers/web/attach")
    assert rawdocker("attach", "--no-stdin", "web") == (0, b"", b"")
    assert "detachKeys=ctrl-e" in engine.requests[2]


def test_start_goes_on_after_a_failure_and_tells_of_it(engine: Any, rawdocker: Any) -> None:
    engine.answers("POST /containers/a/start", {"message": "No such container: a"}, status=404)
    engine.answers("POST /containers/b/start", status=204)
    code, out, err = rawdocker("start", "a", "b")
    assert (code, out) == (1, b"b\n")
    told = b"Error response from daemon: No such container: a\nError: failed to start containers: a\n"
    assert err == told


def test_start_attached_speaks_of_the_id(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine)
    engine.upgrades("/containers/abc/attach", frame(1, b"out"))
    engine.answers("POST /containers/abc/wait", {"StatusCode": 2})
    engine.answers("POST /containers/abc/start", status=204)
    assert rawdocker("start", "-a", "web") == (2, b"out", b"")
    assert engine.requests == [
        "GET /containers/web/json",
        "POST /containers/abc/attach?stderr=1&stdout=1&stream=1",
        "POST /containers/abc/wait?condition=next-exit",
        "POST /containers/abc/start",
    ]


def test_start_attaches_to_one_container_only(engine: Any, rawdocker: Any) -> None:
    refusal = b"you cannot start and attach multiple containers at once\n"
    assert rawdocker("start", "-a", "a", "b") == (1, b"", refusal)


@pytest.mark.parametrize(
    ("flags", "query"),
    [
        ((), "stderr=1&stdout=1&tail=all"),
        (("-f", "-n", "5"), "follow=1&stderr=1&stdout=1&tail=5"),
        (("-t", "--details"), "details=1&stderr=1&stdout=1&tail=all&timestamps=1"),
        (
            ("--since", "2024-01-02T03:04:05.5Z", "--until", "1704164646"),
            "since=1704164645.500000000&stderr=1&stdout=1&tail=all&until=1704164646",
        ),
    ],
)
def test_logs_flags_are_query_parameters(engine: Any, rawdocker: Any, flags: Any, query: str) -> None:
    an_engine_with(engine)
    engine.answers("GET /containers/abc/logs", frame(1, b"1\n") + frame(2, b"2\n"))
    assert rawdocker("logs", *flags, "web") == (0, b"1\n", b"2\n")
    assert engine.requests[1] == f"GET /containers/abc/logs?{query}"


def test_logs_of_a_terminal_have_no_frames(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine, tty=True)
    engine.answers("GET /containers/abc/logs", b"\x01\x00\x00\x00plain")
    assert rawdocker("logs", "web") == (0, b"\x01\x00\x00\x00plain", b"")


def test_logs_that_are_cut_fail(engine: Any, rawdocker: Any) -> None:
    an_engine_with(engine)
    engine.answers("GET /containers/abc/logs", frame(1, b"1\n")[:-1])
    code, _, err = rawdocker("logs", "web")
    assert (code, err) == (1, b"the stream ended inside a frame of stdout: 1 bytes are missing\n")


def test_logs_refuses_a_time_that_is_none_before_asking(engine: Any, rawdocker: Any) -> None:
    refusal = b'invalid value for "since": failed to parse value as time or duration: "soon"\n'
    assert rawdocker("logs", "--since", "soon", "web") == (1, b"", refusal)
    assert engine.requests == []


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ("ctrl-p,ctrl-q", b"\x10\x11"),
        ("a,b", b"ab"),
        ("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", b"\x00\x1b\x1c\x1d\x1e\x1f"),
        ("DEL", b"\x7f"),
    ],
)
def test_keys_are_named_as_docker_names_them(keys: str, typed: bytes) -> None:
    assert key_bytes(keys) == typed


@pytest.mark.parametrize("keys", ["", "ctrl-", "ctrl-A", "xctrl-a", "ctrl-ab", "ö"])
def test_keys_that_do_not_exist_are_refused(keys: str) -> None:
    with pytest.raises(ValueError, match="Unknown character"):
        key_bytes(keys)


@pytest.mark.parametrize(
    ("pieces", "sent", "detached"),
    [
        ([b"ls\r"], b"ls\r", False),
        ([b"ls\x10\x11rest"], b"ls", True),
        ([b"ls\x10", b"\x11"], b"ls", True),
        ([b"\x10", b"x", b"\x11"], b"\x10x\x11", False),
        ([b"\x10x\x10\x11"], b"\x10x", True),
        ([b"a\x10"], b"a", False),
    ],
)
def test_the_detach_keys_are_found_wherever_reads_cut_them(pieces: list[bytes], sent: bytes, detached: bool) -> None:
    keys, passed, found = DetachKeys(""), b"", False
    for piece in pieces:
        data, found = keys.feed(piece)
        passed += data
    assert (passed, found) == (sent, detached)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (signal.SIGTERM, "TERM"),
        (signal.SIGRTMIN, "RTMIN"),
        (signal.SIGRTMIN + 3, "RTMIN+3"),
        (signal.SIGRTMAX - 2, "RTMAX-2"),
        (signal.SIGRTMAX, "RTMAX"),
    ],
)
def test_signals_have_the_names_the_engine_knows(number: int, name: str) -> None:
    assert signals.name_of(number) == name


def test_handlers_are_as_before_after_a_run(engine: Any, rawdocker: Any) -> None:
    before = [signal.getsignal(number) for number in signal.valid_signals()]
    engine.answers("POST /containers/create", {"Id": "abc", "Warnings": []}, status=201)
    engine.upgrades("/containers/abc/attach")
    engine.answers("POST /containers/abc/wait", {"StatusCode": 0})
    engine.answers("POST /containers/abc/start", status=204)
    assert rawdocker("run", "debian:12")[0] == 0
    assert [signal.getsignal(number) for number in signal.valid_signals()] == before
