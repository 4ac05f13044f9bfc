"""Signing an account in by its owner's consent: `/accounts/{id}/consent`."""

from functools import partial
from typing import Annotated

import msgspec
from litestar import post, put
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain.inboxes import AccountView, Carrier, consent
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Id, Open, Shared
from hilo.kit import clock
from hilo.kit.errors import Bug, ConnectorError, invalid
from hilo.sdk.authorising import Authorising

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ConsentBegun(Struct, frozen=True, kw_only=True):
    """url: the vendor's page to open. state: comes back with the browser, good for 15 minutes."""

    url: str
    state: str


class ConsentGiven(Body, frozen=True, kw_only=True):
    """What the vendor sent back with the browser."""

    code: Code
    state: Code


@post("/accounts/{account_id:uuid}/consent", tags=["inboxes"], status_code=200)
async def begin_consent(account_id: Id, actor: Acting, tx: Open, app_state: Shared) -> ConsentBegun:
    """Say where the account's owner allows the sign-in. The vendor sends the browser back."""
    begun = await consent.begin_consent(tx, actor, app_state.channels, account_id)
    return ConsentBegun(url=begun.url, state=begun.state)


@put("/accounts/{account_id:uuid}/consent", tags=["inboxes"], opt=NO_TRANSACTION)
async def give_consent(
    account_id: Id, data: JSONBody[ConsentGiven], actor: Acting, app_state: Shared
) -> AccountView:
    """Turn what came back into credentials and keep them. This also ends a hold."""
    channels = app_state.channels
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        row, trip = await consent.returned(tx, actor, channels, account_id, data.state)
    connector, account = channels.of(row), channels.opened(row)
    if not isinstance(connector, Authorising):
        raise Bug(f"{row.channel} asks for no consent")
    carrier = Carrier(app_state.http, app_state.sandbox)
    try:
        steps = connector.exchange(account, data.code, trip, clock.now())
        connected = await carrier.send(steps, account)
    except ConnectorError as error:
        raise invalid("code", error.code, error.message) from None
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        kept = await consent.keep_consent(tx, actor, channels, account_id, connected)
        tx.after_commit.append(partial(app_state.accounts.forget, account_id))
        return channels.view(kept)


ROUTES = [begin_consent, give_consent]
