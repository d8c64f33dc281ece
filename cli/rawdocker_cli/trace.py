"""--trace: each exchange on stderr, as it happens."""

from __future__ import annotations

import sys

from rawdocker.observe import Exchange, Observer
from rawdocker.show import trace_line


class Trace(Observer):
    """Writes a line when the head of an answer is there, or when a request failed without one."""

    def response(self, exchange: Exchange) -> None:
        self._line(trace_line(exchange))

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        if not exchange.status:
            self._line(trace_line(exchange, error))

    def _line(self, text: str) -> None:
        # One write a line: output of the container may be written by another thread at the same time.
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
