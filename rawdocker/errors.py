"""What can go wrong, as a tree. Catch the branch that you can handle.

RawdockerError
├── InvalidCallError         a call that no engine could mean: a blank id, a path that leads elsewhere
├── EndpointError            which engine to speak to is unclear: unknown context, malformed host, unreadable TLS files
├── CredentialsError         stored credentials cannot be read or kept: a helper failed, an entry is damaged
├── UnreachableError         the engine cannot be reached: no socket, no permission, refused, TLS failed
├── DeadlineError            a limit that the caller set has passed
├── VersionError             client and engine have no API version in common
├── CopyError                cp cannot be done as asked, or a file of this machine cannot be read or written
├── RecordingError           a recording cannot be written or read
├── PlatformError            an image has nothing for the platform asked for; .available is what it has
├── PinError                 a lock forbids it: the image is not in it, or not what was pinned, or the lock was edited
├── RegistryError            a registry refused; .status, .code, .message, .call
├── ProtocolError            the answer is not what an engine or registry says: not JSON, not HTTP, a redirect
│   ├── CutStreamError       a stream ended in the middle of a frame, a document or a chunk
│   └── DigestError          the bytes are not those of the digest; .wanted, .came
└── EngineError              the engine refused; .status, .message, .call
    ├── BadRequestError      400
    ├── UnauthorizedError    401
    ├── ForbiddenError       403
    ├── NotFoundError        404
    ├── NotAcceptableError   406
    ├── ConflictError        409
    ├── ServerError          500 and what has no class of its own above it
    ├── NotSupportedError 501
    ├── UnavailableError     503
    └── StreamError          an error inside a stream that began with 200
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rawdocker.call import Call


class RawdockerError(Exception):
    """Any error of this library. `call` is the request it happened in, where there was one.

    `message` is what was said, word for word; as a text an error has none of the secrets of its call.
    """

    def __init__(self, message: str, *, call: Call[Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.call = call

    def __str__(self) -> str:
        if self.call is None:
            return self.message
        from rawdocker.secrets import redactor_of

        return redactor_of(self.call).text(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class InvalidCallError(RawdockerError, ValueError):
    """A call that no engine could mean: a blank id, a path that leads elsewhere. Raised before anything is sent."""


class EndpointError(RawdockerError):
    """Which engine to speak to cannot be told: unknown context, malformed host, unreadable TLS files."""


class CredentialsError(RawdockerError):
    """Stored credentials cannot be read or kept: a helper failed, an entry is damaged. Never holds a secret."""


class UnreachableError(RawdockerError):
    """The engine cannot be reached; the message names the endpoint, why, and what to try. Nothing was sent."""


class DeadlineError(RawdockerError):
    """A limit that the caller set has passed before the engine answered."""


class VersionError(RawdockerError):
    """Client and engine have no version of the API in common."""


class CopyError(RawdockerError):
    """A copy that cannot be done as asked, a file of this machine that cannot be read or written, a damaged archive."""


class RecordingError(RawdockerError):
    """A recording that cannot be written, or a file that is none."""


class PlatformError(RawdockerError):
    """An image has nothing for the platform asked for; `available` is what it has: linux/amd64, linux/arm/v7."""

    def __init__(self, message: str, *, available: Sequence[str] = (), call: Call[Any] | None = None) -> None:
        super().__init__(message, call=call)
        self.available = tuple(available)


class PinError(RawdockerError):
    """A lock forbids it: the image is not in it, or is not what was pinned, or the lock is no lock. Nothing was run."""


class ProtocolError(RawdockerError):
    """The answer is not what an engine or a registry says: not JSON, not HTTP, a redirect."""


class CutStreamError(ProtocolError):
    """A stream ended before its end: inside a frame, a document or a chunk."""


class DigestError(ProtocolError):
    """The bytes are not those of the digest: `wanted` was asked for (or promised), `came` is what their hash says."""

    def __init__(self, message: str, *, wanted: str = "", came: str = "", call: Call[Any] | None = None) -> None:
        super().__init__(message, call=call)
        self.wanted = wanted
        self.came = came


class RegistryError(RawdockerError):
    """A registry refused. `status` is the HTTP status, `code` the specification's word: MANIFEST_UNKNOWN, DENIED."""

    def __init__(self, message: str, *, status: int = 0, code: str = "", call: Call[Any] | None = None) -> None:
        super().__init__(message, call=call)
        self.status = status
        self.code = code


class EngineError(RawdockerError):
    """The engine refused. `status` is the HTTP status, `message` the engine's own words."""

    def __init__(self, message: str, *, status: int, call: Call[Any] | None = None) -> None:
        super().__init__(message, call=call)
        self.status = status

    def __reduce__(self) -> Any:
        return _rebuilt, (type(self), self.message, self.status, self.call)


class BadRequestError(EngineError):
    """400: a parameter the engine does not take."""


class UnauthorizedError(EngineError):
    """401: a registry wants credentials, or refuses those given."""


class ForbiddenError(EngineError):
    """403: the operation is not allowed, for instance on a network that is the engine's own."""


class NotFoundError(EngineError):
    """404: no such container, image, network, volume or path."""


class NotAcceptableError(EngineError):
    """406: the engine cannot do this in its present state."""


class ConflictError(EngineError):
    """409: the name is taken, or the object's state forbids it (running, paused, in use)."""


class ServerError(EngineError):
    """500 and every other status without a class of its own."""


class NotSupportedError(EngineError):
    """501: this engine does not have the operation."""


class UnavailableError(EngineError):
    """503: the node is not part of a swarm, or the engine is shutting down."""


class StreamError(EngineError):
    """An error that the engine reported inside a stream it had begun with 200, such as a failing pull."""


_BY_STATUS: dict[int, type[EngineError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    406: NotAcceptableError,
    409: ConflictError,
    501: NotSupportedError,
    503: UnavailableError,
}


def error_for(status: int, message: str, call: Call[Any] | None) -> EngineError:
    """Return the error that stands for an HTTP status."""
    return _BY_STATUS.get(status, ServerError)(message, status=status, call=call)


def _rebuilt(kind: type[EngineError], message: str, status: int, call: Call[Any] | None) -> EngineError:
    return kind(message, status=status, call=call)
