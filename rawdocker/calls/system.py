"""The system operations: ping, version, info, events, disk usage, login."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, Query, StreamCall

if TYPE_CHECKING:
    from rawdocker.calls._values import Filters
    from rawdocker.models.system import (
        AuthConfig,
        AuthResponse,
        EventMessage,
        SystemDataUsage,
        SystemInfo,
        SystemVersion,
    )


def system_ping() -> Call[str]:
    """Ask whether the engine is there.

    Answers the text OK; the version it speaks is in the header Api-Version (see system_ping_head).
    Raises ServerError where the engine is in trouble.
    API: GET /_ping (SystemPing), since 1.25.
    """
    return Call("SystemPing", "GET", "/_ping", codec=Codec.TEXT)


def system_ping_head() -> Call[dict[str, str]]:
    """Ask what the engine speaks: its headers alone.

    Answers the headers by name in small letters: api-version, builder-version, ostype, swarm and others.
    Raises ServerError where the engine is in trouble, NotFoundError where it is older than the call.
    API: HEAD /_ping (SystemPingHead), since 1.40.
    """
    return Call("SystemPingHead", "HEAD", "/_ping", codec=Codec.HEADERS)


def system_version() -> Call[SystemVersion]:
    """Show the versions of the engine, of its parts, and of the API: the newest and the oldest it speaks.

    Answers SystemVersion.
    Raises ServerError where the engine is in trouble.
    API: GET /version (SystemVersion), since 1.25.
    """
    return Call("SystemVersion", "GET", "/version", returns="SystemVersion")


def system_info() -> Call[SystemInfo]:
    """Show how the engine is set up and what it holds.

    Answers SystemInfo; sizes are in bytes.
    Raises ServerError where the engine is in trouble.
    API: GET /info (SystemInfo), since 1.25.
    """
    return Call("SystemInfo", "GET", "/info", returns="SystemInfo")


def system_events(
    *, since: str | int | None = None, until: str | int | None = None, filters: Filters | None = None
) -> StreamCall[EventMessage]:
    """Watch what happens in the engine.

    Parameters:
        since: begin with events from this time on, in seconds since 1970, with a fraction if need be.
            Default: now.
        until: end at this time, in the same form. Default: never.
        filters: {"type": ["container"], "event": ["die"], "container": ["web"], ...}; keys all hold.

    Streams EventMessage in order of time.
    Raises BadRequestError for a malformed time or filter, CutStreamError where the stream breaks.
    API: GET /events (SystemEvents), since 1.25.
    """
    query: Query = {"since": since, "until": until, "filters": filters}
    returns, codec = "EventMessage", Codec.JSON_STREAM
    return StreamCall("SystemEvents", "GET", "/events", query=query, codec=codec, returns=returns)


def system_data_usage(*, type: Sequence[str] | None = None, verbose: bool | None = None) -> Call[SystemDataUsage]:
    """Show how much of the disk images, containers, volumes and the build cache use; slow.

    Parameters:
        type: only of these: container, image, volume, build-cache. Default: all.
        verbose: also of each single object, in the shape of 1.52. Default: only sums, or the older shape.

    Answers SystemDataUsage; sizes are in bytes, -1 where unknown.
    Raises ServerError where the engine cannot compute it, ConflictError while it is computing already,
    BadRequestError for an unknown type.
    API: GET /system/df (SystemDataUsage), since 1.25; type since 1.42; verbose since 1.52.
    """
    query: Query = {"type": type, "verbose": verbose}
    return Call("SystemDataUsage", "GET", "/system/df", query=query, returns="SystemDataUsage")


def system_auth(body: AuthConfig | Mapping[str, Any]) -> Call[AuthResponse]:
    """Have the engine try credentials at a registry.

    Parameters:
        body: {"username": ..., "password": ..., "serveraddress": "registry.example"}.

    Answers AuthResponse: Status, and IdentityToken where the registry gives one to use instead of the
    password.
    Raises UnauthorizedError where the registry refuses them, ServerError where it cannot be asked.
    API: POST /auth (SystemAuth), since 1.25.
    """
    return Call("SystemAuth", "POST", "/auth", body=body, returns="AuthResponse")
