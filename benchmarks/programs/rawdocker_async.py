"""The works of the benchmarks with rawdocker's AsyncClient."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import report

from rawdocker import AsyncClient, calls
from rawdocker.flows.run import run_async


async def listed(docker: AsyncClient, times: str) -> int:
    for _ in range(int(times)):
        found = await docker.send(calls.container_list(all=True))
    return len(found)


async def inspects(docker: AsyncClient, box: str, count: str) -> int:
    return sum([(await docker.send(calls.container_inspect(box))).Id == box for _ in range(int(count))])


async def inspects_raw(docker: AsyncClient, box: str, count: str) -> int:
    return sum([(await docker.send(calls.container_inspect(box).as_json()))["Id"] == box for _ in range(int(count))])


async def at_once(work: Callable[[], Awaitable[int]], times: int) -> int:
    """Do a work several times at once and add up what they say."""
    return sum(await asyncio.gather(*(work() for _ in range(times))))


async def inspects_at_once(docker: AsyncClient, box: str, count: str, times: str) -> int:
    return await at_once(partial(inspects, docker, box, str(int(count) // int(times))), int(times))


async def _read(docker: AsyncClient, call: Any) -> int:
    async with docker.stream(call) as pieces:
        return sum([len(piece) async for piece in pieces])


async def logs(docker: AsyncClient, box: str) -> int:
    total = 0
    async with docker.stream(calls.container_logs(box, stdout=True, stderr=True)) as frames:
        async for _, data in frames:
            total += len(data)
    return total


async def cp_out(docker: AsyncClient, box: str, path: str) -> int:
    return await _read(docker, calls.container_archive(box, path=path))


async def save(docker: AsyncClient, image: str) -> int:
    return await _read(docker, calls.image_get(image))


async def events(docker: AsyncClient) -> int:
    count = 0
    async with docker.stream(calls.system_events()) as happened:
        async for _ in happened:
            count += 1
    return count


async def pull(docker: AsyncClient, image: str, tag: str) -> int:
    return len(await docker.send(calls.image_create(fromImage=image, tag=tag)))


async def exec_out(docker: AsyncClient, box: str, *command: str) -> int:
    wanted = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True}
    made = await docker.send(calls.container_exec(box, wanted))
    total = 0
    async with docker.hijack(calls.exec_start(made.Id, {})) as connection:
        async for _, data in connection:
            total += len(data)
    return total


async def exec_in(docker: AsyncClient, box: str, path: str, *command: str) -> int:
    wanted = {"Cmd": list(command), "AttachStdin": True, "AttachStdout": True}
    made = await docker.send(calls.container_exec(box, wanted))
    async with docker.hijack(calls.exec_start(made.Id, {})) as connection:
        with open(path, "rb") as file:
            await connection.sendfile(file.fileno())
        await connection.close_write()
        async for _ in connection:
            pass
    return os.path.getsize(path)


async def cp_in(docker: AsyncClient, box: str, path: str) -> int:
    with open(path, "rb") as file:
        await docker.send(calls.put_container_archive(box, file, path="/tmp"))
    return os.path.getsize(path)


async def load(docker: AsyncClient, path: str) -> int:
    with open(path, "rb") as file:
        await docker.send(calls.image_load(file, quiet=True))
    return os.path.getsize(path)


async def runs(docker: AsyncClient, count: str) -> int:
    config = {"HostConfig": {"NetworkMode": "none"}}

    async def once() -> int:
        return (await run_async("busybox:1", ["echo", "hi"], client=docker, config=config)).stdout == b"hi\n"

    return await at_once(once, int(count))


async def follow(docker: AsyncClient, box: str) -> int:
    async with docker.stream(calls.container_logs(box, stdout=True, follow=True)) as frames:
        async for _, data in frames:
            os.write(1, data)
    return 0


async def main() -> None:
    async with AsyncClient() as client:
        await report.async_main(globals(), client)


if __name__ == "__main__":
    asyncio.run(main())
