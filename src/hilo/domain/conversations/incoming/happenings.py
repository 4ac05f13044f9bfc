"""What a batch of deliveries says beside new messages: receipts, changes, consent, the account."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts, inboxes
from hilo.domain.contacts import Matched
from hilo.domain.conversations.incoming.receiving import Place
from hilo.domain.conversations.thread import amending, receipts
from hilo.domain.inboxes import Pending
from hilo.kit.db import Tx
from hilo.kit.text import clean
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    DeletedIn,
    EditedIn,
    Elsewhere,
    IdentityChanged,
    Inbound,
    ReactionIn,
    SeenIn,
    StatusIn,
    TemplateIn,
    Unknown,
)


class Item(Struct, frozen=True):
    """One thing a delivery says."""

    delivery: Pending
    place: int
    inbound: Inbound

    @property
    def key(self) -> tuple[UUID, int]:
        """Return what tells it from all others."""
        return self.delivery.id, self.place


async def apply(
    tx: Tx, place: Place, items: Sequence[Item], known: Mapping[tuple[UUID, int], Matched]
) -> None:
    """Apply all that is no new message. known: who the senders are we listen to."""
    account = place.account.id
    for each in items:
        if isinstance(each.inbound, IdentityChanged):
            await contacts.readdress(tx, account, each.inbound)
    await amending.apply(tx, account, _changes(items, known))
    statuses = [
        (each.inbound, each.delivery.received_at)
        for each in items
        if isinstance(each.inbound, StatusIn)
    ]
    await receipts.apply(tx, account, statuses)
    seen = [
        (each.inbound, known[each.key], each.delivery.received_at)
        for each in items
        if isinstance(each.inbound, SeenIn) and each.key in known
    ]
    await receipts.seen(tx, account, seen)
    consents = [
        (each.inbound, known[each.key], each.delivery.received_at)
        for each in items
        if isinstance(each.inbound, ConsentIn) and each.key in known
    ]
    await contacts.note_consent(tx, consents)
    for each in items:
        await _account(tx, place, each)


def _changes(
    items: Sequence[Item], known: Mapping[tuple[UUID, int], Matched]
) -> list[amending.Arriving]:
    found: list[amending.Arriving] = []
    for each in items:
        came = each.delivery.received_at
        if isinstance(each.inbound, EditedIn | DeletedIn):
            found.append((each.inbound, None, came))
        elif isinstance(each.inbound, ReactionIn) and each.key in known:
            found.append((each.inbound, known[each.key], came))
    return found


async def _account(tx: Tx, place: Place, item: Item) -> None:
    """Note what concerns the account itself."""
    account = place.account.id
    match item.inbound:
        case TemplateIn() as judged:
            await inboxes.judge_template(tx, account, judged)
        case AccountIn(does="hold") as told:
            problem = {"code": clean(told.kind), "detail": clean(told.detail)}
            await inboxes.hold_account(tx, place.channels, account, problem)
        case AccountIn() as told:
            event = inboxes.AccountTold(
                account_id=account, kind=clean(told.kind), detail=clean(told.detail)
            )
            tx.publish(event, subject=account)
        case Elsewhere(address=address):
            is_known = await inboxes.hand_on(
                tx, place.channels, place.account, address, item.delivery
            )
            if not is_known:
                _tell_unknown(tx, account, item, Unknown(kind="elsewhere", reason=address))
        case Unknown() as unknown:
            _tell_unknown(tx, account, item, unknown)
        case _:
            pass


def _tell_unknown(tx: Tx, account: UUID, item: Item, unknown: Unknown) -> None:
    tx.publish(
        inboxes.UnknownReceived(
            delivery_id=item.delivery.id,
            account_id=account,
            kind=clean(unknown.kind),
            reason=clean(unknown.reason),
        ),
        subject=account,
    )
