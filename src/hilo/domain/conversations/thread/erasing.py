"""Forgetting: what a contact said over one account, and what it was answered, goes for good.

The messages, the conversations that hold nothing else, their events in the log, the contact when
nobody else leads to it; the raw deliveries and the contents of files by a job of the same commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hilo.domain import contacts, library
from hilo.domain.conversations.events import ConversationErased
from hilo.domain.conversations.rows import ConversationRow, conversation_view
from hilo.domain.conversations.views import visitors
from hilo.domain.inboxes import AccountRow
from hilo.kit import forgetting, jobs
from hilo.kit.db import Tx
from hilo.kit.sql import Queries
from hilo.sdk.inbound import SenderIn

SQL = Queries(__package__, "erasing.sql")
SWEEP = "sweep"
_RESTING_AT_ONCE = 100


class Sweep(Struct, frozen=True, kw_only=True):
    """The job's payload: what is left outside the conversations.

    senders: whose deliveries go, as the account names them; up_to: the last of these deliveries.
    """

    workspace: UUID
    account: UUID
    senders: Sequence[str]
    up_to: UUID
    files: Sequence[str]


class _Talk(Struct, frozen=True):
    id: UUID
    is_whole: bool


class _Gone(Struct, frozen=True):
    id: UUID
    attachments: Sequence[Mapping[str, object]]


async def erase(tx: Tx, account: AccountRow, sender: SenderIn, up_to: UUID) -> None:
    """Forget what this sender said over the account, and was told there.

    up_to: the delivery that asked for it; what came later stays. Conversations that went on over
    another account lose this one's messages only. A contact stays when an address of another kind
    leads to it: then just the browser is forgotten. Once: what is gone is not found again.
    Publishes: ConversationErased for each conversation, and what contacts publish.
    """
    await tx.flush()  # what this batch has said already is in the log, to be forgotten with it
    reader = _reader(account, sender)
    people = await contacts.hold(tx, await visitors.contacts(tx, reader))
    asking = [each.value for each in sender.identities if each.kind == "visitor"]
    known = await contacts.visitors_of(tx, people, account.id)
    senders = sorted({*asking, *(known if reader.is_verified else ())})
    talks = await tx.all(
        SQL.talks, _Talk, workspace=tx.workspace, contacts=people, account=account.id
    )
    files = await _forget(tx, account.id, talks)
    files += await _forget_strangers(tx, account.id, people)
    await contacts.forget_visitors(tx, people, account.id, senders)
    await _sweep(tx, account.id, senders, up_to, files)


async def erase_resting(tx: Tx, account: AccountRow, before: datetime) -> int:
    """Forget conversations in which nothing has happened since; return how many, 100 at most.

    The account's settings promise it to the visitor. Publishes: as `erase`.
    """
    ids = await tx.all(
        SQL.resting,
        UUID,
        workspace=tx.workspace,
        inbox=account.inbox_id,
        account=account.id,
        before=before,
        most=_RESTING_AT_ONCE,
    )
    if not ids:
        return 0
    people = await tx.all(SQL.contacts_of, UUID, workspace=tx.workspace, conversations=ids)
    senders = await contacts.visitors_of(tx, people, account.id)
    files = await _forget(tx, account.id, [_Talk(each, is_whole=True) for each in ids])
    files += await _forget_strangers(tx, account.id, people)
    up_to = await tx.one(SQL.first_id, UUID, at=before)
    await _sweep(tx, account.id, senders, up_to, files)
    return len(ids)


async def _forget(tx: Tx, account: UUID, talks: Sequence[_Talk]) -> list[str]:
    """Take the messages and their traces away; return where the contents of their files are."""
    whole = [each.id for each in talks if each.is_whole]
    mixed = [each.id for each in talks if not each.is_whole]
    if not talks:
        return []
    gone = await tx.all(
        SQL.delete_messages,
        _Gone,
        workspace=tx.workspace,
        whole=whole,
        mixed=mixed,
        account=account,
    )
    messages = [each.id for each in gone]
    await tx.all(SQL.delete_keys, str, workspace=tx.workspace, account=account, messages=messages)
    named = {"conversations": [*whole, *mixed], "messages": messages}
    await tx.run(SQL.delete_clients, workspace=tx.workspace, **named)
    await tx.run(SQL.delete_refs, workspace=tx.workspace, **named)
    await tx.run(SQL.delete_parts, workspace=tx.workspace, messages=messages)
    await forgetting.forget_about(tx, whole)
    await forgetting.forget_naming(tx, mixed, messages)
    await tx.run(SQL.delete_conversations, workspace=tx.workspace, ids=whole)
    for each in whole:
        tx.publish(ConversationErased(conversation_id=each), subject=each)
    await _shorten(tx, mixed, messages)
    attachments = [UUID(str(file["id"])) for each in gone for file in each.attachments]
    await tx.run(SQL.delete_sources, workspace=tx.workspace, attachments=attachments)
    await tx.run(SQL.delete_awaited, workspace=tx.workspace, messages=messages)
    return await library.forget(tx, attachments)


async def _shorten(tx: Tx, mixed: Sequence[UUID], messages: Sequence[UUID]) -> None:
    if not mixed:
        return
    await tx.run(SQL.shorten, workspace=tx.workspace, ids=mixed, messages=messages)
    for row in await tx.all(SQL.views, ConversationRow, workspace=tx.workspace, ids=mixed):
        view = conversation_view(row)
        left = ConversationErased(conversation_id=row.id, conversation=view, message_ids=messages)
        tx.publish(left, subject=row.id)


async def _forget_strangers(tx: Tx, account: UUID, people: Sequence[UUID]) -> list[str]:
    """Forget who has no other conversation, and is known by this account alone.

    Returns where the contents of their pictures are.
    """
    busy = await tx.all(SQL.is_elsewhere, UUID, workspace=tx.workspace, contacts=people)
    return await contacts.forget(tx, [each for each in people if each not in busy], account)


async def _sweep(
    tx: Tx, account: UUID, senders: Sequence[str], up_to: UUID, files: Sequence[str]
) -> None:
    sweep = Sweep(
        workspace=tx.workspace, account=account, senders=senders, up_to=up_to, files=files
    )
    await jobs.enqueue(tx, SWEEP, sweep, key=f"{SWEEP}:{account}")


def _reader(account: AccountRow, sender: SenderIn) -> visitors.Reader:
    proven = {each.kind: each.value for each in sender.identities if each.verified}
    return visitors.Reader(
        account=account.id,
        inbox=account.inbox_id,
        visitor=UUID(proven["visitor"]),
        external=proven.get("external", ""),
        email=proven.get("email", ""),
    )
