"""Containers: what they are made with, how they run, what they use."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rawdocker.models.base import Driver, Payload, Request, Timestamp
from rawdocker.models.distribution import OCIDescriptor
from rawdocker.models.network import EndpointSettings
from rawdocker.models.network import NetworkingConfig as _NetworkingConfig

MountType = Literal["bind", "cluster", "image", "npipe", "tmpfs", "volume"] | str
"""The kinds of mounts."""


class MountBindOptions(Payload):
    """Options of a bind mount."""

    CreateMountpoint: bool | None = None  # since 1.42
    NonRecursive: bool | None = None
    Propagation: Literal["private", "rprivate", "shared", "rshared", "slave", "rslave"] | str | None = None
    ReadOnlyForceRecursive: bool | None = None  # since 1.44
    ReadOnlyNonRecursive: bool | None = None  # since 1.44


class MountVolumeOptions(Payload):
    """Options of a volume mount."""

    DriverConfig: Driver | None = None
    Labels: dict[str, str] = {}
    NoCopy: bool | None = None
    Subpath: str | None = None  # since 1.45


class MountImageOptions(Payload):  # since 1.48
    """Options of an image mount."""

    Subpath: str | None = None


class MountTmpfsOptions(Payload):
    """Options of a tmpfs mount; the size is in bytes."""

    Mode: int | None = None
    Options: list[list[str]] = []  # since 1.46
    SizeBytes: int | None = None


class Mount(Payload):
    """A mount to make in a container; the options of its Type count."""

    BindOptions: MountBindOptions | None = None
    Consistency: str | None = None
    ImageOptions: MountImageOptions | None = None  # since 1.48
    ReadOnly: bool | None = None
    Source: str | None = None
    Target: str | None = None
    TmpfsOptions: MountTmpfsOptions | None = None
    Type: MountType | None = None
    VolumeOptions: MountVolumeOptions | None = None
    ClusterOptions: dict[str, Any] | None = None  # since 1.42


class MountPoint(Payload):
    """A mount that a container has."""

    Destination: str = ""
    Driver: str | None = None
    Mode: str = ""
    Name: str | None = None
    Propagation: str = ""
    RW: bool = False
    Source: str = ""
    Type: MountType = ""


class HealthConfig(Payload):
    """How to check a container's health; times are in nanoseconds, zero inherits."""

    Interval: int | None = None
    Retries: int | None = None
    StartInterval: int | None = None  # since 1.44
    StartPeriod: int | None = None
    Test: list[str] = []
    Timeout: int | None = None


class HealthcheckResult(Payload):
    """One run of a health check."""

    End: Timestamp = Timestamp()
    ExitCode: int = 0
    Output: str = ""
    Start: Timestamp = Timestamp()


class Health(Payload):
    """What a container's health checks found."""

    FailingStreak: int = 0
    Log: list[HealthcheckResult] = []
    Status: Literal["none", "starting", "healthy", "unhealthy"] | str = ""


_Health = Health


class PortBinding(Payload):
    """A port of the host."""

    HostIp: str | None = None
    HostPort: str | None = None


# A port without bindings is null both ways.
PortMap = dict[str, Annotated[list[PortBinding], BeforeValidator(lambda bindings: bindings or [])]]
"""Ports of the container (80/tcp) and the ports of the host that lead to them."""


class PortSummary(Payload):
    """A port of a container as the list shows it."""

    IP: str | None = None
    PrivatePort: int = 0
    PublicPort: int | None = None
    Type: Literal["tcp", "udp", "sctp"] | str = ""


# Some engines answer one word as bare text.
Words = Annotated[list[str], BeforeValidator(lambda words: [words] if isinstance(words, str) else words)]


