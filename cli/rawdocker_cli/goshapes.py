"""Give the engine's JSON the Go types docker's templates see.

docker reads an answer into Go structs before a template looks at it, which decides what `{{.State}}` prints, how
`{{json .State}}` writes it again and which type an error message names. The facts below are the structs of docker
28.2.2: for each its fields in their order, `Name type` and, where they differ from the plain case, the name in the
JSON and a `?` for a field left out when empty; `-` is a field JSON does not know, `+` an embedded struct.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .template import FUNCTIONS
from .template.gojson import encode, encode_string
from .template.values import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    INT64,
    STRING,
    UINT8,
    VALUE,
    Field,
    Function,
    GoType,
    Number,
    Value,
    of,
    strings,
    zero,
)
from .units import Instant, UnitError, format_duration, parse_rfc3339

_SHAPES = """
blkiodev.ThrottleDevice: Path string; Rate uint64
blkiodev.WeightDevice: Path string; Weight uint16
container.CgroupSpec = string
container.CgroupnsMode = string
container.Config: Hostname string; Domainname string; User string; AttachStdin bool; AttachStdout bool;
    AttachStderr bool; ExposedPorts nat.PortSet ?; Tty bool; OpenStdin bool; StdinOnce bool; Env []string;
    Cmd strslice.StrSlice; Healthcheck *v1.HealthcheckConfig ?; ArgsEscaped bool ?; Image string; Volumes
    map[string]struct{}; WorkingDir string; Entrypoint strslice.StrSlice; NetworkDisabled bool ?;
    MacAddress string ?; OnBuild []string; Labels map[string]string; StopSignal string ?; StopTimeout *int
    ?; Shell strslice.StrSlice ?
container.ContainerJSONBase: ID string Id; Created string; Path string; Args []string; State
    *container.State; Image string; ResolvConfPath string; HostnamePath string; HostsPath string; LogPath
    string; Name string; RestartCount int; Driver string; Platform string; MountLabel string; ProcessLabel
    string; AppArmorProfile string; ExecIDs []string; HostConfig *container.HostConfig; GraphDriver
    storage.DriverData; SizeRw *int64 ?; SizeRootFs *int64 ?
container.DefaultNetworkSettings: EndpointID string; Gateway string; GlobalIPv6Address string;
    GlobalIPv6PrefixLen int; IPAddress string; IPPrefixLen int; IPv6Gateway string; MacAddress string
container.DeviceMapping: PathOnHost string; PathInContainer string; CgroupPermissions string
container.DeviceRequest: Driver string; Count int; DeviceIDs []string; Capabilities [][]string; Options
    map[string]string
container.Health: Status string; FailingStreak int; Log []*container.HealthcheckResult
container.HealthcheckResult: Start time.Time; End time.Time; ExitCode int; Output string
container.HostConfig: Binds []string; ContainerIDFile string; LogConfig container.LogConfig; NetworkMode
    container.NetworkMode; PortBindings nat.PortMap; RestartPolicy container.RestartPolicy; AutoRemove
    bool; VolumeDriver string; VolumesFrom []string; ConsoleSize [2]uint; Annotations map[string]string ?;
    CapAdd strslice.StrSlice; CapDrop strslice.StrSlice; CgroupnsMode container.CgroupnsMode; DNS []string
    Dns; DNSOptions []string DnsOptions; DNSSearch []string DnsSearch; ExtraHosts []string; GroupAdd
    []string; IpcMode container.IpcMode; Cgroup container.CgroupSpec; Links []string; OomScoreAdj int;
    PidMode container.PidMode; Privileged bool; PublishAllPorts bool; ReadonlyRootfs bool; SecurityOpt
    []string; StorageOpt map[string]string ?; Tmpfs map[string]string ?; UTSMode container.UTSMode;
    UsernsMode container.UsernsMode; ShmSize int64; Sysctls map[string]string ?; Runtime string ?;
    Isolation container.Isolation; +Resources container.Resources; Mounts []mount.Mount ?; MaskedPaths
    []string; ReadonlyPaths []string; Init *bool ?
