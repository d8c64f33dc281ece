"""report: where the page goes, who may read it, what is refused; and which word made which part of a call."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from recordings import SESSION, entry, har

from rawdocker.operations import call_of
from rawdocker_cli.origins import origins

CREATE = "/v1.41/containers/create?name=web"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let each test work in a folder that holds one recording."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.har").write_bytes(har(entry()))
    return tmp_path


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_page_is_written_beside_the_recording(rawdocker: Any, folder: Path) -> None:
    assert rawdocker("report", "run.har") == (0, "run.html\n", "")
    assert left(folder) == ["run.har", "run.html"]
    assert (folder / "run.html").read_text().startswith("<!DOCTYPE html>")


def test_only_its_owner_may_read_the_page(rawdocker: Any, folder: Path) -> None:
    (folder / "other.html").write_text("was here")
    (folder / "other.html").chmod(0o644)
    assert rawdocker("report", "-o", "other.html", "run.har").code == 0
    assert stat.S_IMODE((folder / "other.html").stat().st_mode) == 0o600


def test_the_page_goes_to_stdout_where_that_is_asked(rawdocker: Any, folder: Path) -> None:
    ran = rawdocker("report", "run.har", "-o", "-")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("</html>\n")
    assert left(folder) == ["run.har"]


def test_nothing_is_sent(engine: Any, rawdocker: Any) -> None:
    assert rawdocker("report", "run.har").code == 0
    assert engine.requests == []


def test_a_file_that_is_no_recording_is_refused_and_nothing_written(rawdocker: Any, folder: Path) -> None:
    (folder / "x.har").write_text('{"log": ')
    ran = rawdocker("report", "x.har")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("x.har is no HAR file: ")
    assert left(folder) == ["run.har", "x.har"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.har"], "open none.har: no such file or directory"),
        (["."], "open .: is a directory"),
        (["run.har", "-o", "run.har"], "run.har is the recording itself: name another file with -o"),
        (["run.har", "-o", "none/x.html"], "failed to write the page: invalid output path: stat none: no such file"),
        (["run.har", "-o", "/dev/null"], "failed to write the page: cannot write to a character device file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(rawdocker: Any, folder: Path, words: list[str], told: str) -> None:
    ran = rawdocker("report", *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(told)
    assert left(folder) == ["run.har"]


def test_a_recording_that_is_called_html_is_not_overwritten(rawdocker: Any, folder: Path) -> None:
    (folder / "run.har").rename(folder / "run.html")
    assert rawdocker("report", "run.html").code == 1
    assert (folder / "run.html").read_bytes() == har(entry())


def test_one_file_is_wanted(rawdocker: Any) -> None:
    ran = rawdocker("report")
    assert ran.code == 1
    assert "'rawdocker report' requires 1 argument" in ran.err


@pytest.mark.parametrize(
    ("line", "target", "body", "made"),
    [
        (
            "run --rm --name web -m 1g -e A=1 debian:12 echo hi",
            CREATE,
            b'{"Image":"debian:12","Cmd":["echo","hi"],"Env":["A=1"],"HostConfig":{"AutoRemove":true,"Memory":1}}',
            {
                "?name": "--name",
                "Image": "IMAGE",
                "Cmd": "COMMAND, ARG",
                "Env": "--env",
                "HostConfig.AutoRemove": "--rm",
                "HostConfig.Memory": "--memory",
            },
        ),
        ("-D container create x", "/v1.41/containers/create", b'{"Image":"x","Tty":false}', {"Image": "IMAGE"}),
        ("stop -t 3 web", "/v1.41/containers/web/stop?t=3", b"", {"{id}": "CONTAINER", "?t": "--timeout"}),
        ("run --rm x", "/v1.41/containers/a/wait?condition=removed", b"", {"?condition": "--rm"}),
        ("run x", "/v1.41/containers/a/wait?condition=next-exit", b"", {}),
        ("run --no-such-flag x", CREATE, b'{"Image":"x"}', {}),
        ("--help", CREATE, b'{"Image":"x"}', {}),
        ("no-such-verb x", CREATE, b'{"Image":"x"}', {}),
        ("", CREATE, b'{"Image":"x"}', {}),
    ],
)
def test_the_tables_of_flags_say_what_made_a_part(line: str, target: str, body: bytes, made: dict[str, str]) -> None:
    assert origins(line.split(), call_of("POST", target, {}, body)) == made


def test_the_page_says_which_flag_made_which_field(rawdocker: Any) -> None:
    page = rawdocker("report", str(SESSION), "-o", "-").out
    assert '<span class="key">&quot;Memory&quot;</span>: <span class="number">268435456</span>' in page
    assert '<span class="by"> ← --memory</span>' in page
