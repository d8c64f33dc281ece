"""The engine: its versions, its host, its events, its disk space and its logins."""

from typing import Any, Literal

from pydantic import Field

from rawdocker.models.base import Payload, Request, Timestamp
from rawdocker.models.container import ContainerSummary
from rawdocker.models.image import BuildCache, ImageSummary
from rawdocker.models.image import BuildCache as _BuildCache
from rawdocker.models.node import GenericResources as _GenericResources
from rawdocker.models.swarm import SwarmInfo
from rawdocker.models.volume import Volume


class AuthConfig(Request):
    """Who logs in to a registry, and where."""

    email: str | None = None  # until 1.51
    password: str | None = None
    serveraddress: str | None = None
    username: str | None = None
    auth: str | None = None
    identitytoken: str | None = None
    registrytoken: str | None = None


class AuthResponse(Payload):
    """What a registry answered to a login."""

    IdentityToken: str | None = None
    Status: str = ""


class Commit(Payload):
    """The version of a component."""

    Expected: str | None = None  # until 1.48
    ID: str = ""


class ContainerdNamespaces(Payload):  # since 1.46
    """The namespaces of containers and plugins."""

    Containers: str | None = None
    Plugins: str | None = None


class ContainerdInfo(Payload):  # since 1.46
    """The containerd that the engine uses."""

    Address: str | None = None
    Namespaces: ContainerdNamespaces | None = None


class AddressPool(Payload):
    """A range from which networks get their subnets."""

    Base: str | None = None
    Size: int | None = None


class DeviceInfo(Payload):  # since 1.50
    """A device that a device driver found."""

    ID: str | None = None
    Source: str | None = None


class FirewallInfo(Payload):  # since 1.49
    """The firewall that the engine programs."""

    Driver: str | None = None
    Info: list[list[str]] = []


class NRIInfo(Payload):  # since 1.53
    """The plugins of the node resource interface."""

    Info: list[list[str]] = []


class IndexInfo(Payload):
    """A registry as the engine is configured for it."""

    Mirrors: list[str] = []
    Name: str = ""
    Official: bool = False
    Secure: bool = False


class PluginsInfo(Payload):
    """The plugins of the engine, by kind."""

    Authorization: list[str] = []
    Log: list[str] = []
    Network: list[str] = []
    Volume: list[str] = []


class RegistryServiceConfig(Payload):
    """How the engine reaches registries."""

    AllowNondistributableArtifactsCIDRs: list[str] = []  # until 1.48
    AllowNondistributableArtifactsHostnames: list[str] = []  # until 1.48
    IndexConfigs: dict[str, IndexInfo] = {}
    InsecureRegistryCIDRs: list[str] = []
    Mirrors: list[str] = []


class Runtime(Payload):
    """A program that runs containers."""

    path: str | None = None
    runtimeArgs: list[str] = []
    status: dict[str, str] = {}  # since 1.44


class SystemInfo(Payload):
    """Everything the engine says of itself and its host."""

    Architecture: str = ""
    BridgeNfIp6tables: bool | None = None  # until 1.49
    BridgeNfIptables: bool | None = None  # until 1.49
    CDISpecDirs: list[str] = []  # since 1.44
    CPUSet: bool | None = None
    CPUShares: bool | None = None
    CgroupDriver: Literal["cgroupfs", "systemd", "none"] | str | None = None
    CgroupVersion: Literal["1", "2"] | str | None = None
    ClusterAdvertise: str | None = None  # until 1.41
    ClusterStore: str | None = None  # until 1.41
    Containerd: ContainerdInfo | None = None  # since 1.46
    ContainerdCommit: Commit | None = None
    Containers: int = 0
    ContainersPaused: int = 0
    ContainersRunning: int = 0
    ContainersStopped: int = 0
    CpuCfsPeriod: bool | None = None
    CpuCfsQuota: bool | None = None
    Debug: bool | None = None
    DefaultAddressPools: list[AddressPool] = []
    DefaultRuntime: str | None = None
    DiscoveredDevices: list[DeviceInfo] = []  # since 1.50
    DockerRootDir: str = ""
    Driver: str = ""
    DriverStatus: list[list[str]] = []
    ExperimentalBuild: bool | None = None
    FirewallBackend: FirewallInfo | None = None  # since 1.49
    GenericResources: _GenericResources = []
    HttpProxy: str | None = None
    HttpsProxy: str | None = None
    ID: str = ""
    IPv4Forwarding: bool | None = None
    Images: int = 0
    IndexServerAddress: str | None = None
    InitBinary: str | None = None
    InitCommit: Commit | None = None
    Isolation: Literal["default", "hyperv", "process", ""] | str | None = None
    KernelMemory: bool | None = None  # until 1.41
    KernelMemoryTCP: bool | None = None  # until 1.51
    KernelVersion: str = ""
    Labels: list[str] = []
    LiveRestoreEnabled: bool | None = None
    LoggingDriver: str | None = None
    MemTotal: int = 0
    MemoryLimit: bool | None = None
    NCPU: int = 0
    NEventsListener: int | None = None
    NFd: int | None = None
    NGoroutines: int | None = None
    NRI: NRIInfo | None = None  # since 1.53
    Name: str = ""
    NoProxy: str | None = None
    OSType: str = ""
    OSVersion: str | None = None
    OomKillDisable: bool | None = None
    OperatingSystem: str = ""
    PidsLimit: bool | None = None
    Plugins: PluginsInfo = Field(default_factory=PluginsInfo)
    ProductLicense: str | None = None
    RegistryConfig: RegistryServiceConfig | None = None
    RuncCommit: Commit | None = None
    Runtimes: dict[str, Runtime] = {}
    SecurityOptions: list[str] = []
    ServerVersion: str = ""
    SwapLimit: bool | None = None
    Swarm: SwarmInfo = Field(default_factory=SwarmInfo)
    SystemTime: Timestamp | None = None
    Warnings: list[str] = []


