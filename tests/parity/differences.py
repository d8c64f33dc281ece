"""Where rawdocker is meant to differ from docker: the id of a case, in which respects, and why.

Such a case fails once it no longer differs in each of them, or when it differs in another.
"""

from __future__ import annotations

CALLS, CODE, STDOUT, STDERR, AFTERWARDS = "calls", "exit code", "stdout", "stderr", "afterwards"

_ADDRESS = "below docker's message stands where the address came from, and what the system said"
_NOTARY = "docker asks a notary server; signatures are none of the Engine API's"
_KEYS = "docker loses what the engine said about the keys"
_NOTHING_ASKED = "docker inspects the container before it looks at the time"
_PINNED = "docker pings though the version is pinned; there is nothing to agree on"
_AUTHORITIES = "without a ca.pem the system's authorities are trusted; docker wants the file"
_FILTERS = "docker forgets a label among pruneFilters unless its opposite was typed, and so removes more than was meant"
_HELPER = "docker does not say that the helper failed, though without credentials the request did, too"
INTENDED: dict[str, tuple[tuple[str, ...], str]] = {
    "--tls ps -q -f label=nothing": ((STDERR,), _AUTHORITIES),
    "-H bogus://x ps": ((STDERR,), "the message says what is wrong with the address"),
    "-H tcp://127.0.0.1:1 ps": ((STDERR,), _ADDRESS),
    "-H unix:///not/there.sock ps": ((STDERR,), _ADDRESS),
    "attach --detach-keys bogus-keys {c}": ((STDERR,), _KEYS),
    "attach not-there": ((CALLS,), "docker inspects a container after the engine has said that it is not there"),
    "bogus --help": (
        (CODE, STDOUT, STDERR),
        "docker shows the help of the whole for a command that does not exist",
    ),
    "container -H x ls": ((CODE, STDERR), "docker refuses this flag without a usage line, and with another exit code"),
    "container prune -f --filter label={label} (config.json: pruneFilters)": ((STDOUT, CALLS), _FILTERS),
    "create --name {c} --disable-content-trust=false {img} true": ((STDERR,), _NOTARY),
    "info (no engine)": ((STDERR,), _ADDRESS),
    "load -i d": ((STDERR, CALLS), "a folder is refused before anything is sent; docker fails to send it"),
    "logout 127.0.0.1:5001 (the helper is not there)": (
        (STDERR,),
        "docker says nothing where each address fails, since it counts the same address twice",
    ),
    "logs --since bogus {c}": ((CALLS,), _NOTHING_ASKED),
    "logs --until bogus {c}": ((CALLS,), _NOTHING_ASKED),
    "network connect {net} {c} (without options)": (
        (AFTERWARDS,),
        "docker sends an IPAMConfig that is empty, and the engine keeps it",
    ),
    "network create {net} (without options)": (
        (AFTERWARDS,),
        "docker sends IPAM options that are empty, and the engine keeps them",
    ),
    "network prune -f --filter label={label} (config.json: pruneFilters)": ((STDOUT, CALLS), _FILTERS),
    "ps -q (no JSON)": ((CODE, STDERR, CALLS), "a config.json that cannot be read is an error, not a warning"),
    "ps -q -f label=nothing (TLS on a unix socket)": ((STDERR,), _AUTHORITIES),
    "ps -q -f label=nothing (a version that is too new is pinned)": ((CALLS,), _PINNED),
    "ps -q -f label=nothing (an older version is pinned)": ((CALLS,), _PINNED),
    "ps -q -f label=nothing (config.json: a number for a text)": ((STDERR,), "a number is taken for its text"),
    "ps -q -f label=nothing (no version is pinned)": ((STDERR, CALLS), "a version that is none goes into no request"),
    "pull 127.0.0.1:5001/not-there:1 (the helper is not there)": ((STDERR,), _HELPER),
    "pull --disable-content-trust=false {img}": ((STDERR,), _NOTARY),
    "push --disable-content-trust=false 127.0.0.1:5000/{new}:1": ((STDOUT, STDERR, CALLS), _NOTARY),
    "rmi ''": ((STDERR, CALLS), "an empty name is refused before anything is sent; docker asks for /images"),
    "run --detach-keys bogus-keys --rm {img} true": ((STDERR,), _KEYS),
    "version (no engine)": ((STDERR,), _ADDRESS),
    "version (the version is pinned)": ((CALLS,), _PINNED),
    "volume prune -f --filter label={label} (config.json: pruneFilters)": ((STDOUT, CALLS), _FILTERS),
}