container.InspectResponse: +ContainerJSONBase *container.ContainerJSONBase; Mounts []container.MountPoint;
    Config *container.Config; NetworkSettings *container.NetworkSettings; ImageManifestDescriptor
    *v1.Descriptor ?
container.IpcMode = string
container.Isolation = string
container.LogConfig: Type string; Config map[string]string
container.MountPoint: Type mount.Type ?; Name string ?; Source string; Destination string; Driver string
    ?; Mode string; RW bool; Propagation mount.Propagation
container.NetworkMode = string
container.NetworkSettings: +NetworkSettingsBase container.NetworkSettingsBase; +DefaultNetworkSettings
    container.DefaultNetworkSettings; Networks map[string]*network.EndpointSettings
container.NetworkSettingsBase: Bridge string; SandboxID string; SandboxKey string; Ports nat.PortMap;
    HairpinMode bool; LinkLocalIPv6Address string; LinkLocalIPv6PrefixLen int; SecondaryIPAddresses
    []network.Address; SecondaryIPv6Addresses []network.Address
container.PidMode = string
container.Resources: CPUShares int64 CpuShares; Memory int64; NanoCPUs int64 NanoCpus; CgroupParent
    string; BlkioWeight uint16; BlkioWeightDevice []*blkiodev.WeightDevice; BlkioDeviceReadBps
    []*blkiodev.ThrottleDevice; BlkioDeviceWriteBps []*blkiodev.ThrottleDevice; BlkioDeviceReadIOps
    []*blkiodev.ThrottleDevice; BlkioDeviceWriteIOps []*blkiodev.ThrottleDevice; CPUPeriod int64
    CpuPeriod; CPUQuota int64 CpuQuota; CPURealtimePeriod int64 CpuRealtimePeriod; CPURealtimeRuntime
    int64 CpuRealtimeRuntime; CpusetCpus string; CpusetMems string; Devices []container.DeviceMapping;
    DeviceCgroupRules []string; DeviceRequests []container.DeviceRequest; KernelMemory int64 ?;
    KernelMemoryTCP int64 ?; MemoryReservation int64; MemorySwap int64; MemorySwappiness *int64;
    OomKillDisable *bool; PidsLimit *int64; Ulimits []*units.Ulimit; CPUCount int64 CpuCount; CPUPercent
    int64 CpuPercent; IOMaximumIOps uint64; IOMaximumBandwidth uint64
container.RestartPolicy: Name container.RestartPolicyMode; MaximumRetryCount int
container.RestartPolicyMode = string
container.State: Status string; Running bool; Paused bool; Restarting bool; OOMKilled bool; Dead bool; Pid
    int; ExitCode int; Error string; StartedAt string; FinishedAt string; Health *container.Health ?
container.UTSMode = string
container.UsernsMode = string
context.contextWithTLSListing: +Metadata store.Metadata; TLSMaterial map[string]store.EndpointFiles;
    Storage store.StorageInfo
digest.Digest = string
events.Action = string
events.Actor: ID string; Attributes map[string]string
events.Message: Status string status?; ID string id?; From string from?; Type events.Type; Action
    events.Action; Actor events.Actor; Scope string scope?; Time int64 time?; TimeNano int64 timeNano?
events.Type = string
image.AttestationProperties: For digest.Digest
image.ImageProperties: Platform v1.Platform; Size image.Size; Containers []string
image.InspectResponse: ID string Id; RepoTags []string; RepoDigests []string; Parent string; Comment
    string; Created string ?; Container string ?; ContainerConfig *container.Config ?; DockerVersion
    string; Author string; Config *v1.DockerOCIImageConfig; Architecture string; Variant string ?; Os
    string; OsVersion string ?; Size int64; VirtualSize int64 ?; GraphDriver storage.DriverData; RootFS
    image.RootFS; Metadata image.Metadata; Descriptor *v1.Descriptor ?; Manifests []image.ManifestSummary
    ?
