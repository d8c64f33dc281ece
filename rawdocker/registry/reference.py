"""Image names as docker reads them: the grammar, the full form, the familiar form. Standard library only.

debian                  the familiar form of docker.io/library/debian
team/web:1.2            docker.io/team/web, tag 1.2
localhost:5000/web      a registry is named by a dot, a colon, a capital, or the word localhost
debian@sha256:e718…     a digest names one content for ever
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rawdocker.errors import InvalidCallError

DEFAULT_DOMAIN = "docker.io"
DEFAULT_TAG = "latest"
LONGEST_PATH = 255

HUB = "registry-1.docker.io"
"""The host that answers for docker.io."""

_LEGACY_DOMAIN = "index.docker.io"
_OFFICIAL = "library/"

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = rf"(?:({_DOMAIN})/)?({_PATH})(?::(\w[\w.-]{{0,127}}))?(?:@({_DIGEST}))?"

_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_LOOSE_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


class Reference(NamedTuple):
    """The name of an image in full; `str()` is the form that names the registry."""

    domain: str
    """The registry, with its port: docker.io, localhost:5000."""
    path: str
    """The repository in the registry: library/debian."""
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Registry and repository without tag and digest: docker.io/library/debian."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def name_only(self) -> bool:
        """Whether it has neither tag nor digest."""
        return not self.tag and not self.digest

    @property
    def tag_or_digest(self) -> str:
        """The digest where there is one, else the tag, else latest: what the engine's ?tag= takes."""
        return self.digest or self.tag or DEFAULT_TAG

    @property
    def familiar(self) -> Reference:
        """The same as docker shows it: without docker.io and library."""
        if self.domain != DEFAULT_DOMAIN:
            return self
        short = self.path.removeprefix(_OFFICIAL)
        return self._replace(domain="", path=self.path if "/" in short else short)

    def with_default_tag(self) -> Reference:
        """Return the reference, with the tag latest where it has neither tag nor digest."""
        return self._replace(tag=DEFAULT_TAG) if self.name_only else self

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def host_of(domain: str) -> str:
    """Return the host that answers for a registry: registry-1.docker.io for docker.io, else itself."""
    return HUB if domain in (DEFAULT_DOMAIN, _LEGACY_DOMAIN) else domain


def parse(text: str) -> Reference:
    """Read an image name in any form docker takes and return it in full.

    Raises InvalidCallError with docker's words for what is no name, and for an image id.
    """
    if _IDENTIFIER.fullmatch(text):
        raise InvalidCallError(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    domain, remainder = _split_domain(text)
    path = remainder.partition(":")[0]
    if path.lower() != path:
        raise InvalidCallError(f"invalid reference format: repository name ({path}) must be lowercase")
    return _matched(f"{domain}/{remainder}")


def parse_any(text: str) -> Reference:
    """Read an image name, or an image's full id with or without sha256:, which becomes a reference of a digest alone.

    Raises InvalidCallError as parse does.
    """
    digest = f"sha256:{text}" if _IDENTIFIER.fullmatch(text) else text
    return Reference("", "", digest=digest) if not digest_fault(digest) else parse(text)


def digest_fault(digest: str) -> str:
    """Return what is wrong with a digest, in docker's words; empty where nothing is."""
    algorithm, _, encoded = digest.partition(":")
    if not algorithm or not encoded:
        return "invalid checksum digest format"
    if algorithm not in _HEX_LENGTHS:
        return "unsupported digest algorithm" if _LOOSE_DIGEST.fullmatch(digest) else "invalid checksum digest format"
    if len(encoded) != _HEX_LENGTHS[algorithm]:
        return "invalid checksum digest length"
    return "" if re.fullmatch("[a-f0-9]+", encoded) else "invalid checksum digest format"


def _split_domain(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash:
        return DEFAULT_DOMAIN, _OFFICIAL + text
    named = first == "localhost" or "." in first or ":" in first or first.lower() != first
    domain, remainder = (first, rest) if named else (DEFAULT_DOMAIN, text)
    if domain in (DEFAULT_DOMAIN, _LEGACY_DOMAIN):
        return DEFAULT_DOMAIN, remainder if "/" in remainder else _OFFICIAL + remainder
    return domain, remainder


def _matched(text: str) -> Reference:
    # \w is more than ASCII in Python only.
    found = re.fullmatch(_REFERENCE, text, re.ASCII)
    if found is None:
        lower = re.fullmatch(_REFERENCE, text.lower(), re.ASCII)
        raise InvalidCallError("repository name must be lowercase" if lower else "invalid reference format")
    domain, path, tag, digest = (group or "" for group in found.groups())
    if len(path) > LONGEST_PATH:
        raise InvalidCallError(f"repository name must not be more than {LONGEST_PATH} characters")
    if digest and (fault := digest_fault(digest)):
        raise InvalidCallError(fault)
    return Reference(domain, path, tag, digest)
