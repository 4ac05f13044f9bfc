"""Which files one may attach: one's own uploads, and what a message carries that one sees.

A change's transaction sees all, so this asks for itself. A file that is not there and one that is
hidden are answered alike, after the same questions.
"""

from uuid import UUID

from hilo.domain import library
from hilo.domain.conversations.replies.given import Given, file_fields, file_ids
from hilo.domain.library import StoredFile
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.kit.sql import Queries

SQL = Queries(__package__, "replies.sql")


async def attachable(tx: Tx, actor: Actor, given: Given) -> list[StoredFile]:
    """Return the rows of the reply's files in its order. Raises: Invalid naming the first not so.

    What nobody asked for by hand may carry any file.
    """
    wanted = file_ids(given)
    if not wanted:
        return []
    known = await library.known_files(tx, wanted)
    if actor.id is not None:
        foreign = {each for each in wanted if not _is_own(actor, known, each)}
        for each in foreign - await _seen(tx, actor, foreign):
            known.pop(each, None)
    for field, each in zip(file_fields(given), wanted, strict=True):
        if each not in known:
            raise invalid(field, "not-found", "is not a file you uploaded or can see")
    return [known[each] for each in wanted]


async def is_sent(tx: Tx, file_id: UUID) -> bool:
    """Say whether a message carries the file, whoever sees it."""
    return bool(await tx.all(SQL.files_seen, UUID, sight="", files=[file_id]))


def _is_own(actor: Actor, known: dict[UUID, StoredFile], file_id: UUID) -> bool:
    row = known.get(file_id)
    return row is not None and row.uploaded_by == actor.id


async def _seen(tx: Tx, actor: Actor, files: set[UUID]) -> set[UUID]:
    if not files:
        return set()
    sight = "" if actor.sight is None else actor.sight.setting
    return set(await tx.all(SQL.files_seen, UUID, sight=sight, files=sorted(files)))
