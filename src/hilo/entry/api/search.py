"""Search: `/search`."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec.structs import replace

from hilo.domain import conversations
from hilo.domain.conversations import Hit, Question, SearchKind
from hilo.entry.api.forms import Acting, Cursor, Limit, Open, Shared
from hilo.entry.api.messages import linked
from hilo.kit.ids import first_id
from hilo.kit.page import Page

Words = Annotated[
    str, QueryParameter(max_length=10_000, description="All words must be found; at most 16.")
]
Sort = Annotated[SearchKind | None, QueryParameter(name="type", description="Both when absent.")]
Since = Annotated[date | None, QueryParameter(name="from", description="The first day, UTC.")]
Until = Annotated[date | None, QueryParameter(name="to", description="The last day, UTC.")]


@get("/search", tags=["search"])
async def search(  # noqa: PLR0913, PLR0917 - one parameter each filter
    actor: Acting,
    tx: Open,
    app_state: Shared,
    q: Words = "",
    kind: Sort = None,
    inbox: FromQuery[UUID | None] = None,
    channel: FromQuery[str | None] = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[Hit]:
    """Find messages and contacts by words in English, Spanish or Portuguese, newest first."""
    question = Question(q=q, kind=kind, inbox=inbox, channel=channel)
    if since is not None:
        question = replace(question, since=first_id(_midnight(since)))
    if until is not None and until < date.max:
        question = replace(question, until=first_id(_midnight(until) + timedelta(days=1)))
    page = await conversations.search(tx, actor, question, cursor=cursor, limit=limit)
    found = linked(
        app_state.file_links, actor, [hit.message for hit in page.items if hit.message is not None]
    )
    by_id = {message.id: message for message in found}
    items = [
        hit if hit.message is None else replace(hit, message=by_id[hit.message.id])
        for hit in page.items
    ]
    return Page(items, page.next_cursor)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


ROUTES = [search]
