"""Asks the vendor what became of a part whose outcome nobody knows.

What arrived is sent; what certainly did not goes back into the queue, unless what was written after
it has left; that, and what stays unknown, is left to the agent.
"""

from hilo.domain import inboxes
from hilo.domain.conversations.outgoing import echoes, letters
from hilo.domain.conversations.outgoing.letters import Piece, Stationery
from hilo.domain.conversations.outgoing.settling import SQL, Part, Resolve
from hilo.domain.conversations.outside import outside_name
from hilo.domain.conversations.replies.replying import queue_carry
from hilo.domain.conversations.thread import receipts
from hilo.domain.conversations.thread.receipts import Target
from hilo.domain.inboxes import Carrier, Channels
from hilo.kit.db import Database, Tx
from hilo.kit.errors import HiloError, TemporaryFailure
from hilo.sdk.abilities import Resolving
from hilo.sdk.account import Account
from hilo.sdk.outbound import Accepted, MessageOut


class Resolver:
    """One per worker."""

    def __init__(
        self, db: Database, channels: Channels, carrier: Carrier, stationery: Stationery
    ) -> None:
        """carrier: asks; stationery: what letters are made with."""
        self._db = db
        self._channels = channels
        self._carrier = carrier
        self._stationery = stationery

    async def resolve(self, job: Resolve) -> None:
        """Ask once. Raises TemporaryFailure when the vendor cannot be asked now."""
        async with self._db.transaction(job.workspace) as tx:
            asked = await self._load(tx, job)
        if asked is None:
            return
        part, connector, account, message = asked
        try:
            found = await self._carrier.aside(connector.resolve(message, account), account)
        except TemporaryFailure:
            raise
        except HiloError:
            return  # the agent decides
        async with self._db.transaction(job.workspace) as tx:
            await _settle(tx, part, message, found)

    async def _load(
        self, tx: Tx, job: Resolve
    ) -> tuple[Part, Resolving, Account, MessageOut] | None:
        part = await tx.maybe(
            SQL.uncertain_part,
            Part,
            workspace=tx.workspace,
            message=job.message,
            number=job.number,
        )
        row = None if part is None else await inboxes.queries.account(tx, part.account)
        if part is None or row is None:
            return None
        connector = self._channels.of(row)
        if not isinstance(connector, Resolving):
            return None
        piece = Piece(part.message, part.number, part.share())
        known = await letters.read(tx, [part.message])
        try:
            message = await letters.compose(
                tx, self._stationery, row, connector.manifest, piece, known.get(part.message)
            )
        except HiloError:
            return None
        return part, connector, self._channels.opened(row), message


async def _settle(tx: Tx, part: Part, message: MessageOut, found: Accepted | None) -> None:
    target = Target(part.message, part.number, part.is_split)
    if found is not None:
        if not await _is_anothers(tx, part, outside_name(found.external_id or "")):
            await echoes.confirm(tx, part.account, found.external_id, target)
        return
    if await tx.run(
        SQL.ask_again,
        workspace=tx.workspace,
        message=part.message,
        number=part.number,
        now=tx.now,
    ):
        await receipts.derive(tx, [part.message], {part.message: tx.now})
        await queue_carry(tx, message.conversation, tx.now)


async def _is_anothers(tx: Tx, part: Part, name: str) -> bool:
    """Say whether this is known as another part: the same words sent before are no proof."""
    known = (await receipts.by_name(tx, part.account, [name])).get(name) if name else None
    return known is not None and (known.message, known.number) != (part.message, part.number)
