"""Networks and the places of containers on them."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from rawdocker.models.base import Payload, Request, Timestamp


class EndpointIPAMConfig(Payload):
    """The addresses that a container asks for on a network."""

    IPv4Address: str | None = None
    IPv6Address: str | None = None
    LinkLocalIPs: list[str] = []


class EndpointSettings(Payload):
    """A container's place on one network: what was asked for and what it got."""

    Aliases: list[str] = []
    DNSNames: list[str] = []  # since 1.44
    DriverOpts: dict[str, str] = {}
    EndpointID: str | None = None
    Gateway: str | None = None
    GlobalIPv6Address: str | None = None
    GlobalIPv6PrefixLen: int | None = None
    GwPriority: int | None = None  # since 1.48
    IPAMConfig: EndpointIPAMConfig | None = None
    IPAddress: str | None = None
    IPPrefixLen: int | None = None
    IPv6Gateway: str | None = None
    Links: list[str] = []
    MacAddress: str | None = None
    NetworkID: str | None = None


class NetworkingConfig(Payload):
    """The networks that a container joins when it is created."""

    EndpointsConfig: dict[str, EndpointSettings] = {}


class ConfigReference(Payload):
    """The network from which another takes its configuration."""

    Network: str | None = None


class IPAMConfig(Payload):
    """One subnet of a network."""

    AuxiliaryAddresses: dict[str, str] = {}
    Gateway: str | None = None
    IPRange: str | None = None
    Subnet: str | None = None


class IPAM(Payload):
    """How a network hands out addresses."""

    if TYPE_CHECKING:
        Config: list[IPAMConfig] = []
    else:
        Config: Annotated[list[IPAMConfig], Field(default_factory=list)]
    Driver: str | None = None
    Options: dict[str, str] = {}


_IPAM = IPAM


class PeerInfo(Payload):
    """Another node of an overlay network."""

    IP: str = ""
    Name: str = ""


class EndpointResource(Payload):
    """A container that is on the network."""

    EndpointID: str = ""
    IPv4Address: str = ""
    IPv6Address: str = ""
    MacAddress: str = ""
    Name: str = ""


class Network(Payload):
    """A network and what it was made with."""

    Attachable: bool = False
    ConfigFrom: ConfigReference = Field(default_factory=ConfigReference)
    ConfigOnly: bool = False
    Containers: dict[str, EndpointResource] = {}  # until 1.51
    Created: Timestamp = Timestamp()
    Driver: str = ""
    EnableIPv4: bool | None = None  # since 1.47
    EnableIPv6: bool = False
    IPAM: _IPAM = Field(default_factory=_IPAM)
    Id: str = ""
    Ingress: bool = False
    Internal: bool = False
    Labels: dict[str, str] = {}
    Name: str = ""
    Options: dict[str, str] = {}
    Peers: list[PeerInfo] = []
    Scope: str = ""


class NetworkSummary(Network):
    """A network as the list shows it."""


class SubnetStatus(Payload):  # since 1.52
    """How many addresses of a subnet are taken."""

    DynamicIPsAvailable: int | None = None
    IPsInUse: int | None = None


class IPAMStatus(Payload):  # since 1.52
    """The use of a network's subnets."""

    Subnets: dict[str, SubnetStatus] = {}


class NetworkStatus(Payload):  # since 1.52
    """The present state of a network."""

    IPAM: IPAMStatus | None = None


class NetworkTaskInfo(Payload):
    """A task that is reachable through a network's load balancer."""

    EndpointID: str | None = None
    EndpointIP: str | None = None
    Info: dict[str, str] = {}
    Name: str | None = None


class ServiceInfo(Payload):
    """A service that is reachable through a network's load balancer."""

    LocalLBIndex: int | None = None
    Ports: list[str] = []
    Tasks: list[NetworkTaskInfo] = []
    VIP: str | None = None


class NetworkInspect(Network):
    """A network with what is attached to it."""

    Services: dict[str, ServiceInfo] = {}
    Status: NetworkStatus | None = None  # since 1.52


class NetworkCreateRequest(Request):
    """The network to create."""

    Attachable: bool | None = None
    CheckDuplicate: bool | None = None  # until 1.45
    ConfigFrom: ConfigReference | None = None
    ConfigOnly: bool | None = None
    Driver: str | None = None
    EnableIPv4: bool | None = None  # since 1.47
    EnableIPv6: bool | None = None
    IPAM: _IPAM | None = None
    Ingress: bool | None = None
    Internal: bool | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    Options: dict[str, str] = {}
    Scope: str | None = None


class NetworkCreateResponse(Payload):
    """The network that was created."""

    Id: str = ""
    Warning: str = ""


class NetworkConnectRequest(Request):
    """The container that joins a network, and how."""

    Container: str | None = None
    EndpointConfig: EndpointSettings | None = None


class NetworkDisconnectRequest(Request):
    """The container that leaves a network."""

    Container: str | None = None
    Force: bool | None = None


class NetworkPruneResponse(Payload):
    """The networks that a prune removed."""

    NetworksDeleted: list[str] = []


# Until 1.51 the specification called it so.
NetworkContainer = EndpointResource
