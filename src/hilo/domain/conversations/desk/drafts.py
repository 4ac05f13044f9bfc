"""Drafts of replies and notes: each agent has its own, one of each kind per conversation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, invalid
from hilo.kit.sql import Queries
from hilo.kit.text import clean

SQL = Queries(__package__, "drafts.sql")
_TEXT_CHARS = 100_000
_META_BYTES = 150_000  # a reply's HTML is in it
Kind = Literal["reply", "note"]


class Draft(Struct, frozen=True):
    """Unfinished text. meta: what the composer needs to go on (attachments, inbox, copies)."""

    kind: Kind
    text: str
    meta: Mapping[str, object]
    updated_at: datetime


async def list_drafts(tx: Tx, actor: Actor, conversation_id: UUID) -> list[Draft]:
    """Return the agent's own drafts here. Raises: NotFound; Forbidden."""
    actor.must("conversation:read")
    await _must_exist(tx, conversation_id)
    return await tx.all(
        SQL.drafts,
        Draft,
        workspace=tx.workspace,
        conversation=conversation_id,
        agent=actor.agent,
    )


async def find_draft(tx: Tx, actor: Actor, conversation_id: UUID, kind: Kind) -> Draft:
    """Return one draft. Raises: NotFound; Forbidden."""
    for draft in await list_drafts(tx, actor, conversation_id):
        if draft.kind == kind:
            return draft
    raise NotFound("no such draft")


async def save_draft(tx: Tx, actor: Actor, conversation_id: UUID, draft: Draft) -> Draft:
    """Keep it in the place of an earlier one. Raises: NotFound; Forbidden; Invalid."""
    actor.must("conversation:read")
    if len(draft.text) > _TEXT_CHARS:
        raise invalid("text", "length", f"must have at most {_TEXT_CHARS} characters")
    meta = msgspec.json.encode(draft.meta).decode()
    if len(meta) > _META_BYTES or "\\u0000" in meta:
        raise invalid("meta", "too-large", f"must take at most {_META_BYTES} bytes, without NUL")
    await _must_exist(tx, conversation_id)
    return await tx.one(
        SQL.save,
        Draft,
        workspace=tx.workspace,
        conversation=conversation_id,
        agent=actor.agent,
        kind=draft.kind,
        text=clean(draft.text),
        meta=meta,
        now=tx.now,
    )


async def drop_draft(tx: Tx, actor: Actor, conversation_id: UUID, kind: Kind) -> None:
    """Throw it away; none there is no error. Raises: NotFound; Forbidden."""
    actor.must("conversation:read")
    await _must_exist(tx, conversation_id)
    await tx.run(
        SQL["drop"],
        workspace=tx.workspace,
        conversation=conversation_id,
        agent=actor.agent,
        kind=kind,
    )


async def _must_exist(tx: Tx, conversation_id: UUID) -> None:
    if not await tx.one(
        SQL.conversation_exists, bool, workspace=tx.workspace, conversation=conversation_id
    ):
        raise NotFound("no such conversation")
