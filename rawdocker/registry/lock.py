"""images.lock: which content each image's name stood for when it was pinned. TOML, to be read and kept with a project.

Every entry carries a checksum of itself, so that one changed by hand, or merged wrongly, is noticed before it is used.
It is no signature: who may write the file may write a checksum, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from rawdocker.errors import InvalidCallError, PinError, RawdockerError
from rawdocker.registry import platform as platforms
from rawdocker.registry.calls import manifest_get
from rawdocker.registry.files import replacing
from rawdocker.registry.flows import Flow, image
from rawdocker.registry.manifest import Manifest
from rawdocker.registry.manifest import platforms as listed
from rawdocker.registry.reference import Reference, digest_fault, parse

if TYPE_CHECKING:
    from rawdocker.registry.client import RegistryClient

DEFAULT_FILE = "images.lock"
VERSION = 1

_TEXTS = ("name", "tag", "digest", "media_type", "platform")
"""The fields of an entry that are texts; one that is empty is not written."""

_HEAD = f"""\
# Which content each image's name stood for when it was pinned. Written by rawdocker pin:
# `rawdocker pin --check` tells what has moved since, `rawdocker pin --update` moves it.
version = {VERSION}
"""


class Pin(NamedTuple):
    """What a tag named at a time."""

    name: str
    """Registry and repository in full: docker.io/library/debian."""
    tag: str
    digest: str
    """Of the index, or of the manifest where there is none or a platform was asked for."""
    media_type: str
    platform: str
    """The platform that was asked for; empty where all were pinned."""
    platforms: Mapping[str, str]
    """The digest of each platform's manifest, where it is an index."""
    pinned: str
    """When, in UTC: 2026-11-24T04:08:26Z."""

    @property
    def reference(self) -> Reference:
        """The image with its digest: docker.io/library/debian:12@sha256:…"""
        return parse(f"{self.name}:{self.tag}@{self.digest}")

    @property
    def checksum(self) -> str:
        """What the entry's own checksum must be."""
        content = {**self._asdict(), "platforms": sorted(self.platforms.items())}
        return "sha256:" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def pin(name: Reference, platform: str = "") -> Flow[Pin]:
    """Ask what a tag names now.

    Parameters:
        name: the image; its digest, where it has one, is compared with what the tag names.
        platform: pin the manifest for this one. Default: the index.
    """
    tagged = name._replace(digest="").with_default_tag()
    if platform:
        pinned = (yield from image(tagged, platforms.parse(platform))).manifest
    else:
        pinned = yield manifest_get(tagged.path, tagged.tag)
    if name.digest and name.digest != pinned.digest:
        raise PinError(f"{tagged.familiar} is {pinned.digest} now, not {name.digest}")
    return pin_of(tagged, pinned, platform)


def pin_of(name: Reference, manifest: Manifest, platform: str = "") -> Pin:
    """Return the pin of a name that stands for a manifest (for a platform, where one was asked for) now."""
    each = {typed: entry.digest for typed, entry in listed(manifest).items()}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Pin(name.name, name.tag, manifest.digest, manifest.media_type, platform, each, now)


def keep(path: str, pins: Iterable[Pin]) -> None:
    """Put pins into a lock, which is made where there is none. Raises PinError where that fails."""
    kept = Lock.read(path) if os.path.exists(path) else Lock(path)
    for each in pins:
        kept.add(each)
    kept.write()


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def check(
    path: str,
    clients: Mapping[str, RegistryClient],
    *,
    update: bool = False,
    told: Callable[[str], object] = print,
    warned: Callable[[str], object] = _on_stderr,
) -> int:
    """Compare a lock with what its tags name now, and say what has moved.

    Parameters:
        path: of the lock.
        clients: of the registries that its images are in, by their names: docker.io, localhost:5000.
        update: whether the lock is written anew where something moved.
        told: called with what moved, and with how many images are as pinned where none did. Default: it is printed.
        warned: called with what could not be asked. Default: it goes to stderr.

    Answers 1 where something could not be asked, or moved and is not updated; else 0. Raises PinError for a file that
    is no lock, or cannot be written.
    """
    kept = Lock.read(path)
    moved = gone = 0
    for old in list(kept.pins.values()):
        name = old.reference._replace(digest="")
        try:
            new = clients[name.domain].follow(pin(name, old.platform))
        except RawdockerError as error:
            gone += 1
            warned(f"{name.familiar}: {error}")
            continue
        if new.digest != old.digest:
            moved += 1
            told(f"{name.familiar} moved\n  from {old.digest}\n  to   {new.digest}")
            kept.add(new)
    if moved and update:
        kept.write()
    if not moved and not gone:
        told(f"{_images(len(kept.pins))} as pinned")
    return int(bool(gone or (moved and not update)))


