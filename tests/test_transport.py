"""Real sockets on this machine: unix, tcp and TLS, whole and half closed, broken in every way."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import trustme
from faults import servers

from rawdocker import AsyncClient, Client, calls, errors
from rawdocker.call import Call, Codec, Frame, HijackCall
from rawdocker.host import Endpoint, TLSFiles
from rawdocker.observe import Exchange, Observer
from rawdocker.pool import MOST_KEPT
from rawdocker.transport import unreachable

Handler = Callable[[Any], None]


class Server:
    """Accepts connections on a socket and gives each to a handler in a thread of its own."""

    def __init__(self, listener: socket.socket, handler: Handler, context: ssl.SSLContext | None = None) -> None:
        self.listener, self.handler, self.context, self.accepted = listener, handler, context, 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        try:
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            self.handler(connection)
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificates(authority: trustme.CA, tmp_path: Path) -> TLSFiles:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    client = authority.issue_cert("client")
    client.private_key_pem.write_to_path(tmp_path / "key.pem")
    client.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    return TLSFiles(*(str(tmp_path / name) for name in ("ca.pem", "cert.pem", "key.pem")))


@pytest.fixture(params=["unix", "tcp", "tls1.2", "tls1.3"])
def serve(
    request: pytest.FixtureRequest, tmp_path: Path, authority: trustme.CA, certificates: TLSFiles
) -> Iterator[Callable[[Handler], Endpoint]]:
    """Return what starts a server of each kind and says how to reach it."""
    listeners = []

    def start(handler: Handler) -> Endpoint:
        if request.param == "unix":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(tmp_path / "s"))
        else:
            listener = socket.create_server(("127.0.0.1", 0))
        listener.listen(64)
        listeners.append(listener)
        if request.param == "unix":
            Server(listener, handler)
            return Endpoint(f"unix://{tmp_path / 's'}", "test")
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        if request.param == "tcp":
            Server(listener, handler)
            return Endpoint(url, "test")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[request.param.upper().replace("S1.", "Sv1_")]
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        Server(listener, handler, context)
        return Endpoint(url, "test", certificates)

    yield start
    for listener in listeners:
        listener.close()


def head(connection: Any) -> bytes:
    """Read one request's head."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(1)
        if not piece:
            raise OSError("no request")
        data += piece
    return data


def frame(stream: int, payload: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4, "big") + payload


def to_the_end(connection: Any) -> bytes:
    """Read until the other side closes its half."""
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


ATTACH: HijackCall = HijackCall("X", "POST", "/attach", codec=Codec.FRAMES)
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"


@pytest.mark.parametrize(("answer", "status"), [(UPGRADED, 101), (PLAIN, 200)])
def test_stdin_is_closed_while_output_is_still_read(driver: Any, serve: Any, answer: bytes, status: int) -> None:
    def echo(connection: Any) -> None:
        head(connection)
        connection.sendall(answer + frame(2, b"glued to the head"))
        data = to_the_end(connection)
        connection.sendall(frame(1, b"got %d" % len(data)))
        if isinstance(connection, ssl.SSLSocket):
            connection.unwrap()

    written = [b"x" * 300_000, b"y" * 5]
    got = driver.hijack(ATTACH, written, endpoint=serve(echo), version="1.41")
    assert got == (status, [Frame("stderr", b"glued to the head"), Frame("stdout", b"got 300005")])


def sums(connection: Any) -> None:
    """Answer with the length and the checksum of all that is sent."""
    head(connection)
    connection.sendall(UPGRADED)
    data = to_the_end(connection)
    connection.sendall(frame(1, b"%d %d" % (len(data), zlib.crc32(data))))
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap()


def summed(*parts: bytes) -> list[Frame]:
    data = b"".join(parts)
    return [Frame("stdout", b"%d %d" % (len(data), zlib.crc32(data)))]


CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    """Give the descriptor of a file, of which ten bytes have been read."""
    (tmp_path / "content").write_bytes(CONTENT)
    descriptor = os.open(tmp_path / "content", os.O_RDONLY)
    os.read(descriptor, 10)
    yield descriptor
    os.close(descriptor)


def test_a_file_is_sent_unread_from_where_it_stands(driver: Any, serve: Any, file: int) -> None:
    endpoint = serve(sums)
    got = driver.hijack(ATTACH, [b"first", file, b"last"], endpoint=endpoint, version="1.41")
    if endpoint.tls:  # the kernel does not encrypt
        assert got == (101, summed(b"firstlast"))
        assert os.read(file, len(CONTENT)) == CONTENT[10:]
    else:
        assert got == (101, summed(b"first", CONTENT[10:], b"last"))
        assert os.read(file, 1) == b""


