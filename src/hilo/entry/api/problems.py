"""Every error as a problem of RFC 9457: ours, the framework's, and what nobody foresaw."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple
from uuid import uuid4

import msgspec
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.types import Send
from msgspec import Struct

from hilo.entry.answers import send_bytes
from hilo.entry.api.choices import choices_at
from hilo.entry.statuses import BadBody, status_of
from hilo.kit import log
from hilo.kit.db import transient
from hilo.kit.errors import (
    Conflict,
    FieldError,
    HiloError,
    Invalid,
    RateLimited,
    Throttled,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
_TYPES = "/api/v1/docs#problem-"
_LOG = log.get(__name__)
_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`$")
_MISSING = re.compile(r"Missing required \w+ parameter '([^']*)'")
# What `forms.Name` and `forms.LongName` ask for.
_NOT_BLANK = r"matching regex '\\S'"
_CODES = (
    ("of length", "length"),
    ("<=", "range"),
    (">=", "range"),
    ("matching regex", "format"),
    ("Invalid enum value", "choice"),
    ("Invalid UUID", "format"),
    ("Invalid RFC3339", "format"),
    ("Number out of range", "range"),
)
# Where the code's own words would not do.
_TITLES = {
    "validation": "Some fields are not valid",
    "unauthenticated": "Not signed in",
    "internal": "Something broke on our side",
}
# What the framework itself refuses.
_CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    422: "validation",
}


class Parameter(NamedTuple):
    """One of a request's parameters: what the client calls it, and its type."""

    name: str
    type: object


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, for machines (code, params, errors) and developers (title, detail).

    errors: of `validation`, a line per field. retry_after: seconds, where waiting helps.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    params: Mapping[str, object] = {}
    errors: Sequence[FieldError] = ()
    retry_after: int | None = None


def problem_of(
    error: BaseException,
    request_id: str,
    taken: Mapping[str, Parameter] = MappingProxyType({}),
) -> Problem:
    """Return what to answer; log what is our fault.

    taken: the handler's parameters by our name, which is what the framework tells.
    """
    match error:
        case HiloError():
            return _of_ours(error, request_id)
        case ValidationException():
            told = _parameter_errors(error.detail, error.extra, taken)
            return _of_ours(Invalid(*told), request_id)
        case HTTPException():
            return _of_framework(error, request_id)
        case SerializationException() | UnicodeError() | RecursionError():
            text = "the body cannot be read"
            return _problem(HTTPStatus.BAD_REQUEST, BadBody.code, text, request_id)
        case _ if transient(error):
            _LOG.warning("a request met a passing fault", request_id=request_id, exc_info=error)
            return _of_ours(Unavailable("try again in a moment", retry_after_s=1), request_id)
        case _:
            return _ours_to_mend(error, request_id)


