"""Recordings: whole at every moment, readable by others, for the owner alone, in flat memory, and without secrets."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from har_rules import wrong
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rawdocker.call import Call
from rawdocker.calls import container_attach, container_create, container_logs
from rawdocker.errors import CutStreamError, InvalidCallError, NotFoundError, RecordingError
from rawdocker.har import HarRecorder, read
from rawdocker.har.entry import words_without_secrets
from rawdocker.observe import Exchange, Observer
from rawdocker.operations import call_of
from rawdocker.secrets import Redactor

MIB = 1 << 20
JSON = [("Content-Type", "application/json")]
PUBLISHED = Path(__file__).parent.parent / "fixtures" / "recordings"


def begun(recorder: Observer, call: Call[Any], *sent: bytes, headers: Any = ()) -> Exchange:
    """Tell a recorder of a request."""
    exchange = Exchange(call, call.method, f"/v1.41{call.target}", headers, "unix:///run/docker.sock")
    recorder.request(exchange)
    for data in sent:
        recorder.sent(exchange, data)
    return exchange


def answered(recorder: Observer, exchange: Exchange, status: int, *received: bytes, headers: Any = JSON) -> None:
    """Tell a recorder of an answer, and of the end."""
    responded(recorder, exchange, status, headers)
    for data in received:
        recorder.received(exchange, data)
    ended(recorder, exchange)


def responded(recorder: Observer, exchange: Exchange, status: int, headers: Any = JSON) -> None:
    exchange.received = time.perf_counter()
    exchange.status, exchange.reason, exchange.response_headers = status, "Said", headers
    recorder.response(exchange)


def ended(recorder: Observer, exchange: Exchange, error: BaseException | None = None) -> None:
    exchange.ended = time.perf_counter()
    recorder.end(exchange, error)


def frame(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


LIST = call_of("GET", "/containers/json")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.har"


@pytest.fixture
def recorder(path: Path) -> Iterator[HarRecorder]:
    recorder = HarRecorder(path)
    yield recorder
    recorder.close()


def only(path: Path) -> dict[str, Any]:
    """Return the one entry of a file, which is to be a HAR file."""
    document = json.loads(path.read_bytes())
    assert wrong(document) == []
    (entry,) = document["log"]["entries"]
    return entry  # type: ignore[no-any-return]


def test_a_recording_is_for_its_owner_alone(recorder: HarRecorder, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_everybody_may_read_is_replaced_not_written_to(path: Path) -> None:
    path.write_text("old")
    path.chmod(0o666)
    with path.open() as old:
        HarRecorder(path).close()
        assert old.read() == "old"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_a_link_and_a_device_are_refused_and_left_alone(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("mine")
    path.symlink_to(target)
    with pytest.raises(RecordingError, match="is no plain file"):
        HarRecorder(path)
    with pytest.raises(RecordingError, match="/dev/null is no plain file"):
        HarRecorder("/dev/null")
    assert target.read_text() == "mine"
    assert path.is_symlink()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file or directory"):
        HarRecorder(tmp_path / "none" / "x.har")


def test_the_file_is_a_whole_document_after_each_entry(recorder: HarRecorder, path: Path) -> None:
    for count in range(4):
        document = json.loads(path.read_bytes())
        assert wrong(document) == []
        assert len(document["log"]["entries"]) == count
        answered(recorder, begun(recorder, LIST), 200, b"[]")


def test_bodies_are_kept_as_they_were(recorder: HarRecorder, path: Path) -> None:
    body = '{"Image":"busybox","Cmd":["echo","grüße"]}'.encode()
    call = container_create({}, name="web")
    exchange = begun(recorder, call, body, headers=[("Content-Type", "application/json")])
    answered(recorder, exchange, 201, b'{"Id":', b'"abc"}')
    entry = only(path)
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": body.decode()}
    assert entry["request"]["queryString"] == [{"name": "name", "value": "web"}]
    assert entry["response"]["content"] == {"size": 12, "mimeType": "application/json", "text": '{"Id":"abc"}'}
    assert entry["_rawdocker"]["function"] == "container_create"
    (read_again,) = read(path).entries
    assert (read_again.body, read_again.content) == (body, b'{"Id":"abc"}')
    assert read_again.call.json_body() == json.loads(body)


@pytest.mark.parametrize("data", [b"\0\1\2", b"\xff\xfe", b"text", "ü".encode(), b"\x1b[1m", b""])
def test_any_bytes_are_read_as_they_were(recorder: HarRecorder, path: Path, data: bytes) -> None:
    exchange = begun(recorder, call_of("PUT", "/containers/web/archive?path=/"), data)
    answered(recorder, exchange, 200, data, headers=[])
    (entry,) = read(path).entries
    assert (entry.body, entry.content) == (data, data)
    assert wrong(json.loads(path.read_bytes())) == []


def test_pieces_of_a_stream_have_their_times(recorder: HarRecorder, path: Path) -> None:
    exchange = begun(recorder, call_of("GET", "/events"))
    responded(recorder, exchange, 200)
    for piece in (b'{"a":1}\n', b'{"b":2}\n'):
        time.sleep(0.05)
        recorder.received(exchange, piece)
    ended(recorder, exchange)
    chunks = read(path).entries[0].chunks
    assert [data for _, data in chunks] == [b'{"a":1}\n', b'{"b":2}\n']
    assert chunks[0][0] >= 50
    assert chunks[1][0] - chunks[0][0] >= 49


def test_frames_of_a_hijacked_connection_are_messages_however_they_came(recorder: HarRecorder, path: Path) -> None:
    exchange = begun(recorder, container_attach("web", stream=True))
    responded(recorder, exchange, 101)
    stream = frame(1, b"out\n") + frame(2, b"err\xff") + b"\1\0\0"
    recorder.sent(exchange, b"in\n")
    for at in range(0, len(stream), 5):
        recorder.received(exchange, stream[at : at + 5])
    recorder.write_closed(exchange)
    ended(recorder, exchange)
    only(path)
    (entry,) = read(path).entries
    assert [(message.sent, message.stream, message.data) for message in entry.messages] == [
        (True, "", b"in\n"), (False, "stdout", b"out\n"), (False, "stderr", b"err\xff"), (False, "", b"\1\0\0"),
    ]  # fmt: skip
    assert entry.half_close is not None


def test_a_terminal_s_stream_is_kept_as_it_is(recorder: HarRecorder, path: Path) -> None:
    exchange = begun(recorder, container_attach("web", stream=True, tty=True))
    responded(recorder, exchange, 101)
    recorder.received(exchange, b"\1\0\0\0\0\0\0\1x")
    ended(recorder, exchange)
    (message,) = read(path).entries[0].messages
    assert (message.data, message.stream) == (b"\1\0\0\0\0\0\0\1x", "")


def test_what_was_sent_and_received_at_once_keeps_its_order(recorder: HarRecorder, path: Path) -> None:
    exchange = begun(recorder, container_attach("web", stream=True, tty=True))
    responded(recorder, exchange, 101)
    for letter in b"abc":
        recorder.sent(exchange, bytes([letter]))
        recorder.received(exchange, bytes([letter]).upper())
    ended(recorder, exchange)
    assert [message.data for message in read(path).entries[0].messages] == [b"a", b"A", b"b", b"B", b"c", b"C"]


def test_only_the_size_and_digest_of_a_long_body_are_kept(path: Path) -> None:
    recorder = HarRecorder(path, max_body=100)
    exchange = begun(recorder, call_of("PUT", "/containers/web/archive?path=/"), b"x" * 60, b"y" * 60)
    answered(recorder, exchange, 200, b"short")
    recorder.close()
    entry = only(path)
    digest = hashlib.sha256(b"x" * 60 + b"y" * 60).hexdigest()
    assert entry["_rawdocker"]["cut"] is True
    assert entry["_rawdocker"]["sent"] == {"size": 120, "sha256": digest}
    assert entry["request"]["bodySize"] == 120
    assert read(path).entries[0].content == b"short"


def test_a_body_of_just_the_most_bytes_is_kept(path: Path) -> None:
    recorder = HarRecorder(path, max_body=100)
    answered(recorder, begun(recorder, LIST), 200, *[b"x"] * 100)
    recorder.close()
    assert read(path).entries[0].content == b"x" * 100


def test_why_an_answer_broke_off_is_kept_and_a_refusal_is_not_an_error(recorder: HarRecorder, path: Path) -> None:
    for error in (CutStreamError("the stream was cut"), NotFoundError("none", status=404), KeyboardInterrupt()):
        ended(recorder, begun(recorder, LIST), error)
    assert [entry.error for entry in read(path).entries] == ["the stream was cut", "", ""]


def test_what_has_not_ended_is_written_at_the_end(recorder: HarRecorder, path: Path) -> None:
    exchange = begun(recorder, container_logs("web", follow=True, tty=True))
    responded(recorder, exchange, 200)
    recorder.received(exchange, b"so far")
    recorder.close()
    ended(recorder, exchange)
    assert only(path)["_rawdocker"]["unfinished"] is True
    assert read(path).entries[0].content == b"so far"


def test_entries_are_read_in_the_order_of_their_requests(recorder: HarRecorder, path: Path) -> None:
    first, second = begun(recorder, LIST), begun(recorder, call_of("GET", "/info"))
    answered(recorder, second, 200, b"{}")
    answered(recorder, first, 200, b"[]")
    assert [entry.target for entry in read(path).entries] == ["/v1.41/containers/json", "/v1.41/info"]


def test_many_threads_write_one_whole_file(recorder: HarRecorder, path: Path) -> None:
    def work() -> None:
        for _ in range(50):
            answered(recorder, begun(recorder, LIST, b'{"TOKEN":"%d"}' % threading.get_ident()), 200, b"[]")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    document = json.loads(path.read_bytes())
    assert wrong(document) == []
    assert sorted(entry["_rawdocker"]["number"] for entry in document["log"]["entries"]) == list(range(1, 401))


WRITER = """
import sys, time
sys.path.insert(0, {tests!r})
from test_har import *
recorder = HarRecorder({path!r})
body = b"x" * {size}
print("ready", flush=True)
while True:
    answered(recorder, begun(recorder, LIST), 200, body)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_writer_that_is_killed_leaves_a_file_that_can_be_read(path: Path, number: int) -> None:
    code = WRITER.format(tests=str(Path(__file__).parent), path=str(path), size=MIB)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while path.stat().st_size < 8 * MIB:
            time.sleep(0.01)
        process.send_signal(number)
    entries = read(path).entries
    assert entries
    assert all(len(entry.content) == MIB for entry in entries)


