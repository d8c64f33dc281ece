"""create as a whole: pulls, the file with the id, warnings, --use-api-socket; and how progress is drawn."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import recorded

from rawdocker_cli.progress import show

BASE = "http://localhost/v1.41"

ID = "f" * 64
PULLED = (
    "12: Pulling from library/debian\nDigest: sha256:e71858f38050021b4a8acfa498c51703138c62f461dc7d3c1f7c58baf8f1965e\n"
)
UP_TO_DATE = PULLED + "Status: Image is up to date for debian:12\n"
NO_IMAGE = {"message": "No such image: debian:12"}


@pytest.fixture(autouse=True)
def no_content_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_CONTENT_TRUST", raising=False)


def creates(engine: Any, **answer: Any) -> None:
    """Let the engine create, with some parts of its answer changed."""
    engine.answers("POST /containers/create", status=201, body={"Id": ID, "Warnings": [], **answer})


def pulls(engine: Any) -> None:
    """Let the engine pull what it did when this was recorded."""
    stream = "\r\n".join(map(json.dumps, recorded("image_pull")))
    engine.router.post(url__regex=f"^{BASE}/images/create").respond(200, text=stream)


def creates_at_second_try(engine: Any) -> None:
    """Let the engine miss the image once."""
    pulls(engine)
    route = engine.router.post(url__regex=f"^{BASE}/containers/create")
    route.side_effect = [httpx.Response(404, json=NO_IMAGE), httpx.Response(201, json={"Id": ID, "Warnings": None})]


def paths(engine: Any) -> list[str]:
    """Return the requests without their bodies."""
    return [" ".join(request.split(" ")[:2]) for request in engine.requests]


def test_a_missing_image_is_pulled_and_asked_for_again(engine: Any, rawdocker: Any) -> None:
    creates_at_second_try(engine)
    told = "Unable to find image 'debian:12' locally\n" + UP_TO_DATE
    assert rawdocker("create", "--name", "web", "debian:12") == (0, f"{ID}\n", told)
    pull = "POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag=12"
    assert paths(engine) == ["POST /containers/create?name=web", pull, "POST /containers/create?name=web"]


def test_a_name_without_tag_is_pulled_as_latest(engine: Any, rawdocker: Any) -> None:
    creates_at_second_try(engine)
    assert rawdocker("create", "reg:5000/a").err.startswith("Unable to find image 'reg:5000/a:latest' locally\n")
    assert paths(engine)[1] == "POST /images/create?fromImage=reg%3A5000%2Fa&tag=latest"


def test_quiet_pulls_without_a_word(engine: Any, rawdocker: Any) -> None:
    creates_at_second_try(engine)
    assert rawdocker("create", "-q", "debian:12") == (0, f"{ID}\n", "")


@pytest.mark.parametrize("image", ["a" * 64, "sha256:" + "a" * 64])
def test_an_id_is_never_pulled(engine: Any, rawdocker: Any, image: str) -> None:
    engine.answers("POST /containers/create", status=404, body={"message": "No such image: x"})
    assert rawdocker("create", image) == (1, "", "Error response from daemon: No such image: x\n")
    assert len(engine.requests) == 1


@pytest.mark.parametrize("policy", ["never", ""])
def test_a_missing_image_stays_missing_where_pulls_are_not_wanted(engine: Any, rawdocker: Any, policy: str) -> None:
    engine.answers("POST /containers/create", status=404, body=NO_IMAGE)
    refused = (1, "", "Error response from daemon: No such image: debian:12\n")
    assert rawdocker("create", f"--pull={policy}", "debian:12") == refused
    assert len(engine.requests) == 1


def test_pull_always_pulls_before_it_creates(engine: Any, rawdocker: Any) -> None:
    pulls(engine)
    creates(engine)
    ran = rawdocker("create", "--pull", "always", "--platform", "linux/AMD64", "debian:12")
    assert ran == (0, f"{ID}\n", UP_TO_DATE)
    pull = "POST /images/create?fromImage=docker.io%2Flibrary%2Fdebian&platform=linux%2Famd64&tag=12"
    assert paths(engine) == [pull, "POST /containers/create?platform=linux%2Famd64"]


def test_warnings_go_to_stderr(engine: Any, rawdocker: Any) -> None:
    creates(engine, Warnings=["no swap", "no such thing"])
    told = "WARNING: no swap\nWARNING: no such thing\nWARNING: Localhost DNS (127.0.0.53) may fail in containers.\n"
    words = ["--dns", "8.8.8.8", "--dns", "127.0.0.53", "--dns", "::1"]
    assert rawdocker("create", *words, "debian:12") == (0, f"{ID}\n", told)


def test_the_id_is_kept_in_a_file_that_must_not_exist(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    file = tmp_path / "id"
    creates(engine)
    assert rawdocker("create", "--cidfile", str(file), "debian:12").code == 0
    assert file.read_text() == ID
    again = rawdocker("create", "--cidfile", str(file), "debian:12")
    message = f"container ID file found, make sure the other container isn't running or delete {file}\n"
    assert again == (1, "", message)
    assert file.read_text() == ID
    assert len(engine.requests) == 1


def test_the_file_for_the_id_is_gone_where_there_is_none(engine: Any, rawdocker: Any, tmp_path: Path) -> None:
    engine.answers("POST /containers/create", status=409, body={"message": "taken"})
    ran = rawdocker("create", "--cidfile", str(tmp_path / "id"), "debian:12")
    assert ran == (1, "", "Error response from daemon: taken\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("trust", ["1", "true", "yes"])
def test_an_unverified_tag_is_refused_where_trust_is_wanted(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch, trust: str
) -> None:
    monkeypatch.setenv("DOCKER_CONTENT_TRUST", trust)
    creates(engine)
    ran = rawdocker("create", "debian:12")
    assert (ran.code, engine.requests) == (1, [])
    assert rawdocker("create", "--disable-content-trust", "debian:12").code == 0
    assert rawdocker("create", "debian@sha256:" + "a" * 64).code == 0


def test_the_engine_s_socket_and_the_credentials_are_shared(
    engine: Any, rawdocker: Any, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    auths = {"reg.example": {"auth": "dTpw"}}
    config(auths=auths, credHelpers={})
    creates(engine)
    engine.answers(f"PUT /containers/{ID}/archive", status=200)
    assert rawdocker("-H", "unix:///run/e.sock", "create", "--use-api-socket", "-e", "A=1", "debian:12").code == 0
    create, put = engine.router.calls
    body = json.loads(create.request.content)
    assert body["Env"] == ["A=1", "DOCKER_CONFIG=/run/secrets/docker"]
    assert body["HostConfig"]["Mounts"] == [{"Type": "bind", "Source": "/run/e.sock", "Target": "/var/run/docker.sock"}]
    assert dict(put.request.url.params) == {"path": "/", "noOverwriteDirNonDir": "1"}
    with tarfile.open(fileobj=io.BytesIO(put.request.content)) as archive:
        (entry,) = archive
        file = archive.extractfile(entry)
        assert file is not None
        assert (entry.name, entry.mode, json.loads(file.read())) == (
            "/run/secrets/docker/config.json",
            0o600,
            {"auths": auths},
        )


@pytest.mark.parametrize("words", [["-e", "DOCKER_CONFIG=/x"], []])
def test_no_credentials_are_copied_where_there_are_none_or_the_container_has_its_own(
    engine: Any, rawdocker: Any, config: Any, words: list[str]
) -> None:
    config(auths={"reg.example": {"auth": "dTpw"}} if words else {})
    creates(engine)
    assert rawdocker("create", "--use-api-socket", *words, "debian:12").code == 0
    assert len(engine.requests) == 1


def test_credentials_of_the_environment_come_first(
    engine: Any, rawdocker: Any, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(auths={"a.example": {"auth": "dTpw"}})
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", '{"auths": {"b.example": {"auth": "dTpw"}}}')
    creates(engine)
    engine.answers(f"PUT /containers/{ID}/archive", status=200)
    assert rawdocker("create", "--use-api-socket", "debian:12").code == 0
    assert b"b.example" in engine.router.calls.last.request.content
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", "[]")
    ran = rawdocker("create", "--use-api-socket", "debian:12")
    assert (ran.code, ran.err[:29]) == (1, "resolving credentials failed:")


def test_only_a_unix_socket_can_be_shared(engine: Any, rawdocker: Any) -> None:
    ran = rawdocker("-H", "tcp://127.0.0.1:1", "create", "--use-api-socket", "debian:12")
    reason = (
        "flag --use-api-socket can only be used with unix sockets: docker endpoint tcp://127.0.0.1:1 incompatible\n"
    )
    assert ran == (1, "", reason)


class Terminal(io.StringIO):
    """A terminal so many columns wide."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return -1


