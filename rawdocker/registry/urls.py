"""Addresses that a registry names: in redirects, links, challenges and uploads. None of them is believed to be one."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from rawdocker.errors import ProtocolError


def split(url: str, base: str = "") -> SplitResult:
    """Return the parts of an address, which may be relative to a base; raises ProtocolError for what is none."""
    try:
        parts = urlsplit(urljoin(base, url))
        parts.port  # noqa: B018 - a port that is none raises here, and not later
    except ValueError:
        raise ProtocolError(f"{without_query(url)[:200]!r} is no address") from None
    return parts


def without_query(url: str) -> str:
    """Return an address whose query, which may be a signature, is not shown."""
    path, question, _ = url.partition("?")
    return f"{path}?…" if question else path
