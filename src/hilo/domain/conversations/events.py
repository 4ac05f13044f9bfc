"""What can happen to a conversation.

Each carries what changed as everybody sees it, so that state + events = state.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from hilo.domain.conversations.models import ConversationView, MessageError, MessageView, PartView
from hilo.kit.events import Event


class ConversationOpened(
    Event, frozen=True, kw_only=True, tag="conversation.opened", tag_field="type"
):
    """A conversation began; its first message follows as an event of its own."""

    conversation: ConversationView


class ConversationChanged(
    Event, frozen=True, kw_only=True, tag="conversation.changed", tag_field="type"
):
    """Assigned, snoozed, tagged, prioritized, resolved, …: `what` says which.

    message: the activity line, if one was written.
    """

    what: Literal[
        "assigned",
        "unassigned",
        "resolved",
        "reopened",
        "snoozed",
        "woken",
        "pending",
        "tagged",
        "untagged",
        "prioritized",
        "stopped",
        "lifted",
        "read",
        "renamed",
        "moved",
        "crossed",
        "visited",
    ]
    conversation: ConversationView
    message: MessageView | None = None
    before: UUID | None = None  # the former assignee
    before_team: UUID | None = None


class ConversationErased(
    Event, frozen=True, kw_only=True, tag="conversation.erased", tag_field="type"
):
    """Somebody wished to be forgotten: the conversation is gone, and its events with it.

    Or its last message went back into another one.

    conversation, message_ids: where only these messages went, what is left and what they were.
    """

    conversation_id: UUID
    conversation: ConversationView | None = None
    message_ids: Sequence[UUID] = ()


class ConversationSplit(
    Event, frozen=True, kw_only=True, tag="conversation.split", tag_field="type"
):
    """Messages went from a conversation into another, under the numbers they had.

    A person turned out to be two, or this was undone. conversation: what is left of the first.
    """

    conversation_id: UUID
    conversation: ConversationView
    into: ConversationView
    message_ids: Sequence[UUID]


class MessageReceived(Event, frozen=True, kw_only=True, tag="message.received", tag_field="type"):
    """A contact wrote."""

    conversation: ConversationView
    message: MessageView


class MessageQueued(Event, frozen=True, kw_only=True, tag="message.queued", tag_field="type"):
    """An agent's reply waits in the outbox."""

    conversation: ConversationView
    message: MessageView


class NoteAdded(Event, frozen=True, kw_only=True, tag="message.noted", tag_field="type"):
    """An agent wrote for the team only."""

    conversation: ConversationView
    message: MessageView


class MessageState(Event, frozen=True, kw_only=True, tag="message.state", tag_field="type"):
    """A reply moved: sending, sent, delivered, read, failed or uncertain.

    parts: where there are several, each as it stands now.
    """

    conversation_id: UUID
    message_id: UUID
    state: Literal["queued", "sending", "sent", "delivered", "read", "failed", "uncertain"]
    at: datetime
    error: MessageError | None = None
    parts: Sequence[PartView] = ()


class MessageEchoed(Event, frozen=True, kw_only=True, tag="message.echoed", tag_field="type"):
    """Somebody wrote to the contact with another tool of the same account."""

    conversation: ConversationView
    message: MessageView


class MessageChanged(Event, frozen=True, kw_only=True, tag="message.changed", tag_field="type"):
    """A message was edited, taken back or reacted to.

    conversation: where its preview is another now.
    """

    what: Literal["edited", "deleted", "reacted"]
    message: MessageView
    conversation: ConversationView | None = None


class MessageWithdrawn(Event, frozen=True, kw_only=True, tag="message.withdrawn", tag_field="type"):
    """A reply was taken back before it left."""

    conversation: ConversationView
    message_id: UUID


class MessageLinked(Event, frozen=True, kw_only=True, tag="message.linked", tag_field="type"):
    """The message that this one answers came after it, and is known now."""

    message: MessageView


class AttachmentStored(
    Event, frozen=True, kw_only=True, tag="message.attachments", tag_field="type"
):
    """A file of a message arrived, or failed to."""

    message: MessageView
