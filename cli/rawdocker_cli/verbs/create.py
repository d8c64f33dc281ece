"""create, and the first half of run: what was typed becomes a request, and the request a container."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from rawdocker.call import Call
from rawdocker.calls.container import container_create, container_delete
from rawdocker.errors import NotFoundError, RawdockerError
from rawdocker.flows.complete import completed
from rawdocker.registry import reference
from rawdocker.version import at_least
from rawdocker_cli import api_socket
from rawdocker_cli.flags.flag import Draft, Options
from rawdocker_cli.flags.values import go, rules
from rawdocker_cli.pinned import check_pulled, pinned_image
from rawdocker_cli.shell import PROGRAM, Failure, Shell

PULL = ("always", "missing", "never")
PROXIES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}
"""What config.json's proxies are called in a container's environment."""


def create(shell: Shell, options: Options, words: list[str]) -> None:
    """Create a container and print its id."""
    shell.print(create_container(shell, request(shell, options, words), options))


def request(shell: Shell, options: Options, words: list[str], command: str = "create") -> Draft:
    """Return the request that a command line of `create` or `run` describes; nothing is sent.

    What docker refuses before it asks the engine raises Failure with exit code 125.
    """
    try:
        if options.pull and options.pull not in PULL:
            allowed = '"always", "missing" or "never"'
            raise ValueError(f"invalid pull option: '{options.pull}': must be one of {allowed}")
        draft = options.draft()
        rules.finish(draft, options)
    except ValueError as error:
        hint = f"Run '{PROGRAM} {command} --help' for more information"
        raise Failure(f"{PROGRAM}: {error}\n\n{hint}", 125) from None
    _add_proxies(shell, options, draft)
    image, *arguments = words
    draft.body = {"Image": image, **({"Cmd": arguments} if arguments else {}), **draft.body}
    return draft


def _add_proxies(shell: Shell, options: Options, draft: Draft) -> None:
    """Add the proxies that config.json has for this engine to Env, but for those that --env names."""
    proxies = shell.config.get("proxies") or {}
    if not proxies:
        return
    configured = proxies.get(shell.endpoint().url) or proxies.get("default") or {}
    typed = {variable.partition("=")[0] for variable in options.env}
    for key, variable in PROXIES.items():
        for name in (variable, variable.lower()):
            if configured.get(key) and name not in typed:
                draft.at("Env", default=[]).append(f"{name}={configured[key]}")


def create_container(shell: Shell, draft: Draft, options: Options) -> str:
    """Create the container that a request describes, pulling its image where --pull says so, and return its id.

    Progress and the engine's warnings go to stderr. Raises RawdockerError for all that docker refuses here, on its
    own account or on the engine's.
    """
    from rawdocker_cli.pull import refuse_content_trust

    pinned = pinned_image(options, draft.body["Image"])
    if pinned is not None:
        draft.body["Image"] = str(pinned.familiar)
    with _id_file("" if shell.rehearsing else options.cidfile) as keep:
        image = reference.parse_any(draft.body["Image"]).with_default_tag()
        refuse_content_trust(options, image)
        credentials = api_socket.mount(shell, draft) if options.use_api_socket else {}
        platform = options.platform if options.typed("platform") else os.environ.get("DOCKER_DEFAULT_PLATFORM", "")
        call = container_create(draft.body, name=options.name or None, platform=_platform(platform))
        pull = partial(_pull, shell, draft.body["Image"], platform, pinned, quiet=options.quiet)
        if options.pull == "always":
            pull()
        _fit_version(shell, draft)
        _size_console(draft)
        try:
            created = _create(shell, call)
        except NotFoundError:
            if options.pull != "missing" or not image.path:
                raise
            if not options.quiet:
                shell.warn(f"Unable to find image '{image.familiar}' locally")
            pull()
            created = _create(shell, call)
        for warning in (*(created.get("Warnings") or ()), *_local_nameservers(draft)):
            shell.warn(f"WARNING: {warning}")
        keep(created["Id"])
        if credentials:
            api_socket.copy_credentials(shell, created["Id"], credentials)
    return str(created["Id"])


def _create(shell: Shell, call: Call[Any]) -> Any:
    """Create a container; one whose id comes after Ctrl-C is removed again."""

    def remove(created: Any) -> None:
        shell.send(container_delete(created["Id"], v=True, force=True))

    return completed(lambda: shell.send(call), remove)


def _pull(shell: Shell, image: str, platform: str, pinned: reference.Reference | None, *, quiet: bool) -> None:
    import sys

    from rawdocker_cli.credentials import stored
    from rawdocker_cli.pull import pull

    named = reference.parse(image).with_default_tag()
    progress = None if quiet else sys.stderr
    pull(shell, named, stored(shell, named.domain), platform=platform, progress=progress)
    if pinned is not None:
        check_pulled(shell, pinned)


@contextmanager
def _id_file(path: str) -> Iterator[Callable[[str], object]]:
    """Make the file of --cidfile, which must not exist; yields what writes the id. An empty one does not stay."""
    if not path:
        yield lambda id: None
        return
    if os.path.exists(path):
        raise RawdockerError(f"container ID file found, make sure the other container isn't running or delete {path}")
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o666)
    except OSError as error:
        raise RawdockerError(f"failed to create the container ID file: {go.spoken(error, path)}") from None
    try:
        with open(descriptor, "w") as file:
            yield file.write
    finally:
        if os.path.getsize(path) == 0:
            os.remove(path)


def _platform(text: str) -> str | None:
    """Return a platform as os/architecture/variant."""
    if not text:
        return None
    from rawdocker.registry import platform

    try:
        found = platform.parse(text)
    except RawdockerError as error:
        raise RawdockerError(f"error parsing specified platform: {error}") from None
    return "/".join(found[part] for part in ("os", "architecture", "variant") if part in found)


def _size_console(draft: Draft) -> None:
    """Let the container's terminal begin with the size of ours, where stdout is one."""
    from rawdocker_cli.terminal import window_size

    size = window_size()
    if any(size):
        draft.put(("HostConfig", "ConsoleSize"), list(size))


def _fit_version(shell: Shell, draft: Draft) -> None:
    """Refuse what the engine's API does not know yet, and leave out what it knows no more, as docker does."""
    host = draft.body.get("HostConfig", {})
    endpoints = draft.body.get("NetworkingConfig", {}).get("EndpointsConfig", {}).values()
    if "KernelMemory" in host and at_least(shell.docker.negotiate(), "1.42"):
        del host["KernelMemory"]
    if any("MacAddress" in endpoint for endpoint in endpoints) and not at_least(shell.docker.negotiate(), "1.44"):
        needs = "requires API version 1.44, but the Docker daemon API version is"
        raise RawdockerError(f'"specify mac-address per network" {needs} {shell.docker.negotiate()}')
    forced = (mount.get("BindOptions", {}).get("ReadOnlyForceRecursive") for mount in host.get("Mounts", ()))
    if any(forced) and not at_least(shell.docker.negotiate(), "1.44"):
        raise RawdockerError("bind-recursive=readonly requires API v1.44 or later")


def _local_nameservers(draft: Draft) -> Iterator[str]:
    """Yield docker's warning about the first --dns that means the container itself."""
    from ipaddress import ip_address

    for text in draft.body.get("HostConfig", {}).get("Dns", ()):
        if ip_address(text).is_loopback:
            yield f"Localhost DNS ({text}) may fail in containers."
            return
