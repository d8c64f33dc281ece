"""Which module below flags/ has which command; only the module of the command that is used gets loaded."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Verb

_COMMANDS = {
    "run": ("run", "create", "container run", "container create"),
    "attach": (
        "attach", "exec", "start", "logs",
        "container attach", "container exec", "container start", "container logs",
    ),
    "container": (
        "stop", "restart", "kill", "rm", "pause", "unpause", "wait", "rename", "update", "top", "port", "diff",
        "container stop", "container restart", "container kill", "container rm", "container remove",
        "container pause", "container unpause", "container wait", "container rename", "container update",
        "container top", "container port", "container diff", "container prune",
    ),
    "ps": ("ps", "container ps", "container ls", "container list", "stats", "container stats"),
    "inspect": ("inspect", "container inspect", "image inspect", "network inspect", "volume inspect"),
    "copy": (
        "cp", "export", "save", "load", "import", "commit",
        "container cp", "container export", "container commit", "image save", "image load", "image import",
    ),
    "image": (
        "images", "pull", "push", "tag", "rmi", "history", "search",
        "image ls", "image list", "image pull", "image push", "image tag", "image rm", "image remove", "image rmi",
        "image history", "image prune",
    ),
    "login": ("login", "logout"),
    "manifest": ("manifest inspect",),
    "network": (
        "network create", "network ls", "network list", "network rm", "network remove",
        "network connect", "network disconnect", "network prune",
    ),
    "volume": ("volume create", "volume ls", "volume list", "volume rm", "volume remove", "volume prune"),
    "registry": (
        "registry resolve", "registry tags", "registry manifest", "registry config", "registry blob",
        "registry platforms", "registry referrers", "registry copy",
    ),
    "pin": ("pin",),
    "completion": ("completion",),
    "replay": ("replay",),
    "explain": ("explain",),
    "api": ("api",),
    "spy": ("spy",),
    "compare": ("compare",),
    "report": ("report",),
    "ns": ("ns",),
    "system": ("version", "info", "system info", "events", "system events"),
}  # fmt: skip

OURS = ("api", "compare", "explain", "ns", "pin", "replay", "report", "spy", *_COMMANDS["registry"])
"""The commands that docker does not have; help shows them under a heading of their own."""

MODULES = {command: module for module, commands in _COMMANDS.items() for command in commands}
"""Every name that a command has, and the module with its verb."""

GROUPS = {
    "container": "Manage containers",
    "image": "Manage images",
    "manifest": "Manage Docker image manifests and manifest lists",
    "network": "Manage networks",
    "volume": "Manage volumes",
    "registry": "Ask registries directly",
    "system": "Manage Docker",
}
"""The nouns that verbs stand behind."""


def find(command: str) -> Verb | None:
    """Return the verb that has this name, None where rawdocker has none."""
    module = MODULES.get(command)
    if module is None:
        return None
    from importlib import import_module

    verbs: tuple[Verb, ...] = import_module(f"rawdocker_cli.flags.{module}").VERBS
    return next(verb for verb in verbs if command == verb.name or command in verb.aliases)


def all_verbs() -> list[Verb]:
    """Return every verb once, sorted by name; this loads all tables."""
    found = {verb.name: verb for verb in map(find, MODULES) if verb is not None}
    return [found[name] for name in sorted(found)]