def headers_of(problem: Problem, error: BaseException | None = None) -> dict[str, str]:
    """Return the headers that belong to it."""
    found: dict[str, str] = {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        found["www-authenticate"] = 'Bearer realm="hilo"'
    if problem.status == HTTPStatus.UPGRADE_REQUIRED:
        found["upgrade"] = "websocket"
    if problem.retry_after is not None:
        found["retry-after"] = str(problem.retry_after)
    if isinstance(error, HTTPException) and error.headers:
        found |= {name.lower(): value for name, value in error.headers.items()}
    return found


async def send_problem(send: Send, error: Exception) -> None:
    """Send what went wrong; what nobody foresaw is logged, and a 500."""
    problem = problem_of(error, f"req_{uuid4().hex}")
    told = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    told |= headers_of(problem, error)
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    body = msgspec.json.encode(problem)
    await send_bytes(send, problem.status, body, MEDIA_TYPE, headers)


def field_error(text: str, wanted: object = None) -> FieldError:
    """Turn what msgspec says into a field, a code and what was expected.

    wanted: the type that was decoded, which knows the choices of a field.
    """
    match = _PATH.match(text)
    what, path = (match["what"], match["path"] or "") if match else (text, "")
    field = path.replace("[", ".").replace("]", "").lstrip(".")
    named = _NAMED.match(what)
    if named is not None:
        field = f"{field}.{named['name']}".lstrip(".")
        if named["what"].startswith("missing"):
            return FieldError(field, "required", "is required")
        return FieldError(field, "unknown", "is not a field of this request")
    if _NOT_BLANK in what:
        return FieldError(field, "blank", "must not be blank")
    code = next((code for mark, code in _CODES if mark in what), "type")
    choices = choices_at(wanted, field) if code == "choice" else ()
    if choices:
        return FieldError(field, code, f"must be one of {', '.join(choices)}")
    return FieldError(field, code, what[:1].lower() + what[1:])


def of_decoding(error: Exception, wanted: object = None) -> HiloError:
    """Return the error of a JSON body that could not be decoded into what the route takes."""
    if isinstance(error, msgspec.ValidationError):
        return Invalid(field_error(str(error), wanted))
    return BadBody(f"the body is not valid JSON: {error}")


def _of_ours(error: HiloError, request_id: str) -> Problem:
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, (Conflict, Invalid)):
        _LOG.error("a request failed", code=error.code, request_id=request_id, exc_info=error)
    if isinstance(error, Invalid):
        return _invalid(error, status, request_id)
    params = dict(error.params)
    code = str(params.pop("reason", error.code))
    retry_after = None
    if isinstance(error, (RateLimited, Throttled)):
        retry_after = int(error.retry_after_s)
    elif "retry_after_s" in params:
        retry_after = int(str(params.pop("retry_after_s")))
    return Problem(
        type=_TYPES + code,
        title=title_of(code),
        status=status,
        detail=error.message,
        code=code,
        request_id=request_id,
        params=params,
        retry_after=retry_after,
    )


def _invalid(error: Invalid, status: HTTPStatus, request_id: str) -> Problem:
    return Problem(
        type=_TYPES + error.code,
        title=title_of(error.code),
        status=status,
        detail=error.message,
        code=error.code,
        request_id=request_id,
        errors=error.errors,
    )


def _of_framework(error: HTTPException, request_id: str) -> Problem:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _ours_to_mend(error, request_id)
    code = _CODE_OF_STATUS.get(error.status_code, "bad-request")
    return _problem(HTTPStatus(error.status_code), code, error.detail, request_id)


def _ours_to_mend(error: BaseException, request_id: str) -> Problem:
    _LOG.error("a request broke", request_id=request_id, exc_info=error)
    text = "Something broke on our side; it was noted under this request's id."
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", text, request_id)


def _problem(status: HTTPStatus, code: str, detail: str, request_id: str) -> Problem:
    return Problem(
        type=_TYPES + code,
        title=title_of(code),
        status=status,
        detail=detail,
        code=code,
        request_id=request_id,
    )


def title_of(code: str) -> str:
    """Return the short text of a kind of problem."""
    return _TITLES.get(code) or code.replace("-", " ").capitalize()


def _parameter_errors(
    detail: str, extra: object, taken: Mapping[str, Parameter]
) -> list[FieldError]:
    missing = _MISSING.match(detail)
    if missing is not None:
        parameter = taken.get(missing[1])
        return [FieldError(parameter.name if parameter else missing[1], "required", "is required")]
    found = []
    for each in extra if isinstance(extra, list) else []:
        parameter = taken.get(str(each.get("key", "")))
        text = str(each.get("message", ""))
        # The framework names a class of ours where a form has a field twice.
        told = field_error(
            "is not what was expected" if "<class" in text else text,
            parameter.type if parameter else None,
        )
        name = parameter.name if parameter else str(each.get("key", told.field))
        found.append(FieldError(name, told.code, told.message))
    return found or [FieldError("", "type", "is not what was expected")]
