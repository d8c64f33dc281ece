"""docker's commands that rawdocker does not have (yet), and the API call behind each: what is missing says so."""

from __future__ import annotations

from rawdocker_cli.shell import PROGRAM

_CALLS = {
    "build": "POST /build",
    "builder": "POST /build and POST /build/prune",
    "buildx": "the BuildKit protocol over POST /session and POST /grpc",
    "bake": "the BuildKit protocol over POST /session and POST /grpc",
    "checkpoint": "/containers/{name}/checkpoints (experimental)",
    "compose": "no call of its own: a plugin of docker's command line",
    "config": "/configs",
    "context": "no call: it edits docker's configuration directory",
    "image build": "POST /build",
    "manifest annotate": "no call: it edits a list of manifests on this machine",
    "manifest create": "the registry's API: GET /v2/{name}/manifests/{reference}",
    "manifest push": "the registry's API: PUT /v2/{name}/manifests/{reference}",
    "manifest rm": "no call: it removes a list of manifests from this machine",
    "node": "/nodes",
    "plugin": "/plugins",
    "secret": "/secrets",
    "service": "/services",
    "stack": "/services, /networks, /secrets and /configs",
    "swarm": "/swarm",
    "system df": "GET /system/df",
    "system dial-stdio": "no call: it forwards the socket",
    "system prune": "POST /containers/prune, /networks/prune, /images/prune, /volumes/prune and /build/prune",
    "trust": "no call of the engine: it speaks to a notary",
    "volume update": "PUT /volumes/{name}",
}


def why_missing(words: list[str]) -> str:
    """Return what to say of a command line of docker's that we lack; empty for what docker has not either."""
    for name in (" ".join(words[:2]), words[0]):
        if name in _CALLS:
            return f"{PROGRAM}: '{PROGRAM} {name}' is not supported yet. The API behind it: {_CALLS[name]}"
    return ""
