"""Images: what they hold, where they come from, and the streams of pull, push and build."""

from typing import Any, Literal

from pydantic import AliasChoices, Field

from rawdocker.models.base import Payload, ProgressMessage, Request, Timestamp
from rawdocker.models.base import Timestamp as _Timestamp
from rawdocker.models.container import (
    ContainerConfig,
    DriverData,
    HealthConfig,
    Words,
)
from rawdocker.models.container import (
    ContainerConfig as _ContainerConfig,
)
from rawdocker.models.distribution import OCIDescriptor, OCIPlatform


class ImageConfig(Payload):
    """What a container of this image runs unless told otherwise."""

    ArgsEscaped: bool | None = None
    AttachStderr: bool | None = None  # until 1.49
    AttachStdin: bool | None = None  # until 1.49
    AttachStdout: bool | None = None  # until 1.49
    Cmd: Words = []
    Domainname: str | None = None  # until 1.49
    Entrypoint: Words = []
    Env: list[str] = []
    ExposedPorts: dict[str, dict[str, Any]] = {}
    Healthcheck: HealthConfig | None = None
    Hostname: str | None = None  # until 1.49
    Image: str | None = None  # until 1.49
    Labels: dict[str, str] = {}
    MacAddress: str | None = None  # until 1.49
    NetworkDisabled: bool | None = None  # until 1.49
    OnBuild: list[str] = []
    OpenStdin: bool | None = None  # until 1.49
    Shell: list[str] = []
    StdinOnce: bool | None = None  # until 1.49
    StopSignal: str | None = None
    StopTimeout: int | None = None  # until 1.49
    Tty: bool | None = None  # until 1.49
    User: str | None = None
    Volumes: dict[str, dict[str, Any]] = {}
    WorkingDir: str | None = None


class ImageRootFS(Payload):
    """The layers of an image."""

    Layers: list[str] = []
    Type: str = ""


class ImageMetadata(Payload):
    """What the engine keeps of an image beside the image."""

    LastTagTime: Timestamp | None = None


class PullIdentity(Payload):  # since 1.53
    """The repository that an image was pulled from."""

    Repository: str | None = None


class BuildIdentity(Payload):  # since 1.53
    """The build that made an image."""

    CreatedAt: Timestamp | None = None
    Ref: str | None = None


SignatureTimestampType = Literal["Tlog", "TimestampAuthority"] | str
"""The kinds of signature time stamps."""

SignatureType = Literal["bundle-v0.3", "simplesigning-v1"] | str
"""The formats of signatures."""

_SignatureType = SignatureType

KnownSignerIdentity = Literal["DHI"] | str
"""The signers that the engine knows by name."""


class SignatureTimestamp(Payload):  # since 1.53
    """A proof of when an image was signed."""

    Timestamp: _Timestamp | None = None
    Type: SignatureTimestampType | None = None
    URI: str | None = None


class SignerIdentity(Payload):  # since 1.53
    """Who signed an image, as the certificate tells."""

    BuildConfigDigest: str | None = None
    BuildConfigURI: str | None = None
    BuildSignerDigest: str | None = None
    BuildSignerURI: str | None = None
    BuildTrigger: str | None = None
    CertificateIssuer: str | None = None
    Issuer: str | None = None
    RunInvocationURI: str | None = None
    RunnerEnvironment: str | None = None
    SourceRepositoryDigest: str | None = None
    SourceRepositoryIdentifier: str | None = None
    SourceRepositoryOwnerIdentifier: str | None = None
    SourceRepositoryOwnerURI: str | None = None
    SourceRepositoryRef: str | None = None
    SourceRepositoryURI: str | None = None
    SourceRepositoryVisibilityAtSigning: str | None = None
    SubjectAlternativeName: str | None = None


class SignatureIdentity(Payload):  # since 1.53
    """A signature of an image and whether it holds."""

    DockerReference: str | None = None
    Error: str | None = None
    KnownSigner: KnownSignerIdentity | None = None
    Name: str | None = None
    SignatureType: _SignatureType | None = None
    Signer: SignerIdentity | None = None
    Timestamps: list[SignatureTimestamp] = []
    Warnings: list[str] = []


class Identity(Payload):  # since 1.53
    """Where an image comes from."""

    Build: list[BuildIdentity] = []
    Pull: list[PullIdentity] = []
    Signature: list[SignatureIdentity] = []


_Identity = Identity


class ImageManifestDataSize(Payload):  # since 1.47
    """Bytes of an unpacked image."""

    Unpacked: int | None = None


