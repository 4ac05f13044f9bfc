"""What arrived and could not be understood: `/quarantine`."""

from uuid import UUID

from litestar import Response, delete, get, post

from hilo.domain.inboxes import Parked, deliveries
from hilo.entry.api.forms import Acting, Cursor, Id, Limit, Open, Shared
from hilo.kit.page import Page, decode_cursor, page


@get("/quarantine", tags=["quarantine"])
async def list_quarantine(
    actor: Acting, tx: Open, cursor: Cursor = None, limit: Limit = 25
) -> Page[Parked]:
    """List the parked deliveries, the newest first."""
    before = _place(cursor)
    found = await deliveries.list_parked(tx, actor, before=before, most=limit + 1)
    last = found[:limit][-1].id if found else None
    return page(found, limit, last)


@get("/quarantine/{delivery_id:uuid}/raw", tags=["quarantine"])
async def get_raw(delivery_id: Id, actor: Acting, tx: Open) -> Response[bytes]:
    """Return a parked delivery byte for byte, as a download."""
    found = await deliveries.raw(tx, actor, delivery_id)
    return Response(
        found.body,
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{delivery_id}.bin"'},
    )


@post("/quarantine/{delivery_id:uuid}/replay", tags=["quarantine"], status_code=202)
async def replay(delivery_id: Id, actor: Acting, tx: Open, app_state: Shared) -> None:
    """Try a parked delivery again, after a fix."""
    await deliveries.replay(tx, actor, delivery_id)
    tx.after_commit.append(lambda: app_state.bus.publish("intake"))


@delete("/quarantine/{delivery_id:uuid}", tags=["quarantine"])
async def discard(delivery_id: Id, actor: Acting, tx: Open) -> None:
    """Throw a parked delivery away."""
    await deliveries.discard(tx, actor, delivery_id)


def _place(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    (place,) = decode_cursor(cursor, UUID)
    return place if isinstance(place, UUID) else None


ROUTES = [list_quarantine, get_raw, replay, discard]
