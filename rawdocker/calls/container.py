"""The container operations: create, list, inspect, start, stop, logs, attach, wait, archive and more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, HijackCall, Query, RawBody, StreamCall

if TYPE_CHECKING:
    from rawdocker.call import Frame
    from rawdocker.calls._values import Filters
    from rawdocker.models.container import (
        ContainerCreateRequest,
        ContainerCreateResponse,
        ContainerInspectResponse,
        ContainerPathStat,
        ContainerPruneResponse,
        ContainerStatsResponse,
        ContainerSummary,
        ContainerTopResponse,
        ContainerUpdateRequest,
        ContainerUpdateResponse,
        ContainerWaitResponse,
        FilesystemChange,
    )


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
        filters: {"name": ["web"], "status": ["exited"], ...}; values of one key are alternatives, keys all
            hold.

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
        body: what it is to be: {"Image": "debian:12", "Cmd": ["echo", "hi"], "HostConfig": {...}}; sent as it
            is.
        name: its name. Default: the engine invents one.
        platform: os[/arch[/variant]] that the image must have. Default: any.

    Answers ContainerCreateResponse: Id, and Warnings (a list of texts, often empty).
    Raises BadRequestError for a body the engine refuses, NotFoundError where the image is missing,
    ConflictError where the name is taken.
    API: POST /containers/create (ContainerCreate), since 1.25; platform since 1.41.
    """
    query: Query = {"name": name, "platform": platform}
    path, returns = "/containers/create", "ContainerCreateResponse"
    return Call("ContainerCreate", "POST", path, query=query, body=body, returns=returns)


def container_inspect(id: str, *, size: bool | None = None) -> Call[ContainerInspectResponse]:
    """Show all that the engine knows of a container.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        size: also compute SizeRw and SizeRootFs, in bytes; slow. Default: not.

    Answers ContainerInspectResponse.
    Raises NotFoundError where there is no such container.
    API: GET /containers/{id}/json (ContainerInspect), since 1.25.
    """
    query: Query = {"size": size}
    path, returns = "/containers/{id}/json", "ContainerInspectResponse"
    return Call("ContainerInspect", "GET", path, {"id": id}, query=query, returns=returns)


def container_top(id: str, *, ps_args: str | None = None) -> Call[ContainerTopResponse]:
    """List the processes of a container, as ps on the engine's host sees them.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        ps_args: the options for ps; a column PID must be among what it prints. Default: -ef.

    Answers ContainerTopResponse: Titles, and Processes as lists of texts in the order of the titles.
    Raises NotFoundError where there is no such container, ConflictError where it does not run, ServerError
    where ps refuses its options.
    API: GET /containers/{id}/top (ContainerTop), since 1.25.
    """
    query: Query = {"ps_args": ps_args}
    path = "/containers/{id}/top"
    return Call("ContainerTop", "GET", path, {"id": id}, query=query, returns="ContainerTopResponse")


def container_changes(id: str) -> Call[list[FilesystemChange]]:
    """List what a container has changed in its file system since it was made.

    Parameters:
        id: its id, a unique beginning of it, or its name.

    Answers a list of FilesystemChange: Path, and Kind (0 changed, 1 added, 2 deleted); empty where nothing
    is.
    Raises NotFoundError where there is no such container.
    API: GET /containers/{id}/changes (ContainerChanges), since 1.25.
    """
    path, returns = "/containers/{id}/changes", "list[FilesystemChange]"
    return Call("ContainerChanges", "GET", path, {"id": id}, returns=returns)


def container_stats(
    id: str, *, stream: bool | None = None, one_shot: bool | None = None
) -> StreamCall[ContainerStatsResponse]:
    """Watch how much processor, memory, network and disk a container uses, once a second.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        stream: go on until the caller or the container ends. Default: yes; False: one item.
        one_shot: with stream=False, do not wait a second for precpu_stats, which then are empty. Default:
            wait.

    Streams ContainerStatsResponse; what it holds differs with the host's cgroup version.
    Raises NotFoundError where there is no such container, CutStreamError where the stream breaks.
    API: GET /containers/{id}/stats (ContainerStats), since 1.25; one-shot since 1.41.
    """
    query: Query = {"stream": stream, "one-shot": one_shot}
    path, returns, codec = "/containers/{id}/stats", "ContainerStatsResponse", Codec.JSON_STREAM
    return StreamCall("ContainerStats", "GET", path, {"id": id}, query=query, codec=codec, returns=returns)