image.ManifestKind = string
image.ManifestSummary: ID string; Descriptor v1.Descriptor; Available bool; Size image.Size; Kind
    image.ManifestKind; ImageData *image.ImageProperties ?; AttestationData *image.AttestationProperties ?
image.Metadata: LastTagTime time.Time ?
image.RootFS: Type string ?; Layers []string ?
image.Size: Unpacked int64
manager.Plugin: +Metadata metadata.Metadata; Name string ?; Path string ?; Err any ?; ShadowedPaths
    []string ?
metadata.Metadata: SchemaVersion string ?; Vendor string ?; Version string ?; ShortDescription string ?;
    URL string ?
mount.BindOptions: Propagation mount.Propagation ?; NonRecursive bool ?; CreateMountpoint bool ?;
    ReadOnlyNonRecursive bool ?; ReadOnlyForceRecursive bool ?
mount.ClusterOptions:
mount.Consistency = string
mount.Driver: Name string ?; Options map[string]string ?
mount.ImageOptions: Subpath string ?
mount.Mount: Type mount.Type ?; Source string ?; Target string ?; ReadOnly bool ?; Consistency
    mount.Consistency ?; BindOptions *mount.BindOptions ?; VolumeOptions *mount.VolumeOptions ?;
    ImageOptions *mount.ImageOptions ?; TmpfsOptions *mount.TmpfsOptions ?; ClusterOptions
    *mount.ClusterOptions ?
mount.Propagation = string
mount.TmpfsOptions: SizeBytes int64 ?; Mode os.FileMode ?; Options [][]string ?
mount.Type = string
mount.VolumeOptions: NoCopy bool ?; Labels map[string]string ?; Subpath string ?; DriverConfig
    *mount.Driver ?
nat.Port = string
nat.PortBinding: HostIP string HostIp; HostPort string
nat.PortMap = map[nat.Port][]nat.PortBinding
nat.PortSet = map[nat.Port]struct{}
network.Address: Addr string; PrefixLen int
network.ConfigReference: Network string
network.EndpointIPAMConfig: IPv4Address string ?; IPv6Address string ?; LinkLocalIPs []string ?
network.EndpointResource: Name string; EndpointID string; MacAddress string; IPv4Address string;
    IPv6Address string
network.EndpointSettings: IPAMConfig *network.EndpointIPAMConfig; Links []string; Aliases []string;
    MacAddress string; DriverOpts map[string]string; GwPriority int; NetworkID string; EndpointID string;
    Gateway string; IPAddress string; IPPrefixLen int; IPv6Gateway string; GlobalIPv6Address string;
    GlobalIPv6PrefixLen int; DNSNames []string
network.IPAM: Driver string; Options map[string]string; Config []network.IPAMConfig
network.IPAMConfig: Subnet string ?; IPRange string ?; Gateway string ?; AuxAddress map[string]string
    AuxiliaryAddresses?
network.Inspect: Name string; ID string Id; Created time.Time; Scope string; Driver string; EnableIPv4
    bool; EnableIPv6 bool; IPAM network.IPAM; Internal bool; Attachable bool; Ingress bool; ConfigFrom
    network.ConfigReference; ConfigOnly bool; Containers map[string]network.EndpointResource; Options
    map[string]string; Labels map[string]string; Peers []network.PeerInfo ?; Services
    map[string]network.ServiceInfo ?
network.PeerInfo: Name string; IP string
network.ServiceInfo: VIP string; Ports []string; LocalLBIndex int; Tasks []network.Task
network.Task: Name string; EndpointID string; EndpointIP string; Info map[string]string
os.FileMode = uint32
registry.IndexInfo: Name string; Mirrors []string; Secure bool; Official bool
registry.NetIPNet = string
registry.ServiceConfig: AllowNondistributableArtifactsCIDRs []*registry.NetIPNet ?;
    AllowNondistributableArtifactsHostnames []string ?; InsecureRegistryCIDRs []*registry.NetIPNet;
    IndexConfigs map[string]*registry.IndexInfo; Mirrors []string; ExtraFields map[string]any -
