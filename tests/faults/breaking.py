"""A proxy before a real engine that breaks what one kind of request is answered, and passes all else on untouched.

with Breaking(engine_host, path, Fault(answered=cut_behind(1)), "GET .*/export") as proxy:
    ran(RAWDOCKER, proxy.host, ["export", "box"])
assert proxy.hits == 1
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from faults.servers import Server

from rawdocker.call import VERSION
from rawdocker.observe import Exchange, Observer
from rawdocker.spy import Follower

READ_SIZE = 1 << 16
TRICKLED = 5000
"""Bytes of an answer that come one at a time; the rest comes as it is."""

STALLED_BEHIND = 100_000
"""Bytes of an answer that come before it stops."""

HEAD_END = b"\r\n\r\n"

Feed = Callable[[bytes], object]
"""Is given what passes, and passes on what it likes."""


class _Over(Exception):
    """The proxy has ended this connection."""


class Link:
    """One connection through the proxy; where what passes goes is decided anew at each request."""

    def __init__(self, client: socket.socket, engine: socket.socket) -> None:
        self.client, self.engine = client, engine
        self.pass_on()

    def pass_on(self) -> None:
        """Pass all on untouched."""
        self.asked: Feed = self.engine.sendall
        self.answered: Feed = self.client.sendall

    def hang_up(self) -> NoReturn:
        """Close the connection."""
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        raise _Over

    def reset(self) -> NoReturn:
        """Break the connection off, so that the client's system says so."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Over

    def half_close(self) -> None:
        """Say that nothing more comes, and go on listening."""
        self.client.shutdown(socket.SHUT_WR)
        self.answered = len  # which passes nothing on


class Fault(NamedTuple):
    """What goes wrong: makers of what a request and its answer are fed to."""

    answered: Callable[[Link], Feed] = lambda link: link.client.sendall
    asked: Callable[[Link], Feed] = lambda link: link.engine.sendall
    tcp: bool = False
    """Whether the proxy listens on a port: only TCP knows resets."""
    connections: int = 0
    """How many connections are taken, the others refused; 0: all are taken."""
    needs: int = 0
    """Bytes that the body of the answer must have for the fault to be one."""
    upgrades: bool = False
    """Whether it is one for answers that change the protocol only."""
    harmless: bool = False
    """Whether all must survive it."""
    untold: bool = False
    """Whether it cannot be told from the end, where an answer has changed the protocol: such a stream has no length."""


Ending = Callable[[Link], object]


def cut_at(size: int, ending: Ending = Link.hang_up, *, asking: bool = False) -> Callable[[Link], Feed]:
    """Pass so many bytes of an answer, its head among them, and end it; asking: of a request."""

    def begin(link: Link) -> Feed:
        target, left = link.engine if asking else link.client, size

        def feed(data: bytes) -> None:
            nonlocal left
            target.sendall(data[:left])
            left -= len(data)
            if left <= 0:
                ending(link)

        return feed

    return begin


def cut_behind(size: int, ending: Ending = Link.hang_up) -> Callable[[Link], Feed]:
    """Pass the head of an answer and so many bytes of its body, and end it; a body without more is left alone."""

    def begin(link: Link) -> Feed:
        def first(head: bytes, body: bytes) -> None:
            link.client.sendall(head)
            link.answered = cut_at(size, ending)(link) if size else lambda data: ending(link)
            if body:
                link.answered(body)

        return _behind_the_head(first)

    return begin


def says_instead(data: bytes) -> Callable[[Link], Feed]:
    """Say something else than the engine, and close."""

    def begin(link: Link) -> Feed:
        def feed(answer: bytes) -> None:
            link.client.sendall(data)
            link.hang_up()

        return feed

    return begin


def spoils_the_body(link: Link) -> Feed:
    """Turn over every bit at the beginning of the body, and leave the rest as it is."""

    def first(head: bytes, body: bytes) -> None:
        link.client.sendall(head)
        link.answered = spoil
        if body:
            spoil(body)

    def spoil(body: bytes) -> None:
        link.answered = link.client.sendall
        link.client.sendall(bytes(byte ^ 0xFF for byte in body[:64]) + body[64:])

    return _behind_the_head(first)


def delayed(seconds: float) -> Callable[[Link], Feed]:
    """Let an answer wait."""

    def begin(link: Link) -> Feed:
        def feed(data: bytes) -> None:
            time.sleep(seconds)
            link.answered = link.client.sendall
            link.client.sendall(data)

        return feed

    return begin


