"""report: a recording as a page."""

from __future__ import annotations

import os

from rawdocker_cli.flags.flag import Options
from rawdocker_cli.output import replaced
from rawdocker_cli.shell import Shell


def report(shell: Shell, options: Options, words: list[str]) -> None:
    """Write the page of a recording, and print its name."""
    from rawdocker.report import page, read
    from rawdocker_cli.origins import origins

    recording = words[0]
    text = page(read(recording), origins)
    if options.output == "-":
        shell.write(text)
        return
    output = options.output or f"{os.path.splitext(recording)[0]}.html"
    if os.path.exists(output) and os.path.samefile(recording, output):
        shell.fail(f"{output} is the recording itself: name another file with -o")
    # Only its owner may read it: a recording can hold what is private.
    with replaced(output, "failed to write the page") as file:
        file.write(text.encode("utf-8"))
    shell.print(output)
