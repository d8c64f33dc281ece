"""Registries: how images are named, and the distribution specification spoken directly, without an engine.

reference.py     docker's grammar of image names, their full and their familiar form
platform.py      os/arch/variant, as --platform takes it, and which of several suits best
credentials.py   which stored credentials belong to a registry, and how they are kept
helpers.py       docker-credential-NAME: programs that keep credentials
manifest.py      manifests and indexes: the very bytes, and what they say
calls.py         a function for each request, which sends nothing
client.py        RegistryClient and AsyncRegistryClient
flows.py         what takes several calls: the image for a platform, its config, what refers to it
copy.py          an image from one registry to another
plan.py          a client for dry runs: it asks what decides, and writes down all else
lock.py          images.lock: which digest a tag named when it was pinned
pinning.py       Dockerfiles and compose files with digests put in

files.py         files replaced as a whole

conversation.py, auth.py, answer.py, urls.py   how one call is carried out and understood, without I/O
"""