PULL = [
    {"status": "Pulling from library/x", "id": "12"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "aaa"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "bbb"},
    {"status": "Downloading", "progressDetail": {"current": 500, "total": 1000}, "progress": "[=> ]", "id": "aaa"},
    {"status": "Extracting", "progressDetail": {"current": 3, "units": "s"}, "progress": "3 s", "id": "bbb"},
    {"status": "Pull complete", "progressDetail": {}, "id": "aaa"},
    {"aux": {"ID": "x"}},
    {"status": "Digest: sha256:abc"},
]


def test_progress_without_a_terminal_is_a_line_a_step() -> None:
    written = io.StringIO()
    show(PULL, written)
    assert written.getvalue().splitlines() == [
        "12: Pulling from library/x",
        "aaa: Pulling fs layer",
        "bbb: Pulling fs layer",
        "aaa: Pull complete",
        "Digest: sha256:abc",
    ]


def drawn(monkeypatch: pytest.MonkeyPatch, columns: int, messages: list[dict[str, Any]]) -> str:
    """Return what is written on a terminal so many columns wide."""
    import os

    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: os.terminal_size((columns, 40)))
    terminal = Terminal()
    show(messages, terminal)
    return terminal.getvalue()


def test_progress_on_a_terminal_goes_back_to_the_line_of_each_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    clear = "\x1b[2K\r"
    assert drawn(monkeypatch, 80, PULL) == (
        "12: Pulling from library/x\n"
        f"\n\x1b[1A{clear}aaa: Pulling fs layer \r\x1b[1B"
        f"\n\x1b[1A{clear}bbb: Pulling fs layer \r\x1b[1B"
        f"\x1b[2A{clear}aaa: Downloading     500B/1kB\r\x1b[2B"
        f"\x1b[1A{clear}bbb: Extracting 3 s\r\x1b[1B"
        f"\x1b[2A{clear}aaa: Pull complete \r\x1b[2B"
        "Digest: sha256:abc\n"
    )


