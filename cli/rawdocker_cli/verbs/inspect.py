"""inspect: the engine's own JSON of an object, laid out, or what a template makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rawdocker.call import Call, Codec
from rawdocker.codec import decode_json
from rawdocker.errors import NotFoundError, RawdockerError
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.format import Inspector, TemplateError
from rawdocker_cli.shell import Failure, Shell, of_kind, spoken
from rawdocker_cli.verbs.each import trimmed

BAD_TEMPLATE = 64

Find = Callable[[str], tuple[str, str]]
"""Takes a name; returns the object's Go type, which templates see, and its JSON."""


class Kind(NamedTuple):
    """A kind of object: the operation that shows one, and the Go type docker reads it into."""

    operation: str
    path: str
    go_type: str
    query: tuple[tuple[str, str], ...] = ()
    of_swarm: bool = False


KINDS = {
    "container": Kind("ContainerInspect", "/containers/{id}/json", "container.InspectResponse"),
    "image": Kind("ImageInspect", "/images/{id}/json", "image.InspectResponse"),
    "network": Kind("NetworkInspect", "/networks/{id}", "network.Inspect"),
    "volume": Kind("VolumeInspect", "/volumes/{id}", "volume.Volume"),
    "service": Kind("ServiceInspect", "/services/{id}", "swarm.Service", (("insertDefaults", "true"),), True),
    "task": Kind("TaskInspect", "/tasks/{id}", "swarm.Task", of_swarm=True),
    "node": Kind("NodeInspect", "/nodes/{id}", "swarm.Node", of_swarm=True),
    "plugin": Kind("PluginInspect", "/plugins/{id}/json", "types.Plugin"),
    "secret": Kind("SecretInspect", "/secrets/{id}", "swarm.Secret", of_swarm=True),
    "config": Kind("ConfigInspect", "/configs/{id}", "swarm.Config", of_swarm=True),
}
"""In the order in which a name is looked for."""


def inspect(shell: Shell, options: Options, words: list[str]) -> None:
    """Show objects of any kind, or of the kind that --type says."""
    kinds = '", "'.join(sorted(KINDS))
    if options.typed("type") and not options.type:
        shell.fail(f'type is empty: must be one of "{kinds}"')
    if not options.type:
        return _show(shell, options, words, lambda name: _found(shell, name, options.size))
    if options.type not in KINDS:
        from rawdocker_cli.units import quote

        shell.fail(f'unknown type: {quote(options.type)}: must be one of "{kinds}"')
    return _show(shell, options, words, lambda name: _sized(shell, options.type, name, options.size))


def inspect_container(shell: Shell, options: Options, words: list[str]) -> None:
    """Show containers."""
    _show(shell, options, words, lambda name: _ask(shell, "container", name, size=options.size or None))


def inspect_image(shell: Shell, options: Options, words: list[str]) -> None:
    """Show images."""
    platform = None
    if options.platform:
        from rawdocker.registry.platform import parse

        platform = parse(options.platform)
    _show(shell, options, words, lambda name: _ask(shell, "image", name, platform=platform))


def inspect_network(shell: Shell, options: Options, words: list[str]) -> None:
    """Show networks."""
    _show(shell, options, words, lambda name: _ask(shell, "network", name, verbose="true" if options.verbose else None))


def inspect_volume(shell: Shell, options: Options, words: list[str]) -> None:
    """Show volumes."""
    _show(shell, options, words, lambda name: _ask(shell, "volume", name), typed_only=True)


def _show(shell: Shell, options: Options, names: list[str], find: Find, *, typed_only: bool = False) -> None:
    """Print what is found of some names, then tell which failed."""
    try:
        inspector = Inspector(options.format)
    except TemplateError as error:
        shell.fail(str(error), BAD_TEMPLATE)
    errors = []
    for name in names:
        try:
            go_type, text = find(name)
            inspector.add(go_type, text.encode(), typed_only)
        except (RawdockerError, Failure, TemplateError) as error:
            errors.append(spoken(error))
    shell.write(inspector.text())
    if errors:
        shell.fail("\n".join(errors))


def _ask(shell: Shell, kind: str, name: str, **query: Any) -> tuple[str, str]:
    """Return an object of a kind: its Go type, and the very text of the engine's answer."""
    if kind == "image" and not name:
        raise Failure("Error: No such image: ")
    operation, path, go_type, given, _ = KINDS[kind]
    wanted = name if kind == "image" else trimmed(kind, name)
    call: Call[str] = Call(operation, "GET", path, {"id": wanted}, query={**dict(given), **query}, codec=Codec.TEXT)
    text = shell.send(call)
    of_kind(call.replace(returns=go_type), decode_json(text.encode(), call))
    return go_type, text


def _sized(shell: Shell, kind: str, name: str, size: bool) -> tuple[str, str]:
    found = _ask(shell, kind, name, **({"size": True} if size and kind == "container" else {}))
    if size and kind != "container":
        shell.warn(f"WARNING: --size ignored for {kind}")
    return found


def _found(shell: Shell, name: str, size: bool) -> tuple[str, str]:
    """Look for a name among all kinds of objects; swarm's kinds only where the engine manages one."""
    manages: bool | None = None
    for kind, (*_, of_swarm) in KINDS.items():
        if of_swarm:
            manages = _manages_swarm(shell) if manages is None else manages
            if not manages:
                continue
        try:
            return _sized(shell, kind, name, size)
        except RawdockerError as error:
            if not _means_absent(error):
                raise
    raise Failure(f"Error: No such object: {name}")


def _manages_swarm(shell: Shell) -> bool:
    from rawdocker.calls.system import system_info

    try:
        return bool((shell.send(system_info()).get("Swarm") or {}).get("ControlAvailable"))
    except RawdockerError as error:
        shell.warn(spoken(error))
        return False


def _means_absent(error: RawdockerError) -> bool:
    text = str(error)
    return isinstance(error, NotFoundError) or "not supported" in text or "invalid reference format" in text
