"""What several verbs' flags have in common."""

from __future__ import annotations

from rawdocker_cli.flags.flag import Flag
from rawdocker_cli.flags.kinds import STRING

FORMATS = "fills the template with the answer"
SHORTENS = "prints the answer's ids and texts in full"
QUIET = "prints less of the answer"
CONFIRMS = "asks before it sends anything; with this it does not"
DETACH_KEYS = "looks for these keys in its stdin, and leaves when they come"
SENDS_STDIN = "sends its own stdin, while attached, over the hijacked connection, and closes it there at its end"
RAW_TERMINAL = "puts its own terminal into raw mode, while attached, and tells each new size of it"
INSTANT = "makes seconds since 1970 of it"
SIG_PROXY = "sends a request for each signal that it gets; in a terminal the keys are bytes of stdin"

FORMAT = Flag("format", STRING, "json, table, table TEMPLATE, or a Go template", client=FORMATS)
"""--format of the verbs that print tables."""
