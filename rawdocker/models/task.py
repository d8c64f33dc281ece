"""Tasks of a swarm, and what services ask of them."""

from typing import Any, Literal

from pydantic import Field

from rawdocker.models.base import Driver, ObjectVersion, Payload, Timestamp
from rawdocker.models.base import Timestamp as _Timestamp
from rawdocker.models.container import HealthConfig, Mount, Ulimit
from rawdocker.models.node import GenericResources as _GenericResources
from rawdocker.models.node import Platform, ResourceObject
from rawdocker.models.plugin import PluginPrivilege as _PluginPrivilege

TaskState = (
    Literal[
        "new",
        "allocated",
        "pending",
        "assigned",
        "accepted",
        "preparing",
        "ready",
        "starting",
        "running",
        "complete",
        "shutdown",
        "failed",
        "rejected",
        "remove",
        "orphaned",
    ]
    | str
)
"""The states of a task, in their order."""


class TaskPluginSpec(Payload):
    """The plugin that a task installs."""

    Disabled: bool | None = None
    Name: str | None = None
    PluginPrivilege: list[_PluginPrivilege] = []
    Remote: str | None = None


class TaskCredentialSpec(Payload):
    """Windows credentials, from one of three places."""

    Config: str | None = None
    File: str | None = None
    Registry: str | None = None


class TaskSELinuxContext(Payload):
    """The SELinux labels of a container."""

    Disable: bool | None = None
    Level: str | None = None
    Role: str | None = None
    Type: str | None = None
    User: str | None = None


class TaskSeccomp(Payload):  # since 1.44
    """The system calls that a container may make."""

    Mode: Literal["default", "unconfined", "custom"] | str | None = None
    Profile: str | None = None


class TaskAppArmor(Payload):  # since 1.44
    """Whether AppArmor guards a container."""

    Mode: Literal["default", "disabled"] | str | None = None


class TaskPrivileges(Payload):
    """The security options of a task's container."""

    AppArmor: TaskAppArmor | None = None  # since 1.44
    CredentialSpec: TaskCredentialSpec | None = None
    NoNewPrivileges: bool | None = None  # since 1.44
    SELinuxContext: TaskSELinuxContext | None = None
    Seccomp: TaskSeccomp | None = None  # since 1.44


class TaskDNSConfig(Payload):
    """How a task's container looks up names."""

    Nameservers: list[str] = []
    Options: list[str] = []
    Search: list[str] = []


class TaskFileTarget(Payload):
    """The file in which a secret or config appears, with its owner and mode."""

    GID: str | None = None
    Mode: int | None = None
    Name: str | None = None
    UID: str | None = None


class TaskSecret(Payload):
    """A secret that a container may read."""

    File: TaskFileTarget | None = None
    SecretID: str | None = None
    SecretName: str | None = None


class TaskConfig(Payload):
    """A config that a container may read."""

    ConfigID: str | None = None
    ConfigName: str | None = None
    File: TaskFileTarget | None = None
    Runtime: dict[str, Any] | None = None


class TaskContainerSpec(Payload):
    """The container that a task runs; times are in nanoseconds."""

    Args: list[str] = []
    CapabilityAdd: list[str] = []
    CapabilityDrop: list[str] = []
    Command: list[str] = []
    Configs: list[TaskConfig] = []
    DNSConfig: TaskDNSConfig | None = None
    Dir: str | None = None
    Env: list[str] = []
    Groups: list[str] = []
    HealthCheck: HealthConfig | None = None  # as the specification spells it
    Healthcheck: HealthConfig | None = None  # as engines answer it; they take both
    Hostname: str | None = None
    Hosts: list[str] = []
    Image: str | None = None
    Init: bool | None = None
    Isolation: Literal["default", "process", "hyperv", ""] | str | None = None
    Labels: dict[str, str] = {}
    Mounts: list[Mount] = []
    OomScoreAdj: int | None = None  # since 1.46
    OpenStdin: bool | None = None
    Privileges: TaskPrivileges | None = None
    ReadOnly: bool | None = None
    Secrets: list[TaskSecret] = []
    StopGracePeriod: int | None = None
    StopSignal: str | None = None
    Sysctls: dict[str, str] = {}
    TTY: bool | None = None
    Ulimits: list[Ulimit] = []
    User: str | None = None


