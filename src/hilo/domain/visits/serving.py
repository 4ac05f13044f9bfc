"""What the team does with a shop's queue: open and close it, call, serve, finish, put back.

One transaction each; never commits. Repeating a verb is no error and changes nothing, but to call
again calls again. What people should see stands in the visit's conversation as an activity line.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct, structs

from hilo.domain import conversations, people
from hilo.domain.conversations import AlreadyTaken, Assignment, Given
from hilo.domain.inboxes import Channels
from hilo.domain.people import Actor
from hilo.domain.visits import policy, queries
from hilo.domain.visits.errors import NobodyWaits, VisitElsewhere
from hilo.domain.visits.events import ShopChanged
from hilo.domain.visits.models import Shop, VisitView
from hilo.domain.visits.policy import Act
from hilo.domain.visits.queries import SQL, Held
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, invalid
from hilo.kit.text import clean

_COUNTER_CHARS = 60
_NOTE_CHARS = 10_000
_RIGHT = "visit:serve"


class _Step(Struct, frozen=True):
    """A visit held with its shop."""

    held: Held
    visit: VisitView
    is_done: bool


async def set_open(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, *, is_open: bool
) -> Shop:
    """Let people take turns, or no more. Who waits stays. Raises: Forbidden; NotFound.

    Publishes: ShopChanged.
    """
    actor.must(_RIGHT)
    shop = await queries.shop(tx, channels, account)
    held = await queries.hold(tx, account)
    if held.is_open != is_open:
        await tx.run(SQL.set_open, workspace=tx.workspace, account=account, is_open=is_open)
        tx.publish(ShopChanged(account_id=account, is_open=is_open), subject=account, by=actor.by)
    return structs.replace(shop, is_open=is_open)


async def call_next(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, counter: str
) -> VisitView:
    """Call who has waited longest. Two who call at once call two people.

    Raises: Forbidden; NotFound; Invalid; NobodyWaits. Publishes: as `call`.
    """
    actor.must(_RIGHT)
    await queries.shop(tx, channels, account)
    await queries.hold(tx, account)
    waiting = await tx.all(
        SQL.waiting,
        UUID,
        workspace=tx.workspace,
        account=account,
        after=queries.standing_since(tx),
    )
    if actor.sight is None:
        waiting = waiting[:1]
    for visit in await _seen(tx, actor, await queries.views(tx, waiting)):
        return await _call(tx, actor, visit, counter)
    raise NobodyWaits("nobody waits here")


async def call(tx: Tx, actor: Actor, account: UUID, visit_id: UUID, counter: str) -> VisitView:
    """Call this one, out of turn or once more; the conversation becomes the caller's if nobody's.

    Raises: Forbidden; NotFound; Invalid; VisitElsewhere.
    Publishes: VisitChanged, ConversationChanged.
    """
    step = await _begin(tx, actor, visit_id, "call")
    if step.visit.account_id != account:
        raise NotFound("no such visit in this shop")
    return await _call(tx, actor, step.visit, counter)


async def serve(tx: Tx, actor: Actor, visit_id: UUID, counter: str = "") -> VisitView:
    """Begin to serve: whoever was called, or simply came to the counter.

    Raises: Forbidden; NotFound; VisitElsewhere. Publishes: VisitChanged, ConversationChanged.
    """
    step = await _begin(tx, actor, visit_id, "serve")
    if step.is_done:
        return step.visit
    after = structs.replace(
        step.visit,
        state="serving",
        began_at=tx.now,
        agent_id=actor.agent,
        counter=_counter(counter) or step.visit.counter,
    )
    if step.visit.state == "waiting":
        await _claim(tx, actor, after)
    return await queries.change(tx, after, "serving", actor.by)


async def finish(
    tx: Tx, actor: Actor, channels: Channels, visit_id: UUID, note: str = ""
) -> VisitView:
    """End the visit; the note stays with the conversation, for the team.

    Raises: Forbidden; NotFound; Invalid; VisitElsewhere.
    Publishes: VisitChanged, ConversationChanged, NoteAdded.
    """
    if len(note) > _NOTE_CHARS:
        raise invalid("note", "length", f"must have at most {_NOTE_CHARS} characters")
    step = await _begin(tx, actor, visit_id, "finish")
    if step.is_done:
        return step.visit
    began = step.visit.began_at or step.visit.called_at or tx.now
    after = structs.replace(
        step.visit, state="served", began_at=began, ended_at=tx.now, agent_id=actor.agent
    )
    view = await queries.change(tx, after, "served", actor.by)
    waited = round((began - view.joined_at).total_seconds() / 60)
    took = round((tx.now - began).total_seconds() / 60)
    await _tell(tx, actor, view, "visit_served", waited=str(waited), took=str(took))
    if note.strip():
        given = Given(kind="note", text=note, client_id=f"visit:{view.id}")
        await conversations.write(tx, actor, view.conversation_id, given, channels)
    return view


async def miss(tx: Tx, actor: Actor, visit_id: UUID) -> VisitView:
    """Say that nobody came. Raises: Forbidden; NotFound; VisitElsewhere.

    Publishes: VisitChanged, ConversationChanged.
    """
    step = await _begin(tx, actor, visit_id, "miss")
    if step.is_done:
        return step.visit
    after = structs.replace(step.visit, state="no_show", ended_at=tx.now)
    view = await queries.change(tx, after, "no_show", actor.by)
    await _tell(tx, actor, view, "visit_no_show")
    return view


async def requeue(
    tx: Tx, actor: Actor, visit_id: UUID, place: Literal["first", "last"] = "first"
) -> VisitView:
    """Put the visit back among those who wait, with its number.

    Raises: Forbidden; NotFound; VisitElsewhere. Publishes: VisitChanged, ConversationChanged.
    """
    step = await _begin(tx, actor, visit_id, "requeue")
    if step.is_done:
        return step.visit
    if step.visit.joined_at <= queries.standing_since(tx):
        raise VisitElsewhere("the turn has lapsed", state=step.visit.state)
    held = step.held
    if place == "first":
        held = structs.replace(held, first_rank=held.first_rank - 1)
    else:
        held = structs.replace(held, last_rank=held.last_rank + 1)
    await queries.set_marks(tx, step.visit.account_id, held)
    after = structs.replace(
        step.visit,
        state="waiting",
        rank=held.first_rank if place == "first" else held.last_rank,
        counter="",
        agent_id=None,
        called_at=None,
        began_at=None,
        ended_at=None,
    )
    view = await queries.change(tx, after, "requeued", actor.by)
    await _tell(tx, actor, view, "visit_requeued")
    return view


async def _begin(tx: Tx, actor: Actor, visit_id: UUID, act: Act) -> _Step:
    """Hold the shop, then look. Raises: Forbidden; NotFound; VisitElsewhere."""
    actor.must(_RIGHT)
    held = await queries.hold(tx, await queries.account_of(tx, visit_id))
    visit = next(iter(await _seen(tx, actor, await queries.views(tx, [visit_id]))), None)
    if visit is None:
        raise NotFound("no such visit")
    is_done = policy.is_done(visit.state, act)
    if not is_done and not policy.may(visit.state, act):
        raise VisitElsewhere(f"the visit is {visit.state}", state=visit.state)
    return _Step(held, visit, is_done)


async def _seen(tx: Tx, actor: Actor, given: Sequence[VisitView]) -> list[VisitView]:
    """Return those whose conversations the actor sees."""
    if actor.sight is None:
        return list(given)
    hidden = await people.hidden(tx, actor.sight, [each.conversation_id for each in given])
    return [each for each in given if each.conversation_id not in hidden]


async def _call(tx: Tx, actor: Actor, visit: VisitView, counter: str) -> VisitView:
    after = structs.replace(
        visit,
        state="called",
        counter=_counter(counter),
        agent_id=actor.agent,
        calls=visit.calls + 1,
        called_at=tx.now,
    )
    await _claim(tx, actor, after)
    view = await queries.change(tx, after, "called", actor.by)
    if view.counter:
        await _tell(tx, actor, view, "visit_called_to", counter=view.counter)
    else:
        await _tell(tx, actor, view, "visit_called")
    return view


async def _claim(tx: Tx, actor: Actor, visit: VisitView) -> None:
    """Give the conversation to who calls, unless somebody has it."""
    claim = Assignment(agent_id=actor.agent, if_unassigned=True)
    try:
        await conversations.assign(tx, actor, visit.conversation_id, claim)
    except AlreadyTaken:
        return


async def _tell(tx: Tx, actor: Actor, visit: VisitView, code: str, **params: str) -> None:
    said = {"number": str(visit.number), **params}
    await conversations.tell_visit(tx, actor, visit.conversation_id, code, said)


def _counter(given: str) -> str:
    counter = " ".join(clean(given).split())
    if len(counter) > _COUNTER_CHARS:
        raise invalid("counter", "length", f"must have at most {_COUNTER_CHARS} characters")
    return counter
