"""Macros: kept by whoever may, offered with their words filled, applied whole or not at all.

One transaction each; never commits.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from hilo.domain import contacts, conversations, people
from hilo.domain.automation import words
from hilo.domain.automation.acts import Act, Note, name_of, perform
from hilo.domain.automation.errors import MacroFailed
from hilo.domain.automation.events import MacroDeleted, MacroSaved
from hilo.domain.automation.models import Macro, MacroGiven, MacroPatch, MacroRow
from hilo.domain.conversations import ConversationView
from hilo.domain.inboxes import Channels
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, Forbidden, NotFound, UserError, invalid
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean

SQL = Queries(__package__, "queries.sql")
_NAME_CHARS = 80


async def list_macros(tx: Tx, actor: Actor) -> list[Macro]:
    """Return the workspace's and one's own, what one uses most first. Raises: Forbidden."""
    actor.must("macro:use")
    rows = await tx.all(SQL.list_macros, MacroRow, workspace=tx.workspace, agent=actor.agent)
    return [_macro(row) for row in rows]


async def offer_macros(tx: Tx, actor: Actor, conversation_id: UUID) -> list[Macro]:
    """Return the same, their words filled for this conversation. Raises: Forbidden; NotFound."""
    offered = await list_macros(tx, actor)
    facts = await _facts(tx, actor, conversation_id)
    return [_filled(each, facts) for each in offered]


async def create_macro(tx: Tx, actor: Actor, given: MacroGiven) -> Macro:
    """Keep a new one. Raises: Forbidden; Invalid; Conflict when the name is taken.

    Publishes: MacroSaved, when it is shared.
    """
    actor.must("macro:use")
    if given.is_shared:
        actor.must("macro:write")
    owner = None if given.is_shared else actor.agent
    name = _checked(given.name, given.text, given.acts)
    row = await tx.maybe(
        SQL.insert_macro,
        MacroRow,
        workspace=tx.workspace,
        id=new_id(),
        agent=owner,
        name=name,
        text=clean(given.text),
        acts=msgspec.to_builtins(given.acts),
    )
    if row is None:
        raise _taken(name)
    return _told(tx, actor, _macro(row))


async def update_macro(tx: Tx, actor: Actor, macro_id: UUID, patch: MacroPatch) -> Macro:
    """Change what is given. Raises: Forbidden; NotFound; Invalid; Conflict when the name is taken.

    Publishes: MacroSaved; MacroDeleted when it is no longer the workspace's.
    """
    before = await _held(tx, actor, macro_id)
    changes = {
        name: value
        for name in patch.__struct_fields__
        if (value := getattr(patch, name)) is not UNSET
    }
    wanted = replace(before, **changes)
    if before.is_shared or wanted.is_shared:
        actor.must("macro:write")
    name = _checked(wanted.name, wanted.text, wanted.acts)
    owner = None if wanted.is_shared else actor.agent
    other = await tx.maybe(SQL.macro_named, UUID, workspace=tx.workspace, agent=owner, name=name)
    if other not in {None, macro_id}:
        raise _taken(name)
    row = await tx.one(
        SQL.update_macro,
        MacroRow,
        workspace=tx.workspace,
        id=macro_id,
        agent=owner,
        name=name,
        text=clean(wanted.text),
        acts=msgspec.to_builtins(wanted.acts),
        now=tx.now,
    )
    if before.is_shared and not wanted.is_shared:
        tx.publish(MacroDeleted(macro_id=macro_id), by=actor.by)
    return _told(tx, actor, _macro(row))


async def delete_macro(tx: Tx, actor: Actor, macro_id: UUID) -> None:
    """Delete it. Raises: Forbidden; NotFound. Publishes: MacroDeleted, when it was shared."""
    before = await _held(tx, actor, macro_id)
    if before.is_shared:
        actor.must("macro:write")
    await tx.run(SQL.delete_macro, workspace=tx.workspace, id=macro_id)
    if before.is_shared:
        tx.publish(MacroDeleted(macro_id=macro_id), by=actor.by)


async def apply_macro(
    tx: Tx, actor: Actor, conversation_id: UUID, macro_id: UUID, channels: Channels
) -> ConversationView:
    """Do all acts of a macro, or none; its words are the composer's business.

    Raises: NotFound; Forbidden; MacroFailed, which names the act. Publishes what the acts do.
    """
    actor.must("macro:use")
    row = await tx.maybe(
        SQL.macro, MacroRow, workspace=tx.workspace, id=macro_id, agent=actor.agent
    )
    if row is None:
        raise NotFound("no such macro")
    await conversations.get_conversation(tx, actor, conversation_id)
    facts = await _facts(tx, actor, conversation_id)
    for number, act in enumerate(_filled(_macro(row), facts).acts, 1):
        try:
            await perform(tx, actor, conversation_id, act, channels)
        except Forbidden:
            raise
        except UserError as problem:
            name = name_of(act)
            raise MacroFailed(
                f"act {number}, {name}: {problem.message}",
                act=name,
                number=number,
                because=problem.code,
            ) from problem
    await tx.run(
        SQL.count_use, workspace=tx.workspace, agent=actor.agent, macro=macro_id, now=tx.now
    )
    return await conversations.get_conversation(tx, actor, conversation_id)


async def _held(tx: Tx, actor: Actor, macro_id: UUID) -> Macro:
    actor.must("macro:use")
    row = await tx.maybe(
        SQL.lock_macro, MacroRow, workspace=tx.workspace, id=macro_id, agent=actor.agent
    )
    if row is None:
        raise NotFound("no such macro")
    return _macro(row)


async def _facts(tx: Tx, actor: Actor, conversation_id: UUID) -> dict[str, str]:
    """Return what a macro's words may name. Raises: NotFound; Forbidden."""
    conversation = await conversations.get_conversation(tx, actor, conversation_id)
    contact = await contacts.get_contact(tx, actor, conversation.contact.id)
    workspace = await people.get_workspace(tx)
    addresses = {each.kind: each.value for each in reversed(contact.identities)}
    facts = {
        "contact.name": contact.name,
        "contact.first_name": words.first(contact.name),
        "contact.email": addresses.get("email", ""),
        "contact.phone": addresses.get("phone", ""),
        "agent.name": actor.name,
        "agent.first_name": words.first(actor.name),
        "conversation.number": str(conversation.number),
        "conversation.subject": conversation.subject,
        "workspace.name": workspace.name,
    }
    for name, value in contact.attributes.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            facts[words.ATTRIBUTE + name] = str(value)
    return facts


