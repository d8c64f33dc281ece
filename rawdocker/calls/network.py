"""The network operations: create, list, inspect, connect, disconnect, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, Query

if TYPE_CHECKING:
    from rawdocker.calls._values import Filters
    from rawdocker.models.network import (
        NetworkConnectRequest,
        NetworkCreateRequest,
        NetworkCreateResponse,
        NetworkDisconnectRequest,
        NetworkInspect,
        NetworkPruneResponse,
        NetworkSummary,
    )


def network_list(*, filters: Filters | None = None) -> Call[list[NetworkSummary]]:
    """List networks; who is in them only network_inspect tells.

    Parameters:
        filters: {"name": ["web"], "driver": ["bridge"], "dangling": ["true"], ...}; keys all hold.

    Answers a list of NetworkSummary, empty where nothing matches.
    Raises BadRequestError for an unknown filter or value.
    API: GET /networks (NetworkList), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("NetworkList", "GET", "/networks", query=query, returns="list[NetworkSummary]")


def network_inspect(id: str, *, verbose: bool | None = None, scope: str | None = None) -> Call[NetworkInspect]:
    """Show all that the engine knows of a network, with the containers in it.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        verbose: also the services and peers of a swarm's network. Default: not.
        scope: swarm, global or local: look only there. Default: everywhere.

    Answers NetworkInspect.
    Raises NotFoundError where there is no such network, BadRequestError for an ambiguous name.
    API: GET /networks/{id} (NetworkInspect), since 1.25; verbose since 1.28; scope since 1.31.
    """
    query: Query = {"verbose": verbose, "scope": scope}
    return Call("NetworkInspect", "GET", "/networks/{id}", {"id": id}, query=query, returns="NetworkInspect")


def network_create(body: NetworkCreateRequest | Mapping[str, Any]) -> Call[NetworkCreateResponse]:
    """Create a network.

    Parameters:
        body: {"Name": "web", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "10.5.0.0/24"}]}, ...}; sent
            as it is. Only Name is needed.

    Answers NetworkCreateResponse: Id, and Warning, often empty.
    Raises BadRequestError for a body the engine refuses, ForbiddenError for a name that is the engine's own
    or addresses in use, NotFoundError where the driver is missing, ConflictError where the name is taken.
    API: POST /networks/create (NetworkCreate), since 1.25.
    """
    return Call("NetworkCreate", "POST", "/networks/create", body=body, returns="NetworkCreateResponse")


def network_connect(id: str, body: NetworkConnectRequest | Mapping[str, Any]) -> Call[None]:
    """Connect a container to a network, running or not.

    Parameters:
        id: the network's id, a unique beginning of it, or its name.
        body: {"Container": "web", "EndpointConfig": {"Aliases": ["db"], "IPAMConfig": {"IPv4Address": ...}}}.

    Answers None.
    Raises NotFoundError where there is no such network or container, ForbiddenError where the network is a
    swarm's or the container is in it already, BadRequestError for an address the network cannot give.
    API: POST /networks/{id}/connect (NetworkConnect), since 1.25.
    """
    return Call("NetworkConnect", "POST", "/networks/{id}/connect", {"id": id}, body=body, codec=Codec.EMPTY)


def network_disconnect(id: str, body: NetworkDisconnectRequest | Mapping[str, Any]) -> Call[None]:
    """Disconnect a container from a network.

    Parameters:
        id: the network's id, a unique beginning of it, or its name.
        body: {"Container": "web", "Force": True}; Force also where the container does not exist any more.

    Answers None.
    Raises NotFoundError where there is no such network or container, ForbiddenError where the container is
    not in it or the network is a swarm's.
    API: POST /networks/{id}/disconnect (NetworkDisconnect), since 1.25.
    """
    path = "/networks/{id}/disconnect"
    return Call("NetworkDisconnect", "POST", path, {"id": id}, body=body, codec=Codec.EMPTY)


def network_delete(id: str) -> Call[None]:
    """Remove a network.

    Parameters:
        id: its id, a unique beginning of it, or its name.

    Answers None.
    Raises NotFoundError where there is no such network, ForbiddenError where it is the engine's own or has
    containers in it.
    API: DELETE /networks/{id} (NetworkDelete), since 1.25.
    """
    return Call("NetworkDelete", "DELETE", "/networks/{id}", {"id": id}, codec=Codec.EMPTY)


def network_prune(*, filters: Filters | None = None) -> Call[NetworkPruneResponse]:
    """Remove all networks that no container uses.

    Parameters:
        filters: {"label": ["a=b"], "label!": ["keep"], "until": ["24h"]}: only those. Default: all.

    Answers NetworkPruneResponse: NetworksDeleted, a list of names.
    Raises BadRequestError for an unknown filter, ConflictError while another prune is going on.
    API: POST /networks/prune (NetworkPrune), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("NetworkPrune", "POST", "/networks/prune", query=query, returns="NetworkPruneResponse")