class ContainerConfig(Payload):
    """What runs in a container, independent of the host."""

    ArgsEscaped: bool | None = None
    AttachStderr: bool | None = None
    AttachStdin: bool | None = None
    AttachStdout: bool | None = None
    Cmd: Words = []
    Domainname: str | None = None
    Entrypoint: Words = []
    Env: list[str] = []
    ExposedPorts: dict[str, dict[str, Any]] = {}
    Healthcheck: HealthConfig | None = None
    Hostname: str | None = None
    Image: str | None = None
    Labels: dict[str, str] = {}
    MacAddress: str | None = None  # until 1.51
    NetworkDisabled: bool | None = None
    OnBuild: list[str] = []
    OpenStdin: bool | None = None
    Shell: list[str] = []
    StdinOnce: bool | None = None
    StopSignal: str | None = None
    StopTimeout: int | None = None
    Tty: bool | None = None
    User: str | None = None
    Volumes: dict[str, dict[str, Any]] = {}
    WorkingDir: str | None = None


class ThrottleDevice(Payload):
    """A limit on the speed of one device."""

    Path: str | None = None
    Rate: int | None = None


class WeightDevice(Payload):
    """The share of one device's speed."""

    Path: str | None = None
    Weight: int | None = None


class DeviceMapping(Payload):
    """A device of the host and its path in the container."""

    CgroupPermissions: str | None = None
    PathInContainer: str | None = None
    PathOnHost: str | None = None


class DeviceRequest(Payload):
    """Devices asked of a device driver, such as GPUs."""

    Capabilities: list[list[str]] = []
    Count: int | None = None
    DeviceIDs: list[str] = []
    Driver: str | None = None
    Options: dict[str, str] = {}


class Ulimit(Payload):
    """A limit of the kernel on a process."""

    Hard: int | None = None
    Name: str | None = None
    Soft: int | None = None


class Resources(Payload):
    """What a container may use of the host; memory in bytes, NanoCpus in billionths of a CPU."""

    BlkioDeviceReadBps: list[ThrottleDevice] = []
    BlkioDeviceReadIOps: list[ThrottleDevice] = []
    BlkioDeviceWriteBps: list[ThrottleDevice] = []
    BlkioDeviceWriteIOps: list[ThrottleDevice] = []
    BlkioWeight: int | None = None
    BlkioWeightDevice: list[WeightDevice] = []
    CgroupParent: str | None = None
    CpuCount: int | None = None
    CpuPercent: int | None = None
    CpuPeriod: int | None = None
    CpuQuota: int | None = None
    CpuRealtimePeriod: int | None = None
    CpuRealtimeRuntime: int | None = None
    CpuShares: int | None = None
    CpusetCpus: str | None = None
    CpusetMems: str | None = None
    DeviceCgroupRules: list[str] = []
    DeviceRequests: list[DeviceRequest] = []
    Devices: list[DeviceMapping] = []
    IOMaximumBandwidth: int | None = None
    IOMaximumIOps: int | None = None
    Init: bool | None = None
    KernelMemory: int | None = None  # until 1.41
    KernelMemoryTCP: int | None = None  # until 1.51
    Memory: int | None = None
    MemoryReservation: int | None = None
    MemorySwap: int | None = None
    MemorySwappiness: int | None = None
    NanoCpus: int | None = None
    OomKillDisable: bool | None = None
    PidsLimit: int | None = None
    Ulimits: list[Ulimit] = []


class RestartPolicy(Payload):
    """When the engine starts a container again."""

    MaximumRetryCount: int | None = None
    Name: Literal["", "no", "always", "unless-stopped", "on-failure"] | str | None = None


_RestartPolicy = RestartPolicy


class HostLogConfig(Payload):
    """The log driver of a container and its options."""

    Config: dict[str, str] = {}
    Type: (
        Literal[
            "local",
            "json-file",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "etwlogs",
            "none",
        ]
        | str
        | None
    ) = None


