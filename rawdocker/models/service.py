"""Services of a swarm."""

from typing import Any, Literal

from pydantic import Field

from rawdocker.models.base import ObjectVersion, Payload, Request, Timestamp
from rawdocker.models.task import EndpointPortConfig, NetworkAttachmentConfig, TaskSpec


class EndpointSpec(Payload):
    """How a service is reached."""

    Mode: Literal["vip", "dnsrr"] | str | None = None
    Ports: list[EndpointPortConfig] = []


_EndpointSpec = EndpointSpec


class ReplicatedService(Payload):
    """A service of so many tasks."""

    Replicas: int | None = None


class ReplicatedJobService(Payload):
    """A service that ends after so many tasks."""

    MaxConcurrent: int | None = None
    TotalCompletions: int | None = None


class ServiceMode(Payload):
    """How many tasks a service has; one of the four is set."""

    Global: dict[str, Any] | None = None
    GlobalJob: dict[str, Any] | None = None
    Replicated: ReplicatedService | None = None
    ReplicatedJob: ReplicatedJobService | None = None


class ServiceUpdateConfig(Payload):
    """How tasks are replaced; times are in nanoseconds."""

    Delay: int | None = None
    FailureAction: Literal["continue", "pause", "rollback"] | str | None = None
    MaxFailureRatio: float | None = None
    Monitor: int | None = None
    Order: Literal["stop-first", "start-first"] | str | None = None
    Parallelism: int | None = None


class ServiceSpec(Payload):
    """What a service should be."""

    EndpointSpec: _EndpointSpec | None = None
    Labels: dict[str, str] = {}
    Mode: ServiceMode | None = None
    Name: str | None = None
    Networks: list[NetworkAttachmentConfig] = []
    RollbackConfig: ServiceUpdateConfig | None = None
    TaskTemplate: TaskSpec | None = None
    UpdateConfig: ServiceUpdateConfig | None = None


class EndpointVirtualIP(Payload):
    """An address of a service on one network."""

    Addr: str | None = None
    NetworkID: str | None = None


class ServiceEndpoint(Payload):
    """How a service can be reached."""

    Ports: list[EndpointPortConfig] = []
    Spec: EndpointSpec | None = None
    VirtualIPs: list[EndpointVirtualIP] = []


class ServiceUpdateStatus(Payload):
    """How far an update of a service has come."""

    CompletedAt: Timestamp | None = None
    Message: str | None = None
    StartedAt: Timestamp | None = None
    State: Literal["updating", "paused", "completed"] | str | None = None


class ServiceTaskCounts(Payload):
    """How many tasks of a service run."""

    CompletedTasks: int | None = None
    DesiredTasks: int = 0
    RunningTasks: int = 0


class ServiceJobStatus(Payload):
    """Which run of a job this is."""

    JobIteration: ObjectVersion | None = None
    LastExecution: Timestamp | None = None


class Service(Payload):
    """A service of the swarm."""

    CreatedAt: Timestamp | None = None
    Endpoint: ServiceEndpoint = Field(default_factory=ServiceEndpoint)
    ID: str = ""
    JobStatus: ServiceJobStatus | None = None
    ServiceStatus: ServiceTaskCounts | None = None
    Spec: ServiceSpec = Field(default_factory=ServiceSpec)
    UpdateStatus: ServiceUpdateStatus | None = None
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)
    PreviousSpec: ServiceSpec | None = None


class ServiceCreateRequest(ServiceSpec, Request):
    """The service to create."""


class ServiceCreateResponse(Payload):
    """The service that was created."""

    ID: str = ""
    Warnings: list[str] = []
    Warning: str | None = None  # until 1.43


class ServiceUpdateRequest(ServiceSpec, Request):
    """What a service should become."""


class ServiceUpdateResponse(Payload):
    """What the swarm thinks of an update."""

    Warnings: list[str] = []
