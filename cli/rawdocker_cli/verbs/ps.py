"""ps and stats."""

from __future__ import annotations

from rawdocker.calls.container import container_list
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.kinds import filters
from rawdocker_cli.shell import Shell


def ps(shell: Shell, options: Options, words: list[str]) -> None:
    """List containers."""
    call = container_list(all=options.all or None, filters=filters(options.filter))
    for container in shell.send(call):
        shell.print(container["Id"][:12])
