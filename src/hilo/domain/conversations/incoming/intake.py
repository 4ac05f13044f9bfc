"""Deliveries become what they mean: contacts, conversations, messages, receipts.

One worker at a time serves an account, by a lock in the same transaction; a batch of deliveries is
read, applied by set-wise statements and settled in one commit, so that everything happens once. A
delivery that cannot be understood is parked and stops nothing. When a batch fails it is halved
until the culprit is alone; of a single delivery only what fails is left out.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from uuid import UUID

from hilo.domain import contacts, inboxes
from hilo.domain.contacts import Asked, Matched
from hilo.domain.conversations.incoming import happenings, profiling, receiving
from hilo.domain.conversations.incoming import redeeming as crossings
from hilo.domain.conversations.incoming.happenings import Item
from hilo.domain.conversations.incoming.receiving import Arrived, Place
from hilo.domain.conversations.incoming.understanding import (
    Problem,
    Understanding,
    no_more_than,
    problem_of,
)
from hilo.domain.conversations.outgoing import echoes
from hilo.domain.conversations.outgoing.echoes import Heard
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.thread import erasing
from hilo.domain.inboxes import AccountRow, Channels, Pending, deliveries
from hilo.domain.inboxes.deliveries import PendingAccount, Settled
from hilo.domain.library import FileStore
from hilo.kit import log
from hilo.kit.db import Database, Tx, transient
from hilo.kit.ids import new_id
from hilo.kit.text import clean, clean_all
from hilo.sdk.abilities import Profiling
from hilo.sdk.inbound import (
    ConsentIn,
    ContactChanged,
    EchoIn,
    ErasureIn,
    Inbound,
    MessageIn,
    ReactionIn,
    SeenIn,
    Tracked,
)

_LOG = log.get(__name__)
BATCH = 200


class Intake:
    """Serves accounts; safe to run in any number of processes."""

    def __init__(self, db: Database, channels: Channels, store: FileStore | None = None) -> None:
        """store: where files that come along are kept."""
        self._db = db
        self._channels = channels
        self._store = store
        self._understanding = Understanding(db, channels)

    async def pending(self, most: int = 500) -> list[PendingAccount]:
        """Return accounts with deliveries that wait."""
        return await deliveries.pending_accounts(self._db, most)

    async def serve(self, pending: PendingAccount, most: int = BATCH) -> int:
        """Settle the oldest deliveries of an account; return how many. 0: another worker is at it.

        Raises what is transient; the same call may succeed later.
        """
        try:
            return len(await self._batch(pending, None, most))
        except Exception as error:
            if transient(error):
                raise
            _LOG.warning("intake.split", account=str(pending.account_id), error=repr(error))
        async with self._db.transaction(pending.workspace_id) as tx:
            taken = await deliveries.take(tx, pending.account_id, most)
        return await self._halves(pending, [each.id for each in taken])

    async def _halves(self, pending: PendingAccount, ids: Sequence[UUID]) -> int:
        if len(ids) <= 1:
            return len(await self._alone(pending, ids))
        settled = 0
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            try:
                settled += len(await self._batch(pending, half, len(half)))
            except Exception as error:
                if transient(error):
                    raise
                settled += await self._halves(pending, half)
        return settled

    async def _batch(
        self, pending: PendingAccount, ids: Sequence[UUID] | None, most: int
    ) -> Sequence[Settled]:
        """Settle a batch in one transaction, all or nothing."""
        async with self._db.transaction(pending.workspace_id, plans_once=True) as tx:
            place, taken = await self._begin(tx, pending, ids, most)
            if place is None or not taken:
                return []
            items, settled, taken = await self._read(place.account, taken)
            if ids is None:
                self._understanding.look_ahead(place.account, taken[-1].id, most)
            blocked = await _apply(tx, place, items)
            ends = [_end(each, settled, blocked) for each in taken]
            await deliveries.settle(tx, place.account, ends)
            _tell_parked(tx, place.account, ends)
            return ends

    async def _alone(self, pending: PendingAccount, ids: Sequence[UUID]) -> Sequence[Settled]:
        """Settle one delivery: apply each of its items by itself, park it when one fails."""
        async with self._db.transaction(pending.workspace_id) as tx:
            place, taken = await self._begin(tx, pending, ids, 1)
            if place is None or not taken:
                return []
            items, settled, taken = await self._read(place.account, taken)
            for item in items:
                try:
                    async with tx.attempt():
                        await _apply(tx, place, [item])
                except Exception as error:
                    if transient(error):
                        raise
                    _LOG.exception("intake.poison", delivery=str(item.delivery.id))
                    settled.setdefault(item.delivery.id, problem_of(error, item.place))
            ends = [_end(each, settled, set()) for each in taken]
            await deliveries.settle(tx, place.account, ends)
            _tell_parked(tx, place.account, ends)
            return ends

    async def _begin(
        self, tx: Tx, pending: PendingAccount, ids: Sequence[UUID] | None, most: int
    ) -> tuple[Place | None, Sequence[Pending]]:
        if not await deliveries.lock_account(tx, pending.account_id):
            return None, []
        account = await inboxes.queries.account(tx, pending.account_id)
        inbox = None if account is None else await inboxes.queries.inbox(tx, account.inbox_id)
        if account is None or inbox is None:
            await deliveries.ignore_orphans(tx, pending.account_id)
            return None, []
        manifest = self._channels.of(account).manifest
        place = Place(
            account=account,
            inbox=inbox,
            channels=self._channels,
            manifest=manifest,
            store=self._store,
        )
        if ids is not None:
            return place, await deliveries.take_these(tx, account.id, ids)
        return place, no_more_than(await deliveries.take(tx, account.id, most))

    async def _read(
        self, row: AccountRow, taken: Sequence[Pending]
    ) -> tuple[list[Item], dict[UUID, Problem], Sequence[Pending]]:
        """Return what was understood, by delivery why the rest was not, and which were read."""
        said = await self._understanding.read(row, taken)
        taken = list(takewhile(lambda each: each.id in said, taken))
        items = [
            Item(each, place, inbound)
            for each in taken
            for place, inbound in enumerate(said[each.id].inbounds)
        ]
        problems = {id_: each.problem for id_, each in said.items() if each.problem is not None}
        return items, problems, taken


async def _apply(tx: Tx, place: Place, items: Sequence[Item]) -> set[UUID]:
    """Apply what a batch says; return the deliveries of whom we do not listen to.

    An erasure is about what came before it, and nothing that comes after.
    """
    ignored: set[UUID] = set()
    begun = 0
    for number, each in enumerate(items):
        if isinstance(each.inbound, ErasureIn):
            ignored |= await _take_in(tx, place, items[begun:number])
            await erasing.erase(tx, place.account, each.inbound.sender, each.delivery.id)
            begun = number + 1
    return ignored | await _take_in(tx, place, items[begun:])


async def _take_in(tx: Tx, place: Place, items: Sequence[Item]) -> set[UUID]:
    account = place.account.id
    arrived = await _arrivals(tx, account, items)
    fresh, awaited = await receiving.only_new(tx, account, list(arrived.values()))
    new = {each.id for each in fresh}
    asked = [each for each in items if _asks(each, arrived, new)]
    people = await contacts.match(tx, [_asked(each.inbound) for each in asked], account)
    received: list[tuple[Arrived, Matched]] = []
    known: dict[tuple[UUID, int], Matched] = {}
    ignored: set[UUID] = set()
    for each, who in zip(asked, people, strict=True):
        if who is None or who.blocked:
            ignored.add(each.delivery.id)
            continue
        known[each.key] = who
        if each.key in arrived:
            received.append((arrived[each.key], who))
        elif isinstance(each.inbound, Tracked):
            _tell_tracked(tx, account, each.inbound, who)
    received = list(_in_order(received))
    landed = await crossings.redeem(tx, place, received)
    if landed.now:
        received = [(each, landed.who(who)) for each, who in received]
        known = {key: landed.who(who) for key, who in known.items()}
    await receiving.receive(tx, place, received, landed.crossed)
    if isinstance(place.channels.of(place.account), Profiling):
        await profiling.ask(tx, account, [(who, each.item.sender) for each, who in received])
    if awaited:
        await receiving.catch_up(tx, account, fresh, awaited)
    await happenings.apply(tx, place, items, known)
    return ignored - {delivery for delivery, _ in known}


async def _arrivals(
    tx: Tx, account: UUID, items: Sequence[Item]
) -> dict[tuple[UUID, int], Arrived]:
    """Return what may become a message: contacts' own, and echoes of what we did not send."""
    heard = [each for each in items if isinstance(each.inbound, EchoIn)]
    echoed = [
        Heard(each.inbound, each.delivery.received_at)
        for each in heard
        if isinstance(each.inbound, EchoIn)
    ]
    foreign = {heard[n].key for n in await echoes.settle(tx, account, echoed)}
    return {
        each.key: _arrived(each)
        for each in items
        if isinstance(each.inbound, MessageIn) or each.key in foreign
    }


