"""Calls to the Graph API of one account, and what its answers mean.

Source: Meta, Graph API "Handling errors" (read 2026-11). Errors carry a code, and mostly a
sub-code that says more; `errors.toml` of a channel lists `code/sub-code`, `code`, or `200-299`.
"""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from hilo.kit.errors import ConnectorError, TemporaryFailure, UnknownOutcome
from hilo.sdk.forms import FormFile, multipart
from hilo.sdk.outbound import Call, HttpCall, HttpReply, Reply
from hilo.sdk.verdicts import Verdicts

VERSION = "v25.0"
HOST = "https://graph.facebook.com"
_RIGHTS = range(200, 300)
_UPLOAD_S = 60.0
_JSON = "application/json"

Answered = dict[str, Any]
Asking = Generator[Call, Reply, Answered]


class Trouble(Struct, frozen=True, kw_only=True):
    """The error of an answer, as the vendor told it."""

    code: int = 0
    subcode: int | None = msgspec.field(name="error_subcode", default=None)
    message: str = ""
    data: Mapping[str, object] = msgspec.field(name="error_data", default={})
    is_transient: bool = False

    @property
    def detail(self) -> str:
        """What there is to read."""
        said = self.data.get("details")
        return said if isinstance(said, str) and said else self.message

    @property
    def names(self) -> list[str]:
        """What a table may call it, the narrowest first."""
        names = [] if self.subcode is None else [f"{self.code}/{self.subcode}"]
        names.append(str(self.code))
        return [*names, "200-299"] if self.code in _RIGHTS else names


class Graph(Struct, frozen=True, kw_only=True):
    """The vendor as one account speaks to it. base: with the version, without a slash."""

    base: str
    headers: Mapping[str, str]
    verdicts: Verdicts

    def get(self, path: str, **query: str) -> HttpCall:
        """Return a call that changes nothing."""
        asked = f"?{urlencode(query)}" if query else ""
        return HttpCall(
            method="GET",
            url=f"{self.base}/{path}{asked}",
            headers=self.headers,
            is_harmless=True,
        )

    def post(self, path: str, body: object, *, is_harmless: bool = False) -> HttpCall:
        """Return a call with a JSON body."""
        return HttpCall(
            method="POST",
            url=f"{self.base}/{path}",
            headers={**self.headers, "content-type": _JSON},
            body=msgspec.json.encode(body),
            is_harmless=is_harmless,
        )

    def delete(self, path: str) -> HttpCall:
        """Return a call that takes something away; twice does no harm."""
        return HttpCall(
            method="DELETE", url=f"{self.base}/{path}", headers=self.headers, is_harmless=True
        )

    def upload(self, path: str, fields: Mapping[str, str], files: Sequence[FormFile]) -> HttpCall:
        """Return a call that only stores a file: twice does no harm."""
        media_type, body = multipart(fields, files)
        return HttpCall(
            method="POST",
            url=f"{self.base}/{path}",
            headers={**self.headers, "content-type": media_type},
            body=body,
            timeout_s=_UPLOAD_S,
            is_harmless=True,
        )

    def ask(self, call: HttpCall, now: datetime | None = None, attempt: int = 1) -> Asking:
        """Make the call; return the object it is answered with. Raises what the answer means."""
        reply = yield call
        if not isinstance(reply, HttpReply):
            raise UnknownOutcome("no answer to an HTTP request")
        answered = _object(reply.body)
        if _is_good(reply) and answered is not None and "error" not in answered:
            return answered
        raise self.error(reply, now, attempt, is_harmless=call.is_harmless)

    def error(
        self,
        reply: HttpReply,
        now: datetime | None = None,
        attempt: int = 1,
        *,
        is_harmless: bool = False,
    ) -> ConnectorError:
        """Return what an answer without success means."""
        trouble = trouble_of(reply.body)
        if trouble is None:
            if _is_good(reply):
                # A proxy spoke in the vendor's name: what it swallowed nobody knows.
                kind = TemporaryFailure if is_harmless else UnknownOutcome
                return kind("the answer is no object")
            said = reply.body[:200].decode("utf-8", "replace")
            return self.verdicts.error(str(reply.status), said, reply, now, attempt)
        known = next((name for name in trouble.names if self.verdicts.knows(name)), None)
        if known is None and trouble.is_transient:
            return TemporaryFailure(trouble.detail, vendor_code=trouble.names[0])
        return self.verdicts.error(known or trouble.names[0], trouble.detail, reply, now, attempt)


def trouble_of(body: bytes) -> Trouble | None:
    """Return the error in an answer's body; None when there is none to be read."""
    answered = _object(body)
    try:
        return msgspec.convert((answered or {})["error"], Trouble, strict=False)
    except (KeyError, msgspec.ValidationError):
        return None


def _is_good(reply: HttpReply) -> bool:
    return HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES


def _object(body: bytes) -> Answered | None:
    try:
        answered = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return answered if isinstance(answered, dict) else None
