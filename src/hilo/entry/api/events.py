"""The log as a feed: `/events`."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from hilo.entry import feed
from hilo.entry.api.forms import Acting, Open, Shared
from hilo.entry.feed import START, FeedItem

EventLimit = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at most.")]
After = Annotated[
    str,
    QueryParameter(max_length=1_000, description="`next_cursor`; empty = from the beginning."),
]


class EventPage(Struct, frozen=True):
    """A piece of the log. next_cursor: where to go on; the same again when nothing is new."""

    items: Sequence[FeedItem]
    next_cursor: str


@get("/events", tags=["events"])
async def list_events(
    actor: Acting, tx: Open, app_state: Shared, after: After = "", limit: EventLimit = 100
) -> EventPage:
    """Read the log in its order: nothing is missed, nothing comes twice."""
    actor.must("event:read")
    place = feed.place_of(after) if after else START
    items, end = await feed.read(tx, actor, place, limit, app_state.file_links)
    return EventPage(items, feed.cursor_of(end))


ROUTES = [list_events]
