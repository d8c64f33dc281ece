"""--pin for run, create and pull: the digest in the lock is what is pulled and run, and nothing else is."""

from __future__ import annotations

import os

from rawdocker.calls.image import image_inspect
from rawdocker.errors import PinError
from rawdocker.registry.reference import Reference
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import Shell


def pinned_image(options: Options, image: str) -> Reference | None:
    """Return an image with its digest from the lock, None where no lock is in force.

    Raises PinError where the image is not in the lock, or typed with another digest.
    """
    path = options.pin if options.typed("pin") else os.environ.get("RAWDOCKER_LOCK", "")
    if not path:
        return None
    from rawdocker.registry.lock import Lock

    return Lock.read(path).pinned(image)


def check_pulled(shell: Shell, image: Reference) -> None:
    """Refuse an image that the engine does not have under the digest that was asked for."""
    wanted = str(image._replace(tag="").familiar)
    found = shell.send(image_inspect(wanted)).get("RepoDigests") or []
    if wanted not in found and not shell.rehearsing:
        raise PinError(
            f"{wanted} was pulled, but the engine has it as {', '.join(found) or 'nothing'}: nothing was run"
        )