def test_a_file_that_an_observer_is_to_see_is_left_to_be_read(driver: Any, serve: Any, file: int) -> None:
    class Curious(Observer):
        def sent(self, exchange: Exchange, data: bytes) -> None: ...

    got = driver.hijack(ATTACH, [file], endpoint=serve(sums), version="1.41", observers=[Curious()])
    assert got == (101, summed(b""))
    assert os.read(file, len(CONTENT)) == CONTENT[10:]


def test_of_what_is_no_file_nothing_is_sent(driver: Any, serve: Any) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"data")
    os.close(theirs)
    got = driver.hijack(ATTACH, [ours], endpoint=serve(sums), version="1.41")
    assert got == (101, summed(b""))
    assert os.read(ours, 10) == b"data"
    os.close(ours)


def test_a_file_that_is_not_read_to_its_end_holds_nobody_up(driver: Any, tmp_path: Path, file: int) -> None:
    def leave(connection: Any) -> None:
        head(connection)
        connection.sendall(UPGRADED)
        connection.recv(1)

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    Server(listener, leave)
    with pytest.raises(errors.CutStreamError, match=r"Broken pipe|reset"):
        driver.hijack(ATTACH, [file, b"more"], endpoint=Endpoint(f"unix://{tmp_path / 's'}", "test"), version="1.41")
    listener.close()
    assert os.read(file, 1), "the rest of it is left"


def test_large_amounts_pass_both_ways_at_once(serve: Any) -> None:
    size = 8 << 20

    def echo(connection: Any) -> None:
        head(connection)
        connection.sendall(UPGRADED)
        received = 0
        while piece := connection.recv(65536):
            received += len(piece)
            connection.sendall(frame(1, piece))
        assert received == size

    with (
        Client(endpoint=serve(echo), version="1.41") as client,
        client.hijack(ATTACH) as connection,
        ThreadPoolExecutor(1) as pool,
    ):

        def write() -> None:
            for _ in range(size >> 16):
                connection.write(b"z" * 65536)
            connection.close_write()

        writing = pool.submit(write)
        assert sum(len(item.data) for item in connection) == size
        writing.result()


def answer_all(connection: Any) -> None:
    """Answer requests on a connection that is kept, with the path that was asked for."""
    while True:
        target = head(connection).split()[1].decode()
        body = json.dumps({"Name": target}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def test_one_client_serves_many_threads_at_once(serve: Any) -> None:
    with Client(endpoint=serve(answer_all), version="1.41") as client, ThreadPoolExecutor(16) as pool:
        ids = [f"c{n}" for n in range(200)]
        names = pool.map(lambda id: client.send(calls.container_inspect(id)).Name, ids)
        assert list(names) == [f"/v1.41/containers/{id}/json" for id in ids]


def test_connections_are_used_again(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    server = Server(listener, answer_all)
    with Client(endpoint=Endpoint(f"unix://{tmp_path / 's'}", "test"), version="1.41") as client:
        for _ in range(20):
            client.send(calls.system_info())
    listener.close()
    assert server.accepted == 1


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", errors.UnreachableError),
        (b"HTTP/1.1 200", errors.UnreachableError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", errors.ProtocolError),
        (b"\x15\x03\x01\x00\x02\x02\x46", errors.ProtocolError),
        (HEADERS + b"Content-Length: 100\r\n\r\n{", errors.CutStreamError),
        (HEADERS + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", errors.CutStreamError),
        (HEADERS + b"Transfer-Encoding: chunked\r\n\r\nnope\r\n", errors.CutStreamError),
        (HEADERS + b"\r\n{", errors.ProtocolError),
    ],
)
def test_a_broken_answer_is_an_error_of_ours(driver: Any, serve: Any, answer: bytes, kind: type) -> None:
    def broken(connection: Any) -> None:
        head(connection)
        connection.sendall(answer)

    with pytest.raises(kind):
        driver.send(calls.system_info(), endpoint=serve(broken), version="1.41")


def test_a_connection_that_is_reset_is_an_error_of_ours(driver: Any, tmp_path: Path) -> None:
    def reset(connection: Any) -> None:
        head(connection)
        connection.sendall(UPGRADED + frame(1, b"x" * 10)[:9])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    listener = socket.create_server(("127.0.0.1", 0))
    Server(listener, reset)
    endpoint = Endpoint(f"tcp://127.0.0.1:{listener.getsockname()[1]}", "test")
    with pytest.raises(errors.CutStreamError):
        driver.hijack(ATTACH, [], endpoint=endpoint, version="1.41")
    listener.close()


def test_an_engine_that_stays_silent_ends_the_call_where_the_caller_set_a_limit(driver: Any, serve: Any) -> None:
    done = threading.Event()
    endpoint = serve(lambda connection: (head(connection), done.wait(20)))
    with pytest.raises(errors.DeadlineError, match="did not answer in time"):
        driver.send(calls.system_info(), timeout=0.2, endpoint=endpoint, version="1.41")
    done.set()


def test_closing_a_connection_wakes_the_thread_that_reads_it(serve: Any) -> None:
    done = threading.Event()

    def silent(connection: Any) -> None:
        head(connection)
        connection.sendall(UPGRADED)
        done.wait(20)

    with Client(endpoint=serve(silent), version="1.41") as client, client.hijack(ATTACH) as connection:
        threading.Timer(0.2, connection.close).start()
        with suppress(errors.CutStreamError):
            assert list(connection) == []
    done.set()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: f"unix://{path / 'none'}", "No such file or directory"),
        (lambda path: f"unix://{path / 'file'}", "Connection refused|Socket operation on non-socket"),
        (lambda path: "tcp://127.0.0.1:1", "Connection refused|connection attempts failed"),
        (lambda path: "tcp://no.such.host.invalid:2375", r"Name|name|resolution|connection attempts failed"),
    ],
)
def test_an_engine_that_is_not_there_is_named_with_the_reason_and_advice(
    driver: Any, tmp_path: Path, make: Any, words: str
) -> None:
    (tmp_path / "file").write_text("no socket")
    url = make(tmp_path)
    with pytest.raises(errors.UnreachableError, match=words) as caught:
        driver.send(calls.system_info(), host=url, version="1.41")
    first, second = str(caught.value).splitlines()
    assert first == f"Cannot connect to the Docker daemon at {url}. Is the docker daemon running?"
    assert f"({url} comes from --host" in second
    assert "start the engine" in second


