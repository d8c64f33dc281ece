"""Credentials of registries: tried with the engine and kept, and forgotten."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from rawdocker.calls.system import system_auth
from rawdocker.errors import CredentialsError, EndpointError, RawdockerError, UnauthorizedError
from rawdocker.host import config_directory
from rawdocker.registry.credentials import ENVIRONMENT, HUB_KEY, for_registry, forget, hostname, keep
from rawdocker.registry.reference import DEFAULT_DOMAIN
from rawdocker_cli import terminal
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.note import note
from rawdocker_cli.shell import PROGRAM, Shell, spoken

UNENCRYPTED = """
WARNING! Your credentials are stored unencrypted in '{}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/
"""
ABOUT_HUB = (
    "Log in with your Docker ID or email address to push and pull images from Docker Hub. "
    "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one."
)
ABOUT_TOKENS = (
    "You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better "
    "security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n"
)
WEB_TOKENS = ("access-token", "refresh-token")
"""What docker's own login in a browser keeps beside the credentials of Docker Hub."""


def login(shell: Shell, options: Options, words: list[str]) -> None:
    """Let the engine try credentials at a registry, those kept or those typed, and keep the ones that work."""
    _refuse_contradictions(shell, options)
    password = _given_password(shell, options)
    _tell_of_environment(shell)
    named = "".join(words)
    address = HUB_KEY if named in ("", DEFAULT_DOMAIN, HUB_KEY) else hostname(named)
    if shell.rehearsing:
        credentials = {"username": options.username, "password": password, "serveraddress": address}
        shell.print(shell.send(system_auth(credentials))["Status"])
        return
    known = {} if options.username or password else _known(shell, address)
    status = _try_known(shell, known) if known.get("username") and known.get("password") else None
    if status is None:
        status = _accepted(shell, _typed(shell, options.username, password, known.get("username", ""), address))
    if status:
        shell.print(status)


def _refuse_contradictions(shell: Shell, options: Options) -> None:
    if options.typed("password-stdin"):
        if options.typed("password"):
            shell.fail("conflicting options: cannot specify both --password and --password-stdin")
        if not options.typed("username"):
            shell.fail("the --password-stdin option requires --username to be set")
    for name, value in (("username", options.username), ("password", options.password)):
        if options.typed(name) and not value:
            shell.fail(f"{name} is empty")


