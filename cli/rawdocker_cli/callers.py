"""Who makes a call: the verbs with their flags, the library's functions; and what the call takes and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rawdocker import operations
from rawdocker.call import VERSION
from rawdocker.operations import Operation, Parameter
from rawdocker_cli.flags import index, wire
from rawdocker_cli.flags.flag import Verb
from rawdocker_cli.shell import PROGRAM, Failure


def page(method: str, path: str) -> str:
    """Return what is known of a call, of every one with that path where no method is given; raises Failure."""
    known = dict.fromkeys(operation.method for operation in operations.operations())
    matched = (operations.matched(one, path)[0] for one in ([method] if method else known))
    found = [operation for operation in matched if operation]
    # a path that is written out is no name: DELETE /containers/{id} is not meant by /containers/json
    places = min((operation.path.count("{") for operation in found), default=0)
    told = [_of_operation(operation) for operation in found if operation.path.count("{") == places]
    if not told:
        raise Failure(f"{PROGRAM}: the API has no {f'{method} {path}'.strip()}{_nearest(path)}")
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in told)


def completed(words: Sequence[str], begun: str) -> list[str]:
    """Return the words that may follow others in METHOD PATH and begin like this one: methods, then paths.

    What was typed for a place of a path stays: /containers/web/st becomes /containers/web/start.
    """
    methods = dict.fromkeys(operation.method for operation in operations.operations())
    if not words and not begun.startswith("/"):
        return [method for method in methods if method.startswith(begun.upper())]
    version = found[0] if (found := VERSION.match(begun)) else ""
    typed = begun[len(version) :].split("/")
    wanted = {word.upper() for word in words} & set(methods)
    paths = (operation.path for operation in operations.operations() if not wanted or operation.method in wanted)
    return [version + path for path in dict.fromkeys(filter(None, (_continued(typed, path) for path in paths)))]


def _continued(typed: Sequence[str], path: str) -> str:
    """Return a path of the API with the parts that were typed; empty where it does not begin like them."""
    *whole, last = typed
    parts = path.split("/")
    if len(parts) < len(typed) or not parts[len(whole)].startswith(last):
        return ""
    same = all(part == one or (part.startswith("{") and one) for part, one in zip(parts, whole, strict=False))
    return "/".join([*whole, *parts[len(whole) :]]) if same else ""


def _nearest(path: str) -> str:
    from difflib import get_close_matches

    known = dict.fromkeys(operation.path for operation in operations.operations())
    near = get_close_matches(re.sub(VERSION, "", path), known, n=3, cutoff=0.5)
    calls = [f"{operation.method} {operation.path}" for operation in operations.operations() if operation.path in near]
    return f"; near it are {', '.join(calls)}" if calls else ""


def _of_operation(operation: Operation) -> Iterator[str]:
    yield f"{operation.method} {operation.path}"
    versions = " ".join(f"{word} API {version}" for word, version in _versions(operation) if version)
    yield f"    {operation.name or 'in no specification'}, {versions or 'of no stated version'}"
    if operation.answer:
        yield f"    answer: {operation.answer}"
    if summary := _summary(operation):
        yield f"    rawdocker.calls.{operation.function}: {summary}"
    yield from _titled("also made by", _flows(operation))
    known = operations.parameters().get(operation.name, ())
    yield from _titled("takes", [_parameter(one) for one in known if one.place != "answer"])
    yield from _titled("answers", [f"{one.name} {one.type}".rstrip() for one in known if one.place == "answer"])
    yield from _titled("verbs", list(_makers(operation)))


def _versions(operation: Operation) -> tuple[tuple[str, str], ...]:
    return ("since", operation.since), ("until", operation.until)


def _titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"    {title}:"
        yield from (f"        {line}" for line in lines)


def _summary(operation: Operation) -> str:
    from rawdocker import calls

    function = getattr(calls, operation.function, None) if operation.name else None
    return (function.__doc__ or "").splitlines()[0] if function else ""


def _flows(operation: Operation) -> list[str]:
    """Return the library's functions that make several calls and this one among them."""
    from rawdocker.flows import copy, run

    makers = (
        ("rawdocker.run, rawdocker.run_async", run),
        ("rawdocker.flows.copy.copy_from_container, copy_to_container", copy),
    )
    return [names for names, module in makers if hasattr(module, operation.function)]


def _parameter(parameter: Parameter) -> str:
    mark = {"query": "?{}", "path": "{{{}}}", "header": "{}:"}.get(parameter.place, "{}").format(parameter.name)
    kind, _, default = parameter.type.removesuffix("*").partition("=")
    notes = [
        *(["required"] if parameter.type.endswith("*") else []),
        *([f"default {default.lower() if kind == 'boolean' else default}"] if default else []),
        *([f"since API {parameter.since}"] if parameter.since else []),
        *([f"until {parameter.until}"] if parameter.until else []),
    ]
    return f"{mark} {kind} ({'; '.join(notes)})" if notes else f"{mark} {kind}"


def _makers(operation: Operation) -> Iterator[str]:
    """Yield the verbs that make a call, and their flags that put something into it; what verbs share is said once."""
    verbs = [verb for verb in index.all_verbs() if operation in wire.calls(verb) or _given(verb, operation)]
    having: dict[str, list[str]] = {}
    for verb in verbs:
        for line in _given(verb, operation) or [""]:
            having.setdefault(line, []).append(f"{PROGRAM} {verb.name}")
    shared: dict[str, list[str]] = {}
    for line, makers in having.items():
        shared.setdefault(", ".join(makers), []).append(line)
    for names, lines in shared.items():
        yield names
        yield from (f"    {line}" for line in lines if line)


def _given(verb: Verb, operation: Operation) -> list[str]:
    """Return what flags of a verb put into a call: --memory: HostConfig.Memory."""
    found = []
    for flag in verb.flags:
        here = [place.text for text in flag.places if (place := wire.place(verb, text)).operation == operation]
        if here and not flag.hidden:
            found.append(f"--{flag.name}: {', '.join(here)}".removesuffix(": "))
    return found
