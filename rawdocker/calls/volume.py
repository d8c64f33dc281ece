"""The volume operations: create, list, inspect, update, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, Query

if TYPE_CHECKING:
    from rawdocker.calls._values import Filters
    from rawdocker.models.volume import (
        Volume,
        VolumeCreateRequest,
        VolumeListResponse,
        VolumePruneResponse,
        VolumeUpdateRequest,
    )


def volume_list(*, filters: Filters | None = None) -> Call[VolumeListResponse]:
    """List volumes.

    Parameters:
        filters: {"name": ["data"], "driver": ["local"], "dangling": ["true"], "label": ["a=b"]}; keys all
            hold.

    Answers VolumeListResponse: Volumes, and Warnings of drivers that could not be asked.
    Raises BadRequestError for an unknown filter or value.
    API: GET /volumes (VolumeList), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("VolumeList", "GET", "/volumes", query=query, returns="VolumeListResponse")


def volume_create(body: VolumeCreateRequest | Mapping[str, Any]) -> Call[Volume]:
    """Create a volume, or answer the one there is where name and driver are the same.

    Parameters:
        body: {"Name": "data", "Driver": "local", "DriverOpts": {...}, "Labels": {...}}; {} for an anonymous
            one.

    Answers Volume.
    Raises BadRequestError for a name or option the driver refuses, NotFoundError where the driver is missing,
    ConflictError where the name is taken with another driver.
    API: POST /volumes/create (VolumeCreate), since 1.25.
    """
    return Call("VolumeCreate", "POST", "/volumes/create", body=body, returns="Volume")


def volume_inspect(name: str) -> Call[Volume]:
    """Show all that the engine knows of a volume.

    Parameters:
        name: its name.

    Answers Volume.
    Raises NotFoundError where there is no such volume.
    API: GET /volumes/{name} (VolumeInspect), since 1.25.
    """
    return Call("VolumeInspect", "GET", "/volumes/{name}", {"name": name}, returns="Volume")


def volume_update(name: str, body: VolumeUpdateRequest | Mapping[str, Any], *, version: int) -> Call[None]:
    """Change a volume of a swarm; the engine changes only its availability.

    Parameters:
        name: its name or id.
        body: {"Spec": {"Availability": "drain", ...}}, the whole specification as volume_inspect gave it.
        version: the ClusterVolume.Version.Index that was read, so that no other change is overwritten.

    Answers None.
    Raises NotFoundError where there is no such volume, BadRequestError where it is none of the swarm's,
    UnavailableError where the engine is not in a swarm.
    API: PUT /volumes/{name} (VolumeUpdate), since 1.42.
    """
    query: Query = {"version": version}
    path = "/volumes/{name}"
    return Call("VolumeUpdate", "PUT", path, {"name": name}, query=query, body=body, codec=Codec.EMPTY)


def volume_delete(name: str, *, force: bool | None = None) -> Call[None]:
    """Remove a volume and what is in it.

    Parameters:
        name: its name.
        force: no error where it does not exist, or its driver is gone. Default: an error.

    Answers None.
    Raises NotFoundError where there is no such volume, ConflictError where a container uses it, running or
    not.
    API: DELETE /volumes/{name} (VolumeDelete), since 1.25.
    """
    query: Query = {"force": force}
    return Call("VolumeDelete", "DELETE", "/volumes/{name}", {"name": name}, query=query, codec=Codec.EMPTY)


def volume_prune(*, filters: Filters | None = None) -> Call[VolumePruneResponse]:
    """Remove the volumes that no container uses, with what is in them.

    Parameters:
        filters: {"all": ["1"], "label": ["a=b"], "label!": ["keep"]}; all takes named volumes too. Default:
            only anonymous ones; before 1.42 all, and no filter all.

    Answers VolumePruneResponse: VolumesDeleted, and SpaceReclaimed in bytes.
    Raises BadRequestError for an unknown filter, ConflictError while another prune is going on.
    API: POST /volumes/prune (VolumePrune), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("VolumePrune", "POST", "/volumes/prune", query=query, returns="VolumePruneResponse")