class TaskNetworkAttachmentSpec(Payload):
    """The container that a task attaches to a network."""

    ContainerID: str | None = None


class Limit(Payload):
    """What a task may use at most."""

    MemoryBytes: int | None = None
    NanoCPUs: int | None = None
    Pids: int | None = None


class TaskResources(Payload):
    """What a task needs and may use."""

    Limits: Limit | None = None
    MemorySwappiness: int | None = None  # since 1.52
    Reservations: ResourceObject | None = None
    SwapBytes: int | None = None  # since 1.52


class TaskRestartPolicy(Payload):
    """When a task is started again; times are in nanoseconds."""

    Condition: Literal["none", "on-failure", "any"] | str | None = None
    Delay: int | None = None
    MaxAttempts: int | None = None
    Window: int | None = None


class TaskSpread(Payload):
    """A label over whose values tasks are spread."""

    SpreadDescriptor: str | None = None


class TaskPlacementPreference(Payload):
    """A preference in the choice of nodes."""

    Spread: TaskSpread | None = None


class TaskPlacement(Payload):
    """The nodes on which tasks may run."""

    Constraints: list[str] = []
    MaxReplicas: int | None = None
    Platforms: list[Platform] = []
    Preferences: list[TaskPlacementPreference] = []


class NetworkAttachmentConfig(Payload):
    """A network that a service's tasks join."""

    Aliases: list[str] = []
    DriverOpts: dict[str, str] = {}
    Target: str | None = None


class TaskSpec(Payload):
    """What a task should be: a container, a plugin or an attachment to a network."""

    ContainerSpec: TaskContainerSpec | None = None
    ForceUpdate: int | None = None
    LogDriver: Driver | None = None
    NetworkAttachmentSpec: TaskNetworkAttachmentSpec | None = None
    Networks: list[NetworkAttachmentConfig] = []
    Placement: TaskPlacement | None = None
    PluginSpec: TaskPluginSpec | None = None
    Resources: TaskResources | None = None
    RestartPolicy: TaskRestartPolicy | None = None
    Runtime: str | None = None


class EndpointPortConfig(Payload):
    """A port that a service publishes."""

    Name: str | None = None
    Protocol: Literal["tcp", "udp", "sctp"] | str | None = None
    PublishMode: Literal["ingress", "host"] | str | None = None
    PublishedPort: int | None = None
    TargetPort: int | None = None


class PortStatus(Payload):
    """The ports that a task got on its host."""

    Ports: list[EndpointPortConfig] = []


_PortStatus = PortStatus


class ContainerStatus(Payload):
    """The container of a task."""

    ContainerID: str | None = None
    ExitCode: int | None = None
    PID: int | None = None


_ContainerStatus = ContainerStatus


class TaskStatus(Payload):
    """How a task is."""

    ContainerStatus: _ContainerStatus | None = None
    Err: str | None = None
    Message: str | None = None
    PortStatus: _PortStatus | None = None
    State: TaskState = ""
    Timestamp: _Timestamp | None = None


class TaskNetwork(Payload):
    """A network as the swarm keeps it, which is not the Network that the specification names here."""

    CreatedAt: Timestamp | None = None
    DriverState: Driver | None = None
    ID: str = ""
    IPAMOptions: dict[str, Any] = {}
    Spec: dict[str, Any] = {}
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)


class NetworkAttachment(Payload):
    """A network that a task is on, with its addresses."""

    Addresses: list[str] = []
    Network: TaskNetwork | None = None


class Task(Payload):
    """One piece of work of a service, on one node."""

    AssignedGenericResources: _GenericResources = []
    CreatedAt: Timestamp | None = None
    DesiredState: TaskState = ""
    ID: str = ""
    JobIteration: ObjectVersion | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    NetworksAttachments: list[NetworkAttachment] = []
    NodeID: str | None = None
    ServiceID: str | None = None
    Slot: int | None = None
    Spec: TaskSpec = Field(default_factory=TaskSpec)
    Status: TaskStatus = Field(default_factory=TaskStatus)
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)
    GenericResources: _GenericResources = []
    Volumes: list[Any] = []  # since 1.42
