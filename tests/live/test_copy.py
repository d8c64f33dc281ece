"""cp, export, save, load, import, commit: docker and rawdocker side by side leave the same files and messages."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shlex
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

import pytest
import requests_unixsocket
from engines import LABEL, ask

pytestmark = pytest.mark.live

RAWDOCKER = [sys.executable, "-c", "from rawdocker_cli.main import entry; entry()"]
OLD = 1_000_000_000
IMAGE = "debian:12"
TIMED = re.compile('^time=".*\n', re.MULTILINE)
"""docker's log lines: of its own tar writer, which it stops too late when it refuses to copy."""

Done: TypeAlias = "subprocess.CompletedProcess[bytes]"


def plant(top: Path) -> None:
    """Make files of every kind, all with an old time."""
    long = "l" * 120
    for folder in ("dir/sub", "dir/empty", f"deep/{long}/{long}", "clash/dir", "hard"):
        (top / folder).mkdir(parents=True)
    contents = {
        "file": "file\n",
        "other": "something else\n",
        "exe": "#!/bin/sh\n",
        "-q": "a name like a flag\n",
        "a:b": "a colon\n",
        "with space": "",
        "ümlaut": "not ASCII\n",
        "dir/a": "a" * 1000,
        "dir/sub/b": "b" * 512,
        f"deep/{long}/{long}/end": "deep\n",
        "clash/file": "a file\n",
        "clash/dir/file": "in a folder\n",
        "hard/one": "two names\n",
        "n" * 255: "as long as a name can be\n",
    }
    for name, text in contents.items():
        (top / name).write_text(text)
    (top / os.fsdecode(b"latin-\xe9")).write_text("not UTF-8\n")
    os.link(top / "hard/one", top / "hard/two")
    links = {"link": "file", "dirlink": "dir", "broken": "nowhere", "loop": "loop", "dir/up": "sub/b", "abs": "/etc/x"}
    for name, target in links.items():
        (top / name).symlink_to(target)
    os.mkfifo(top / "hard/fifo")
    for name, mode in {"exe": 0o755, "other": 0o4750, "dir/empty": 0o1777, "dir/a": 0o600}.items():
        (top / name).chmod(mode)
    os.chown(top / "dir/a", 1000, 1001)
    os.chown(top / "file", 12, 34)
    for path in [*top.rglob("*"), top]:
        os.utime(path, (OLD, OLD), follow_symlinks=False)


def tree(top: Path) -> dict[str, Any]:
    """Say what is below a folder; times only where they are old: those of a copy are kept, others are of now."""
    return {str(path.relative_to(top)): _said(path) for path in sorted(top.rglob("*"))}


