"""The credentials that go with a request to a registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rawdocker.errors import CredentialsError, RawdockerError, UnauthorizedError
from rawdocker.registry.credentials import for_registry, in_file
from rawdocker_cli import terminal
from rawdocker_cli.shell import Shell

T = TypeVar("T")


def stored(shell: Shell, host: str) -> dict[str, str] | None:
    """Return what X-Registry-Auth holds for a registry, None where nothing is stored; raises where that is unclear."""
    if shell.rehearsing:
        return in_file(host, shell.config) or None  # a helper may ask its user
    return for_registry(host, shell.config, shell.environment) or None


def offering(shell: Shell, host: str, to: str, request: Callable[[dict[str, str] | None], T]) -> T:
    """Make a request with the credentials of a registry, and once more with those that the user types after a 401.

    to: what the request does, as the user calls it: pull. Credentials that cannot be read matter only where it fails.
    """
    found, trouble = None, ""
    try:
        found = stored(shell, host)
    except CredentialsError as error:
        trouble = str(error)
    try:
        return request(found)
    except RawdockerError as error:
        if not isinstance(error, UnauthorizedError) or shell.rehearsing or not terminal.is_terminal(terminal.STDIN):
            if trouble:
                shell.warn(trouble)
            raise
    from rawdocker_cli.verbs.login import prior_to

    return request(prior_to(shell, to, host, found or {}))
