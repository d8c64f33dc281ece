"""The spy passes everything on unchanged: real sockets, odd clients and engines, and every way to end."""

from __future__ import annotations

import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from rawdocker.compare import Requests
from rawdocker.errors import EndpointError
from rawdocker.host import Endpoint, TLSFiles
from rawdocker.observe import Exchange, Observer
from rawdocker.spy import Spy, proxy

Serve = Callable[[socket.socket], None]
GET = b"GET /v1.41/containers/json HTTP/1.1\r\nHost: x\r\n\r\n"
ATTACH = b"POST /v1.41/containers/c/attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


class Ends(Observer):
    """Keeps how exchanges ended."""

    def __init__(self) -> None:
        self.ends: list[str] = []

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        self.ends.append(f"{exchange.status} {error or ''}".strip())


class Lab:
    """An engine that is one function, and a spy before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept, self.ends = Requests(), Ends()
        self.observers: list[Observer] = [self.kept, self.ends]
        self._stack = ExitStack()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def engine(self, serve: Serve, listener: socket.socket | None = None) -> Endpoint:
        """Serve each connection in a thread of its own."""
        if listener is None:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.folder / "engine"))
        listener.listen(128)
        self._stack.callback(_stopped, listener)
        threading.Thread(target=self._serve, args=(listener, serve), daemon=True).start()
        return Endpoint(f"unix://{self.folder}/engine", "the test")

    def _serve(self, listener: socket.socket, serve: Serve) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=_served, args=(connection, serve), daemon=True).start()

    def spy(self, endpoint: Endpoint) -> Spy:
        return self._stack.enter_context(Spy(endpoint, self.folder / "spy", self.observers))

    def client(self) -> socket.socket:
        client = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        client.settimeout(20)
        client.connect(str(self.folder / "spy"))
        return client

    def through(self, serve: Serve) -> tuple[Spy, socket.socket]:
        """Return a spy before an engine, and a client of it."""
        return self.spy(self.engine(serve)), self.client()


def _served(connection: socket.socket, serve: Serve) -> None:
    with connection, suppress(OSError):
        serve(connection)


def _stopped(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as lab:
        yield lab


def read_all(connection: Any) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 18), b""))


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.005)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_bytes_arrive_unchanged_wherever_they_are_cut(lab: Lab, size: int) -> None:
    sent = (
        GET
        + b"PUT /v1.41/containers/c/archive HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
        + GET
    )
    arrived: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        arrived.append(read_all(connection))
        for at in range(0, len(OK * 3), size):
            connection.sendall((OK * 3)[at : at + size])

    spy, client = lab.through(serve)
    for at in range(0, len(sent), size):
        client.sendall(sent[at : at + size])
    client.shutdown(socket.SHUT_WR)
    assert read_all(client) == OK * 3
    spy.settle()
    assert arrived == [sent]
    assert [(request.call.method, request.status) for request in lab.kept.requests] == [
        ("GET", 200), ("PUT", 200), ("GET", 200),
    ]  # fmt: skip
    assert lab.ends.ends == ["200"] * 3


def test_a_connection_is_kept_for_many_requests(lab: Lab) -> None:
    def serve(connection: socket.socket) -> None:
        while connection.recv(4096):
            connection.sendall(OK)

    spy, client = lab.through(serve)
    for _ in range(100):
        client.sendall(GET)
        assert client.recv(4096) == OK
    assert spy.connections == 1
    assert len(lab.kept.requests) == 100


def test_a_stream_passes_while_it_lasts(lab: Lab) -> None:
    read = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        assert read.wait(10)
        connection.sendall(b"second")

    _, client = lab.through(serve)
    client.sendall(b"GET /events HTTP/1.1\r\n\r\n")
    assert client.recv(4096).endswith(b"first")
    read.set()
    assert read_all(client) == b"second"


@pytest.mark.parametrize("head", [UPGRADED, b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_hijacked_connection_is_closed_by_halves(lab: Lab, head: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(head + b"glued")
        connection.sendall(read_all(connection).upper())

    _, client = lab.through(serve)
    client.sendall(ATTACH)
    greeting = client.recv(4096)
    client.sendall(b"get / http/1.1\r\n\r\nno request")
    client.shutdown(socket.SHUT_WR)
    assert greeting + read_all(client) == head + b"gluedGET / HTTP/1.1\r\n\r\nNO REQUEST"
    assert [request.path for request in lab.kept.requests] == ["/containers/c/attach"]


def test_an_engine_closes_its_half_and_reads_on(lab: Lab) -> None:
    arrived: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(UPGRADED)
        connection.shutdown(socket.SHUT_WR)
        arrived.append(read_all(connection))

    spy, client = lab.through(serve)
    client.sendall(ATTACH)
    assert read_all(client) == UPGRADED
    client.sendall(b"still here")
    client.close()
    spy.settle()
    until(lambda: arrived)
    assert arrived == [b"still here"]


def test_both_directions_pass_megabytes_at_once(lab: Lab) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(len(ATTACH))
        connection.sendall(UPGRADED)
        while data := connection.recv(1 << 18):
            connection.sendall(data)

    _, client = lab.through(serve)
    client.sendall(ATTACH)
    assert client.recv(len(UPGRADED), socket.MSG_WAITALL) == UPGRADED
    data = os.urandom(1 << 20) * 32

    def send() -> None:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()
    assert read_all(client) == data


def test_an_engine_learns_that_a_client_died(lab: Lab) -> None:
    learnt = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        poll = select.poll()
        poll.register(connection, 0)  # gone, not only closed for writing
        poll.poll()
        learnt.set()

    spy, client = lab.through(serve)
    client.sendall(GET)
    client.recv(4096)
    client.close()
    assert learnt.wait(10)
    spy.settle()
    assert lab.ends.ends == ["200 the client closed the connection before the end of the answer"]


def test_an_engine_learns_that_a_client_died_after_it_had_closed_its_half(lab: Lab) -> None:
    learnt = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(UPGRADED)
        assert read_all(connection) == b""
        poll = select.poll()
        poll.register(connection, 0)
        poll.poll()
        learnt.set()

    _, client = lab.through(serve)
    client.sendall(ATTACH)
    client.recv(4096)
    client.shutdown(socket.SHUT_WR)
    assert not learnt.wait(0.1)
    client.close()
    assert learnt.wait(10)


def test_an_engine_that_writes_to_a_dead_client_is_told_so(lab: Lab) -> None:
    told: list[OSError] = []

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        try:
            while True:
                connection.sendall(bytes(65536))
        except OSError as error:
            told.append(error)

    _, client = lab.through(serve)
    client.sendall(GET)
    client.recv(4096)
    client.close()
    until(lambda: told)
    assert isinstance(told[0], (BrokenPipeError, ConnectionResetError))  # the kernel's choice: by what was unread


def test_a_client_learns_that_an_engine_died(lab: Lab) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive5")

    spy, client = lab.through(serve)
    client.sendall(GET)
    assert read_all(client).endswith(b"five5")
    with pytest.raises(BrokenPipeError):
        client.sendall(bytes(10_000_000))
    spy.settle()
    assert lab.ends.ends == ["200 the engine closed the connection before the end of the answer"]


def test_an_answer_arrives_though_the_engine_reads_no_more(lab: Lab) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong"

    def serve(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(refusal)

    spy, client = lab.through(serve)
    client.sendall(b"PUT /v1.41/containers/c/archive HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n")
    with suppress(BrokenPipeError):
        for _ in range(1000):
            client.sendall(bytes(100_000))
    came = bytearray()
    with suppress(ConnectionResetError):  # behind the answer: what was sent in vain is still unread
        while data := client.recv(1 << 18):
            came += data
    assert came == refusal
    client.close()
    spy.settle()
    assert lab.ends.ends == ["413"]


def test_an_engine_that_is_not_there_ends_the_connection_with_the_reason(lab: Lab) -> None:
    spy = lab.spy(Endpoint(f"unix://{lab.folder}/none", "the test"))
    client = lab.client()
    client.sendall(GET)
    with suppress(ConnectionResetError):
        assert client.recv(4096) == b""
    spy.settle()
    (end,) = lab.ends.ends
    assert end.startswith(f"0 Cannot connect to the Docker daemon at unix://{lab.folder}/none")


def test_leaving_ends_every_connection(lab: Lab) -> None:
    endpoint = lab.engine(lambda connection: time.sleep(60))
    with Spy(endpoint, lab.folder / "spy", lab.observers):
        client = lab.client()
        client.sendall(GET)
        until(lambda: lab.kept.requests)
    assert client.recv(1) == b""
    assert lab.ends.ends != []
    assert not (lab.folder / "spy").exists()


def test_an_observer_that_fails_keeps_no_client_from_its_engine(lab: Lab) -> None:
    class Full(Observer):
        def response(self, exchange: Exchange) -> None:
            raise OSError("no space left")

    lab.observers = [Full()]

    def serve(connection: socket.socket) -> None:
        while connection.recv(4096):
            connection.sendall(OK)

    spy, client = lab.through(serve)
    for _ in range(3):
        client.sendall(GET)
        assert client.recv(4096) == OK
    client.close()
    spy.settle()
    assert str(spy.fault) == "no space left"


def test_a_slow_observer_delays_but_loses_nothing(lab: Lab) -> None:
    sizes: list[int] = []

    class Slow(Observer):
        def received(self, exchange: Exchange, data: bytes) -> None:
            sizes.append(len(data))
            time.sleep(0.001)

    lab.observers = [Slow()]

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(5_000_000))

    _, client = lab.through(serve)
    client.sendall(GET)
    assert len(read_all(client)) == 5_000_000 + 19
    assert sum(sizes) == 5_000_000


def test_the_socket_is_the_users_alone(lab: Lab) -> None:
    lab.spy(Endpoint(f"unix://{lab.folder}/none", "the test"))
    assert (lab.folder / "spy").stat().st_mode & 0o777 == 0o600


def test_another_user_is_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    served = threading.Event()
    spy = lab.spy(lab.engine(lambda connection: served.set()))
    stranger = struct.pack("3i", 1, os.geteuid() + 1, 1)

    class Stranger(socket.socket):
        def getsockopt(self, *arguments: Any) -> Any:
            return stranger

    accept = socket.socket.accept

    def accepted(self: socket.socket) -> Any:
        connection, address = accept(self)
        return (Stranger(fileno=connection.detach()), address) if self is spy._listener else (connection, address)

    monkeypatch.setattr(socket.socket, "accept", accepted)
    lab.client().close()  # accept() is entered anew
    client = lab.client()
    with suppress(ConnectionResetError):
        assert client.recv(1) == b""
    assert spy.connections <= 1


def test_a_path_that_is_taken_is_refused(lab: Lab) -> None:
    endpoint = lab.engine(lambda connection: None)
    (lab.folder / "file").write_text("precious")
    for taken in ("file", "engine"):
        with pytest.raises(EndpointError, match=r"cannot listen on .*: Address already in use"):
            Spy(endpoint, lab.folder / taken).__enter__()
    assert (lab.folder / "file").read_text() == "precious"
    with pytest.raises(EndpointError, match=r"cannot listen on .*: AF_UNIX path too long"):
        Spy(endpoint, lab.folder / ("x" * 200)).__enter__()


def test_a_socket_that_was_left_behind_is_replaced(lab: Lab) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(lab.folder / "spy"))
    _, client = lab.through(lambda connection: connection.recv(4096) and connection.sendall(OK))
    client.sendall(GET)
    assert client.recv(4096) == OK


def test_a_thousand_connections_leave_no_descriptor_and_no_thread_behind(lab: Lab) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(OK)

    spy = lab.spy(lab.engine(serve))
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(spy.path)
            client.sendall(GET)
            assert client.recv(4096) == OK
    spy.settle()
    until(lambda: threading.active_count() <= before[1])
    assert len(os.listdir("/proc/self/fd")) <= before[0]
    assert spy.connections == 1000


def test_connections_wait_for_a_descriptor(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "BREATH", 0.001)
    accept, refusals = socket.socket.accept, [OSError(24, "Too many open files")] * 3

    def accepted(self: socket.socket) -> Any:
        if refusals and self.getsockname() == str(lab.folder / "spy"):
            raise refusals.pop()
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", accepted)
    _, client = lab.through(lambda connection: connection.sendall(OK))
    assert client.recv(4096) == OK


def echo(connection: Any) -> None:
    """Upgrade, then send back what comes in capitals until it ends."""
    connection.recv(4096)
    connection.sendall(UPGRADED)
    connection.sendall(read_all(connection).upper())


def test_an_engine_may_be_spoken_to_by_tcp(lab: Lab) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    lab.engine(echo, listener)
    lab.spy(Endpoint(f"tcp://127.0.0.1:{listener.getsockname()[1]}", "the test"))
    assert conversed(lab) == UPGRADED + b"WORDS"


def test_an_engine_may_be_spoken_to_by_tls(lab: Lab) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(lab.folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            echo(secure)

    lab.engine(serve, listener)
    files = TLSFiles(ca=str(lab.folder / "ca.pem"))
    lab.spy(Endpoint(f"tcp://127.0.0.1:{listener.getsockname()[1]}", "the test", files))
    assert conversed(lab) == UPGRADED + b"WORDS"


def conversed(lab: Lab) -> bytes:
    client = lab.client()
    client.sendall(ATTACH)
    head = client.recv(len(UPGRADED), socket.MSG_WAITALL)
    client.sendall(b"words")
    client.shutdown(socket.SHUT_WR)
    answer = head + read_all(client)
    assert [(request.path, request.status) for request in lab.kept.requests] == [("/containers/c/attach", 101)]
    return answer
