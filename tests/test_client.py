"""Client and AsyncClient against mocked answers: no byte reaches a socket."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from typing import Any

import anyio
import httpcore
import httpx
import pytest
import respx

from rawdocker import AsyncClient, Client, calls, errors
from rawdocker.call import Call, Codec, Frame, HijackCall
from rawdocker.observe import Exchange, Observer

URL = "http://localhost/v1.41"
PINNED = {"version": "1.41"}


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a connection is dialled in spite of the mock."""

    def connect(*_: Any) -> None:
        raise AssertionError("a socket was dialled")

    monkeypatch.setattr(socket.socket, "connect", connect)


def frames(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([s, 0, 0, 0]) + len(data).to_bytes(4, "big") + data for s, data in pairs)


@respx.mock
def test_the_version_is_asked_for_once_by_however_many_tasks() -> None:
    ping = respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers={"Api-Version": "1.41"}))
    info = respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, json={}))

    async def all_of_them() -> None:
        async with AsyncClient() as docker, anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(docker.send, calls.system_info())

    anyio.run(all_of_them)
    assert (ping.call_count, info.call_count) == (1, 10)


@respx.mock
def test_a_pinned_client_sends_no_ping(driver: Any) -> None:
    route = respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, json={"ID": "x"}))
    assert driver.send(calls.system_info().as_json(), **PINNED) == {"ID": "x"}
    assert [call.request.url for call in respx.calls] == [route.calls.last.request.url]


def test_the_respx_fixture_intercepts_both_clients(driver: Any, respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{URL}/version").mock(return_value=httpx.Response(200, json={"ApiVersion": "1.41"}))
    assert driver.send(calls.system_version(), **PINNED).ApiVersion == "1.41"


@respx.mock
def test_an_answer_that_would_unpack_to_something_larger_is_refused(driver: Any) -> None:
    bomb = gzip.compress(bytes(1 << 20))
    respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=bomb))
    with pytest.raises(errors.ProtocolError, match="gzip, which was not asked for"):
        driver.send(calls.system_info(), **PINNED)


@respx.mock
@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://192.0.2.1:2375"])
def test_urls_are_the_same_whatever_the_endpoint_is(driver: Any, host: str) -> None:
    respx.get(f"{URL}/containers/json", params={"all": "1"}).mock(return_value=httpx.Response(200, json=[]))
    assert driver.send(calls.container_list(all=True), host=host, **PINNED) == []


@respx.mock
def test_the_version_is_negotiated_once(driver: Any) -> None:
    ping = respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers={"Api-Version": "1.43"}))
    respx.get("http://localhost/v1.43/info").mock(return_value=httpx.Response(200, json={}))
    driver.do(lambda _: [("send", calls.system_info().as_json(), {})] * 3)
    assert ping.call_count == 1


@respx.mock
def test_an_engine_without_head_is_pinged_with_get(driver: Any) -> None:
    respx.head("http://localhost/_ping").mock(return_value=httpx.Response(405))
    respx.get("http://localhost/_ping").mock(
        return_value=httpx.Response(200, headers={"Api-Version": "1.41"}, text="OK")
    )
    respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, json={}))
    assert driver.send(calls.system_info().as_json()) == {}


@respx.mock
@pytest.mark.parametrize(
    ("engine", "spoken"), [("1.41", "1.41"), ("1.47", "1.47"), ("1.55", "1.55"), ("1.56", "1.55"), ("1.100", "1.55")]
)
def test_the_lower_of_both_highest_versions_is_spoken(driver: Any, engine: str, spoken: str) -> None:
    respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers={"Api-Version": engine}))
    respx.get(f"http://localhost/v{spoken}/info").mock(return_value=httpx.Response(200, json={}))
    assert driver.send(calls.system_info().as_json()) == {}


@respx.mock
@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Api-Version": "1.40"}, "speaks API 1.40.*1.41 to 1.55"),
        ({}, "no Api-Version"),
        ({"Api-Version": "x"}, "not a"),
    ],
)
def test_an_engine_with_no_common_version_is_refused(driver: Any, headers: dict[str, str], words: str) -> None:
    respx.head("http://localhost/_ping").mock(return_value=httpx.Response(200, headers=headers))
    with pytest.raises(errors.VersionError, match=words):
        driver.send(calls.system_info())


