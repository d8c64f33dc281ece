"""The flags that docker does not have, which every verb takes: they show the API behind it."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag
from rawdocker_cli.flags.kinds import COUNT

OURS = (Flag("trace", COUNT, "Show each API call on stderr: method, path, status and time", short="T"),)
