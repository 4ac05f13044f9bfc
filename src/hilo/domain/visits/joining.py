"""What a person in the shop does: takes a turn, looks where it stands, leaves.

One transaction each; never commits. Who it is was checked at the door.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, structs

from hilo.domain import conversations, people
from hilo.domain.conversations import visitors
from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.visits import policy, queries
from hilo.domain.visits.errors import NoTurn, QueueClosed, QueueFull, VisitElsewhere
from hilo.domain.visits.models import Board, Turn, VisitView
from hilo.domain.visits.queries import SQL, Held
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, invalid
from hilo.kit.events import By
from hilo.kit.ids import new_id
from hilo.kit.text import clean
from hilo.sdk.inbound import MessageIn, SenderIn

_NAME_CHARS, _TOPIC_CHARS = 100, 200
_SHOWN = timedelta(hours=2)  # so long a visit that is over is still shown to who made it
ClientId = Annotated[str, Meta(min_length=1, max_length=100)]


class Taking(Struct, frozen=True, kw_only=True):
    """A wish for a turn. visitor: the browser; client_id: from it, the same at every try.

    sender: who it is, as its message will say. topic: what about, in the person's own words.
    """

    visitor: UUID
    client_id: ClientId
    sender: SenderIn
    topic: str


class Taken(Struct, frozen=True):
    """The turn. is_new: False, where this person had it already."""

    visit: VisitView
    is_new: bool


async def take_turn(
    tx: Tx, channels: Channels, account: AccountRow, reader: visitors.Reader, wish: Taking
) -> Taken:
    """Join the end of the queue; what it is about enters the person's conversation.

    Once: the same client id, or somebody who still has a turn here, gets that turn.
    Raises: Invalid; QueueClosed; QueueFull; NoTurn; TemporaryFailure.
    Publishes: VisitChanged, and what the conversation publishes.
    """
    topic, name = _line(wish.topic), _line(wish.sender.name)[:_NAME_CHARS]
    if not 1 <= len(topic) <= _TOPIC_CHARS:
        raise invalid("topic", "length", f"must have 1 to {_TOPIC_CHARS} characters")
    held = await queries.hold(tx, account.id)
    earlier = await _earlier(tx, account.id, wish, await visitors.contacts(tx, reader))
    if earlier is not None:
        return Taken(earlier, is_new=False)
    await _refuse(tx, account, held)
    entered = await conversations.hear(tx, channels, account, _said(wish, topic))
    if entered is None:
        raise NoTurn("nobody listens to this contact")
    held = await _next_marks(tx, account, held)
    visit = new_id()
    await tx.run(
        SQL.insert,
        workspace=tx.workspace,
        id=visit,
        account=account.id,
        conversation=entered.conversation_id,
        message=entered.message_id,
        visitor=wish.visitor,
        client=wish.client_id,
        day=held.day,
        number=held.last_number,
        name=name,
        topic=topic,
        rank=held.last_rank,
        now=tx.now,
    )
    by = By(kind="contact", id=entered.contact_id, name=name)
    view = await queries.tell(tx, visit, "joined", by)
    await _line_of(tx, view, "visit_joined", account)
    return Taken(view, is_new=True)


async def leave(tx: Tx, account: AccountRow, reader: visitors.Reader, visit: UUID) -> VisitView:
    """Give the turn up. Repeated: nothing happens. Raises: NotFound; VisitElsewhere.

    Publishes: VisitChanged, ConversationChanged.
    """
    await queries.hold(tx, account.id)
    view = await _own(tx, account.id, reader, visit)
    if policy.is_done(view.state, "leave"):
        return view
    if not policy.may(view.state, "leave"):
        raise VisitElsewhere("the turn is over, or being served", state=view.state)
    after = structs.replace(view, state="left", ended_at=tx.now)
    by = By(kind="contact", id=view.contact_id, name=view.name)
    left = await queries.change(tx, after, "left", by)
    await _line_of(tx, left, "visit_left", account)
    return left


async def my_visit(tx: Tx, account: UUID, reader: visitors.Reader) -> VisitView | None:
    """Return this person's turn in the shop; the last one for a while after it has ended."""
    found = await tx.all(
        SQL.mine,
        UUID,
        workspace=tx.workspace,
        account=account,
        contacts=await visitors.contacts(tx, reader),
        after=queries.standing_since(tx),
        ended=tx.now - _SHOWN,
    )
    return next(iter(await queries.views(tx, found)), None)


