"""Requests of two clients are compared for what they say, not for how they say it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from rawdocker.compare import Difference, Request, Requests, compared, line, of_entry
from rawdocker.har import HarRecorder, read
from rawdocker.operations import call_of
from rawdocker.spy import Follower

ID, OTHER = "ab" * 32, "cd" * 32


def request(target: str, body: Any = None, *, method: str = "POST", version: str = "1.41", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    return Request(call_of(method, target, named, data), version, 200)


def encoded(auth: bytes) -> str:
    return base64.urlsafe_b64encode(auth).decode()


def differences(left: Request, right: Request) -> list[Difference]:
    (row,) = compared([left], [right])
    return list(row.differences)


SAME = {
    "defaults that are written out": (
        request("/containers/create", {"Image": "i", "HostConfig": {"NetworkMode": "default", "Memory": 0}}),
        request("/containers/create", {"Image": "i"}),
    ),
    "ids": (request(f"/containers/{ID}/start"), request(f"/containers/{OTHER}/start")),
    "filters in either form": (
        request('/images/json?filters={"label":{"a":true}}', method="GET"),
        request('/images/json?filters={"label":["a"]}', method="GET"),
    ),
    "words of a query": (request("/containers/json?all=true&limit=0"), request("/containers/json?all=1")),
    "times": (request("/x", {"since": "2026-01-02T03:04:05Z"}), request("/x", {"since": "2026-01-02T03:04:06Z"})),
    "who asks a registry": (
        request("/images/create", X_Registry_Auth=encoded(b'{"username": "me", "email": ""}')),
        request("/images/create", X_Registry_Auth=encoded(b'{"username": "me"}')),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_said_otherwise_is_no_difference(name: str) -> None:
    assert differences(*SAME[name]) == []


DIFFERENT = {
    "a field": (
        request("/containers/create", {"HostConfig": {"Memory": 1}}),
        request("/containers/create", {"HostConfig": {"Memory": 2}}),
        [Difference("body.HostConfig.Memory", "1", "2")],
    ),
    "a field of one side": (
        request("/containers/create", {"Cmd": ["a"]}),
        request("/containers/create", {"Image": "i"}),
        [Difference("body.Cmd", '["a"]', ""), Difference("body.Image", "", "i")],
    ),
    "a query": (request("/x?a=1"), request("/x?a=2"), [Difference("query.a", "1", "2")]),
    "a version": (request("/x"), request("/x", version="1.45"), [Difference("version", "1.41", "1.45")]),
    "a status": (request("/x"), request("/x")._replace(status=404), [Difference("status", "200", "404")]),
    "who asks a registry": (
        request("/images/create", X_Registry_Auth="<redacted: X-Registry-Auth>"),
        request("/images/create"),
        [Difference("auth", "<redacted: X-Registry-Auth>", "")],
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_named(name: str) -> None:
    left, right, expected = DIFFERENT[name]
    assert differences(left, right) == expected


def test_another_container_is_a_difference() -> None:
    left = [request(f"/containers/{ID}/start"), request(f"/containers/{ID}/stop")]
    right = [request(f"/containers/{OTHER}/start"), request(f"/containers/{ID}/stop")]
    assert [row.differences for row in compared(left, right)] == [
        (), (Difference("path", "/containers/<0>/stop", "/containers/<1>/stop"),),
    ]  # fmt: skip


def test_a_request_of_one_side_stands_alone() -> None:
    ping, inspect = request("/_ping", method="HEAD"), request("/containers/c/json")
    start = request("/containers/c/start")
    rows = compared([ping, inspect, start], [ping, start])
    assert [(row.left, row.right, row.differs) for row in rows] == [
        ("HEAD /_ping", "HEAD /_ping", False),
        ("POST /containers/c/json", "", True),
        ("POST /containers/c/start", "POST /containers/c/start", False),
    ]


def test_a_request_is_one_line() -> None:
    made = request("/containers/create?name=web", {"Image": "i", "Tty": False})
    assert line(made) == 'POST /v1.41/containers/create {"name": "web"} {"Image": "i"}'


LOAD = b"POST /v1.41/images/load HTTP/1.1\r\nContent-Type: application/x-tar\r\nContent-Length: 9\r\n\r\nnine+nine"
ATTACH = (
    b"POST /v1.41/containers/c/attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
    b"HTTP/1.1 101 UPGRADED\r\n\r\n",
    b"this is stdin",
)


def test_a_body_that_is_no_json_is_its_size_and_digest_however_it_was_kept(tmp_path: Path) -> None:
    kept = Requests()
    recorders = [HarRecorder(tmp_path / name, max_body=size) for name, size in (("whole", 100), ("cut", 1))]
    for conversation in ((LOAD, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), ATTACH):
        follower = Follower([kept, *recorders], "unix:///x")
        for number, data in enumerate(conversation):
            (follower.received if number == 1 else follower.sent)(data)
        follower.closed()
    for recorder in recorders:
        recorder.close()
    load, attach = kept.requests
    assert (load.call.body["size"], load.call.body["sha256"][:8]) == (9, "1550e6ba")
    assert (attach.path, attach.call.body, attach.status) == ("/containers/c/attach", None, 101)
    for name in ("whole", "cut"):
        recorded = [of_entry(entry) for entry in read(tmp_path / name).entries]
        assert not any(row.differs for row in compared(kept.requests, recorded)), name
