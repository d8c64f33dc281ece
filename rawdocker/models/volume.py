"""Volumes, and the volumes that a cluster provides."""

from typing import Any, Literal

from rawdocker.models.base import ObjectVersion, Payload, Request, Timestamp


class Topology(Payload):  # since 1.42
    """Where in the cluster something is, as keys and values."""

    Segments: dict[str, str] = {}


class VolumeCapacityRange(Payload):  # since 1.42
    """How large a cluster volume must and may be, in bytes."""

    LimitBytes: int | None = None
    RequiredBytes: int | None = None


class TopologyRequirement(Payload):  # since 1.42
    """Where a cluster volume must and should be reachable."""

    Preferred: list[Topology] = []
    Requisite: list[Topology] = []


class VolumeSecret(Payload):  # since 1.42
    """A swarm secret handed to the storage plugin."""

    Key: str | None = None
    Secret: str | None = None


class VolumeAccessMode(Payload):  # since 1.42
    """How tasks may use a cluster volume."""

    AccessibilityRequirements: TopologyRequirement | None = None
    Availability: Literal["active", "pause", "drain"] | str | None = None
    CapacityRange: VolumeCapacityRange | None = None
    MountVolume: dict[str, Any] | None = None
    Scope: Literal["single", "multi"] | str | None = None
    Secrets: list[VolumeSecret] = []
    Sharing: Literal["none", "readonly", "onewriter", "all"] | str | None = None


class ClusterVolumeSpec(Payload):  # since 1.42
    """What a cluster volume should be."""

    AccessMode: VolumeAccessMode | None = None
    Group: str | None = None


_ClusterVolumeSpec = ClusterVolumeSpec


class ClusterVolumeInfo(Payload):  # since 1.42
    """What the storage plugin says of a cluster volume."""

    AccessibleTopology: list[Topology] = []
    CapacityBytes: int | None = None
    VolumeContext: dict[str, str] = {}
    VolumeID: str | None = None


class ClusterVolumePublishStatus(Payload):  # since 1.42
    """A cluster volume's state on one node."""

    NodeID: str | None = None
    PublishContext: dict[str, str] = {}
    State: (
        Literal["pending-publish", "published", "pending-node-unpublish", "pending-controller-unpublish"] | str | None
    ) = None


class ClusterVolume(Payload):  # since 1.42
    """The swarm's side of a volume."""

    CreatedAt: Timestamp | None = None
    ID: str | None = None
    Info: ClusterVolumeInfo | None = None
    PublishStatus: list[ClusterVolumePublishStatus] = []
    Spec: ClusterVolumeSpec | None = None
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion | None = None


_ClusterVolume = ClusterVolume


class VolumeUsageData(Payload):
    """The bytes of a volume and how many containers use it; -1 is unknown."""

    RefCount: int = 0
    Size: int = 0


class Volume(Payload):
    """A volume and what it was made with."""

    ClusterVolume: _ClusterVolume | None = None  # since 1.42
    CreatedAt: Timestamp | None = None
    Driver: str = ""
    Labels: dict[str, str] = {}
    Mountpoint: str = ""
    Name: str = ""
    Options: dict[str, str] = {}
    Scope: Literal["local", "global"] | str = ""
    Status: dict[str, Any] = {}
    UsageData: VolumeUsageData | None = None


class VolumeListResponse(Payload):
    """The volumes, and what went wrong while listing them."""

    Volumes: list[Volume] = []
    Warnings: list[str] = []


class VolumeCreateRequest(Request):
    """The volume to create."""

    ClusterVolumeSpec: _ClusterVolumeSpec | None = None  # since 1.42
    Driver: str | None = None
    DriverOpts: dict[str, str] = {}
    Labels: dict[str, str] = {}
    Name: str | None = None


class VolumeUpdateRequest(Request):  # since 1.42
    """What a cluster volume should become."""

    Spec: ClusterVolumeSpec | None = None


class VolumePruneResponse(Payload):
    """The volumes that a prune removed, and the bytes it freed."""

    SpaceReclaimed: int = 0
    VolumesDeleted: list[str] = []


# Until 1.51 the specification called it so.
VolumeCreateOptions = VolumeCreateRequest
