"""pin: what tags name now, printed, kept in a lock, compared with it, or written into Dockerfiles and compose files."""

from __future__ import annotations

from rawdocker.registry import lock, pinning
from rawdocker.registry.lock import DEFAULT_FILE, Lock, Pin
from rawdocker.registry.reference import Reference, parse
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.registries import Registries
from rawdocker_cli.shell import PROGRAM, Failure, Shell


def pin(shell: Shell, options: Options, words: list[str]) -> int:
    """Do one of what pin does; exit code 1 where something moved or could not be pinned."""
    if options.check or options.update:
        return _held_against(shell, options, words)
    files: list[str] = options.values.get("in", [])
    if not words and not files:
        shell.fail(f"{PROGRAM}: 'pin' wants an image, or --in, --check or --update\n\nRun '{PROGRAM} pin --help'")
    with Registries(shell, options) as registries:
        pins = Pins(registries, options.platform)
        named = [pins.of(word) for word in words]
        failed = [path for path in files if not _pin_file(shell, pins, path)]
    for each in named:
        shell.print(str(each.reference.familiar))
    if options.write:
        shell.writes(lock.keep, options.write, list(pins.found.values()))
    return int(bool(failed))


class Pins:
    """What names stand for now; each is asked for once."""

    def __init__(self, registries: Registries, platform: str) -> None:
        self.found: dict[str, Pin] = {}
        self._registries, self._platform = registries, platform

    def of(self, typed: str) -> Pin:
        """Return what a name stands for."""
        image = parse(typed).with_default_tag()
        if str(image) not in self.found:
            self.found[str(image)] = _pinned(self._registries, image, self._platform)
        return self.found[str(image)]


def _pinned(registries: Registries, image: Reference, platform: str) -> Pin:
    return registries.of(image).follow(lock.pin(image, platform))


def _held_against(shell: Shell, options: Options, words: list[str]) -> int:
    """Compare a lock with what its tags name now; with --update move it."""
    if (options.check and options.update) or options.write or options.typed("in", "platform") or len(words) > 1:
        shell.fail(f"{PROGRAM}: --check and --update go alone, with at most one FILE\n\nRun '{PROGRAM} pin --help'")
    path = words[0] if words else DEFAULT_FILE
    images = [old.reference for old in Lock.read(path).pins.values()]
    with Registries(shell, options) as registries:
        clients = {image.domain: registries.of(image) for image in images}
        told = {"told": shell.print, "warned": shell.warn}
        return shell.does(lock.check, path, clients, update=bool(options.update), dry={"update": False}, **told)


def _pin_file(shell: Shell, pins: Pins, path: str) -> bool:
    """Put digests behind the images of a file; return whether all of them could be pinned."""
    try:
        text = pinning.read(path)
    except OSError as error:
        raise _unusable(path, error) from None
    complete, names = True, {}
    for place in pinning.places(text, compose=pinning.is_compose(path)):
        if place.why_not:
            complete = False
            shell.warn(f"{path}:{place.line}: {place.image} is not pinned: {place.why_not}")
            continue
        names[place.image] = _with_digest(place.image, pins.of(place.image))
        shell.print(f"{path}:{place.line}: {names[place.image]}")
    if names:
        _rewrite(shell, path, names)
    return complete


def _with_digest(typed: str, found: Pin) -> str:
    """Return a name as it was typed, with its tag and digest."""
    tagged = typed if parse(typed).tag else f"{typed}:{found.tag}"
    return f"{tagged}@{found.digest}"


def _rewrite(shell: Shell, path: str, names: dict[str, str]) -> None:
    try:
        shell.writes(pinning.rewrite, path, names)
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: str, error: OSError) -> Failure:
    return Failure(f"{path}: {(error.strerror or str(error)).lower()}")
