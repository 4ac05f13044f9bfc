"""One application, many accounts: a delivery that speaks of another one is handed on to it."""

import hashlib

from hilo.domain.inboxes import deliveries, queries
from hilo.domain.inboxes.channels import Channels
from hilo.domain.inboxes.models import AccountRow, NewDelivery, Pending
from hilo.kit.db import Tx
from hilo.kit.errors import ConnectorError
from hilo.kit.ids import new_id
from hilo.sdk.account import Delivery


async def hand_on(
    tx: Tx, channels: Channels, row: AccountRow, address: str, pending: Pending
) -> bool:
    """Store the delivery for the account of that address; False where there is none.

    Only where that account's own secrets sign it: nobody speaks for an account by naming it.
    Once: a delivery that came from there is known there.
    """
    sibling = await queries.sibling(tx, row, address)
    if sibling is None:
        return False
    given = Delivery(
        id=pending.id,
        body=pending.body,
        headers=pending.headers,
        url=channels.webhook_url(sibling) + pending.headers.get(":query", ""),
        received_at=pending.received_at,
    )
    try:
        key = channels.of(sibling).verify(given, channels.opened(sibling))
    except ConnectorError:
        return False
    if sibling.state != "off":
        await deliveries.hand_over(tx, _copy(pending, sibling, key))
    return True


def _copy(pending: Pending, sibling: AccountRow, key: str | None) -> NewDelivery:
    return NewDelivery(
        workspace_id=sibling.workspace_id,
        id=new_id(),
        account_id=sibling.id,
        source=pending.source,
        headers=pending.headers,
        body=pending.body,
        dedupe_key=key or f"sha256:{hashlib.sha256(pending.body).hexdigest()}",
    )