async def pick_up(tx: Tx, account: UUID, visit: UUID) -> VisitView:
    """Let the kiosk's turn go on to a phone, once. Raises: NotFound; VisitElsewhere."""
    (view,) = await queries.views(tx, [visit]) or (None,)
    if view is None or view.account_id != account:
        raise NotFound("no such visit")
    await queries.hold_conversation(tx, view.conversation_id)
    if await tx.run(SQL.pick_up, workspace=tx.workspace, id=visit) == 0:
        raise VisitElsewhere("the turn went on to another phone", state=view.state)
    return view


def turn_of(visit: VisitView, board: Board) -> Turn:
    """Return the visit as its person sees it. board: read after the visit, or with it."""
    place = policy.position(board, visit.id)
    known = next((each for each in board.here if each.id == visit.id), None)
    return Turn(
        id=visit.id,
        number=visit.number,
        state=visit.state if known is None else known.state,
        counter=visit.counter if known is None else known.counter,
        joined_at=visit.joined_at,
        called_at=visit.called_at,
        position=place,
        wait_s=None if place is None else policy.wait_s(board, place - 1),
    )


async def _own(tx: Tx, account: UUID, reader: visitors.Reader, visit: UUID) -> VisitView:
    (view,) = await queries.views(tx, [visit]) or (None,)
    mine = await visitors.contacts(tx, reader)
    if view is None or view.account_id != account or view.contact_id not in mine:
        raise NotFound("no such visit")
    return view


async def _earlier(
    tx: Tx, account: UUID, wish: Taking, contacts: Sequence[UUID]
) -> VisitView | None:
    found = await tx.all(
        SQL.taken,
        UUID,
        workspace=tx.workspace,
        account=account,
        visitor=wish.visitor,
        client=wish.client_id,
        contacts=contacts,
        after=queries.standing_since(tx),
    )
    return next(iter(await queries.views(tx, found)), None)


async def _refuse(tx: Tx, account: AccountRow, held: Held) -> None:
    if not held.is_open:
        raise QueueClosed("nobody can take a turn now")
    most = queries.most_waiting(account)
    waiting = await tx.one(
        SQL.waiting_count,
        int,
        workspace=tx.workspace,
        account=account.id,
        after=queries.standing_since(tx),
    )
    if waiting >= most:
        raise QueueFull("as many wait as may", most=most)


async def _next_marks(tx: Tx, account: AccountRow, held: Held) -> Held:
    """Take the next number of the shop's day, and the end of the queue."""
    day = policy.day_of(tx.now, queries.zone_of(account))
    number = held.last_number + 1 if day == held.day else 1
    after = structs.replace(held, day=day, last_number=number, last_rank=held.last_rank + 1)
    await queries.set_marks(tx, account.id, after)
    return after


def _said(wish: Taking, topic: str) -> MessageIn:
    return MessageIn(
        external_id=f"{wish.visitor}:turn:{wish.client_id}",
        sender=wish.sender,
        text=topic,
        client_id=wish.client_id,
        stamp={"visitor": str(wish.visitor)},
    )


async def _line_of(tx: Tx, visit: VisitView, code: str, account: AccountRow) -> None:
    params = {
        "number": str(visit.number),
        "shop": str(account.settings.get("title") or account.name),
    }
    system = people.SYSTEM(tx.workspace)
    await conversations.tell_visit(tx, system, visit.conversation_id, code, params)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
