"""Images in bytes, registries that tell lies about them, and both registry clients behind one face."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import anyio
import httpx
import respx

from rawdocker.call import Call, StreamCall
from rawdocker.registry.client import AsyncRegistryClient, RegistryClient
from rawdocker.registry.copy import copy, copy_async
from rawdocker.registry.manifest import DOCKER_IMAGE, DOCKER_INDEX, OCI_IMAGE, OCI_INDEX
from rawdocker.registry.reference import Reference, parse

_OF_DOCKER = {
    "config": "application/vnd.docker.container.image.v1+json",
    "layer": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
_OF_OCI = {
    "config": "application/vnd.oci.image.config.v1+json",
    "layer": "application/vnd.oci.image.layer.v1.tar+gzip",
}


def digest(data: bytes) -> str:
    """Return the digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Content(NamedTuple):
    """A manifest or index in bytes, its type, and the blobs and manifests that it stands on."""

    body: bytes
    media_type: str
    blobs: tuple[bytes, ...] = ()
    manifests: tuple[Content, ...] = ()

    @property
    def digest(self) -> str:
        return digest(self.body)


def image(platform: str = "linux/amd64", text: str = "hello", *, oci: bool = True) -> Content:
    """Return an image with one layer, a tar of a file with a text."""
    system, architecture, *variant = platform.split("/")
    kinds = _OF_OCI if oci else _OF_DOCKER
    tar = _tar(text.encode())
    layer = _gzipped(tar)
    settings = {"os": system, "architecture": architecture, "config": {"Cmd": ["sh"]}}
    settings |= {"variant": variant[0]} if variant else {}
    settings["rootfs"] = {"type": "layers", "diff_ids": [digest(tar)]}
    config = json.dumps(settings).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_IMAGE if oci else DOCKER_IMAGE,
        "config": described(config, kinds["config"]),
        "layers": [described(layer, kinds["layer"])],
    }
    return Content(json.dumps(document, indent=3).encode(), document["mediaType"], (config, layer))


def _gzipped(data: bytes) -> bytes:
    """Return less than 64 KiB as gzip, the same bytes with every version of Python and zlib: nothing is compressed."""
    head, size = b"\x1f\x8b\x08" + bytes(6) + b"\xff", len(data)
    stored = b"\1" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data
    return head + stored + zlib.crc32(data).to_bytes(4, "little") + size.to_bytes(4, "little")


def index(*platforms: str, oci: bool = True, attested: bool = False) -> Content:
    """Return an index of an image for each platform, with an attestation behind them where that is wanted."""
    images = [image(platform, platform, oci=oci) for platform in platforms]
    entries = [
        described(each.body, each.media_type) | {"platform": _platform(name)}
        for each, name in zip(images, platforms, strict=True)
    ]
    if attested:
        statement = image("unknown/unknown", "attestation", oci=oci)
        notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": images[0].digest}
        entries.append(
            described(statement.body, statement.media_type)
            | {"platform": _platform("unknown/unknown"), "annotations": notes}
        )
        images.append(statement)
    return indexed(entries, images, oci=oci)


def indexed(entries: list[Any], manifests: Iterable[Content] = (), *, oci: bool = True) -> Content:
    """Return an index of entries."""
    kind = OCI_INDEX if oci else DOCKER_INDEX
    document = {"schemaVersion": 2, "mediaType": kind, "manifests": entries}
    return Content(json.dumps(document, indent=3).encode(), kind, (), tuple(manifests))


def described(data: bytes, media_type: str) -> dict[str, Any]:
    """Return the descriptor of bytes."""
    return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


def _platform(text: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))


def _tar(data: bytes) -> bytes:
    import io
    import tarfile

    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("text")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


class Asked(NamedTuple):
    """A request that a server got."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


Behaviour = Callable[[Asked], Iterable[bytes]]


class Liar:
    """A server on loopback that answers each request as a behaviour says, piece by piece, and then hangs up."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Liar:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def targets(self) -> list[str]:
        return [f"{each.method} {each.target}" for each in self.asked]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, client.makefile("rb") as file:
            asked = _request(file)
            if asked is None:
                return
            self.asked.append(asked)
            for piece in self.behaviour(asked):
                client.sendall(piece)
                self.sent += len(piece)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(5)
            while client.recv(65536):  # else what is unread would become a reset
                pass


def _request(file: Any) -> Asked | None:
    first = file.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while line := file.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(first[0], first[1], headers, file.read(int(headers.get("content-length", 0))))