def test_a_socket_without_permission_says_so() -> None:
    endpoint = Endpoint("unix:///run/docker.sock", "DOCKER_HOST")
    error = unreachable(endpoint, PermissionError(13, "Permission denied"))
    assert str(error).startswith("permission denied while trying to connect to the Docker daemon socket at unix:///run")
    assert "member of the socket's group" in str(error)


def test_another_socket_that_exists_is_suggested_and_never_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman" / "podman.sock").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    error = unreachable(Endpoint("unix:///none", "DOCKER_HOST"), FileNotFoundError(2, "No such file or directory"))
    assert f"there is unix://{tmp_path}/podman/podman.sock" in str(error) or "there is unix:///var/run" in str(error)


@pytest.mark.parametrize(
    ("url", "words"), [("ssh://host", "ssh://.*not supported yet.*ssh -nNT -L"), ("npipe:////./x", "npipe")]
)
def test_an_endpoint_that_cannot_be_dialled_yet_says_what_to_do(driver: Any, url: str, words: str) -> None:
    with pytest.raises(errors.EndpointError, match=words):
        driver.send(calls.system_info(), host=url, version="1.41")


def test_an_engine_that_another_authority_signed_is_refused(
    driver: Any, tmp_path: Path, certificates: TLSFiles
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    Server(listener, answer_all, context)
    url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(errors.UnreachableError, match="certificate verify failed"):
        driver.send(calls.system_info(), endpoint=Endpoint(url, "test", certificates), version="1.41")
    unverified = Endpoint(url, "test", certificates._replace(verify=False))
    assert driver.send(calls.system_info(), endpoint=unverified, version="1.41").Name == "/v1.41/info"
    listener.close()


def test_tls_to_an_engine_that_speaks_none_fails_clearly(driver: Any, certificates: TLSFiles) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    Server(listener, lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    endpoint = Endpoint(f"tcp://127.0.0.1:{listener.getsockname()[1]}", "test", certificates)
    with pytest.raises(errors.UnreachableError, match=r"(?i)wrong.version|record"):
        driver.send(calls.system_info(), endpoint=endpoint, version="1.41")
    listener.close()


def test_unreadable_certificates_are_named(driver: Any, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    for files in (TLSFiles(ca=str(tmp_path / "ca.pem")), TLSFiles(ca=str(tmp_path / "missing.pem"))):
        with pytest.raises(errors.EndpointError, match=r"cannot load the TLS files.*pem"):
            driver.send(calls.system_info(), endpoint=Endpoint(url, "test", files), version="1.41")
    listener.close()


def test_proxies_of_the_environment_are_not_used(driver: Any, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert driver.send(calls.system_info(), endpoint=serve(answer_all), version="1.41").Name == "/v1.41/info"


def test_no_file_stays_open_after_calls_of_every_kind(serve: Any) -> None:
    endpoint = serve(answer_all)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with Client(endpoint=endpoint, version="1.41") as client:
            client.send(calls.system_info())
            with client.stream(calls.system_info()) as items:
                next(items)
    assert len(os.listdir("/proc/self/fd")) <= before + 2  # the server's side closes in threads of its own


def test_connections_that_fall_idle_are_not_all_kept(tmp_path: Path) -> None:
    count = MOST_KEPT + 50

    async def all_at_once(host: str) -> int:
        async with AsyncClient(host, version="1.41") as docker:
            everybody = asyncio.Barrier(count)

            async def one() -> None:
                async with docker.stream(calls.system_ping()) as answer:
                    await everybody.wait()
                    assert len([item async for item in answer]) == 1

            await asyncio.gather(*(one() for _ in range(count)))
            await docker.send(calls.system_ping())
            return len(docker._pool)

    with servers.Server(tmp_path / "s", servers.answers("200 OK", b"OK", ping=False)) as host:
        assert asyncio.run(all_at_once(host)) <= MOST_KEPT


def test_what_a_mock_lets_pass_reaches_the_engine(tmp_path: Path) -> None:
    async def both(host: str) -> tuple[str, Any]:
        async with AsyncClient(host, version="1.41") as docker:
            return await docker.send(calls.system_ping()), await docker.send(calls.system_info().as_json())

    with servers.Server(tmp_path / "s", servers.answers("200 OK", b"OK", ping=False)) as host, respx.mock as router:
        router.get("http://localhost/v1.41/info").mock(return_value=httpx.Response(200, json={"ID": "mocked"}))
        router.route(path="/_ping").pass_through()
        with Client(host, version="1.41") as docker:
            for _ in range(2):
                assert docker.send(calls.system_ping()) == "OK"
            assert docker.send(calls.system_info().as_json()) == {"ID": "mocked"}
            assert len(docker._pool) == 1  # type: ignore[union-attr]
        assert asyncio.run(both(host)) == ("OK", {"ID": "mocked"})


NOTHING = HEADERS + b"Content-Length: 2\r\n\r\n{}"
READ, CHANGE = calls.system_info().as_json(), calls.container_create({}).as_json()


@pytest.mark.parametrize("second", [READ, CHANGE])
def test_a_connection_that_the_engine_closed_between_two_calls_fails_none(
    driver: Any, serve: Any, second: Call[Any]
) -> None:
    def answer_once(connection: Any) -> None:
        head(connection)
        connection.sendall(NOTHING)

    def steps(client: Any) -> Iterator[Any]:
        yield "send", READ, {}
        time.sleep(0.1)
        yield "send", second, {}

    assert driver.do(steps, endpoint=serve(answer_once), version="1.41") == [{}, {}]


@pytest.mark.parametrize(("second", "asked"), [(READ, 3), (CHANGE, 2)])
def test_only_a_read_is_asked_again_where_a_kept_connection_breaks_as_it_is_sent(
    driver: Any, serve: Any, second: Call[Any], asked: int
) -> None:
    heads = []

    def answer_all_but_the_second(connection: Any) -> None:
        while True:
            heads.append(head(connection))
            if len(heads) == 2:
                return
            connection.sendall(NOTHING)

    steps = [("send", READ, {}), ("send", second, {})]
    with suppress(errors.UnreachableError) if second is CHANGE else nullcontext():
        driver.do(lambda _: steps, endpoint=serve(answer_all_but_the_second), version="1.41")
    assert len(heads) == asked


@pytest.mark.parametrize("call", [READ, CHANGE])
def test_only_a_read_tries_again_where_a_connection_is_refused(
    driver: Any, call: Call[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rawdocker.transport.PAUSE", 1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))  # who does not listen yet refuses
        soon = threading.Timer(0.3, lambda: Server(listened(listener), answer_all))
        soon.start()
        with pytest.raises(errors.UnreachableError) if call is CHANGE else nullcontext():
            driver.send(call, endpoint=Endpoint(f"unix://{tmp_path / 's'}", "test"), version="1.41")
        soon.cancel()


def listened(listener: socket.socket) -> socket.socket:
    listener.listen()
    return listener
