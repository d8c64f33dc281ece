"""Runs a case with one program: prepares what it needs, watches the command, removes what was made."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import tempfile
import termios
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from parity.case import Case, filled
from proxy import Proxy, Request

LABEL = "rawdocker.test"
SECONDS = 30
# What is in a case's text when it may leave things of a kind behind; the order is that of removing them.
KINDS = {
    "containers": r"\{(c\d?|label)\}",
    "networks": r"\{(net\d?|label)\}",
    "volumes": r"\{(vol\d?|label)\}",
    "images": r"\{(new|label)\}",
}


class SetupError(Exception):
    """What a case needs could not be prepared."""


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    stdout: str
    stderr: str
    requests: list[Request]
    tree: str
    after: str
    known: dict[str, str]


class Thing(NamedTuple):
    """What the engine keeps for a case; kind is the word in the API's path."""

    kind: str
    id: str
    name: str


class Engine:
    """Asks the engine without any of the programs that are compared."""

    def __init__(self, host: str) -> None:
        self.socket = host.removeprefix("unix://")
        self.constant = {id for image in self.get("/images/json") for id in _ids(image)}

    def ask(self, method: str, path: str, **query: Any) -> Any:
        connection = http.client.HTTPConnection("localhost", timeout=SECONDS)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(self.socket)
            words = "&".join(f"{name}={quote(_word(value))}" for name, value in query.items())
            connection.request(method, f"/v1.41{path}?{words}")
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        return json.loads(data) if data and answer.status < 300 else None

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, **query)

    def of(self, token: str, kinds: Iterable[str]) -> Iterator[Thing]:
        """Find what carries the token in its name or label."""
        flags = [{"name": [token]}, {"label": [f"{LABEL}={token}"]}]
        for kind in kinds:
            yield from self._images(token) if kind == "images" else self._named(kind, flags)

    def _named(self, kind: str, flags: list[dict[str, list[str]]]) -> Iterator[Thing]:
        path = "/containers/json" if kind == "containers" else f"/{kind}"
        for flag in flags:
            found = self.get(path, all=1, filters=flag)
            for thing in (found["Volumes"] or ()) if kind == "volumes" else found:
                name = thing["Names"][0].removeprefix("/") if kind == "containers" else thing["Name"]
                yield Thing(kind, thing.get("Id", name), name)

    def _images(self, token: str) -> Iterator[Thing]:
        for image in self.get("/images/json", all=1):
            labelled = (image["Labels"] or {}).get(LABEL) == token
            named = {name for name in (image["RepoTags"] or []) + (image["RepoDigests"] or []) if token in name}
            for name in sorted(named) or ([image["Id"]] if labelled else []):
                yield Thing("images", image["Id"], name)

    def remove_all(self, token: str, kinds: Iterable[str]) -> None:
        for kind, id, name in list(self.of(token, kinds)):
            self.ask("DELETE", f"/{kind}/{name if kind == 'images' else id}", force=1, v=1)


def _ids(image: Mapping[str, Any]) -> list[str]:
    digests = [digest.partition("@")[2] for digest in image["RepoDigests"] or ()]
    return [id.removeprefix("sha256:") for id in (image["Id"], *digests)]


def _word(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)


