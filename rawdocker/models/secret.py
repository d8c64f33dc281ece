"""Secrets of a swarm."""

from pydantic import Field

from rawdocker.models.base import Driver as _Driver
from rawdocker.models.base import ObjectVersion, Payload, Request, Timestamp


class SecretSpec(Payload):
    """What a secret should be; Data is base64 and never answered."""

    Data: str | None = None
    Driver: _Driver | None = None
    Labels: dict[str, str] = {}
    Name: str | None = None
    Templating: _Driver | None = None


class Secret(Payload):
    """A secret of the swarm, without its data."""

    CreatedAt: Timestamp | None = None
    ID: str = ""
    Spec: SecretSpec = Field(default_factory=SecretSpec)
    UpdatedAt: Timestamp | None = None
    Version: ObjectVersion = Field(default_factory=ObjectVersion)


class SecretCreateRequest(SecretSpec, Request):
    """The secret to create."""


class SecretUpdateRequest(SecretSpec, Request):
    """What a secret should become; only its labels can change."""