def container_resize(id: str, *, h: int, w: int) -> Call[None]:
    """Tell a container's terminal its size.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        h: rows.
        w: columns.

    Answers None.
    Raises NotFoundError where there is no such container, ConflictError where it does not run,
    BadRequestError for a negative size.
    API: POST /containers/{id}/resize (ContainerResize), since 1.25.
    """
    query: Query = {"h": h, "w": w}
    return Call("ContainerResize", "POST", "/containers/{id}/resize", {"id": id}, query=query, codec=Codec.EMPTY)


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


def container_stop(id: str, *, t: int | None = None, signal: str | None = None) -> Call[None]:
    """Stop a container: a signal, some time to obey, then SIGKILL.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        t: seconds to wait before killing; -1 waits for ever. Default: the container's StopTimeout, else 10.
        signal: the first signal, such as SIGINT or 2. Default: the container's StopSignal, else SIGTERM.

    Answers None when it has stopped, also where it did not run (304).
    Raises NotFoundError where there is no such container, BadRequestError for an unknown signal.
    API: POST /containers/{id}/stop (ContainerStop), since 1.25; signal since 1.42.
    """
    query: Query = {"t": t, "signal": signal}
    return Call("ContainerStop", "POST", "/containers/{id}/stop", {"id": id}, query=query, codec=Codec.EMPTY)


def container_restart(id: str, *, t: int | None = None, signal: str | None = None) -> Call[None]:
    """Stop a container if it runs, and start it.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        t: seconds to wait before killing; -1 waits for ever. Default: the container's StopTimeout, else 10.
        signal: the first signal, such as SIGINT or 2. Default: the container's StopSignal, else SIGTERM.

    Answers None when it runs again.
    Raises NotFoundError where there is no such container, BadRequestError for an unknown signal.
    API: POST /containers/{id}/restart (ContainerRestart), since 1.25; signal since 1.42.
    """
    query: Query = {"t": t, "signal": signal}
    path = "/containers/{id}/restart"
    return Call("ContainerRestart", "POST", path, {"id": id}, query=query, codec=Codec.EMPTY)


def container_kill(id: str, *, signal: str | None = None) -> Call[None]:
    """Send a signal to the first process of a container.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        signal: its name or number, such as SIGHUP, HUP or 1. Default: SIGKILL.

    Answers None; the process may still be ending.
    Raises NotFoundError where there is no such container, ConflictError where it does not run,
    BadRequestError for an unknown signal.
    API: POST /containers/{id}/kill (ContainerKill), since 1.25.
    """
    query: Query = {"signal": signal}
    return Call("ContainerKill", "POST", "/containers/{id}/kill", {"id": id}, query=query, codec=Codec.EMPTY)


def container_update(id: str, body: ContainerUpdateRequest | Mapping[str, Any]) -> Call[ContainerUpdateResponse]:
    """Change the limits of a container, and when it is restarted, while it runs or not.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        body: what changes: {"Memory": 268435456, "NanoCpus": 500000000, "RestartPolicy": {"Name": "always"}}.

    Answers ContainerUpdateResponse: Warnings, a list of texts, often empty.
    Raises NotFoundError where there is no such container, BadRequestError for a value the engine refuses,
    ConflictError where the container is being removed.
    API: POST /containers/{id}/update (ContainerUpdate), since 1.25.
    """
    path, returns = "/containers/{id}/update", "ContainerUpdateResponse"
    return Call("ContainerUpdate", "POST", path, {"id": id}, body=body, returns=returns)


def container_rename(id: str, *, name: str) -> Call[None]:
    """Give a container another name.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        name: the new name.

    Answers None.
    Raises NotFoundError where there is no such container, ConflictError where the name is taken,
    BadRequestError for a name with characters that names cannot have.
    API: POST /containers/{id}/rename (ContainerRename), since 1.25.
    """
    query: Query = {"name": name}
    return Call("ContainerRename", "POST", "/containers/{id}/rename", {"id": id}, query=query, codec=Codec.EMPTY)


