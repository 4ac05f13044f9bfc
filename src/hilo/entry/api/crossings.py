"""Going on elsewhere: where a conversation could go, and codes that lead there."""

from collections.abc import Sequence
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain.conversations import Elsewhere, Offer, crossing
from hilo.entry.api.forms import Acting, Body, Id, Open, Shared


class Places(Struct, frozen=True):
    """The accounts somebody can be invited to."""

    items: Sequence[Elsewhere]
    next_cursor: None = None


class Asked(Body, frozen=True, kw_only=True):
    """account_id: where the conversation is to go on."""

    account_id: UUID


@get("/conversations/{conversation_id:uuid}/elsewhere", tags=["conversations"])
async def list_elsewhere(conversation_id: Id, actor: Acting, tx: Open, app_state: Shared) -> Places:
    """List the accounts to which the conversation can go on."""
    found = await crossing.elsewhere(tx, actor, app_state.channels, conversation_id)
    return Places(found)


@post("/conversations/{conversation_id:uuid}/crossings", tags=["conversations"])
async def offer_crossing(
    conversation_id: Id, data: JSONBody[Asked], actor: Acting, tx: Open, app_state: Shared
) -> Offer:
    """Make a code, a link and a QR code by which the contact goes on elsewhere. Once, for a day."""
    channels = app_state.channels
    return await crossing.offer(tx, actor, channels, conversation_id, data.account_id)


ROUTES = [list_elsewhere, offer_crossing]
