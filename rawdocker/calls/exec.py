"""The exec operations: another process in a container that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, HijackCall, Query

if TYPE_CHECKING:
    from rawdocker.models.base import IDResponse
    from rawdocker.models.exec import ExecCreateRequest, ExecInspectResponse, ExecStartRequest


def container_exec(id: str, body: ExecCreateRequest | Mapping[str, Any]) -> Call[IDResponse]:
    """Prepare a process in a running container without starting it.

    Parameters:
        id: the container's id, a unique beginning of it, or its name.
        body: what to run: {"Cmd": ["ls", "/"], "AttachStdout": True, "AttachStderr": True, "Tty": False,
            ...}.

    Answers IDResponse: Id, which the other exec calls need.
    Raises NotFoundError where there is no such container, ConflictError where it does not run or is paused,
    BadRequestError for a body without a command.
    API: POST /containers/{id}/exec (ContainerExec), since 1.25.
    """
    return Call("ContainerExec", "POST", "/containers/{id}/exec", {"id": id}, body=body, returns="IDResponse")


def exec_start(id: str, body: ExecStartRequest | Mapping[str, Any]) -> HijackCall:
    """Start a prepared process, and attach to its streams unless it is to be left alone.

    Whether the stream has frames is read from the body's Tty, which must be what container_exec was given.

    Parameters:
        id: the id that container_exec answered.
        body: {"Detach": False, "Tty": False}; with a terminal also {"ConsoleSize": [rows, columns]} (since
            1.42).

    Hijack it to write and read, stream it to read only: Frame(stream, data) in order of arrival. With Detach
    the answer is empty: send it. The exit code is in exec_inspect.
    Raises NotFoundError where there is no such process, ConflictError where it was started before (when
    attached, older engines say so in the stream alone) or the container is paused, CutStreamError where the
    stream breaks.
    API: POST /exec/{id}/start (ExecStart), since 1.25.
    """
    tty = bool(body.get("Tty") if isinstance(body, Mapping) else body.Tty)
    return HijackCall("ExecStart", "POST", "/exec/{id}/start", {"id": id}, body=body, codec=Codec.FRAMES, tty=tty)


def exec_resize(id: str, *, h: int, w: int) -> Call[None]:
    """Tell the terminal of a process its size.

    Parameters:
        id: the id that container_exec answered.
        h: rows.
        w: columns.

    Answers None.
    Raises NotFoundError where there is no such process, BadRequestError for a negative size, ServerError
    where the process does not run.
    API: POST /exec/{id}/resize (ExecResize), since 1.25.
    """
    query: Query = {"h": h, "w": w}
    return Call("ExecResize", "POST", "/exec/{id}/resize", {"id": id}, query=query, codec=Codec.EMPTY)


def exec_inspect(id: str) -> Call[ExecInspectResponse]:
    """Show what the engine knows of a process: whether it runs, and its exit code.

    Parameters:
        id: the id that container_exec answered.

    Answers ExecInspectResponse; ExitCode is None while it runs.
    Raises NotFoundError where there is no such process, or no longer: it is forgotten some minutes after its
    end.
    API: GET /exec/{id}/json (ExecInspect), since 1.25.
    """
    return Call("ExecInspect", "GET", "/exec/{id}/json", {"id": id}, returns="ExecInspectResponse")