@respx.mock
def test_a_ping_that_fails_twice_is_the_engine_s_error(driver: Any) -> None:
    respx.route(path="/_ping").mock(return_value=httpx.Response(503))
    with pytest.raises(errors.UnavailableError, match="/_ping answered 503"):
        driver.send(calls.system_info())


@respx.mock
def test_docker_api_version_pins_the_version(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_API_VERSION", "v1.42")
    respx.get("http://localhost/v1.42/info").mock(return_value=httpx.Response(200, json={}))
    assert driver.send(calls.system_info().as_json()) == {}


STATUSES = [
    (400, errors.BadRequestError),
    (401, errors.UnauthorizedError),
    (403, errors.ForbiddenError),
    (404, errors.NotFoundError),
    (406, errors.NotAcceptableError),
    (409, errors.ConflictError),
    (418, errors.ServerError),
    (500, errors.ServerError),
    (501, errors.NotSupportedError),
    (503, errors.UnavailableError),
]


@respx.mock
@pytest.mark.parametrize(("status", "kind"), STATUSES)
@pytest.mark.parametrize("way", ["send", "stream", "hijack"])
def test_every_status_is_its_error_with_the_engine_s_words(
    driver: Any, status: int, kind: type[errors.EngineError], way: str
) -> None:
    respx.post(f"{URL}/containers/web/attach").mock(return_value=httpx.Response(status, json={"message": " no way\n"}))
    call = calls.container_attach("web")
    with pytest.raises(kind) as caught:
        driver.hijack(call, [], **PINNED) if way == "hijack" else getattr(driver, way)(call, **PINNED)
    assert (caught.value.status, caught.value.message, caught.value.call) == (status, "no way", call)
    assert type(caught.value) is kind


@respx.mock
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(500, html="<h1>proxy</h1>"), "<h1>proxy</h1>"),
        (httpx.Response(500, text="plain words\n"), "plain words"),
        (
            httpx.Response(500),
            "request returned 500 Internal Server Error for API route and version http://localhost/v1.41/info",
        ),
        (httpx.Response(500, json={}), r"API returned a 500 \(Internal Server Error\) but provided no error-message"),
        (httpx.Response(500, content=b"{nope", headers={"content-type": "application/json"}), "{nope"),
        (httpx.Response(500, json=["x"]), r'\["x"\]'),
        (httpx.Response(500, content=b"\xff\xfe"), "\ufffd"),
    ],
)
def test_a_refusal_without_the_engine_s_json_says_what_came(driver: Any, answer: httpx.Response, words: str) -> None:
    respx.get(f"{URL}/info").mock(return_value=answer)
    with pytest.raises(errors.ServerError, match=words):
        driver.send(calls.system_info(), **PINNED)


@respx.mock
def test_an_endless_refusal_is_read_to_a_limit(driver: Any) -> None:
    respx.get(f"{URL}/info").mock(return_value=httpx.Response(500, content=b"x" * (5 << 20)))
    with pytest.raises(errors.ServerError) as caught:
        driver.send(calls.system_info(), **PINNED)
    assert len(caught.value.message) <= 1 << 20


@respx.mock
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_no_engine_s_answer(driver: Any, status: int) -> None:
    respx.get(f"{URL}/info").mock(return_value=httpx.Response(status, headers={"Location": "/elsewhere"}))
    with pytest.raises(errors.ProtocolError, match=r"redirected.*/elsewhere"):
        driver.send(calls.system_info(), **PINNED)


@respx.mock
@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_call_without_an_answer_gives_none(driver: Any, status: int) -> None:
    respx.post(f"{URL}/containers/web/start").mock(return_value=httpx.Response(status))
    assert driver.send(calls.container_start("web"), **PINNED) is None


