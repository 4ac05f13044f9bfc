"""How an account does: what waits, what failed, what nobody knows; what its vendor says of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from hilo.domain.conversations.models import MessageError
from hilo.domain.inboxes import AccountRow
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.ids import first_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "health.sql")
_NEWEST = 20_000
_DAY = timedelta(days=1)
_TOLD, _LOOKED_AT = 8, 500


class Told(Struct, frozen=True):
    """What the vendor said of the account. kind: its word; detail: its own words, or empty."""

    kind: str
    detail: str
    at: datetime


class Left(Struct, frozen=True):
    """A kind of news that Hilo makes nothing of: how often it came, and when last."""

    kind: str
    count: int
    at: datetime


class Health(Struct, frozen=True, kw_only=True):
    """waiting: parts in the outbox, the oldest since waiting_since. failed_a_day: in 24 hours.

    attempted: the calls of those 24 hours (of the workspace's newest twenty thousand), error_rate:
    how many of a hundred failed or are uncertain; None without calls. expires_at: when the
    credentials end. told: the newest the vendor said of the account. left: of its newest five
    hundred news, those of kinds that Hilo does not use.
    """

    waiting: int
    waiting_since: datetime | None
    uncertain: int
    failed_a_day: int
    last_error: MessageError | None
    attempted: int = 0
    error_rate: float | None = None
    expires_at: datetime | None = None
    told: Sequence[Told] = ()
    left: Sequence[Left] = ()


class _Row(Struct, frozen=True):
    waiting: int
    waiting_since: datetime | None
    uncertain: int
    failed_a_day: int
    last_error: dict[str, str] | None
    attempted: int
    wrong: int


async def health(tx: Tx, actor: Actor, account: AccountRow) -> Health:
    """Return an account's numbers. Raises: Forbidden."""
    actor.must("inbox:read")
    since = tx.now - _DAY
    row = await tx.one(
        SQL.health,
        _Row,
        workspace=tx.workspace,
        account=account.id,
        since=since,
        first_id=first_id(since - _DAY),  # a reply may wait a while for its call
        most=_NEWEST,
    )
    news = {"workspace": tx.workspace, "account": account.id}
    told = await tx.all(SQL.told, Told, most=_TOLD, **news)
    left = await tx.all(SQL.left, Left, most=_LOOKED_AT, **news)
    error = row.last_error
    return Health(
        waiting=row.waiting,
        waiting_since=row.waiting_since,
        uncertain=row.uncertain,
        failed_a_day=row.failed_a_day,
        last_error=None if error is None else MessageError(**error),
        attempted=row.attempted,
        error_rate=round(100 * row.wrong / row.attempted, 1) if row.attempted else None,
        expires_at=account.expires_at,
        told=told,
        left=left,
    )
