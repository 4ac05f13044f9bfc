"""An answer has left: whoever wished to be called is, unless it was read by then."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.kit.events import Logged
from hilo.kit.sql import Queries

SQL = Queries(__package__, "calling.sql")
CALL = "call"
# An open panel says within a second that an answer was read; nobody is called about what they see.
GRACE = timedelta(seconds=5)


class Call(Struct, frozen=True, kw_only=True):
    """The job's payload: which browser is called about which answer."""

    workspace: UUID
    message: UUID
    subscription: UUID


class Called(Struct, frozen=True):
    """What a call needs. text: its beginning."""

    account: UUID
    endpoint: str
    public_key: bytes
    auth: bytes
    page: str
    locale: str
    author: str
    text: str
    conversation: UUID


class _Wish(Struct, frozen=True):
    message: UUID
    conversation: UUID
    subscription: UUID


async def call_visitors(tx: Tx, round_: Sequence[Logged]) -> None:
    """Queue a call for each browser that waits for one of these answers.

    round_: `message.state`. Once: the reader saves its place in the same transaction.
    """
    sent = [
        UUID(str(each.data["message_id"])) for each in round_ if each.data.get("state") == "sent"
    ]
    if not sent:
        return
    for wish in await tx.all(SQL.wishing, _Wish, workspace=tx.workspace, messages=sent):
        call = Call(workspace=tx.workspace, message=wish.message, subscription=wish.subscription)
        await jobs.enqueue(tx, CALL, call, due=tx.now + GRACE, key=f"{CALL}:{wish.subscription}")


async def find_call(tx: Tx, call: Call) -> Called | None:
    """Return what to say to whom; None when nobody need be called any more."""
    return await tx.maybe(
        SQL.called,
        Called,
        workspace=tx.workspace,
        message=call.message,
        subscription=call.subscription,
    )