@respx.mock
@pytest.mark.parametrize("body", [b"", b"OK", b"<html>", b'{"Id": '])
def test_an_answer_that_is_not_json_says_what_came(driver: Any, body: bytes) -> None:
    respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, content=body))
    for call in (calls.system_info(), calls.system_info().as_json()):
        with pytest.raises(errors.ProtocolError, match="not JSON"):
            driver.send(call, **PINNED)


@respx.mock
def test_json_of_another_shape_is_an_error_that_names_the_model(driver: Any) -> None:
    respx.get(f"{URL}/containers/json").mock(return_value=httpx.Response(200, json={"message": "not a list"}))
    with pytest.raises(errors.ProtocolError, match=r"not a list\[ContainerSummary\]"):
        driver.send(calls.container_list(), **PINNED)


@respx.mock
@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError("refused"), errors.UnreachableError),
        (httpx.ReadError("reset"), errors.UnreachableError),
        (httpcore.ReadError("reset"), errors.UnreachableError),
        (httpx.ReadTimeout("slow"), errors.DeadlineError),
        (httpcore.ReadTimeout("slow"), errors.DeadlineError),
        (httpx.RemoteProtocolError("what?"), errors.ProtocolError),
        (httpcore.RemoteProtocolError("what?"), errors.ProtocolError),
    ],
)
@pytest.mark.parametrize("way", ["send", "stream"])
def test_a_request_without_an_answer_is_an_error_of_ours(driver: Any, raised: Exception, kind: type, way: str) -> None:
    respx.get(f"{URL}/events").mock(side_effect=raised)
    with pytest.raises(kind) as caught:
        getattr(driver, way)(calls.system_events(), **PINNED)
    assert "GET /events" in str(caught.value) or "Cannot connect" in str(caught.value)


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Some bytes, then an exception."""

    def __init__(self, data: bytes, error: Exception) -> None:
        self.data, self.error = data, error

    def __iter__(self) -> Iterator[bytes]:
        yield self.data
        raise self.error

    async def __aiter__(self) -> Any:
        yield self.data
        raise self.error


@respx.mock
@pytest.mark.parametrize("error", [httpx.ReadError("reset"), httpcore.RemoteProtocolError("peer closed connection")])
def test_a_stream_that_is_cut_raises(driver: Any, error: Exception) -> None:
    stream = Breaking(frames((1, b"hi\n")), error)
    respx.get(f"{URL}/containers/web/logs").mock(return_value=httpx.Response(200, stream=stream))
    with pytest.raises(errors.CutStreamError, match="was cut"):
        driver.stream(calls.container_logs("web", stdout=True), **PINNED)


@respx.mock
@pytest.mark.parametrize("way", ["send", "stream"])
def test_logs_come_as_frames_and_those_of_a_terminal_as_they_are(driver: Any, way: str) -> None:
    data = frames((1, b"out"), (2, b"err"))
    respx.get(f"{URL}/containers/web/logs", params={"stdout": "1", "stderr": "1"}).mock(
        return_value=httpx.Response(200, content=data)
    )
    ask = {"stdout": True, "stderr": True}
    assert getattr(driver, way)(calls.container_logs("web", **ask), **PINNED) == [
        Frame("stdout", b"out"),
        Frame("stderr", b"err"),
    ]
    assert getattr(driver, way)(calls.container_logs("web", tty=True, **ask), **PINNED) == [Frame("stdout", data)]


@respx.mock
def test_an_error_inside_a_200_stream_raises(driver: Any) -> None:
    lines = [{"status": "Pulling"}, {"errorDetail": {"message": "manifest unknown"}, "error": "manifest unknown"}]
    body = b"".join(json.dumps(line).encode() + b"\r\n" for line in lines)
    respx.post(f"{URL}/images/create").mock(return_value=httpx.Response(200, content=body))
    with pytest.raises(errors.StreamError, match="manifest unknown"):
        driver.stream(calls.image_create(fromImage="debian", tag="13"), **PINNED)


@respx.mock
def test_a_call_with_one_answer_can_be_streamed(driver: Any) -> None:
    respx.post(f"{URL}/containers/web/wait").mock(return_value=httpx.Response(200, json={"StatusCode": 7}))
    assert [answer.StatusCode for answer in driver.stream(calls.container_wait("web"), **PINNED)] == [7]


@respx.mock
def test_a_body_is_compact_json_and_exactly_what_was_given(driver: Any) -> None:
    route = respx.post(f"{URL}/containers/create", params={"name": "wéb"}).mock(
        return_value=httpx.Response(201, json={"Id": "abc", "Warnings": None})
    )
    created = driver.send(calls.container_create({"Image": "debian:12", "Env": ["A=é"]}, name="wéb"), **PINNED)
    request = route.calls.last.request
    assert (created.Id, created.Warnings) == ("abc", [])
    assert request.content == '{"Image":"debian:12","Env":["A=é"]}'.encode()
    assert request.headers["content-type"] == "application/json"


@respx.mock
@pytest.mark.parametrize("make", [lambda data: data, lambda data: iter([data[:5], data[5:]])])
def test_a_tar_body_is_sent_as_it_is(driver: Any, make: Any, tmp_path: Any) -> None:
    data = b"tar archive, let us say"
    route = respx.put(f"{URL}/containers/web/archive").mock(return_value=httpx.Response(200))
    driver.send(calls.put_container_archive("web", make(data), path="/"), **PINNED)
    assert route.calls.last.request.content == data
    assert route.calls.last.request.headers["content-type"] == "application/x-tar"
    path = tmp_path / "archive.tar"
    path.write_bytes(data)
    with path.open("rb") as file:
        driver.send(calls.put_container_archive("web", file, path="/"), **PINNED)
    assert route.calls.last.request.content == data


@respx.mock
@pytest.mark.parametrize("header", ["", "bm9wZQ==", "!!!", "e30"])
def test_a_broken_stat_header_is_an_error_of_the_protocol(driver: Any, header: str) -> None:
    answer = httpx.Response(200, headers={"X-Docker-Container-Path-Stat": header})
    respx.head(f"{URL}/containers/web/archive").mock(return_value=answer)
    with pytest.raises(errors.ProtocolError):
        driver.send(calls.container_archive_info("web", path="/etc"), **PINNED)


class Wire:
    """A two-way stream as an upgraded connection has it, in memory."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces, self.written, self.closed = list(pieces), b"", False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data: bytes, timeout: float | None = None) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, info: str) -> Any:
        return None


