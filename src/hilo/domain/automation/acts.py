"""What a macro can do to a conversation, and the verb behind each.

An act has no rules of its own: rights, limits and events are the verb's.
"""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hilo.domain import conversations
from hilo.domain.conversations import Assignment, Given, Priority
from hilo.domain.inboxes import Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx

_LONGEST_S = 5 * 365 * 86_400


class _Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """One act; `do` says which."""


class Assign(_Act, frozen=True, kw_only=True, tag="assign"):
    """Give it to whoever applies the macro, to an agent or a team by id, or to nobody."""

    to: Literal["me", "agent", "team", "nobody"]
    id: UUID | None = None


class AddTag(_Act, frozen=True, kw_only=True, tag="tag"):
    """Put a tag on."""

    tag_id: UUID


class RemoveTag(_Act, frozen=True, kw_only=True, tag="untag"):
    """Take a tag off."""

    tag_id: UUID


class Prioritize(_Act, frozen=True, kw_only=True, tag="prioritize"):
    """Say how much it presses."""

    priority: Priority


class Snooze(_Act, frozen=True, kw_only=True, tag="snooze"):
    """Put it away. for_s: so long; None = until the contact writes."""

    for_s: Annotated[int, Meta(ge=60, le=_LONGEST_S)] | None = None


class Pend(_Act, frozen=True, kw_only=True, tag="pend"):
    """Let it wait for somebody else."""


class Resolve(_Act, frozen=True, kw_only=True, tag="resolve"):
    """Close it."""


class Note(_Act, frozen=True, kw_only=True, tag="note"):
    """Write for the team; with the same variables as the words to the contact."""

    text: Annotated[str, Meta(min_length=1, max_length=5_000)]


Act = Assign | AddTag | RemoveTag | Prioritize | Snooze | Pend | Resolve | Note


def name_of(act: Act) -> str:
    """Return what it says under `do`."""
    return str(act.__struct_config__.tag)


async def perform(
    tx: Tx, actor: Actor, conversation_id: UUID, act: Act, channels: Channels
) -> None:
    """Do one act by its verb. Raises what the verb raises."""
    match act:
        case Assign():
            await _assign(tx, actor, conversation_id, act)
        case AddTag(tag_id=tag):
            await conversations.tag(tx, actor, conversation_id, tag)
        case RemoveTag(tag_id=tag):
            await conversations.untag(tx, actor, conversation_id, tag)
        case Prioritize(priority=priority):
            await conversations.prioritize(tx, actor, conversation_id, priority)
        case Snooze(for_s=seconds):
            until = None if seconds is None else tx.now + timedelta(seconds=seconds)
            await conversations.snooze(tx, actor, conversation_id, until)
        case Pend():
            await conversations.set_pending(tx, actor, conversation_id)
        case Resolve():
            await conversations.resolve(tx, actor, conversation_id)
        case Note(text=text):
            await conversations.write(
                tx, actor, conversation_id, Given(kind="note", text=text), channels
            )


async def _assign(tx: Tx, actor: Actor, conversation_id: UUID, act: Assign) -> None:
    match act.to:
        case "nobody":
            await conversations.unassign(tx, actor, conversation_id)
        case "me":
            given = Assignment(agent_id=actor.agent)
            await conversations.assign(tx, actor, conversation_id, given)
        case "agent":
            given = Assignment(agent_id=act.id)
            await conversations.assign(tx, actor, conversation_id, given)
        case "team":
            given = Assignment(team_id=act.id)
            await conversations.assign(tx, actor, conversation_id, given)