def _given_password(shell: Shell, options: Options) -> str:
    """Return the password of the command line or of stdin, empty where it is yet to be asked for."""
    if options.password:
        shell.warn("WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
    if not options.password_stdin or shell.rehearsing:
        return str(options.password).strip()
    # docker takes one end of the line away, and then the blanks at both ends
    return sys.stdin.buffer.read().decode("utf-8", "replace").strip()


def _tell_of_environment(shell: Shell) -> None:
    if shell.environment.get(ENVIRONMENT):
        told = f"{ENVIRONMENT} is set and takes precedence.\nUnset {ENVIRONMENT} to restore the CLI auth behaviour.\n"
        shell.warn(note(told, "Warn", terminal=sys.stderr.isatty()), drawn=True)


def _known(shell: Shell, address: str) -> dict[str, str]:
    """Return user and password that are kept for an address; where they cannot be read, new ones are asked for."""
    try:
        found = for_registry(address, shell.config, shell.environment)
    except CredentialsError:
        return {}
    # They may have been kept under a URL, and are from now on under the name of the host.
    return {name: value for name, value in found.items() if name != "identitytoken"} | {"serveraddress": address}


def _try_known(shell: Shell, known: Mapping[str, str]) -> str | None:
    """Log in with what is kept; None where that does not work, which is told."""
    shell.warn(f"Authenticating with existing credentials... [Username: {known['username']}]")
    hint = f"To login with a different account, run '{PROGRAM} logout' followed by '{PROGRAM} login'"
    shell.warn(note(hint, terminal=sys.stderr.isatty()), drawn=True)
    shell.warn("\n")
    try:
        return _accepted(shell, known)
    except UnauthorizedError:
        shell.warn("Stored credentials invalid or expired")
    except RawdockerError as error:
        shell.warn(f"Login did not succeed, error: {spoken(error)}")
    return None


def _accepted(shell: Shell, credentials: Mapping[str, str]) -> str:
    """Let the engine try credentials, keep them, and return what it says to them."""
    answer = shell.send(system_auth(credentials))
    token = answer.get("IdentityToken")
    kept = {**credentials, "password": "", "identitytoken": token} if token else credentials
    try:
        readable = keep(kept, shell.config, shell.environment)
    except (CredentialsError, EndpointError) as error:
        shell.fail(f"Error saving credentials: {error}")
    if readable:
        shell.warn(UNENCRYPTED.format(os.path.join(config_directory(shell.environment), "config.json")))
    return str(answer.get("Status") or "")


def prior_to(shell: Shell, what: str, host: str, known: Mapping[str, str]) -> dict[str, str]:
    """Ask for the credentials of a registry that has refused a request; they are for that alone, and not kept."""
    shell.print(f"\nLogin prior to {what}:")
    address = HUB_KEY if host == DEFAULT_DOMAIN else host
    return _typed(shell, "", "", known.get("username", ""), address)


def _typed(shell: Shell, user: str, password: str, usual: str, address: str) -> dict[str, str]:
    """Return credentials of which the user is asked for what is missing."""
    if not (user and password) and not terminal.is_terminal(terminal.STDIN):
        shell.fail("Error: Cannot perform an interactive login from a non TTY device")
    user = user.strip() or _asked_for_user(shell, usual.strip(), address)
    password = password or _asked_for_password(shell, address)
    return {"username": user, "password": password, "serveraddress": address}


def _asked_for_user(shell: Shell, usual: str, address: str) -> str:
    if address == HUB_KEY:
        shell.print(ABOUT_HUB)
        if os.environ.get("DOCKER_CLI_HINTS", "").lower() not in ("0", "f", "false"):
            shell.print(ABOUT_TOKENS)
    user = _line(shell, f"Username ({usual}): " if usual else "Username: ") or usual
    return user or shell.fail("Error: Non-null Username Required")


def _asked_for_password(shell: Shell, address: str) -> str:
    with terminal.unseen():
        if address == HUB_KEY:
            where = "To create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m"
            told = f"A Personal Access Token (PAT) can be used instead.\n{where}\n\n"
            shell.warn(note(told, terminal=sys.stderr.isatty()), drawn=True)
        password = _line(shell, "Password: ")
    shell.print("")
    return password or shell.fail("Error: Password Required")


def _line(shell: Shell, prompt: str) -> str:
    """Ask for a line; Ctrl-C ends the verb, as no failure."""
    try:
        shell.write(prompt)
        return sys.stdin.buffer.readline().decode("utf-8", "replace").strip()
    except KeyboardInterrupt:
        shell.print("")
        shell.fail("", 0)


def logout(shell: Shell, options: Options, words: list[str]) -> None:
    """Forget the credentials of a registry, under each address that they may have been kept for."""
    named = "".join(words)
    host = hostname(named) if named else HUB_KEY
    if shell.rehearsing:
        return
    if not named:
        _forget_web_tokens(shell)
    shell.print(f"Removing login credentials for {host}")
    addresses = (named, host, f"http://{host}", f"https://{host}") if named else (host,)
    errors: dict[str, RawdockerError] = {}
    for address in addresses:
        try:
            forget(address, shell.config, shell.environment)
        except (CredentialsError, EndpointError) as error:
            errors[address] = error
    if set(errors) == set(addresses):
        told: list[Any] = [f"{address}: {error}" for address, error in errors.items()]
        shell.warn("\n".join(("WARNING: could not erase credentials:", *told)))


def _forget_web_tokens(shell: Shell) -> None:
    """Forget what docker's own login in a browser has kept; nobody but docker can revoke it."""
    try:
        token = for_registry(f"{HUB_KEY}{WEB_TOKENS[1]}", shell.config, shell.environment).get("password", "")
        if token.count("..") == 1:
            for name in WEB_TOKENS:
                forget(f"{HUB_KEY}{name}", shell.config, shell.environment)
    except (CredentialsError, EndpointError) as error:
        shell.warn(f"WARNING: {error}")
