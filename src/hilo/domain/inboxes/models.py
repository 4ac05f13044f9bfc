"""What an inbox and an account look like to everybody above."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.sdk.manifest import Threading

AccountState = Literal["active", "held", "off"]
Source = Literal["hook", "mail", "chat"]
Visibility = Literal["everyone", "team", "own"]


class AccountView(Struct, frozen=True, kw_only=True):
    """A connected account. secrets_set: names of its secrets, never their values.

    state: held = sending waits until an admin mends it, what arrives is taken; off = neither.
    problem: code and detail of what holds it. is_sandbox: its vendor is the simulator, for ever.
    expires_at: when its credentials end, where the vendor says so.
    """

    id: UUID
    inbox_id: UUID
    channel: str
    name: str
    address: str | None
    settings: Mapping[str, object]
    secrets_set: Sequence[str]
    state: AccountState
    problem: Mapping[str, object] | None
    webhook_url: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    created_at: datetime | None
    is_sandbox: bool = False
    expires_at: datetime | None = None


class InboxView(Struct, frozen=True, kw_only=True):
    """Where messages of its accounts land.

    threading: None = each channel's default. reopen_window_s: how long a resolved conversation is
    opened again by a new message; after that a new one begins. visibility: which agents see its
    conversations: all, those of its team (team_id), or each only what is its own or nobody's;
    owners and admins see everything.
    """

    id: UUID
    name: str
    threading: Threading | None
    reopen_window_s: int
    accounts: Sequence[AccountView]
    created_at: datetime | None
    visibility: Visibility = "everyone"
    team_id: UUID | None = None


class InboxRow(Struct, frozen=True):
    """One inbox as stored."""

    id: UUID
    name: str
    threading: Threading | None
    reopen_window_s: int
    created_at: datetime | None
    visibility: Visibility = "everyone"
    team_id: UUID | None = None


class AccountRow(Struct, frozen=True):
    """One account as stored, secrets sealed."""

    workspace_id: UUID
    id: UUID
    inbox_id: UUID
    channel: str
    name: str
    address: str | None
    settings: Mapping[str, object]
    secrets: bytes
    state: AccountState
    is_sandbox: bool = False
    problem: Mapping[str, object] | None = None
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None


class Parked(Struct, frozen=True, kw_only=True):
    """A delivery that could not be understood: kept whole until it is replayed or thrown away."""

    id: UUID
    account_id: UUID
    source: Source
    received_at: datetime
    error: Mapping[str, object]
    attempts: int
    size_bytes: int
    summary: str


class NewDelivery(Struct, frozen=True):
    """One raw request or mail at the door, not stored yet."""

    workspace_id: UUID
    id: UUID
    account_id: UUID
    source: Source
    headers: Mapping[str, str]
    body: bytes
    dedupe_key: str


class Pending(Struct, frozen=True):
    """One stored delivery that waits for intake."""

    id: UUID
    source: Source
    headers: Mapping[str, str]
    body: bytes
    attempts: int
    received_at: datetime
