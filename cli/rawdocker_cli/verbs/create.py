"""create, and the first half of run: what was typed becomes a request, and the request a container."""

from __future__ import annotations

from rawdocker.calls.container import container_create
from rawdocker_cli.flags.flag import Draft, Options
from rawdocker_cli.shell import PROGRAM, Failure, Shell


def create(shell: Shell, options: Options, words: list[str]) -> None:
    """Create a container and print its id."""
    shell.print(create_container(shell, request(shell, options, words), options))


def request(shell: Shell, options: Options, words: list[str], command: str = "create") -> Draft:
    """Return the request that a command line of `create` or `run` describes; nothing is sent.

    What docker refuses before it asks the engine raises Failure with exit code 125.
    """
    try:
        draft = options.draft()
    except ValueError as error:
        hint = f"Run '{PROGRAM} {command} --help' for more information"
        raise Failure(f"{PROGRAM}: {error}\n\n{hint}", 125) from None
    draft.body["Image"] = words[0]
    if words[1:]:
        draft.body["Cmd"] = words[1:]
    return draft


def create_container(shell: Shell, draft: Draft, options: Options) -> str:
    """Create the container that a request describes and return its id.

    The engine's warnings go to stderr. Raises EngineError where the engine refuses.
    """
    created = shell.send(container_create(draft.body, **draft.query))
    return str(created["Id"])
