"""Loop guards: nothing is answered automatically when a machine seems to write back.

Echoes and automatic mails are no reason to answer anyway; this is for machines that do not say so.
What counts are the messages of one address in the last hour, since an agent last wrote to it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.models import MessageKind
from hilo.domain.conversations.thread.changes import Line, add_line, lock
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.sql import Queries

SQL = Queries(__package__, "looping.sql")
Reason = Literal["identical", "rate", "turns"]

WINDOW = timedelta(hours=1)
SAME = 3  # so many messages in a row with the same words
BURST, BURST_IN = 10, timedelta(seconds=60)
TURNS = 5  # so many automatic answers, each written back to, without a person of ours between
_LOOKED_AT = 60


class Said(Struct, frozen=True):
    """A message as far as the guards look. text: incoming only."""

    kind: MessageKind
    is_automatic: bool
    text: str
    at: datetime


class Guard(Struct, frozen=True, kw_only=True):
    """Whether automatic answers to the contact's address are stopped, why and since when."""

    is_stopped: bool
    reason: Reason | None = None
    since: datetime | None = None


class _Row(Struct, frozen=True):
    identity: UUID
    reason: Reason | None
    tripped_at: datetime | None
    lifted_at: datetime | None


def judge(said: Sequence[Said], now: datetime) -> Reason | None:
    """Return why no machine of ours should answer; None = it may. said: the newest first.

    What is older than the window, or than the last words of an agent, is not looked at.
    """
    recent: list[Said] = []
    for each in said:
        if each.at <= now - WINDOW or (each.kind == "outgoing" and not each.is_automatic):
            break
        recent.append(each)
    heard = [each for each in recent if each.kind == "incoming"]
    if len([each for each in heard if each.at > now - BURST_IN]) >= BURST:
        return "rate"
    words = [" ".join(each.text.casefold().split()) for each in heard[:SAME]]
    if len(words) == SAME and words[0] and len(set(words)) == 1:
        return "identical"
    turns = sum(
        later.kind == "incoming" and earlier.kind == "outgoing"
        for later, earlier in pairwise(recent)
    )
    return "turns" if turns >= TURNS else None


async def stops(tx: Tx, actor: Actor, conversation_id: UUID) -> bool:
    """Look before an automatic answer; say whether there must be none.

    Publishes: ConversationChanged with the line that says so, when the guard trips.
    """
    before = await lock(tx, conversation_id)
    row = await _row(tx, conversation_id)
    if row is None or _is_stopped(row):
        return row is not None
    said = await tx.all(
        SQL.said,
        Said,
        workspace=tx.workspace,
        conversation=conversation_id,
        since=row.lifted_at or tx.now - WINDOW,
        most=_LOOKED_AT,
    )
    reason = judge(said, tx.now)
    if reason is None:
        return False
    await tx.run(SQL.trip, workspace=tx.workspace, identity=row.identity, reason=reason, now=tx.now)
    view, line = await add_line(tx, actor, before, Line("stopped", f"stopped_{reason}"))
    changed = ConversationChanged(what="stopped", conversation=view, message=line)
    tx.publish(changed, subject=conversation_id, by=actor.by)
    return True


async def guard_of(tx: Tx, actor: Actor, conversation_id: UUID) -> Guard:
    """Say whether automatic answers are stopped. Raises: Forbidden; NotFound."""
    actor.must("conversation:read")
    if not await tx.one(SQL.exists, bool, workspace=tx.workspace, conversation=conversation_id):
        raise NotFound("no such conversation")
    row = await _row(tx, conversation_id)
    if row is None or not _is_stopped(row):
        return Guard(is_stopped=False)
    return Guard(is_stopped=True, reason=row.reason, since=row.tripped_at)


async def lift(tx: Tx, actor: Actor, conversation_id: UUID) -> Guard:
    """Let automatic answers go on: it is no machine. Not stopped: nothing happens.

    Raises: Forbidden; NotFound. Publishes: ConversationChanged.
    """
    actor.must("conversation:reply")
    before = await lock(tx, conversation_id)
    row = await _row(tx, conversation_id)
    if row is not None and _is_stopped(row):
        await tx.run(
            SQL.lift,
            workspace=tx.workspace,
            identity=row.identity,
            now=tx.now,
            agent=actor.id,
        )
        view, line = await add_line(tx, actor, before, Line("lifted", "lifted"))
        changed = ConversationChanged(what="lifted", conversation=view, message=line)
        tx.publish(changed, subject=conversation_id, by=actor.by)
    return Guard(is_stopped=False)


async def _row(tx: Tx, conversation_id: UUID) -> _Row | None:
    return await tx.maybe(SQL.guard, _Row, workspace=tx.workspace, conversation=conversation_id)


def _is_stopped(row: _Row) -> bool:
    return row.tripped_at is not None and row.lifted_at is None
