"""Files: kept in the store by content hash of nothing but their own id, described by a row.

The content is written first and the row after it: a rolled back transaction leaves an orphan in the
store, never a row without content.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from hilo.domain.library import queries, sniff
from hilo.domain.library.models import StoredFile
from hilo.domain.people import Actor
from hilo.kit import clock
from hilo.kit.db import Tx
from hilo.kit.errors import NotFound, TooLarge, invalid
from hilo.kit.ids import new_id
from hilo.kit.text import clean

MOST_BYTES = 25_000_000
_NAME_CHARS = 200
_AT_ONCE = 4  # puts in flight; a batch of mails may carry hundreds


class FileStore(Protocol):
    """Where contents are: `kit.files`."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep it; durable when it returns."""
        ...

    async def get(self, key: str) -> bytes:
        """Return it. Raises NotFound."""
        ...

    async def drop(self, key: str) -> None:
        """Remove it; one that is not there is no error."""
        ...


class NewFile(Struct, frozen=True, kw_only=True):
    """A file to keep. name: as given; cleaned here."""

    name: str
    content: bytes
    uploaded_by: UUID | None = None


async def upload(tx: Tx, actor: Actor, store: FileStore, name: str, content: bytes) -> StoredFile:
    """Keep what an agent gives. Raises: Forbidden; Invalid when empty; TooLarge."""
    actor.must("file:write")
    if not content:
        raise invalid("file", "empty", "must have at least one byte")
    return await keep(tx, store, NewFile(name=name, content=content, uploaded_by=actor.id))


async def keep(tx: Tx, store: FileStore, file: NewFile) -> StoredFile:
    """Keep one file. Raises: TooLarge."""
    return (await keep_many(tx, store, [file]))[0]


async def keep_many(tx: Tx, store: FileStore, files: Sequence[NewFile]) -> list[StoredFile]:
    """Keep several with one statement, in the given order. Raises: TooLarge."""
    if not files:
        return []
    rows = [_row(tx.workspace, file) for file in files]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def put(row: StoredFile, content: bytes) -> None:
        async with gate:
            await store.put(row.store_key, content)

    await asyncio.gather(*(put(row, file.content) for row, file in zip(rows, files, strict=True)))
    made = {row.id: row for row in await queries.insert_files(tx, rows)}
    return [made[row.id] for row in rows]


async def find_file(tx: Tx, file_id: UUID) -> StoredFile:
    """Return the file's row. Raises: NotFound."""
    found = (await queries.files_by_id(tx, [file_id])).get(file_id)
    if found is None:
        raise NotFound("no such file")
    return found


async def known_files(tx: Tx, file_ids: Sequence[UUID]) -> dict[UUID, StoredFile]:
    """Return those of the files that exist here."""
    return await queries.files_by_id(tx, file_ids)


async def find_files(tx: Tx, file_ids: Sequence[UUID]) -> list[StoredFile]:
    """Return the rows in the given order. Raises: Invalid naming the first that does not exist."""
    if not file_ids:
        return []
    found = await queries.files_by_id(tx, file_ids)
    for place, each in enumerate(file_ids):
        if each not in found:
            raise invalid(f"attachments.{place}", "not-found", "is not a file of this workspace")
    return [found[each] for each in file_ids]


async def take_over(tx: Tx, file_id: UUID, name: str) -> None:
    """Make an upload what something of ours shows: nobody can attach it from now on."""
    await tx.run(queries.SQL.take_over, workspace=tx.workspace, id=file_id, name=name)


async def forget(tx: Tx, file_ids: Sequence[UUID]) -> list[str]:
    """Drop the rows; return where the contents are, for whoever removes them after the commit."""
    if not file_ids:
        return []
    return await tx.all(queries.SQL.delete_files, str, workspace=tx.workspace, ids=list(file_ids))


async def content_of(store: FileStore, file: StoredFile) -> bytes:
    """Return the bytes. Raises: NotFound when the store has lost them."""
    return await store.get(file.store_key)


def safe_name(name: str) -> str:
    """Return a name without folders, controls and quotes, at most 200 characters."""
    bare = clean(name).replace("\\", "/").rpartition("/")[2]
    bare = "".join(each for each in bare if each.isprintable()).strip(" .")
    if len(bare) > _NAME_CHARS:
        stem, dot, ending = bare.rpartition(".")
        keep_ending = bool(dot) and len(ending) <= 10  # noqa: PLR2004 (longer is no ending)
        bare = f"{stem[: _NAME_CHARS - 11]}.{ending}" if keep_ending else bare[:_NAME_CHARS]
    return bare or "file"


def _row(workspace: UUID, file: NewFile) -> StoredFile:
    size = len(file.content)
    if size > MOST_BYTES:
        raise TooLarge("the file is too large", field="file", limit_bytes=MOST_BYTES)
    id_ = new_id()
    media_type = sniff.media_type_of(file.content)
    size_px = sniff.dimensions(file.content, media_type)
    return StoredFile(
        id=id_,
        name=safe_name(file.name),
        media_type=media_type,
        size_bytes=size,
        sha256=hashlib.sha256(file.content).digest(),
        store_key=f"{workspace}/{str(id_)[:2]}/{id_}",
        width=size_px[0] if size_px else None,
        height=size_px[1] if size_px else None,
        uploaded_by=file.uploaded_by,
        created_at=clock.now(),
    )
