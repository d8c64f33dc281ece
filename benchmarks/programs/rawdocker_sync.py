"""The works of the benchmarks with rawdocker's Client."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import report

from rawdocker import Client, calls
from rawdocker.flows.run import run


def listed(docker: Client, times: str) -> int:
    for _ in range(int(times)):
        found = docker.send(calls.container_list(all=True))
    return len(found)


def ids(docker: Client) -> int:
    found = docker.send(calls.container_list().as_json())
    for box in found:
        print(box["Id"][:12])
    return len(found)


def inspects(docker: Client, box: str, count: str) -> int:
    return sum(docker.send(calls.container_inspect(box)).Id == box for _ in range(int(count)))


def inspects_raw(docker: Client, box: str, count: str) -> int:
    return sum(docker.send(calls.container_inspect(box).as_json())["Id"] == box for _ in range(int(count)))


def inspects_at_once(docker: Client, box: str, count: str, at_once: str) -> int:
    with ThreadPoolExecutor(int(at_once)) as pool:
        found = pool.map(lambda _: docker.send(calls.container_inspect(box)), range(int(count)))
        return sum(one.Id == box for one in found)


def _read(docker: Client, call: Any) -> int:
    with docker.stream(call) as pieces:
        return sum(map(len, pieces))


def logs(docker: Client, box: str) -> int:
    with docker.stream(calls.container_logs(box, stdout=True, stderr=True)) as frames:
        return sum(len(data) for _, data in frames)


def cp_out(docker: Client, box: str, path: str) -> int:
    return _read(docker, calls.container_archive(box, path=path))


def save(docker: Client, image: str) -> int:
    return _read(docker, calls.image_get(image))


def events(docker: Client) -> int:
    with docker.stream(calls.system_events()) as happened:
        return sum(1 for _ in happened)


def pull(docker: Client, image: str, tag: str) -> int:
    with docker.stream(calls.image_create(fromImage=image, tag=tag)) as messages:
        return sum(1 for _ in messages)


def exec_out(docker: Client, box: str, *command: str) -> int:
    made = docker.send(calls.container_exec(box, {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True}))
    with docker.hijack(calls.exec_start(made.Id, {})) as connection:
        return sum(len(data) for _, data in connection)


def exec_in(docker: Client, box: str, path: str, *command: str) -> int:
    made = docker.send(calls.container_exec(box, {"Cmd": list(command), "AttachStdin": True, "AttachStdout": True}))
    with docker.hijack(calls.exec_start(made.Id, {})) as connection:
        with open(path, "rb") as file:
            connection.sendfile(file.fileno())
        connection.close_write()
        for _ in connection:
            pass
    return os.path.getsize(path)


def cp_in(docker: Client, box: str, path: str) -> int:
    with open(path, "rb") as file:
        docker.send(calls.put_container_archive(box, file, path="/tmp"))
    return os.path.getsize(path)


def load(docker: Client, path: str) -> int:
    with open(path, "rb") as file:
        docker.send(calls.image_load(file, quiet=True))
    return os.path.getsize(path)


def runs(docker: Client, count: str) -> int:
    once = partial(run, "busybox:1", ["echo", "hi"], client=docker, config={"HostConfig": {"NetworkMode": "none"}})
    with ThreadPoolExecutor(int(count)) as pool:
        return sum(result.stdout == b"hi\n" for result in pool.map(lambda _: once(), range(int(count))))


def follow(docker: Client, box: str) -> int:
    with docker.stream(calls.container_logs(box, stdout=True, follow=True)) as frames:
        for _, data in frames:
            os.write(1, data)
    return 0


if __name__ == "__main__":
    with Client() as client:
        report.main(globals(), client)