class ImageManifestData(Payload):  # since 1.47
    """What a manifest of the kind image adds."""

    Containers: list[str] = []
    Identity: _Identity | None = None  # since 1.54
    Platform: OCIPlatform | None = None
    Size: ImageManifestDataSize | None = None


class ImageManifestAttestationData(Payload):  # since 1.47
    """What a manifest of the kind attestation adds."""

    For: str = ""


class ImageManifestSize(Payload):  # since 1.47
    """Bytes of a manifest and its content."""

    Content: int = 0
    Total: int = 0


class ImageManifestSummary(Payload):  # since 1.47
    """One manifest of an image that serves several platforms."""

    AttestationData: ImageManifestAttestationData | None = None
    Available: bool = False
    Descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    ID: str = ""
    ImageData: ImageManifestData | None = None
    Kind: Literal["image", "attestation", "unknown"] | str = ""
    Size: ImageManifestSize = Field(default_factory=ImageManifestSize)


class ImageInspect(Payload):
    """Everything the engine knows of an image."""

    Architecture: str = ""
    Author: str | None = None
    Comment: str | None = None
    Config: ImageConfig | None = None
    Container: str | None = None  # until 1.44
    ContainerConfig: _ContainerConfig | None = None  # until 1.44
    Created: Timestamp | None = None
    Descriptor: OCIDescriptor | None = None  # since 1.48
    DockerVersion: str | None = None  # until 1.51
    GraphDriver: DriverData | None = None
    Id: str = ""
    Identity: _Identity | None = None  # since 1.53
    Manifests: list[ImageManifestSummary] = []  # since 1.48
    Metadata: ImageMetadata | None = None
    Os: str = ""
    OsVersion: str | None = None
    Parent: str | None = None  # until 1.51
    RepoDigests: list[str] = []
    RepoTags: list[str] = []
    RootFS: ImageRootFS | None = None
    Size: int = 0
    Variant: str | None = None
    VirtualSize: int | None = None  # until 1.43


class ImageSummary(Payload):
    """An image as the list shows it; -1 is a count that was not made."""

    Containers: int = 0
    Created: int = 0
    Descriptor: OCIDescriptor | None = None  # since 1.48
    Id: str = ""
    Labels: dict[str, str] = {}
    Manifests: list[ImageManifestSummary] = []  # since 1.47
    ParentId: str = ""
    RepoDigests: list[str] = []
    RepoTags: list[str] = []
    SharedSize: int = 0
    Size: int = 0
    VirtualSize: int | None = None  # until 1.43


class ImageHistoryResponseItem(Payload):
    """One step of how an image was made."""

    Comment: str = ""
    Created: int = 0
    CreatedBy: str = ""
    Id: str = ""
    Size: int = 0
    Tags: list[str] = []


class ImageDeleteResponseItem(Payload):
    """A name or a layer that was removed."""

    Deleted: str | None = None
    Untagged: str | None = None


class ImageSearchItem(Payload):
    """A repository that a search found."""

    description: str = ""
    is_automated: bool = False
    is_official: bool = False
    name: str = ""
    star_count: int = 0


class ImagePruneResponse(Payload):
    """The images that a prune removed, and the bytes it freed."""

    ImagesDeleted: list[ImageDeleteResponseItem] = []
    SpaceReclaimed: int = 0


class ImageCommitRequest(ContainerConfig, Request):
    """The configuration of the image that a commit makes."""


class AttestationStatement(Payload):  # since 1.55
    """A statement about how an image was made."""

    Descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    PredicateType: str = ""
    Statement: dict[str, Any] | None = None


class ImageID(Payload):
    """The identifier of an image that a build made."""

    ID: str = ""


class BuildInfo(ProgressMessage):
    """One message of a build."""

    aux: ImageID | None = None


class CreateImageInfo(ProgressMessage):
    """One message of a pull or an import."""


class PushImageInfo(ProgressMessage):
    """One message of a push."""


class BuildCache(Payload):
    """A record of the build cache."""

    CreatedAt: Timestamp | None = None
    Description: str = ""
    ID: str = ""
    InUse: bool = False
    LastUsedAt: Timestamp | None = None
    Parent: str | None = None  # until 1.41
    # since 1.42; engines send the name with a blank before it
    Parents: list[str] = Field(default_factory=list, validation_alias=AliasChoices("Parents", " Parents"))
    Shared: bool = False
    Size: int = 0
    Type: Literal["internal", "frontend", "source.local", "source.git.checkout", "exec.cachemount", "regular"] | str = (
        ""
    )
    UsageCount: int = 0


class BuildPruneResponse(Payload):
    """The records that a prune of the build cache removed, and the bytes it freed."""

    CachesDeleted: list[str] = []
    SpaceReclaimed: int = 0
