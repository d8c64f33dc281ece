"""The swarm itself."""

from typing import Literal

from pydantic import Field

from rawdocker.models.base import Driver, ObjectVersion, Payload, Request, Timestamp
from rawdocker.models.base import TLSInfo as _TLSInfo

LocalNodeState = Literal["", "inactive", "pending", "active", "error", "locked"] | str
"""This node's state in a swarm."""

_LocalNodeState = LocalNodeState


class SwarmOrchestrationConfig(Payload):
    """How many old tasks a swarm keeps."""

    TaskHistoryRetentionLimit: int | None = None


class SwarmRaftConfig(Payload):
    """How the managers agree."""

    ElectionTick: int | None = None
    HeartbeatTick: int | None = None
    KeepOldSnapshots: int | None = None
    LogEntriesForSlowFollowers: int | None = None
    SnapshotInterval: int | None = None


class SwarmDispatcherConfig(Payload):
    """How often a node reports, in nanoseconds."""

    HeartbeatPeriod: int | None = None


class SwarmExternalCA(Payload):
    """A certificate authority outside the swarm."""

    CACert: str | None = None
    Options: dict[str, str] = {}
    Protocol: Literal["cfssl"] | str | None = None
    URL: str | None = None


class SwarmCAConfig(Payload):
    """The certificates of a swarm; times are in nanoseconds."""

    ExternalCAs: list[SwarmExternalCA] = []
    ForceRotate: int | None = None
    NodeCertExpiry: int | None = None
    SigningCACert: str | None = None
    SigningCAKey: str | None = None


class SwarmEncryptionConfig(Payload):
    """Whether managers must be unlocked after a restart."""

    AutoLockManagers: bool | None = None


class SwarmTaskDefaults(Payload):
    """What tasks get that do not choose."""

    LogDriver: Driver | None = None


class SwarmSpec(Payload):
    """What a swarm should be."""

    CAConfig: SwarmCAConfig | None = None
    Dispatcher: SwarmDispatcherConfig | None = None
    EncryptionConfig: SwarmEncryptionConfig | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    Orchestration: SwarmOrchestrationConfig | None = None
    Raft: SwarmRaftConfig | None = None
    TaskDefaults: SwarmTaskDefaults | None = None


class ClusterInfo(Payload):
    """A swarm as its managers know it."""

    CreatedAt: Timestamp | None = None
    DataPathPort: int | None = None
    DefaultAddrPool: list[str] = []
    ID: str = ""
    RootRotationInProgress: bool | None = None
    Spec: SwarmSpec | None = None
    SubnetSize: int | None = None
    TLSInfo: _TLSInfo | None = None
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)


class JoinTokens(Payload):
    """The secrets that let nodes join a swarm."""

    Manager: str = ""
    Worker: str = ""


_JoinTokens = JoinTokens


class Swarm(ClusterInfo):
    """A swarm, with what is needed to join it."""

    JoinTokens: _JoinTokens = Field(default_factory=_JoinTokens)


class PeerNode(Payload):
    """A manager of the swarm."""

    Addr: str = ""
    NodeID: str = ""


class SwarmInfo(Payload):
    """The swarm as this node sees it."""

    Cluster: ClusterInfo | None = None
    ControlAvailable: bool = False
    Error: str = ""
    LocalNodeState: _LocalNodeState = ""
    Managers: int | None = None
    NodeAddr: str = ""
    NodeID: str = ""
    Nodes: int | None = None
    RemoteManagers: list[PeerNode] = []
    Warnings: list[str] = []


class SwarmInitRequest(Request):
    """The swarm to create."""

    AdvertiseAddr: str | None = None
    DataPathAddr: str | None = None
    DataPathPort: int | None = None
    DefaultAddrPool: list[str] = []
    ForceNewCluster: bool | None = None
    ListenAddr: str | None = None
    Spec: SwarmSpec | None = None
    SubnetSize: int | None = None


class SwarmJoinRequest(Request):
    """The swarm to join."""

    AdvertiseAddr: str | None = None
    DataPathAddr: str | None = None
    JoinToken: str | None = None
    ListenAddr: str | None = None
    RemoteAddrs: list[str] = []


class SwarmUpdateRequest(SwarmSpec, Request):
    """What a swarm should become."""


class SwarmUnlockRequest(Request):
    """The key that unlocks a manager."""

    UnlockKey: str | None = None


class SwarmUnlockKeyResponse(Payload):
    """The key that unlocks a manager."""

    UnlockKey: str = ""
