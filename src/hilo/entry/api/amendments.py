"""What agents do to messages at the outside: react, edit, take back."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, put
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import conversations
from hilo.domain.conversations import MessageView, acting
from hilo.domain.inboxes import Carrier
from hilo.domain.people import Actor
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Id, Open, Shared
from hilo.entry.api.messages import linked
from hilo.entry.state import AppState

_PATH = "/conversations/{conversation_id:uuid}/messages/{message_id:uuid}"
Emoji = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ReactionGiven(Body, frozen=True, kw_only=True):
    """emoji: one of those the channel takes."""

    emoji: Emoji


class MessageEdit(Body, frozen=True, kw_only=True):
    """text: what it says from now on."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]


class TextsBefore(Struct, frozen=True):
    """The texts a message had, oldest first."""

    items: Sequence[conversations.Before]
    next_cursor: None = None


@put(_PATH + "/reaction", tags=["messages"], opt=NO_TRANSACTION)
async def react(
    conversation_id: Id,
    message_id: Id,
    data: JSONBody[ReactionGiven],
    actor: Acting,
    app_state: Shared,
) -> MessageView:
    """Put a mark on a message, in place of the one there was; the contact sees it."""
    wish = acting.Wish(does="react", emoji=data.emoji)
    return await _do(app_state, actor, (conversation_id, message_id), wish)


@delete(_PATH + "/reaction", tags=["messages"], opt=NO_TRANSACTION, status_code=200)
async def take_reaction_away(
    conversation_id: Id, message_id: Id, actor: Acting, app_state: Shared
) -> MessageView:
    """Take the mark away."""
    return await _do(app_state, actor, (conversation_id, message_id), acting.Wish(does="react"))


@patch(_PATH, tags=["messages"], opt=NO_TRANSACTION)
async def edit_message(
    conversation_id: Id,
    message_id: Id,
    data: JSONBody[MessageEdit],
    actor: Acting,
    app_state: Shared,
) -> MessageView:
    """Change the text of a reply that has left, where the channel can."""
    wish = acting.Wish(does="edit", text=data.text)
    return await _do(app_state, actor, (conversation_id, message_id), wish)


@put(_PATH + "/deletion", tags=["messages"], opt=NO_TRANSACTION)
async def take_back(
    conversation_id: Id, message_id: Id, actor: Acting, app_state: Shared
) -> MessageView:
    """Take a reply back that has left: it goes at the contact's too. Before it leaves: DELETE."""
    return await _do(app_state, actor, (conversation_id, message_id), acting.Wish(does="delete"))


@get(_PATH + "/edits", tags=["messages"])
async def list_edits(conversation_id: Id, message_id: Id, actor: Acting, tx: Open) -> TextsBefore:
    """List the texts a message had before it was edited."""
    actor.must("conversation:read")
    await conversations.find_message(tx, conversation_id, message_id)
    return TextsBefore(await conversations.texts_before(tx, message_id))


async def _do(
    state: AppState, actor: Actor, place: tuple[UUID, UUID], wish: acting.Wish
) -> MessageView:
    """Ask the vendor, then show it."""
    async with state.db.transaction(actor.workspace, by=actor.by) as tx:
        asked = await acting.ask(tx, actor, state.channels, place, wish)
    account = state.channels.opened(asked.row)
    carrier = Carrier(state.http, state.sandbox)
    for action in asked.actions:
        await carrier.send(asked.connector.act(action, account), account)
    async with state.db.transaction(actor.workspace, by=actor.by) as tx:
        found = await acting.done(tx, actor, place, wish)
    return linked(state.file_links, actor, [found])[0]


ROUTES = [react, take_reaction_away, edit_message, take_back, list_edits]
