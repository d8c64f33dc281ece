"""cp, export, save, load, import, commit: what is asked of the engine, what is told, what is left behind."""

from __future__ import annotations

import io
import stat
import tarfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ARCHIVE = "/containers/web/archive"
FOLDER, LINK, DEVICE = 1 << 31, 1 << 27, 1 << 26


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Give a function that says whether stdin and stdout are terminals."""

    def say(answer: bool) -> None:
        for module in ("copy", "archive"):
            monkeypatch.setattr(f"rawdocker_cli.verbs.{module}.is_terminal", lambda descriptor: answer)

    return say


def tar(**files: str) -> bytes:
    """Return an archive of files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()


def names(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return opened.getnames()


def stat_header(mode: int, target: str = "") -> dict[str, str]:
    """Return the header with which the engine says what is at a path."""
    text = f'{{"name":"x","size":1,"mode":{mode},"mtime":"2024-01-01T00:00:00Z","linkTarget":"{target}"}}'
    return {"X-Docker-Container-Path-Stat": b64encode(text.encode()).decode()}


class Container:
    """An engine with one container: paths and their modes, an archive to give, archives that were put."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.stats: dict[str, dict[str, str]] = {}
        self.archive: Any = b""
        self.put: list[bytes] = []
        for method in ("HEAD", "GET", "PUT"):
            engine.router.route(method=method, path=f"/v1.41{ARCHIVE}").mock(side_effect=self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            found = self.stats.get(request.url.params["path"])
            return httpx.Response(200 if found else 404, headers=found)
        if request.method == "PUT":
            self.put.append(request.read())
            return httpx.Response(200)
        return httpx.Response(200, content=self.archive, headers=stat_header(0o644))

    @property
    def asked(self) -> list[str]:
        """Return what was asked for: method, path, query."""
        base = f"http://localhost/v1.41{ARCHIVE}"
        return [f"{call.request.method} {call.request.url}".replace(base, "") for call in self.engine.router.calls]


@pytest.fixture
def web(engine: Any) -> Container:
    return Container(engine)


def test_a_file_goes_into_a_folder(web: Container, rawdocker: Any, here: Path) -> None:
    (here / "a").write_text("content")
    web.stats["/srv"] = stat_header(FOLDER | 0o755)
    assert rawdocker("cp", "a", "web:/srv") == (0, "", "")
    assert web.asked == ["HEAD ?path=%2Fsrv", "PUT ?noOverwriteDirNonDir=1&path=%2Fsrv"]
    assert names(web.put[0]) == ["a"]


def test_a_file_gets_the_name_that_does_not_exist(web: Container, rawdocker: Any, here: Path) -> None:
    (here / "a").write_text("content")
    assert rawdocker("cp", "-a", "a", "web:/srv/b") == (0, "", "")
    assert web.asked == [
        "HEAD ?path=%2Fsrv%2Fb",
        "PUT ?copyUIDGID=1&noOverwriteDirNonDir=1&path=%2Fsrv",
    ]
    assert names(web.put[0]) == ["b"]


def test_a_link_in_the_container_is_followed(web: Container, rawdocker: Any, here: Path) -> None:
    (here / "a").write_text("content")
    web.stats["/srv/current"] = stat_header(LINK | 0o777, "v2")
    web.stats["/srv/v2"] = stat_header(FOLDER | 0o755)
    assert rawdocker("cp", "a", "web:/srv/current") == (0, "", "")
    assert web.asked == [
        "HEAD ?path=%2Fsrv%2Fcurrent",
        "HEAD ?path=%2Fsrv%2Fv2",
        "PUT ?noOverwriteDirNonDir=1&path=%2Fsrv%2Fv2",
    ]


def test_a_device_is_no_destination(web: Container, rawdocker: Any, here: Path) -> None:
    (here / "a").touch()
    web.stats["/dev/sda"] = stat_header(DEVICE | 0o600)
    message = 'destination "web:/dev/sda" must be a directory or a regular file: got a device\n'
    assert rawdocker("cp", "a", "web:/dev/sda") == (1, "", message)


def test_stdin_is_sent_as_it_is(web: Container, rawdocker: Any) -> None:
    web.stats["/srv"] = stat_header(FOLDER | 0o755)
    assert rawdocker("cp", "-", "web:/srv", stdin="any bytes") == (0, "", "")
    assert web.put == [b"any bytes"]


def test_stdin_needs_a_folder(web: Container, rawdocker: Any) -> None:
    assert rawdocker("cp", "-", "web:/srv", stdin="x") == (1, "", 'destination "web:/srv" must be a directory\n')
    assert web.put == []


def test_a_file_comes_under_its_name_or_another(web: Container, rawdocker: Any, here: Path) -> None:
    web.archive = tar(a="content")
    assert rawdocker("cp", "web:/srv/a", ".") == (0, "", "")
    assert rawdocker("cp", "web:/srv/a", "b") == (0, "", "")
    assert {path.name: path.read_text() for path in here.iterdir()} == {"a": "content", "b": "content"}
    assert web.asked == ["GET ?path=%2Fsrv%2Fa"] * 2


def test_following_a_link_looks_before_it_gets(web: Container, rawdocker: Any, here: Path) -> None:
    web.stats["/srv/link"] = stat_header(LINK | 0o777, "/data/real")
    web.archive = tar(real="content")
    assert rawdocker("cp", "-L", "web:/srv/link", ".") == (0, "", "")
    assert web.asked == ["HEAD ?path=%2Fsrv%2Flink", "GET ?path=%2Fdata%2Freal"]
    assert (here / "link").read_text() == "content"


def test_an_archive_goes_to_stdout_unchanged(web: Container, rawdocker: Any) -> None:
    web.archive = tar(a="content")
    ran = rawdocker("cp", "web:/srv/a", "-")
    assert (ran.code, ran.out.encode()) == (0, web.archive)


def test_a_stream_that_breaks_leaves_no_file_and_fails(web: Container, rawdocker: Any, here: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield tar(a="x" * 5000)[:2000]
        raise httpx.ReadError("reset by peer")

    web.archive = broken()
    ran = rawdocker("cp", "web:/srv/a", "b")
    assert ran.code == 1
    assert "reset by peer" in ran.err
    assert list(here.iterdir()) == []


def test_a_stream_that_is_too_short_leaves_no_file_and_fails(web: Container, rawdocker: Any, here: Path) -> None:
    web.archive = tar(a="x" * 5000)[:2000]
    assert rawdocker("cp", "web:/srv/a", "b") == (1, "", "unexpected EOF\n")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), True),
        (("-q",), False),
        (("-q=false",), True),
    ],
)
def test_on_a_terminal_it_tells_how_much_was_copied(
    web: Container, rawdocker: Any, here: Path, on_terminal: Any, words: tuple[str, ...], told: bool
) -> None:
    on_terminal(True)
    (here / "a").write_text("content")
    message = "Successfully copied 2.05kB to web:/srv/b\n" if told else ""
    assert rawdocker("cp", *words, "a", "web:/srv/b") == (0, "", message)


def test_success_is_told_of_success_only(web: Container, rawdocker: Any, here: Path, on_terminal: Any) -> None:
    on_terminal(True)
    web.archive = tar(a="x" * 5000)[:2000]
    assert rawdocker("cp", "web:/srv/a", "b") == (1, "", "unexpected EOF\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("a", "b"), "must specify at least one container source"),
        (("web:/a", "db:/b"), "copying between containers is not supported"),
        (("", "web:/"), "source can not be empty"),
        (("web:/a", ""), "destination can not be empty"),
        (("./a:b", "./c"), "must specify at least one container source"),
        (("/a:b", "c"), "must specify at least one container source"),
        ((":a", "c"), "must specify at least one container source"),
        (("  :/a", "c"), "invalid container name or ID: value is empty"),
        (("web:/a", "missing/c"), 'invalid output path: directory "HERE/missing" does not exist'),
        (
            ("web:/a", "/dev/null"),
            'invalid output path: "/dev/null" must be a directory or a regular file: got a device',
        ),
    ],
)
def test_what_cannot_be_copied_is_refused_before_anything_is_asked(
    engine: Any, rawdocker: Any, here: Path, words: tuple[str, ...], message: str
) -> None:
    assert rawdocker("cp", *words) == (1, "", message.replace("HERE", str(here)) + "\n")
    assert engine.requests == []


def streamed(engine: Any, path: str, content: Any) -> None:
    engine.router.get(path=f"/v1.41{path}").mock(return_value=httpx.Response(200, content=content))


DOWNLOADS = [(("export", "web"), "/containers/web/export"), (("save", "a", "b"), "/images/get")]


@pytest.mark.parametrize(("words", "path"), DOWNLOADS)
def test_a_download_goes_to_stdout(engine: Any, rawdocker: Any, words: tuple[str, ...], path: str) -> None:
    streamed(engine, path, b"the archive")
    assert rawdocker(*words) == (0, "the archive", "")


@pytest.mark.parametrize(("words", "path"), DOWNLOADS)
def test_a_download_replaces_a_file_with_one_for_the_owner(
    engine: Any, rawdocker: Any, here: Path, words: tuple[str, ...], path: str
) -> None:
    streamed(engine, path, b"the archive")
    (here / "x.tar").write_text("old")
    assert rawdocker(*words, "-o", "x.tar") == (0, "", "")
    assert (here / "x.tar").read_bytes() == b"the archive"
    assert stat.S_IMODE((here / "x.tar").stat().st_mode) == 0o600
    assert [path.name for path in here.iterdir()] == ["x.tar"]


@pytest.mark.parametrize(("words", "path"), DOWNLOADS)
def test_a_download_that_breaks_leaves_the_old_file(
    engine: Any, rawdocker: Any, here: Path, words: tuple[str, ...], path: str
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of the "
        raise httpx.ReadError("reset by peer")

    streamed(engine, path, broken())
    (here / "x.tar").write_text("old")
    assert rawdocker(*words, "-o", "x.tar").code == 1
    assert {path.name: path.read_text() for path in here.iterdir()} == {"x.tar": "old"}


@pytest.mark.parametrize(("words", "path"), DOWNLOADS)
def test_a_terminal_gets_no_archive(
    engine: Any, rawdocker: Any, on_terminal: Any, words: tuple[str, ...], path: str
) -> None:
    on_terminal(True)
    message = "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"
    assert rawdocker(*words) == (1, "", message)
    assert engine.requests == []


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("missing/x", "invalid output path: stat missing: no such file or directory"),
        ("file/x", "invalid output path: stat file: not a directory"),
        (".", "cannot write to a directory"),
        ("link", "cannot write to a symbolic link directly"),
        ("/dev/null", "cannot write to a character device file"),
    ],
)
def test_a_download_replaces_files_only(engine: Any, rawdocker: Any, here: Path, output: str, message: str) -> None:
    (here / "file").touch()
    (here / "link").symlink_to("file")
    assert rawdocker("export", "-o", output, "web") == (1, "", f"failed to export container: {message}\n")
    assert rawdocker("save", "-o", output, "a") == (1, "", f"failed to save image: {message}\n")
    assert engine.requests == []


def test_save_names_all_images_in_one_request(engine: Any, rawdocker: Any) -> None:
    streamed(engine, "/images/get", b"")
    rawdocker("save", "debian:12", "busybox")
    assert engine.requests == ["GET /images/get?names=debian%3A12&names=busybox"]


LOADED = b'{"stream":"Loaded image: debian:12\\n"}\r\n'


def posted(engine: Any, path: str, content: bytes, status: int = 200) -> None:
    engine.router.post(path=f"/v1.41{path}").mock(return_value=httpx.Response(status, content=content))


@pytest.mark.parametrize("words", [("-i", "x.tar"), ()])
def test_load_sends_a_file_or_stdin_and_tells_what_was_in_it(
    engine: Any, rawdocker: Any, here: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(engine, "/images/load", LOADED)
    (here / "x.tar").write_text("the archive")
    monkeypatch.setattr("rawdocker_cli.verbs.archive.is_terminal", lambda descriptor: False)
    assert rawdocker("load", *words, stdin="the archive") == (0, "Loaded image: debian:12\n", "")
    assert engine.requests == ["POST /images/load?quiet=1 the archive"]


def test_load_wants_progress_on_a_terminal_unless_quiet(
    engine: Any, rawdocker: Any, here: Path, on_terminal: Any
) -> None:
    posted(engine, "/images/load", LOADED)
    (here / "x.tar").write_text("x")
    on_terminal(True)
    rawdocker("load", "-i", "x.tar")
    rawdocker("load", "-q", "-i", "x.tar")
    assert engine.requests == ["POST /images/load?quiet=0 x", "POST /images/load?quiet=1 x"]


def test_load_does_not_wait_for_a_terminal(engine: Any, rawdocker: Any, on_terminal: Any) -> None:
    on_terminal(True)
    assert rawdocker("load") == (1, "", "requested load from stdin, but stdin is empty\n")


def test_load_tells_an_error_of_the_stream_as_it_is(engine: Any, rawdocker: Any, here: Path) -> None:
    posted(engine, "/images/load", b'{"errorDetail":{"message":"no space left"},"error":"no space left"}')
    (here / "x.tar").touch()
    assert rawdocker("load", "-i", "x.tar") == (1, "", "no space left\n")


IMPORTED = b'{"status":"sha256:abc"}\r\n'


def test_import_sends_a_file_and_prints_the_id(engine: Any, rawdocker: Any, here: Path) -> None:
    posted(engine, "/images/create", IMPORTED)
    (here / "x.tar").write_text("the archive")
    words = ("-c", "CMD sh", "-c", "ENV A=1", "-m", "why", "--platform", "Linux/ARM64", "x.tar", "me/new:1")
    assert rawdocker("import", *words) == (0, "sha256:abc\n", "")
    query = "changes=CMD+sh&changes=ENV+A%3D1&fromSrc=-&message=why&platform=linux%2Farm64&repo=me%2Fnew%3A1"
    assert engine.requests == [f"POST /images/create?{query} the archive"]


def test_import_takes_stdin_and_the_default_platform(
    engine: Any, rawdocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(engine, "/images/create", IMPORTED)
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    assert rawdocker("import", "-", stdin="the archive") == (0, "sha256:abc\n", "")
    assert engine.requests == ["POST /images/create?fromSrc=-&platform=linux%2Farm64 the archive"]


def test_import_lets_the_engine_fetch_a_url(engine: Any, rawdocker: Any) -> None:
    posted(engine, "/images/create", IMPORTED)
    assert rawdocker("import", "https://example.org/x.tar", "new").code == 0
    assert engine.requests == ["POST /images/create?fromSrc=https%3A%2F%2Fexample.org%2Fx.tar&repo=new"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("import", "missing"), "open missing: no such file or directory"),
        (("load", "-i", "missing"), "open missing: no such file or directory"),
        (("import", "x", "UPPER"), "invalid reference format: repository name (library/UPPER) must be lowercase"),
        (("commit", "web", "a@sha256:" + "0" * 64), "refusing to create a tag with a digest reference"),
        (("commit", "web", "UPPER"), "invalid reference format: repository name (library/UPPER) must be lowercase"),
        (("commit", " "), "invalid container name or ID: value is empty"),
        (("export", " "), "invalid container name or ID: value is empty"),
    ],
)
def test_what_cannot_be_sent_is_refused(engine: Any, rawdocker: Any, words: tuple[str, ...], message: str) -> None:
    assert rawdocker(*words) == (1, "", f"{message}\n")
    assert engine.requests == []


@pytest.mark.parametrize("verb", ["save", "load"])
def test_a_platform_needs_a_newer_engine(engine: Any, rawdocker: Any, verb: str) -> None:
    message = '"--platform" requires API version 1.48, but the Docker daemon API version is 1.41\n'
    words = ("a",) if verb == "save" else ()
    assert rawdocker(verb, "--platform", "linux/arm64", *words) == (1, "", message)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("web",), "container=web"),
        (("web", "new"), "container=web&repo=docker.io%2Flibrary%2Fnew&tag=latest"),
        (("web", "me/new:2"), "container=web&repo=docker.io%2Fme%2Fnew&tag=2"),
        (("-p=false", "-a", "Ada", "-m", "why", "web"), "author=Ada&comment=why&container=web&pause=0"),
        (("-c", "CMD a", "--change", "ENV B=1", "web"), "changes=CMD+a&changes=ENV+B%3D1&container=web"),
    ],
)
def test_commit_asks_for_what_was_typed_and_prints_the_id(
    engine: Any, rawdocker: Any, words: tuple[str, ...], query: str
) -> None:
    posted(engine, "/commit", b'{"Id":"sha256:abc"}', 201)
    assert rawdocker("commit", *words) == (0, "sha256:abc\n", "")
    assert engine.requests == [f"POST /commit?{query}"]


def test_flags_of_commit_stand_before_the_container(engine: Any, rawdocker: Any) -> None:
    ran = rawdocker("commit", "web", "-m", "why")
    assert ran.code == 1
    assert "requires at least 1 and at most 2 arguments" in ran.err
