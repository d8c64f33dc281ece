"""The spy's sockets: every connection to it is one to the engine, and a thread for each direction passes bytes on.

Each piece is shown to the connection's follower first and passed on then, untouched and at once; the end of one side is
passed on as what it is: closed for writing, or gone.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from rawdocker.broken import FAILURES
from rawdocker.errors import RawdockerError
from rawdocker.host import Endpoint
from rawdocker.listen import listening, may_connect
from rawdocker.observe import Observer, hears
from rawdocker.spy.follow import Follower
from rawdocker.spy.terminals import Terminals
from rawdocker.transport import dialled

READ_SIZE = 1 << 18
"""Bytes that are read at once: what a unix socket holds at most. The fewer pieces, the less waking up."""

BREATH = 0.05
"""Seconds to wait where there is no descriptor left for another connection."""

CONNECT_TIMEOUT = 10.0

_GONE = (OSError, *FAILURES)


class Spy:
    """Listens on a socket of its own and passes each connection on to an engine.

    Parameters:
        endpoint: the engine's, by unix socket, TCP or TLS.
        path: where to listen; the socket is for the user alone (mode 0600, and no other user is answered).
        observers: told of every exchange, by the threads of the connections (see rawdocker.observe).

    A context manager: it listens inside, and leaving it closes every connection. Raises EndpointError where it cannot
    listen at the path.
    """

    def __init__(self, endpoint: Endpoint, path: str | os.PathLike[str], observers: Sequence[Observer] = ()) -> None:
        self.path = os.fspath(path)
        self.host = f"unix://{self.path}"
        """What DOCKER_HOST is to be."""
        self.connections = 0
        """How many connections there were."""
        self.fault: Exception | None = None
        """Why an observer is told no more of a connection, where one failed."""
        self._endpoint = endpoint
        shown = any(hears(observer, "received") for observer in observers)
        self._observers = [Terminals(), *observers] if shown else list(observers)
        self._open: set[_Connection] = set()
        self._changed = threading.Condition()
        self._closing = False

    def __enter__(self) -> Spy:
        self._listener = listening(self.path)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing = True
        with suppress(OSError):  # a thread that waits in accept() is not woken by close()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        with suppress(OSError):
            os.unlink(self.path)
        with self._changed:
            for connection in self._open:
                connection.abort()
        self.settle()

    def settle(self, seconds: float = 5) -> None:
        """Wait until every connection has ended, as they do once the client's process has."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, seconds)

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                time.sleep(0 if self._closing else BREATH)
                continue
            if not may_connect(client):
                client.close()
                continue
            with self._changed:
                self.connections += 1
                connection = _Connection(client, self._endpoint, self._observers)
                self._open.add(connection)
            threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, connection: _Connection) -> None:
        fault = connection.carry()
        with self._changed:
            self.fault = self.fault or fault
            self._open.remove(connection)
            self._changed.notify_all()


class _End:
    """One end of a connection: a client's socket, or the stream to the engine."""

    def __init__(self, sock: socket.socket, stream: Any = None) -> None:
        sock.settimeout(None)
        self._socket = sock
        self._read: Callable[[int], bytes] = stream.read if stream else sock.recv
        self._write: Callable[[bytes], Any] = stream.write if stream else sock.sendall
        self._close_write = stream.get_extra_info("close_write") if stream else None

    def read(self) -> bytes:
        """Return what came; nothing when no more comes."""
        try:
            return self._read(READ_SIZE)
        except _GONE:
            return b""

    def write(self, data: bytes) -> bool:
        """Write all of it; return False where the other side takes no more."""
        try:
            self._write(data)
        except _GONE:
            return False
        return True

    def close_write(self) -> None:
        """Say that nothing more is sent."""
        with suppress(*_GONE):
            if self._close_write:
                self._close_write()
            else:
                self._socket.shutdown(socket.SHUT_WR)

    def close_read(self) -> None:
        """Say that nothing more is taken; what is sent the other way still arrives."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def hang_up(self) -> None:
        """End both directions; who reads or writes at this moment learns of it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def wait_until_gone(self) -> None:
        """Wait until both directions are closed, by whichever side."""
        poll = select.poll()
        poll.register(self._socket, 0)
        poll.poll()

    def close(self) -> None:
        self._socket.close()


class _Connection:
    """One connection of a client, and its own to the engine."""

    def __init__(self, client: socket.socket, endpoint: Endpoint, observers: Sequence[Observer]) -> None:
        self._client = _End(client)
        self._engine: _End | None = None
        self._endpoint, self._observers = endpoint, observers

    def abort(self) -> None:
        """End it from outside."""
        for end in (self._client, self._engine):
            if end is not None:
                end.hang_up()

    def carry(self) -> Exception | None:
        """Pass bytes on until both sides have ended; return what an observer raised, if one did."""
        started = time.perf_counter()
        try:
            stream = dialled(self._endpoint, CONNECT_TIMEOUT)
        except RawdockerError as error:
            return self._refuse(error)
        engine = self._engine = _End(stream.get_extra_info("socket"), stream if self._endpoint.tls else None)
        follower = self._follower(time.perf_counter() - started)
        back = threading.Thread(target=_pass, args=(engine, self._client, follower.received), daemon=True)
        back.start()
        _pass(self._client, engine, follower.sent)
        back.join()
        follower.closed()
        engine.close()
        self._client.close()
        return follower.fault

    def _follower(self, dialling: float = 0.0) -> Follower:
        return Follower(self._observers, self._endpoint.url, dialling, tls=self._endpoint.tls)

    def _refuse(self, error: RawdockerError) -> Exception | None:
        """Close a connection for which there is no engine; what was asked is told with the reason."""
        follower = self._follower()
        follower.sent(self._client.read())
        follower.closed(error)
        self._client.close()
        return follower.fault


def _pass(source: _End, target: _End, look: Callable[[bytes], object]) -> None:
    """Pass bytes on until they end, and their end as well."""
    while data := source.read():
        look(data)
        if not target.write(data):
            # What the target had to say may still be on its way: only this direction ends.
            source.close_read()
            return
    look(b"")
    target.close_write()
    source.wait_until_gone()
    target.hang_up()
