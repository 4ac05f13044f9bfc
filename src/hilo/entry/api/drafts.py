"""Drafts of the agent who asks: `/conversations/{id}/drafts`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from hilo.domain import conversations
from hilo.domain.conversations import Draft
from hilo.entry.api.forms import Acting, Body, Id, Open
from hilo.kit import clock

_PATH = "/conversations/{conversation_id:uuid}/drafts"
Kind = FromPath[Literal["reply", "note"]]


class DraftText(Body, frozen=True, kw_only=True):
    """text: what is written so far. meta: what the composer needs to go on."""

    text: Annotated[str, msgspec.Meta(max_length=100_000)]
    meta: Mapping[str, object] = msgspec.field(default_factory=dict)


class DraftList(Struct, frozen=True):
    """The agent's drafts in a conversation: at most a reply and a note."""

    items: Sequence[Draft]
    next_cursor: None = None


@get(_PATH, tags=["drafts"])
async def list_drafts(conversation_id: Id, actor: Acting, tx: Open) -> DraftList:
    """List the agent's own drafts here."""
    return DraftList(await conversations.list_drafts(tx, actor, conversation_id))


@get(_PATH + "/{kind:str}", tags=["drafts"])
async def get_draft(conversation_id: Id, kind: Kind, actor: Acting, tx: Open) -> Draft:
    """Return one draft."""
    return await conversations.find_draft(tx, actor, conversation_id, kind)


@put(_PATH + "/{kind:str}", tags=["drafts"])
async def save_draft(
    conversation_id: Id, kind: Kind, data: JSONBody[DraftText], actor: Acting, tx: Open
) -> Draft:
    """Keep a draft in the place of an earlier one."""
    draft = Draft(kind, data.text, data.meta, clock.now())
    return await conversations.save_draft(tx, actor, conversation_id, draft)


@delete(_PATH + "/{kind:str}", tags=["drafts"])
async def drop_draft(conversation_id: Id, kind: Kind, actor: Acting, tx: Open) -> None:
    """Throw a draft away."""
    await conversations.drop_draft(tx, actor, conversation_id, kind)


ROUTES = [list_drafts, get_draft, save_draft, drop_draft]
