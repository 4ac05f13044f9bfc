"""The typed doors to `queries.sql`."""

from collections.abc import Sequence
from uuid import UUID

from hilo.domain.library.models import StoredFile, Tag
from hilo.kit.db import Tx
from hilo.kit.sql import Queries

SQL = Queries(__package__, "queries.sql")


async def list_tags(tx: Tx) -> list[Tag]:
    """Return all tags by name."""
    return await tx.all(SQL.list_tags, Tag, workspace=tx.workspace)


async def insert_tag(tx: Tx, id_: UUID, name: str, color: str) -> Tag | None:
    """Return the new tag, or None when the name is taken."""
    return await tx.maybe(
        SQL.insert_tag, Tag, workspace=tx.workspace, id=id_, name=name, color=color
    )


async def lock_tag(tx: Tx, id_: UUID) -> Tag | None:
    """Return the tag, held until the end of the transaction."""
    return await tx.maybe(SQL.lock_tag, Tag, workspace=tx.workspace, id=id_)


async def tag_named(tx: Tx, name: str) -> UUID | None:
    """Return the tag that bears the name, whatever its case."""
    return await tx.maybe(SQL.tag_named, UUID, workspace=tx.workspace, name=name)


async def update_tag(tx: Tx, id_: UUID, name: str, color: str) -> Tag:
    """Write both fields."""
    return await tx.one(SQL.update_tag, Tag, workspace=tx.workspace, id=id_, name=name, color=color)


async def delete_tag(tx: Tx, id_: UUID) -> bool:
    """Say whether there was one."""
    return await tx.run(SQL.delete_tag, workspace=tx.workspace, id=id_) > 0


async def insert_files(tx: Tx, files: Sequence[StoredFile]) -> list[StoredFile]:
    """Write the rows at once; the contents are in the store already."""
    return await tx.all(
        SQL.insert_files,
        StoredFile,
        workspace=tx.workspace,
        ids=[each.id for each in files],
        names=[each.name for each in files],
        media_types=[each.media_type for each in files],
        sizes=[each.size_bytes for each in files],
        hashes=[each.sha256 for each in files],
        keys=[each.store_key for each in files],
        widths=[each.width for each in files],
        heights=[each.height for each in files],
        uploaders=[each.uploaded_by for each in files],
    )


async def files_by_id(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, StoredFile]:
    """Return those that exist."""
    rows = await tx.all(SQL.files_by_id, StoredFile, workspace=tx.workspace, ids=list(ids))
    return {row.id: row for row in rows}
