"""What the engine must have for a verb and the flags that were typed; refused in docker's words before any call."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Options, Verb
from rawdocker_cli.shell import PROGRAM, Failure, Shell


def check(shell: Shell, verb: Verb, options: Options) -> None:
    """Refuse what the engine does not have; only a verb or flag that needs something asks the engine for it."""
    wanted = [(f"{PROGRAM} {verb.called}", verb.since, "")]
    wanted += [
        (f'"--{flag.name}"', flag.since, flag.needs)
        for flag in sorted(verb.flags, key=lambda flag: flag.name)
        if flag.name in options.values
    ]
    refusals = [_refusal(shell, *each) for each in wanted if any(each[1:])]
    if any(refusals):
        raise Failure("\n".join(filter(None, refusals)))


def _refusal(shell: Shell, what: str, since: str, needs: str) -> str:
    from rawdocker.version import at_least

    version = shell.docker.negotiate()
    system = shell.docker.engine.get("ostype", "")
    if since and not at_least(version, since):
        return f"{what} requires API version {since}, but the Docker daemon API version is {version}"
    if needs == "experimental" and shell.docker.engine.get("docker-experimental") == "false":
        return f"{what} is only supported on a Docker daemon with experimental features enabled"
    if needs == "windows" and system not in ("", needs):
        only = f"{what} is only supported on a Docker daemon running on {needs}"
        return f"{only}, but the Docker daemon is running on {system}"
    return ""
