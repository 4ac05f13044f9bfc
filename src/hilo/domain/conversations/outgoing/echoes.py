"""Echoes: what the business wrote comes back. Ours settles its part; the rest is from elsewhere.

Ours is known by our tracker, by the vendor's id, or by what it says within a minute of a call whose
outcome nobody knows.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.contacts import normal
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.replies.splitting import Slice
from hilo.domain.conversations.thread import amending, receipts
from hilo.domain.conversations.thread.receipts import Moved, Target
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.kit.text import fold
from hilo.sdk.inbound import EchoIn, IdentityKind, MessageIn, SenderIn

SQL = Queries(__package__, "echoes.sql")
_LATELY = timedelta(seconds=60)


class Heard(Struct, frozen=True):
    """An echo and when it came."""

    item: EchoIn
    at: datetime

    @property
    def name(self) -> str:
        """Return the vendor's id as it is stored."""
        return outside_name(self.item.external_id)


class _Unsettled(Struct, frozen=True):
    message: UUID
    number: int
    slice: Mapping[str, object] | None
    text: str
    attachments: Sequence[Mapping[str, object]]
    kind: IdentityKind
    value: str

    @property
    def target(self) -> Target:
        return Target(self.message, self.number, self.slice is not None)

    @property
    def mark(self) -> str:
        if self.slice is None:
            return _mark(self.text, len(self.attachments))
        share = msgspec.convert(self.slice, Slice)
        return _mark(share.text, len(share.files))


async def settle(tx: Tx, account: UUID, given: Sequence[Heard]) -> set[int]:
    """Settle the parts these echo; return the places of those that are none of ours.

    Publishes: MessageState; MessageChanged for what waited.
    """
    if not given:
        return set()
    names = sorted({each.name for each in given})
    await receipts.lock_names(tx, account, names)
    known: dict[int, Target] = dict(await _tracked(tx, account, given))
    by_name = await receipts.by_name(tx, account, names)
    for place, each in enumerate(given):
        if place not in known and each.name in by_name:
            known[place] = by_name[each.name]
    rest = [place for place in range(len(given)) if place not in known]
    if rest:
        known |= await _alike(tx, account, {place: given[place] for place in rest})
    await _note(tx, account, [(given[place], target) for place, target in known.items()])
    return set(range(len(given))) - set(known)


async def confirm(tx: Tx, account: UUID, name: str | None, target: Target) -> None:
    """Note that a part arrived, as the vendor says when asked. name: its id there.

    Publishes: MessageState; MessageChanged for what waited.
    """
    outside = outside_name(name or "")
    if not outside:
        moved = Moved(target.message, "sent", tx.now, None, target.number, target.is_split)
        await receipts.settle(tx, [moved])
        return
    await receipts.lock_names(tx, account, [outside])
    heard = Heard(EchoIn(external_id=outside, to=SenderIn(identities=[])), tx.now)
    await _note(tx, account, [(heard, target)])


def as_message(echo: EchoIn) -> MessageIn:
    """Return it in the shape in which messages join conversations."""
    stamp: dict[str, object] = {"elsewhere": True}
    if echo.written_with:
        stamp["written_with"] = echo.written_with
    return MessageIn(
        external_id=echo.external_id,
        sender=echo.to,
        text=echo.text,
        content=echo.content,
        files=echo.files,
        reply_to=echo.reply_to,
        at=echo.at,
        stamp=stamp,
    )


async def _tracked(tx: Tx, account: UUID, given: Sequence[Heard]) -> list[tuple[int, Target]]:
    ids = [each.item.message for each in given if each.item.message is not None]
    if not ids:
        return []
    ours = await receipts.ours(tx, account, ids)
    return [
        (place, Target(message, each.item.part or 1, ours[message]))
        for place, each in enumerate(given)
        if (message := each.item.message) is not None and message in ours
    ]


async def _alike(tx: Tx, account: UUID, given: Mapping[int, Heard]) -> dict[int, Target]:
    """Match by recipient and words; each part is echoed once."""
    values = {value for each in given.values() for value in _values(each)}
    rows = await tx.all(
        SQL.unsettled,
        _Unsettled,
        workspace=tx.workspace,
        account=account,
        since=tx.now - _LATELY,
        values=sorted(values),
    )
    found: dict[int, Target] = {}
    for place, each in given.items():
        mark, to = _mark(each.item.text, len(each.item.files)), _values(each)
        match = next((row for row in rows if row.value in to and row.mark == mark), None)
        if match is not None:
            rows.remove(match)
            found[place] = match.target
    return found


async def _note(tx: Tx, account: UUID, known: Sequence[tuple[Heard, Target]]) -> None:
    if not known:
        return
    await tx.run(
        SQL.name_parts,
        workspace=tx.workspace,
        ids=[target.message for _, target in known],
        numbers=[target.number or 1 for _, target in known],
        names=[each.name for each, _ in known],
    )
    early = await receipts.take_early(tx, account, [each.name for each, _ in known])
    targets = {each.name: target for each, target in known}
    moved = [
        Moved(target.message, "sent", each.at, None, target.number, target.is_split)
        for each, target in known
    ]
    for waiting in early:
        moved += receipts.moved_early([waiting], targets[waiting.name])
    await receipts.settle(tx, moved)
    messages = {name: target.message for name, target in targets.items()}
    await amending.apply_early(tx, early, messages)


def _values(each: Heard) -> set[str]:
    to = each.item.to
    found = {normal(one.kind, one.value, to.locale) for one in to.identities}
    return {value for value in found if value is not None}


def _mark(text: str, files: int) -> str:
    return hashlib.sha256(f"{files}:{fold(text)}".encode()).hexdigest()
