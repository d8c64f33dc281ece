"""Types of parameters, and the encodings that a query alone does not have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Filters: TypeAlias = Mapping[str, Any]
"""{"name": ["web"]}, or as docker itself sends it {"name": {"web": true}}; sent as JSON, as given."""

Platform: TypeAlias = "str | Mapping[str, Any]"
"""{"os": "linux", "architecture": "arm64", "variant": "v8"}, sent as JSON; a text is sent as it is."""

Auth: TypeAlias = Mapping[str, Any]
"""{"username": ..., "password": ..., "serveraddress": ...} or {"identitytoken": ...}."""


def json_text(value: Any) -> str | None:
    """Return value as compact JSON, for the parameters that hold a list in one text; None stays None."""
    return None if value is None else json.dumps(value, separators=(",", ":"))


def json_header(name: str, value: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the header that carries value as JSON in base64 for URLs, as credentials travel."""
    if value is None:
        return {}
    from base64 import urlsafe_b64encode

    return {name: urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()}
