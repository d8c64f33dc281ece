"""What engines and registries say, shown on a terminal: an escape sequence in it is a text like others.

docker hands such sequences on. What goes into a file or a pipe is data here as well, and stays as it came.
"""

from __future__ import annotations

from typing import Any, TextIO


def harmless(value: Any, page: TextIO) -> Any:
    """Return a JSON value whose texts have their control characters written out, where `page` is a terminal."""
    return _written_out(value) if page.isatty() else value


def _written_out(value: Any) -> Any:
    from rawdocker.show import printable

    if type(value) is str:  # no number, which a template holds as a text of a kind of its own
        return printable(value)
    if isinstance(value, list):
        return [_written_out(item) for item in value]
    if isinstance(value, dict):
        return {_written_out(key): _written_out(item) for key, item in value.items()}
    return value
