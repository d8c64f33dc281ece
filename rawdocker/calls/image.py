"""The image operations: pull and import, list, inspect, tag, push, save, load, build, commit, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rawdocker.call import Call, Codec, Query, RawBody, StreamCall
from rawdocker.calls._values import json_header, json_text

if TYPE_CHECKING:
    from rawdocker.calls._values import Auth, Filters, Platform
    from rawdocker.models.base import IDResponse, ProgressMessage
    from rawdocker.models.container import ContainerConfig
    from rawdocker.models.image import (
        AttestationStatement,
        BuildPruneResponse,
        ImageDeleteResponseItem,
        ImageHistoryResponseItem,
        ImageInspect,
        ImagePruneResponse,
        ImageSearchItem,
        ImageSummary,
    )

_TAR = {"Content-Type": "application/x-tar"}


def image_list(
    *,
    all: bool | None = None,
    filters: Filters | None = None,
    shared_size: bool | None = None,
    digests: bool | None = None,
    manifests: bool | None = None,
    identity: bool | None = None,
) -> Call[list[ImageSummary]]:
    """List images, the newest first.

    Parameters:
        all: also the layers between. Default: only images that have a name or no child.
        filters: {"reference": ["debian"], "dangling": ["true"], ...}; keys all hold.
        shared_size: also compute SharedSize, in bytes; slow. Default: not.
        digests: also give RepoDigests; engines give them anyway. Default: not.
        manifests: also give Manifests, one for each platform. Default: not.
        identity: with manifests, also give their Identity: who signed, built or pulled them. Default: not.

    Answers a list of ImageSummary, empty where nothing matches.
    Raises BadRequestError for an unknown filter or value.
    API: GET /images/json (ImageList), since 1.25; shared-size since 1.42; manifests since 1.47; identity
    since 1.54.
    """
    query: Query = {
        "all": all,
        "filters": filters,
        "shared-size": shared_size,
        "digests": digests,
        "manifests": manifests,
        "identity": identity,
    }
    return Call("ImageList", "GET", "/images/json", query=query, returns="list[ImageSummary]")


def image_create(
    *,
    fromImage: str | None = None,
    fromSrc: str | None = None,
    repo: str | None = None,
    tag: str | None = None,
    message: str | None = None,
    changes: Sequence[str] | None = None,
    platform: str | None = None,
    X_Registry_Auth: Auth | None = None,
    body: RawBody | None = None,
) -> StreamCall[ProgressMessage]:
    """Pull an image from a registry, or import one from a tar archive of a file system.

    Parameters:
        fromImage: the image to pull; with neither tag nor digest here or in tag, all its tags.
        fromSrc: where the archive to import is: a URL the engine reads, or - for the body.
        repo: the name of what is imported, with or without a tag. Default: no name.
        tag: tag or digest to pull, or the tag of what is imported. Default: of a pull, all.
        message: the comment of what is imported. Default: none.
        changes: Dockerfile instructions for what is imported, such as ["CMD /bin/sh", "ENV A=1"].
        platform: os[/arch[/variant]] to pull or import. Default: the engine's own.
        X_Registry_Auth: credentials, {"username": ..., "password": ...}; sent as base64 of JSON. Default:
            none.
        body: the archive, plain or compressed: bytes, a file, or an iterator (flat memory). Default: none.

    Streams ProgressMessage; the pull is over when the stream is.
    Raises NotFoundError where the registry has no such image or hides it, BadRequestError for a malformed
    name, StreamError where it fails after it began, CutStreamError where the stream breaks.
    API: POST /images/create (ImageCreate), since 1.25; platform since 1.32.
    """
    query: Query = {
        "fromImage": fromImage,
        "fromSrc": fromSrc,
        "repo": repo,
        "tag": tag,
        "message": message,
        "changes": changes,
        "platform": platform,
    }
    return StreamCall(
        "ImageCreate",
        "POST",
        "/images/create",
        query=query,
        headers={**json_header("X-Registry-Auth", X_Registry_Auth), **({} if body is None else _TAR)},
        body=body,
        codec=Codec.JSON_STREAM,
        returns="ProgressMessage",
    )


def image_inspect(name: str, *, manifests: bool | None = None, platform: Platform | None = None) -> Call[ImageInspect]:
    """Show all that the engine knows of an image.

    Parameters:
        name: its name with or without tag or digest, its id, or a unique beginning of it.
        manifests: also give Manifests, one for each platform; not together with platform. Default: not.
        platform: {"os": "linux", "architecture": "arm64"}, which of several to show; sent as JSON. Default:
            the engine's choice.

    Answers ImageInspect.
    Raises NotFoundError where there is no such image, or not for the platform, BadRequestError for a
    malformed name.
    API: GET /images/{name}/json (ImageInspect), since 1.25; manifests since 1.48; platform since 1.49.
    """
    query: Query = {"manifests": manifests, "platform": platform}
    path = "/images/{name}/json"
    return Call("ImageInspect", "GET", path, {"name": name}, query=query, returns="ImageInspect")


def image_history(name: str, *, platform: Platform | None = None) -> Call[list[ImageHistoryResponseItem]]:
    """List the steps an image was made in, the newest first.

    Parameters:
        name: its name with or without tag or digest, its id, or a unique beginning of it.
        platform: {"os": "linux", "architecture": "arm64"}, which of several to show; sent as JSON. Default:
            the engine's choice.

    Answers a list of ImageHistoryResponseItem; Id is <missing> for steps made elsewhere, Size is in bytes.
    Raises NotFoundError where there is no such image, or not for the platform.
    API: GET /images/{name}/history (ImageHistory), since 1.25; platform since 1.48.
    """
    query: Query = {"platform": platform}
    path, returns = "/images/{name}/history", "list[ImageHistoryResponseItem]"
    return Call("ImageHistory", "GET", path, {"name": name}, query=query, returns=returns)


def image_attestations(
    name: str,
    *,
    platform: Platform | Sequence[Platform] | None = None,
    type: Sequence[str] | None = None,
    statement: bool | None = None,
) -> Call[list[AttestationStatement]]:
    """List the attestations of an image: how it was built, what is in it.

    Parameters:
        name: its name with or without tag or digest, its id, or a unique beginning of it.
        platform: {"os": "linux", "architecture": "arm64"}, or a list of such; sent as JSON. Default: the
            engine's choice.
        type: only these predicate types, such as ["https://slsa.dev/provenance/v1"]. Default: all.
        statement: also give the in-toto statements themselves. Default: only their descriptors.

    Answers a list of AttestationStatement, empty where there are none.
    Raises NotFoundError where there is no such image, BadRequestError for a malformed platform,
    NotSupportedError where the engine's image store has no attestations.
    API: GET /images/{name}/attestations (ImageAttestations), since 1.55.
    """
    query: Query = {"platform": platform, "type": type, "statement": statement}
    path, returns = "/images/{name}/attestations", "list[AttestationStatement]"
    return Call("ImageAttestations", "GET", path, {"name": name}, query=query, returns=returns)


def image_tag(name: str, *, repo: str | None = None, tag: str | None = None) -> Call[None]:
    """Give an image one more name.

    Parameters:
        name: its name with or without tag or digest, its id, or a unique beginning of it.
        repo: the new name without a tag; the engine refuses its absence.
        tag: the new tag. Default: latest.

    Answers None.
    Raises NotFoundError where there is no such image, BadRequestError for a malformed name, ConflictError
    where the name cannot be taken.
    API: POST /images/{name}/tag (ImageTag), since 1.25.
    """
    query: Query = {"repo": repo, "tag": tag}
    return Call("ImageTag", "POST", "/images/{name}/tag", {"name": name}, query=query, codec=Codec.EMPTY)


def image_push(
    name: str,
    *,
    tag: str | None = None,
    platform: Platform | None = None,
    X_Registry_Auth: Auth | None = None,
) -> StreamCall[ProgressMessage]:
    """Push an image to the registry that its name begins with.

    Parameters:
        name: its name without a tag, such as registry.example:5000/team/web.
        tag: the tag to push. Default: all tags.
        platform: {"os": "linux", "architecture": "arm64"}, which of several to push; sent as JSON. Default:
            all.
        X_Registry_Auth: credentials, {"username": ..., "password": ...}; sent as base64 of JSON. Default: {},
            since the engine insists on the header.

    Streams ProgressMessage; the push is over when the stream is.
    Raises NotFoundError or StreamError where there is no such image, StreamError where the registry refuses
    or the push fails, CutStreamError where the stream breaks.
    API: POST /images/{name}/push (ImagePush), since 1.25; platform since 1.46.
    """
    return StreamCall(
        "ImagePush",
        "POST",
        "/images/{name}/push",
        {"name": name},
        query={"tag": tag, "platform": platform},
        headers=json_header("X-Registry-Auth", X_Registry_Auth or {}),
        codec=Codec.JSON_STREAM,
        returns="ProgressMessage",
    )


def image_delete(
    name: str,
    *,
    force: bool | None = None,
    noprune: bool | None = None,
    platforms: Sequence[Platform] | None = None,
) -> Call[list[ImageDeleteResponseItem]]:
    """Remove a name of an image, and with its last name the image and the parents that nothing else needs.

    Parameters:
        name: its name with or without tag or digest, its id, or a unique beginning of it.
        force: also where a stopped container uses it, or an id has several names. Default: refuse.
        noprune: keep the parents that have no name. Default: remove them.
        platforms: [{"os": "linux", "architecture": "arm64"}], only these of several; sent as JSON. Default:
            all.

    Answers a list of ImageDeleteResponseItem, each with Untagged or Deleted.
    Raises NotFoundError where there is no such image, ConflictError where a container or an image needs it.
    API: DELETE /images/{name} (ImageDelete), since 1.25; platforms since 1.50.
    """
    query: Query = {"force": force, "noprune": noprune, "platforms": platforms}
    returns = "list[ImageDeleteResponseItem]"
    return Call("ImageDelete", "DELETE", "/images/{name}", {"name": name}, query=query, returns=returns)


def image_prune(*, filters: Filters | None = None) -> Call[ImagePruneResponse]:
    """Remove the images that no container uses.

    Parameters:
        filters: {"dangling": ["false"], "label": ["a=b"], "until": ["24h"]}; dangling false takes named
            images too. Default: only images without a name.

    Answers ImagePruneResponse: ImagesDeleted, and SpaceReclaimed in bytes.
    Raises BadRequestError for an unknown filter, ConflictError while another prune is going on.
    API: POST /images/prune (ImagePrune), since 1.25.
    """
    query: Query = {"filters": filters}
    return Call("ImagePrune", "POST", "/images/prune", query=query, returns="ImagePruneResponse")


def image_search(
    *,
    term: str,
    limit: int | None = None,
    filters: Filters | None = None,
    X_Registry_Auth: Auth | None = None,
) -> Call[list[ImageSearchItem]]:
    """Search Docker Hub, or the registry that the term begins with.

    Parameters:
        term: what to look for.
        limit: at most this many, 1 to 100. Default: 25.
        filters: {"is-official": ["true"], "stars": ["3"]}; keys all hold.
        X_Registry_Auth: credentials, {"username": ..., "password": ...}; sent as base64 of JSON. Default:
            none.

    Answers a list of ImageSearchItem, the most fitting first, empty where nothing matches.
    Raises BadRequestError for an unknown filter or limit, ServerError where the registry cannot be asked.
    API: GET /images/search (ImageSearch), since 1.25.
    """
    query: Query = {"term": term, "limit": limit, "filters": filters}
    headers = json_header("X-Registry-Auth", X_Registry_Auth)
    path, returns = "/images/search", "list[ImageSearchItem]"
    return Call("ImageSearch", "GET", path, query=query, headers=headers, returns=returns)


def image_get(name: str, *, platform: Platform | Sequence[Platform] | None = None) -> StreamCall[bytes]:
    """Save an image, or all tags of a name, as a tar archive that image_load takes.

    Parameters:
        name: its name with a tag, or without for all its tags, or its id (which saves no name).
        platform: {"os": "linux", "architecture": "arm64"}, which of several to save, or (since 1.52) a list
            of such; sent as JSON. Default: all.

    Streams bytes, the chunks of the archive.
    Raises NotFoundError where there is no such image, CutStreamError where the stream breaks.
    API: GET /images/{name}/get (ImageGet), since 1.25; platform since 1.48.
    """
    query: Query = {"platform": platform}
    return StreamCall("ImageGet", "GET", "/images/{name}/get", {"name": name}, query=query, codec=Codec.RAW)


def image_get_all(
    *, names: Sequence[str] | None = None, platform: Platform | Sequence[Platform] | None = None
) -> StreamCall[bytes]:
    """Save several images in one tar archive that image_load takes.

    Parameters:
        names: their names, each with a tag, or without for all its tags, or ids (which save no names).
        platform: {"os": "linux", "architecture": "arm64"}, which of several to save, or (since 1.52) a list
            of such; sent as JSON. Default: all.

    Streams bytes, the chunks of the archive.
    Raises NotFoundError where one does not exist, CutStreamError where the stream breaks.
    API: GET /images/get (ImageGetAll), since 1.25; platform since 1.48.
    """
    query: Query = {"names": names, "platform": platform}
    return StreamCall("ImageGetAll", "GET", "/images/get", query=query, codec=Codec.RAW)


def image_load(
    body: RawBody, *, quiet: bool | None = None, platform: Platform | Sequence[Platform] | None = None
) -> StreamCall[ProgressMessage]:
    """Load the images of a tar archive that image_get or docker save made.

    Parameters:
        body: the archive, plain or compressed: bytes, a file, or an iterator (flat memory).
        quiet: no progress, only which images were loaded. Default: progress.
        platform: {"os": "linux", "architecture": "arm64"}, which of several to load, or (since 1.52) a list
            of such; sent as JSON. Default: all.

    Streams ProgressMessage; the names that were loaded are in its stream texts.
    Raises StreamError for what is no archive of images or where loading fails, CutStreamError where the
    stream breaks.
    API: POST /images/load (ImageLoad), since 1.25; platform since 1.48.
    """
    query: Query = {"quiet": quiet, "platform": platform}
    returns, codec = "ProgressMessage", Codec.JSON_STREAM
    path = "/images/load"
    return StreamCall("ImageLoad", "POST", path, query=query, headers=_TAR, body=body, codec=codec, returns=returns)


def image_commit(
    body: ContainerConfig | Mapping[str, Any] | None = None,
    *,
    container: str,
    repo: str | None = None,
    tag: str | None = None,
    comment: str | None = None,
    author: str | None = None,
    pause: bool | None = None,
    changes: Sequence[str] | None = None,
) -> Call[IDResponse]:
    """Make an image of what a container's file system is now; volumes are not in it.

    Parameters:
        body: settings of the image that differ from the container's: {"Cmd": ["sh"], "Env": [...]}. Default:
            none.
        container: its id, a unique beginning of it, or its name.
        repo: the name of the image, without a tag. Default: no name.
        tag: its tag. Default: latest.
        comment: what the image's history says of it. Default: nothing.
        author: who made it, such as Ada <ada@example.org>. Default: nobody.
        pause: freeze the container meanwhile. Default: yes.
        changes: Dockerfile instructions for the image, such as ["CMD /bin/sh", "ENV A=1"].

    Answers IDResponse: Id of the image.
    Raises NotFoundError where there is no such container, BadRequestError for a malformed name or
    instruction.
    API: POST /commit (ImageCommit), since 1.25.
    """
    query: Query = {
        "container": container,
        "repo": repo,
        "tag": tag,
        "comment": comment,
        "author": author,
        "pause": pause,
        "changes": changes,
    }
    return Call("ImageCommit", "POST", "/commit", query=query, body=body, returns="IDResponse")


def image_build(
    body: RawBody | None = None,
    *,
    dockerfile: str | None = None,
    t: str | Sequence[str] | None = None,
    extrahosts: str | Sequence[str] | None = None,
    remote: str | None = None,
    q: bool | None = None,
    nocache: bool | None = None,
    cachefrom: Sequence[str] | None = None,
    pull: str | bool | None = None,
    rm: bool | None = None,
    forcerm: bool | None = None,
    memory: int | None = None,
    memswap: int | None = None,
    cpushares: int | None = None,
    cpusetcpus: str | None = None,
    cpusetmems: str | None = None,
    cpuperiod: int | None = None,
    cpuquota: int | None = None,
    buildargs: Mapping[str, str | None] | None = None,
    shmsize: int | None = None,
    squash: bool | None = None,
    labels: Mapping[str, str] | None = None,
    networkmode: str | None = None,
    platform: str | None = None,
    target: str | None = None,
    outputs: str | Sequence[Mapping[str, Any]] | None = None,
    version: str | None = None,
    cgroupparent: str | None = None,
    isolation: str | None = None,
    securityopt: Sequence[str] | None = None,
    ulimits: Sequence[Mapping[str, Any]] | None = None,
    X_Registry_Config: Mapping[str, Auth] | None = None,
) -> StreamCall[ProgressMessage]:
    """Build an image from a Dockerfile with the engine's classic builder.

    Parameters:
        body: the context as a tar archive, plain or compressed: bytes, a file, or an iterator (flat memory).
            Default: none, which needs remote.
        dockerfile: path of the Dockerfile in the context. Default: Dockerfile.
        t: the name of the image, name:tag, or a list of names. Default: no name.
        extrahosts: lines for /etc/hosts during the build, such as ["db:10.0.0.2"].
        remote: a git repository or URL that the engine reads instead of the body. Default: the body.
        q: only the image's id. Default: all output.
        nocache: do not use earlier layers. Default: use them.
        cachefrom: images whose layers may be used; sent as JSON.
        pull: ask the registry for newer base images. Default: only where they are missing.
        rm: remove the containers of the steps after success. Default: yes.
        forcerm: remove them after failure too. Default: not.
        memory: bytes that a step may use. Default: no limit.
        memswap: bytes of memory and swap together, -1 for no limit of swap. Default: twice memory.
        cpushares: weight among containers, 1024 is the usual. Default: the engine's.
        cpusetcpus: processors to use, such as 0-2,4. Default: all.
        cpusetmems: memory nodes to use, such as 0. Default: all.
        cpuperiod: microseconds of a scheduler's period. Default: 100000.
        cpuquota: microseconds of processor time in a period. Default: no limit.
        buildargs: {"VERSION": "1.2", "UNSET": None}, values for ARG; sent as JSON.
        shmsize: bytes of /dev/shm. Default: 67108864.
        squash: merge the new layers into one (an experimental engine only). Default: not.
        labels: {"key": "value"} for the image; sent as JSON.
        networkmode: bridge, host, none, container:<id> or a network's name. Default: bridge.
        platform: os[/arch[/variant]] of the base images. Default: the engine's own.
        target: the stage to stop at. Default: the last.
        outputs: where BuildKit puts the result, a list of {"Type": ..., "Attrs": {...}}; sent as JSON.
        version: 1 for the classic builder, 2 for BuildKit (which needs a session besides). Default: 1.
        cgroupparent: control group under which the steps run. Default: the engine's.
        isolation: of Windows containers: default, process or hyperv.
        securityopt: security options, such as ["seccomp=unconfined"].
        ulimits: [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]; sent as JSON.
        X_Registry_Config: {"registry.example": {"username": ..., "password": ...}} for base images; sent as
            base64 of JSON. Default: none.

    Streams ProgressMessage; the image's id is in its aux.
    Raises BadRequestError for a parameter or Dockerfile the engine refuses, StreamError where a step fails,
    CutStreamError where the stream breaks.
    API: POST /build (ImageBuild), since 1.25; platform since 1.32; outputs since 1.40.
    """
    query: Query = {
        "dockerfile": dockerfile,
        "t": t,
        "extrahosts": extrahosts,
        "remote": remote,
        "q": q,
        "nocache": nocache,
        "cachefrom": json_text(cachefrom),
        "pull": pull,
        "rm": rm,
        "forcerm": forcerm,
        "memory": memory,
        "memswap": memswap,
        "cpushares": cpushares,
        "cpusetcpus": cpusetcpus,
        "cpusetmems": cpusetmems,
        "cpuperiod": cpuperiod,
        "cpuquota": cpuquota,
        "buildargs": buildargs,
        "shmsize": shmsize,
        "squash": squash,
        "labels": labels,
        "networkmode": networkmode,
        "platform": platform,
        "target": target,
        "outputs": outputs if isinstance(outputs, str) else json_text(outputs),
        "version": version,
        "cgroupparent": cgroupparent,
        "isolation": isolation,
        "securityopt": securityopt,
        "ulimits": json_text(ulimits),
    }
    return StreamCall(
        "ImageBuild",
        "POST",
        "/build",
        query=query,
        headers={**_TAR, **json_header("X-Registry-Config", X_Registry_Config)},
        body=body,
        codec=Codec.JSON_STREAM,
        returns="ProgressMessage",
    )


def build_prune(
    *,
    all: bool | None = None,
    filters: Filters | None = None,
    keep_storage: int | None = None,
    reserved_space: int | None = None,
    max_used_space: int | None = None,
    min_free_space: int | None = None,
) -> Call[BuildPruneResponse]:
    """Remove what BuildKit has cached and does not use.

    Parameters:
        all: also what is internal or shared. Default: only what is not.
        filters: {"until": ["24h"], "id": [...], "type": [...], "inuse": ["false"]}; keys all hold.
        keep_storage: bytes of cache to keep. Default: none.
        reserved_space: bytes of cache to keep. Default: none.
        max_used_space: bytes the cache may have at most. Default: no limit.
        min_free_space: bytes that shall be free on the disk. Default: no aim.

    Answers BuildPruneResponse: CachesDeleted, and SpaceReclaimed in bytes.
    Raises BadRequestError for an unknown filter.
    API: POST /build/prune (BuildPrune), since 1.31; keep-storage until 1.51; reserved-space, max-used-space,
    min-free-space since 1.48.
    """
    query: Query = {
        "all": all,
        "filters": filters,
        "keep-storage": keep_storage,
        "reserved-space": reserved_space,
        "max-used-space": max_used_space,
        "min-free-space": min_free_space,
    }
    return Call("BuildPrune", "POST", "/build/prune", query=query, returns="BuildPruneResponse")
