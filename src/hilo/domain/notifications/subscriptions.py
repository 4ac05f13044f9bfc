"""Which browsers wish to be called, as their visitors said."""

from uuid import UUID

from msgspec import Struct

from hilo.kit.db import Tx
from hilo.kit.errors import Conflict
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "subscriptions.sql")
_MOST = 5


class NewSubscription(Struct, frozen=True, kw_only=True):
    """What a browser gave. endpoint: checked before; page: where the chat was, empty if unknown."""

    endpoint: str
    public_key: bytes
    auth: bytes
    page: str
    locale: str


async def subscribe(tx: Tx, account: UUID, visitor: UUID, given: NewSubscription) -> None:
    """Keep the wish; the same browser's earlier one is replaced. Raises: Conflict.

    There must be a conversation to be called about: nobody is kept who has said nothing.
    """
    identity = await tx.maybe(
        SQL.visitor, UUID, workspace=tx.workspace, account=account, visitor=str(visitor)
    )
    if identity is None:
        raise Conflict("there is no conversation yet", reason="no-conversation")
    await tx.run(
        SQL.keep,
        workspace=tx.workspace,
        id=new_id(),
        account=account,
        identity=identity,
        endpoint=given.endpoint,
        public_key=given.public_key,
        auth=given.auth,
        page=given.page,
        locale=given.locale,
    )
    await tx.run(SQL.crowd_out, workspace=tx.workspace, identity=identity, most=_MOST)


async def is_subscribed(tx: Tx, account: UUID, visitor: UUID) -> bool:
    """Say whether a browser of this visitor wishes to be called."""
    return await tx.one(
        SQL.is_subscribed, bool, workspace=tx.workspace, account=account, visitor=str(visitor)
    )


async def unsubscribe(tx: Tx, account: UUID, visitor: UUID) -> None:
    """Call this visitor no more."""
    await tx.run(SQL.unsubscribe, workspace=tx.workspace, account=account, visitor=str(visitor))


async def drop(tx: Tx, subscription: UUID) -> None:
    """Forget a browser that is not there any more."""
    await tx.run(SQL.drop, workspace=tx.workspace, id=subscription)