EVIL = "\x1b[2J\x9b1A\a"
SHOWN = "\\x1b[2J\\x9b1A\\x07"
EVIL_PULL: list[dict[str, Any]] = [
    {"status": EVIL, "id": EVIL},
    {"status": EVIL, "progressDetail": {"current": 3, "units": EVIL}, "id": f"a{EVIL}"},
    {"status": EVIL, "progress": EVIL, "id": "b"},
    {"stream": f"{EVIL}\n"},
]


def test_what_would_steer_the_terminal_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, EVIL_PULL) == (
        f"{SHOWN}: {SHOWN}\n"
        f"\n\x1b[1A\x1b[2K\ra{SHOWN}: {SHOWN} 3 {SHOWN}\r\x1b[1B"
        f"\n\x1b[1Ab: {SHOWN} {SHOWN}\x1b[1B"
        f"{SHOWN}\n"
    )


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({"current": 500, "total": 1000}, f"[{'=' * 25}>{' ' * 25}]     500B/1kB"),
        ({"current": 2000, "total": 1000}, f"[{'=' * 50}>]      2kB"),
        ({"current": 3, "total": 9, "units": "s"}, f"[{'=' * 16}>{' ' * 34}] 3/9 s"),
        ({"current": 3, "total": 9, "hidecounts": True}, f"[{'=' * 16}>{' ' * 34}] "),
        ({"current": 77}, "     77B"),
        ({"current": 77, "units": "s"}, "77 s"),
        ({}, ""),
    ],
)
def test_a_wide_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch, detail: dict[str, Any], text: str) -> None:
    message = {"status": "Extracting", "progressDetail": detail, "id": "aaa"}
    assert drawn(monkeypatch, 111, [message]) == f"\n\x1b[1A\x1b[2K\raaa: Extracting {text}\r\x1b[1B"


def test_the_time_left_is_judged_by_the_time_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1030.0)
    detail = {"current": 1, "total": 3, "start": 1000}
    message = {"status": "Pushing", "progressDetail": detail, "id": "a"}
    assert drawn(monkeypatch, 80, [message]).endswith("a: Pushing       1B/3B 1m0s\r\x1b[1B")


def test_lines_of_another_block_are_not_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = {"status": "Waiting", "progressDetail": {}, "id": "a"}
    again = drawn(monkeypatch, 80, [layer, {"status": "next"}, layer])
    assert again == "\n\x1b[1A\x1b[2K\ra: Waiting \r\x1b[1Bnext\n\n\x1b[1A\x1b[2K\ra: Waiting \r\x1b[1B"
