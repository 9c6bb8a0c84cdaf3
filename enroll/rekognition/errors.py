"""What a client of the API is told when something cannot be done, by the names Amazon gives it."""

from __future__ import annotations

from http import HTTPStatus

from edge.errors import OstiaryError


class ServiceError(OstiaryError):
    """Error raised when a request is refused.

    *code* is the error's name in the service model, or one that every Amazon service may answer
    with; *status* that of the HTTP answer. The message goes to the client.
    """

    def __init__(self, code: str, message: str, *, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def invalid(message: str) -> ServiceError:
    """Return the error for a request that is well-formed and still cannot be served."""
    return ServiceError("InvalidParameterException", message)


def denied(message: str) -> ServiceError:
    """Return the error for what the caller's key, or this appliance, does not allow."""
    return ServiceError("AccessDeniedException", message)


def not_found(message: str) -> ServiceError:
    """Return the error for what does not exist."""
    return ServiceError("ResourceNotFoundException", message)
