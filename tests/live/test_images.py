"""Images that go to a registry and come back, and the credentials for it, on a real engine and real registries."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from engines import ask, remove_images
from processes import PROGRAM, Done, finished, peak
from real_registry import IDENTITY, STUDENT, behind_tokens, push, push_layer, serving
from registries import image

pytestmark = pytest.mark.live

HELPERS = Path(__file__).parent.parent / "helpers"
USER, PASSWORD = "student", "secret"
GIB = 1 << 30
Command = Callable[..., Done]


@pytest.fixture
def environ(engine_host: str, tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user who has a configuration and a credential helper of their own."""
    own = {"DOCKER_CONFIG": str(tmp_path), "KEPT": str(tmp_path), "PATH": f"{HELPERS}:{os.environ['PATH']}"}
    return {**os.environ, **own, "DOCKER_HOST": engine_host}


@pytest.fixture
def rawdocker(environ: dict[str, str]) -> Command:
    def command(*words: str, stdin: str = "") -> Done:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return finished(subprocess.Popen([PROGRAM, *words], env=environ, **pipes), stdin)  # type: ignore[call-overload]

    return command


@pytest.fixture
def locked_image(engine_host: str, locked_registry: str, own_name: str) -> str:
    """Return the name of an image for the locked registry that only the engine has."""
    name = f"{locked_registry}/{own_name}"
    ask(engine_host, "POST", "/images/busybox:1/tag", params={"repo": name, "tag": "1"})
    return f"{name}:1"


