"""An account as its connector sees it, and what reaches it raw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.kit.errors import ConnectorError, HiloError

_DETAIL_CHARS = 200


class Account(Struct, frozen=True, kw_only=True):
    """A connected account as a connector sees it. secrets are opened; never log one.

    is_sandbox: its calls go to the simulator and can never reach the vendor.
    """

    id: UUID
    workspace: UUID
    inbox: UUID
    channel: str
    address: str | None = None
    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}
    public_url: str = ""
    is_sandbox: bool = False

    @property
    def webhook_url(self) -> str:
        """The address the vendor calls."""
        return f"{self.public_url}/hooks/{self.channel}/{self.id}"


class Asked(Struct, frozen=True, kw_only=True):
    """A request at an account's own address, before anything is stored.

    query: the last of equal names. headers: lower-cased names.
    """

    method: Literal["GET", "POST"]
    url: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    received_at: datetime


class Answer(Struct, frozen=True, kw_only=True):
    """What the door answers instead of its own words. stores: keep it as a delivery too."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    stores: bool = False


class Delivery(Struct, frozen=True, kw_only=True):
    """One raw request as received. headers: lower-cased names; received_at: our clock, aware."""

    body: bytes
    headers: Mapping[str, str] = {}
    url: str = ""
    received_at: datetime
    id: UUID | None = None


class Check(Struct, frozen=True, kw_only=True):
    """One line of an account's live check.

    key: of its text; ok None = cannot tell. detail: plain, no secrets. reason: why it failed, of
    `why.<reason>` or of the errors' codes; the detail is the other side's words then.
    """

    key: str
    ok: bool | None
    detail: str = ""
    reason: str = ""


def failed(key: str, error: HiloError, *, ok: bool | None = False) -> Check:
    """Return the line of a step that went wrong."""
    reason = (error.reason if isinstance(error, ConnectorError) else "") or error.code
    detail = "" if error.message == error.code else error.message[:_DETAIL_CHARS]
    return Check(key=key, ok=ok, detail=detail, reason=reason)


class SettingsRead(Struct, frozen=True, kw_only=True):
    """An account's settings after the connector accepted them.

    address: the mailbox, where there is one. aliases: more addresses of it, in lower case.
    """

    settings: Mapping[str, object]
    secrets: Mapping[str, str]
    address: str | None = None
    aliases: Sequence[str] = ()
    name: str = ""
