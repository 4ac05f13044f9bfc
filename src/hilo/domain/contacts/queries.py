"""The typed doors to `queries.sql`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hilo.domain.contacts.models import ContactRow
from hilo.kit.db import Tx
from hilo.kit.ids import NIL, new_id
from hilo.kit.sql import Queries
from hilo.sdk.inbound import IdentityKind

SQL = Queries(__package__, "queries.sql")


class Address(Struct, frozen=True):
    """An identity in its stored form."""

    kind: IdentityKind
    value: str
    scope: UUID = NIL


class Facts(Struct, frozen=True, kw_only=True):
    """What an agent may change of a contact."""

    name: str
    locale: str
    time_zone: str
    attributes: Mapping[str, object]
    blocked_at: datetime | None


async def contact(tx: Tx, contact_id: UUID) -> ContactRow | None:
    """Return the contact with its identities, merged ones too."""
    return await tx.maybe(SQL.contact, ContactRow, workspace=tx.workspace, contact=contact_id)


async def lock(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Hold the rows until the end of the transaction; return those that exist."""
    return await tx.all(SQL.lock_contacts, UUID, workspace=tx.workspace, ids=list(ids))


async def insert(tx: Tx, id_: UUID, facts: Facts) -> None:
    """Write a new contact."""
    await tx.run(
        SQL.insert_contact,
        workspace=tx.workspace,
        id=id_,
        name=facts.name,
        locale=facts.locale,
        time_zone=facts.time_zone,
        attributes=facts.attributes,
    )


async def update(tx: Tx, id_: UUID, facts: Facts) -> None:
    """Write all facts."""
    await tx.run(
        SQL.update_contact,
        workspace=tx.workspace,
        now=tx.now,
        id=id_,
        name=facts.name,
        locale=facts.locale,
        time_zone=facts.time_zone,
        attributes=facts.attributes,
        blocked_at=facts.blocked_at,
    )


async def touch(tx: Tx, id_: UUID) -> None:
    """Count a change of something that hangs on the contact."""
    await tx.run(SQL.touch_contact, workspace=tx.workspace, now=tx.now, id=id_)


async def add_identities(tx: Tx, contact_id: UUID, addresses: Sequence[Address]) -> int:
    """Return how many were free and are the contact's now."""
    made = await tx.all(
        SQL.insert_identities,
        UUID,
        workspace=tx.workspace,
        contact=contact_id,
        ids=[new_id() for _ in addresses],
        kinds=[each.kind for each in addresses],
        scopes=[each.scope for each in addresses],
        values=[each.value for each in addresses],
    )
    return len(made)


async def owner_of(tx: Tx, address: Address) -> UUID | None:
    """Return the contact that has the address."""
    return await tx.maybe(
        SQL.identity_owner,
        UUID,
        workspace=tx.workspace,
        kind=address.kind,
        scope=address.scope,
        value=address.value,
    )


async def delete_identity(tx: Tx, contact_id: UUID, identity_id: UUID) -> bool:
    """Say whether there was one."""
    return (
        await tx.run(
            SQL.delete_identity, workspace=tx.workspace, contact=contact_id, id=identity_id
        )
        > 0
    )


async def move_identities(tx: Tx, contact_id: UUID, into: UUID) -> int:
    """Give all addresses to another contact; return how many."""
    return await tx.run(SQL.move_identities, workspace=tx.workspace, contact=contact_id, into=into)


async def set_merged(tx: Tx, contact_id: UUID, into: UUID) -> None:
    """Point to the survivor, who takes the picture where it has none."""
    await tx.run(SQL.set_merged, workspace=tx.workspace, contact=contact_id, into=into, now=tx.now)
