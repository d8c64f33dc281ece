"""Typed payloads of the Engine API, a module for each tag; `rawdocker.models.base` tells how they behave.

Importing this package loads none of them: a name loads its module when it is first used.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from rawdocker.models.base import *  # noqa: F403
    from rawdocker.models.base import Reader
    from rawdocker.models.config import *  # noqa: F403
    from rawdocker.models.container import *  # noqa: F403
    from rawdocker.models.distribution import *  # noqa: F403
    from rawdocker.models.exec import *  # noqa: F403
    from rawdocker.models.image import *  # noqa: F403
    from rawdocker.models.network import *  # noqa: F403
    from rawdocker.models.node import *  # noqa: F403
    from rawdocker.models.plugin import *  # noqa: F403
    from rawdocker.models.secret import *  # noqa: F403
    from rawdocker.models.service import *  # noqa: F403
    from rawdocker.models.swarm import *  # noqa: F403
    from rawdocker.models.system import *  # noqa: F403
    from rawdocker.models.task import *  # noqa: F403
    from rawdocker.models.volume import *  # noqa: F403

_NAMES = {
    "base": """
        Driver ErrorDetail ErrorResponse IDResponse IdResponse ObjectVersion Payload ProgressDetail
        ProgressMessage Reader Request TLSInfo Timestamp
    """,
    "config": """
        Config ConfigCreateRequest ConfigSpec ConfigUpdateRequest
    """,
    "container": """
        Address ChangeType ContainerBlkioStatEntry ContainerBlkioStats ContainerCPUStats ContainerCPUUsage
        ContainerConfig ContainerCreateRequest ContainerCreateResponse ContainerInspectResponse
        ContainerMemoryStats ContainerNetworkStats ContainerPathStat ContainerPidsStats
        ContainerPruneResponse ContainerState ContainerStatsResponse ContainerStorageStats
        ContainerSummary ContainerSummaryHealth ContainerSummaryHostConfig
        ContainerSummaryNetworkSettings ContainerThrottlingData
        ContainerTopResponse ContainerUpdateRequest ContainerUpdateResponse ContainerWaitExitError
        ContainerWaitResponse DeviceMapping DeviceRequest DriverData FilesystemChange GraphDriverData Health
        HealthConfig HealthcheckResult HostConfig HostLogConfig Mount MountBindOptions MountImageOptions
        MountPoint MountTmpfsOptions MountType MountVolumeOptions NetworkSettings Port PortBinding PortMap
        PortSummary Resources RestartPolicy RootFSStorage RootFSStorageSnapshot Storage ThrottleDevice Ulimit
        WeightDevice
    """,
    "distribution": """
        DistributionInspect OCIDescriptor OCIPlatform
    """,
    "exec": """
        ExecCreateRequest ExecInspectResponse ExecStartRequest ProcessConfig
    """,
    "image": """
        AttestationStatement BuildCache BuildIdentity BuildInfo BuildPruneResponse CreateImageInfo Identity
        ImageCommitRequest ImageConfig ImageDeleteResponseItem ImageHistoryResponseItem ImageID ImageInspect
        ImageManifestAttestationData ImageManifestData ImageManifestDataSize ImageManifestSize
        ImageManifestSummary ImageMetadata ImagePruneResponse ImageRootFS ImageSearchItem ImageSummary
        KnownSignerIdentity PullIdentity PushImageInfo SignatureIdentity SignatureTimestamp
        SignatureTimestampType SignatureType SignerIdentity
    """,
    "network": """
        ConfigReference EndpointIPAMConfig EndpointResource EndpointSettings IPAM IPAMConfig IPAMStatus
        Network NetworkConnectRequest NetworkContainer NetworkCreateRequest NetworkCreateResponse
        NetworkDisconnectRequest NetworkInspect NetworkPruneResponse NetworkStatus NetworkSummary
        NetworkTaskInfo NetworkingConfig PeerInfo ServiceInfo SubnetStatus
    """,
    "node": """
        DiscreteGenericResource EngineDescription EnginePlugin GenericResource GenericResources ManagerStatus
        NamedGenericResource Node NodeDescription NodeSpec NodeState NodeStatus NodeUpdateRequest Platform
        Reachability ResourceObject
    """,
    "plugin": """
        Plugin PluginArgs PluginConfig PluginDevice PluginEnv PluginInterface PluginInterfaceType PluginLinux
        PluginMount PluginNetwork PluginPrivilege PluginRootFS PluginSettings PluginUser
    """,
    "secret": """
        Secret SecretCreateRequest SecretSpec SecretUpdateRequest
    """,
    "service": """
        EndpointSpec EndpointVirtualIP ReplicatedJobService ReplicatedService Service ServiceCreateRequest
        ServiceCreateResponse ServiceEndpoint ServiceJobStatus ServiceMode ServiceSpec ServiceTaskCounts
        ServiceUpdateConfig ServiceUpdateRequest ServiceUpdateResponse ServiceUpdateStatus
    """,
    "swarm": """
        ClusterInfo JoinTokens LocalNodeState PeerNode Swarm SwarmCAConfig SwarmDispatcherConfig
        SwarmEncryptionConfig SwarmExternalCA SwarmInfo SwarmInitRequest SwarmJoinRequest
        SwarmOrchestrationConfig SwarmRaftConfig SwarmSpec SwarmTaskDefaults SwarmUnlockKeyResponse
        SwarmUnlockRequest SwarmUpdateRequest
    """,
    "system": """
        AddressPool AuthConfig AuthResponse BuildCacheDiskUsage Commit ContainerdInfo ContainerdNamespaces
        ContainersDiskUsage DeviceInfo DiskUsage EventActor EventMessage FirewallInfo ImagesDiskUsage
        IndexInfo NRIInfo PluginsInfo RegistryServiceConfig Runtime SystemDataUsage SystemInfo SystemVersion
        SystemVersionComponent SystemVersionPlatform VolumesDiskUsage
    """,
    "task": """
        ContainerStatus EndpointPortConfig Limit NetworkAttachment NetworkAttachmentConfig PortStatus Task
        TaskAppArmor TaskConfig TaskContainerSpec TaskCredentialSpec TaskDNSConfig TaskFileTarget
        TaskNetwork TaskNetworkAttachmentSpec TaskPlacement TaskPlacementPreference TaskPluginSpec
        TaskPrivileges TaskResources TaskRestartPolicy TaskSELinuxContext TaskSeccomp TaskSecret TaskSpec TaskSpread
        TaskState TaskStatus
    """,
    "volume": """
        ClusterVolume ClusterVolumeInfo ClusterVolumePublishStatus ClusterVolumeSpec Topology
        TopologyRequirement Volume VolumeAccessMode VolumeCapacityRange VolumeCreateOptions
        VolumeCreateRequest VolumeListResponse VolumePruneResponse VolumeSecret VolumeUpdateRequest
        VolumeUsageData
    """,
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])


@cache
def adapter(name: str) -> Reader:
    """Give the reader of a payload by its name: "ContainerInspectResponse" or "list[ContainerSummary]".

    Its `validate_json` reads a body, its `validate_python` a value.
    Raises AttributeError for an unknown name.
    """
    from pydantic import AfterValidator

    from rawdocker.models.base import Reader

    payload: Any = __getattr__(name.removeprefix("list[").removesuffix("]"))
    if name.startswith("list["):
        # Older engines answer null where nothing is in the list.
        payload = Annotated[GenericAlias(list, payload) | None, AfterValidator(lambda items: items or [])]
    return Reader(payload)
