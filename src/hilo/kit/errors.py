"""The one family of errors. Each says what to do next.

The stable `code` is the API, the text is not.

HiloError
├─ UserError            the caller can mend it; never pages anyone
│  ├─ Unauthenticated  Forbidden  NotFound  Conflict  Gone  TooLarge  Unavailable
│  ├─ Invalid           field errors: path, code, message
│  └─ RateLimited       retry_after_s
├─ ConnectorError       the outside failed
│  ├─ TemporaryFailure  again later, with back-off
│  │  └─ Throttled      again after retry_after_s, and slow this account down
│  ├─ UnknownOutcome    it may have happened: shown, never repeated blindly
│  ├─ AuthExpired       hold the account, ask an admin to reconnect
│  ├─ Rejected          give up on this message, show the agent why
│  ├─ Unsupported       should have asked for the feature first
│  ├─ BadSignature      401, counted, nothing kept
│  └─ MalformedPayload  the delivery is kept and parked
│     └─ LeftBehind     ... by its beginning: the rest is still where it came from
└─ Bug                  an invariant broke: 500, and someone is told
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from msgspec import Struct


class HiloError(Exception):
    """The root. `message` is for developers and logs; people read the catalogue text of `code`."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", **params: object) -> None:
        """Keep what happened and the parameters of its text."""
        super().__init__(message or self.code)
        self.message = message or self.code
        self.params: Mapping[str, object] = params


class UserError(HiloError):
    """The caller can mend it."""

    code = "bad-request"


class Unauthenticated(UserError):
    """Nobody is signed in, or the credentials are wrong."""

    code = "unauthenticated"


class Forbidden(UserError):
    """Known, but not allowed. Names the missing permission in params."""

    code = "forbidden"


class NotFound(UserError):
    """Does not exist, or belongs to another workspace: the caller cannot tell."""

    code = "not-found"


class Conflict(UserError):
    """The state has moved on; params say how. `reason` narrows the code."""

    code = "conflict"


class Gone(UserError):
    """Was there, cannot come back."""

    code = "gone"


class TooLarge(UserError):
    """Beyond a limit named in params."""

    code = "too-large"


class Unavailable(UserError):
    """Cannot be served just now; the same request may succeed later."""

    code = "unavailable"


class FieldError(Struct, frozen=True):
    """One field that is not valid.

    field: dotted path; code: for machines; message: plain English.
    """

    field: str
    code: str
    message: str


class Invalid(UserError):
    """Some fields are not valid. Nothing was written."""

    code = "validation"

    def __init__(self, *errors: FieldError, message: str = "") -> None:
        """errors: at least one."""
        told = (f"{e.field}: {e.message}" if e.field else e.message for e in errors)
        super().__init__(message or "; ".join(told))
        self.errors: Sequence[FieldError] = errors


def invalid(field: str, code: str, message: str) -> Invalid:
    """Shorthand for one wrong field."""
    return Invalid(FieldError(field, code, message))


class RateLimited(UserError):
    """Too many requests."""

    code = "rate-limited"

    def __init__(self, retry_after_s: int) -> None:
        """retry_after_s: when the next one may succeed."""
        super().__init__(f"retry after {retry_after_s} s", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class ConnectorError(HiloError):
    """The outside failed. `vendor_code` and `reason` go into the message's error."""

    code = "connector"

    def __init__(
        self, message: str = "", *, vendor_code: str = "", reason: str = "", **params: object
    ) -> None:
        """vendor_code: as the vendor wrote it, empty when there is none. reason: `why.<reason>`."""
        super().__init__(message, **params)
        self.vendor_code = vendor_code
        self.reason = reason


class TemporaryFailure(ConnectorError):
    """Again later, with back-off. The vendor certainly did not act."""

    code = "temporary-failure"


class Throttled(TemporaryFailure):
    """Again after a pause the vendor named."""

    code = "throttled"

    def __init__(
        self,
        message: str = "",
        *,
        retry_after_s: float,
        vendor_code: str = "",
        reason: str = "",
        scope: Literal["account", "recipient"] = "account",
    ) -> None:
        """retry_after_s: at least this long. scope: whom else the pause holds back."""
        super().__init__(message, vendor_code=vendor_code, reason=reason)
        self.retry_after_s = retry_after_s
        self.scope = scope


class UnknownOutcome(ConnectorError):
    """The request was written and no answer came: it may have happened."""

    code = "unknown-outcome"


class AuthExpired(ConnectorError):
    """The account's credentials no longer work."""

    code = "auth-expired"


class Rejected(ConnectorError):
    """The vendor refused this message for good."""

    code = "rejected"


class Unsupported(ConnectorError):
    """The channel cannot do this; ask the manifest first."""

    code = "unsupported"


class BadSignature(ConnectorError):
    """Not signed by who it claims to be, or too old."""

    code = "bad-signature"


class MalformedPayload(ConnectorError):
    """Signed, but not understood."""

    code = "malformed-payload"


class LeftBehind(MalformedPayload):
    """Only the beginning was taken; the rest is where it was. Parked, so that somebody decides."""

    code = "left-behind"


class Bug(HiloError):
    """An invariant broke."""

    code = "internal"
