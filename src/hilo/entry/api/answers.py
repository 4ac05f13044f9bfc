"""Answering an invitation that came with a message: `/conversations/{id}/messages/{id}/answer`."""

from typing import Literal

from litestar import post
from litestar.params import JSONBody

from hilo.domain import conversations, inboxes, library
from hilo.domain.conversations import Given, MessageView
from hilo.domain.inboxes import AccountRow
from hilo.domain.library import NewFile, StoredFile
from hilo.entry.api.forms import Acting, Body, Id, Open, Shared
from hilo.entry.api.messages import linked
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict
from hilo.sdk.abilities import Inviting


class Answer(Body, frozen=True, kw_only=True):
    """Whether we come."""

    answer: Literal["accepted", "declined", "tentative"]


@post("/conversations/{conversation_id:uuid}/messages/{message_id:uuid}/answer", tags=["messages"])
async def answer_invitation(
    conversation_id: Id,
    message_id: Id,
    data: JSONBody[Answer],
    actor: Acting,
    tx: Open,
    app_state: Shared,
) -> MessageView:
    """Say to the organiser whether we come; it leaves as a reply with the answer for calendars."""
    actor.must("conversation:reply")
    message = await conversations.find_message(tx, conversation_id, message_id)
    row = await _account(tx, message)
    content = await _calendar(tx, app_state, message)
    if row is None or content is None:
        raise Conflict("this message invites to nothing", reason="no-invitation")
    connector = app_state.channels.of(row)
    if not isinstance(connector, Inviting):
        raise Conflict("this channel answers no invitations", reason="no-invitation")
    account = app_state.channels.opened(row)
    made = connector.answer(content, data.answer, message.meta, account, tx.now)
    answer = NewFile(name=made.name, content=made.content, uploaded_by=actor.id)
    file = await library.keep(tx, app_state.files, answer)
    facts = message.meta.get("invitation")
    title = str(facts.get("title") or "") if isinstance(facts, dict) else ""
    text = app_state.catalogue.t(
        actor.locale, f"invitation.said.{data.answer}", title=title or message.subject
    )
    given = Given(text=text, attachments=[file.id], reply_to=message.id, cc=made.copies)
    written = await conversations.write(tx, actor, conversation_id, given, app_state.channels)
    (view,) = linked(app_state.file_links, actor, [written.message])
    return view


async def _account(tx: Tx, message: MessageView) -> AccountRow | None:
    fits = (message.inbox_id, message.channel)
    rows = await inboxes.queries.accounts(tx)
    return next((each for each in rows if (each.inbox_id, each.channel) == fits), None)


async def _calendar(tx: Tx, state: AppState, message: MessageView) -> bytes | None:
    if not message.meta.get("invitation"):
        return None
    ids = [each.id for each in message.attachments if each.name.lower().endswith(".ics")]
    rows = await library.known_files(tx, ids)
    for row in (rows[each] for each in ids if each in rows):
        return await _content(state, row)
    return None


async def _content(state: AppState, row: StoredFile) -> bytes:
    return await library.content_of(state.files, row)


ROUTES = [answer_invitation]
