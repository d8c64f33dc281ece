"""The observers behind --trace and --record."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from rawdocker.secrets import Redactor
from rawdocker_cli.flags.flag import Options
from rawdocker_cli.flags.ours import trace_level
from rawdocker_cli.shell import PROGRAM, Failure

BAD_FLAG = 125


def made(ours: Options) -> list[Any]:
    """Return the observers that our flags ask for; each has close()."""
    redactor = redactor_for(ours, sys.stderr)
    observers: list[Any] = []
    level = trace_level(ours)
    if level:
        from rawdocker_cli.trace import Trace

        to_file = bool(ours.trace_to)
        page = _opened(ours.trace_to) if to_file else sys.stderr
        observers.append(Trace(level, page, redactor, form=getattr(ours, "as"), owned=to_file))
    if ours.record:
        observers.append(_recorder(ours, redactor))
    return observers


def _recorder(ours: Options, redactor: Redactor) -> Any:
    from rawdocker.errors import RecordingError
    from rawdocker.har import HarRecorder
    from rawdocker_cli.origins import without_typed_secrets

    words = without_typed_secrets(sys.argv[1:])
    try:
        return HarRecorder(ours.record, max_body=ours.max_body, redactor=redactor, verb=words)
    except RecordingError as error:
        raise Failure(f"{PROGRAM}: --record: {error}", BAD_FLAG) from None


def redactor_for(ours: Options, page: TextIO) -> Redactor:
    """Return what hides secrets; they are shown only where it is asked for and nobody but a person reads."""
    if not ours.show_secrets:
        return Redactor()
    if ours.record or ours.trace_to or not page.isatty():
        only = "only where a person reads on a terminal, and never in a file or recording"
        raise Failure(f"{PROGRAM}: --show-secrets shows them {only}", BAD_FLAG)
    page.write("WARNING: --show-secrets: passwords and tokens follow\n")
    return Redactor(show=True)


def _opened(path: str) -> TextIO:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Failure(f"{PROGRAM}: --trace-to: open {path}: {why}", BAD_FLAG) from None
    return open(descriptor, "w", encoding="utf-8", errors="replace")
