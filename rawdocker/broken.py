"""What goes wrong on a connection, below the errors that calls raise: `answer` makes those of these."""


class Broken(Exception):
    """An exchange ended before it was complete: the other side closed the connection, or the network did."""


class WriteBroken(Broken):
    """The other side takes no more; what it has said until then can still be read."""


class TimedOut(Exception):
    """Nothing came, or nothing was taken, for as long as was allowed."""


class Malformed(Exception):
    """What came is not HTTP."""


class Unsendable(Exception):
    """What was to be sent would be read as something else."""


class Stale(Exception):
    """A kept connection turned out to be closed before an answer began: another one may take the request."""


FAILURES = (Broken, TimedOut, Malformed, Unsendable)
"""What an exchange on a connection of ours fails with."""
