"""Nodes of a swarm and what they offer."""

from typing import Any, Literal

from pydantic import Field

from rawdocker.models.base import ObjectVersion, Payload, Request, Timestamp
from rawdocker.models.base import TLSInfo as _TLSInfo

NodeState = Literal["unknown", "down", "ready", "disconnected"] | str
"""The states of a node."""

Reachability = Literal["unknown", "unreachable", "reachable"] | str
"""Whether the other managers reach a manager."""

_Reachability = Reachability


class DiscreteGenericResource(Payload):
    """A number of things of a kind."""

    Kind: str | None = None
    Value: int | None = None


class NamedGenericResource(Payload):
    """A thing of a kind, by name."""

    Kind: str | None = None
    Value: str | None = None


class GenericResource(Payload):
    """Something a node has, counted or named."""

    DiscreteResourceSpec: DiscreteGenericResource | None = None
    NamedResourceSpec: NamedGenericResource | None = None


GenericResources = list[GenericResource]
"""What a node has beside processors and memory."""

_GenericResources = GenericResources


class ResourceObject(Payload):
    """Processors (in billionths), memory (in bytes) and other resources."""

    GenericResources: _GenericResources = []
    MemoryBytes: int | None = None
    NanoCPUs: int | None = None


class Platform(Payload):
    """The processor and operating system of a node."""

    Architecture: str | None = None
    OS: str | None = None


_Platform = Platform


class EnginePlugin(Payload):
    """A plugin of a node's engine."""

    Name: str | None = None
    Type: str | None = None


class EngineDescription(Payload):
    """The engine of a node."""

    EngineVersion: str | None = None
    Labels: dict[str, str] = {}
    Plugins: list[EnginePlugin] = []


class NodeDescription(Payload):
    """What a node says of itself."""

    Engine: EngineDescription | None = None
    Hostname: str | None = None
    Platform: _Platform | None = None
    Resources: ResourceObject | None = None
    TLSInfo: _TLSInfo | None = None
    CSIInfo: list[Any] = []  # since 1.42


class NodeSpec(Payload):
    """What a node should be."""

    Availability: Literal["active", "pause", "drain"] | str | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    Role: Literal["worker", "manager"] | str | None = None


class NodeStatus(Payload):
    """How a node is."""

    Addr: str | None = None
    Message: str | None = None
    State: NodeState = ""


class ManagerStatus(Payload):
    """A manager's part in the swarm."""

    Addr: str = ""
    Leader: bool | None = None
    Reachability: _Reachability | None = None


_ManagerStatus = ManagerStatus


class Node(Payload):
    """A machine of the swarm."""

    CreatedAt: Timestamp | None = None
    Description: NodeDescription = Field(default_factory=NodeDescription)
    ID: str = ""
    ManagerStatus: _ManagerStatus | None = None
    Spec: NodeSpec = Field(default_factory=NodeSpec)
    Status: NodeStatus = Field(default_factory=NodeStatus)
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)


class NodeUpdateRequest(NodeSpec, Request):
    """What a node should become."""