def container_pause(id: str) -> Call[None]:
    """Freeze all processes of a container; they do not notice.

    Parameters:
        id: its id, a unique beginning of it, or its name.

    Answers None.
    Raises NotFoundError where there is no such container, ConflictError where it does not run or is paused.
    API: POST /containers/{id}/pause (ContainerPause), since 1.25.
    """
    return Call("ContainerPause", "POST", "/containers/{id}/pause", {"id": id}, codec=Codec.EMPTY)


def container_unpause(id: str) -> Call[None]:
    """Let the processes of a paused container go on.

    Parameters:
        id: its id, a unique beginning of it, or its name.

    Answers None.
    Raises NotFoundError where there is no such container, ServerError where it is not paused.
    API: POST /containers/{id}/unpause (ContainerUnpause), since 1.25.
    """
    return Call("ContainerUnpause", "POST", "/containers/{id}/unpause", {"id": id}, codec=Codec.EMPTY)


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
    path, returns = "/containers/{id}/wait", "ContainerWaitResponse"
    return Call("ContainerWait", "POST", path, {"id": id}, query=query, returns=returns)


def container_delete(
    id: str, *, v: bool | None = None, force: bool | None = None, link: bool | None = None
) -> Call[None]:
    """Remove a container.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        v: also remove the anonymous volumes that it alone has. Default: keep them.
        force: kill it first if it runs. Default: refuse.
        link: remove only the link of this name (web/db), not a container. Default: not.

    Answers None.
    Raises NotFoundError where there is no such container, ConflictError where it runs or is being removed,
    BadRequestError for a link that is none.
    API: DELETE /containers/{id} (ContainerDelete), since 1.25.
    """
    query: Query = {"v": v, "force": force, "link": link}
    return Call("ContainerDelete", "DELETE", "/containers/{id}", {"id": id}, query=query, codec=Codec.EMPTY)


