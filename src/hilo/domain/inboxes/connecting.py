"""An account and its vendor: registered there, and what the vendor told kept here."""

from uuid import UUID

import msgspec

from hilo.domain.inboxes import queries
from hilo.domain.inboxes.addresses import refuse_taken
from hilo.domain.inboxes.channels import Channels
from hilo.domain.inboxes.events import AccountChanged
from hilo.domain.inboxes.models import AccountRow
from hilo.domain.inboxes.verbs import find_account
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict
from hilo.sdk.abilities import Connected, Connecting


def connecting(channels: Channels, row: AccountRow) -> Connecting:
    """Return the connector. Raises: Conflict where the vendor need not be told anything."""
    connector = channels.of(row)
    if not isinstance(connector, Connecting):
        raise Conflict("this channel is set up at the vendor's own pages", reason="no-connect")
    return connector


async def keep_connected(
    tx: Tx, actor: Actor, channels: Channels, account: UUID, connected: Connected
) -> AccountRow:
    """Keep what the vendor told while connecting; this also ends a hold.

    Raises: Forbidden; NotFound; Invalid when the address is another account's.
    Publishes: AccountChanged.
    """
    actor.must("account:write")
    row = await find_account(tx, account)
    address = connected.address.lower() if connected.address else row.address
    await refuse_taken(tx, row, address)
    secrets = {**channels.secrets(row), **connected.secrets}
    ends_at = connected.ends_at(tx.now)
    if connected.secrets or ends_at is not None:
        await queries.keep_credentials(tx, row.id, channels.seal(row.id, secrets), ends_at)
    row = await queries.change_account(
        tx,
        msgspec.structs.replace(
            row,
            name=row.name or connected.name,
            address=address,
            settings={**row.settings, **connected.settings},
            secrets=channels.seal(row.id, secrets),
            state="active" if row.state == "held" else row.state,
        ),
    )
    tx.publish(AccountChanged(account=channels.view(row)))
    return row
