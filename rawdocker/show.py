"""Calls and exchanges as text. Pure functions: nothing is sent, nothing is printed."""

from __future__ import annotations

from rawdocker.observe import Exchange


def trace_line(exchange: Exchange, error: BaseException | None = None) -> str:
    """Return one line for an exchange: POST /v1.41/containers/create?name=web -> 201 Created 12 ms.

    The time is that until the head of the answer was there; for an exchange without one, until it failed.
    """
    until = exchange.received or exchange.ended
    outcome = f"{exchange.status} {exchange.reason}".strip() if exchange.status else f"failed ({_first_line(error)})"
    return f"{exchange.method} {exchange.target} -> {outcome} {(until - exchange.started) * 1000:.0f} ms"


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