def container_prune(*, filters: Filters | None = None) -> Call[ContainerPruneResponse]:
    """Remove all containers that do not run.

    Parameters:
        filters: {"label": ["a=b"], "label!": ["keep"], "until": ["24h"]}: only those. Default: all.

    Answers ContainerPruneResponse: ContainersDeleted, and SpaceReclaimed in bytes.
    Raises BadRequestError for an unknown filter, ConflictError while another prune is going on.
    API: POST /containers/prune (ContainerPrune), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("ContainerPrune", "POST", "/containers/prune", query=query, returns="ContainerPruneResponse")


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
        tty: whether the container has a terminal (inspect: Config.Tty), so that the stream has no frames. Not
            sent.

    Streams Frame(stream, data) in order of arrival; the engine cuts frames where it likes, often at a line.
    Raises NotFoundError where there is no such container, BadRequestError where neither stream is asked for,
    NotSupportedError where the logging driver cannot be read, CutStreamError where the stream breaks.
    API: GET /containers/{id}/logs (ContainerLogs), since 1.25; until since 1.35.
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
        tty: whether the container has a terminal (inspect: Config.Tty), so that the stream has no frames. Not
            sent.

    Hijack it to write and read, stream it to read only: Frame(stream, data) in order of arrival.
    Raises BadRequestError for keys it does not know, NotFoundError where there is no such container,
    ConflictError where it is paused, CutStreamError where the stream breaks.
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


def container_attach_websocket(
    id: str,
    *,
    stream: bool | None = None,
    stdin: bool | None = None,
    stdout: bool | None = None,
    stderr: bool | None = None,
    logs: bool | None = None,
    detachKeys: str | None = None,
) -> HijackCall:
    """Attach to the streams of a container's first process over a WebSocket, as browsers can.

    The connection is handed over raw: what is read and written are WebSocket frames (RFC 6455), which the
    caller packs and unpacks, and masks. Inside them stdout and stderr are not told apart.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        stream: stay attached. Default: not.
        stdin: send what is written. Default: not; before 1.42 always.
        stdout: receive it. Default: not; before 1.42 always.
        stderr: receive it. Default: not; before 1.42 always.
        logs: begin with what it wrote before. Default: not.
        detachKeys: keys that leave a terminal, such as ctrl-p,ctrl-q. Default: the engine's.

    Hijack it to write and read: Frame("stdout", data), where data is a piece of the WebSocket's bytes.
    Raises BadRequestError for keys it does not know, NotFoundError where there is no such container.
    API: GET /containers/{id}/attach/ws (ContainerAttachWebsocket), since 1.25; stdin, stdout, stderr since
    1.42.
    """
    query: Query = {
        "stream": stream,
        "stdin": stdin,
        "stdout": stdout,
        "stderr": stderr,
        "logs": logs,
        "detachKeys": detachKeys,
    }
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        # Any 16 bytes do: the key only proves that a WebSocket answers; a fixed one keeps equal calls equal.
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": "http://localhost",
    }
    return HijackCall(
        "ContainerAttachWebsocket",
        "GET",
        "/containers/{id}/attach/ws",
        {"id": id},
        query=query,
        headers=headers,
        codec=Codec.FRAMES,
        tty=True,
    )


def container_export(id: str) -> StreamCall[bytes]:
    """Read the whole file system of a container as a tar archive; volumes are not in it.

    Parameters:
        id: its id, a unique beginning of it, or its name.

    Streams bytes, the chunks of the archive.
    Raises NotFoundError where there is no such container, CutStreamError where the stream breaks.
    API: GET /containers/{id}/export (ContainerExport), since 1.25.
    """
    return StreamCall("ContainerExport", "GET", "/containers/{id}/export", {"id": id}, codec=Codec.RAW)


def container_archive(id: str, *, path: str) -> StreamCall[bytes]:
    """Read a file or directory of a container as a tar archive, running or not.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        path: what to read; of /dir/ and /dir/. the archive has the same files under other names.

    Streams bytes, the chunks of the archive.
    Raises BadRequestError where a path that ends with a slash is no directory, NotFoundError for a missing
    container or path, CutStreamError where the stream breaks.
    API: GET /containers/{id}/archive (ContainerArchive), since 1.25.
    """
    query: Query = {"path": path}
    return StreamCall("ContainerArchive", "GET", "/containers/{id}/archive", {"id": id}, query=query, codec=Codec.RAW)


def container_archive_info(id: str, *, path: str) -> Call[ContainerPathStat]:
    """Look what a path of a container is, without reading it.

    Parameters:
        id: its id, a unique beginning of it, or its name.
        path: where to look; a link is not followed.

    Answers ContainerPathStat, which travels in a header (X-Docker-Container-Path-Stat, base64 of JSON): name,
    size in bytes, mode (Go's FileMode bits), mtime, linkTarget.
    Raises BadRequestError where a path that ends with a slash is no directory, NotFoundError for a missing
    container or path.
    API: HEAD /containers/{id}/archive (ContainerArchiveInfo), since 1.25.
    """
    query: Query = {"path": path}
    return Call(
        "ContainerArchiveInfo",
        "HEAD",
        "/containers/{id}/archive",
        {"id": id},
        query=query,
        codec=Codec.PATH_STAT,
        returns="ContainerPathStat",
    )


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
        body: the archive, plain or compressed with gzip, bzip2 or xz: bytes, a file, or an iterator (flat
            memory).
        path: the directory, which must exist.
        noOverwriteDirNonDir: refuse to replace a directory by a file or the other way round. Default:
            replace.
        copyUIDGID: give the files the owner numbers that the archive has. Default: the container's user.

    Answers None.
    Raises BadRequestError where the path is no directory or the archive is damaged, NotFoundError for a
    missing container or directory, ForbiddenError on a read-only file system.
    API: PUT /containers/{id}/archive (PutContainerArchive), since 1.25.
    """
    query: Query = {"path": path, "noOverwriteDirNonDir": noOverwriteDirNonDir, "copyUIDGID": copyUIDGID}
    headers = {"Content-Type": "application/x-tar"}
    return Call(
        "PutContainerArchive",
        "PUT",
        "/containers/{id}/archive",
        {"id": id},
        query=query,
        headers=headers,
        body=body,
        codec=Codec.EMPTY,
    )