def _said(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content: object = ""
    if path.is_symlink():
        content = os.readlink(path)
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    old = int(status.st_mtime) if status.st_mtime < 1_500_000_000 else "now"
    return oct(status.st_mode), status.st_uid, status.st_gid, status.st_nlink, status.st_rdev, content, old


def entries(archive: bytes) -> dict[str, Any]:
    """Say what is in an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: _told(tar, member) for member in tar}


def _told(tar: tarfile.TarFile, member: tarfile.TarInfo) -> tuple[object, ...]:
    content = tar.extractfile(member).read() if member.isreg() else b""  # type: ignore[union-attr]
    old = member.mtime if member.mtime < 1_500_000_000 else "now"
    return member.type, oct(member.mode), member.uid, member.gid, member.linkname, hashlib.sha256(content).digest(), old


def archived(files: dict[str, bytes | None], links: dict[str, str] | None = None) -> bytes:
    """Return a tar archive; None is a folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.mtime, member.size = OLD, len(content or b"")
            member.mode = 0o644 if content is not None else 0o755
            member.type = tarfile.REGTYPE if content is not None else tarfile.DIRTYPE
            tar.addfile(member, io.BytesIO(content or b""))
        for name, linked in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.mtime = tarfile.SYMTYPE, linked, OLD
            tar.addfile(member)
    return target.getvalue()


def archive_of(host: str, container: str, method: str, path: str, data: bytes | None = None) -> bytes:
    """Read or write files of a container, past both programs."""
    base = f"http+unix://{host.removeprefix('unix://').replace('/', '%2F')}"
    with requests_unixsocket.Session() as session:
        query = f"path={quote(path)}&copyUIDGID=1"
        answer = session.request(method, f"{base}/containers/{container}/archive?{query}", data=data, timeout=60)
        answer.raise_for_status()
        return answer.content


class Outcome(NamedTuple):
    code: int
    out: object
    err: str
    here: dict[str, Any]
    there: dict[str, Any]


class Sides:
    """Runs a command line with docker and with rawdocker, each with folders of its own, here and in a container."""

    def __init__(self, host: str, oracle: str, container: str) -> None:
        self.host = host
        self.programs = {"docker": [oracle], "rawdocker": RAWDOCKER}
        self.container = container
        self._unused: list[str] = []
        self._numbers = count()

    def outcome(self, program: str, folder: Path, command: str, stdin: bytes = b"") -> Outcome:
        """Run a command line in a planted folder; BOX is the container, WORK a planted folder in it."""
        work, here = self._planted(), folder / program / "here"
        here.mkdir(parents=True)
        plant(here)
        words = [word.replace("BOX", self.container).replace("WORK", work) for word in shlex.split(command)]
        done = self.run(program, words, here, stdin)
        out: object = done.stdout
        if words[-1] == "-" and done.returncode == 0:
            out = entries(done.stdout)
        err = TIMED.sub("", done.stderr.decode("utf-8", "surrogateescape"))
        changed = self._tree(work) if words[-1].startswith(f"{self.container}:{work}") else {}
        return Outcome(done.returncode, out, err.replace(work, "WORK").replace(str(here), "HERE"), tree(here), changed)

    def run(self, program: str, words: list[str], folder: Path, stdin: bytes = b"") -> Done:
        """Run a program with these words."""
        environ = {**os.environ, "DOCKER_HOST": self.host}
        command = [*self.programs[program], *words]
        return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, env=environ, check=False)

    def _planted(self) -> str:
        """Return a folder of the container with the files of `plant`; many are made at once, for speed."""
        if not self._unused:
            self._unused = [f"/case{next(self._numbers):03}" for _ in range(50)]
            target = io.BytesIO()
            with TemporaryDirectory() as folder, tarfile.open(fileobj=target, mode="w") as tar:
                plant(Path(folder))
                for work in self._unused:
                    tar.add(folder, work.strip("/"))
                    tar.inodes.clear()
            archive_of(self.host, self.container, "PUT", "/", target.getvalue())
        return self._unused.pop()

    def _tree(self, work: str) -> dict[str, Any]:
        work = work.strip("/")
        return {
            name.removeprefix(work): (*told[:4], told[4].replace(work, "WORK"), *told[5:])
            for name, told in entries(archive_of(self.host, self.container, "GET", work)).items()
        }


@pytest.fixture(scope="module")
def sides(engine_host: str, oracle: str) -> Iterator[Sides]:
    body = {"Image": IMAGE, "Cmd": ["sleep", "3600"], "Labels": {LABEL: "copy"}}
    container = ask(engine_host, "POST", "/containers/create", json=body)["Id"]
    try:
        yield Sides(engine_host, oracle, container)
    finally:
        ask(engine_host, "DELETE", f"/containers/{container}", params={"force": "1", "v": "1"})


