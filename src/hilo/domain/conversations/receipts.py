"""What became of what we sent: receipts move a message's state forward, never back.

A receipt that comes before its message is known waits until the vendor's id is stored.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from hilo.domain import inboxes
from hilo.domain.contacts import Matched
from hilo.domain.conversations.events import MessageState
from hilo.domain.conversations.models import MessageError
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.inbound import SeenIn, StatusIn

SQL = Queries(__package__, "receipts.sql")
State = Literal["queued", "sending", "uncertain", "sent", "failed", "delivered", "read"]
ORDER: Sequence[State] = (
    "queued",
    "sending",
    "uncertain",
    "sent",
    "failed",
    "delivered",
    "read",
)
_DETAIL_CHARS = 500


class Moved(Struct, frozen=True):
    """What a message's state shall be. error: why it failed."""

    message: UUID
    state: State
    at: datetime
    error: MessageError | None = None


class Early(Struct, frozen=True):
    """A receipt that waited for its message."""

    state: State
    error: Mapping[str, str] | None
    at: datetime


class _Named(Struct, frozen=True):
    """A vendor's id and the message it stands for."""

    name: str
    message: UUID


class _After(Struct, frozen=True):
    """A message whose state moved."""

    message: UUID
    conversation: UUID
    state: State


async def apply(tx: Tx, account: UUID, given: Sequence[tuple[StatusIn, datetime]]) -> None:
    """Apply receipts of one account in order of arrival; park those whose message is not known yet.

    given: each with the moment its delivery came.
    Publishes: MessageState, for messages whose state moved.
    """
    if not given:
        return
    items = [_cleaned(item, came) for item, came in given]
    targets = await _targets(tx, account, items)
    early = [n for n, target in enumerate(targets) if target is None and items[n].external_id]
    if early:
        names = [str(items[n].external_id) for n in early]
        await tx.run(SQL.lock_names, account=account, names=names)
        found = await _by_name(tx, account, names)
        for n in early:
            targets[n] = found.get(str(items[n].external_id))
        await _park(tx, account, [items[n] for n in early if targets[n] is None])
    known = [(item, t) for item, t in zip(items, targets, strict=True) if t is not None]
    await _settle(tx, [_moved(item, target) for item, target in known if not item.notice])
    for item, target in known:
        if item.notice:
            await note(tx, target, item.notice)
    await _suppress(tx, items)


async def advance(tx: Tx, given: Sequence[Moved]) -> None:
    """Move messages forward; what would be a step back changes nothing.

    Publishes: MessageState.
    """
    last = furthest(given)
    if not last:
        return
    for after in await tx.all(SQL.advance, _After, workspace=tx.workspace, **_columns(last)):
        moved = last[after.message]
        tx.publish(
            MessageState(
                conversation_id=after.conversation,
                message_id=after.message,
                state=after.state,
                at=moved.at,
                error=moved.error,
            ),
            subject=after.conversation,
        )


async def note(tx: Tx, message: UUID, notice: str) -> None:
    """Keep news of a message that changes no state: it is late, some recipients refused it.

    Publishes: MessageState, with the notice as its error.
    """
    row = await tx.maybe(SQL.notice, _After, workspace=tx.workspace, message=message, notice=notice)
    if row is not None:
        tx.publish(
            MessageState(
                conversation_id=row.conversation,
                message_id=row.message,
                state=row.state,
                at=tx.now,
                error=MessageError(code="notice", detail=notice),
            ),
            subject=row.conversation,
        )


async def lock_name(tx: Tx, account: UUID, name: str) -> None:
    """Before a vendor's id is stored: receipts that speak of it come before or after."""
    await tx.run(SQL.lock_names, account=account, names=[name])


async def take_early(tx: Tx, account: UUID, name: str, message: UUID) -> list[Moved]:
    """Return what waited for this vendor's id; it waits no more."""
    rows = await tx.all(SQL.take_early, Early, workspace=tx.workspace, account=account, name=name)
    return [
        Moved(
            message,
            row.state,
            row.at,
            None if row.error is None else msgspec.convert(row.error, MessageError),
        )
        for row in rows
    ]


