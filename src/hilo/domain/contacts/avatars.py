"""Pictures of contacts: what a channel tells of a person, as a file only contacts show."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain import library
from hilo.domain.contacts import queries
from hilo.domain.contacts.addresses import normal
from hilo.domain.contacts.events import ContactChanged
from hilo.domain.contacts.models import contact_view
from hilo.domain.library import FileStore, NewFile, StoredFile
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound
from hilo.kit.ids import NIL
from hilo.kit.sql import Queries
from hilo.sdk.inbound import IdentityIn

SQL = Queries(__package__, "avatars.sql")
MOST_BYTES = 2_000_000
_MOST_PX = 4_096
_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_ASKED_AGAIN = timedelta(days=7)
_OWN_SCOPE = {"visitor", "external"}


class Picture(Struct, frozen=True):
    """What an account tells of an address. source: where the picture is there; empty: none."""

    account: UUID
    identity: IdentityIn
    source: str


class _Held(Struct, frozen=True):
    contact: UUID
    avatar: UUID | None
    account: UUID | None
    source: str | None


async def due(tx: Tx, identities: Sequence[UUID]) -> set[UUID]:
    """Return the addresses whose channel is to be asked who they are, and note that it is.

    Once in a week each, whatever they write.
    """
    if not identities:
        return set()
    rows = await tx.all(
        SQL.is_due,
        UUID,
        workspace=tx.workspace,
        ids=list(identities),
        before=tx.now - _ASKED_AGAIN,
        now=tx.now,
    )
    return set(rows)


async def wants(tx: Tx, told: Picture) -> bool:
    """Say whether the contact's picture is another one than this, or none of it."""
    held = await _held(tx, told)
    if held is None:
        return False
    return held.source != digest(told) if told.source else held.avatar is not None


async def keep_picture(
    tx: Tx, store: FileStore, told: Picture, content: bytes | None
) -> Sequence[str]:
    """Keep the picture; return where contents are that nobody shows any more.

    content None: the account tells of no picture; what it told before goes. What is no picture
    (by its bytes), or is too large, changes nothing.
    Publishes: ContactChanged, when the contact looks different.
    """
    held = await _held(tx, told)
    if held is None:
        return []
    old = None if held.avatar is None else await library.known_files(tx, [held.avatar])
    before = None if old is None or held.avatar is None else old.get(held.avatar)
    if content is None:
        return [] if held.avatar is None else await _put(tx, held, None, None)
    if not is_picture(content):
        return []
    if before is not None and before.sha256 == hashlib.sha256(content).digest():
        await tx.run(
            SQL.keep_source, workspace=tx.workspace, contact=held.contact, source=digest(told)
        )
        return []
    file = await library.keep(tx, store, NewFile(name="avatar", content=content))
    return await _put(tx, held, file.id, told)


def is_picture(content: bytes) -> bool:
    """Say whether the bytes are a small picture that runs nothing. Pure."""
    if not content or len(content) > MOST_BYTES:
        return False
    media_type = library.media_type_of(content)
    size = library.dimensions(content, media_type) if media_type in _TYPES else None
    return size is not None and all(1 <= each <= _MOST_PX for each in size)


def digest(told: Picture) -> str:
    """Return what tells one picture's place from another's, without its address. Pure."""
    return hashlib.blake2b(told.source.encode(), digest_size=16).hexdigest()


async def find_avatar(tx: Tx, actor: Actor, contact_id: UUID) -> StoredFile:
    """Return the picture's row. Raises: Forbidden; NotFound, also where there is none."""
    actor.must("contact:read")
    row = await queries.contact(tx, contact_id)
    if row is None or row.avatar_id is None or row.merged_into is not None:
        raise NotFound("no such contact, or no picture of it")
    return await library.find_file(tx, row.avatar_id)


async def of(tx: Tx, contact_ids: Sequence[UUID]) -> list[UUID]:
    """Return the pictures of these contacts."""
    return await tx.all(SQL["of"], UUID, workspace=tx.workspace, contacts=list(contact_ids))


async def drop_unused(tx: Tx, avatars: Sequence[UUID]) -> list[str]:
    """Drop those of the pictures that nobody shows; return where their contents are."""
    if not avatars:
        return []
    unused = await tx.all(SQL.unused, UUID, workspace=tx.workspace, ids=list(avatars))
    return await library.forget(tx, unused)


async def give_back(tx: Tx, winner: UUID, loser: UUID) -> None:
    """Take from who stayed the picture that came by a merge."""
    await tx.run(SQL.give_back, workspace=tx.workspace, winner=winner, loser=loser)


async def move(tx: Tx, contact: UUID, heir: UUID, account: UUID) -> None:
    """Give the picture an account told to another contact."""
    await tx.run(SQL.move, workspace=tx.workspace, contact=contact, heir=heir, account=account)


async def _held(tx: Tx, told: Picture) -> _Held | None:
    """Hold the contact. None: there is none any more, or another account tells its picture."""
    value = normal(told.identity.kind, told.identity.value)
    scope = told.account if told.identity.kind in _OWN_SCOPE else NIL
    kind = told.identity.kind
    held = await tx.maybe(
        SQL.held, _Held, workspace=tx.workspace, kind=kind, scope=scope, value=value or ""
    )
    if held is None or held.account not in {None, told.account}:
        return None
    return held


async def _put(tx: Tx, held: _Held, avatar: UUID | None, told: Picture | None) -> Sequence[str]:
    await tx.run(
        SQL.put,
        workspace=tx.workspace,
        contact=held.contact,
        avatar=avatar,
        account=None if told is None else told.account,
        source=None if told is None else digest(told),
        now=tx.now,
    )
    row = await queries.contact(tx, held.contact)
    if row is not None:
        tx.publish(ContactChanged(contact=contact_view(row)), subject=held.contact)
    return [] if held.avatar is None else await drop_unused(tx, [held.avatar])
