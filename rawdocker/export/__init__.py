"""What --as makes of requests: commands of curl, Python with three libraries, the text of HTTP.

    request(exchange, b"", "curl", Redactor())     one request, as it was sent
    script(plan, "curl", endpoint=endpoint)        all that a verb would send, as a script that does the same

Pure strings: nothing is sent, and no HTTP client is loaded. Secrets become variables that the scripts require.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from rawdocker.call import VERSION
from rawdocker.export import curl, http, pyscript, python, shell
from rawdocker.export.program import program
from rawdocker.export.text import Places
from rawdocker.secrets import Redactor

if TYPE_CHECKING:
    from rawdocker.observe import Exchange
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


def request(exchange: Exchange, body: bytes, form: str, redactor: Redactor) -> str:
    """Return a request that was sent in a form of --as, without a line feed at its end.

    body: what was sent of a body that is no JSON.
    """
    from rawdocker.host import Endpoint

    places = Places(redactor)
    call = places.in_call(exchange.call)
    version = VERSION.match(exchange.target)
    prefix = version[0] if version else ""
    return FORMS[form].request(call, prefix, Endpoint(exchange.endpoint, ""), places.secrets)


def script(plan: Plan, form: str, *, endpoint: Any, redactor: Redactor | None = None) -> str:
    """Return a script that sends what a plan says, and prints and returns what the verb would.

    Parameters:
        plan: what a dry run found.
        form: one of FORMS.
        endpoint: the engine's, as rawdocker.host finds it.
        redactor: where it shows secrets, they stand in the script; else the script requires variables for them.
    """
    places = Places(redactor)
    return FORMS[form].script(program(plan, places), endpoint, form)