def stalled(gate: threading.Event) -> Callable[[Link], Feed]:
    """Let an answer stop in its middle until a gate is opened."""

    def begin(link: Link) -> Feed:
        passed = 0

        def feed(data: bytes) -> None:
            nonlocal passed
            if passed > STALLED_BEHIND:
                gate.wait()
            passed += len(data)
            link.client.sendall(data)

        return feed

    return begin


def trickled(link: Link) -> Feed:
    """Let an answer come a byte at a time."""
    left = TRICKLED

    def feed(data: bytes) -> None:
        nonlocal left
        for at in range(min(left, len(data))):
            link.client.sendall(data[at : at + 1])
        link.client.sendall(data[max(0, left) :])
        left -= len(data)

    return feed


def without_upgrade(link: Link) -> Feed:
    """Take the wish for another protocol out of a request, as proxies do that know of none."""

    def first(head: bytes, body: bytes) -> None:
        link.asked = link.engine.sendall
        link.engine.sendall(re.sub(rb"(?i)\r\n(connection|upgrade):[^\r]*", b"", head) + body)

    return _behind_the_head(first)


def answered_200(link: Link) -> Feed:
    """Say 200 where the engine said 101."""

    def first(head: bytes, body: bytes) -> None:
        link.answered = link.client.sendall
        plain = re.sub(rb"(?i)\r\n(connection|upgrade):[^\r]*", b"", head)
        link.client.sendall(plain.replace(b" 101 UPGRADED", b" 200 OK", 1) + body)

    return _behind_the_head(first)


def counted(sizes: list[int]) -> Callable[[Link], Feed]:
    """Break nothing, and add the size of each piece of the body to a list."""

    def begin(link: Link) -> Feed:
        def body_too(data: bytes) -> None:
            sizes.append(len(data))
            link.client.sendall(data)

        def first(head: bytes, body: bytes) -> None:
            link.client.sendall(head)
            link.answered = body_too
            body_too(body)

        return _behind_the_head(first)

    return begin


def _behind_the_head(first: Callable[[bytes, bytes], object]) -> Feed:
    """Keep a head until it is whole, and give it to `first` with what came behind it."""
    kept = b""

    def feed(data: bytes) -> None:
        nonlocal kept
        kept += data
        head, end, body = kept.partition(HEAD_END)
        if end:
            first(head + end, body)

    return feed


class Breaking(Server):
    """Passes connections on to an engine; a fault befalls the requests that match `METHOD path`, without the version.

    times: how often it does; the requests after those are left alone. 0: always.
    """

    def __init__(self, engine: str, path: Path, fault: Fault, where: str = "", *, times: int = 0) -> None:
        super().__init__(None if fault.tcp else path, self._carry)
        self.requests: list[str] = []
        """Every request, as `METHOD path`."""
        self.hits = self.connections = 0
        self._engine, self._fault, self._where, self._times = engine.removeprefix("unix://"), fault, where, times

    def __enter__(self) -> Breaking:  # type: ignore[override]
        super().__enter__()
        return self

    def _strikes(self, exchange: Exchange) -> bool:
        request = f"{exchange.method} {VERSION.sub('', exchange.target, count=1)}"
        self.requests.append(request)
        struck = bool(re.match(self._where, request)) and (not self._times or self.hits < self._times)
        self.hits += struck
        return struck

    def _carry(self, client: socket.socket) -> None:
        self.connections += 1
        if self.connections == self._fault.connections:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts
            self._listener.close()
        with socket.socket(socket.AF_UNIX) as engine, client, suppress(_Over, OSError, ValueError):
            engine.connect(self._engine)
            link = Link(client, engine)
            follower = Follower([_Armed(self, link)], self.host)
            open = {client: engine, engine: client}
            while open:
                for source in select.select(list(open), [], [])[0]:
                    data = _read(source)
                    if source is client:
                        follower.sent(data)
                    if not data:
                        with suppress(OSError):
                            open.pop(source).shutdown(socket.SHUT_WR)
                    elif source is client:
                        link.asked(data)
                    else:
                        link.answered(data)

    def _befall(self, exchange: Exchange, link: Link) -> None:
        link.pass_on()
        if self._strikes(exchange):
            link.asked, link.answered = self._fault.asked(link), self._fault.answered(link)


class _Armed(Observer):
    """Lets the fault befall the connection at the request it is meant for, before that is passed on."""

    def __init__(self, proxy: Breaking, link: Link) -> None:
        self._proxy, self._link = proxy, link

    def request(self, exchange: Exchange) -> None:
        self._proxy._befall(exchange, self._link)


def _read(source: socket.socket) -> bytes:
    try:
        return source.recv(READ_SIZE)
    except OSError:
        return b""