class HostConfig(Resources):
    """How a container stands on its host."""

    Annotations: dict[str, str] = {}  # since 1.43
    AutoRemove: bool | None = None
    Binds: list[str] = []
    CapAdd: list[str] = []
    CapDrop: list[str] = []
    Cgroup: str | None = None
    CgroupnsMode: Literal["private", "host"] | str | None = None
    ConsoleSize: list[int] = []
    ContainerIDFile: str | None = None
    Dns: list[str] = []
    DnsOptions: list[str] = []
    DnsSearch: list[str] = []
    ExtraHosts: list[str] = []
    GroupAdd: list[str] = []
    IpcMode: str | None = None
    Isolation: Literal["default", "process", "hyperv", ""] | str | None = None
    Links: list[str] = []
    LogConfig: HostLogConfig | None = None
    MaskedPaths: list[str] = []
    Mounts: list[Mount] = []
    NetworkMode: str | None = None
    OomScoreAdj: int | None = None
    PidMode: str | None = None
    PortBindings: PortMap = {}
    Privileged: bool | None = None
    PublishAllPorts: bool | None = None
    ReadonlyPaths: list[str] = []
    ReadonlyRootfs: bool | None = None
    RestartPolicy: _RestartPolicy | None = None
    Runtime: str | None = None
    SecurityOpt: list[str] = []
    ShmSize: int | None = None
    StorageOpt: dict[str, str] = {}
    Sysctls: dict[str, str] = {}
    Tmpfs: dict[str, str] = {}
    UTSMode: str | None = None
    UsernsMode: str | None = None
    VolumeDriver: str | None = None
    VolumesFrom: list[str] = []


_HostConfig = HostConfig


class DriverData(Payload):
    """The storage driver of a container or image and what it keeps of it."""

    Data: dict[str, str] = {}
    Name: str | None = None


class RootFSStorageSnapshot(Payload):  # since 1.52
    """The snapshot of a root file system."""

    Name: str | None = None


class RootFSStorage(Payload):  # since 1.52
    """How a root file system is stored."""

    Snapshot: RootFSStorageSnapshot | None = None


class Storage(Payload):  # since 1.52
    """How a container is stored."""

    RootFS: RootFSStorage | None = None


_Storage = Storage


class ContainerState(Payload):
    """Whether a container runs, and how it ended."""

    Dead: bool = False
    Error: str = ""
    ExitCode: int = 0
    FinishedAt: Timestamp = Timestamp()
    Health: _Health | None = None
    OOMKilled: bool = False
    Paused: bool = False
    Pid: int = 0
    Restarting: bool = False
    Running: bool = False
    StartedAt: Timestamp = Timestamp()
    Status: Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"] | str = ""


class Address(Payload):
    """An address of a container, with the length of its network's prefix."""

    Addr: str = ""
    PrefixLen: int = 0


class NetworkSettings(Payload):
    """The networks and ports of a container."""

    Bridge: str | None = None  # until 1.51
    EndpointID: str | None = None  # until 1.51
    Gateway: str | None = None  # until 1.51
    GlobalIPv6Address: str | None = None  # until 1.51
    GlobalIPv6PrefixLen: int | None = None  # until 1.51
    HairpinMode: bool | None = None  # until 1.51
    IPAddress: str | None = None  # until 1.51
    IPPrefixLen: int | None = None  # until 1.51
    IPv6Gateway: str | None = None  # until 1.51
    LinkLocalIPv6Address: str | None = None  # until 1.51
    LinkLocalIPv6PrefixLen: int | None = None  # until 1.51
    MacAddress: str | None = None  # until 1.51
    Networks: dict[str, EndpointSettings] = {}
    Ports: PortMap = {}
    SandboxID: str | None = None
    SandboxKey: str | None = None
    SecondaryIPAddresses: list[Address] = []  # until 1.51
    SecondaryIPv6Addresses: list[Address] = []  # until 1.51


_NetworkSettings = NetworkSettings


