"""Commands run in containers that are already there."""

from pydantic import Field

from rawdocker.models.base import Payload, Request


class ExecCreateRequest(Request):
    """The command to run in a container."""

    AttachStderr: bool | None = None
    AttachStdin: bool | None = None
    AttachStdout: bool | None = None
    Cmd: list[str] = []
    ConsoleSize: list[int] = []  # since 1.42
    DetachKeys: str | None = None
    Env: list[str] = []
    Privileged: bool | None = None
    Tty: bool | None = None
    User: str | None = None
    WorkingDir: str | None = None


class ExecStartRequest(Request):
    """How to start a command that was created."""

    ConsoleSize: list[int] = []  # since 1.42
    Detach: bool | None = None
    Tty: bool | None = None


class ProcessConfig(Payload):
    """The command of an exec."""

    arguments: list[str] = []
    entrypoint: str | None = None
    privileged: bool | None = None
    tty: bool | None = None
    user: str | None = None


_ProcessConfig = ProcessConfig


class ExecInspectResponse(Payload):
    """Everything the engine knows of an exec."""

    CanRemove: bool = False
    ContainerID: str = ""
    DetachKeys: str = ""
    ExitCode: int | None = None
    ID: str = ""
    OpenStderr: bool = False
    OpenStdin: bool = False
    OpenStdout: bool = False
    Pid: int = 0
    ProcessConfig: _ProcessConfig = Field(default_factory=_ProcessConfig)
    Running: bool = False
