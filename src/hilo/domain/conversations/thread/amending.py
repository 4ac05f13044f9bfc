"""What changes a message after it was said: a new text, its end, a mark on it.

A change that comes before its message waits for it, as receipts do, for a week.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from hilo.domain.contacts import Matched
from hilo.domain.conversations import plainly
from hilo.domain.conversations.events import MessageChanged
from hilo.domain.conversations.models import (
    Author,
    ConversationView,
    LastMessage,
    MessageView,
    Reaction,
)
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.rows import (
    ConversationRow,
    MessageRow,
    conversation_view,
    message_view,
)
from hilo.domain.conversations.thread import receipts, writing
from hilo.domain.conversations.thread.receipts import Early
from hilo.kit.db import Tx
from hilo.kit.events import By
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.content import Content
from hilo.sdk.inbound import DeletedIn, EditedIn, ReactionIn

SQL = Queries(__package__, "amending.sql")
Said = EditedIn | DeletedIn | ReactionIn
Arriving = tuple[Said, Matched | None, datetime]
_EMOJI_CHARS = 40
_REACTIONS = 100


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What shall be of a message. author: who reacts. emoji: empty takes the mark away."""

    what: Literal["edited", "deleted", "reacted"]
    at: datetime
    text: str = ""
    content: Content | None = None
    emoji: str = ""
    author: Author | None = None

    @property
    def place(self) -> str:
        """Return what makes it another change than the others that wait."""
        who = "" if self.author is None else f":{self.author.id}"
        return f"{self.what}{who}"


class Before(Struct, frozen=True):
    """A text as it was. at: until when."""

    text: str
    at: datetime


class _Named(Struct, frozen=True):
    name: str
    message: UUID
    conversation: UUID


async def apply(tx: Tx, account: UUID, given: Sequence[Arriving]) -> None:
    """Change what is known; keep the rest until its message comes.

    given: in order of arrival, with who did it and when it came.
    Publishes: MessageChanged.
    """
    if not given:
        return
    changes = [(name_of(item), _change(item, who, came)) for item, who, came in given]
    found = await _find(tx, account, {name for name, _ in changes})
    missing = sorted({name for name, _ in changes if name not in found})
    if missing:
        await receipts.lock_names(tx, account, missing)
        found |= await _find(tx, account, set(missing))
    unknown = [(name, each) for name, each in changes if name not in found]
    await receipts.park(
        tx, account, [(name, each.place, each.at, None, each) for name, each in unknown]
    )
    await amend(tx, [(found[name], each) for name, each in changes if name in found])


async def apply_early(tx: Tx, early: Sequence[Early], messages: Mapping[str, UUID]) -> None:
    """Apply the changes among what waited. messages: by outside id."""
    changes = [
        (messages[each.name], msgspec.convert(each.change, Change))
        for each in sorted(early, key=lambda each: each.at)
        if each.change is not None and each.name in messages
    ]
    await amend(tx, [(message, each) for message, each in changes])


async def amend(tx: Tx, given: Sequence[tuple[UUID, Change]], by: By | None = None) -> None:
    """Change messages and say so; what is older than what is there changes nothing.

    Publishes: MessageChanged.
    """
    if not given:
        return
    ids = sorted({message for message, _ in given})
    conversations = await tx.all(
        writing.SQL.conversations_of, UUID, workspace=tx.workspace, ids=ids
    )
    await tx.run(writing.SQL.lock_many, workspace=tx.workspace, ids=sorted(set(conversations)))
    rows = await tx.all(SQL.lock_messages, MessageRow, workspace=tx.workspace, ids=ids)
    before = {row.id: message_view(row) for row in rows}
    after = dict(before)
    told: list[tuple[UUID, Change]] = []
    old: list[tuple[UUID, str, datetime]] = []
    for message, change in given:
        view = after.get(message)
        new = None if view is None else _changed(view, change)
        if view is None or new is None:
            continue
        if change.what == "edited":
            old.append((message, view.text, change.at))
        after[message] = new
        told.append((message, change))
    if told:
        shown = await _write(tx, [after[id_] for id_ in dict.fromkeys(m for m, _ in told)])
        await _keep(tx, old, [m for m, change in told if change.what == "deleted"])
        _tell(tx, told, after, shown, by)


async def texts_before(tx: Tx, message: UUID) -> list[Before]:
    """Return the texts a message had, oldest first."""
    return await tx.all(SQL.texts_before, Before, workspace=tx.workspace, message=message)


def name_of(item: Said) -> str:
    """Return the outside id of what is meant, as it is stored."""
    return outside_name(item.external_id)


def _change(item: Said, who: Matched | None, came: datetime) -> Change:
    at = min(item.at or came, came)
    match item:
        case EditedIn():
            return Change(what="edited", at=at, text=clean(item.text), content=item.content)
        case DeletedIn():
            return Change(what="deleted", at=at)
        case ReactionIn(is_ours=True):
            emoji = clean(item.emoji).strip()[:_EMOJI_CHARS]
            return Change(what="reacted", at=at, emoji=emoji, author=Author(kind="agent"))
        case ReactionIn():
            author = Author(
                kind="contact",
                id=None if who is None else who.contact_id,
                name="" if who is None else who.name,
            )
            emoji = clean(item.emoji).strip()[:_EMOJI_CHARS]
            return Change(what="reacted", at=at, emoji=emoji, author=author)


