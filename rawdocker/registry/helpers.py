"""Programs that keep credentials, docker-credential-NAME: the four things they can be asked. Standard library only.

    get     an address on stdin, {"ServerURL", "Username", "Secret"} on stdout
    store   the same object on stdin
    erase   an address on stdin
    list    {address: user name} on stdout

A program that fails says why on stdout; its stderr is the user's to see. The user name <token> means that the secret is
an identity token.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from rawdocker.errors import CredentialsError

PREFIX = "docker-credential-"
TOKEN_USER = "<token>"

_NOT_FOUND = "credentials not found in native keychain"
_DOING = {"get": "getting", "store": "storing", "erase": "erasing", "list": "listing"}
_OF_SYSTEM = {"darwin": "osxkeychain", "win32": "wincred"}


def get(helper: str, address: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Ask a helper for the credentials of an address; empty where it has none.

    Raises CredentialsError where the helper fails, as all here do; no message holds a secret.
    """
    try:
        found = _object(_asked(helper, "get", address, environ), "get")
    except CredentialsError as error:
        if error.message.endswith(f"`{_NOT_FOUND}`"):
            return {}
        raise
    user, secret = found.get("Username", ""), found.get("Secret", "")
    held = {"identitytoken": secret} if user == TOKEN_USER else {"username": user, "password": secret}
    return {name: value for name, value in held.items() if value} | {"serveraddress": address}


def store(helper: str, credentials: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Let a helper keep the credentials of their serveraddress."""
    token = credentials.get("identitytoken", "")
    user = TOKEN_USER if token else credentials.get("username", "")
    secret = token or credentials.get("password", "")
    kept = {"ServerURL": credentials["serveraddress"], "Username": user, "Secret": secret}
    _asked(helper, "store", json.dumps(kept, separators=(",", ":")) + "\n", environ, hidden=secret)


def erase(helper: str, address: str, environ: Mapping[str, str]) -> None:
    """Let a helper forget the credentials of an address."""
    _asked(helper, "erase", address, environ)


def addresses(helper: str, environ: Mapping[str, str]) -> list[str]:
    """Return every address that a helper has credentials of."""
    return list(_object(_asked(helper, "list", "unused", environ), "list"))


def usual(environ: Mapping[str, str]) -> str:
    """Return the helper that this system has without being told, empty where it is not installed."""
    from shutil import which

    path = environ.get("PATH")
    helper = _OF_SYSTEM.get(sys.platform) or ("pass" if which("pass", path=path) else "secretservice")
    return helper if which(PREFIX + helper, path=path) else ""


def _asked(helper: str, action: str, text: str, environ: Mapping[str, str], *, hidden: str = "") -> str:
    import subprocess
    from shutil import which

    name = PREFIX + helper
    program = which(name, path=environ.get("PATH"))
    if program is None:
        raise _failed(action, f'exec: "{name}": executable file not found in $PATH', "")
    try:
        done = subprocess.run(
            [program, action], input=text.encode(), stdout=subprocess.PIPE, env=dict(environ), check=False
        )
    except OSError as error:
        raise _failed(action, f"fork/exec {program}: {(error.strerror or str(error)).lower()}", "") from None
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        for form in {hidden, json.dumps(hidden)[1:-1]} - {""}:
            said = said.replace(form, "***")
        raise _failed(action, _how_it_ended(done.returncode), said)
    return said


def _failed(action: str, how: str, said: str) -> CredentialsError:
    return CredentialsError(f"error {_DOING[action]} credentials - err: {how}, out: `{said.strip()}`")


def _how_it_ended(code: int) -> str:
    if code > 0:
        return f"exit status {code}"
    from signal import strsignal

    return f"signal: {(strsignal(-code) or str(-code)).lower()}"


def _object(text: str, action: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise CredentialsError(f"error {_DOING[action]} credentials - err: the answer is not an object of texts")
    return found
