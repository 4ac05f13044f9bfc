"""A shop with a queue, and people who take turns in it, for tests."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from cast import CAST, SECRET_KEY
from hilo.connectors import store
from hilo.domain import inboxes, visits
from hilo.domain.conversations import visitors
from hilo.domain.inboxes import AccountRow, Channels
from hilo.domain.visits import Taken, Taking, VisitView
from hilo.kit.crypto import Vault
from hilo.kit.db import Database, Tx
from hilo.kit.ids import new_id
from hilo.sdk.inbound import IdentityIn, SenderIn
from stage import agent

SECRETS = {
    "secret": "identity-0123456789abcdef0123456789",
    "visitor_key": "visitors-0123456789abcdef0123456789",
}
ADA = agent()
CHANNELS = Channels({"store": store.CONNECTOR}, Vault(SECRET_KEY), "http://hilo.test")


class Counter(Struct, frozen=True):
    """A shop of the cast. row: its account."""

    db: Database
    row: AccountRow

    async def take(
        self,
        name: str = "Dora",
        *,
        visitor: UUID | None = None,
        client: str = "c-1",
        topic: str = "Returns",
    ) -> Taken:
        """Take a turn as a new visitor, or as this one."""
        async with self.db.transaction(CAST.workspace) as tx:
            return await take(tx, self.row, (name, topic), visitor or new_id(), client)

    async def queue(self) -> list[VisitView]:
        """Return who is here, as the team sees it."""
        async with self.db.transaction(CAST.workspace) as tx:
            return list((await visits.get_queue(tx, ADA, CHANNELS, self.row.id)).visits)


async def take(tx: Tx, row: AccountRow, said: tuple[str, str], visitor: UUID, client: str) -> Taken:
    """Take a turn in the open transaction. said: name and topic."""
    reader = visitors.Reader(account=row.id, inbox=row.inbox_id, visitor=visitor)
    identity = IdentityIn(kind="visitor", value=str(visitor), verified=True)
    wish = Taking(
        visitor=visitor,
        client_id=client,
        sender=SenderIn(identities=[identity], name=said[0]),
        topic=said[1],
    )
    return await visits.take_turn(tx, CHANNELS, row, reader, wish)


async def open_shop(
    db: Database, settings: Mapping[str, object] | None = None, workspace: UUID = CAST.workspace
) -> Counter:
    """Make a shop in the cast's inbox."""
    account = new_id()
    given = {"title": "Harbour Street", "time_zone": "UTC", **(settings or {})}
    sealed = CHANNELS.seal(account, SECRETS)
    async with db.transaction(workspace) as tx:
        await tx.connection.execute(
            "insert into account (workspace_id, id, inbox_id, channel, name, settings, secrets)"
            " values ($1, $2, $3, 'store', 'Harbour Street', $4, $5)",
            *(workspace, account, CAST.inbox, msgspec.json.encode(given).decode(), sealed),
        )
        row = await inboxes.find_account(tx, account)
    return Counter(db, row)


async def age(counter: Counter, visit: UUID, by: timedelta) -> None:
    """Let everything of a visit have happened earlier."""
    async with counter.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update visit set joined_at = joined_at - $3::interval,"
            " called_at = called_at - $3::interval, began_at = began_at - $3::interval"
            " where workspace_id = $1 and id = $2",
            *(CAST.workspace, visit, by),
        )
