"""manifest inspect: what a registry has under a name, asked without an engine, as docker lays it out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rawdocker.codec import decode_json
from rawdocker.errors import RegistryError
from rawdocker.registry.calls import blob_read, manifest_get
from rawdocker.registry.manifest import DOCKER_INDEX, OCI_IMAGE, OCI_INDEX
from rawdocker.registry.reference import Reference, parse
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.registries import Registries
from rawdocker_cli.shell import Shell
from rawdocker_cli.template.gojson import encode, indent_json

if TYPE_CHECKING:
    from rawdocker.registry.flows import Flow
    from rawdocker.registry.manifest import Manifest

PLATFORM = ("architecture", "os", "os.version", "os.features", "variant")
"""The parts of a platform, in the order in which docker writes them."""


def inspect(shell: Shell, options: Options, words: list[str]) -> None:
    """Print the manifest, or the list of manifests, that a name stands for; with --verbose each with its platform."""
    *lists, image = [parse(word).with_default_tag() for word in words]
    if lists:
        # Lists that are made on this machine are docker's own; there are none here.
        shell.fail(f"No such manifest: {image}")
    with Registries(shell, options) as registries:
        try:
            shell.print(registries.of(image).follow(_verbose(image) if options.verbose else _plain(image)))
        except RegistryError as error:
            if error.status != 404:
                raise
            shell.fail(f"no such manifest: {image}")


def _plain(image: Reference) -> Flow[str]:
    """Return the text of a manifest laid out anew, or of a list with what matters of its entries."""
    top = yield manifest_get(image.path, image.tag_or_digest)
    if not top.is_index:
        return indent_json(top.body, "\t")
    entries = [
        {"mediaType": entry.media_type, "size": entry.size, "digest": entry.digest, "platform": _parts(entry.platform)}
        for entry in top.entries
    ]
    kind = OCI_INDEX if entries and entries[0]["mediaType"] == OCI_IMAGE else DOCKER_INDEX
    return indent_json(encode({"schemaVersion": 2, "mediaType": kind, "manifests": entries}), "   ")


def _verbose(image: Reference) -> Flow[str]:
    """Return what there is to know of a manifest, or of each in a list; a single one's platform is its config's."""
    top = yield manifest_get(image.path, image.tag_or_digest)
    if not top.is_index:
        config = decode_json((yield blob_read(image.path, top.config.digest)))
        return indent_json(_described(image, top, config if isinstance(config, dict) else {}), "\t")
    described = []
    for entry in top.entries:
        manifest = yield manifest_get(image.path, entry.digest)
        described.append(_described(image._replace(digest=entry.digest), manifest, entry.platform))
    return indent_json(f"[{','.join(described)}]", "\t")


def _described(image: Reference, manifest: Manifest, platform: Mapping[str, Any]) -> str:
    """Return the JSON of a manifest with its name and platform; its own text stands in it as it came."""
    descriptor = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.body),
        "platform": _parts(platform),
    }
    head = encode({"Ref": str(image), "Descriptor": descriptor, "Raw": b64encode(manifest.body).decode()})
    kind = "OCIManifest" if manifest.media_type == OCI_IMAGE else "SchemaV2Manifest"
    return f'{head[:-1]},"{kind}":{manifest.body.decode("utf-8", "surrogateescape")}}}'


def _parts(platform: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: platform[name] for name in PLATFORM if platform.get(name)}
    return {"architecture": "", "os": "", **found}
