"""Which engine to speak to, found as docker finds it, and why that one.

    --context, then --host, DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, then the default socket

A context that does not exist is an error; nothing falls back silently.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rawdocker.errors import EndpointError

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
DEFAULT_PORT, DEFAULT_TLS_PORT = 2375, 2376

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

OTHER_HOSTS = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
"""What beside DOCKER_HOST says in the environment which engine is spoken to, and how."""


class TLSFiles(NamedTuple):
    """Where the certificates of a TLS endpoint are, as paths of PEM files; empty where there is none."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True
    """Whether the engine's certificate must be signed by `ca`."""
    server_name: str = ""


class Endpoint(NamedTuple):
    """An engine's address and the reason why it is the one."""

    url: str
    """unix:///path, tcp://host:port or ssh://…, as docker writes it."""
    reason: str
    """What named it: "-H", "DOCKER_HOST", "context web", "default"."""
    tls: TLSFiles | None = None
    context: str = "default"

    @property
    def scheme(self) -> str:
        return self.url.partition("://")[0]

    @property
    def path(self) -> str:
        """The path of a unix socket."""
        return self.url.partition("://")[2]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of a tcp endpoint."""
        parts = urlsplit(self.url)
        return parts.hostname or "localhost", parts.port or (DEFAULT_TLS_PORT if self.tls else DEFAULT_PORT)


def resolve(
    host: str | None = None,
    context: str | None = None,
    *,
    tls: TLSFiles | None = None,
    environ: Mapping[str, str] | None = None,
) -> Endpoint:
    """Find the engine's endpoint as docker does.

    Parameters:
        host: what -H was given: unix:///path, tcp://host:port, or without scheme.
        context: what --context was given; excludes host.
        tls: certificates named by options; else they come from DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.
        environ: where DOCKER_HOST and the others are read. Default: os.environ.

    Answers an Endpoint. Raises EndpointError for a context that does not exist or a malformed host.
    """
    environ = os.environ if environ is None else environ
    if host and context:
        raise EndpointError("conflicting options: cannot specify both --host and --context")
    named_tls = tls or _tls_of_environment(environ)
    if context:
        return _of_context(context, "--context", named_tls, environ)
    if host is not None:
        return Endpoint(parse_host(host, named_tls is not None), "--host", named_tls)
    if environ.get("DOCKER_HOST"):
        return Endpoint(parse_host(environ["DOCKER_HOST"], named_tls is not None), "DOCKER_HOST", named_tls)
    if environ.get("DOCKER_CONTEXT"):
        return _of_context(environ["DOCKER_CONTEXT"], "DOCKER_CONTEXT", named_tls, environ)
    current = load_config(environ).get("currentContext")
    if current:
        return _of_context(str(current), "currentContext of config.json", named_tls, environ)
    return _of_context("default", "the default", named_tls, environ)


def parse_host(host: str, tls: bool = False) -> str:
    """Return a host in full form (scheme, address, port), or raise EndpointError with docker's words."""
    text = host.strip()
    if _CONTROL.search(text):
        raise EndpointError(f"unable to parse docker host {text!r}: invalid control character")
    if not text:
        return f"tcp://localhost:{DEFAULT_TLS_PORT}" if tls else DEFAULT_SOCKET
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "tcp", text
    if scheme in ("unix", "npipe", "fd"):
        return f"{scheme}://{rest or '/var/run/docker.sock'}"
    if scheme == "ssh":
        return text
    if scheme in ("http", "https"):
        scheme = "tcp"
    if scheme != "tcp" or "://" in rest:
        raise EndpointError(f"unable to parse docker host `{host}`: unknown scheme {scheme!r}")
    try:
        parts = urlsplit(f"tcp://{rest}")
        port = parts.port or (DEFAULT_TLS_PORT if tls else DEFAULT_PORT)
        name = (parts.hostname or "localhost").encode("idna").decode()
        if " " in rest:
            raise ValueError
    except ValueError:
        raise EndpointError(f"unable to parse docker host `{host}`: invalid port or address") from None
    return f"tcp://{f'[{name}]' if ':' in name else name}:{port}{parts.path}"


def config_directory(environ: Mapping[str, str] | None = None) -> str:
    """Return docker's configuration directory: DOCKER_CONFIG, else ~/.docker."""
    environ = os.environ if environ is None else environ
    return environ.get("DOCKER_CONFIG") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".docker")


def load_config(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return docker's config.json, empty where there is none; raises EndpointError where it is not JSON."""
    path = os.path.join(config_directory(environ), "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise EndpointError(f"cannot read {path}: {error}") from None
    return config if isinstance(config, dict) else {}


def save_config(config: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> None:
    """Replace docker's config.json at once: whoever reads it finds the old one or the new one.

    It becomes readable for its owner alone, who stays the same; a symbolic link stays one. Raises EndpointError where
    it cannot be written, and then leaves nothing behind.
    """
    from tempfile import mkstemp

    path = os.path.realpath(os.path.join(config_directory(environ), "config.json"))
    beside = ""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor, beside = mkstemp(prefix="config.json", dir=os.path.dirname(path))
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(config, file, indent="\t", ensure_ascii=False)
        _give_to_owner_of(path, beside)
        os.replace(beside, path)
    except OSError as error:
        raise EndpointError(f"cannot write {path}: {error.strerror}") from None
    finally:
        with suppress(OSError):  # it has taken the other's place
            os.unlink(beside)


def _give_to_owner_of(path: str, beside: str) -> None:
    with suppress(OSError):  # there is none yet, or it is not ours to give
        owner = os.stat(path)
        os.chown(beside, owner.st_uid, owner.st_gid)


def context_names(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of docker's contexts, default first; what cannot be read is left out."""
    names = ["default"]
    store = os.path.join(config_directory(environ), "contexts", "meta")
    for digest in sorted(os.listdir(store)) if os.path.isdir(store) else ():
        path = os.path.join(store, digest, "meta.json")
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError), open(path, encoding="utf-8") as file:
            names.append(str(json.load(file)["Name"]))
    return names


def _of_context(name: str, reason: str, tls: TLSFiles | None, environ: Mapping[str, str]) -> Endpoint:
    if name == "default":
        url = environ.get("DOCKER_HOST") or ""
        return Endpoint(parse_host(url, tls is not None), reason if not url else "DOCKER_HOST", tls)
    from hashlib import sha256

    store = os.path.join(config_directory(environ), "contexts")
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    path = os.path.join(store, "meta", digest, "meta.json")
    try:
        with open(path, encoding="utf-8") as file:
            docker = json.load(file)["Endpoints"]["docker"]
        host = docker.get("Host") or ""
    except FileNotFoundError:
        raise EndpointError(
            f'unable to resolve docker endpoint: context "{name}": context not found: '
            f"open {path}: no such file or directory"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EndpointError(f'unable to resolve docker endpoint: context "{name}": {path}: {error!r}') from None
    directory = os.path.join(store, "tls", digest, "docker")
    if os.path.isdir(directory):
        tls = _tls_in(directory, verify=not docker.get("SkipTLSVerify"))
    return Endpoint(parse_host(host, tls is not None), f"{reason} {name}", tls, name)


def _tls_of_environment(environ: Mapping[str, str]) -> TLSFiles | None:
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None
    return _tls_in(environ.get("DOCKER_CERT_PATH") or config_directory(environ), verify=verify)


def _tls_in(directory: str, *, verify: bool) -> TLSFiles:
    def existing(name: str) -> str:
        path = os.path.join(directory, name)
        return path if os.path.exists(path) else ""

    return TLSFiles(existing("ca.pem"), existing("cert.pem"), existing("key.pem"), verify)