class ContainerInspectResponse(Payload):
    """Everything the engine knows of a container."""

    AppArmorProfile: str = ""
    Args: list[str] = []
    Config: Annotated[ContainerConfig, Field(default_factory=ContainerConfig)]
    Created: Timestamp = Timestamp()
    Driver: str = ""
    ExecIDs: list[str] = []
    GraphDriver: DriverData | None = None
    HostConfig: _HostConfig = Field(default_factory=_HostConfig)
    HostnamePath: str = ""
    HostsPath: str = ""
    Id: str = ""
    Image: str = ""
    ImageManifestDescriptor: OCIDescriptor | None = None  # since 1.48
    LogPath: str = ""
    MountLabel: str = ""
    Mounts: list[MountPoint] = []
    Name: str = ""
    NetworkSettings: _NetworkSettings = Field(default_factory=_NetworkSettings)
    Path: str = ""
    Platform: str = ""
    ProcessLabel: str = ""
    ResolvConfPath: str = ""
    RestartCount: int = 0
    SizeRootFs: int | None = None
    SizeRw: int | None = None
    State: ContainerState = Field(default_factory=ContainerState)
    Storage: _Storage | None = None  # since 1.52


class ContainerSummaryHealth(Payload):  # since 1.52
    """The health of a container as the list shows it."""

    FailingStreak: int = 0
    Status: Literal["none", "starting", "healthy", "unhealthy"] | str = ""


class ContainerSummaryHostConfig(Payload):
    """The part of the host configuration that the list shows."""

    Annotations: dict[str, str] = {}  # since 1.46
    NetworkMode: str = ""


class ContainerSummaryNetworkSettings(Payload):
    """The networks of a container as the list shows them."""

    Networks: dict[str, EndpointSettings] = {}


class ContainerSummary(Payload):
    """A container as the list shows it."""

    Command: str = ""
    Created: int = 0
    Health: ContainerSummaryHealth | None = None  # since 1.52
    HostConfig: ContainerSummaryHostConfig = Field(default_factory=ContainerSummaryHostConfig)
    Id: str = ""
    Image: str = ""
    ImageID: str = ""
    ImageManifestDescriptor: OCIDescriptor | None = None  # since 1.48
    Labels: dict[str, str] = {}
    Mounts: list[MountPoint] = []
    Names: list[str] = []
    NetworkSettings: ContainerSummaryNetworkSettings = Field(default_factory=ContainerSummaryNetworkSettings)
    Ports: list[PortSummary] = []
    SizeRootFs: int | None = None
    SizeRw: int | None = None
    State: Literal["created", "running", "paused", "restarting", "exited", "removing", "dead"] | str = ""
    Status: str = ""


class ContainerCreateRequest(ContainerConfig, Request):
    """The container to create: its configuration, flat, beside that of host and networks."""

    HostConfig: _HostConfig | None = None
    NetworkingConfig: _NetworkingConfig | None = None


class ContainerCreateResponse(Payload):
    """The container that was created."""

    Id: str = ""
    Warnings: list[str] = []


class ContainerUpdateRequest(Resources, Request):
    """What changes in a container's resources and restart policy."""

    RestartPolicy: _RestartPolicy | None = None


class ContainerUpdateResponse(Payload):
    """What the engine thinks of an update."""

    Warnings: list[str] = []


class ContainerTopResponse(Payload):
    """The processes of a container, as ps printed them."""

    Processes: list[list[str]] = []
    Titles: list[str] = []


ChangeType = Literal[0, 1, 2] | int
"""What happened to a path: 0 modified, 1 added, 2 deleted."""


class FilesystemChange(Payload):
    """A path that differs from the container's image."""

    Kind: ChangeType = 0
    Path: str = ""


class ContainerPathStat(Payload):
    """What a path of a container is."""

    linkTarget: str = ""
    mode: int = 0
    """The bits of Go's FileMode: permissions below, 1 << 31 for a directory, 1 << 27 for a link."""
    mtime: Timestamp = Timestamp()
    name: str = ""
    size: int = 0


class ContainerWaitExitError(Payload):
    """Why waiting for a container failed."""

    Message: str | None = None


class ContainerWaitResponse(Payload):
    """How a container ended."""

    Error: ContainerWaitExitError | None = None
    StatusCode: int = 0


