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
from hilo.domain.conversations.models import MessageError, PartView
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
    """What a part's state shall be. error: why it failed. number: None = all of the message.

    is_split: the message has several parts.
    """

    message: UUID
    state: State
    at: datetime
    error: MessageError | None = None
    number: int | None = None
    is_split: bool = False


class Early(Struct, frozen=True):
    """What waited for its message: a receipt, or a change of the message itself."""

    name: str
    state: str
    error: Mapping[str, str] | None
    at: datetime
    change: Mapping[str, object] | None


class Target(Struct, frozen=True):
    """The part a receipt means. number: None = all of the message."""

    message: UUID
    number: int | None
    is_split: bool


class _Named(Struct, frozen=True):
    """A vendor's id and the part it stands for."""

    name: str
    message: UUID
    number: int
    is_split: bool


class _Ours(Struct, frozen=True):
    """A message of ours."""

    message: UUID
    is_split: bool


class _After(Struct, frozen=True):
    """A message whose state moved."""

    message: UUID
    conversation: UUID
    state: State
    error: Mapping[str, str] | None = None
    parts: Sequence[Mapping[str, object]] = ()


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
        await lock_names(tx, account, names)
        found = await by_name(tx, account, names)
        for n in early:
            targets[n] = found.get(str(items[n].external_id))
        await _park(tx, account, [items[n] for n in early if targets[n] is None])
    known = [(item, t) for item, t in zip(items, targets, strict=True) if t is not None]
    await settle(tx, [_moved(item, target) for item, target in known if not item.notice])
    for item, target in known:
        if item.notice:
            await note(tx, target.message, item.notice)
    await _suppress(tx, items)


async def settle(tx: Tx, given: Sequence[Moved]) -> None:
    """Move parts forward, and their messages with them; a step back changes nothing.

    Publishes: MessageState.
    """
    last = furthest(given)
    if not last:
        return
    split = sorted({each.message for each in last.values() if each.is_split})
    if split:
        await tx.all(SQL.hold, UUID, workspace=tx.workspace, ids=split)
    places = sorted(last, key=lambda place: (place[0], place[1] or 0))
    moved = await tx.all(
        SQL.move_parts,
        UUID,
        workspace=tx.workspace,
        ids=[message for message, _ in places],
        numbers=[number for _, number in places],
        states=[last[place].state for place in places],
        errors=[_json(last[place].error) for place in places],
    )
    await derive(tx, moved, {each.message: each.at for each in last.values()})


async def derive(tx: Tx, messages: Sequence[UUID], at: Mapping[UUID, datetime]) -> None:
    """Let messages stand where the least of their parts does. at: when they moved.

    Publishes: MessageState, for messages that show another state now.
    """
    if not messages:
        return
    rows = await tx.all(
        SQL.derive, _After, workspace=tx.workspace, ids=list(dict.fromkeys(messages))
    )
    for row in rows:
        tx.publish(
            MessageState(
                conversation_id=row.conversation,
                message_id=row.message,
                state=row.state,
                at=at.get(row.message, tx.now),
                error=None if row.error is None else msgspec.convert(row.error, MessageError),
                parts=msgspec.convert(row.parts, list[PartView]) if row.parts else (),
            ),
            subject=row.conversation,
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
                error=MessageError(code="notice", detail=notice, said=notice),
            ),
            subject=row.conversation,
        )


async def lock_names(tx: Tx, account: UUID, names: Sequence[str]) -> None:
    """Before vendors' ids are stored or looked for: who speaks of them comes before or after."""
    await tx.run(SQL.lock_names, account=account, names=list(names))


async def take_early(tx: Tx, account: UUID, names: Sequence[str]) -> list[Early]:
    """Return what waited for these ids; it waits no more."""
    return await tx.all(
        SQL.take_early, Early, workspace=tx.workspace, account=account, names=list(names)
    )


def moved_early(early: Sequence[Early], part: Target) -> list[Moved]:
    """Return the receipts among what waited."""
    return [
        Moved(
            part.message,
            each.state,  # type: ignore[arg-type]
            each.at,
            None if each.error is None else msgspec.convert(each.error, MessageError),
            part.number,
            part.is_split,
        )
        for each in early
        if each.change is None
    ]


