"""A script that lists containers with httpx, as one would write it without rawdocker."""

from __future__ import annotations

import os

import httpx

SOCKET = os.environ["DOCKER_HOST"].removeprefix("unix://")

if __name__ == "__main__":
    transport = httpx.HTTPTransport(uds=SOCKET, verify=False)
    with httpx.Client(transport=transport, trust_env=False) as client:
        client.head("http://localhost/_ping")
        for box in client.get("http://localhost/v1.41/containers/json").json():
            print(box["Id"][:12])
