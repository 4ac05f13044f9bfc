"""A contact's message that enters within another verb, which needs its conversation at once.

What arrives from outside goes through `intake`. This is for what we ourselves heard, of a person
in front of a page of ours, as part of something larger: a turn taken in a shop.
"""

from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts, inboxes
from hilo.domain.contacts import Asked
from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.incoming import receiving
from hilo.domain.conversations.incoming.receiving import Arrived, Place
from hilo.domain.conversations.models import ConversationView
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.thread.changes import Line, add_line, lock
from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.sdk.inbound import MessageIn

SQL = Queries(__package__, "hearing.sql")


class Entered(Struct, frozen=True):
    """Where a message went, and whose it is."""

    conversation_id: UUID
    contact_id: UUID
    message_id: UUID


async def hear(tx: Tx, channels: Channels, account: AccountRow, said: MessageIn) -> Entered | None:
    """Let the message enter its conversation; None: nobody listens to this contact.

    Once: the same external id again answers where it went.
    Publishes: as `receiving.receive`, and what contacts publish.
    Raises: NotFound; TemporaryFailure when somebody opened the same conversation at this moment.
    """
    arrived = Arrived(id=new_id(), item=said, name=outside_name(said.external_id, ""), at=tx.now)
    fresh, _ = await receiving.only_new(tx, account.id, [arrived])
    if fresh:
        inbox = await inboxes.queries.inbox(tx, account.inbox_id)
        if inbox is None:
            raise NotFound("the inbox is gone")
        (who,) = await contacts.match(tx, [Asked(said.sender)], account.id)
        if who is None or who.blocked:
            return None
        place = Place(
            account=account,
            inbox=inbox,
            channels=channels,
            manifest=channels.of(account).manifest,
        )
        await receiving.receive(tx, place, [(arrived, who)])
    return await tx.maybe(
        SQL.entered, Entered, workspace=tx.workspace, account=account.id, name=arrived.name
    )


async def tell_visit(
    tx: Tx, actor: Actor, conversation_id: UUID, code: str, params: dict[str, str]
) -> ConversationView:
    """Add an activity line about a visit; its text is the message key `activity.<code>`.

    Raises: NotFound. Publishes: ConversationChanged.
    """
    row = await lock(tx, conversation_id)
    view, line = await add_line(tx, actor, row, Line("visited", code, params))
    changed = ConversationChanged(what="visited", conversation=view, message=line)
    tx.publish(changed, subject=conversation_id, by=actor.by)
    return view
