"""Offers to go on elsewhere: by which accounts somebody can be invited, and a code for one of them.

An offer binds nothing. It is a single-use code with an end; what happens when it comes back is
decided in `redeeming`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain import inboxes
from hilo.domain.conversations.crossing import codes
from hilo.domain.conversations.crossing.invitations import link_of
from hilo.domain.conversations.views.lists import get_conversation
from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import RateLimited, invalid
from hilo.kit.events import By
from hilo.kit.ids import new_id
from hilo.kit.qr import qr
from hilo.kit.sql import Queries

SQL = Queries(__package__, "crossing.sql")
LIVES = timedelta(hours=24)
_SPAN = timedelta(hours=1)
_MOST = 20  # codes of a conversation within the span


class Elsewhere(Struct, frozen=True, kw_only=True):
    """An account to which a conversation can go on."""

    account_id: UUID
    inbox_id: UUID
    channel: str
    account_name: str
    is_sandbox: bool


class Offer(Struct, frozen=True, kw_only=True):
    """What the contact is given. qr: the link as rows of modules, "1" for dark; null: too long."""

    id: UUID
    account_id: UUID
    channel: str
    is_sandbox: bool
    code: str
    link: str
    qr: Sequence[str] | None
    expires_at: datetime


async def elsewhere(
    tx: Tx, actor: Actor, channels: Channels, conversation_id: UUID
) -> list[Elsewhere]:
    """Return where the conversation could go on; not where the contact writes already.

    Raises: Forbidden; NotFound.
    """
    actor.must("conversation:reply")
    await get_conversation(tx, actor, conversation_id)
    given = {"workspace": tx.workspace, "conversation": conversation_id}
    here = await tx.maybe(SQL.last_heard_by, UUID, **given)
    return [_place(row) for row in await _open(tx, channels) if row.id != here]


async def offer(
    tx: Tx, actor: Actor, channels: Channels, conversation_id: UUID, account_id: UUID
) -> Offer:
    """Make a code with which the conversation goes on there.

    Raises: Forbidden; NotFound; Invalid for an account nobody can be invited to; RateLimited.
    """
    actor.must("conversation:reply")
    await get_conversation(tx, actor, conversation_id)
    return await mint(tx, channels, conversation_id, account_id, actor.by)


async def places_for_visitors(tx: Tx, channels: Channels) -> list[Elsewhere]:
    """Return where a visitor may be sent: never to what is only played."""
    return [_place(row) for row in await _open(tx, channels) if not row.is_sandbox]


async def mint(
    tx: Tx, channels: Channels, conversation_id: UUID, account_id: UUID, by: By
) -> Offer:
    """Make a code; who may ask has been asked. Raises: Invalid; RateLimited."""
    rows = {row.id: row for row in await _open(tx, channels)}
    row = rows.get(account_id)
    if row is None:
        raise invalid("account_id", "no-invitation", "is not an account one can be invited to")
    await _refuse_many(tx, conversation_id)
    code = codes.new_code()
    id_, until = new_id(), tx.now + LIVES
    await tx.run(
        SQL.mint,
        workspace=tx.workspace,
        id=id_,
        hash=codes.hash_of(tx.workspace, code),
        conversation=conversation_id,
        account=account_id,
        by=by,
        expires_at=until,
        now=tx.now,
    )
    link = link_of(channels, row, code)
    return Offer(
        id=id_,
        account_id=row.id,
        channel=row.channel,
        is_sandbox=row.is_sandbox,
        code=code,
        link=link,
        qr=qr(link),
        expires_at=until,
    )


async def _refuse_many(tx: Tx, conversation_id: UUID) -> None:
    given = {"workspace": tx.workspace, "conversation": conversation_id}
    await tx.run(SQL.forget_old, now=tx.now, **given)
    if await tx.one(SQL.minted, int, since=tx.now - _SPAN, **given) >= _MOST:
        raise RateLimited(round(_SPAN.total_seconds()))


async def _open(tx: Tx, channels: Channels) -> list[AccountRow]:
    """Return the accounts that take somebody in now."""
    rows = await inboxes.queries.accounts(tx)
    return [
        row
        for row in rows
        if row.state == "active"
        and row.channel in channels.connectors
        and link_of(channels, row, codes.BLANK)
    ]


def _place(row: AccountRow) -> Elsewhere:
    return Elsewhere(
        account_id=row.id,
        inbox_id=row.inbox_id,
        channel=row.channel,
        account_name=row.name,
        is_sandbox=row.is_sandbox,
    )
