"""A contact and its identities, as rows and as everybody above knows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.kit.ids import NIL
from hilo.sdk.inbound import IdentityKind


class IdentityView(Struct, frozen=True, kw_only=True):
    """An address of a contact. scope: the account for visitor and external ids, else None.

    by_code: it is this contact's because somebody who had a code wrote from it.
    """

    id: UUID
    kind: IdentityKind
    value: str
    verified: bool
    scope: UUID | None = None
    by_code: bool = False


class ContactView(Struct, frozen=True, kw_only=True):
    """A person who writes to us. attributes: the workspace's own facts; version grows by change.

    avatar_id: of the picture that an agent gave or the channel tells, at `…/contacts/{id}/avatar`;
    another picture has another id.
    """

    id: UUID
    name: str
    locale: str
    time_zone: str
    attributes: Mapping[str, object]
    identities: Sequence[IdentityView]
    blocked: bool
    version: int
    created_at: datetime
    updated_at: datetime
    avatar_id: UUID | None = None  # what the log told before there was one


class ContactRow(Struct, frozen=True):
    """One contact with its identities as JSON, as the queries give it."""

    id: UUID
    name: str
    locale: str
    time_zone: str
    attributes: Mapping[str, object]
    identities: Sequence[Mapping[str, object]]
    blocked_at: datetime | None
    merged_into: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    avatar_id: UUID | None = None


class IdentityGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address someone enters by hand. scope: the account, for visitor and external ids."""

    kind: IdentityKind
    value: str
    scope: UUID | None = None


def contact_view(row: ContactRow) -> ContactView:
    """Return the row as everybody above knows it."""
    return ContactView(
        id=row.id,
        name=row.name,
        locale=row.locale,
        time_zone=row.time_zone,
        attributes=row.attributes,
        identities=[_identity(each) for each in row.identities],
        blocked=row.blocked_at is not None,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        avatar_id=row.avatar_id,
    )


def _identity(raw: Mapping[str, object]) -> IdentityView:
    found = msgspec.convert(raw, IdentityView)
    return msgspec.structs.replace(found, scope=None) if found.scope == NIL else found
