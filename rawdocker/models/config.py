"""Configs of a swarm: files that its services read."""

from pydantic import Field

from rawdocker.models.base import Driver, ObjectVersion, Payload, Request, Timestamp


class ConfigSpec(Payload):
    """What a config should be; Data is base64."""

    Data: str | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    Templating: Driver | None = None


class Config(Payload):
    """A config of the swarm."""

    CreatedAt: Timestamp | None = None
    ID: str = ""
    Spec: ConfigSpec = Field(default_factory=ConfigSpec)
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)


class ConfigCreateRequest(ConfigSpec, Request):
    """The config to create."""


class ConfigUpdateRequest(ConfigSpec, Request):
    """What a config should become; only its labels can change."""