async def seen(tx: Tx, account: UUID, given: Sequence[tuple[SeenIn, Matched, datetime]]) -> None:
    """Note what went to this very identity as received or read, up to a moment or a place.

    Publishes: MessageState.
    """
    for item, who, came in given:
        until = item.up_to if item.up_to is not None or item.up_to_seq is not None else came
        targets = await tx.all(
            SQL.seen,
            Target,
            workspace=tx.workspace,
            contact=who.contact_id,
            account=account,
            identity=who.identity_id,
            state=item.state,
            until=until,
            seq=item.up_to_seq,
        )
        await settle(tx, [Moved(t.message, item.state, came, None, *_of(t)) for t in targets])


async def ours(tx: Tx, account: UUID, ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Return which of these are messages of the account, and whether each has several parts."""
    rows = await tx.all(SQL.by_id, _Ours, workspace=tx.workspace, account=account, ids=list(ids))
    return {row.message: row.is_split for row in rows}


async def by_name(tx: Tx, account: UUID, names: Sequence[str]) -> dict[str, Target]:
    """Return the parts that vendors' ids stand for."""
    rows = await tx.all(
        SQL.by_name, _Named, workspace=tx.workspace, account=account, names=list(names)
    )
    return {row.name: Target(row.message, row.number, row.is_split) for row in rows}


async def park(
    tx: Tx, account: UUID, waiting: Sequence[tuple[str, str, datetime, object, object]]
) -> None:
    """Keep what speaks of messages nobody knows yet: name, what, when, error, change."""
    if waiting:
        await tx.run(
            SQL.park,
            workspace=tx.workspace,
            account=account,
            names=[each[0] for each in waiting],
            states=[each[1] for each in waiting],
            ats=[each[2] for each in waiting],
            errors=[_json(each[3]) for each in waiting],
            changes=[_json(each[4]) for each in waiting],
        )


def _cleaned(item: StatusIn, came: datetime) -> StatusIn:
    return structs.replace(
        item,
        external_id=clean(item.external_id)[:_DETAIL_CHARS] if item.external_id else None,
        error=clean(item.error)[:_DETAIL_CHARS],
        vendor_code=clean(item.vendor_code)[:_DETAIL_CHARS],
        notice=clean(item.notice)[:_DETAIL_CHARS],
        at=min(item.at or came, came),
    )


async def _targets(tx: Tx, account: UUID, items: Sequence[StatusIn]) -> list[Target | None]:
    """Return the part of each receipt: by our id, else by the vendor's."""
    ids = [item.message for item in items if item.message is not None]
    known = await ours(tx, account, ids) if ids else {}
    names = [item.external_id for item in items if item.external_id and item.message not in known]
    theirs = await by_name(tx, account, names) if names else {}
    return [
        Target(item.message, item.part, known[item.message])
        if item.message is not None and item.message in known
        else theirs.get(item.external_id or "")
        for item in items
    ]


async def _park(tx: Tx, account: UUID, items: Sequence[StatusIn]) -> None:
    waiting = [
        (item.external_id or "", item.state, item.at or tx.now, _error(item), None)
        for item in items
        if not item.notice
    ]
    await park(tx, account, waiting)


def furthest(given: Sequence[Moved]) -> dict[tuple[UUID, int | None], Moved]:
    """Return the furthest state of each part."""
    last: dict[tuple[UUID, int | None], Moved] = {}
    for each in given:
        other = last.get((each.message, each.number))
        if other is None or ORDER.index(other.state) < ORDER.index(each.state):
            last[each.message, each.number] = each
    return last


def _of(target: Target) -> tuple[int | None, bool]:
    return target.number, target.is_split


async def _suppress(tx: Tx, items: Sequence[StatusIn]) -> None:
    dead = {clean(item.suppress).lower(): item.error for item in items if item.suppress}
    if dead:
        await inboxes.queries.suppress(tx, dead)


def _moved(item: StatusIn, target: Target) -> Moved:
    at = item.at
    assert at is not None  # noqa: S101 - `_cleaned` has set it
    return Moved(target.message, item.state, at, _error(item), *_of(target))


def _error(item: StatusIn) -> MessageError | None:
    if item.state != "failed":
        return None
    said = f"{item.vendor_code} {item.error}".strip()[:_DETAIL_CHARS]
    return MessageError(code="rejected", detail=said, reason=item.reason, said=said)


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
