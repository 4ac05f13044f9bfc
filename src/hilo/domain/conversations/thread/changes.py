"""The steps verbs on a conversation share: hold it, write the change, add the line people see."""

from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from hilo.domain.conversations.events import ConversationChanged
from hilo.domain.conversations.models import Author, AuthorKind, ConversationView, MessageView
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.thread.triage import Triage, triage_of
from hilo.domain.conversations.thread.writing import NewMessage, append
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.sql import Queries

SQL = Queries(__package__, "triage.sql")
What = Literal[
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
    "crossed",
    "visited",
]


class Line(Struct, frozen=True):
    """What happened, and the activity line that says it: message key `activity.<code>`."""

    what: What
    code: str
    params: dict[str, str] = field(default_factory=dict)


async def lock(tx: Tx, conversation_id: UUID) -> ConversationRow:
    """Hold the conversation until the end of the transaction. Raises: NotFound."""
    found = await tx.maybe(
        SQL.lock, ConversationRow, workspace=tx.workspace, conversation=conversation_id
    )
    if found is None:
        raise NotFound("no such conversation")
    return found


async def add_line(
    tx: Tx, actor: Actor, row: ConversationRow, said: Line
) -> tuple[ConversationView, MessageView]:
    """Append an activity line to the thread."""
    name = actor.name if actor.kind != "system" else ""
    kind: AuthorKind = "system" if actor.kind == "system" else "agent"
    line = NewMessage(
        conversation_id=row.id,
        kind="activity",
        author=Author(kind=kind, id=actor.id, name=name),
        channel=row.channel,
        inbox_id=row.inbox_id,
        state="stored",
        meta={"code": said.code, "params": {"actor": name, **said.params}},
    )
    return (await append(tx, [line]))[0]


async def set_triage(tx: Tx, conversation_id: UUID, after: Triage) -> ConversationRow:
    """Write the fields; count a version."""
    return await tx.one(
        SQL.set_triage,
        ConversationRow,
        workspace=tx.workspace,
        conversation=conversation_id,
        status=after.status,
        assignee=after.assignee_id,
        team=after.team_id,
        snoozed_until=after.snoozed_until,
        woken_at=after.woken_at,
        resolved_at=after.resolved_at,
        priority=after.priority,
    )


async def lock_to_open(tx: Tx, conversation_id: UUID) -> ConversationRow:
    """Hold the contact first, as intake does, then the conversation. Raises: NotFound."""
    await tx.maybe(SQL.lock_contact_of, UUID, workspace=tx.workspace, conversation=conversation_id)
    return await lock(tx, conversation_id)


async def change(
    tx: Tx, actor: Actor, before: ConversationRow, after: Triage, said: Line
) -> ConversationView:
    """Write what differs and say so; the same again changes nothing.

    Publishes: ConversationChanged.
    """
    if after == triage_of(before):
        return conversation_view(before)
    row = await set_triage(tx, before.id, after)
    view, line = await add_line(tx, actor, row, said)
    changed = ConversationChanged(
        what=said.what,
        conversation=view,
        message=line,
        before=before.assignee_id,
        before_team=before.team_id,
    )
    tx.publish(changed, subject=before.id, by=actor.by)
    return view