class AsyncWire(Wire):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # type: ignore[override]
        return super().read(max_bytes, timeout)

    async def write(self, data: bytes, timeout: float | None = None) -> None:  # type: ignore[override]
        super().write(data, timeout)

    async def aclose(self) -> None:
        super().close()


@respx.mock
def test_hijacking_is_mocked_by_a_101_with_a_network_stream(driver: Any) -> None:
    data = frames((1, b"out"), (2, b"err"))
    wire = (Wire if driver.kind == "sync" else AsyncWire)(data[:3], data[3:])
    route = respx.post(f"{URL}/containers/web/attach", params={"stream": "1", "stdin": "1"}).mock(
        return_value=httpx.Response(101, extensions={"network_stream": wire})
    )
    status, got = driver.hijack(calls.container_attach("web", stream=True, stdin=True), [b"a", b"b"], **PINNED)
    assert (status, got) == (101, [Frame("stdout", b"out"), Frame("stderr", b"err")])
    assert (wire.written, wire.closed) == (b"ab", True)
    assert route.calls.last.request.headers["upgrade"] == "tcp"
    assert route.calls.last.request.headers["connection"] == "Upgrade"


@respx.mock
def test_a_hijacked_stream_that_ends_inside_a_frame_raises(driver: Any) -> None:
    wire = (Wire if driver.kind == "sync" else AsyncWire)(frames((1, b"out"))[:-1])
    respx.post(f"{URL}/containers/web/attach").mock(
        return_value=httpx.Response(101, extensions={"network_stream": wire})
    )
    with pytest.raises(errors.CutStreamError):
        driver.hijack(calls.container_attach("web"), [], **PINNED)
    assert wire.closed


