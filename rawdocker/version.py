"""Which version of the API is spoken: the highest that client and engine both know, agreed once by a ping."""

from __future__ import annotations

from collections.abc import Mapping

from rawdocker.errors import VersionError

LOWEST, HIGHEST = "1.41", "1.55"
"""The versions rawdocker knows: Docker Engine 20.10 to 29."""


def parsed(version: str) -> tuple[int, int]:
    """Return "1.41" as (1, 41), so that versions can be compared; raises VersionError for what is none."""
    major, dot, minor = version.removeprefix("v").partition(".")
    # isascii: isdigit alone takes digits that int() knows and engines do not
    if not (dot and version.isascii() and major.isdigit() and minor.isdigit() and len(version) < 12):
        raise VersionError(f"not a version of the API: {version!r} (it is written like {HIGHEST})")
    return int(major), int(minor)


def negotiated(headers: Mapping[str, str]) -> str:
    """Return the version to speak with an engine that answered a ping with these headers.

    An engine newer than we are is spoken to in our highest version. One that is older than our lowest is refused with a
    VersionError that says how to go on all the same (pin the version).
    """
    engine = headers.get("api-version") or ""
    if not engine:
        raise VersionError(
            "the answer to /_ping has no Api-Version header: this is not a Docker Engine, or one before 1.25. "
            f"Pin a version to go on: version= or DOCKER_API_VERSION={LOWEST}"
        )
    if parsed(engine) < parsed(LOWEST):
        raise VersionError(
            f"the engine speaks API {engine}, rawdocker speaks {LOWEST} to {HIGHEST} (Engine 20.10 and newer). "
            f"Pin a version to try all the same: version= or DOCKER_API_VERSION={engine}"
        )
    return min(engine, HIGHEST, key=parsed)


def at_least(version: str, wanted: str) -> bool:
    """Say whether a version of the API has what came with `wanted`."""
    return parsed(version) >= parsed(wanted)
