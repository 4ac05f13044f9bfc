"""Messages of a conversation: `/conversations/{id}/messages`."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec.structs import replace

from hilo.domain import conversations
from hilo.domain.conversations import Decision, Given, MessageView
from hilo.domain.library import FileLinks, Reader
from hilo.domain.people import Actor
from hilo.entry.api.forms import Acting, Body, Cursor, Id, Limit, Open, Shared
from hilo.kit.errors import invalid
from hilo.kit.page import Page

_PATH = "/conversations/{conversation_id:uuid}/messages"
After = Annotated[
    int | None,
    QueryParameter(ge=0, description="Only what has a higher seq, oldest first. No cursor then."),
]


class Verdict(Body, frozen=True, kw_only=True):
    """resend: send it again; sent: an uncertain one did arrive; drop: leave it unsent.

    part: of which part; null: all.
    """

    decision: Decision
    part: int | None = None


@get(_PATH, tags=["messages"])
async def list_messages(  # noqa: PLR0913, PLR0917 - its parameters
    conversation_id: Id,
    actor: Acting,
    tx: Open,
    app_state: Shared,
    after: After = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[MessageView]:
    """List the messages, newest first, each whole."""
    if after is None:
        page = await conversations.list_messages(
            tx, actor, conversation_id, cursor=cursor, limit=limit
        )
        return Page(linked(app_state.file_links, actor, page.items), page.next_cursor)
    if cursor is not None:
        raise invalid("cursor", "unsupported", "cannot be given with after")
    found = await conversations.messages_after(tx, actor, conversation_id, after, limit)
    return Page(linked(app_state.file_links, actor, found), None)


@post(_PATH, tags=["messages"])
async def write_message(
    conversation_id: Id, data: JSONBody[Given], actor: Acting, tx: Open, app_state: Shared
) -> Response[MessageView]:
    """Reply to the contact, or leave a note. The same client_id is the same message."""
    written = await conversations.write(tx, actor, conversation_id, data, app_state.channels)
    (message,) = linked(app_state.file_links, actor, [written.message])
    return Response(message, status_code=201 if written.is_new else 200)


@get(_PATH + "/{message_id:uuid}", tags=["messages"])
async def get_message(
    conversation_id: Id, message_id: Id, actor: Acting, tx: Open, app_state: Shared
) -> MessageView:
    """Return one message."""
    actor.must("conversation:read")
    found = await conversations.find_message(tx, conversation_id, message_id)
    return linked(app_state.file_links, actor, [found])[0]


@delete(_PATH + "/{message_id:uuid}", status_code=200, tags=["messages"])
async def withdraw_message(
    conversation_id: Id, message_id: Id, actor: Acting, tx: Open, app_state: Shared
) -> MessageView:
    """Take a reply back before it leaves; the answer is what it was."""
    found = await conversations.withdraw(tx, actor, conversation_id, message_id)
    return linked(app_state.file_links, actor, [found])[0]


@post(_PATH + "/{message_id:uuid}/retry", status_code=200, tags=["messages"])
async def decide_message(
    conversation_id: Id,
    message_id: Id,
    data: JSONBody[Verdict],
    actor: Acting,
    tx: Open,
    app_state: Shared,
) -> MessageView:
    """Send a failed or uncertain reply again, call an uncertain one sent, or drop it."""
    found = await conversations.decide(
        tx, actor, conversation_id, message_id, data.decision, data.part
    )
    return linked(app_state.file_links, actor, [found])[0]


@post(
    _PATH + "/{message_id:uuid}/attachments/{attachment_id:uuid}/fetch",
    status_code=202,
    tags=["messages"],
)
async def fetch_attachment(
    conversation_id: Id,
    message_id: Id,
    attachment_id: Id,
    actor: Acting,
    tx: Open,
    app_state: Shared,
) -> MessageView:
    """Fetch an attachment again that could not be had. How it ends comes as an event."""
    found = await conversations.fetch_again(tx, actor, conversation_id, message_id, attachment_id)
    return linked(app_state.file_links, actor, [found])[0]


def linked(
    links: FileLinks, actor: Actor, messages: Sequence[MessageView]
) -> Sequence[MessageView]:
    """Return the messages with addresses of their files that this agent can open."""
    if not any(message.attachments for message in messages):
        return messages
    reader = Reader("agent", actor.agent, actor.workspace)
    return [
        message
        if not message.attachments
        else replace(
            message,
            attachments=[
                each if each.state != "stored" else replace(each, url=links.path(each.id, reader))
                for each in message.attachments
            ],
        )
        for message in messages
    ]


ROUTES = [
    list_messages,
    write_message,
    get_message,
    withdraw_message,
    decide_message,
    fetch_attachment,
]
