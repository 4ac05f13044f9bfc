"""Conversations: `/conversations`, and what is done to one as a whole."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from litestar import delete, get, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from hilo.domain import conversations
from hilo.domain.conversations import (
    SEQ_MOST,
    Assignment,
    ConversationView,
    Filters,
    Order,
    Priority,
    Status,
)
from hilo.domain.people import Actor
from hilo.entry.api.forms import Acting, Body, Cursor, Id, Limit, Open, Shared
from hilo.kit.errors import invalid
from hilo.kit.page import Page


class Snooze(Body, frozen=True, kw_only=True):
    """until: the moment it comes back; null = when the contact writes."""

    until: datetime | None = None


class ReadMark(Body, frozen=True, kw_only=True):
    """seq: how far the agent has read; null = all."""

    seq: Annotated[int, Meta(ge=0, le=SEQ_MOST)] | None = None


class Pressing(Body, frozen=True, kw_only=True):
    """priority: none, low, normal, high or urgent."""

    priority: Priority


Assignee = Annotated[
    str | None, QueryParameter(max_length=40, description='"me", "none" or an agent\'s id.')
]


Sort = Annotated[
    Order, QueryParameter(description="priority: the most pressing first, then by activity.")
]


@get("/conversations", tags=["conversations"])
async def list_conversations(  # noqa: PLR0913, PLR0917 - one parameter each filter
    actor: Acting,
    tx: Open,
    status: Annotated[Status | None, QueryParameter(description="All when absent.")] = None,
    inbox: FromQuery[UUID | None] = None,
    assignee: Assignee = None,
    team: FromQuery[UUID | None] = None,
    contact: FromQuery[UUID | None] = None,
    tag: FromQuery[UUID | None] = None,
    unread: FromQuery[bool | None] = None,
    priority: FromQuery[Priority | None] = None,
    sort: Sort = "activity",
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[ConversationView]:
    """List conversations, latest activity first, or what presses most. All filters must hold."""
    filters = Filters(
        status=status,
        inbox=inbox,
        assignee=_assignee(actor, assignee),
        team=team,
        contact=contact,
        tag=tag,
        unread=unread,
        priority=priority,
        order=sort,
    )
    return await conversations.list_conversations(tx, actor, filters, cursor=cursor, limit=limit)


@get("/conversations/{conversation_id:uuid}", tags=["conversations"])
async def get_conversation(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Return one conversation."""
    return await conversations.get_conversation(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/assignment", tags=["conversations"])
async def assign(
    conversation_id: Id, data: JSONBody[Assignment], actor: Acting, tx: Open
) -> ConversationView:
    """Give it to an agent, a team or both. A claim that comes second is a conflict."""
    return await conversations.assign(tx, actor, conversation_id, data)


@delete("/conversations/{conversation_id:uuid}/assignment", status_code=200, tags=["conversations"])
async def unassign(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Leave it without agent and team."""
    return await conversations.unassign(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/resolution", tags=["conversations"])
async def resolve(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Resolve it."""
    return await conversations.resolve(tx, actor, conversation_id)


@delete("/conversations/{conversation_id:uuid}/resolution", status_code=200, tags=["conversations"])
async def reopen(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Open it again."""
    return await conversations.reopen(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/pending", tags=["conversations"])
async def set_pending(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Set it to pending: it waits for somebody other than the contact."""
    return await conversations.set_pending(tx, actor, conversation_id)


@delete("/conversations/{conversation_id:uuid}/pending", status_code=200, tags=["conversations"])
async def end_pending(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Open a pending one again; one that is not pending stays as it is."""
    actor.must("conversation:resolve")
    now = await conversations.get_conversation(tx, actor, conversation_id)
    if now.status != "pending":
        return now
    return await conversations.reopen(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/snooze", tags=["conversations"])
async def snooze(
    conversation_id: Id, data: JSONBody[Snooze], actor: Acting, tx: Open
) -> ConversationView:
    """Put it away until a moment or until the contact writes."""
    return await conversations.snooze(tx, actor, conversation_id, data.until)


@delete("/conversations/{conversation_id:uuid}/snooze", status_code=200, tags=["conversations"])
async def unsnooze(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Bring it back now."""
    return await conversations.unsnooze(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/read", tags=["conversations"])
async def mark_read(
    conversation_id: Id, data: JSONBody[ReadMark], actor: Acting, tx: Open, app_state: Shared
) -> ConversationView:
    """Note how far the agent has read; the contact sees it where the channel can show it."""
    view = await conversations.mark_read(tx, actor, conversation_id, data.seq)
    tx.after_commit.append(partial(app_state.marker.read, actor.workspace, conversation_id))
    return view


@delete("/conversations/{conversation_id:uuid}/read", status_code=200, tags=["conversations"])
async def mark_unread(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Make the contact's last message unread again."""
    return await conversations.mark_unread(tx, actor, conversation_id)


@put("/conversations/{conversation_id:uuid}/tags/{tag_id:uuid}", tags=["conversations"])
async def tag_conversation(
    conversation_id: Id, tag_id: Id, actor: Acting, tx: Open
) -> ConversationView:
    """Put a tag on it."""
    return await conversations.tag(tx, actor, conversation_id, tag_id)


@delete(
    "/conversations/{conversation_id:uuid}/tags/{tag_id:uuid}",
    status_code=200,
    tags=["conversations"],
)
async def untag_conversation(
    conversation_id: Id, tag_id: Id, actor: Acting, tx: Open
) -> ConversationView:
    """Take a tag off."""
    return await conversations.untag(tx, actor, conversation_id, tag_id)


@put("/conversations/{conversation_id:uuid}/priority", tags=["conversations"])
async def prioritize(
    conversation_id: Id, data: JSONBody[Pressing], actor: Acting, tx: Open
) -> ConversationView:
    """Say how much it presses."""
    return await conversations.prioritize(tx, actor, conversation_id, data.priority)


@delete("/conversations/{conversation_id:uuid}/priority", status_code=200, tags=["conversations"])
async def end_priority(conversation_id: Id, actor: Acting, tx: Open) -> ConversationView:
    """Take its priority away."""
    return await conversations.prioritize(tx, actor, conversation_id, "none")


def _assignee(actor: Actor, given: str | None) -> UUID | Literal["none"] | None:
    match given:
        case None | "":
            return None
        case "none":
            return "none"
        case "me":
            return actor.agent
        case _:
            try:
                return UUID(given)
            except ValueError:
                raise invalid("assignee", "format", "must be me, none or an agent's id") from None


ROUTES = [
    list_conversations,
    get_conversation,
    assign,
    unassign,
    resolve,
    reopen,
    set_pending,
    end_pending,
    snooze,
    unsnooze,
    mark_read,
    mark_unread,
    tag_conversation,
    untag_conversation,
    prioritize,
    end_priority,
]