def _changed(view: MessageView, change: Change) -> MessageView | None:
    """Return the message after the change; None when it changes nothing."""
    if view.deleted_at is not None:
        return None
    match change.what:
        case "deleted":
            return structs.replace(
                view,
                text="",
                html=None,
                quoted=None,
                content=None,
                attachments=(),
                reactions=(),
                deleted_at=change.at,
            )
        case "edited":
            if view.edited_at is not None and change.at < view.edited_at:
                return None
            if change.text == view.text and change.content in (None, view.content):
                return None
            content = change.content or view.content
            return structs.replace(
                view, text=change.text, html=None, content=content, edited_at=change.at
            )
        case "reacted":
            return _reacted(view, change)


def _reacted(view: MessageView, change: Change) -> MessageView | None:
    assert change.author is not None  # noqa: S101 - a mark has one
    own = [each for each in view.reactions if _is_same(each.author, change.author)]
    if any(each.at > change.at or each.emoji == change.emoji for each in own):
        return None
    others = [each for each in view.reactions if each not in own]
    if change.emoji:
        others.append(Reaction(emoji=change.emoji, author=change.author, at=change.at))
    elif not own:
        return None
    return structs.replace(view, reactions=others[-_REACTIONS:])


def _is_same(one: Author, other: Author) -> bool:
    """Say whether a mark takes the place of the other: outside, the business has one only."""
    unnamed = None in {one.id, other.id}
    return one.kind == other.kind if unnamed else one.id == other.id


async def _find(tx: Tx, account: UUID, names: set[str]) -> dict[str, UUID]:
    rows = await tx.all(
        SQL.named, _Named, workspace=tx.workspace, account=account, names=sorted(names)
    )
    return {row.name: row.message for row in rows}


async def _write(tx: Tx, views: Sequence[MessageView]) -> dict[UUID, ConversationView]:
    """Store the messages; return the conversations whose preview is another now."""
    await tx.run(
        SQL.amend,
        workspace=tx.workspace,
        ids=[each.id for each in views],
        texts=[each.text for each in views],
        htmls=[each.html for each in views],
        quoteds=[each.quoted for each in views],
        attachments=[_json(each.attachments) for each in views],
        contents=[None if each.content is None else _json(each.content) for each in views],
        reactions=[_json(each.reactions) for each in views],
        edited=[each.edited_at for each in views],
        deleted=[each.deleted_at for each in views],
    )
    rows = await tx.all(
        SQL.preview,
        ConversationRow,
        workspace=tx.workspace,
        ids=[each.conversation_id for each in views],
        messages=[str(each.id) for each in views],
        previews=[preview_of(each) for each in views],
    )
    return {row.id: conversation_view(row) for row in rows}


def preview_of(view: MessageView) -> str:
    """Return what a list shows of the message."""
    if view.deleted_at is not None:
        return ""
    shown = view.text or view.subject or plainly.said(view.content)
    if not shown and view.attachments:
        shown = view.attachments[0].name
    return writing.preview(shown)


async def last_said(tx: Tx, conversation_id: UUID) -> LastMessage | None:
    """Return what a list shows of the conversation, read from its messages."""
    row = await tx.maybe(
        SQL.spoken_last, MessageRow, workspace=tx.workspace, conversation=conversation_id
    )
    if row is None:
        return None
    view = message_view(row)
    return LastMessage(
        id=view.id,
        kind=view.kind,
        author_kind=view.author.kind,
        author_name=view.author.name,
        preview=preview_of(view),
        at=view.at,
    )


async def _keep(tx: Tx, old: Sequence[tuple[UUID, str, datetime]], deleted: Sequence[UUID]) -> None:
    if old:
        await tx.run(
            SQL.keep_text,
            workspace=tx.workspace,
            ids=[new_id() for _ in old],
            messages=[message for message, _, _ in old],
            texts=[text for _, text, _ in old],
            ats=[at for _, _, at in old],
        )
    if deleted:
        # Who takes a message back takes all of it back.
        await tx.run(SQL.forget_texts, workspace=tx.workspace, messages=list(deleted))


def _tell(
    tx: Tx,
    told: Sequence[tuple[UUID, Change]],
    after: Mapping[UUID, MessageView],
    shown: Mapping[UUID, ConversationView],
    by: By | None,
) -> None:
    last = dict(told)
    for message, change in last.items():
        view = after[message]
        who = by
        if who is None and change.author is not None and change.author.kind == "contact":
            who = By(kind="contact", id=change.author.id, name=change.author.name)
        event = MessageChanged(
            what=change.what, message=view, conversation=shown.get(view.conversation_id)
        )
        tx.publish(event, subject=view.conversation_id, by=who)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
