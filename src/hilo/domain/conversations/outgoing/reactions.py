"""What conversations do when something happened elsewhere."""

from collections.abc import Sequence
from uuid import UUID

from hilo.domain.conversations.outgoing import carry
from hilo.kit.db import Tx
from hilo.kit.events import Logged


async def resume_mended(tx: Tx, round_: Sequence[Logged]) -> None:
    """Let the replies go that wait for an account which an admin has mended.

    round_: `account.changed`. Once: the reader saves its place in the same transaction.
    """
    for event in round_:
        account = event.data.get("account")
        if isinstance(account, dict) and account.get("state") == "active":
            await carry.resume(tx, UUID(account["id"]))
