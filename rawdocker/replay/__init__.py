"""A stand-in for an engine that answers from a recording: for students without an engine, and for tests.

    with Replay(read("session.har"), "/tmp/replay.sock") as replay:
        subprocess.run(["docker", "ps"], env={**os.environ, "DOCKER_HOST": replay.host})

Any client can be answered, not only the one that was recorded: requests are compared by what they say.

    match.py    which recorded exchange answers a request, without I/O
    server.py   the sockets: answers, streams and hijacked connections as they were recorded
"""

from rawdocker.replay.match import Matcher, Request, Unrecorded
from rawdocker.replay.server import Replay

__all__ = ["Matcher", "Replay", "Request", "Unrecorded"]
