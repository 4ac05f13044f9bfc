"""Shops and their queues: `/shops`, `/visits`."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import visits
from hilo.domain.visits import Queue, Shop, VisitView
from hilo.entry.api.forms import Acting, Body, Cursor, Id, Limit, Open, Shared
from hilo.kit.page import Page

Counter = Annotated[str, msgspec.Meta(max_length=60)]


class ShopList(Struct, frozen=True):
    """All shops, by name."""

    items: Sequence[Shop]
    next_cursor: None = None


class Opening(Body, frozen=True, kw_only=True):
    """is_open: whether people may take turns."""

    is_open: bool


class Calling(Body, frozen=True, kw_only=True):
    """Where to: the counter's name, empty where there is one only. visit_id: None for the next."""

    counter: Counter = ""
    visit_id: UUID | None = None


class Serving(Body, frozen=True, kw_only=True):
    """Where, when the visit was not called there before."""

    counter: Counter = ""


class Finishing(Body, frozen=True, kw_only=True):
    """note: for the team, in the visit's conversation."""

    note: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class Requeueing(Body, frozen=True, kw_only=True):
    """place: the first to be called, or the last."""

    place: Literal["first", "last"] = "first"


@get("/shops", tags=["shops"])
async def list_shops(actor: Acting, tx: Open, app_state: Shared) -> ShopList:
    """List the shops with how many wait."""
    return ShopList(await visits.list_shops(tx, actor, app_state.channels))


@get("/shops/{account_id:uuid}/queue", tags=["shops"])
async def get_queue(account_id: Id, actor: Acting, tx: Open, app_state: Shared) -> Queue:
    """Return who is served, who was called and who waits, in order."""
    return await visits.get_queue(tx, actor, app_state.channels, account_id)


@put("/shops/{account_id:uuid}/queue", tags=["shops"])
async def set_queue(
    account_id: Id, data: JSONBody[Opening], actor: Acting, tx: Open, app_state: Shared
) -> Shop:
    """Open or close the queue. Who waits stays."""
    channels = app_state.channels
    return await visits.set_open(tx, actor, channels, account_id, is_open=data.is_open)


@post("/shops/{account_id:uuid}/calls", tags=["shops"], status_code=200)
async def call_visit(
    account_id: Id, data: JSONBody[Calling], actor: Acting, tx: Open, app_state: Shared
) -> VisitView:
    """Call who has waited longest, or one out of turn or once more."""
    if data.visit_id is not None:
        return await visits.call(tx, actor, account_id, data.visit_id, data.counter)
    return await visits.call_next(tx, actor, app_state.channels, account_id, data.counter)


@get("/shops/{account_id:uuid}/visits", tags=["shops"])
async def list_visits(
    account_id: Id,
    actor: Acting,
    tx: Open,
    app_state: Shared,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[VisitView]:
    """List the visits that are over, the newest first."""
    return await visits.list_visits(
        tx, actor, app_state.channels, account_id, cursor=cursor, limit=limit
    )


@get("/visits/{visit_id:uuid}", tags=["shops"])
async def get_visit(visit_id: Id, actor: Acting, tx: Open) -> VisitView:
    """Return one visit."""
    return await visits.get_visit(tx, actor, visit_id)


@put("/visits/{visit_id:uuid}/service", tags=["shops"])
async def serve_visit(visit_id: Id, data: JSONBody[Serving], actor: Acting, tx: Open) -> VisitView:
    """Begin to serve: who was called, or simply came to the counter."""
    return await visits.serve(tx, actor, visit_id, data.counter)


@put("/visits/{visit_id:uuid}/end", tags=["shops"])
async def finish_visit(
    visit_id: Id, data: JSONBody[Finishing], actor: Acting, tx: Open, app_state: Shared
) -> VisitView:
    """End the visit: served. A note stays in its conversation."""
    return await visits.finish(tx, actor, app_state.channels, visit_id, data.note)


@put("/visits/{visit_id:uuid}/no-show", tags=["shops"])
async def miss_visit(visit_id: Id, actor: Acting, tx: Open) -> VisitView:
    """Say that nobody came."""
    return await visits.miss(tx, actor, visit_id)


@put("/visits/{visit_id:uuid}/place", tags=["shops"])
async def requeue_visit(
    visit_id: Id, data: JSONBody[Requeueing], actor: Acting, tx: Open
) -> VisitView:
    """Put the visit back among those who wait, with its number."""
    return await visits.requeue(tx, actor, visit_id, data.place)


ROUTES = [
    list_shops,
    get_queue,
    set_queue,
    call_visit,
    list_visits,
    get_visit,
    serve_visit,
    finish_visit,
    miss_visit,
    requeue_visit,
]