storage.DriverData: Data map[string]string; Name string
store.EndpointFiles = []string
store.Metadata: Name string ?; Metadata any ?; Endpoints map[string]any ?
store.StorageInfo: MetadataPath string; TLSPath string
strslice.StrSlice = []string
swarm.Annotations: Name string ?; Labels map[string]string
swarm.CAConfig: NodeCertExpiry time.Duration ?; ExternalCAs []*swarm.ExternalCA ?; SigningCACert string ?;
    SigningCAKey string ?; ForceRotate uint64 ?
swarm.ClusterInfo: ID string; +Meta swarm.Meta; Spec swarm.Spec; TLSInfo swarm.TLSInfo;
    RootRotationInProgress bool; DefaultAddrPool []string; SubnetSize uint32; DataPathPort uint32
swarm.DiscreteGenericResource: Kind string ?; Value int64 ?
swarm.DispatcherConfig: HeartbeatPeriod time.Duration ?
swarm.Driver: Name string ?; Options map[string]string ?
swarm.EncryptionConfig: AutoLockManagers bool
swarm.ExternalCA: Protocol swarm.ExternalCAProtocol; URL string; Options map[string]string ?; CACert
    string
swarm.ExternalCAProtocol = string
swarm.GenericResource: NamedResourceSpec *swarm.NamedGenericResource ?; DiscreteResourceSpec
    *swarm.DiscreteGenericResource ?
swarm.Info: NodeID string; NodeAddr string; LocalNodeState swarm.LocalNodeState; ControlAvailable bool;
    Error string; RemoteManagers []swarm.Peer; Nodes int ?; Managers int ?; Cluster *swarm.ClusterInfo ?;
    Warnings []string ?
swarm.LocalNodeState = string
swarm.Meta: Version swarm.Version ?; CreatedAt time.Time ?; UpdatedAt time.Time ?
swarm.NamedGenericResource: Kind string ?; Value string ?
swarm.OrchestrationConfig: TaskHistoryRetentionLimit *int64 ?
swarm.Peer: NodeID string; Addr string
swarm.RaftConfig: SnapshotInterval uint64 ?; KeepOldSnapshots *uint64 ?; LogEntriesForSlowFollowers uint64
    ?; ElectionTick int; HeartbeatTick int
swarm.Spec: +Annotations swarm.Annotations; Orchestration swarm.OrchestrationConfig ?; Raft
    swarm.RaftConfig ?; Dispatcher swarm.DispatcherConfig ?; CAConfig swarm.CAConfig ?; TaskDefaults
    swarm.TaskDefaults ?; EncryptionConfig swarm.EncryptionConfig ?
