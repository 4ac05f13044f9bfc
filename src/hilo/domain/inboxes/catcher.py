"""The built-in catcher: mail without an outgoing server. It never leaves the machine.

Letters of the house open doors (a new password, an invitation): only who manages agents reads them,
and of those only who could open that door anyway.
"""

import email.policy
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from uuid import UUID

from msgspec import Struct

from hilo.domain import people
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries

SQL = Queries(__package__, "catcher.sql")
_SUBJECT_CHARS = 1000


class Caught(Struct, frozen=True):
    """A mail that was caught, as it would have left. account_id None: a letter of the house."""

    id: UUID
    account_id: UUID | None
    mail_from: str
    rcpt_to: Sequence[str]
    subject: str
    raw: bytes
    at: datetime


async def keep(
    tx: Tx, account: UUID | None, mail_from: str, rcpt_to: Sequence[str], raw: bytes
) -> UUID:
    """Keep a mail; return its id. account None: a letter of the house, to an agent."""
    id_ = new_id()
    await tx.run(
        SQL.keep,
        workspace=tx.workspace,
        id=id_,
        account=account,
        mail_from=mail_from,
        rcpt_to=list(rcpt_to),
        subject=_subject(raw),
        raw=raw,
        now=tx.now,
    )
    return id_


async def list_caught(
    tx: Tx, actor: Actor, *, address: str | None, before: UUID | None, most: int
) -> list[Caught]:
    """Return caught mail the actor may read, newest first. address: of one recipient.

    Raises: Forbidden.
    """
    actor.must("conversation:read")
    house = actor.may("agent:write")
    return await tx.all(
        SQL.caught,
        Caught,
        workspace=tx.workspace,
        address=address.lower() if address else None,
        before=before,
        most=most,
        house=house,
        beyond=await people.beyond(tx, actor) if house else [],
        narrowed=None if actor.sight is None else list(actor.sight.narrowed),
    )


def _subject(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    found = message_from_bytes(head, policy=email.policy.default).get("subject", "")
    return str(found).replace("\x00", "")[:_SUBJECT_CHARS]
