"""Contacts that go for good: who was nothing but a browser, or wishes to be."""

from collections.abc import Sequence
from uuid import UUID

from hilo.domain.contacts import avatars, queries
from hilo.domain.contacts.events import ContactChanged, ContactErased
from hilo.domain.contacts.models import contact_view
from hilo.kit import forgetting
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "forgetting.sql")


async def hold(tx: Tx, contact_ids: Sequence[UUID]) -> list[UUID]:
    """Hold these contacts until the end of the transaction; return those that exist."""
    return await queries.lock(tx, contact_ids)


async def visitors_of(tx: Tx, contact_ids: Sequence[UUID], account: UUID) -> list[str]:
    """Return the browsers of an account that lead to these contacts."""
    return await tx.all(
        SQL.visitors_of, str, workspace=tx.workspace, contacts=list(contact_ids), account=account
    )


async def forget(tx: Tx, contact_ids: Sequence[UUID], account: UUID) -> list[str]:
    """Take away those who are known by this account alone, with what was merged into them.

    contact_ids: without conversations. Returns where the contents of their pictures are, for
    whoever removes them after the commit. Publishes: ContactErased for each that went.
    """
    given = list(contact_ids)
    found = await tx.all(
        SQL.forgettable, UUID, workspace=tx.workspace, contacts=given, account=account
    )
    if not found:
        return []
    gone = await tx.all(SQL.with_losers, UUID, workspace=tx.workspace, contacts=found)
    pictures = await avatars.of(tx, gone)
    await tx.run(SQL.delete_identities, workspace=tx.workspace, contacts=gone)
    await forgetting.forget_about(tx, gone)
    await tx.run(SQL.delete_contacts, workspace=tx.workspace, contacts=gone)
    for each in found:
        tx.publish(ContactErased(contact_id=each), subject=each)
    return await avatars.drop_unused(tx, pictures)


async def forget_visitors(
    tx: Tx, contact_ids: Sequence[UUID], account: UUID, visitors: Sequence[str]
) -> None:
    """Take these browsers from whoever stays, with what they did. Publishes: ContactChanged."""
    changed = await tx.all(
        SQL.delete_visitors,
        UUID,
        workspace=tx.workspace,
        contacts=list(contact_ids),
        account=account,
        visitors=list(visitors),
    )
    # What was told by the account names it, and every view of them their addresses there; the one
    # published now is the first without.
    await forgetting.forget_naming(tx, contact_ids, [account, *map(UUID, visitors)])
    for each in dict.fromkeys(changed):
        await queries.touch(tx, each)
        row = await queries.contact(tx, each)
        if row is not None:
            tx.publish(ContactChanged(contact=contact_view(row)), subject=each)