INTO = """
cp file BOX:WORK
cp file BOX:WORK/
cp file BOX:WORK/new
cp file BOX:WORK/new/
cp file BOX:WORK/new/.
cp file BOX:WORK/other
cp file BOX:WORK/dir
cp file BOX:WORK/dir/.
cp file BOX:WORK/missing/new
cp file BOX:WORK/link
cp file BOX:WORK/dirlink
cp file BOX:WORK/broken
cp file BOX:WORK/loop
cp file BOX:WORK/hard/fifo
cp file BOX:WORK/clash/dir
cp file BOX:/dev/null
cp file/ BOX:WORK
cp file/x BOX:WORK
cp missing BOX:WORK
cp missing/x BOX:WORK
cp /missing BOX:WORK
cp exe BOX:WORK/new
cp other BOX:WORK/new
cp './a:b' BOX:WORK/new
cp 'a:b' BOX:WORK/new
cp -- -q BOX:WORK/new
cp 'with space' 'BOX:WORK/with more space'
cp ümlaut BOX:WORK/dir
cp hard/fifo BOX:WORK/new
cp hard BOX:WORK/new
cp hard/. BOX:WORK/hard
cp deep BOX:WORK/new
cp dir BOX:WORK
cp dir BOX:WORK/new
cp dir BOX:WORK/new/
cp dir BOX:WORK/dir
cp dir/ BOX:WORK/new
cp dir/. BOX:WORK/new
cp dir/. BOX:WORK/dir
cp dir/.. BOX:WORK/new
cp . BOX:WORK/new
cp dir BOX:WORK/file
cp dir/. BOX:WORK/file
cp dir BOX:WORK/link
cp dir BOX:WORK/dirlink
cp dir BOX:WORK/broken
cp dir BOX:WORK/missing/new
cp dir/sub BOX:WORK/clash/file
cp clash/dir BOX:WORK/clash
cp clash/file BOX:WORK/clash/dir
cp link BOX:WORK/new
cp link BOX:WORK/dir
cp -L link BOX:WORK/new
cp -L link BOX:WORK/dir
cp -L link BOX:WORK/other
cp dirlink BOX:WORK/new
cp dirlink BOX:WORK/dir
cp dirlink/ BOX:WORK/new
cp dirlink/ BOX:WORK/dir
cp dirlink/. BOX:WORK/new
cp -L dirlink BOX:WORK/new
cp -L dirlink BOX:WORK/dir
cp -L dirlink/. BOX:WORK/new
cp -L dirlink/ BOX:WORK/dir
cp -L dirlink/sub BOX:WORK/new
cp dirlink/a BOX:WORK/new
cp broken BOX:WORK/new
cp -L broken BOX:WORK/new
cp loop BOX:WORK/new
cp -L loop BOX:WORK/new
cp abs BOX:WORK/new
cp -a dir BOX:WORK/new
cp -a file BOX:WORK/new
cp --archive --quiet file BOX:WORK/dir
cp -q=false file BOX:WORK/dir
cp -q=false dir BOX:WORK/dirlink
cp file BOX:
cp file missing-container:/x
cp dir missing-container:/x
cp file '  :/x'
cp file :x
cp BOX:WORK/file BOX:WORK/new
cp file new
cp '' BOX:WORK
cp file ''
cp - BOX:WORK/file
cp - BOX:WORK/new
cp - missing-container:/x
"""
OUT_OF = """
cp BOX:WORK/file .
cp BOX:WORK/file new
cp BOX:WORK/file new/
cp BOX:WORK/file new/.
cp BOX:WORK/file other
cp BOX:WORK/file exe
cp BOX:WORK/file dir
cp BOX:WORK/file dir/
cp BOX:WORK/file dir/.
cp BOX:WORK/file missing/new
cp BOX:WORK/file link
cp BOX:WORK/file dirlink
cp BOX:WORK/file dirlink/
cp BOX:WORK/file broken
cp BOX:WORK/file loop
cp BOX:WORK/file hard/fifo
cp BOX:WORK/file hard/one
cp BOX:WORK/file file/x
cp BOX:WORK/file clash/dir
cp BOX:WORK/file /dev/null
cp BOX:WORK/file/ new
cp BOX:WORK/missing new
cp BOX:WORK/missing .
cp BOX: new
cp BOX:WORK/file ./new:name
cp BOX:WORK/other new
cp BOX:WORK/ümlaut dir
cp BOX:WORK/a:b new
cp 'BOX:WORK/with space' new
cp BOX:WORK/deep new
cp BOX:WORK/hard new
cp BOX:WORK/hard/. hard
cp BOX:WORK/hard/fifo new
cp BOX:/dev/null new
cp BOX:WORK/dir .
cp BOX:WORK/dir new
cp BOX:WORK/dir new/
cp BOX:WORK/dir new/.
cp BOX:WORK/dir dir
cp BOX:WORK/dir/ dir
cp BOX:WORK/dir/. dir
cp BOX:WORK/dir/. new
cp BOX:WORK/dir/../dir/sub new
cp BOX:WORK/dir file
cp BOX:WORK/dir/. file
cp BOX:WORK/dir link
cp BOX:WORK/dir dirlink
cp BOX:WORK/dir broken
cp BOX:WORK/dir missing/new
cp BOX:WORK/dir/sub clash/file
cp BOX:WORK/clash/file clash/dir
cp BOX:WORK/clash/dir clash
cp BOX:WORK/. new
cp BOX:WORK/link new
cp BOX:WORK/link dir
cp -L BOX:WORK/link new
cp -L BOX:WORK/link dir
cp -L BOX:WORK/link other
cp BOX:WORK/dirlink new
cp BOX:WORK/dirlink dir
cp BOX:WORK/dirlink/ new
cp BOX:WORK/dirlink/ dir
cp BOX:WORK/dirlink/. new
cp BOX:WORK/dirlink/a new
cp -L BOX:WORK/dirlink new
cp -L BOX:WORK/dirlink dir
cp -L BOX:WORK/dirlink/ dir
cp -L BOX:WORK/dirlink/. dir
cp BOX:WORK/broken new
cp -L BOX:WORK/broken new
cp BOX:WORK/loop new
cp -L BOX:WORK/loop new
cp BOX:WORK/abs new
cp BOX:WORK/dir/up new
cp BOX:WORK/dir/up .
cp BOX:/etc/os-release .
cp -a BOX:WORK/dir new
cp -q=false BOX:WORK/dir new
cp -q=false BOX:WORK/file .
cp BOX:WORK/dir -
cp BOX:WORK/dir/. -
cp BOX:WORK/file -
cp -L BOX:WORK/dirlink -
cp -a BOX:WORK/hard -
cp BOX:WORK/missing -
cp missing-container:/x new
cp missing-container:/x -
cp '  :/x' new
"""


