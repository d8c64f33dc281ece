"""The flags that docker does not have: those which every verb takes, to show the API behind it, and --pin."""

from __future__ import annotations

import os
from typing import Any

from rawdocker_cli.flags.flag import Flag, Kind, Options
from rawdocker_cli.flags.kinds import BOOL, BYTES, COUNT, STRING

FORMS = ("curl", "python", "httpx", "requests", "http")
"""What --as makes of a request."""

OFFLINE = "offline"


def _dry_run(text: str) -> str:
    from rawdocker_cli.flags.kinds import truth

    if text == OFFLINE:
        return text
    return "online" if truth(text) else ""


def _form(text: str) -> str:
    if text not in FORMS:
        raise ValueError(f"one of {', '.join(FORMS)}")
    return text


OURS = (
    Flag("trace", COUNT, "Show each API call on stderr; -TT: heads and bodies too; -TTT: every frame", short="T"),
    Flag("trace-to", STRING, "Write that to this file instead (implies --trace)"),
    Flag("dry-run", Kind("", _dry_run, "", bare="true"), "Show the requests and send none; =offline: read nothing"),
    Flag("as", Kind("form", _form, ""), f"The form of what --dry-run or --trace shows: {', '.join(FORMS)}"),
    Flag("record", STRING, "Keep the exchange in this file, as HAR"),
    Flag("max-body", BYTES, "The most bytes of an exchange that --record keeps", default=16 << 20),
    Flag("show-secrets", BOOL, "Show secrets, on a terminal only"),
)


def merged(before: Options, behind: Options) -> Options:
    """Return our flags as they stood before and behind the verb; those that count add up, else the last one holds."""
    ours = Options(OURS)
    for flag in OURS:
        for options in (before, behind):
            if flag.name in options.values:
                value = options.values[flag.name]
                ours.values[flag.name] = value + ours.values.get(flag.name, 0) if flag.kind is COUNT else value
    return ours


def problem(ours: Options, environ: Any = os.environ) -> str:
    """Return what is wrong with the combination of our flags, empty where nothing is."""
    level = environ.get("RAWDOCKER_TRACE") or "0"
    if level not in ("0", "1", "2", "3"):
        return f"RAWDOCKER_TRACE is 1, 2 or 3, not {level!r}"
    if ours.typed("as") and not (ours.dry_run or trace_level(ours, environ)):
        return "--as says how --dry-run or --trace shows requests: it needs one of them"
    if ours.show_secrets and not (ours.dry_run or ours.record or trace_level(ours, environ)):
        return "--show-secrets says what --dry-run or --trace shows: it needs one of them"
    if ours.record and ours.dry_run:
        return "--record keeps what is sent, and --dry-run sends nothing"
    return ""


def trace_level(ours: Options, environ: Any = os.environ) -> int:
    """Return how much is traced: 0 nothing, 1 a line a call, 2 heads and bodies, 3 frames."""
    asked = int(ours.trace or environ.get("RAWDOCKER_TRACE") or 0)
    return min(asked or (1 if ours.trace_to else 0), 3)


PIN = Flag("pin", STRING, "Take only images of this lock, by the digests in it; else RAWDOCKER_LOCK")
"""Of run, create and pull."""
