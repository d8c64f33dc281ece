"""The works of the benchmarks with aiodocker."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial

import report
from aiodocker import Docker
from aiohttp import UnixConnector

PIECE = 1 << 18


async def listed(docker: Docker, times: str) -> int:
    for _ in range(int(times)):
        found = await docker.containers.list(all=True)
    return len(found)


async def ids(docker: Docker) -> int:
    found = await docker.containers.list()
    for box in found:
        print(box.id[:12])
    return len(found)


async def inspects(docker: Docker, box: str, count: str) -> int:
    return sum([(await docker.containers.container(box).show())["Id"] == box for _ in range(int(count))])


async def at_once(work: Callable[[], Awaitable[int]], times: int) -> int:
    """Do a work several times at once and add up what they say."""
    return sum(await asyncio.gather(*(work() for _ in range(times))))


async def inspects_at_once(docker: Docker, box: str, count: str, times: str) -> int:
    return await at_once(partial(inspects, docker, box, str(int(count) // int(times))), int(times))


async def logs(docker: Docker, box: str) -> int:
    total = 0
    # with follow it is a stream, which ends where the container has; without, all is held in memory
    async for text in docker.containers.container(box).log(stdout=True, stderr=True, follow=True):
        total += len(text)
    return total


async def cp_out(docker: Docker, box: str, path: str) -> int:
    archive = await docker.containers.container(box).get_archive(path)
    return archive.fileobj.seek(0, os.SEEK_END)


async def save(docker: Docker, image: str) -> int:
    total = 0
    async with docker.images.export_image(image) as content:
        async for piece in content.iter_any():
            total += len(piece)
    return total


async def events(docker: Docker) -> int:
    subscriber, count = docker.events.subscribe(), 0
    while await subscriber.get() is not None:
        count += 1
    return count


async def pull(docker: Docker, image: str, tag: str) -> int:
    count = 0
    async for _ in docker.images.pull(f"{image}:{tag}", stream=True):
        count += 1
    return count


async def exec_out(docker: Docker, box: str, *command: str) -> int:
    made, total = await docker.containers.container(box).exec(command), 0
    async with made.start() as stream:
        while message := await stream.read_out():
            total += len(message.data)
    return total


async def exec_in(docker: Docker, box: str, path: str, *command: str) -> int:
    made = await docker.containers.container(box).exec(command, stdin=True)
    async with made.start() as stream:
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(PIECE):
                await stream.write_in(piece)
        # it has no way to close stdin and read on
        stream._resp.connection.transport.write_eof()
        while await stream.read_out():
            pass
    return os.path.getsize(path)


async def cp_in(docker: Docker, box: str, path: str) -> int:
    with open(path, "rb") as file:
        await docker.containers.container(box).put_archive("/tmp", file)
    return os.path.getsize(path)


async def load(docker: Docker, path: str) -> int:
    with open(path, "rb") as file:
        await docker.images.import_image(file)
    return os.path.getsize(path)


async def runs(docker: Docker, count: str) -> int:
    config = {"Image": "busybox:1", "Cmd": ["echo", "hi"], "HostConfig": {"NetworkMode": "none"}}

    async def once() -> int:
        box = await docker.containers.run(config)
        await box.wait()
        text = "".join(await box.log(stdout=True))
        await box.delete()
        return text == "hi\n"

    return await at_once(once, int(count))


async def follow(docker: Docker, box: str) -> int:
    async for text in docker.containers.container(box).log(stdout=True, follow=True):
        os.write(1, text.encode())
    return 0


async def main() -> None:
    # Its own connector allows 100 connections; no limit, as the others have none.
    path = os.environ["DOCKER_HOST"].removeprefix("unix://")
    async with Docker("unix://localhost", connector=UnixConnector(path, limit=0)) as client:
        await report.async_main(globals(), client)


if __name__ == "__main__":
    asyncio.run(main())
