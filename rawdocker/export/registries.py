"""What plans for registries have of their own: digests that answers give, bytes that are printed, credentials.

What was chosen of an index, and the pages of a list, were decided when the plan was made; the digest that a tag
names is asked for anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rawdocker.call import Call, Codec
from rawdocker.export.text import Places
from rawdocker.plan import DEPENDS, STATUS, Deed, Placeholder, Plan, Step

DIGEST = "digest"
"""The field of an answer that is no JSON's but the hash of its bytes."""


def why_not(plan: Plan, form: str) -> str:
    """Return why a plan cannot be written in a form, empty where it can."""
    if any(step.note == DEPENDS for step in _outside(plan)):
        return "what is asked next depends on the registry's answer, which is not known here"
    if form == "python":
        return ""
    if plan.deeds:
        return f"more is done than to ask a registry, and --as {form} cannot do that: --as python does"
    if any(known and not known.get("password") for known in plan.credentials.values()):
        return f"the registry takes a token that --as {form} does not know how to use: --as python does"
    return ""


def own_steps(plan: Plan) -> list[Step]:
    """Return the steps for registries that a script sends by itself: not those of functions of the library."""
    return [step for step in _outside(plan) if not step.within]


def _outside(plan: Plan) -> list[Step]:
    done = {number for deed in plan.deeds for number in deed.steps}
    return [step for number, step in enumerate(plan.steps) if step.where and number not in done]


def digests(plan: Plan) -> dict[str, str]:
    """Return the digests that tags named, and by which word answers give them: of the steps, and of the functions."""
    tagged = [step for step in own_steps(plan) if _names(step) and ":" not in _names(step)]
    times = Counter(step.answer.digest for step in tagged)  # what two tags name may be two things tomorrow
    found = {step.answer.digest: step.name for step in tagged if times[step.answer.digest] == 1}
    return found | {deed.answer.digest: deed.function.__name__ for deed in plan.deeds if answers(deed) == DIGEST}


def answers(deed: Deed) -> str:
    """Return what of a function's answer a verb uses: the digest of a manifest, an exit code, or nothing."""
    if isinstance(deed.answer, Placeholder):
        return STATUS
    return "" if deed.answer is None else DIGEST


def _names(step: Step) -> str:
    """Return the tag or digest by which a manifest was had, empty where none was."""
    had = step.call.codec is Codec.MANIFEST and step.answer is not None
    return step.call.arguments["reference"] if had else ""


def digest_asked_for(call: Call[Any]) -> str:
    """Return the digest that an answer must have by its request."""
    named = call.arguments.get("reference") or call.arguments.get(DIGEST) or ""
    return named if ":" in named and call.codec in (Codec.MANIFEST, Codec.RAW) else ""


def printed(plan: Plan) -> set[Step]:
    """Return the steps whose answers are printed as they are."""
    text = "".join(text for _, text in plan.output)
    return {step for step in own_steps(plan) if text in (_body(step), f"<{step.name}>")}


def _body(step: Step) -> str | None:
    return step.answer.body.decode("utf-8", "replace") if _names(step) else None


def told(plan: Plan) -> set[Step]:
    """Return the steps of whose answers a verb tells in its own words."""
    steps, text = own_steps(plan), "".join(text for _, text in plan.output)
    answers = [step for step in steps if _names(step)]
    if printed(plan) or any(step.answer.digest in text for step in answers):
        return set()
    return {step for step in steps if step.way == "send" and not (step in answers and _leads_on(step, steps))}


def _leads_on(step: Step, steps: Sequence[Step]) -> bool:
    """Say whether the digest that a tag named is what something else is asked by."""
    return any(step.answer.digest in other.call.arguments.values() for other in steps if other is not step)


_FIELDS = ("username", "password", "identitytoken", "registrytoken")


def credentials(plan: Plan, places: Places) -> dict[str, dict[str, str]]:
    """Return the credentials that registries wanted, with places for what is secret in them."""
    return {origin: dict(_hidden(origin, known, places)) for origin, known in plan.credentials.items() if known}


def _hidden(origin: str, known: Mapping[str, str], places: Places) -> Iterator[tuple[str, Any]]:
    host = origin.partition("://")[2]
    for name in _FIELDS:
        if known.get(name):
            reason = f"{name} of {known.get('username', 'the user')} at {host}"
            yield name, known[name] if name == "username" else places.secret(known[name], reason)