def http(body: bytes = b"", status: str = "200 OK", *, length: int | None = None, **headers: str) -> bytes:
    """Return an answer; `length` is what it says of its body's length, headers_with_underlines its headers."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head(status: str = "200 OK", **headers: str) -> bytes:
    """Return the head of a chunked answer."""
    lines = [f"HTTP/1.1 {status}", "Transfer-Encoding: chunked", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Return a chunk of a chunked answer."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def serving(*contents: Content, tags: dict[str, Content] | None = None) -> Behaviour:
    """Return the behaviour of an honest registry that has these contents, for whatever repository."""
    manifests = {each.digest: each for each in contents}
    blobs: dict[str, bytes] = {}
    waiting = [*contents, *(tags or {}).values()]
    while waiting:
        each = waiting.pop()
        manifests[each.digest] = each
        blobs |= {digest(blob): blob for blob in each.blobs}
        waiting += each.manifests

    def behaviour(asked: Asked) -> Iterator[bytes]:
        name = asked.target.rpartition("/")[2]
        found = (tags or {}).get(name) or manifests.get(name)
        if "/manifests/" in asked.target and found:
            yield http(found.body, Content_Type=found.media_type)
        elif "/blobs/" in asked.target and name in blobs:
            yield http(blobs[name])
        else:
            yield refused(404, "NOT_FOUND")

    return behaviour


def mock_registry(router: respx.MockRouter, url: str, tags: dict[str, Content], *contents: Content) -> None:
    """Let a mock serve contents of a repository, whose URL this is, by their tags and digests."""
    for name, each in [*tags.items(), *((each.digest, each) for each in (*tags.values(), *contents))]:
        answer = httpx.Response(200, content=each.body, headers={"Content-Type": each.media_type})
        router.get(f"{url}/manifests/{name}").mock(return_value=answer)
        for blob in each.blobs:
            router.get(f"{url}/blobs/{digest(blob)}").mock(return_value=httpx.Response(200, content=blob))
        if each.manifests and name == each.digest:
            mock_registry(router, url, {}, *each.manifests)


def refused(status: int, code: str = "UNAUTHORIZED", **headers: str) -> bytes:
    """Return a registry's refusal."""
    body = json.dumps({"errors": [{"code": code, "message": code.lower()}]}).encode()
    return http(body, f"{status} Refused", Content_Type="application/json", **headers)


class RegistryDriver:
    """Executes calls with RegistryClient or AsyncRegistryClient, so that one test holds for both."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def send(self, registry: str, *calls: Call[Any], **options: Any) -> Any:
        """Send calls with one client; return the answer of the last."""
        return self._do(registry, options, [("send", call, {}) for call in calls])

    def stream(self, registry: str, call: StreamCall[Any], longest: int | None = None, **options: Any) -> list[Any]:
        """Stream a call to its end; return its items."""
        found: list[Any] = self._do(registry, options, [("stream", call, {"longest": longest})])
        return found

    def follow(self, registry: str, flow: Any, **options: Any) -> Any:
        """Follow a flow."""
        return self._do(registry, options, [("follow", flow, {})])

    def copy(self, source: str, target: str, name: str, new_name: str, **options: Any) -> Any:
        """Copy an image between two registries (or within one), with a client for each."""
        names = parse(name), parse(new_name)
        settings = {key: options.pop(key) for key in ("platform", "told") if key in options}
        if self.kind == "sync":
            with RegistryClient(source, **options) as one, RegistryClient(target, **options) as other:
                return copy(one, other, *names, **settings)
        return anyio.run(self._copy_async, source, target, names, options, settings)

    async def _copy_async(
        self, source: str, target: str, names: tuple[Reference, Reference], options: Any, settings: Any
    ) -> Any:
        async with AsyncRegistryClient(source, **options) as one, AsyncRegistryClient(target, **options) as other:
            return await copy_async(one, other, *names, **settings)

    def _do(self, registry: str, options: dict[str, Any], steps: list[Any]) -> Any:
        if self.kind == "async":
            return anyio.run(self._do_async, registry, options, steps)
        with RegistryClient(registry, **options) as client:
            for name, what, extra in steps:
                if name == "stream":
                    with client.stream(what, **extra) as items:
                        answer: Any = list(items)
                else:
                    answer = getattr(client, name)(what)
            return answer

    async def _do_async(self, registry: str, options: dict[str, Any], steps: list[Any]) -> Any:
        async with AsyncRegistryClient(registry, **options) as client:
            for name, what, extra in steps:
                if name == "stream":
                    async with client.stream(what, **extra) as items:
                        answer: Any = [item async for item in items]
                else:
                    answer = await getattr(client, name)(what)
            return answer
