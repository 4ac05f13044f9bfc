"""A test round trip of an account: `/accounts/{id}/test`.

A sample goes the whole way in: signed, verified, stored at the door, understood by intake, shown
in a conversation. Only the network between the other side and us is left out.
"""

import asyncio
import time
from uuid import UUID

from litestar import post
from msgspec import Struct

from hilo.domain import conversations, inboxes
from hilo.domain.inboxes import AccountRow, NewDelivery
from hilo.domain.people import Actor
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Id, Shared
from hilo.entry.state import AppState
from hilo.kit import clock
from hilo.kit.errors import Conflict, Unsupported
from hilo.kit.ids import new_id
from hilo.sdk.abilities import Trial
from hilo.sdk.inbound import MessageIn

_PATIENCE_S = 15.0
_PAUSE_S = 0.05


class Tried(Struct, frozen=True, kw_only=True):
    """How it went. ms: from the door to the conversation; ok false: it did not get there in time.

    conversation_id: where the sample is now; answer it to try the way back.
    """

    ok: bool
    ms: int
    conversation_id: UUID | None
    detail: str = ""


@post("/accounts/{account_id:uuid}/test", tags=["inboxes"], opt=NO_TRANSACTION, status_code=200)
async def try_account(account_id: Id, actor: Acting, app_state: Shared) -> Tried:
    """Send a sample message through the account, as if a contact wrote."""
    actor.must("account:write")
    async with app_state.db.transaction(actor.workspace) as tx:
        row = await inboxes.get_account(tx, actor, account_id)
    if row.state == "off":
        raise Conflict("the account is switched off", reason="account-off")
    began = time.monotonic()
    external_id = await _put_in(app_state, row)
    conversation = await _come_out(app_state, actor, row, external_id)
    ms = round((time.monotonic() - began) * 1000)
    detail = "" if conversation else f"stored, but not understood within {_PATIENCE_S:.0f} s"
    return Tried(ok=conversation is not None, ms=ms, conversation_id=conversation, detail=detail)


async def _put_in(state: AppState, row: AccountRow) -> str:
    """Store a sample as its door would; return the external id it will have."""
    connector = state.channels.of(row)
    if not isinstance(connector, Trial):
        raise Unsupported("this channel makes no sample")
    account, id_ = state.channels.opened(row), new_id()
    sample = connector.sample(account, id_, clock.now())
    key = connector.verify(sample.delivery, account)
    told = connector.parse(sample.delivery, account)
    await state.door.store(
        NewDelivery(
            workspace_id=row.workspace_id,
            id=id_,
            account_id=row.id,
            source=sample.entrance,
            headers=sample.delivery.headers,
            body=sample.delivery.body,
            dedupe_key=key or f"test:{id_}",
        )
    )
    return next(each.external_id for each in told if isinstance(each, MessageIn))


async def _come_out(
    state: AppState, actor: Actor, row: AccountRow, external_id: str
) -> UUID | None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        async with state.db.transaction(actor.workspace) as tx:
            found = await conversations.find_external(tx, actor, row.id, external_id)
        if found is not None:
            return found
        await asyncio.sleep(_PAUSE_S)
    return None


ROUTES = [try_account]
