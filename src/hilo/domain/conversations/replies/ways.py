"""By which ways a contact can be written to now, why the others are closed, and which is best."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, structs

from hilo.domain.conversations.replies import windows
from hilo.domain.conversations.replies.senders import (
    SIGNATURE_CHARS,
    Before,
    SenderView,
    accounts_of,
    addressed,
    senders_of,
)
from hilo.domain.conversations.views.lists import get_conversation
from hilo.domain.inboxes import AccountRow, AccountState, Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.sdk.abilities import Writer
from hilo.sdk.inbound import IdentityKind

SQL = Queries(__package__, "ways.sql")
Closed = Literal["window", "opted-out", "held", "off", "no-identity"]


class WayView(Struct, frozen=True, kw_only=True):
    """One way to write. closed: why no free reply leaves by it now; null: it is open.

    until: when its window ends, or ended. heard_at: when the contact last wrote by it.
    takes_template: an approved template leaves by it although the window is closed.
    is_proposed: where the contact last wrote and a reply may go; one at most. senders: the
    account's addresses a reply may leave from, its own first. links_files: files leave by it as
    links below the words.
    """

    account_id: UUID
    inbox_id: UUID
    inbox_name: str
    channel: str
    account_name: str
    is_sandbox: bool
    identity_id: UUID | None
    kind: IdentityKind | None
    value: str
    closed: Closed | None
    until: datetime | None = None
    heard_at: datetime | None = None
    takes_template: bool = False
    links_files: bool = False
    is_proposed: bool = False
    senders: Sequence[SenderView] = ()


class _Row(Struct, frozen=True):
    account: UUID
    inbox: UUID
    inbox_name: str
    channel: str
    account_name: str
    state: AccountState
    is_sandbox: bool
    identity: UUID | None
    kind: IdentityKind | None
    value: str | None
    stopped_at: datetime | None
    heard_at: datetime | None
    written_to: object
    left_from: str | None
    signature: str | None
    settings: Mapping[str, object]


async def ways(tx: Tx, actor: Actor, channels: Channels, conversation_id: UUID) -> list[WayView]:
    """Return every way to the conversation's contact, the last used first.

    Raises: Forbidden; NotFound.
    """
    view = await get_conversation(tx, actor, conversation_id)
    rows = await tx.all(
        SQL.ways,
        _Row,
        workspace=tx.workspace,
        contact=view.contact.id,
        conversation=view.id,
        mails=reaching(channels, "email"),
        phones=reaching(channels, "phone"),
        addressed=addressed(channels),
        agent=actor.id,
    )
    known = [row for row in rows if row.channel in channels.connectors]
    accounts = await accounts_of(tx, channels, {row.channel for row in known})
    return _proposed(
        [
            structs.replace(
                _view(channels, row, tx.now),
                senders=_senders(actor, channels, row, accounts.get(row.account)),
            )
            for row in known
        ]
    )


def reaching(channels: Channels, kind: Literal["email", "phone"]) -> list[str]:
    """Return the channels that write to any address of this kind."""
    return [name for name, each in channels.connectors.items() if kind in each.manifest.reaches]


def _view(channels: Channels, row: _Row, now: datetime) -> WayView:
    manifest = channels.connectors[row.channel].manifest
    window = windows.window_of(manifest, row.settings)
    closed: Closed | None = None
    if row.identity is None:
        closed = "no-identity"
    elif row.stopped_at is not None:
        closed = "opted-out"
    elif row.state != "active":
        closed = row.state
    elif not windows.is_open(window, row.heard_at, now):
        closed = "window"
    return WayView(
        account_id=row.account,
        inbox_id=row.inbox,
        inbox_name=row.inbox_name,
        channel=row.channel,
        account_name=row.account_name,
        is_sandbox=row.is_sandbox,
        identity_id=row.identity,
        kind=row.kind,
        value=row.value or "",
        closed=closed,
        until=windows.open_until(window, row.heard_at),
        heard_at=row.heard_at,
        takes_template=closed == "window" and window.template,
        links_files=manifest.links_files(row.settings),
    )


def _senders(
    actor: Actor, channels: Channels, row: _Row, account: AccountRow | None
) -> Sequence[SenderView]:
    if account is None:
        return ()
    own = (row.signature or "")[:SIGNATURE_CHARS].strip()
    writer = None if actor.kind == "system" else Writer(name=actor.name, signature=own)
    return senders_of(channels, account, Before(row.written_to, row.left_from), writer)


def _proposed(given: Sequence[WayView]) -> list[WayView]:
    """Mark where the contact last wrote and a reply may go, else the first that is open."""
    best = next((n for n, each in enumerate(given) if each.closed is None), None)
    return [
        structs.replace(each, is_proposed=True) if n == best else each
        for n, each in enumerate(given)
    ]
