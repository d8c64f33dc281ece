"""rawdocker.run and rawdocker.run_async against mocked answers: the calls they make, and what they make of answers."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import anyio
import httpx
import pytest
import respx

from rawdocker import AsyncClient, Client, errors, run, run_async
from rawdocker.client import STARTS_AT_ONCE
from rawdocker.flows.complete import completed
from rawdocker.flows.run import RunResult

URL = "http://localhost/v1.41"
GONE = httpx.Response(404, json={"message": "No such image: debian:12"})
MADE = httpx.Response(201, json={"Id": "abc", "Warnings": []})


def frame(number: int, data: bytes) -> bytes:
    return bytes([number, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


class Wire:
    """The engine's side of an upgraded connection, in memory: it answers once as much was written as it wants."""

    def __init__(self, output: bytes) -> None:
        self.output, self.written = [output], b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.output.pop(0) if self.output else b""

    def write(self, data: bytes, timeout: float | None = None) -> None:
        self.written += data

    def close(self) -> None: ...

    def get_extra_info(self, info: str) -> Any:
        return None


class AsyncWire(Wire):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # type: ignore[override]
        return super().read(max_bytes, timeout)

    async def write(self, data: bytes, timeout: float | None = None) -> None:  # type: ignore[override]
        super().write(data, timeout)

    async def aclose(self) -> None: ...


class Flow:
    """Runs with one of the twins, against answers that are mocked."""

    def __init__(self, kind: str, router: respx.MockRouter) -> None:
        self.kind, self.router = kind, router

    def answers(
        self, *creations: httpx.Response, output: bytes = b"", status: Any = None, start: httpx.Response | None = None
    ) -> None:
        wire = (Wire if self.kind == "sync" else AsyncWire)(output)
        self.router.post(f"{URL}/containers/create").mock(side_effect=list(creations or (MADE,)))
        self.router.post(f"{URL}/images/create").mock(return_value=httpx.Response(200, content=b'{"status":"done"}'))
        attached = httpx.Response(101, extensions={"network_stream": wire})
        self.router.post(f"{URL}/containers/abc/attach").mock(return_value=attached)
        answer = httpx.Response(200, json=status or {"StatusCode": 0})
        self.router.post(f"{URL}/containers/abc/wait").mock(return_value=answer)
        self.router.post(f"{URL}/containers/abc/start").mock(return_value=start or httpx.Response(204))
        self.router.post(f"{URL}/containers/abc/kill").mock(return_value=httpx.Response(204))
        self.router.delete(f"{URL}/containers/abc").mock(return_value=httpx.Response(204))

    def __call__(self, *arguments: Any, **options: Any) -> RunResult:
        if self.kind == "sync":
            with Client(version="1.41") as client:
                return run(*arguments, client=client, **options)
        return anyio.run(self._run_async, arguments, options)

    async def _run_async(self, arguments: Any, options: Any) -> RunResult:
        async with AsyncClient(version="1.41") as client:
            return await run_async(*arguments, client=client, **options)

    @property
    def requests(self) -> list[str]:
        lines = (f"{call.request.method} {call.request.url.raw_path.decode()}" for call in self.router.calls)
        return [line.replace("/v1.41", "") for line in lines]

    def body(self, number: int = 0) -> Any:
        return json.loads(self.router.calls[number].request.content)


@pytest.fixture(params=["sync", "async"])
def flow(request: pytest.FixtureRequest) -> Iterator[Flow]:
    """Give run and run_async in turn."""
    with respx.mock(assert_all_called=False) as router:
        yield Flow(request.param, router)


def test_the_calls_are_docker_s_and_are_told(flow: Flow) -> None:
    flow.answers(output=frame(1, b"out") + frame(2, b"err") + frame(1, b"more"), status={"StatusCode": 3})
    result = flow("debian:12", ["ls"], name="box", platform="linux/amd64")
    assert flow.requests == [
        "POST /containers/create?name=box&platform=linux%2Famd64",
        "POST /containers/abc/attach?stderr=1&stdout=1&stream=1",
        "POST /containers/abc/wait?condition=removed",
        "POST /containers/abc/start",
    ]
    assert result[:4] == (b"outmore", b"err", 3, "abc")
    assert [str(call) for call in result.calls] == flow.requests
    assert flow.body() == {"Image": "debian:12", "Cmd": ["ls"], "HostConfig": {"AutoRemove": True}}


def test_what_is_kept_is_waited_for_until_its_next_exit(flow: Flow) -> None:
    flow.answers()
    flow("debian:12", remove=False)
    assert flow.requests[2] == "POST /containers/abc/wait?condition=next-exit"
    assert flow.body() == {"Image": "debian:12"}


def test_the_caller_s_config_is_kept_and_not_changed(flow: Flow) -> None:
    flow.answers(output=b"\x01raw")
    config = {"Tty": True, "HostConfig": {"Memory": 5}}
    assert flow("debian:12", config=config).stdout == b"\x01raw"
    assert flow.body() == {"Image": "debian:12", "Tty": True, "HostConfig": {"Memory": 5, "AutoRemove": True}}
    assert config == {"Tty": True, "HostConfig": {"Memory": 5}}


def test_stdin_is_opened_only_where_there_is_some(flow: Flow) -> None:
    flow.answers()
    flow("debian:12", stdin=b"in")
    body = flow.body()
    assert (body["OpenStdin"], body["StdinOnce"], body["AttachStdin"]) == (True, True, True)
    assert flow.requests[1] == "POST /containers/abc/attach?stderr=1&stdin=1&stdout=1&stream=1"


