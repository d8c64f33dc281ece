"""What registries say of images, and the descriptors and platforms of the OCI."""

from pydantic import ConfigDict, Field

from rawdocker.models.base import Payload


class OCIPlatform(Payload):
    """The operating system and processor that an image is for."""

    model_config = ConfigDict(populate_by_name=True)

    architecture: str | None = None
    os: str | None = None
    os_features: list[str] = Field(default_factory=list, alias="os.features")
    os_version: str | None = Field(None, alias="os.version")
    variant: str | None = None


class OCIDescriptor(Payload):
    """A reference to content: what it is, its digest and its size in bytes."""

    annotations: dict[str, str] = {}  # since 1.48
    artifactType: str | None = None  # since 1.48
    data: str | None = None  # since 1.48
    digest: str = ""
    mediaType: str = ""
    platform: OCIPlatform | None = None  # since 1.48
    size: int = 0
    urls: list[str] = []  # since 1.48


class DistributionInspect(Payload):
    """What a registry says of an image, without pulling it."""

    Descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    Platforms: list[OCIPlatform] = []
