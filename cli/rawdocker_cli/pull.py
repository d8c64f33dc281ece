"""Pulling an image, as pull does and as create does where the image is missing."""

from __future__ import annotations

from typing import TextIO

from rawdocker.calls.image import image_create
from rawdocker.registry.credentials import credentials_for
from rawdocker.registry.reference import Reference
from rawdocker_cli.shell import Shell


def pull(shell: Shell, image: Reference, *, platform: str = "", progress: TextIO | None = None) -> None:
    """Let the engine pull an image, with the registry's credentials from config.json; show how where `progress` is."""
    call = image_create(
        fromImage=image.name,
        tag=image.tag_or_digest,
        platform=platform.lower() or None,
        X_Registry_Auth=credentials_for(image.domain, shell.config),
    )
    with shell.stream(call) as messages:
        if progress is None:
            for _ in messages:
                pass
        else:
            from rawdocker_cli.progress import show

            show(messages, progress)
