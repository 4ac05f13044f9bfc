"""How an account's way out does: what waits, what failed, what nobody knows."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain.conversations.models import MessageError
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "health.sql")
_DAY = timedelta(days=1)


class Health(Struct, frozen=True, kw_only=True):
    """waiting: parts in the outbox, the oldest since waiting_since. failed_a_day: in 24 hours."""

    waiting: int
    waiting_since: datetime | None
    uncertain: int
    failed_a_day: int
    last_error: MessageError | None


class _Row(Struct, frozen=True):
    waiting: int
    waiting_since: datetime | None
    uncertain: int
    failed_a_day: int
    last_error: dict[str, str] | None


async def health(tx: Tx, actor: Actor, account: UUID) -> Health:
    """Return an account's numbers. Raises: Forbidden."""
    actor.must("inbox:read")
    row = await tx.one(
        SQL.health, _Row, workspace=tx.workspace, account=account, since=tx.now - _DAY
    )
    error = row.last_error
    return Health(
        waiting=row.waiting,
        waiting_since=row.waiting_since,
        uncertain=row.uncertain,
        failed_a_day=row.failed_a_day,
        last_error=None if error is None else MessageError(**error),
    )
