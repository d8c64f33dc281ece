"""The recording proxy of the parity tests changes nothing and sees every request."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from proxy import Proxy

Serve = Callable[[socket.socket], None]


@pytest.fixture
def through(tmp_path: Path) -> Iterator[Callable[[Serve], tuple[Proxy, socket.socket]]]:
    """Return what connects a client, through a proxy, to an engine that is one function."""
    opened: list[socket.socket] = []
    proxies: list[Proxy] = []

    def connect(serve: Serve) -> tuple[Proxy, socket.socket]:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "engine"))
        listener.listen()

        def engine() -> None:
            with listener, listener.accept()[0] as connection:
                serve(connection)

        threading.Thread(target=engine, daemon=True).start()
        proxy = Proxy(tmp_path / "engine", tmp_path / "proxy").__enter__()
        proxies.append(proxy)
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(10)
        client.connect(str(tmp_path / "proxy"))
        opened.append(client)
        return proxy, client

    yield connect
    for client in opened:
        client.close()
    for proxy in proxies:
        proxy.__exit__(None, None, None)


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_requests_are_found_wherever_the_bytes_are_cut(
    through: Callable[[Serve], tuple[Proxy, socket.socket]], size: int
) -> None:
    sent = (
        b"HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\n"
        b"POST /v1.41/containers/create?name=a%20b&x= HTTP/1.1\r\nContent-Type: application/json\r\n"
        b'Content-Length: 16\r\n\r\n{"Image": "box"}'
        b"PUT /v1.41/containers/c/archive HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\none\r\n0a\r\n0123456789\r\n0\r\n\r\n"
        b"GET /v1.41/containers/json HTTP/1.1\r\n\r\n"
    )
    arrived: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        arrived.append(read_all(connection))

    proxy, client = through(serve)
    for at in range(0, len(sent), size):
        client.sendall(sent[at : at + size])
    client.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""
    proxy.settle()

    assert arrived == [sent]
    ping, create, put, ls = proxy.requests
    assert (ping.method, ping.version, ping.path, ping.body) == ("HEAD", "", "/_ping", None)
    assert (create.version, create.path, create.query) == ("1.41", "/containers/create", {"name": "a b", "x": ""})
    assert create.body == {"Image": "box"}
    assert put.body == {"size": 13, "sha256": hashlib.sha256(b"one0123456789").hexdigest()[:20]}
    assert (ls.method, ls.path, ls.connection) == ("GET", "/containers/json", 0)


@pytest.mark.parametrize("status", [101, 200])
def test_a_hijacked_connection_is_closed_by_halves(
    through: Callable[[Serve], tuple[Proxy, socket.socket]], status: int
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 %d X\r\n\r\nglued" % status)
        connection.sendall(read_all(connection).upper())

    proxy, client = through(serve)
    client.sendall(b"POST /v1.41/exec/e/start HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    greeting = client.recv(4096)
    client.sendall(b"get / http/1.1\r\n\r\nno request")
    client.shutdown(socket.SHUT_WR)
    assert (greeting + read_all(client)).endswith(b"gluedGET / HTTP/1.1\r\n\r\nNO REQUEST")
    assert [(request.path, request.status) for request in proxy.requests] == [("/exec/e/start", status)]


def test_a_refused_hijack_leaves_a_connection_for_requests(
    through: Callable[[Serve], tuple[Proxy, socket.socket]],
) -> None:
    refusal = json.dumps({"message": "no such exec"}).encode()

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(refusal) + refusal)
        connection.recv(4096)

    proxy, client = through(serve)
    client.sendall(b"POST /exec/e/start HTTP/1.1\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n")
    assert client.recv(4096).endswith(refusal)
    client.sendall(b"GET /info HTTP/1.1\r\n\r\n")
    assert client.recv(1) == b""
    assert [(request.path, request.status) for request in proxy.requests] == [("/exec/e/start", 404), ("/info", 0)]


def test_a_stream_passes_while_it_lasts(through: Callable[[Serve], tuple[Proxy, socket.socket]]) -> None:
    read = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        assert read.wait(10)
        connection.sendall(b"second")

    _, client = through(serve)
    client.sendall(b"GET /events HTTP/1.1\r\n\r\n")
    assert client.recv(4096).endswith(b"first")
    read.set()
    assert read_all(client) == b"second"