def _arrived(item: Item) -> Arrived:
    inbound = item.inbound
    is_echo = isinstance(inbound, EchoIn)
    message = echoes.as_message(inbound) if isinstance(inbound, EchoIn) else inbound
    assert isinstance(message, MessageIn)  # noqa: S101 - asked before
    return Arrived(
        id=new_id(),
        item=message,
        name=outside_name(message.external_id, f"{item.delivery.id}:{item.place}"),
        at=item.delivery.received_at,
        is_echo=is_echo,
    )


def _in_order(
    received: Sequence[tuple[Arrived, Matched]],
) -> Sequence[tuple[Arrived, Matched]]:
    """Put in the vendor's own order what it numbered and delivered crosswise."""
    if not any(each.item.order for each, _ in received):
        return received
    return sorted(received, key=lambda pair: pair[0].item.order)


def _asks(item: Item, arrived: Mapping[tuple[UUID, int], Arrived], new: set[UUID]) -> bool:
    """Say whether we need to know who this is: doubles do not count again."""
    if isinstance(item.inbound, MessageIn | EchoIn):
        return item.key in arrived and arrived[item.key].id in new
    return isinstance(item.inbound, SeenIn | ContactChanged | Tracked | ReactionIn | ConsentIn)


def _asked(inbound: Inbound) -> Asked:
    match inbound:
        case MessageIn(sender=sender) | EchoIn(to=sender):
            return Asked(sender)
        case ContactChanged(sender=sender):
            proven = any(e.verified and e.kind != "visitor" for e in sender.identities)
            return Asked(sender, creates=proven, told=True)
        case SeenIn() | Tracked() | ReactionIn() | ConsentIn():
            return Asked(inbound.sender, creates=False)
        case _:
            raise TypeError(f"nobody sends a {type(inbound).__name__}")


def _end(delivery: Pending, problems: Mapping[UUID, Problem], ignored: set[UUID]) -> Settled:
    problem = problems.get(delivery.id)
    if problem is not None:
        return Settled(delivery.id, "parked", problem)
    return Settled(delivery.id, "ignored" if delivery.id in ignored else "done")


def _tell_parked(tx: Tx, account: AccountRow, ends: Sequence[Settled]) -> None:
    for each in ends:
        if each.state == "parked" and each.error is not None:
            tx.publish(
                inboxes.DeliveryParked(
                    delivery_id=each.id,
                    account_id=account.id,
                    code=each.error["code"],
                    detail=each.error["detail"],
                )
            )


def _tell_tracked(tx: Tx, account: UUID, item: Tracked, who: Matched) -> None:
    data = clean_all(item.data)
    event = contacts.ContactTracked(
        contact_id=who.contact_id,
        account_id=account,
        name=clean(item.name),
        data=data,  # type: ignore[arg-type]
    )
    tx.publish(event, subject=who.contact_id, by=who.by)