def test_a_last_line_in_pieces_is_left_out(recorder: HarRecorder, path: Path) -> None:
    for _ in range(2):
        answered(recorder, begun(recorder, LIST), 200, b"[]")
    recorder.close()
    whole = path.read_bytes()
    second = whole.rindex(b",\n")
    for end in range(second + 2, len(whole) - len(b"\n]}}\n")):
        path.write_bytes(whole[:end])
        assert len(read(path).entries) == 1


NO_RECORDINGS = ["", "no", "[]", "{}", '{"log": 1}', '{"log": {"entries": [{}]}}', "\0", "[" * 100_000]


@pytest.mark.parametrize("text", NO_RECORDINGS)
def test_what_is_no_recording_is_refused_in_words(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(RecordingError, match=r"session\.har is no HAR file"):
        read(path)


def test_a_full_disk_loses_the_entry_not_the_file_and_is_told_at_the_end(path: Path) -> None:
    recorder = HarRecorder(path)
    answered(recorder, begun(recorder, LIST), 200, b"[]")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 1000, limits[1]))
    try:
        answered(recorder, begun(recorder, LIST), 200, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    with pytest.raises(RecordingError, match=r"file too large: the recording is not complete"):
        recorder.close()
    assert len(json.loads(path.read_bytes())["log"]["entries"]) == 1


ENDLESS = """
import resource, sys
sys.path.insert(0, {tests!r})
from test_har import *
recorder = HarRecorder({path!r}, max_body=MIB)
exchange = begun(recorder, container_logs("web", follow=True))
responded(recorder, exchange, 200)
piece = frame(1, b"x" * 32_000)
recorder.received(exchange, piece)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(10_000):
    recorder.received(exchange, piece)
ended(recorder, exchange)
recorder.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_stays_flat_on_an_endless_stream(path: Path) -> None:
    code = ENDLESS.format(tests=str(Path(__file__).parent), path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 8 * 1024, "KiB more"
    assert read(path).entries[0].ours["received"]["size"] == 10_001 * 32_008


# -- secrets

PLANTED = "Tr0ub4dor&3-Ünlikely"


def texts(value: Any) -> Iterator[bytes]:
    """Yield every text of a document, and what base64 stands for."""
    if isinstance(value, dict):
        for inner in value.items():
            yield from texts(list(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value.encode()
        try:
            yield base64.b64decode(value, validate=True)
        except ValueError:
            return


def found(path: Path, secret: bytes) -> list[bytes]:
    """Return where in a file a secret stands: as it is, in a JSON text, or in base64."""
    data = path.read_bytes()
    assert secret not in data
    return [text for text in texts(json.loads(data)) if secret in text]


def registry_auth(secret: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"username": "student", "password": secret}).encode()).decode()


def in_environment(recorder: HarRecorder, secret: str) -> None:
    body = json.dumps({"Image": "x", "Env": ["A=b", f"DB_PASSWORD={secret}"]}).encode()
    answered(recorder, begun(recorder, container_create({}), body, headers=JSON), 201, b'{"Id":"1"}')


def in_header(recorder: HarRecorder, secret: str) -> None:
    headers = [("X-Registry-Auth", registry_auth(secret)), ("Authorization", f"Bearer {secret}")]
    exchange = begun(recorder, call_of("POST", "/images/create?fromImage=x"), headers=headers)
    answered(recorder, exchange, 200, json.dumps({"status": f"denied for {secret}"}).encode())


def in_secret_data(recorder: HarRecorder, secret: str) -> None:
    data = base64.b64encode(secret.encode()).decode()
    body = json.dumps({"Name": "s", "Data": data}).encode()
    answered(recorder, begun(recorder, call_of("POST", "/secrets/create"), body, headers=JSON), 201, b'{"ID":"1"}')
    assert not found(recorder._file.path, data.encode())


def in_answer(recorder: HarRecorder, secret: str) -> None:
    answered(recorder, begun(recorder, call_of("POST", "/auth")), 200, json.dumps({"IdentityToken": secret}).encode())


def in_query(recorder: HarRecorder, secret: str) -> None:
    call = call_of("POST", "/build").replace(query={"buildargs": {"NPM_TOKEN": secret}})
    answered(recorder, begun(recorder, call), 200)


def in_output(recorder: HarRecorder, secret: str) -> None:
    in_environment(recorder, secret)
    exchange = begun(recorder, container_attach("web", stream=True))
    responded(recorder, exchange, 101)
    data = f"DB_PASSWORD={secret}\n".encode()
    recorder.sent(exchange, data[:15])
    recorder.sent(exchange, data[15:])
    recorder.received(exchange, frame(1, data[:17]) + frame(2, b"other") + frame(1, data[17:]))
    ended(recorder, exchange)
    payload = b"".join(m.data for m in read(recorder._file.path).entries[-1].messages if m.stream == "stdout")
    assert secret.encode() not in payload
    assert len(payload) == len(data)


def in_logs(recorder: HarRecorder, secret: str) -> None:
    in_environment(recorder, secret)
    data = secret.encode()
    stream = frame(1, b"it is " + data[:4]) + frame(1, data[4:] + b"\n")
    answered(recorder, begun(recorder, container_logs("web", stdout=True)), 200, stream, headers=[])
    content = read(recorder._file.path).entries[-1].content
    assert len(content) == len(stream)
    assert content[:8] == stream[:8]


def in_archive(recorder: HarRecorder, secret: str) -> None:
    in_environment(recorder, secret)
    exchange = begun(recorder, call_of("PUT", "/containers/web/archive?path=/"), b"\0tar " + secret.encode() + b"\0")
    answered(recorder, exchange, 200)


def in_error(recorder: HarRecorder, secret: str) -> None:
    in_environment(recorder, secret)
    ended(recorder, begun(recorder, LIST), CutStreamError(f"cut at {secret}"))


PLACES: list[Callable[[HarRecorder, str], None]] = [
    in_environment, in_header, in_secret_data, in_answer, in_query, in_output, in_logs, in_archive, in_error,
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_nowhere_in_the_file(recorder: HarRecorder, path: Path, place: Any) -> None:
    place(recorder, PLANTED)
    recorder.close()
    assert not found(path, PLANTED.encode())
    assert wrong(json.loads(path.read_bytes())) == []


SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>"), min_size=8, max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS.filter(lambda text: len(set(text)) > 5))
@pytest.mark.parametrize("place", PLACES)
def test_any_secret_is_nowhere_in_the_file(tmp_path: Path, place: Any, secret: str) -> None:
    secret = f"§{secret}§"  # no word of the entries themselves
    recorder = HarRecorder(tmp_path / "any.har")
    place(recorder, secret)
    recorder.close()
    assert not found(tmp_path / "any.har", secret.encode())


@pytest.mark.parametrize(
    "words",
    [
        ["run", "-e", f"DB_PASSWORD={PLANTED}", "x"],
        ["run", f"--env=DB_PASSWORD={PLANTED}", "x"],
        ["run", f"-eDB_PASSWORD={PLANTED}", "x"],
        ["login", "--password", PLANTED],
        ["login", f"--password={PLANTED}"],
        ["api", "POST", "/auth", "-f", f"password={PLANTED}"],
        ["api", "GET", "/x", "-H", f"Authorization: Bearer {PLANTED}"],
        ["build", f"https://user:{PLANTED}@example.com/x.git"],
        ["run", "x", "sh", "-c", f"TOKEN={PLANTED} do"],
        ["api", "POST", "/secrets/create", "-F", f"Data={PLANTED}"],
        ["api", "POST", "/build", "-q", f'buildargs={{"NPM_TOKEN": "{PLANTED}"}}'],
        ["curl", "-d", f'{{"Env": ["DB_PASSWORD={PLANTED}"]}}'],
        ["run", "-e", f'DB_PASSWORD={{"a": "{PLANTED}"}}', "x"],
    ],
)
def test_the_command_line_is_kept_without_its_secrets(words: list[str]) -> None:
    redactor = Redactor()
    shown = json.loads(redactor.text(json.dumps(words_without_secrets(words, redactor))))
    assert len(shown) == len(words)
    assert PLANTED not in " ".join(shown)


def test_the_command_line_is_kept(path: Path) -> None:
    recorder = HarRecorder(path, verb=["run", "-e", "A=b", "debian:12", "echo", "hi there"])
    answered(recorder, begun(recorder, LIST), 200, b"[]")
    recorder.close()
    assert only(path)["_rawdocker"]["verb"] == ["run", "-e", "A=b", "debian:12", "echo", "hi there"]


# -- what is shipped


@pytest.mark.parametrize("recording", sorted(PUBLISHED.glob("*.har")), ids=lambda path: path.stem)
def test_a_shipped_recording_is_small_and_a_har_file(recording: Path) -> None:
    assert recording.stat().st_size < 256 * 1024
    assert wrong(json.loads(recording.read_bytes())) == []
    assert "a-secret-of-tests" not in recording.read_text()


RECORDED = json.loads((PUBLISHED / "demo.har").read_bytes())


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a JSON value."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(inner, (*path, key))


ODD = st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=3)
ODD |= st.sampled_from(["base64", "9999-12-31T23:59:59-14:00", "http://[", [], {}, [1], [[1, 2, 3]], {"a": 1}])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([path for path in paths(RECORDED) if path]), ODD)
def test_a_file_that_was_damaged_is_refused_at_once_or_read_to_its_end(
    tmp_path: Path, place: tuple[Any, ...], odd: Any
) -> None:
    document = deepcopy(RECORDED)
    part = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = odd
    (tmp_path / "odd.har").write_text(json.dumps(document))
    with suppress(RecordingError):
        entries = read(tmp_path / "odd.har").entries
        with suppress(InvalidCallError):
            assert [entry.left_open in (True, False) for entry in entries] == [True] * len(entries)
        assert [type(entry.content) for entry in entries] == [bytes] * len(entries)
