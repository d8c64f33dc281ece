"""A proxy before an engine that passes every byte on unchanged, and tells observers what any client sends.

    with Spy(resolve(), "/tmp/spy.sock", observers=[...]) as spy:
        subprocess.run(["docker", "ps"], env={**os.environ, "DOCKER_HOST": spy.host})

The observers are those of a client (see rawdocker.observe): what is traced and recorded of rawdocker's own calls can be
traced and recorded of docker's, docker-py's or Portainer's.

    proxy.py      sockets and threads: bytes from one side to the other
    follow.py     the bytes as exchanges, without I/O
    terminals.py  which streams are a terminal's, learnt from what passed before
"""

from rawdocker.spy.follow import Follower
from rawdocker.spy.proxy import Spy

__all__ = ["Follower", "Spy"]