swarm.TLSInfo: TrustRoot string ?; CertIssuerSubject []uint8 ?; CertIssuerPublicKey []uint8 ?
swarm.TaskDefaults: LogDriver *swarm.Driver ?
swarm.Version: Index uint64 ?
system.Commit: ID string; Expected string ?
system.ContainerdInfo: Address string ?; Namespaces system.ContainerdNamespaces
system.ContainerdNamespaces: Containers string; Plugins string
system.DeviceInfo: Source string; ID string
system.FirewallInfo: Driver string; Info [][2]string ?
system.Info: ID string; Containers int; ContainersRunning int; ContainersPaused int; ContainersStopped
    int; Images int; Driver string; DriverStatus [][2]string; SystemStatus [][2]string ?; Plugins
    system.PluginsInfo; MemoryLimit bool; SwapLimit bool; KernelMemory bool ?; KernelMemoryTCP bool ?;
    CPUCfsPeriod bool CpuCfsPeriod; CPUCfsQuota bool CpuCfsQuota; CPUShares bool; CPUSet bool; PidsLimit
    bool; IPv4Forwarding bool; Debug bool; NFd int; OomKillDisable bool; NGoroutines int; SystemTime
    string; LoggingDriver string; CgroupDriver string; CgroupVersion string ?; NEventsListener int;
    KernelVersion string; OperatingSystem string; OSVersion string; OSType string; Architecture string;
    IndexServerAddress string; RegistryConfig *registry.ServiceConfig; NCPU int; MemTotal int64;
    GenericResources []swarm.GenericResource; DockerRootDir string; HTTPProxy string HttpProxy; HTTPSProxy
    string HttpsProxy; NoProxy string; Name string; Labels []string; ExperimentalBuild bool; ServerVersion
    string; Runtimes map[string]system.RuntimeWithStatus; DefaultRuntime string; Swarm swarm.Info;
    LiveRestoreEnabled bool; Isolation container.Isolation; InitBinary string; ContainerdCommit
    system.Commit; RuncCommit system.Commit; InitCommit system.Commit; SecurityOptions []string;
    ProductLicense string ?; DefaultAddressPools []system.NetworkAddressPool ?; FirewallBackend
    *system.FirewallInfo ?; CDISpecDirs []string; DiscoveredDevices []system.DeviceInfo ?; Containerd
    *system.ContainerdInfo ?; Warnings []string
system.NetworkAddressPool: Base string; Size int
system.PluginsInfo: Volume []string; Network []string; Authorization []string; Log []string
system.Runtime: Path string path?; Args []string runtimeArgs?; Type string runtimeType?; Options
    map[string]any options?
system.RuntimeWithStatus: +Runtime system.Runtime; Status map[string]string status?
system.clientInfo: Debug bool; +clientVersion system.clientVersion; Plugins []manager.Plugin; Warnings
    []string
system.clientVersion: Platform *system.platformInfo ?; Version string ?; APIVersion string ApiVersion?;
    DefaultAPIVersion string ?; GitCommit string ?; GoVersion string ?; Os string ?; Arch string ?;
    BuildTime string ?; Context string
system.dockerInfo: +Info *system.Info ?; ServerErrors []string ?; UserName string -; ClientInfo
    *system.clientInfo ?; ClientErrors []string ?
system.platformInfo: Name string ?
system.versionInfo: Client system.clientVersion; Server *types.Version
types.ComponentVersion: Name string; Version string; Details map[string]string ?
types.Platform: Name string
types.Plugin: Config types.PluginConfig; Enabled bool; ID string Id?; Name string; PluginReference string
    ?; Settings types.PluginSettings
types.PluginConfig: Args types.PluginConfigArgs; Description string; DockerVersion string ?; Documentation
    string; Entrypoint []string; Env []types.PluginEnv; Interface types.PluginConfigInterface; IpcHost
    bool; Linux types.PluginConfigLinux; Mounts []types.PluginMount; Network types.PluginConfigNetwork;
    PidHost bool; PropagatedMount string; User types.PluginConfigUser ?; WorkDir string; Rootfs
    *types.PluginConfigRootfs rootfs?
types.PluginConfigArgs: Description string; Name string; Settable []string; Value []string
types.PluginConfigInterface: ProtocolScheme string ?; Socket string; Types []types.PluginInterfaceType
types.PluginConfigLinux: AllowAllDevices bool; Capabilities []string; Devices []types.PluginDevice
types.PluginConfigNetwork: Type string
types.PluginConfigRootfs: DiffIds []string diff_ids; Type string type?
types.PluginConfigUser: GID uint32 ?; UID uint32 ?
types.PluginDevice: Description string; Name string; Path *string; Settable []string
types.PluginEnv: Description string; Name string; Settable []string; Value *string
types.PluginInterfaceType: Capability string; Prefix string; Version string
types.PluginMount: Description string; Destination string; Name string; Options []string; Settable
    []string; Source *string; Type string
types.PluginSettings: Args []string; Devices []types.PluginDevice; Env []string; Mounts
    []types.PluginMount
