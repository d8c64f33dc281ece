"""The works of the benchmarks with docker-py."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
import report

PIECE = 1 << 18


def listed(client: Any, times: str) -> int:
    # containers.list() would inspect each: this is the call alone, as the others make it
    for _ in range(int(times)):
        found = client.api.containers(all=True)
    return len(found)


def ids(client: Any) -> int:
    found = client.containers.list()
    for box in found:
        print(box.short_id)
    return len(found)


def inspects(client: Any, box: str, count: str) -> int:
    return sum(client.containers.get(box).id == box for _ in range(int(count)))


def inspects_at_once(client: Any, box: str, count: str, at_once: str) -> int:
    with ThreadPoolExecutor(int(at_once)) as pool:
        found = pool.map(lambda _: client.containers.get(box), range(int(count)))
        return sum(one.id == box for one in found)


def logs(client: Any, box: str) -> int:
    return sum(map(len, client.api.logs(box, stream=True)))


def cp_out(client: Any, box: str, path: str) -> int:
    return sum(map(len, client.api.get_archive(box, path)[0]))


def save(client: Any, image: str) -> int:
    return sum(map(len, client.api.get_image(image)))


def events(client: Any) -> int:
    return sum(1 for _ in client.events(decode=True))


def pull(client: Any, image: str, tag: str) -> int:
    return sum(1 for _ in client.api.pull(image, tag=tag, stream=True, decode=True))


def exec_out(client: Any, box: str, *command: str) -> int:
    made = client.api.exec_create(box, list(command))
    return sum(map(len, client.api.exec_start(made, stream=True)))


def exec_in(client: Any, box: str, path: str, *command: str) -> int:
    made = client.api.exec_create(box, list(command), stdin=True)
    connection = client.api.exec_start(made, socket=True)._sock
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(PIECE):
            connection.sendall(piece)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(PIECE):
        pass
    return os.path.getsize(path)


def cp_in(client: Any, box: str, path: str) -> int:
    with open(path, "rb") as file:
        client.api.put_archive(box, "/tmp", file)
    return os.path.getsize(path)


def load(client: Any, path: str) -> int:
    with open(path, "rb") as file:
        for _ in client.api.load_image(file, quiet=True):
            pass
    return os.path.getsize(path)


def runs(client: Any, count: str) -> int:
    def once(number: int) -> bool:
        return client.containers.run("busybox:1", ["echo", "hi"], network_mode="none", remove=True) == b"hi\n"

    with ThreadPoolExecutor(int(count)) as pool:
        return sum(pool.map(once, range(int(count))))


def follow(client: Any, box: str) -> int:
    for data in client.api.logs(box, stream=True, follow=True):
        os.write(1, data)
    return 0


if __name__ == "__main__":
    # No limit of time, and a connection for each of those who ask at once.
    report.main(globals(), docker.from_env(timeout=600, max_pool_size=256))
