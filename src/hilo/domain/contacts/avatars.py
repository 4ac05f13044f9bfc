"""Pictures of contacts: what an agent gave or a channel tells, as a file only contacts show."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from hilo.domain import library
from hilo.domain.contacts import queries
from hilo.domain.contacts.addresses import normal
from hilo.domain.contacts.events import ContactChanged
from hilo.domain.contacts.models import ContactView, contact_view
from hilo.domain.library import FileStore, NewFile, StoredFile
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Gone, NotFound, invalid
from hilo.kit.events import By
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


class _Shown(Struct, frozen=True):
    """account: which told the picture; None: an agent gave it."""

    avatar: UUID | None = None
    account: UUID | None = None
    source: str | None = None


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
        return [] if held.avatar is None else await _put(tx, held, _Shown())
    if not is_picture(content):
        return []
    if before is not None and before.sha256 == hashlib.sha256(content).digest():
        await tx.run(
            SQL.keep_source, workspace=tx.workspace, contact=held.contact, source=digest(told)
        )
        return []
    file = await library.keep(tx, store, NewFile(name="avatar", content=content))
    shown = _Shown(file.id, told.account, digest(told))
    return await _put(tx, held, shown)


def is_picture(content: bytes) -> bool:
    """Say whether the bytes are a small picture that runs nothing. Pure."""
    media_type = library.media_type_of(content)
    size = library.dimensions(content, media_type) if media_type in _TYPES else None
    return size is not None and len(content) <= MOST_BYTES and _fits(*size)


def digest(told: Picture) -> str:
    """Return what tells one picture's place from another's, without its address. Pure."""
    return hashlib.blake2b(told.source.encode(), digest_size=16).hexdigest()


async def give_picture(
    tx: Tx, actor: Actor, contact_id: UUID, file_id: UUID, *, is_sent: bool
) -> tuple[ContactView, Sequence[str]]:
    """Show an upload of the agent's as the contact; no channel's picture takes its place.

    The file is the contact's from now on: no message can carry it. is_sent: one does already, and
    it would go with the picture. Returns, too, where contents are that nobody shows any more.
    Raises: Forbidden; NotFound; Gone; Invalid. Publishes: ContactChanged, when it looks different.
    """
    actor.must("contact:write")
    held = await _held_by(tx, contact_id)
    if held.avatar == file_id and held.account is None:
        return await _view(tx, contact_id), []
    file = (await library.known_files(tx, [file_id])).get(file_id)
    if file is None or is_sent or file.uploaded_by is None or file.uploaded_by != actor.id:
        raise invalid("file_id", "not-found", "is not a file you uploaded and have not sent")
    if file.media_type not in _TYPES:
        raise invalid("file_id", "type", "must be a PNG, JPEG, WebP or GIF picture")
    if file.size_bytes > MOST_BYTES or not _fits(file.width or 0, file.height or 0):
        limit = f"must have at most {MOST_BYTES} bytes and {_MOST_PX} pixels a side"
        raise invalid("file_id", "too-large", limit)
    await library.take_over(tx, file_id, "avatar")
    gone = await _put(tx, held, _Shown(file_id), actor.by)
    return await _view(tx, contact_id), gone


async def take_picture(tx: Tx, actor: Actor, contact_id: UUID) -> tuple[ContactView, Sequence[str]]:
    """Show the contact without a picture; where an agent gave it, the channels' may come again.

    Returns, too, where contents are that nobody shows any more.
    Raises: Forbidden; NotFound; Gone. Publishes: ContactChanged, when there was one.
    """
    actor.must("contact:write")
    held = await _held_by(tx, contact_id)
    if held.avatar is None:
        return await _view(tx, contact_id), []
    if held.account is None:
        await tx.run(SQL.ask_again, workspace=tx.workspace, contact=contact_id)
    gone = await _put(tx, held, _Shown(), actor.by)
    return await _view(tx, contact_id), gone


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
    """Hold the contact. None: there is none any more, or its picture is not this account's."""
    value = normal(told.identity.kind, told.identity.value)
    scope = told.account if told.identity.kind in _OWN_SCOPE else NIL
    kind = told.identity.kind
    held = await tx.maybe(
        SQL.held, _Held, workspace=tx.workspace, kind=kind, scope=scope, value=value or ""
    )
    if held is None or (held.avatar is not None and held.account != told.account):
        return None
    return held


async def _held_by(tx: Tx, contact_id: UUID) -> _Held:
    await queries.lock(tx, [contact_id])
    row = await queries.contact(tx, contact_id)
    if row is not None and row.merged_into is not None:
        raise Gone("the contact was merged", merged_into=str(row.merged_into))
    held = await tx.maybe(SQL.held_by, _Held, workspace=tx.workspace, contact=contact_id)
    if held is None:
        raise NotFound("no such contact")
    return held


async def _put(tx: Tx, held: _Held, shown: _Shown, by: By | None = None) -> Sequence[str]:
    await tx.run(
        SQL.put,
        workspace=tx.workspace,
        contact=held.contact,
        avatar=shown.avatar,
        account=shown.account,
        source=shown.source,
        now=tx.now,
    )
    told = ContactChanged(contact=await _view(tx, held.contact))
    tx.publish(told, subject=held.contact, by=by)
    return [] if held.avatar is None else await drop_unused(tx, [held.avatar])


async def _view(tx: Tx, contact_id: UUID) -> ContactView:
    row = await queries.contact(tx, contact_id)
    if row is None:
        raise NotFound("no such contact")
    return contact_view(row)


def _fits(width: int, height: int) -> bool:
    return 1 <= width <= _MOST_PX and 1 <= height <= _MOST_PX
