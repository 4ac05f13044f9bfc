"""Deliveries: stored before they are understood, settled by intake, parked when they are not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.inboxes.models import AccountRow, NewDelivery, Parked, Pending, Source
from hilo.domain.people import Actor
from hilo.kit.db import Database, Tx
from hilo.kit.errors import NotFound
from hilo.kit.ids import NIL
from hilo.kit.sql import Queries

SQL = Queries(__package__, "deliveries.sql")
_SUMMARY_CHARS = 200


class Settled(Struct, frozen=True):
    """How one delivery ended. error: code and detail, when parked."""

    id: UUID
    state: Literal["done", "parked", "ignored"]
    error: Mapping[str, str] | None = None


class PendingAccount(Struct, frozen=True):
    """An account with deliveries that wait."""

    workspace_id: UUID
    account_id: UUID


class ParkedRow(Struct, frozen=True):
    """A parked delivery with the beginning of its body."""

    id: UUID
    account_id: UUID
    source: Source
    headers: Mapping[str, str]
    head: bytes
    size_bytes: int
    attempts: int
    error: Mapping[str, object] | None
    received_at: datetime


class Raw(Struct, frozen=True):
    """A parked delivery as it arrived."""

    account_id: UUID
    headers: Mapping[str, str]
    body: bytes


async def store(db: Database, given: Sequence[NewDelivery]) -> set[UUID]:
    """Store and commit what was not stored before; return the ids of what was new."""
    return set(await db.alone(SQL.store, UUID, **_columns(given)))


async def hand_over(tx: Tx, given: NewDelivery) -> None:
    """Store a delivery in the transaction that found out whose it is."""
    await tx.all(SQL.store, UUID, **_columns([given]))


def _columns(given: Sequence[NewDelivery]) -> dict[str, object]:
    return {
        "workspaces": [each.workspace_id for each in given],
        "ids": [each.id for each in given],
        "accounts": [each.account_id for each in given],
        "sources": [each.source for each in given],
        "headers": [each.headers for each in given],
        "bodies": [each.body for each in given],
        "keys": [each.dedupe_key for each in given],
    }


async def pending_accounts(db: Database, most: int) -> list[PendingAccount]:
    """Return accounts with deliveries that wait, of any workspace."""
    return await db.alone(SQL.pending_accounts, PendingAccount, most=most)


async def lock_account(tx: Tx, account: UUID) -> bool:
    """Serve this account alone until the transaction ends; False when another worker does."""
    return await tx.one(SQL.lock_account, bool, account=account)


async def take(tx: Tx, account: UUID, most: int, *, after: UUID = NIL) -> list[Pending]:
    """Return the oldest deliveries that wait, in order of arrival. after: only later ones."""
    return await tx.all(
        SQL.take, Pending, workspace=tx.workspace, account=account, after=after, most=most
    )


async def take_these(tx: Tx, account: UUID, ids: Sequence[UUID]) -> list[Pending]:
    """Return those of these deliveries that still wait, in order of arrival."""
    return await tx.all(
        SQL.take_these, Pending, workspace=tx.workspace, account=account, ids=list(ids)
    )


async def ignore_orphans(tx: Tx, account: UUID) -> int:
    """Settle what waits for an account that is gone; return how many."""
    return await tx.run(SQL.ignore_orphans, workspace=tx.workspace, account=account, now=tx.now)


async def settle(tx: Tx, account: AccountRow, given: Sequence[Settled]) -> None:
    """Note how each delivery ended, and that the account heard something."""
    await tx.run(
        SQL.settle,
        workspace=tx.workspace,
        now=tx.now,
        ids=[each.id for each in given],
        states=[each.state for each in given],
        errors=[
            None if each.error is None else msgspec.json.encode(each.error).decode()
            for each in given
        ],
    )
    await tx.run(SQL.touch_in, workspace=tx.workspace, account=account.id, at=tx.now)


async def list_parked(
    tx: Tx, actor: Actor, *, before: UUID | None = None, most: int = 26
) -> list[Parked]:
    """Return what waits in the quarantine, newest first. Raises: Forbidden."""
    actor.must("quarantine:read")
    rows = await tx.all(SQL.parked, ParkedRow, workspace=tx.workspace, before=before, most=most)
    return [
        Parked(
            id=row.id,
            account_id=row.account_id,
            source=row.source,
            received_at=row.received_at,
            error=row.error or {},
            attempts=row.attempts,
            size_bytes=row.size_bytes,
            summary=_summary(row),
        )
        for row in rows
    ]


async def raw(tx: Tx, actor: Actor, delivery: UUID) -> Raw:
    """Return a parked delivery as it arrived. Raises: Forbidden; NotFound."""
    actor.must("quarantine:read")
    found = await tx.maybe(SQL.raw, Raw, workspace=tx.workspace, id=delivery)
    if found is None:
        raise NotFound("no such delivery in the quarantine")
    return found


async def replay(tx: Tx, actor: Actor, delivery: UUID) -> None:
    """Let intake try a parked delivery again. Raises: Forbidden; NotFound."""
    actor.must("quarantine:write")
    if not await tx.run(SQL.replay, workspace=tx.workspace, id=delivery):
        raise NotFound("no such delivery in the quarantine")


async def discard(tx: Tx, actor: Actor, delivery: UUID) -> None:
    """Throw a parked delivery away. Raises: Forbidden; NotFound."""
    actor.must("quarantine:write")
    if not await tx.run(SQL.discard, workspace=tx.workspace, id=delivery, now=tx.now):
        raise NotFound("no such delivery in the quarantine")


async def forget(tx: Tx, account: UUID, senders: Sequence[str], up_to: UUID) -> int:
    """Drop what these senders sent, raw, up to a delivery; return how much.

    senders: as they stand in the keys the door keeps, first or second, between colons.
    """
    if not senders:
        return 0
    named = {"account": account, "senders": list(senders), "up_to": up_to}
    ids = await tx.all(SQL.forget_keys, UUID, workspace=tx.workspace, **named)
    return await tx.run(SQL.forget, workspace=tx.workspace, ids=ids)


def _summary(row: ParkedRow) -> str:
    """Return the beginning of the body as one readable line."""
    text = row.head.decode("utf-8", "replace").replace("\x00", "")
    return " ".join(text.split())[:_SUMMARY_CHARS]
