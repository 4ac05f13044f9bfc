"""How a conversation's contact can be written to: `/conversations/{id}/ways`."""

from collections.abc import Sequence

from litestar import get
from msgspec import Struct

from hilo.domain import conversations
from hilo.domain.conversations import WayView
from hilo.entry.api.forms import Acting, Id, Open, Shared


class Ways(Struct, frozen=True):
    """All ways, the last used first."""

    items: Sequence[WayView]
    next_cursor: None = None


@get("/conversations/{conversation_id:uuid}/ways", tags=["messages"])
async def list_ways(conversation_id: Id, actor: Acting, tx: Open, app_state: Shared) -> Ways:
    """List the ways to write to the contact: which are open, why others are not, which is best."""
    return Ways(await conversations.ways(tx, actor, app_state.channels, conversation_id))


ROUTES = [list_ways]
