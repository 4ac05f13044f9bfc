"""The typed doors to `queue.sql`, and the one way a visit changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct, structs

from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.visits import policy
from hilo.domain.visits.events import VisitChanged, What
from hilo.domain.visits.models import Board, Here, Queue, Shop, State, VisitView
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.events import By
from hilo.kit.sql import Queries
from hilo.sdk.manifest import Feature

SQL = Queries(__package__, "queue.sql")
FEATURE: Feature = "visits"


class Held(Struct, frozen=True):
    """A shop's row, held until the end of the transaction. ranks: of the queue's two ends."""

    is_open: bool
    day: date
    last_number: int
    last_rank: int
    first_rank: int


class _Shop(Struct, frozen=True):
    account_id: UUID
    inbox_id: UUID
    name: str
    settings: Mapping[str, object]
    is_open: bool
    waiting: int


async def hold(tx: Tx, account: UUID) -> Held:
    """Hold the shop; turns that nobody ended lapse now. Publishes: VisitChanged for these."""
    await tx.run(SQL.make_shop, workspace=tx.workspace, account=account)
    held = await tx.one(SQL.hold, Held, workspace=tx.workspace, account=account)
    stale = await tx.all(
        SQL.stale, UUID, workspace=tx.workspace, account=account, before=standing_since(tx)
    )
    for visit in await views(tx, stale):
        lapsed: State = "served" if visit.state == "serving" else "left"
        await change(tx, structs.replace(visit, state=lapsed, ended_at=tx.now), "left", By())
    return held


async def hold_conversation(tx: Tx, conversation: UUID) -> None:
    """Hold the conversation before its visit: who forgets it goes the same way round."""
    await tx.maybe(SQL.hold_conversation, UUID, workspace=tx.workspace, id=conversation)


async def set_marks(tx: Tx, account: UUID, held: Held) -> None:
    """Write where numbers and ranks stand."""
    await tx.run(
        SQL.set_marks,
        workspace=tx.workspace,
        account=account,
        day=held.day,
        number=held.last_number,
        last=held.last_rank,
        first=held.first_rank,
    )


async def change(tx: Tx, after: VisitView, what: What, by: By) -> VisitView:
    """Write the visit as it is now, and say so. Publishes: VisitChanged."""
    await hold_conversation(tx, after.conversation_id)
    await tx.run(
        SQL.change,
        workspace=tx.workspace,
        id=after.id,
        state=after.state,
        rank=after.rank,
        counter=after.counter,
        agent=after.agent_id,
        calls=after.calls,
        called=after.called_at,
        began=after.began_at,
        ended=after.ended_at,
    )
    return await tell(tx, after.id, what, by)


async def tell(tx: Tx, visit: UUID, what: What, by: By) -> VisitView:
    """Say what happened to the visit; return it. Publishes: VisitChanged."""
    (view,) = await views(tx, [visit])
    tx.publish(VisitChanged(what=what, visit=view), subject=view.conversation_id, by=by)
    return view


async def views(tx: Tx, ids: Sequence[UUID]) -> list[VisitView]:
    """Return those that exist, in the given order."""
    if not ids:
        return []
    rows = await tx.all(SQL.views, VisitView, workspace=tx.workspace, ids=list(ids))
    by_id = {row.id: row for row in rows}
    return [by_id[each] for each in ids if each in by_id]


async def account_of(tx: Tx, visit: UUID) -> UUID:
    """Return the shop of a visit. Raises: NotFound."""
    found = await tx.maybe(SQL.account_of, UUID, workspace=tx.workspace, id=visit)
    if found is None:
        raise NotFound("no such visit")
    return found


async def board(tx: Tx, account: UUID) -> Board:
    """Return the queue without persons."""
    here = await tx.all(
        SQL.board, Here, workspace=tx.workspace, account=account, after=standing_since(tx)
    )
    is_open = await tx.maybe(SQL.is_open, bool, workspace=tx.workspace, account=account)
    services = await tx.all(
        SQL.services,
        float,
        workspace=tx.workspace,
        account=account,
        since=tx.now - policy.MEASURED,
    )
    counters = await tx.one(
        SQL.serving_agents,
        int,
        workspace=tx.workspace,
        account=account,
        after=standing_since(tx),
        since=tx.now - policy.IDLE,
    )
    return Board(
        is_open=is_open is not False,
        here=here,
        services=services,
        counters=counters,
        at=tx.now,
    )


async def shops(tx: Tx, channels: Channels, account: UUID | None = None) -> list[Shop]:
    """Return the shops that are switched on, by name; account: only this one."""
    found = []
    for channel, connector in channels.connectors.items():
        if not connector.manifest.has(FEATURE):
            continue
        found += await tx.all(
            SQL.shops,
            _Shop,
            workspace=tx.workspace,
            channel=channel,
            account=account,
            after=standing_since(tx),
        )
    return [
        Shop(
            account_id=each.account_id,
            inbox_id=each.inbox_id,
            name=str(each.settings.get("title") or each.name),
            is_open=each.is_open,
            waiting=each.waiting,
            counters=_texts(each.settings.get("counters")),
            topics=_texts(each.settings.get("topics")),
        )
        for each in found
    ]


async def shop(tx: Tx, channels: Channels, account: UUID) -> Shop:
    """Return one shop. Raises: NotFound."""
    found = await shops(tx, channels, account)
    if not found:
        raise NotFound("no such shop")
    return found[0]


async def queue(tx: Tx, channels: Channels, account: UUID) -> Queue:
    """Return the queue as the team sees it. Raises: NotFound."""
    its = await shop(tx, channels, account)
    here = await tx.all(
        SQL.here, VisitView, workspace=tx.workspace, account=account, after=standing_since(tx)
    )
    measured = await board(tx, account)
    wait_s = policy.wait_s(measured, len(policy.waiting(measured)))
    return Queue(shop=its, visits=here, wait_s=wait_s)


def zone_of(account: AccountRow) -> str:
    """Return the time zone of a shop."""
    return str(account.settings.get("time_zone") or "UTC")


def most_waiting(account: AccountRow) -> int:
    """Return how many may wait."""
    most = account.settings.get("most_waiting")
    return most if isinstance(most, int) and most > 0 else 100


def standing_since(tx: Tx) -> datetime:
    """Return the moment since which a turn still stands."""
    return tx.now - policy.LAPSES


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