class SystemVersionComponent(Payload):
    """The version of one part of the engine."""

    Details: dict[str, Any] | None = None
    Name: str = ""
    Version: str = ""


class SystemVersionPlatform(Payload):
    """The name under which the engine is shipped."""

    Name: str = ""


class SystemVersion(Payload):
    """The versions of the engine and its parts."""

    ApiVersion: str = ""
    Arch: str = ""
    BuildTime: Timestamp | None = None
    Components: list[SystemVersionComponent] = []
    Experimental: bool | None = None
    GitCommit: str = ""
    GoVersion: str = ""
    KernelVersion: str | None = None
    MinAPIVersion: str = ""
    Os: str = ""
    Platform: SystemVersionPlatform | None = None
    Version: str = ""


class EventActor(Payload):
    """What an event is about."""

    Attributes: dict[str, str] = {}
    ID: str = ""


class EventMessage(Payload):
    """Something that happened in the engine."""

    Action: str = ""
    Actor: EventActor = Field(default_factory=EventActor)
    Type: (
        Literal[
            "builder",
            "config",
            "container",
            "daemon",
            "image",
            "network",
            "node",
            "plugin",
            "secret",
            "service",
            "volume",
        ]
        | str
    ) = ""
    scope: Literal["local", "swarm"] | str | None = None
    time: int = 0
    timeNano: int = 0
    status: str | None = None  # until 1.51
    id: str | None = None  # until 1.51
    from_: str | None = Field(None, alias="from")  # until 1.51


class DiskUsage(Payload):  # since 1.52
    """How much of a kind there is, how much of it is in use, and its bytes."""

    ActiveCount: int | None = None
    Reclaimable: int | None = None
    TotalCount: int | None = None
    TotalSize: int | None = None


class BuildCacheDiskUsage(DiskUsage):  # since 1.52
    """The disk space of the build cache, in bytes."""

    Items: list[BuildCache] = []


class ContainersDiskUsage(DiskUsage):  # since 1.52
    """The disk space of containers, in bytes."""

    Items: list[ContainerSummary] = []


class ImagesDiskUsage(DiskUsage):  # since 1.52
    """The disk space of images, in bytes."""

    Items: list[ImageSummary] = []


class VolumesDiskUsage(DiskUsage):  # since 1.52
    """The disk space of volumes, in bytes."""

    Items: list[Volume] = []


class SystemDataUsage(Payload):
    """The disk space that the engine uses, in bytes."""

    BuildCache: list[_BuildCache] = []  # until 1.51
    BuildCacheUsage: BuildCacheDiskUsage | None = None  # since 1.52
    ContainerUsage: ContainersDiskUsage | None = None  # since 1.52
    Containers: list[ContainerSummary] = []  # until 1.51
    ImageUsage: ImagesDiskUsage | None = None  # since 1.52
    Images: list[ImageSummary] = []  # until 1.51
    LayersSize: int | None = None  # until 1.51
    VolumeUsage: VolumesDiskUsage | None = None  # since 1.52
    Volumes: list[Volume] = []  # until 1.51
    BuilderSize: int | None = None  # until 1.41