async def seen(tx: Tx, account: UUID, given: Sequence[tuple[SeenIn, Matched, datetime]]) -> None:
    """Mark as read what went to this very identity, up to a moment or a place in the conversation.

    Publishes: MessageState.
    """
    for item, who, came in given:
        until = item.up_to if item.up_to is not None or item.up_to_seq is not None else came
        messages = await tx.all(
            SQL.seen,
            UUID,
            workspace=tx.workspace,
            contact=who.contact_id,
            account=account,
            identity=who.identity_id,
            until=until,
            seq=item.up_to_seq,
        )
        await _settle(tx, [Moved(message, "read", came) for message in messages])


def _cleaned(item: StatusIn, came: datetime) -> StatusIn:
    return structs.replace(
        item,
        external_id=clean(item.external_id)[:_DETAIL_CHARS] if item.external_id else None,
        error=clean(item.error)[:_DETAIL_CHARS],
        notice=clean(item.notice)[:_DETAIL_CHARS],
        at=min(item.at or came, came),
    )


async def _targets(tx: Tx, account: UUID, items: Sequence[StatusIn]) -> list[UUID | None]:
    """Return the message of each receipt: by our id, else by the vendor's."""
    ids = [item.message for item in items if item.message is not None]
    ours: set[UUID] = set()
    if ids:
        ours = set(await tx.all(SQL.by_id, UUID, workspace=tx.workspace, account=account, ids=ids))
    names = [item.external_id for item in items if item.external_id and item.message not in ours]
    theirs = await _by_name(tx, account, names) if names else {}
    return [
        item.message if item.message in ours else theirs.get(item.external_id or "")
        for item in items
    ]


async def _by_name(tx: Tx, account: UUID, names: Sequence[str]) -> dict[str, UUID]:
    rows = await tx.all(
        SQL.by_name, _Named, workspace=tx.workspace, account=account, names=list(names)
    )
    return {row.name: row.message for row in rows}


async def _park(tx: Tx, account: UUID, items: Sequence[StatusIn]) -> None:
    waiting = [item for item in items if not item.notice]
    if not waiting:
        return
    await tx.run(
        SQL.park,
        workspace=tx.workspace,
        account=account,
        names=[item.external_id for item in waiting],
        states=[item.state for item in waiting],
        errors=[_json(_error(item)) for item in waiting],
        ats=[item.at for item in waiting],
    )


async def _settle(tx: Tx, given: Sequence[Moved]) -> None:
    """Apply what receipts say: to the parts first, as whoever carries them does."""
    last = furthest(given)
    if last:
        await tx.run(SQL.settle_parts, workspace=tx.workspace, **_columns(last))
        await advance(tx, list(last.values()))


def furthest(given: Sequence[Moved]) -> dict[UUID, Moved]:
    """Return the furthest state of each message."""
    last: dict[UUID, Moved] = {}
    for each in given:
        other = last.get(each.message)
        if other is None or ORDER.index(other.state) < ORDER.index(each.state):
            last[each.message] = each
    return last


def _columns(last: Mapping[UUID, Moved]) -> dict[str, object]:
    ids = sorted(last)
    return {
        "ids": ids,
        "states": [last[id_].state for id_ in ids],
        "errors": [_json(last[id_].error) for id_ in ids],
    }


async def _suppress(tx: Tx, items: Sequence[StatusIn]) -> None:
    dead = {clean(item.suppress).lower(): item.error for item in items if item.suppress}
    if dead:
        await inboxes.queries.suppress(tx, dead)


def _moved(item: StatusIn, target: UUID) -> Moved:
    at = item.at
    assert at is not None  # noqa: S101 - `_cleaned` has set it
    return Moved(target, item.state, at, _error(item))


def _error(item: StatusIn) -> MessageError | None:
    return MessageError(code="rejected", detail=item.error) if item.state == "failed" else None


def _json(error: MessageError | None) -> str | None:
    return None if error is None else msgspec.json.encode(error).decode()
