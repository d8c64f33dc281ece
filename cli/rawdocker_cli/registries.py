"""Registries as the verbs open them: with the credentials of config.json, traced, their warnings shown."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rawdocker.observe import Exchange, Observer
from rawdocker.registry.reference import DEFAULT_DOMAIN, Reference
from rawdocker_cli.credentials import stored
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.harmless import harmless
from rawdocker_cli.shell import Shell

if TYPE_CHECKING:
    from rawdocker.registry.client import RegistryClient


class Registries(ExitStack):
    """The clients of a verb, one for each registry; a context manager that closes them."""

    def __init__(self, shell: Shell, options: Options) -> None:
        super().__init__()
        self._shell, self._insecure = shell, options.insecure
        # docker's own verbs have no --mirror
        self._mirror = getattr(options, "mirror", "") or os.environ.get("RAWDOCKER_MIRROR", "")
        self._clients: dict[str, RegistryClient] = {}

    def of(self, image: Reference) -> RegistryClient:
        """Return the client of the registry that an image is in."""
        if image.domain not in self._clients:
            self._clients[image.domain] = self.enter_context(self._opened(image.domain))
        return self._clients[image.domain]

    def _opened(self, domain: str) -> RegistryClient:
        address = self._mirror if self._mirror and domain == DEFAULT_DOMAIN else domain
        host = address.rpartition("://")[2]
        return self._shell.registry(
            address,
            insecure=self._insecure,
            credentials=lambda: stored(self._shell, host) or {},
            observers=[*self._shell.observers, Warnings()],
        )


class Warnings(Observer):
    """Shows what registries warn of on stderr, each once."""

    def __init__(self) -> None:
        self._shown: set[str] = set()

    def response(self, exchange: Exchange) -> None:
        from rawdocker.registry.answer import warnings

        headers = [value for name, value in exchange.response_headers if name.lower() == "warning"]
        for text in warnings({"warning": ", ".join(headers)}):
            if text not in self._shown:
                self._shown.add(text)
                sys.stderr.write(f"Warning from {exchange.endpoint}: {harmless(text, sys.stderr)}\n")