types.Version: Platform types.Platform ?; Components []types.ComponentVersion ?; Version string;
    APIVersion string ApiVersion; MinAPIVersion string ?; GitCommit string; GoVersion string; Os string;
    Arch string; KernelVersion string ?; Experimental bool ?; BuildTime string ?
units.Ulimit: Name string; Hard int64; Soft int64
v1.Descriptor: MediaType string mediaType; Digest digest.Digest digest; Size int64 size; URLs []string
    urls?; Annotations map[string]string annotations?; Data []uint8 data?; Platform *v1.Platform
    platform?; ArtifactType string artifactType?
v1.DockerOCIImageConfig: +ImageConfig v1.ImageConfig; +DockerOCIImageConfigExt v1.DockerOCIImageConfigExt
v1.DockerOCIImageConfigExt: Healthcheck *v1.HealthcheckConfig ?; OnBuild []string ?; Shell []string ?
v1.HealthcheckConfig: Test []string ?; Interval time.Duration ?; Timeout time.Duration ?; StartPeriod
    time.Duration ?; StartInterval time.Duration ?; Retries int ?
v1.ImageConfig: User string ?; ExposedPorts map[string]struct{} ?; Env []string ?; Entrypoint []string ?;
    Cmd []string ?; Volumes map[string]struct{} ?; WorkingDir string ?; Labels map[string]string ?;
    StopSignal string ?; ArgsEscaped bool ?
v1.Platform: Architecture string architecture; OS string os; OSVersion string os.version?; OSFeatures
    []string os.features?; Variant string variant?
volume.AccessMode: Scope volume.Scope ?; Sharing volume.SharingMode ?; MountVolume *volume.TypeMount ?;
    BlockVolume *volume.TypeBlock ?
volume.Availability = string
volume.CapacityRange: RequiredBytes int64; LimitBytes int64
volume.ClusterVolume: ID string; +Meta swarm.Meta; Spec volume.ClusterVolumeSpec; PublishStatus
    []*volume.PublishStatus ?; Info *volume.Info ?
volume.ClusterVolumeSpec: Group string ?; AccessMode *volume.AccessMode ?; AccessibilityRequirements
    *volume.TopologyRequirement ?; CapacityRange *volume.CapacityRange ?; Secrets []volume.Secret ?;
    Availability volume.Availability ?
volume.Info: CapacityBytes int64 ?; VolumeContext map[string]string ?; VolumeID string ?;
    AccessibleTopology []volume.Topology ?
volume.PublishState = string
volume.PublishStatus: NodeID string ?; State volume.PublishState ?; PublishContext map[string]string ?
volume.Scope = string
volume.Secret: Key string; Secret string
volume.SharingMode = string
volume.Topology: Segments map[string]string ?
volume.TopologyRequirement: Requisite []volume.Topology ?; Preferred []volume.Topology ?
volume.TypeBlock:
volume.TypeMount: FsType string ?; MountFlags []string ?
volume.UsageData: RefCount int64; Size int64
volume.Volume: ClusterVolume *volume.ClusterVolume ?; CreatedAt string ?; Driver string; Labels
    map[string]string; Mountpoint string; Name string; Options map[string]string; Scope string; Status
    map[string]any ?; UsageData *volume.UsageData ?
"""


def shape(type_name: str, data: Any) -> Value:
    """Return a JSON value as the Go value docker would have: a struct, pointer, slice or map of this type.

    What the JSON has and the type has not is dropped, what it lacks has its zero value, and so has what is of
    another type. Raises KeyError for a type that is not known.
    """
    return decode(go_type(type_name), data)


def known(type_name: str) -> bool:
    """Tell whether a type's shape is known."""
    return type_name in _declarations()


def decode(type: GoType, data: Any) -> Value:
    """Return a JSON value as a value of a Go type."""
    read = _READERS.get(type.name) or _READERS.get(type.kind)
    if data is None or read is None:
        return zero(type)
    try:
        return Value(type, read(type, data))
    except (TypeError, ValueError, AttributeError):
        return zero(type)


