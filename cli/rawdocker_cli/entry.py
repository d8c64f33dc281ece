"""The console script. Ctrl-C ends it quietly from the first moment on: nothing is loaded before that is said."""

import gc
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

# What is loaded stays. To look it through for garbage, at every 700 new objects, would be a twentieth of the start.
gc.set_threshold(50_000)


def entry() -> None:
    """Run the command line of this process and leave with its exit code."""
    from rawdocker_cli import main

    main.entry()
