"""The distribution operation: what a registry has of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawdocker.call import Call
from rawdocker.calls._values import json_header

if TYPE_CHECKING:
    from rawdocker.calls._values import Auth
    from rawdocker.models.distribution import DistributionInspect


def distribution_inspect(name: str, *, X_Registry_Auth: Auth | None = None) -> Call[DistributionInspect]:
    """Ask the registry for the digest and the platforms of an image, through the engine and without pulling.

    Parameters:
        name: its name with or without tag or digest.
        X_Registry_Auth: credentials, {"username": ..., "password": ...}; sent as base64 of JSON. Default:
            none.

    Answers DistributionInspect: Descriptor, and Platforms.
    Raises NotFoundError where the registry has no such image, UnauthorizedError where it is missing or
    hidden, ForbiddenError where the registry refuses, BadRequestError for a malformed name.
    API: GET /distribution/{name}/json (DistributionInspect), since 1.30.
    """
    headers = json_header("X-Registry-Auth", X_Registry_Auth)
    path, returns = "/distribution/{name}/json", "DistributionInspect"
    return Call("DistributionInspect", "GET", path, {"name": name}, headers=headers, returns=returns)
