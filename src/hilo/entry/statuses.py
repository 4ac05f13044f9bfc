"""Which HTTP status an error is, and the errors that only HTTP knows.

The nearest class of an error's ancestry decides.
"""

from collections.abc import Mapping
from http import HTTPStatus

from hilo.kit import errors
from hilo.kit.page import NotACursor


class BadBody(errors.UserError):
    """The body is not what its content type says."""

    code = "malformed-json"


class UnsupportedMedia(errors.UserError):
    """The body is of a type the route does not take."""

    code = "unsupported-media-type"


class UpgradeRequired(errors.UserError):
    """The address is a socket's."""

    code = "upgrade-required"


class VersionMismatch(errors.UserError):
    """What was to be changed is no longer what the caller had read."""

    code = "version-mismatch"


STATUSES: Mapping[type[Exception], HTTPStatus] = {
    errors.UserError: HTTPStatus.BAD_REQUEST,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    UpgradeRequired: HTTPStatus.UPGRADE_REQUIRED,
    VersionMismatch: HTTPStatus.PRECONDITION_FAILED,
    # Not a field people fill in, so not theirs to mend: the client goes on from another place.
    NotACursor: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Gone: HTTPStatus.GONE,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    # The outside failed while somebody waited for it: theirs to mend, or to try again.
    errors.ConnectorError: HTTPStatus.BAD_GATEWAY,
    errors.TemporaryFailure: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnknownOutcome: HTTPStatus.GATEWAY_TIMEOUT,
    errors.AuthExpired: HTTPStatus.CONFLICT,
    errors.Rejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unsupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.BadSignature: HTTPStatus.UNAUTHORIZED,
    errors.MalformedPayload: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LeftBehind: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Bug: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(error: BaseException) -> HTTPStatus:
    """Return the status; 500 for what is no error of ours."""
    for ancestor in type(error).__mro__:
        found = STATUSES.get(ancestor)
        if found is not None:
            return found
    return HTTPStatus.INTERNAL_SERVER_ERROR
