"""Which streams are a terminal's: the bytes of a stream do not say so, what passed before does."""

from __future__ import annotations

import json
from typing import Any

from rawdocker.call import VERSION, Codec
from rawdocker.observe import Exchange, Observer

MOST_KNOWN = 10_000
"""Containers that are remembered."""

LONGEST_ANSWER = 1 << 20

MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
FIRST_TO_SAY = (1, 42)
"""The first version of the API in which the type of a stream says whether it is multiplexed."""


class Terminals(Observer):
    """Marks the calls of streams that are a terminal's, before other observers see the streams.

    What tells: the type of the answer (from API 1.42 on), else that the container was created with a terminal, or
    inspected before, as docker does.
    """

    shows_streams = False

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}
        self._answers: dict[Exchange, bytearray] = {}

    def response(self, exchange: Exchange) -> None:
        call = exchange.call
        if exchange.status >= 300:
            return
        if call.operation in ("ContainerCreate", "ContainerInspect"):
            self._answers[exchange] = bytearray()
        elif call.codec is Codec.FRAMES and not call.tty:
            exchange.call = call.replace(tty=self._is_terminal(exchange))

    def received(self, exchange: Exchange, data: bytes) -> None:
        answer = self._answers.get(exchange)
        if answer is not None and len(answer) <= LONGEST_ANSWER:
            answer += data

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        answer = self._answers.pop(exchange, None)
        if answer and error is None:
            self._learn(exchange, _object(answer))

    def _learn(self, exchange: Exchange, answer: dict[str, Any]) -> None:
        call = exchange.call
        created = call.operation == "ContainerCreate"
        config = call.body if created else answer.get("Config")
        if not isinstance(config, dict):
            return
        name = call.query.get("name") if created else answer.get("Name")
        for key in (answer.get("Id"), name, call.arguments.get("id")):
            if isinstance(key, str) and key:
                self._known[key.removeprefix("/")] = config.get("Tty") is True
        while len(self._known) > MOST_KNOWN:
            self._known.pop(next(iter(self._known)))

    def _is_terminal(self, exchange: Exchange) -> bool:
        version = VERSION.match(exchange.target)
        if version and tuple(map(int, version[1].split("."))) >= FIRST_TO_SAY:
            kinds = (value for name, value in exchange.response_headers if name.lower() == "content-type")
            return next(kinds, MULTIPLEXED) != MULTIPLEXED
        return self._known.get(exchange.call.arguments.get("id", ""), False)


def _object(data: bytearray) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