@respx.mock
def test_a_transport_without_a_two_way_stream_cannot_be_hijacked(driver: Any) -> None:
    respx.post(f"{URL}/containers/web/attach").mock(return_value=httpx.Response(101))
    with pytest.raises(errors.ProtocolError, match="no two-way stream"):
        driver.hijack(calls.container_attach("web"), [], **PINNED)


def test_a_transport_of_one_s_own_is_used() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"Name": request.url.path}))
    with Client(version="1.50", transport=transport) as client:
        assert client.send(calls.system_info()).Name == "/v1.50/info"


class Notes(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.notes: list[Any] = []

    def request(self, exchange: Exchange) -> None:
        self.notes.append(("request", exchange.method, exchange.target))

    def sent(self, exchange: Exchange, data: bytes) -> None:
        self.notes.append(("sent", data))

    def response(self, exchange: Exchange) -> None:
        self.notes.append(("response", exchange.status, exchange.reason))

    def received(self, exchange: Exchange, data: bytes) -> None:
        self.notes.append(("received", data))

    def write_closed(self, exchange: Exchange) -> None:
        self.notes.append(("write closed",))

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        self.notes.append(("end", type(error).__name__))
        assert exchange.started <= exchange.ended


@respx.mock
def test_an_observer_is_told_of_a_request_and_its_answer_in_order(driver: Any) -> None:
    respx.post(f"{URL}/containers/create").mock(return_value=httpx.Response(201, json={"Id": "abc"}))
    notes = Notes()
    driver.send(calls.container_create({"Image": "x"}).as_json(), observers=[notes], **PINNED)
    assert notes.notes == [
        ("request", "POST", "/v1.41/containers/create"),
        ("sent", b'{"Image":"x"}'),
        ("response", 201, "Created"),
        ("received", b'{"Id":"abc"}'),
        ("end", "NoneType"),
    ]


@respx.mock
def test_an_observer_is_told_of_hijacked_bytes_and_of_failures(driver: Any) -> None:
    wire = (Wire if driver.kind == "sync" else AsyncWire)(frames((1, b"x")))
    respx.post(f"{URL}/exec/e/start").mock(return_value=httpx.Response(101, extensions={"network_stream": wire}))
    respx.get(f"{URL}/info").mock(side_effect=httpx.ConnectError("no"))
    call: HijackCall = HijackCall("ExecStart", "POST", "/exec/{id}/start", {"id": "e"}, body={}, codec=Codec.FRAMES)
    notes = Notes()
    driver.hijack(call, [b"in"], observers=[notes], **PINNED)
    with pytest.raises(errors.UnreachableError):
        driver.send(calls.system_info(), observers=[notes], **PINNED)
    assert notes.notes[1:] == [
        ("sent", b"{}"),
        ("response", 101, "Switching Protocols"),
        ("sent", b"in"),
        ("write closed",),
        ("received", frames((1, b"x"))),
        ("end", "NoneType"),
        ("request", "GET", "/v1.41/info"),
        ("end", "UnreachableError"),
    ]


@respx.mock
def test_the_bytes_of_a_streamed_body_are_observed(driver: Any) -> None:
    respx.post(f"{URL}/images/load").mock(return_value=httpx.Response(200, content=b""))
    notes = Notes()
    driver.send(calls.image_load(iter([b"one", b"two"])), observers=[notes], **PINNED)
    assert [note for note in notes.notes if note[0] == "sent"] == [("sent", b"one"), ("sent", b"two")]


@respx.mock
def test_headers_given_to_the_client_are_sent(driver: Any) -> None:
    route = respx.get(f"{URL}/info").mock(return_value=httpx.Response(200, json={}))
    driver.send(calls.system_info(), headers={"X-Meta": "1"}, **PINNED)
    assert route.calls.last.request.headers["x-meta"] == "1"


def test_calls_can_be_made_by_hand() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=f"{request.method} {request.url}"))
    with Client(version="1.41", transport=transport) as client:
        call: Call[str] = Call("Any", "POST", "/any/{id}", {"id": "a b/c:d"}, query={"q": [1, "x"]}, codec=Codec.TEXT)  # type: ignore[list-item]
        assert client.send(call) == "POST http://localhost/v1.41/any/a%20b/c:d?q=1&q=x"