def _filled(macro: Macro, facts: dict[str, str]) -> Macro:
    acts = [
        replace(act, text=words.filled(act.text, facts)) if isinstance(act, Note) else act
        for act in macro.acts
    ]
    return replace(macro, text=words.filled(macro.text, facts), acts=acts)


def _checked(name: str, text: str, acts: Sequence[Act]) -> str:
    cleaned = " ".join(clean(name).split())
    if not 1 <= len(cleaned) <= _NAME_CHARS:
        raise invalid("name", "length", f"must have 1 to {_NAME_CHARS} characters")
    if not text.strip() and not acts:
        raise invalid("acts", "required", "must not be empty without a text")
    words.check(text, "text")
    for at, act in enumerate(acts):
        if isinstance(act, Note):
            words.check(act.text, f"acts.{at}.text")
    return cleaned


def _macro(row: MacroRow) -> Macro:
    return Macro(
        id=row.id,
        name=row.name,
        text=row.text,
        acts=msgspec.convert(row.acts, list[Act]),
        is_shared=row.agent_id is None,
        uses=row.uses,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _told(tx: Tx, actor: Actor, macro: Macro) -> Macro:
    if macro.is_shared:
        tx.publish(MacroSaved(macro=macro), by=actor.by)
    return macro


def _taken(name: str) -> Conflict:
    return Conflict("a macro of this name exists", field="name", name=name)
