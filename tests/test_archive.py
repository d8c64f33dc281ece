"""Archives: what is packed can be unpacked, nothing leaves the folder, damage is noticed, memory stays flat."""

from __future__ import annotations

import io
import os
import socket
import stat
import tarfile
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rawdocker.archive import Incoming, packed, unpack
from rawdocker.errors import CopyError

OLD = 1_000_000_000


def member(name: str, type: bytes = tarfile.REGTYPE, size: int = 0, linkname: str = "") -> bytes:
    """Return the header of an entry."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.mtime = type, size, linkname, OLD
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def file(name: str, content: bytes) -> bytes:
    return member(name, size=len(content)) + content + bytes(-len(content) % 512)


def link(name: str, target: str) -> bytes:
    return member(name, tarfile.SYMTYPE, linkname=target)


def hard_link(name: str, target: str) -> bytes:
    return member(name, tarfile.LNKTYPE, linkname=target)


END = bytes(1024)


def unpacked(folder: Path, *pieces: bytes) -> None:
    unpack(Incoming(pieces), str(folder))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a folder to unpack in; what lies beside it must stay as it is."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("untouched")
    home = tmp_path / "home"
    home.mkdir()
    return home


def test_a_tree_survives_packing_and_unpacking(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a").write_bytes(b"a" * 70000)
    (source / "sub" / os.fsdecode(b"\xff" * 200)).write_text("not UTF-8, longer than a header has room for")
    os.link(source / "a", source / "b")
    (source / "link").symlink_to("sub")
    os.mkfifo(source / "fifo", 0o640)
    (source / "sub").chmod(0o1770)
    for path in [*source.rglob("*"), source]:
        os.utime(path, (OLD, OLD), follow_symlinks=False)
    unpack(Incoming(packed(str(tmp_path), "source", [("source", "copy")])), str(tmp_path))
    copy = tmp_path / "copy"
    assert [p.relative_to(copy) for p in sorted(copy.rglob("*"))] == [
        p.relative_to(source) for p in sorted(source.rglob("*"))
    ]
    for path in source.rglob("*"):
        twin = copy / path.relative_to(source)
        assert twin.lstat().st_mode == path.lstat().st_mode
        assert twin.lstat().st_mtime == OLD
    assert (copy / "a").read_bytes() == (source / "a").read_bytes()
    assert (copy / "a").samefile(copy / "b")
    assert os.readlink(copy / "link") == "sub"


def test_an_archive_ends_with_two_blocks_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert sum(map(len, packed(str(tmp_path), "a"))) == 512 + 512 + 1024


def test_names_are_in_order_and_folders_before_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "d" / "b").mkdir(parents=True)
    for name in ("d/c", "d/a", "d/b/z"):
        (tmp_path / name).touch()
    with tarfile.open(fileobj=io.BytesIO(b"".join(packed(str(tmp_path), "d")))) as tar:
        assert tar.getnames() == ["d", "d/a", "d/b", "d/b/z", "d/c"]


def test_small_files_are_sent_together(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}").write_text("x")
    assert max(map(len, packed(str(tmp_path), "."))) > 60000


def test_a_socket_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("sock")
        content = b"".join(packed(str(tmp_path), "sock", skipped=told.append))
    assert content == END
    assert told == [f"Can't add file {tmp_path}/sock to tar: archive/tar: sockets not supported"]


def test_a_file_that_becomes_shorter_raises(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(200_000))
    pieces = packed(str(tmp_path), "log")
    next(pieces)
    os.truncate(path, 100)
    with pytest.raises(CopyError, match="shorter"):
        list(pieces)


def test_a_file_that_grows_is_cut_at_the_size_its_header_told(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 200_000)
    pieces = packed(str(tmp_path), "log")
    content = next(pieces)
    with path.open("ab") as more:
        more.write(b"y" * 1000)
    content += b"".join(pieces)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert tar.extractfile("log").read() == b"x" * 200_000  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [1, 511, 512, 513, 4096])
def test_an_archive_may_be_cut_into_pieces_anywhere(home: Path, size: int) -> None:
    whole = file("a", b"content") + file("d/b", b"x" * 1000) + END
    unpacked(home, *(whole[at : at + size] for at in range(0, len(whole), size)))
    assert (home / "a").read_bytes() == b"content"
    assert (home / "d/b").read_bytes() == b"x" * 1000


@pytest.mark.parametrize("cut", [*range(0, 512, 64), *range(512, 2048, 256), 1, 511, 513, 1023, 1025, 2047])
def test_an_archive_that_ends_too_early_raises(home: Path, cut: int) -> None:
    whole = file("a", b"a" * 300) + file("b", b"b" * 300) + END
    with pytest.raises(CopyError):
        unpacked(home, whole[:cut])


def test_a_file_cut_in_the_middle_is_removed(home: Path) -> None:
    with pytest.raises(CopyError, match="unexpected EOF"):
        unpacked(home, file("a", b"a" * 1000)[:900])
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "pieces",
    [
        (file("a", b"a" * 1000)[:900],),
        (member("a", tarfile.GNUTYPE_SPARSE), END),
        (link("a", "../../outside"), END),
        (hard_link("a", "../outside"), END),
    ],
)
def test_what_was_there_stays_where_the_new_one_cannot_be_made(home: Path, pieces: tuple[bytes, ...]) -> None:
    (home / "a").write_text("old")
    with pytest.raises(CopyError):
        unpacked(home, *pieces)
    assert [(path.name, path.read_text()) for path in home.iterdir()] == [("a", "old")]


@pytest.mark.parametrize("where", [512 + 512 + 0, 512 + 512 + 148, 512 + 512 + 156])
def test_a_damaged_header_in_the_middle_is_no_end(home: Path, where: int) -> None:
    whole = bytearray(file("a", b"a") + file("b", b"b") + END)
    whole[where] ^= 0x55
    with pytest.raises(CopyError, match="archive"):
        unpacked(home, bytes(whole))


def test_a_header_that_would_fill_the_memory_is_refused(home: Path) -> None:
    endless = (b"x" * 65536 for _ in iter(int, 1))

    def chunks() -> Iterator[bytes]:
        yield member("", tarfile.XHDTYPE, size=1 << 32)
        yield from endless

    with pytest.raises(CopyError, match="archive is damaged"):
        unpack(Incoming(chunks()), str(home))


LEAVING = {
    "by dots": [file("../outside/secret", b"taken")],
    "by dots behind a folder": [file("a/../../outside/secret", b"taken")],
    "as the folder above": [member("..", tarfile.DIRTYPE)],
    "through a link with dots": [link("out", "../outside"), file("out/secret", b"taken")],
    "by a hard link with dots": [hard_link("got", "../outside/secret")],
    "to a folder with the same beginning": [hard_link("got", "../home2/secret")],
}


@pytest.mark.parametrize("pieces", LEAVING.values(), ids=LEAVING)
def test_nothing_leaves_the_folder(home: Path, pieces: list[bytes]) -> None:
    (home.parent / "home2").mkdir()
    (home.parent / "home2" / "secret").touch()
    mode = home.parent.stat().st_mode
    with pytest.raises(CopyError, match=r"outside of|invalid (sym|hard)link"):
        unpacked(home, *pieces, END)
    assert (home.parent / "outside" / "secret").read_text() == "untouched"
    assert not (home / "got").exists()
    assert home.parent.stat().st_mode == mode


THROUGH = {
    "a file": lambda outside: [link("out", outside), file("out/secret", b"taken")],
    "a file below": lambda outside: [link("out", outside), file("out/new/secret", b"taken")],
    "a hard link": lambda outside: [link("out", outside), hard_link("got", "out/secret")],
    "a link to a link": lambda outside: [link("a", outside), link("b", "a"), file("b/secret", b"taken")],
}


@pytest.mark.parametrize("pieces", THROUGH.values(), ids=THROUGH)
def test_nothing_goes_through_an_absolute_link(home: Path, pieces: object) -> None:
    outside = home.parent / "outside"
    with pytest.raises(CopyError, match="leads through the link"):
        unpacked(home, *pieces(str(outside)), END)  # type: ignore[operator]
    assert (outside / "secret").read_text() == "untouched"
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert not (home / "got").exists()


def test_an_absolute_name_is_one_below_the_folder(home: Path) -> None:
    unpacked(home, file("/etc/passwd", b"harmless"), END)
    assert (home / "etc/passwd").read_text() == "harmless"


def test_a_file_replaces_a_link_and_not_its_target(home: Path) -> None:
    (home / "a").symlink_to("../outside/secret")
    unpacked(home, file("a", b"new"), END)
    assert (home / "a").read_text() == "new"
    assert not (home / "a").is_symlink()
    assert (home.parent / "outside/secret").read_text() == "untouched"


def test_a_folder_and_a_file_do_not_replace_one_another(home: Path) -> None:
    (home / "folder").mkdir()
    (home / "file").touch()
    with pytest.raises(CopyError, match=f'cannot overwrite directory "{home}/folder" with non-directory "{home}"'):
        unpacked(home, file("folder", b""), END)
    with pytest.raises(CopyError, match=f'cannot overwrite non-directory "{home}/file" with directory "{home}"'):
        unpacked(home, member("file", tarfile.DIRTYPE), END)


def test_folders_that_only_names_mention_are_made(home: Path) -> None:
    unpacked(home, file("a/b/c", b"deep"), END)
    assert (home / "a/b/c").read_text() == "deep"
    assert stat.S_IMODE((home / "a/b").stat().st_mode) == 0o755


def test_modes_do_not_depend_on_the_umask(home: Path) -> None:
    before = os.umask(0o077)
    try:
        info = tarfile.TarInfo("a")
        info.mode = 0o4751
        unpacked(home, info.tobuf(), END)
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "a").stat().st_mode) == 0o4751


def test_times_keep_their_nanoseconds_and_do_not_precede_1970(home: Path) -> None:
    new, ancient = tarfile.TarInfo("new"), tarfile.TarInfo("ancient")
    new.pax_headers, ancient.pax_headers = {"mtime": "1700000000.123456789"}, {"mtime": "-5.5"}
    unpacked(home, *(info.tobuf(tarfile.PAX_FORMAT) for info in (new, ancient)), END)
    assert (home / "new").stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert (home / "ancient").stat().st_mtime == 0


def test_what_no_engine_sends_is_refused(home: Path) -> None:
    with pytest.raises(CopyError, match="unhandled tar header type 83"):
        unpacked(home, member("sparse", tarfile.GNUTYPE_SPARSE), END)


def test_memory_stays_flat(home: Path, tmp_path: Path) -> None:
    size = 64 << 20
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        unpack(Incoming(packed(str(tmp_path), "sparse")), str(home))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (home / "sparse").stat().st_size == size
    assert peak < 2 << 20


def test_memory_does_not_grow_with_the_number_of_entries(home: Path) -> None:
    header = member("same")
    tracemalloc.start()
    try:
        for _ in Incoming(iter([header] * 5000 + [END])):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


PARTS = ("a", "b", "..", ".", "", "a/b", "../out", "/etc", "\0", "é", "x" * 300, "\udcff", "a/../../b")
NAMES = st.lists(st.sampled_from(PARTS), max_size=4).map("/".join)
NUMBERS = st.integers(0, 20) | st.integers(-5, 2**62)
TYPES = st.sampled_from([bytes([kind]) for kind in b"\001234567gxLKSZ"])
KEYS = ("path", "linkpath", "size", "mtime", "atime", "hdrcharset", "SCHILY.xattr.user.a", "SCHILY.xattr.\0")
KEYS += tuple(f"GNU.sparse.{key}" for key in ("map", "size", "major", "minor", "name", "realsize"))
TEXTS = st.sampled_from(
    ["nan", "inf", "-1", "1e300", "9" * 30, "9" * 5000, "1.5", "", "0", "\0", "../out", "BINARY", "1,2"]
)


@st.composite
def entries(draw: st.DrawFn) -> bytes:
    """Draw an entry that an engine would not send."""
    entry, content = tarfile.TarInfo(draw(NAMES)), draw(st.binary(max_size=20))
    entry.type, entry.linkname, entry.size = draw(TYPES), draw(NAMES), draw(st.just(len(content)) | NUMBERS)
    entry.mtime, entry.mode, entry.devmajor, entry.devminor = (draw(NUMBERS) for _ in range(4))
    entry.pax_headers = draw(st.dictionaries(st.sampled_from(KEYS), TEXTS, max_size=2))
    try:
        header = entry.tobuf(
            draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])), "utf-8", "surrogateescape"
        )
    except (ValueError, OverflowError):  # tarfile cannot write all that it reads
        header = member("a")
    return header + content + bytes(-len(content) % 512)


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Draw an archive, perhaps with a few bytes changed that a checksum does not tell of."""
    data = bytearray(b"".join(draw(st.lists(entries(), max_size=4))) + bytes(draw(st.sampled_from([1024, 512, 0]))))
    for at, byte in draw(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=3)):
        if at < len(data):
            data[at] = byte
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            total = 256 + sum(data[at : at + 148]) + sum(data[at + 156 : at + 512])
            data[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(data)


@settings(max_examples=150)
@given(archives(), st.integers(1, 700))
def test_no_archive_fails_in_another_way_or_leaves_the_folder(data: bytes, size: int) -> None:
    with TemporaryDirectory() as around:
        target, canary = Path(around, "target"), Path(around, "out")
        target.mkdir()
        canary.write_text("mine")
        with suppress(CopyError):
            unpack(Incoming(data[at : at + size] for at in range(0, len(data), size)), str(target))
        assert sorted(os.listdir(around)) == ["out", "target"]
        assert (canary.read_text(), canary.stat().st_nlink) == ("mine", 1)


def test_a_chain_of_headers_without_end_is_damage(home: Path) -> None:
    long_name = member("x", tarfile.GNUTYPE_LONGNAME, size=1) + b"a" + bytes(511)
    with pytest.raises(CopyError):
        unpack(Incoming([long_name * 5000]), str(home))