def _struct(type: GoType, data: Mapping[str, Any]) -> list[Value]:
    folded: dict[str, Any] | None = None
    values = []
    for field in type.fields:
        if field.embedded and not field.json:
            values.append(decode(field.type, data))
        elif field.json in data:
            values.append(decode(field.type, data[field.json]))
        else:
            # JSON names are matched without their case where the exact name is missing.
            folded = folded if folded is not None else {name.lower(): name for name in data}
            name = folded.get(field.json.lower(), "") if field.json else ""
            values.append(decode(field.type, data.get(name)))
    return values


def _slice(type: GoType, data: Any) -> list[Value]:
    if isinstance(data, str):
        if type.element is UINT8:
            from base64 import b64decode

            return [Value(UINT8, byte) for byte in b64decode(data)]
        if type.name != "strslice.StrSlice":
            raise TypeError
        data = [data]
    return [decode(type.element, item) for item in _checked(data, list)]


def _array(type: GoType, data: list[Any]) -> list[Value]:
    size = int(type.name[1 : type.name.index("]")])
    return [decode(type.element, item) for item in (data + [None] * size)[:size]]


def _map(type: GoType, data: Mapping[str, Any]) -> dict[str, Value]:
    return {key: decode(type.element, item) for key, item in data.items()}


def _any(_: GoType, data: Any) -> Value | None:
    return of(_with_floats(data))


def _with_floats(data: Any) -> Any:
    """Return JSON data with its numbers as Go's decoder makes them where no type is asked for."""
    if isinstance(data, dict):
        return {key: _with_floats(item) for key, item in data.items()}
    if isinstance(data, list):
        return [_with_floats(item) for item in data]
    is_number = isinstance(data, (int, Number)) and not isinstance(data, bool)
    return float(data) if is_number else data


def _checked(data: Any, wanted: type) -> Any:
    if not isinstance(data, wanted) or (wanted is str and isinstance(data, Number)):
        raise TypeError
    return data


def _number(data: Any) -> Any:
    return data if isinstance(data, Number) else _checked(data, int)


def _instant(_: GoType, data: Any) -> Instant:
    try:
        return parse_rfc3339(data)
    except UnitError:
        return ZERO_TIME


_READERS: dict[str, Callable[[GoType, Any], Any]] = {
    "struct": _struct,
    "slice": _slice,
    "array": _array,
    "map": _map,
    "interface": _any,
    "ptr": lambda type, data: decode(type.element, data),
    "string": lambda _, data: str(_checked(data, str)),
    "bool": lambda _, data: _checked(data, bool),
    "int": lambda _, data: int(_number(data)),
    "uint": lambda _, data: int(_number(data)),
    "float": lambda _, data: float(data),
    "time.Time": _instant,
}


# Types, made from their names when they are first asked for.

ZERO_TIME = Instant(-62135596800)
TIME = GoType("time.Time", "time", named=True)
TIME.text = str
TIME.zero = ZERO_TIME
TIME.marshal = lambda instant: f'"{instant.rfc3339()}"'
DURATION = GoType("time.Duration", "int", named=True)
DURATION.text = format_duration

_types: dict[str, GoType] = {type.name: type for type in (STRING, BOOL, INT, INT64, UINT8, FLOAT, TIME, DURATION)}
_types["any"] = ANY
_types["struct{}"] = GoType("struct {}", "struct")
_types.update(
    {name: GoType(name, name.rstrip("0123456789")) for name in ("uint", "uint16", "uint32", "uint64", "int32")}
)
_declared: dict[str, str] = {}


def _declarations() -> dict[str, str]:
    if not _declared:
        for entry in _SHAPES.strip().replace("\n    ", " ").split("\n"):
            head, _, body = entry.partition(": ") if ": " in entry or entry.endswith(":") else entry.partition(" = ")
            _declared[head.rstrip(":")] = body if " = " in entry else "struct " + body
    return _declared


