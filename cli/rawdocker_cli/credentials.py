"""The credentials that go with a request to a registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rawdocker.errors import CredentialsError, RawdockerError
from rawdocker.registry.credentials import for_registry, in_file
from rawdocker_cli.shell import Shell


def stored(shell: Shell, host: str) -> dict[str, str] | None:
    """Return what X-Registry-Auth holds for a registry, None where nothing is stored; raises where that is unclear."""
    if shell.rehearsing:
        return in_file(host, shell.config) or None  # a helper may ask its user
    return for_registry(host, shell.config, shell.environment) or None


@contextmanager
def offered(shell: Shell, host: str) -> Iterator[dict[str, str] | None]:
    """Give what X-Registry-Auth holds for a registry; credentials that cannot be read matter only if the body fails."""
    found, trouble = None, ""
    try:
        found = stored(shell, host)
    except CredentialsError as error:
        trouble = str(error)
    try:
        yield found
    except RawdockerError:
        if trouble:
            shell.warn(trouble)
        raise
