"""An account and its vendor: register there, read its templates, see how it does."""

from collections.abc import Sequence
from functools import partial

from litestar import get, post
from msgspec import Struct

from hilo.domain import conversations, inboxes
from hilo.domain.conversations import Health
from hilo.domain.inboxes import AccountView, Carrier, TemplateView
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Id, Open, Shared
from hilo.kit.errors import Conflict
from hilo.sdk.abilities import Templating

_PATH = "/accounts/{account_id:uuid}"


class TemplateList(Struct, frozen=True):
    """An account's templates, by their names."""

    items: Sequence[TemplateView]
    next_cursor: None = None


@post(_PATH + "/connect", tags=["inboxes"], opt=NO_TRANSACTION, status_code=200)
async def connect_account(account_id: Id, actor: Acting, app_state: Shared) -> AccountView:
    """Tell the vendor where to call us, and keep what it says. Doing it again changes nothing."""
    actor.must("account:write")
    channels = app_state.channels
    async with app_state.db.transaction(actor.workspace) as tx:
        row = await inboxes.find_account(tx, account_id)
    connector, account = inboxes.connecting(channels, row), channels.opened(row)
    carrier = Carrier(app_state.http, app_state.sandbox)
    connected = await carrier.send(connector.connect(account), account)
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        kept = await inboxes.keep_connected(tx, actor, channels, account_id, connected)
        tx.after_commit.append(partial(app_state.accounts.forget, account_id))
        return channels.view(kept)


@get(_PATH + "/templates", tags=["inboxes"])
async def list_templates(account_id: Id, actor: Acting, tx: Open) -> TemplateList:
    """List the texts the vendor has approved, or not."""
    await inboxes.get_account(tx, actor, account_id)
    return TemplateList(await inboxes.list_templates(tx, actor, account_id))


@post(_PATH + "/templates/sync", tags=["inboxes"], opt=NO_TRANSACTION, status_code=200)
async def sync_templates(account_id: Id, actor: Acting, app_state: Shared) -> TemplateList:
    """Read the templates anew from the vendor; this also happens every few hours."""
    actor.must("account:write")
    async with app_state.db.transaction(actor.workspace) as tx:
        row = await inboxes.find_account(tx, account_id)
    connector, account = app_state.channels.of(row), app_state.channels.opened(row)
    if not isinstance(connector, Templating):
        raise Conflict("this channel has no templates", reason="no-templates")
    carrier = Carrier(app_state.http, app_state.sandbox)
    seen = await carrier.send(connector.templates(account), account)
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        await inboxes.keep_templates(tx, account_id, seen)
        return TemplateList(await inboxes.list_templates(tx, actor, account_id))


@get(_PATH + "/health", tags=["inboxes"])
async def get_health(account_id: Id, actor: Acting, tx: Open) -> Health:
    """Say how the account's way out does: what waits, what failed, what nobody knows."""
    row = await inboxes.get_account(tx, actor, account_id)
    return await conversations.health(tx, actor, row)


ROUTES = [connect_account, list_templates, sync_templates, get_health]
