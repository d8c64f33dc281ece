"""Where rawdocker is meant to differ from docker: the id of a case, and why.

Such a case fails once it no longer differs.
"""

from __future__ import annotations

INTENDED: dict[str, str] = {
    "rmi ''": "an empty name is refused before anything is sent; docker asks for /images, which is no page",
    "pull --disable-content-trust=false {img}": "docker asks a notary server; signatures are none of the Engine API's",
    "create --name {c} --disable-content-trust=false {img} true": "docker asks a notary server, as for pull",
    "run --detach-keys bogus-keys --rm {img} true": "docker loses what the engine said about the keys",
    "network create {net} (without options)": "docker sends IPAM options that are empty, and the engine keeps them",
    "network connect {net} {c} (without options)": "docker sends an IPAMConfig that is empty, and the engine keeps it",
}
