"""Registries of a test's own: docker-registry on loopback, open, behind a password, or behind a token server."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import threading
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from registries import Content, digest, image

from rawdocker.registry.calls import blob_upload_finish, blob_upload_start, manifest_put
from rawdocker.registry.client import RegistryClient
from rawdocker.registry.manifest import Manifest

STUDENT = {"username": "student", "password": "secret"}
IDENTITY = "student-s-identity-token"
# bcrypt is the only hash that the registry reads
HTPASSWD = "student:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"


@contextmanager
def serving(folder: Path, auth: dict[str, Any] | None = None) -> Iterator[str]:
    """Run docker-registry; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "delete": {"enabled": True}},
        "http": {"addr": address},
    }
    settings |= {"auth": auth} if auth else {}
    (folder / "config.yml").write_text(json.dumps(settings))  # JSON is YAML
    command = ["docker-registry", "serve", str(folder / "config.yml")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(address)
            yield address
        finally:
            process.kill()


@contextmanager
def behind_password(folder: Path) -> Iterator[str]:
    """Run docker-registry that wants STUDENT; yield its address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "htpasswd").write_text(HTPASSWD)
    with serving(folder, {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}) as address:
        yield address


@contextmanager
def behind_tokens(folder: Path) -> Iterator[tuple[str, TokenServer]]:
    """Run docker-registry that wants tokens; yield its address and the server that gives them.

    Nobody may pull public/…, STUDENT may pull and push everything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TokenServer() as tokens:
        (folder / "root.pem").write_bytes(tokens.certificate)
        settings = {"realm": tokens.realm, "service": "tests", "issuer": "tests"}
        with serving(folder, {"token": settings | {"rootcertbundle": str(folder / "root.pem")}}) as address:
            yield address, tokens


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    for _ in range(200):
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"docker-registry does not answer at {address}")


class TokenServer(ThreadingHTTPServer):
    """Gives tokens that docker-registry believes, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.realm = f"http://127.0.0.1:{self.server_port}/token"
        self.asked: list[tuple[str, str, list[str]]] = []
        """Method, user (empty for nobody), scopes."""
        self.lifetime = 300
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        signed = builder.add_extension(x509.BasicConstraints(True, None), True).sign(self._key, hashes.SHA256())
        self.certificate = signed.public_bytes(serialization.Encoding.PEM)
        self._der = signed.public_bytes(serialization.Encoding.DER)

    def __enter__(self) -> TokenServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()
        self.server_close()

    def token(self, user: str, scopes: list[str]) -> str:
        """Return a signed token for what the user may do of these scopes."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "tests",
            "sub": user,
            "aud": "tests",
            "jti": str(now),
            "iat": now,
            "nbf": now - 10,
        }
        claims |= {"exp": now + self.lifetime, "access": [_granted(user, each) for each in scopes]}
        head = {"typ": "JWT", "alg": "ES256", "x5c": [b64encode(self._der).decode()]}
        text = b".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        r, s = decode_dss_signature(self._key.sign(text, ec.ECDSA(hashes.SHA256())))
        return (text + b"." + _base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))).decode()


def _granted(user: str, scope: str) -> dict[str, Any]:
    kind, name, wanted = scope.split(":")
    allowed = {"pull", "push"} if user else ({"pull"} if name.startswith("public/") else set())
    return {"type": kind, "name": name, "actions": sorted(set(wanted.split(",")) & allowed)}


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        if given and b64decode(given) != b"student:secret":
            self._answer(401, {"details": "incorrect username or password"})
        else:
            more = {"refresh_token": IDENTITY} if given and query.get("offline_token") == ["true"] else {}
            self._grant("GET", "student" if given else "", query.get("scope", []), more)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form.get("refresh_token") != [IDENTITY] or form.get("grant_type") != ["refresh_token"]:
            self._answer(401, {"details": "unknown identity"})
        else:
            self._grant("POST", "student", form.get("scope", []))

    def _grant(self, method: str, user: str, scopes: list[str], more: Mapping[str, str] = MappingProxyType({})) -> None:
        self.server.asked.append((method, user, scopes))
        key = "access_token" if method == "POST" else "token"
        self._answer(200, {key: self.server.token(user, scopes), "expires_in": self.server.lifetime, **more})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def push(registry: str, path: str, tag: str, content: Content, **options: Any) -> None:
    """Push an image, or an index and all that it stands on, with the calls of the library."""
    with RegistryClient(registry, **options) as client:
        _push(client, path, tag, content)


def _push(client: RegistryClient, path: str, reference: str, content: Content) -> None:
    for blob in content.blobs:
        location = client.send(blob_upload_start(path))
        client.send(blob_upload_finish(path, location, digest(blob), blob))
    for manifest in content.manifests:
        _push(client, path, manifest.digest, manifest)
    client.send(manifest_put(path, reference, Manifest(content.body, content.media_type, content.digest)))


def push_layer(registry: str, path: str, tag: str, layer: IO[bytes]) -> None:
    """Push an image whose one layer is a file, a tar that is not compressed."""
    layer.seek(0)
    wanted = f"sha256:{hashlib.file_digest(layer, 'sha256').hexdigest()}"
    size = layer.seek(0, os.SEEK_END)
    layer.seek(0)
    with RegistryClient(registry) as client:
        location = client.send(blob_upload_start(path))
        client.send(blob_upload_finish(path, location, wanted, layer, size=size))
    small = image(oci=False)
    config = json.loads(small.blobs[0]) | {"rootfs": {"type": "layers", "diff_ids": [wanted]}}
    settings = json.dumps(config).encode()
    document = json.loads(small.body)
    document["config"] |= {"digest": digest(settings), "size": len(settings)}
    kind = "application/vnd.docker.image.rootfs.diff.tar"
    document["layers"] = [{"mediaType": kind, "digest": wanted, "size": size}]
    push(registry, path, tag, Content(json.dumps(document).encode(), small.media_type, (settings,)))
