"""The console script. Ctrl-C ends it quietly from the first moment on: nothing is loaded before that is said."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)


def entry() -> None:
    """Run the command line of this process and leave with its exit code."""
    from rawdocker_cli import main

    main.entry()