@pytest.mark.parametrize("helper", ["", "kept"])
def test_one_who_logs_in_may_push_and_pull_until_they_log_out(
    rawdocker: Command, tmp_path: Path, locked_registry: str, locked_image: str, helper: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credsStore": helper} if helper else {"auths": {}}))
    shown = [rawdocker("push", locked_image)]
    assert (shown[-1].code, shown[-1].err) == (1, "no basic auth credentials\n")
    shown.append(rawdocker("login", "-TTT", "-u", USER, "--password-stdin", locked_registry, stdin="wrong-one"))
    assert shown[-1].code == 1
    assert "401 Unauthorized" in shown[-1].err
    shown.append(rawdocker("login", "-TTT", "-u", USER, "--password-stdin", locked_registry, stdin=f"{PASSWORD}\n"))
    assert (shown[-1].code, shown[-1].out) == (0, "Login Succeeded\n")
    assert ("stored unencrypted" in shown[-1].err) == (not helper)
    shown.append(rawdocker("push", "-TTT", locked_image))
    assert shown[-1].code == 0
    last = shown[-1].out.splitlines()[-1]
    assert last.startswith("1: digest: sha256:")
    digest = last.split()[2]
    shown.append(rawdocker("rmi", locked_image))
    assert shown[-1].out.splitlines()[:2] == [
        f"Untagged: {locked_image}",
        f"Untagged: {locked_image.removesuffix(':1')}@{digest}",
    ]
    pinned = f"{locked_image}@{digest}"
    shown.append(rawdocker("pull", "-TTT", pinned))
    assert shown[-1].code == 0
    found = json.loads(rawdocker("image", "inspect", pinned).out)[0]
    assert f"{locked_image.removesuffix(':1')}@{digest}" in found["RepoDigests"]
    assert (found["Os"], found["Architecture"]) == ("linux", "amd64")
    shown.append(rawdocker("logout", locked_registry))
    assert shown[-1] == (0, f"Removing login credentials for {locked_registry}\n", "")
    assert rawdocker("push", locked_image).code == 1
    written = "".join(path.read_text() for path in tmp_path.iterdir() if path.name != "calls")
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    everything = written + "".join(done.out + done.err for done in shown)
    assert not [secret for secret in (PASSWORD, "wrong-one", pair) if secret in everything]


def test_one_who_logs_in_where_tokens_are_given_keeps_a_token_in_place_of_the_password(
    rawdocker: Command, engine_host: str, tmp_path: Path
) -> None:
    with behind_tokens(tmp_path / "registry") as (address, tokens):
        push(address, "private/web", "1", image(text=address), credentials=STUDENT)
        name = f"{address}/private/web:1"
        done = rawdocker("pull", name)
        assert (done.code, "denied: requested access to the resource is denied" in done.err) == (1, True)
        done = rawdocker("login", "-u", USER, "--password-stdin", address, stdin="wrong-one")
        assert (done.code, "unauthorized: incorrect username or password" in done.err) == (1, True)
        assert rawdocker("login", "-u", USER, "--password-stdin", address, stdin=PASSWORD).code == 0
        (kept,) = json.loads((tmp_path / "config.json").read_text())["auths"].values()
        assert kept == {"auth": base64.b64encode(f"{USER}:".encode()).decode(), "identitytoken": IDENTITY}
        tokens.asked.clear()
        shown = rawdocker("pull", "-TTT", name)
        assert shown.code == 0
        assert IDENTITY not in shown.out + shown.err
        assert ("POST", USER, ["repository:private/web:pull"]) in tokens.asked
        remove_images(engine_host, f"{address}/private/web")
        assert rawdocker("logout", address).code == 0
        assert rawdocker("pull", name).code == 1


def test_a_password_is_typed_unseen(
    environ: dict[str, str], tmp_path: Path, locked_registry: str, rawdocker: Command
) -> None:
    login = pexpect.spawn(PROGRAM, ["login", locked_registry], env=environ, timeout=20)
    login.expect("Username: ")
    login.sendline(USER)
    login.expect("Password: ")
    login.sendline(PASSWORD)
    login.expect("Login Succeeded")
    login.expect(pexpect.EOF)
    assert PASSWORD.encode() not in (login.before or b"")
    login.close()
    assert login.exitstatus == 0
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o600
    again = rawdocker("login", locked_registry)
    assert (again.code, again.out) == (0, "Login Succeeded\n")
    assert f"[Username: {USER}]" in again.err


@pytest.fixture(scope="module")
def great_registry() -> Iterator[str]:
    """Give a registry of the tests' own with great:1, an image whose layer of 1 GiB travels as it is."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address:
        with open(f"{folder}/layer", "w+b") as layer:
            zeros = tarfile.TarInfo("zeros")
            zeros.size = GIB
            layer.write(zeros.tobuf())
            layer.truncate(tarfile.BLOCKSIZE + GIB + 2 * tarfile.BLOCKSIZE)
            push_layer(address, "great", "1", layer)
        yield address


@pytest.fixture
def great_image(engine_host: str, great_registry: str) -> Iterator[str]:
    """Return the name of an image of 1 GiB that only the registry has."""
    yield f"{great_registry}/great:1"
    remove_images(engine_host, f"{great_registry}/great")


class Watched:
    """A terminal of 130 columns that remembers when it showed what, as a file that pexpect writes to."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.first_layer = 0.0
        """Seconds until a layer was shown."""
        self.bars: dict[str, set[str]] = {"Downloading": set(), "Extracting": set()}
        self._screen = pyte.Screen(130, 24)
        self._stream = pyte.ByteStream(self._screen)

    def write(self, data: bytes) -> None:
        self._stream.feed(data)
        for step in ("Downloading", "Extracting"):
            self.bars[step] |= {line for line in self.lines if f"{step} [" in line}
        if not self.first_layer and ("Pulling fs layer" in "".join(self.lines) or self.bars["Downloading"]):
            self.first_layer = time.monotonic() - self.begun

    def flush(self) -> None:
        """Keep nothing back."""

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display if line.strip()]


def test_a_pull_of_a_gigabyte_shows_progress_within_a_second(environ: dict[str, str], great_image: str) -> None:
    watched = Watched()
    pull = pexpect.spawn(PROGRAM, ["pull", great_image], env=environ, dimensions=(24, 130), timeout=60)
    pull.logfile_read = watched
    pull.expect(pexpect.EOF)
    pull.close()
    assert pull.exitstatus == 0
    assert 0 < watched.first_layer < 1
    assert all(len(bars) > 3 for bars in watched.bars.values())
    assert all("GB" in bar for bars in watched.bars.values() for bar in bars)
    great, layer, digest, status, name = watched.lines
    assert great == "1: Pulling from great"
    assert layer.endswith(": Pull complete")
    assert digest.startswith("Digest: sha256:")
    assert status == f"Status: Downloaded newer image for {great_image}"
    assert name == great_image


def test_a_pull_of_a_gigabyte_needs_no_more_memory_than_a_small_one(environ: dict[str, str], great_image: str) -> None:
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    most = [
        peak(subprocess.Popen([PROGRAM, "pull", name], env=environ, **pipes)) for name in ("busybox:1", great_image)
    ]
    assert most[1] <= most[0] + 4
