"""What a vendor's error code means, read from `errors.toml` in the connector's folder.

A code nobody listed is judged by the HTTP status alone. Pure.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

from hilo.kit.errors import (
    AuthExpired,
    ConnectorError,
    Rejected,
    TemporaryFailure,
    Throttled,
    UnknownOutcome,
)
from hilo.sdk.outbound import HttpReply
from hilo.sdk.reasons import Reason

Does = Literal["retry", "slow_account", "slow_recipient", "stop", "off", "unknown"]
_DETAIL_CHARS = 300
_LONGEST_S = 3600.0
# A gateway, or a server that broke, may have the message and be unable to say so.
_WHO_KNOWS = {500, 502, 504}
_EARLY = {408, 425}
_PAUSES = {"retry", "slow_account", "slow_recipient"}
_FINAL: Mapping[str, type[ConnectorError]] = {
    "off": AuthExpired,
    "unknown": UnknownOutcome,
    "stop": Rejected,
}


class Verdict(Struct, frozen=True, kw_only=True):
    """What to do when one of these codes comes. pause_s: where the vendor names none.

    retry: the vendor did nothing, try again. slow_*: the same, after a pause for all or for this
    recipient. stop: refused for good, the agent is told. off: the account's credentials or rights
    are gone. unknown: it may have happened. grows: the pause is that many times longer at each
    further attempt. why: what the agent reads in their own language; needed where it stops.
    """

    codes: Sequence[str]
    does: Does
    pause_s: float = 1.0
    grows: float = 1.0
    why: Reason = ""
    means: str = ""


class Verdicts:
    """The table of one channel."""

    def __init__(self, table: Sequence[Verdict]) -> None:
        """table: each code stands in one line only."""
        self._of = {code: each for each in table for code in each.codes}

    def knows(self, code: str) -> bool:
        """Say whether the table has the code."""
        return code in self._of

    def why(self, code: str) -> Reason:
        """Return why, for a code that comes later in a receipt."""
        known = self._of.get(code)
        return "" if known is None else known.why

    def error(
        self,
        code: str,
        detail: str,
        reply: HttpReply,
        now: datetime | None = None,
        attempt: int = 1,
    ) -> ConnectorError:
        """Return what to raise for an answer that is no success. now: to read a date with."""
        said = detail.replace("\x00", "")[:_DETAIL_CHARS]
        known = self._of.get(code)
        pause_s = retry_after_s(reply.headers, now)
        if known is None:
            return _by_status(reply.status, code or str(reply.status), said, pause_s)
        if known.does == "retry" and pause_s is None:
            return TemporaryFailure(said, vendor_code=code, reason=known.why)
        if known.does in _PAUSES:
            return Throttled(
                said,
                retry_after_s=pause_s
                or min(known.pause_s * known.grows ** (attempt - 1), _LONGEST_S),
                vendor_code=code,
                reason=known.why,
                scope="recipient" if known.does == "slow_recipient" else "account",
            )
        return _FINAL[known.does](said or known.means, vendor_code=code, reason=known.why)


def read(package: str) -> Verdicts:
    """Return the table in a connector's folder: `[[error]]` lines of codes, does, pause_s."""
    text = resources.files(package).joinpath("errors.toml").read_text(encoding="utf-8")
    return Verdicts(msgspec.convert(tomllib.loads(text)["error"], list[Verdict]))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return what `Retry-After` asks for, in seconds, at most an hour. A date needs `now`."""
    header = headers.get("retry-after", "").strip()
    try:
        pause = float(header)
    except ValueError:
        try:
            pause = (parsedate_to_datetime(header) - now).total_seconds() if now else 0.0
        except (TypeError, ValueError):
            return None
    return min(max(pause, 0.0), _LONGEST_S) if header and pause == pause else None  # noqa: PLR0124 - nan


def _by_status(status: int, code: str, said: str, pause_s: float | None) -> ConnectorError:
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and pause_s is not None
    ):
        return Throttled(said, retry_after_s=pause_s or 1.0, vendor_code=code)
    kind: type[ConnectorError] = Rejected
    if status == HTTPStatus.UNAUTHORIZED:
        kind = AuthExpired
    elif status in _WHO_KNOWS:
        kind = UnknownOutcome
    elif status in _EARLY or status > HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = TemporaryFailure
    return kind(said, vendor_code=code)
