"""Fields of a JSON body from the command line: a.b=1, a[b.c]=text, list[]=x, list[][key]=y."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[([^\[\]]*)\]")
_TYPED = re.compile(r"true|false|null|-?\d.*|[\[{\"].*", re.DOTALL)


class FieldError(Exception):
    """A key that is malformed, or leads into something that holds no fields."""


def built(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object that fields describe, in order; raises FieldError."""
    made: dict[str, Any] = {}
    for key, value in fields:
        _put(made, _steps(key), value, key)
    return made


def typed(text: str) -> Any:
    """Return a value as JSON reads it, a text where it is none."""
    if not _TYPED.fullmatch(text):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _steps(key: str) -> list[str]:
    """Return the steps of a key; an empty one is an item of a list."""
    steps, position = [], 0
    while position < len(key):
        found = _STEP.match(key, position)
        if not found:
            raise FieldError(f"a key is a.b, a[b] or a[], not {key!r}")
        steps.append(found[1] if found[1] is not None else found[2])
        position = found.end()
    if not steps or not steps[0]:
        raise FieldError(f"a key begins with a name: {key!r}")
    return steps


def _put(place: Any, steps: list[str], value: Any, key: str) -> None:
    step, *rest = steps
    if isinstance(place, list) and not step:
        _append(place, rest, value, key)
    elif not isinstance(place, dict) or not step:
        raise FieldError(f"{key}: there is a value already that has no such field")
    elif not rest:
        place[step] = value
    elif rest == [""] and value == []:
        place.setdefault(step, [])
    else:
        _put(place.setdefault(step, {} if rest[0] else []), rest, value, key)


def _append(items: list[Any], rest: list[str], value: Any, key: str) -> None:
    """Add an item, or a field to the last one if that has none of this name."""
    if not rest:
        items.append(value)
        return
    if not (items and isinstance(items[-1], dict) and (len(rest) > 1 or rest[0] not in items[-1])):
        items.append({} if rest[0] else [])
    _put(items[-1], rest, value, key)
