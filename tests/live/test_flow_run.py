"""rawdocker.run and rawdocker.run_async on a real engine."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from processes import IMAGE, exists, state

from rawdocker import AsyncClient, Client, errors, run, run_async
from rawdocker.flows.run import RunResult

pytestmark = pytest.mark.live


class Flow:
    """Runs with one of the twins, so that one test holds for both."""

    def __init__(self, kind: str, host: str) -> None:
        self.kind, self.host = kind, host

    def __call__(self, *command: str, **options: Any) -> RunResult:
        if self.kind == "sync":
            with Client(self.host) as client:
                return run(IMAGE, command, client=client, **options)
        return anyio.run(self._run_async, command, options)

    async def _run_async(self, command: Any, options: Any) -> RunResult:
        async with AsyncClient(self.host) as client:
            return await run_async(IMAGE, command, client=client, **options)


@pytest.fixture(params=["sync", "async"])
def flow(request: pytest.FixtureRequest, engine_host: str) -> Flow:
    """Give run and run_async in turn."""
    return Flow(request.param, engine_host)


def test_a_run_returns_output_exit_code_and_calls(flow: Flow, own_name: str) -> None:
    result = flow("sh", "-c", "echo out; echo err >&2; exit 3", name=own_name)
    assert result[:3] == (b"out\n", b"err\n", 3)
    operations = [call.operation for call in result.calls]
    assert operations == ["ContainerCreate", "ContainerAttach", "ContainerWait", "ContainerStart"]
    assert not exists(flow.host, own_name)


def test_a_container_can_be_kept(flow: Flow, own_name: str) -> None:
    flow("true", name=own_name, remove=False)
    assert state(flow.host, own_name)["Status"] == "exited"


def test_the_rest_of_the_request_is_the_caller_s(flow: Flow, own_name: str) -> None:
    config = {"Env": ["A=1"], "Tty": True, "HostConfig": {"Memory": 64 << 20}}
    script = "echo $A; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null"
    result = flow("sh", "-c", script, name=own_name, config=config)
    assert result.stdout == b"1\r\n67108864\r\n"


@pytest.mark.parametrize(
    "form", [bytes, io.BytesIO, lambda data: (data[at : at + 70000] for at in range(0, 1 << 24, 70000))]
)
def test_stdin_may_be_bytes_a_file_or_an_iterator(flow: Flow, own_name: str, form: Any) -> None:
    data = os.urandom(1 << 24)
    result = flow("sha256sum", name=own_name, stdin=form(data))
    assert result.stdout.decode() == f"{hashlib.sha256(data).hexdigest()}  -\n"


def test_a_command_that_reads_nothing_is_no_error(flow: Flow, own_name: str) -> None:
    assert flow("true", name=own_name, stdin=bytes(1 << 24)).exit_code == 0


@pytest.mark.parametrize("script", ["sleep 1000", "exec >&- 2>&-; sleep 1000"])
def test_a_run_that_takes_too_long_is_ended_and_removed(flow: Flow, own_name: str, script: str) -> None:
    begun = time.monotonic()
    with pytest.raises(errors.DeadlineError):
        flow("sh", "-c", script, name=own_name, timeout=3)
    assert time.monotonic() - begun < 30
    assert not exists(flow.host, own_name)


def test_a_kept_container_is_ended_all_the_same(flow: Flow, own_name: str) -> None:
    with pytest.raises(errors.DeadlineError):
        flow("sleep", "1000", name=own_name, timeout=3, remove=False)
    assert state(flow.host, own_name)["ExitCode"] == 137


def test_what_stdin_raises_ends_the_run(flow: Flow, own_name: str) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        flow("cat", name=own_name, stdin=broken())
    assert not exists(flow.host, own_name)


def test_a_command_that_cannot_be_started_leaves_nothing(flow: Flow, own_name: str) -> None:
    with pytest.raises(errors.EngineError, match="executable file not found"):
        flow("nothing-of-that-name", name=own_name)
    assert not exists(flow.host, own_name)


def test_an_image_that_is_missing_is_not_pulled_where_that_is_forbidden(engine_host: str, own_name: str) -> None:
    with Client(engine_host) as client, pytest.raises(errors.NotFoundError):
        run(f"{own_name}:1", client=client, pull="never")


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.5, 2])
def test_ctrl_c_leaves_nothing_behind(engine_host: str, own_name: str, seconds: float) -> None:
    with Client(engine_host) as client:
        client.negotiate()
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            run(IMAGE, ["sleep", "1000"], client=client, name=own_name)
    assert not exists(engine_host, own_name)


@pytest.mark.parametrize("seconds", [0.001, 0.02, 0.1, 0.5, 2])
def test_cancelling_leaves_nothing_behind(engine_host: str, own_name: str, seconds: float) -> None:
    async def cancelled() -> None:
        async with AsyncClient(engine_host) as client:
            task = asyncio.create_task(run_async(IMAGE, ["sleep", "1000"], client=client, name=own_name))
            await asyncio.sleep(seconds)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    assert not exists(engine_host, own_name)