@contextmanager
def alone(case: Case) -> Iterator[None]:
    """Let no other process of the tests prune meanwhile: an engine refuses a second prune while one runs."""
    if " prune" not in case.command:
        yield
        return
    with open(Path(tempfile.gettempdir(), "rawdocker-parity-prune"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Side:
    """One of the two programs."""

    def __init__(self, program: Path | str, oracle: Path | str, engine: Engine, folder: Path) -> None:
        self.program = str(program)
        self.flags: tuple[str, ...] = ()
        """What stands before every command."""
        self.oracle = str(oracle)
        self.engine = engine
        self.folder = folder

    def run(self, case: Case, token: str) -> Outcome:
        """Prepare, run, look, remove. Both sides get the same names, one after the other."""
        values = self._values(token)
        kinds = [kind for kind, mark in KINDS.items() if re.search(mark, " ".join((case.command, *case.setup)))]
        tmp = Path(values["tmp"])
        tmp.mkdir()
        for name, content in case.files.items():
            (tmp / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp / name).write_text(content)
            if name == "config.json":
                (tmp / name).chmod(0o600)  # as docker itself writes it
        for path in (tmp, *tmp.rglob("*")):
            os.utime(path, (1_600_000_000, 1_600_000_000))
        try:
            values["start"] = f"{time.time():.9f}"
            for line in case.setup:
                self._prepare(line, values)
            values["end"] = f"{time.time():.9f}"
            if "{id}" in case.command:
                values["id"] = self._made(token)
            known = self._known(token, kinds)
            with Proxy(self.engine.socket, self.folder / "proxy.sock") as proxy:
                words = [self.program, *self.flags, *shlex.split(filled(case.command, values))]
                own = {name: filled(value, values) for name, value in case.env.items()}
                environment = self._environment(proxy.host) | own
                if case.typed:
                    code, out, err = on_a_terminal(words, case.typed, environment, tmp)
                else:
                    code, out, err = piped(words, case.stdin, environment, tmp)
                proxy.settle()
                requests = list(proxy.requests)
            after = "".join(self._look(line, values) for line in case.after)
            return Outcome(code, out, err, requests, tree(tmp), after, known | self._known(token, kinds))
        finally:
            self.engine.remove_all(token, kinds)
            shutil.rmtree(tmp)

    def _values(self, token: str) -> dict[str, str]:
        names = {name: token + name for name in ("c", "c2", "c3", "net", "net2", "vol", "vol2")}
        label = f"{LABEL}={token}"
        return names | {"new": token, "img": "busybox:1", "label": label, "tmp": str(self.folder / "tmp")}

    def _made(self, token: str) -> str:
        """Return the id of the image that a case made, not of one that was there and got a name."""
        found = (thing.id.removeprefix("sha256:") for thing in self.engine.of(token, ["images"]))
        return next(id for id in found if id not in self.engine.constant)

    def _known(self, token: str, kinds: Iterable[str]) -> dict[str, str]:
        found = {}
        for kind, id, name in self.engine.of(token, kinds):
            if token in name and kind != "volumes":
                found[id.removeprefix("sha256:")] = name.replace(token, "").lstrip(":") or "new"
        return found

    def _environment(self, host: str) -> dict[str, str]:
        places = {name: os.environ[name] for name in ("PATH",)}
        config = str(self.folder / "no-config")
        return places | {"DOCKER_HOST": host, "DOCKER_CONFIG": config, "HOME": config, "LC_ALL": "C", "TERM": "xterm"}

    def _prepare(self, line: str, values: Mapping[str, str]) -> None:
        code, out, err = self._oracle(line.removeprefix("!"), values)
        if code and not line.startswith("!"):
            raise SetupError(f"{line}: exit {code}: {err or out}")

    def _look(self, line: str, values: Mapping[str, str]) -> str:
        code, out, err = self._oracle(line, values)
        return f"$ {line}\n{out}{err}exit {code}\n"

    def _oracle(self, line: str, values: Mapping[str, str]) -> tuple[int, str, str]:
        words = [self.oracle, *shlex.split(filled(line, values))]
        return piped(words, None, self._environment(f"unix://{self.engine.socket}"), Path(values["tmp"]))


def piped(words: list[str], stdin: str | None, environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Run a program without a terminal."""
    given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin.encode()}
    try:
        done = subprocess.run(
            words, capture_output=True, env=environment, cwd=folder, timeout=SECONDS, check=False, **given
        )
    except subprocess.TimeoutExpired as late:
        return -1, _text(late.stdout or b""), f"{_text(late.stderr or b'')}\nkilled after {SECONDS} s"
    return done.returncode, _stdout(done.stdout), _text(done.stderr)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _stdout(data: bytes) -> str:
    return "\n".join(_members(data)) if data[257:262] == b"ustar" else _text(data)


def on_a_terminal(
    words: list[str],
    typed: tuple[tuple[str, str], ...],
    environment: Mapping[str, str],
    folder: Path,
    columns: int = 80,
) -> tuple[int, str, str]:
    """Run a program on a terminal of 24 rows; type each text once the one to wait for has come."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment), cwd=folder,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    shown, waited, waiting = "", 0, list(typed)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and select.select([ours], [], [], max(0, end - time.monotonic()))[0]:
        try:
            shown += _text(os.read(ours, 65536))
        except OSError:
            break
        while waiting and waiting[0][0] in shown[waited:]:
            awaited, answer = waiting.pop(0)
            waited = shown.index(awaited, waited) + len(awaited)
            os.write(ours, answer.encode())
    late = time.monotonic() >= end
    if late:
        os.killpg(process.pid, signal.SIGKILL)
    os.close(ours)
    code = process.wait()
    return code, shown, f"killed after {SECONDS} s" if late else ""


def tree(folder: Path) -> str:
    """Return a line for everything in a folder."""
    return "\n".join(line for path in sorted(folder.rglob("*")) for line in _entry(path, path.relative_to(folder)))


def _entry(path: Path, name: Path) -> list[str]:
    mode = f"{path.lstat().st_mode:o}"
    if path.is_symlink():
        return [f"{mode} {name} -> {path.readlink()}"]
    if not path.is_file():
        return [f"{mode} {name}"]
    with suppress(tarfile.ReadError):
        return [f"{mode} {name}:", *_members(path.read_bytes())]
    content = path.read_bytes()
    shown = repr(content) if len(content) < 100 else hashlib.sha256(content).hexdigest()
    return [f"{mode} {name} {len(content)} {shown}"]


def _members(data: bytes) -> list[str]:
    import io

    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return sorted(f"{m.type.decode()} {m.mode:o} {m.uid}:{m.gid} {m.size} {m.name} {m.linkname}" for m in archive)
