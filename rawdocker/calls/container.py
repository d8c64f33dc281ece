"""The container operations: create, list, inspect, start, stop, logs, attach, wait, archive and the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, HijackCall, Query, RawBody, StreamCall

if TYPE_CHECKING:
    from rawdocker.call import Frame
    from rawdocker.models.container import (
        ContainerCreateRequest,
        ContainerCreateResponse,
        ContainerSummary,
        ContainerWaitResponse,
    )

Filters = Mapping[str, Any]


def container_list(
    *,
    all: bool | None = None,
    limit: int | None = None,
    size: bool | None = None,
    filters: Filters | None = None,
) -> Call[list[ContainerSummary]]:
    """List containers, the newest first.

    Parameters:
        all: also those that do not run. Default: only running ones.
        limit: at most this many of the newest, running or not. Default: no limit.
        size: also compute SizeRw and SizeRootFs, in bytes; slow. Default: not.
        filters: {"name": ["web"], "status": ["exited"], ...}; values of one key are alternatives, keys all hold.

    Answers a list of ContainerSummary, empty where nothing matches.
    Raises BadRequestError for an unknown filter or value.
    API: GET /containers/json (ContainerList), since 1.25.
    """
    query: Query = {"all": all, "limit": limit, "size": size, "filters": filters}
    return Call("ContainerList", "GET", "/containers/json", query=query, returns="list[ContainerSummary]")


def container_create(
    body: ContainerCreateRequest | Mapping[str, Any], *, name: str | None = None, platform: str | None = None
) -> Call[ContainerCreateResponse]:
    """Create a container from an image without starting it.

    Parameters:
        body: what it is to be: {"Image": "debian:12", "Cmd": ["echo", "hi"], "HostConfig": {...}}; sent as it is.
        name: its name. Default: the engine invents one.
        platform: os[/arch[/variant]] that the image must have. Default: any.

    Answers ContainerCreateResponse: Id, and Warnings (a list of texts, often empty).
    Raises BadRequestError for a body the engine refuses, NotFoundError where the image is missing, ConflictError where the
    name is taken.
    API: POST /containers/create (ContainerCreate), since 1.25; platform since 1.41.
    """
    query: Query = {"name": name, "platform": platform}
    return Call(
        "ContainerCreate", "POST", "/containers/create", query=query, body=body, returns="ContainerCreateResponse"
    )


def container_start(id: str, *, detachKeys: str | None = None) -> Call[None]:
    """Start a container that was created or has stopped.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        detachKeys: keys that leave an attached terminal, such as ctrl-p,ctrl-q. Default: the engine's.

    Answers None, also where it was running already (304).
    Raises NotFoundError where there is no such container, BadRequestError where its command cannot be run.
    API: POST /containers/{id}/start (ContainerStart), since 1.25.
    """
    query: Query = {"detachKeys": detachKeys}
    return Call("ContainerStart", "POST", "/containers/{id}/start", {"id": id}, query=query, codec=Codec.EMPTY)


def container_wait(id: str, *, condition: str | None = None) -> Call[ContainerWaitResponse]:
    """Wait until a container has stopped, will stop next, or is removed.

    The engine sends the head of its answer as soon as it waits, the body when the condition holds:
    `client.stream` of this call returns at the head, so a container can be started in between without a race.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        condition: not-running, next-exit or removed. Default: not-running.

    Answers ContainerWaitResponse: StatusCode, and Error where the engine could not wait.
    Raises NotFoundError where there is no such container, BadRequestError for an unknown condition.
    API: POST /containers/{id}/wait (ContainerWait), since 1.25; condition since 1.30.
    """
    query: Query = {"condition": condition}
    return Call("ContainerWait", "POST", "/containers/{id}/wait", {"id": id}, query=query, returns="ContainerWaitResponse")


def container_logs(
    id: str,
    *,
    stdout: bool | None = None,
    stderr: bool | None = None,
    follow: bool | None = None,
    timestamps: bool | None = None,
    since: str | int | None = None,
    until: str | int | None = None,
    tail: str | int | None = None,
    details: bool | None = None,
    tty: bool = False,
) -> StreamCall[Frame]:
    """Read what a container wrote, and with follow what it goes on to write.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        stdout: include what it wrote there; one of stdout and stderr is needed. Default: not.
        stderr: the same for stderr. Default: not.
        follow: stay until the container ends. Default: end with what there is.
        timestamps: begin each line with its time, RFC 3339 with nanoseconds. Default: not.
        since: only lines from this time on, in seconds since 1970, with a fraction if need be. Default: all.
        until: only lines before this time, in the same form. Default: all.
        tail: how many of the last lines, or "all". Default: all.
        details: begin each line with the attributes that --log-opt labels and env add. Default: not.
        tty: whether the container has a terminal (inspect: Config.Tty), so that the stream has no frames. Not sent.

    Streams Frame(stream, data) in order of arrival; the engine cuts frames where it likes, often at a line.
    Raises NotFoundError where there is no such container, BadRequestError where neither stream is asked for,
    NotSupportedError where the logging driver cannot be read, CutStreamError where the stream breaks.
    API: GET /containers/{id}/logs (ContainerLogs), since 1.25.
    """
    query: Query = {
        "stdout": stdout,
        "stderr": stderr,
        "follow": follow,
        "timestamps": timestamps,
        "since": since,
        "until": until,
        "tail": tail,
        "details": details,
    }
    path = "/containers/{id}/logs"
    return StreamCall("ContainerLogs", "GET", path, {"id": id}, query=query, codec=Codec.FRAMES, tty=tty)


def container_attach(
    id: str,
    *,
    stream: bool | None = None,
    stdin: bool | None = None,
    stdout: bool | None = None,
    stderr: bool | None = None,
    logs: bool | None = None,
    detachKeys: str | None = None,
    tty: bool = False,
) -> HijackCall:
    """Attach to the streams of a container's first process.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        stream: stay attached. Default: not.
        stdin: send what is written (the container must have been created with OpenStdin). Default: not.
        stdout: receive it. Default: not.
        stderr: receive it. Default: not.
        logs: begin with what it wrote before. Default: not.
        detachKeys: keys that leave a terminal, such as ctrl-p,ctrl-q. Default: the engine's.
        tty: whether the container has a terminal (inspect: Config.Tty), so that the stream has no frames. Not sent.

    Hijack it to write and read, stream it to read only: Frame(stream, data) in order of arrival.
    Raises NotFoundError where there is no such container, ConflictError where it is paused or does not run,
    CutStreamError where the stream breaks.
    API: POST /containers/{id}/attach (ContainerAttach), since 1.25.
    """
    query: Query = {
        "stream": stream,
        "stdin": stdin,
        "stdout": stdout,
        "stderr": stderr,
        "logs": logs,
        "detachKeys": detachKeys,
    }
    path = "/containers/{id}/attach"
    return HijackCall("ContainerAttach", "POST", path, {"id": id}, query=query, codec=Codec.FRAMES, tty=tty)


def put_container_archive(
    id: str,
    body: RawBody,
    *,
    path: str,
    noOverwriteDirNonDir: bool | None = None,
    copyUIDGID: bool | None = None,
) -> Call[None]:
    """Unpack a tar archive into a directory of a container.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        body: the archive, plain or compressed with gzip, bzip2 or xz: bytes, a file, or an iterator (flat memory).
        path: the directory, which must exist.
        noOverwriteDirNonDir: refuse to replace a directory by a file or the other way round. Default: replace.
        copyUIDGID: give the files the owner numbers that the archive has. Default: the container's user.

    Answers None.
    Raises NotFoundError for a missing container or directory, ForbiddenError on a read-only file system.
    API: PUT /containers/{id}/archive (PutContainerArchive), since 1.25.
    """
    query: Query = {"path": path, "noOverwriteDirNonDir": noOverwriteDirNonDir, "copyUIDGID": copyUIDGID}
    headers = {"Content-Type": "application/x-tar"}
    resource = "/containers/{id}/archive"
    return Call(
        "PutContainerArchive", "PUT", resource, {"id": id}, query=query, headers=headers, body=body, codec=Codec.EMPTY
    )