@pytest.mark.parametrize(
    ("pull", "creations", "expected"),
    [
        ("missing", [MADE], ["create"]),
        ("missing", [GONE, MADE], ["create", "pull", "create"]),
        ("always", [MADE], ["pull", "create"]),
        ("never", [MADE], ["create"]),
    ],
)
def test_an_image_is_pulled_as_asked(flow: Flow, pull: str, creations: Any, expected: list[str]) -> None:
    flow.answers(*creations)
    flow("debian", pull=pull)
    kinds = {"POST /containers/create": "create", "POST /images/create": "pull"}
    assert [kinds[line.split("?")[0]] for line in flow.requests if line.split("?")[0] in kinds] == expected
    pulls = [line for line in flow.requests if "images" in line]
    assert set(pulls) <= {"POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag=latest"}


@pytest.mark.parametrize(("pull", "creations"), [("never", [GONE]), ("missing", [GONE, GONE]), ("always", [GONE])])
def test_an_image_that_stays_missing_is_an_error_with_nothing_to_undo(flow: Flow, pull: str, creations: Any) -> None:
    flow.answers(*creations)
    with pytest.raises(errors.NotFoundError, match="No such image"):
        flow("debian:12", pull=pull)
    assert not [line for line in flow.requests if line.startswith("DELETE")]


@pytest.mark.parametrize(
    ("remove", "undo"), [(True, "DELETE /containers/abc?force=1&v=1"), (False, "POST /containers/abc/kill")]
)
def test_a_run_that_goes_wrong_is_undone(flow: Flow, remove: bool, undo: str) -> None:
    flow.answers(start=httpx.Response(400, json={"message": "executable file not found in $PATH"}))
    with pytest.raises(errors.BadRequestError, match="executable file"):
        flow("debian:12", remove=remove)
    assert flow.requests[-1] == undo


def test_a_cut_stream_is_an_error_and_undone(flow: Flow) -> None:
    flow.answers(output=frame(1, b"out")[:-1])
    with pytest.raises(errors.CutStreamError):
        flow("debian:12")
    assert flow.requests[-1] == "DELETE /containers/abc?force=1&v=1"


@pytest.mark.parametrize(
    "answers", [{"output": frame(3, b"no disk")}, {"status": {"StatusCode": 0, "Error": {"Message": "no disk"}}}]
)
def test_an_error_in_a_stream_is_raised(flow: Flow, answers: Any) -> None:
    flow.answers(**answers)
    with pytest.raises(errors.StreamError, match="no disk"):
        flow("debian:12")


@pytest.mark.parametrize("options", [{"command": "ls -l"}, {"pull": "sometimes"}])
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(flow: Flow, options: Any) -> None:
    with pytest.raises(errors.InvalidCallError):
        flow("debian:12", **options)
    assert flow.requests == []


def test_an_interrupted_action_is_completed_and_undone() -> None:
    undone: list[str] = []

    def slow() -> str:
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)
        return "made"

    with pytest.raises(KeyboardInterrupt):
        completed(slow, undone.append)
    assert undone == ["made"]


def test_an_action_that_is_not_interrupted_is_not_undone() -> None:
    undone: list[str] = []
    assert completed(lambda: "made", undone.append) == "made"
    with pytest.raises(ZeroDivisionError):
        completed(lambda: str(1 / 0), undone.append)
    assert undone == []


class Starts:
    """What an engine does at POST /start, and how many of them it was asked for at once."""

    def __init__(self) -> None:
        self.now = self.most = self.all = 0
        self._counting = threading.Lock()

    def begin(self) -> None:
        with self._counting:
            self.now += 1
            self.all += 1
            self.most = max(self.most, self.now)

    def end(self) -> httpx.Response:
        with self._counting:
            self.now -= 1
        return httpx.Response(204)

    def waited(self, request: httpx.Request) -> httpx.Response:
        self.begin()
        time.sleep(0.05)
        return self.end()

    async def slept(self, request: httpx.Request) -> httpx.Response:
        self.begin()
        await anyio.sleep(0.05)
        return self.end()


@respx.mock
def test_many_runs_at_once_start_a_few_containers_at_a_time() -> None:
    count, starts = 3 * STARTS_AT_ONCE, Starts()
    flow = Flow("sync", respx.mock)
    flow.answers(*(count * [MADE]))
    respx.post(f"{URL}/containers/abc/start").mock(side_effect=starts.waited)
    with Client(version="1.41") as client, ThreadPoolExecutor(count) as threads:
        done = list(threads.map(lambda _: run("debian:12", client=client), range(count)))
    assert (len(done), starts.all, starts.most) == (count, count, STARTS_AT_ONCE)


@respx.mock
def test_many_runs_of_one_loop_start_a_few_containers_at_a_time() -> None:
    count, starts = 3 * STARTS_AT_ONCE, Starts()
    flow = Flow("async", respx.mock)
    flow.answers(*(count * [MADE]))
    respx.post(f"{URL}/containers/abc/start").mock(side_effect=starts.slept)

    async def all_of_them() -> None:
        async with AsyncClient(version="1.41") as client, anyio.create_task_group() as tasks:
            for _ in range(count):
                tasks.start_soon(partial(run_async, "debian:12", client=client))

    anyio.run(all_of_them)
    assert (starts.all, starts.most) == (count, STARTS_AT_ONCE)
