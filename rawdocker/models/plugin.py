"""Plugins of the engine."""

from typing import Annotated, Literal

from pydantic import Field

from rawdocker.models.base import Payload


class PluginPrivilege(Payload):
    """A right that a plugin asks for."""

    Description: str | None = None
    Name: str | None = None
    Value: list[str] = []


class PluginEnv(Payload):
    """An environment variable of a plugin."""

    Description: str | None = None
    Name: str | None = None
    Settable: list[str] = []
    Value: str | None = None


class PluginMount(Payload):
    """A mount of a plugin."""

    Description: str | None = None
    Destination: str | None = None
    Name: str | None = None
    Options: list[str] = []
    Settable: list[str] = []
    Source: str | None = None
    Type: str | None = None


class PluginDevice(Payload):
    """A device of a plugin."""

    Description: str | None = None
    Name: str | None = None
    Path: str | None = None
    Settable: list[str] = []


class PluginInterfaceType(Payload):  # until 1.51
    """A capability of a plugin, in three parts."""

    Capability: str | None = None
    Prefix: str | None = None
    Version: str | None = None


class PluginArgs(Payload):
    """The arguments that a plugin takes."""

    Description: str | None = None
    Name: str | None = None
    Settable: list[str] = []
    Value: list[str] = []


class PluginInterface(Payload):
    """How the engine talks to a plugin."""

    ProtocolScheme: Literal["", "moby.plugins.http/v1"] | str | None = None
    Socket: str | None = None
    Types: list[str] = []


class PluginLinux(Payload):
    """The rights of a plugin on Linux."""

    AllowAllDevices: bool | None = None
    Capabilities: list[str] = []
    Devices: list[PluginDevice] = []


class PluginNetwork(Payload):
    """The network of a plugin."""

    Type: str | None = None


class PluginUser(Payload):
    """The user that a plugin runs as."""

    GID: int | None = None
    UID: int | None = None


class PluginRootFS(Payload):
    """The layers of a plugin."""

    diff_ids: list[str] = []
    type: str | None = None


class PluginConfig(Payload):
    """What a plugin was made with."""

    Args: PluginArgs | None = None
    Description: str | None = None
    DockerVersion: str | None = None  # until 1.51
    Documentation: str | None = None
    Entrypoint: list[str] = []
    Env: list[PluginEnv] = []
    Interface: PluginInterface | None = None
    IpcHost: bool | None = None
    Linux: PluginLinux | None = None
    Mounts: list[PluginMount] = []
    Network: PluginNetwork | None = None
    PidHost: bool | None = None
    PropagatedMount: str | None = None
    User: PluginUser | None = None
    WorkDir: str | None = None
    rootfs: PluginRootFS | None = None


class PluginSettings(Payload):
    """What the user chose for a plugin."""

    Args: list[str] = []
    Devices: list[PluginDevice] = []
    Env: list[str] = []
    Mounts: list[PluginMount] = []


class Plugin(Payload):
    """A plugin: what it is, what was chosen for it and whether it runs."""

    Config: Annotated[PluginConfig, Field(default_factory=PluginConfig)]
    Enabled: bool = False
    Id: str | None = None
    Name: str = ""
    PluginReference: str | None = None
    Settings: PluginSettings = Field(default_factory=PluginSettings)