def differences(docker: Outcome, rawdocker: Outcome) -> dict[str, tuple[object, object]]:
    """Return what docker and rawdocker have left that is not the same, by the name of it."""
    left, right = flat(docker), flat(rawdocker)
    return {name: (left.get(name), right.get(name)) for name in [*left, *right] if left.get(name) != right.get(name)}


def flat(outcome: Outcome) -> dict[str, object]:
    here = {f"here {name}": said for name, said in outcome.here.items()}
    there = {f"there {name}": said for name, said in outcome.there.items()}
    return {"code": outcome.code, "out": outcome.out, "err": outcome.err, **here, **there}


def commands(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("command", commands(INTO) + commands(OUT_OF))
def test_a_copy_is_dockers(sides: Sides, tmp_path: Path, command: str) -> None:
    docker = sides.outcome("docker", tmp_path, command)
    rawdocker = sides.outcome("rawdocker", tmp_path, command)
    assert differences(docker, rawdocker) == {}


ARCHIVES = {
    "files and folders": archived({"new/": None, "new/a": b"a", "b": b"b" * 5000}),
    "links": archived({"a": b"a"}, {"to-a": "a", "abs": "/etc/passwd"}),
    "a folder in the place of a file": archived({"file": None}),
    "a file in the place of a folder": archived({"dir": b"x"}),
    "a name that leaves": archived({"../../outside": b"x"}),
    "a link that leaves": archived({}, {"out": "../../../../etc"}),
    "an absolute name": archived({"/absolute": b"x"}),
    "cut": archived({"a": b"a" * 5000})[:3000],
    "no archive": b"this is no archive" * 100,
    "nothing": b"",
    "compressed": gzip.compress(archived({"a": b"a"}), mtime=0),
}


@pytest.mark.parametrize("archive", ARCHIVES.values(), ids=ARCHIVES)
@pytest.mark.parametrize("command", ["cp - BOX:WORK", "cp -a - BOX:WORK/dirlink"])
def test_an_archive_from_stdin_arrives_as_dockers(sides: Sides, tmp_path: Path, command: str, archive: bytes) -> None:
    docker = sides.outcome("docker", tmp_path, command, archive)
    rawdocker = sides.outcome("rawdocker", tmp_path, command, archive)
    assert differences(docker, rawdocker) == {}


def both(sides: Sides, folder: Path, *words: str, stdin: bytes = b"") -> tuple[Done, Done]:
    """Run the same words with both programs."""
    docker, rawdocker = (sides.run(program, list(words), folder, stdin) for program in sides.programs)
    return docker, rawdocker


def layers(archive: bytes) -> set[str]:
    """Return the names of an archive of images, where only folders' times differ from one save to the next."""
    return set(entries(archive))


@pytest.fixture
def small(sides: Sides, tmp_path: Path, own_name: str) -> str:
    """Give the name of an image that fits into a few kilobytes."""
    (tmp_path / "small.tar").write_bytes(archived({"hello": own_name.encode()}))
    done = sides.run("docker", ["import", "small.tar", f"{own_name}:first"], tmp_path)
    assert done.returncode == 0, done.stderr
    return f"{own_name}:first"


def test_export_is_dockers(sides: Sides, tmp_path: Path, small: str, own_name: str) -> None:
    body = {"Image": small, "Cmd": ["none"]}
    ask(sides.host, "POST", "/containers/create", params={"name": own_name}, json=body)
    try:
        docker, rawdocker = both(sides, tmp_path, "export", own_name)
        assert (docker.returncode, docker.stderr) == (rawdocker.returncode, rawdocker.stderr) == (0, b"")
        assert docker.stdout == rawdocker.stdout
        assert sides.run("rawdocker", ["export", "-o", "x.tar", own_name], tmp_path).returncode == 0
        assert (tmp_path / "x.tar").read_bytes() == docker.stdout
    finally:
        ask(sides.host, "DELETE", f"/containers/{own_name}")


def test_save_is_dockers(sides: Sides, tmp_path: Path, small: str) -> None:
    docker, rawdocker = both(sides, tmp_path, "save", small)
    assert (docker.returncode, docker.stderr) == (rawdocker.returncode, rawdocker.stderr) == (0, b"")
    assert layers(docker.stdout) == layers(rawdocker.stdout)
    docker, rawdocker = both(sides, tmp_path, "save", small, "missing-image")
    assert (docker.returncode, docker.stderr) == (rawdocker.returncode, rawdocker.stderr)


def test_load_is_dockers(sides: Sides, tmp_path: Path, small: str) -> None:
    sides.run("rawdocker", ["save", "-o", "small.tar", small], tmp_path)
    saved = (tmp_path / "small.tar").read_bytes()
    for words, stdin in ((["load"], saved), (["load", "-q", "-i", "small.tar"], b""), (["load"], b"no archive")):
        docker, rawdocker = both(sides, tmp_path, *words, stdin=stdin)
        assert (docker.returncode, docker.stdout, docker.stderr) == (
            rawdocker.returncode,
            rawdocker.stdout,
            rawdocker.stderr,
        )


def test_import_and_commit_make_dockers_images(sides: Sides, tmp_path: Path, small: str, own_name: str) -> None:
    (tmp_path / "x.tar").write_bytes(archived({"hello": b"hello\n"}))
    commands = (
        ["import", "-c", "CMD sh", "-c", "ENV A=1 B=2", "-m", "why", "x.tar", f"{own_name}:imported"],
        ["commit", "-a", "Ada", "-m", "why", "-c", "LABEL x=y", "-p=false", sides.container, f"{own_name}:committed"],
    )
    for words in commands:
        images = []
        for program in sides.programs:
            done = sides.run(program, words, tmp_path)
            assert (done.returncode, done.stderr) == (0, b"")
            assert re.fullmatch(rb"sha256:[0-9a-f]{64}\n", done.stdout)
            made = f"/images/{done.stdout.decode().strip()}"
            image = ask(sides.host, "GET", f"{made}/json")
            images.append({name: image[name] for name in ("RepoTags", "Comment", "Author", "Config", "Architecture")})
            # By its digest, as the other side takes its tag.
            ask(sides.host, "DELETE", made)
        assert images[0] == images[1]


@pytest.mark.slow
def test_a_file_larger_than_the_memory_it_takes_passes(sides: Sides, tmp_path: Path) -> None:
    size = 256 << 20
    with (tmp_path / "big").open("wb") as file:
        file.truncate(size)
    measured = [sys.executable, "-c", MEASURE]
    for words in (["cp", "big", f"{sides.container}:/big"], ["cp", f"{sides.container}:/big", "back"]):
        environ = {**os.environ, "DOCKER_HOST": sides.host}
        done = subprocess.run([*measured, *words], cwd=tmp_path, env=environ, capture_output=True, check=True)
        assert int(done.stdout) < 64 << 10, "kilobytes at most"
    assert (tmp_path / "back").stat().st_size == size


MEASURE = """
import sys
from rawdocker_cli.main import run
code = run(sys.argv[1:])
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")])
sys.exit(code)
"""