class ContainerPruneResponse(Payload):
    """The containers that a prune removed, and the bytes it freed."""

    ContainersDeleted: list[str] = []
    SpaceReclaimed: int = 0


class ContainerBlkioStatEntry(Payload):
    """One count of a device's input and output."""

    major: int | None = None
    minor: int | None = None
    op: str | None = None
    value: int | None = None


class ContainerBlkioStats(Payload):
    """Input and output of block devices; only cgroup v1 fills most of it."""

    io_merged_recursive: list[ContainerBlkioStatEntry] = []
    io_queue_recursive: list[ContainerBlkioStatEntry] = []
    io_service_bytes_recursive: list[ContainerBlkioStatEntry] = []
    io_service_time_recursive: list[ContainerBlkioStatEntry] = []
    io_serviced_recursive: list[ContainerBlkioStatEntry] = []
    io_time_recursive: list[ContainerBlkioStatEntry] = []
    io_wait_time_recursive: list[ContainerBlkioStatEntry] = []
    sectors_recursive: list[ContainerBlkioStatEntry] = []


class ContainerThrottlingData(Payload):
    """How often the processor was withheld."""

    periods: int = 0
    throttled_periods: int = 0
    throttled_time: int = 0


class ContainerCPUUsage(Payload):
    """Processor time in nanoseconds (on Windows in 100 ns)."""

    percpu_usage: list[int] = []
    total_usage: int = 0
    usage_in_kernelmode: int = 0
    usage_in_usermode: int = 0


class ContainerCPUStats(Payload):
    """Processor time of a container and of its host."""

    cpu_usage: ContainerCPUUsage = Field(default_factory=ContainerCPUUsage)
    online_cpus: int | None = None
    system_cpu_usage: int | None = None
    throttling_data: ContainerThrottlingData = Field(default_factory=ContainerThrottlingData)


class ContainerMemoryStats(Payload):
    """Memory of a container in bytes."""

    commitbytes: int | None = None
    commitpeakbytes: int | None = None
    failcnt: int | None = None
    limit: int | None = None
    max_usage: int | None = None
    privateworkingset: int | None = None
    stats: dict[str, int] = {}
    usage: int | None = None


class ContainerNetworkStats(Payload):
    """Bytes and packets of one interface of a container."""

    endpoint_id: str | None = None
    instance_id: str | None = None
    rx_bytes: int = 0
    rx_dropped: int = 0
    rx_errors: int = 0
    rx_packets: int = 0
    tx_bytes: int = 0
    tx_dropped: int = 0
    tx_errors: int = 0
    tx_packets: int = 0


class ContainerPidsStats(Payload):
    """Processes and threads of a container."""

    current: int | None = None
    limit: int | None = None


class ContainerStorageStats(Payload):
    """Input and output of a container on Windows."""

    read_count_normalized: int | None = None
    read_size_bytes: int | None = None
    write_count_normalized: int | None = None
    write_size_bytes: int | None = None


class ContainerStatsResponse(Payload):
    """One sample of what a container uses, with the sample before it."""

    blkio_stats: ContainerBlkioStats = Field(default_factory=ContainerBlkioStats)
    cpu_stats: ContainerCPUStats = Field(default_factory=ContainerCPUStats)
    id: str | None = None
    memory_stats: ContainerMemoryStats = Field(default_factory=ContainerMemoryStats)
    name: str | None = None
    networks: dict[str, ContainerNetworkStats] = {}
    num_procs: int = 0
    os_type: str | None = None  # since 1.52
    pids_stats: ContainerPidsStats = Field(default_factory=ContainerPidsStats)
    precpu_stats: ContainerCPUStats = Field(default_factory=ContainerCPUStats)
    preread: Timestamp = Timestamp()
    read: Timestamp = Timestamp()
    storage_stats: ContainerStorageStats = Field(default_factory=ContainerStorageStats)


# Until 1.51 and 1.46 the specification called them so.
Port = PortSummary
GraphDriverData = DriverData
