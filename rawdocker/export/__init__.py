"""What --as makes of requests: commands of curl, Python with three libraries, the text of HTTP.

    request(call, "curl", prefix="/v1.41", endpoint=endpoint)   one request
    alone(call, "python", prefix="/v1.41", endpoint=endpoint)   the same as a program that shows the answer
    script(plan, "curl", endpoint=endpoint)                     all that a verb would send, as a script

Pure strings: nothing is sent, and no HTTP client is loaded. Secrets become variables that the scripts require.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from rawdocker.errors import InvalidCallError
from rawdocker.export import curl, http, pyscript, python, shell
from rawdocker.export.program import program
from rawdocker.export.registries import why_not
from rawdocker.export.text import Places
from rawdocker.secrets import Redactor

if TYPE_CHECKING:
    from rawdocker.call import Call
    from rawdocker.host import Endpoint
    from rawdocker.plan import Plan


class Form(NamedTuple):
    """One of the forms of --as."""

    request: Callable[..., str]
    script: Callable[..., str]


FORMS = {
    "curl": Form(curl.request, shell.script),
    "python": Form(python.library, pyscript.script),
    "httpx": Form(python.httpx, pyscript.script),
    "requests": Form(python.requests, pyscript.script),
    "http": Form(http.request, http.script),
}


ALONE = {"curl": curl.request, "python": python.program}
"""The forms that make one request something to run."""


def request(call: Call[Any], form: str, *, prefix: str, endpoint: Endpoint, redactor: Redactor | None = None) -> str:
    """Return a request in a form of --as, without a line feed at its end.

    Parameters:
        call: the request. A body that is not JSON is read from where it came from, else from stdin.
        form: one of FORMS.
        prefix: what goes before the path, such as /v1.41.
        endpoint: the engine's, as rawdocker.host finds it.
        redactor: where it shows secrets, they stand there; else variables for them are required.
    """
    places = Places(redactor)
    return FORMS[form].request(places.in_call(call), prefix, endpoint, places.secrets)


def alone(call: Call[Any], form: str, *, prefix: str, endpoint: Endpoint) -> str:
    """Return a recorded request as what can be run by itself: one of ALONE.

    Where a secret was left out of the recording, a variable for it is required.
    """
    places = Places(recorded=True)
    return ALONE[form](places.in_call(call), prefix, endpoint, places.secrets)


def script(plan: Plan, form: str, *, endpoint: Any, redactor: Redactor | None = None) -> str:
    """Return a script that sends what a plan says, and prints and returns what the verb would.

    Parameters:
        plan: what a dry run found.
        form: one of FORMS.
        endpoint: the engine's, as rawdocker.host finds it.
        redactor: where it shows secrets, they stand in the script; else the script requires variables for them.

    Raises InvalidCallError where no such script can be made, and says why.
    """
    if why := why_not(plan, form):
        raise InvalidCallError(why)
    places = Places(redactor)
    return FORMS[form].script(program(plan, places), endpoint, form)