def go_type(name: str) -> GoType:
    """Return a Go type by its name; raises KeyError if it is not known."""
    found = _types.get(name)
    if found is None:
        found = _types[name] = _composite(name) or _declare(name)
        found.text = _TEXTS.get(name)
        found.methods = _METHODS.get(name, {})
        found.marshal = _MARSHALS.get(name)
    return found


def _composite(name: str) -> GoType | None:
    if name.startswith("*"):
        elem = go_type(name[1:])
        return GoType("*" + elem.name, "ptr", elem)
    if name.startswith("["):
        size, _, item = name[1:].partition("]")
        elem = go_type(item)
        return GoType(f"[{size}]{elem.name}", "array" if size else "slice", elem)
    if name.startswith("map["):
        before, _, after = name[4:].partition("]")
        key, elem = go_type(before), go_type(after)
        return GoType(f"map[{key.name}]{elem.name}", "map", elem, key)
    return None


def _declare(name: str) -> GoType:
    body = _declarations()[name]
    if not body.startswith("struct "):
        base = go_type(body)
        return GoType(name, base.kind, base.elem, base.key, named=True)
    fields: list[Field] = []

    def load() -> list[Field]:
        if not fields:
            fields.extend(map(_field, filter(None, body.removeprefix("struct ").split("; "))))
        return fields

    return GoType(name, "struct", fields=load, named=True)


def _field(text: str) -> Field:
    name, type_name, json = (*text.split(" "), "")[:3]
    embedded = name.startswith("+")
    name = name.removeprefix("+")
    omit = json.endswith("?")
    json = "" if json == "-" or embedded else json.removesuffix("?") or name
    return Field(name, go_type(type_name), json, omit, embedded)


# Methods that show.


def _texts(value: Value) -> list[Any]:
    return [item.data for item in value.data]


def _ulimit(value: Value) -> str:
    name, hard, soft = _texts(value)
    return f"{name}={soft}:{hard}"


def _device(value: Value) -> str:
    path, number = _texts(value)
    return f"{path}:{number}"


def _sorted_json(value: Value) -> str:
    from json import loads

    def ordered(data: Any) -> Any:
        if isinstance(data, dict):
            return {name: ordered(data[name]) for name in sorted(data)}
        return [ordered(item) for item in data] if isinstance(data, list) else data

    return encode(ordered(loads(encode(value))))


_TEXTS: dict[str, Callable[[Any], str]] = {
    "*units.Ulimit": _ulimit,
    "*blkiodev.WeightDevice": _device,
    "*blkiodev.ThrottleDevice": _device,
    "*registry.NetIPNet": lambda value: str(value.data),
    "digest.Digest": str,
    "swarm.Version": lambda fields: str(fields[0].data),
    "types.PluginInterfaceType": lambda fields: "{}.{}/{}".format(*(fields[i].data for i in (1, 0, 2))),
}
_MARSHALS: dict[str, Callable[[Any], str]] = {
    "*registry.ServiceConfig": _sorted_json,
    "types.PluginInterfaceType": lambda fields: encode_string("{}.{}/{}".format(*(fields[i].data for i in (1, 0, 2)))),
}


def _protocol(port: Value) -> str:
    number, _, protocol = port.data.partition("/")
    return (protocol or "tcp") if number else ""


_METHODS: dict[str, dict[str, Function]] = {
    "nat.Port": {
        "Port": Function([], lambda port: port.data.partition("/")[0]),
        "Proto": Function([], _protocol),
        "Int": Function([], lambda port: int(port.data.partition("/")[0] or 0)),
    },
}


def _details_order(component: Value | None) -> Value:
    details = component.field("Details") if component is not None and component.kind == "struct" else None
    return strings(sorted(details.data or ()) if details is not None else ())


# What the template of `docker version` can call beside the usual functions.
VERSION_FUNCTIONS: Mapping[str, Function] = {
    **FUNCTIONS,
    "getDetailsOrder": Function([VALUE], _details_order),
}
