"""What was answered to a request that may be repeated: kept a day under its key."""

from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain.people.queries import SIGNING
from hilo.kit.db import Tx

HELD_FOR = timedelta(days=1)


class Answer(Struct, frozen=True):
    """A kept answer. body: as the door gave it."""

    request_hash: bytes
    status: int
    body: bytes


async def claim(tx: Tx, caller: UUID, key: str) -> bool:
    """Claim a key until the transaction ends; False while another request holds it."""
    lock = f"{tx.workspace}:{caller}:{key}"
    return await tx.one(SIGNING.try_answer, bool, lock=lock)


async def recall(tx: Tx, caller: UUID, key: str) -> Answer | None:
    """Return what was answered under the key."""
    return await tx.maybe(SIGNING.answer, Answer, caller=caller, key=key, since=tx.now - HELD_FOR)


async def keep(tx: Tx, caller: UUID, key: str, answer: Answer) -> None:
    """Keep an answer in the transaction of its effect."""
    await tx.run(
        SIGNING.keep_answer,
        caller=caller,
        key=key,
        request_hash=answer.request_hash,
        status=answer.status,
        body=answer.body,
    )