def _images(count: int) -> str:
    return "1 image is" if count == 1 else f"{count} images are"


class Lock:
    """The pins of a file, by the names that they are for."""

    def __init__(self, path: str, pins: Iterable[Pin] = ()) -> None:
        self.path = path
        self.pins = {f"{each.name}:{each.tag}": each for each in pins}

    @classmethod
    def read(cls, path: str) -> Lock:
        """Read a lock. Raises PinError for a file that cannot be read, is no lock, or was changed by something else."""
        try:
            with open(path, "rb") as file:
                document = tomllib.load(file)
        except OSError as error:
            raise PinError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        except (ValueError, RecursionError) as error:
            raise PinError(f"{path} is no lock: {error}") from None
        if document.get("version") != VERSION:
            raise PinError(f"{path} is no lock of version {VERSION}")
        entries = document.get("image") or []
        if not isinstance(entries, list):
            raise PinError(f"{path} is no lock: image is not a list")
        lock = cls(path, [_read(path, entry) for entry in entries])
        if len(lock.pins) != len(entries):
            raise PinError(f"{path} is no lock: an image stands in it twice")
        return lock

    def write(self) -> None:
        """Write the file anew, as a whole. Raises PinError where that fails."""
        text = _HEAD + "".join(_written(each) for _, each in sorted(self.pins.items()))
        try:
            with replacing(self.path) as file:
                file.write(text.encode())
        except OSError as error:
            raise PinError(f"{self.path}: {(error.strerror or str(error)).lower()}") from None

    def add(self, new: Pin) -> None:
        """Put a pin in the place of one for the same name."""
        self.pins[f"{new.name}:{new.tag}"] = new

    def pinned(self, typed: str) -> Reference:
        """Return the image that a typed name means, with the digest that was pinned.

        Raises PinError where it is not in the lock, or is typed with another digest.
        """
        try:
            name = parse(typed)
        except InvalidCallError as error:
            raise PinError(f"{typed} is not in {self.path}: {error}") from None
        found = self._for_digest(name) if name.digest and not name.tag else self._for_tag(name.with_default_tag())
        if found is None:
            raise PinError(f"{name.with_default_tag().familiar} is not in {self.path}: nothing was run")
        if name.digest not in ("", found.digest, *found.platforms.values()):
            raise PinError(f"{name.familiar} is not what {self.path} has: {found.digest}; nothing was run")
        return found.reference._replace(digest=name.digest or found.digest)

    def _for_tag(self, name: Reference) -> Pin | None:
        return self.pins.get(f"{name.name}:{name.tag}")

    def _for_digest(self, name: Reference) -> Pin | None:
        for each in self.pins.values():
            if each.name == name.name and name.digest in (each.digest, *each.platforms.values()):
                return each
        return None


def _read(path: str, entry: Any) -> Pin:
    fields = entry if isinstance(entry, dict) else {}
    each = fields.get("platforms") or {}
    each = each if isinstance(each, dict) else {"platforms": each}
    texts = {name: fields.get(name, "") for name in _TEXTS}
    if not all(isinstance(text, str) for text in (*texts.values(), *each, *each.values())):
        raise PinError(f"{path} is no lock: an entry of it is malformed")
    found = Pin(**texts, platforms=each, pinned=_time(fields.get("pinned")))
    for digest in (found.digest, *each.values()):
        if fault := digest_fault(digest):
            raise PinError(f"{path}: the digest {digest[:200]!r} of {found.name}:{found.tag} is none: {fault}")
    if fields.get("checksum") != found.checksum:
        raise PinError(
            f"{path}: the entry of {found.name}:{found.tag} is not as it was written: its checksum differs. "
            "Restore it, or pin the image anew"
        )
    return found


def _time(value: Any) -> str:
    try:
        shown: str = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (AttributeError, OverflowError):  # no time, or one before or behind all years
        return ""
    return shown


def _written(each: Pin) -> str:
    lines = ["", "[[image]]"]
    lines += [f"{name} = {_text(getattr(each, name))}" for name in _TEXTS if getattr(each, name)]
    lines += [f"pinned = {each.pinned}", f"checksum = {_text(each.checksum)}"]
    if each.platforms:
        lines += ["", "[image.platforms]", *(f"{_text(key)} = {_text(each.platforms[key])}" for key in each.platforms)]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    # JSON's escapes are among TOML's, but for the one control character that JSON leaves as it is
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
