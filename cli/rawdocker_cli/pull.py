"""Pulling an image, as pull does and as create does where the image is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TextIO

from rawdocker.calls.image import image_create
from rawdocker.errors import RawdockerError
from rawdocker.registry.reference import Reference
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.shell import Shell


def pull(
    shell: Shell,
    image: Reference,
    credentials: Mapping[str, str] | None,
    *,
    platform: str = "",
    progress: TextIO | None = None,
) -> None:
    """Let the engine pull an image, or all tags of a name alone.

    How it goes is shown on `progress`, where there is one.
    """
    from rawdocker_cli.progress import show

    call = image_create(
        fromImage=image.name,
        tag=None if image.name_only else image.tag_or_digest,
        platform=platform.lower() or None,
        X_Registry_Auth=credentials,
    )
    shell.goes_to("progress", "stderr" if progress is sys.stderr else "stdout" if progress else "")
    with shell.stream(call) as messages:
        show(messages, progress)


def refuse_content_trust(options: Options, image: Reference) -> None:
    """Refuse a tag whose signature the user wants verified, by flag or environment: nothing here can."""
    import os

    by_default = os.environ.get("DOCKER_CONTENT_TRUST", "").lower() not in ("", "0", "f", "false")
    wanted = not options.disable_content_trust if options.typed("disable-content-trust") else by_default
    if wanted and not image.digest:
        raise RawdockerError("rawdocker does not verify signatures; --disable-content-trust goes on without")
