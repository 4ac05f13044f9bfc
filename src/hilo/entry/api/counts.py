"""Counts: `/counts`."""

from litestar import get

from hilo.domain import conversations
from hilo.domain.conversations import Counts
from hilo.entry.api.forms import Acting, Open


@get("/counts", tags=["conversations"])
async def get_counts(actor: Acting, tx: Open) -> Counts:
    """Return how many are open, unassigned, unread, and the agent's own. Exact at any moment."""
    return await conversations.counts(tx, actor)


ROUTES = [get_counts]
