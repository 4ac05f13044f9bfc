"""Files that come with messages: bytes at hand are kept at once, addresses are fetched by a job.

A message is shown before its files are there; one that cannot be had leaves a notice in its place.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from hilo.domain import library
from hilo.domain.conversations.errors import NoSource
from hilo.domain.conversations.events import AttachmentStored
from hilo.domain.conversations.models import AttachmentView, MessageView
from hilo.domain.conversations.rows import MessageRow, message_view
from hilo.domain.library import FileStore, NewFile, StoredFile
from hilo.domain.people import Actor
from hilo.kit import jobs
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound
from hilo.kit.events import By
from hilo.kit.ids import new_id
from hilo.kit.sql import Queries
from hilo.kit.text import clean
from hilo.sdk.inbound import FileIn

SQL = Queries(__package__, "arriving.sql")
FETCH = "fetch"
_MOST_FILES = 50
_NAME_CHARS = 200


class Fetch(Struct, frozen=True, kw_only=True):
    """The job's payload: one file of one message."""

    workspace: UUID
    message: UUID
    attachment: UUID
    account: UUID
    url: str


async def keep(
    tx: Tx,
    account: UUID,
    store: FileStore | None,
    given: Sequence[tuple[UUID, Sequence[FileIn]]],
) -> dict[UUID, list[AttachmentView]]:
    """Keep what is at hand and have the rest fetched; return the attachments by message.

    given: message ids with their files.
    """
    flat = [(id_, file) for id_, files in given for file in files[:_MOST_FILES]]
    if not flat:
        return {}
    stored = await _stored(tx, store, [file for _, file in flat])
    attachments: dict[UUID, list[AttachmentView]] = {}
    wanted: list[Fetch] = []
    for (id_, file), row in zip(flat, stored, strict=True):
        view = _view(file, row)
        attachments.setdefault(id_, []).append(view)
        if view.state == "loading" and file.url is not None:
            wanted.append(
                Fetch(
                    workspace=tx.workspace,
                    message=id_,
                    attachment=view.id,
                    account=account,
                    url=file.url,
                )
            )
    await _send_for(tx, account, wanted)
    return attachments


async def fetch_again(
    tx: Tx, actor: Actor, conversation_id: UUID, message_id: UUID, attachment_id: UUID
) -> MessageView:
    """Have a file fetched that could not be had; return the message with the file loading.

    Raises: NotFound; Forbidden; Conflict when it did not fail; NoSource.
    Publishes: AttachmentStored.
    """
    actor.must("conversation:reply")
    row = await tx.maybe(SQL.lock_message, MessageRow, workspace=tx.workspace, message=message_id)
    if row is None or row.conversation_id != conversation_id:
        raise NotFound("no such message")
    attachments = msgspec.convert(row.attachments, list[AttachmentView])
    place = next((n for n, each in enumerate(attachments) if each.id == attachment_id), None)
    if place is None:
        raise NotFound("no such attachment")
    if attachments[place].state != "failed":
        raise Conflict("it has not failed", state=attachments[place].state)
    source = await tx.maybe(SQL.source, _Source, workspace=tx.workspace, attachment=attachment_id)
    if source is None:
        raise NoSource("there is no address to fetch it from")
    await _send_for(
        tx,
        source.account,
        [
            Fetch(
                workspace=tx.workspace,
                message=message_id,
                attachment=attachment_id,
                account=source.account,
                url=source.url,
            )
        ],
    )
    attachments[place] = structs.replace(attachments[place], state="loading")
    return await _show(tx, row, attachments, by=actor.by)


async def _send_for(tx: Tx, account: UUID, wanted: Sequence[Fetch]) -> None:
    if not wanted:
        return
    await tx.run(
        SQL.keep_sources,
        workspace=tx.workspace,
        account=account,
        attachments=[each.attachment for each in wanted],
        urls=[each.url for each in wanted],
    )
    for each in wanted:
        await jobs.enqueue(tx, FETCH, each, key=f"{FETCH}:{each.message}")


async def _show(
    tx: Tx,
    row: MessageRow,
    attachments: Sequence[AttachmentView],
    by: By | None = None,
) -> MessageView:
    await tx.run(
        SQL.set_attachments,
        workspace=tx.workspace,
        message=row.id,
        attachments=msgspec.json.encode(attachments).decode(),
    )
    view = structs.replace(message_view(row), attachments=attachments)
    tx.publish(AttachmentStored(message=view), subject=row.conversation_id, by=by)
    return view


async def _stored(
    tx: Tx, store: FileStore | None, files: Sequence[FileIn]
) -> list[StoredFile | None]:
    """Return the row of each file that is there already or whose bytes came along."""
    rows: list[StoredFile | None] = [None] * len(files)
    here = [n for n, each in enumerate(files) if each.content and _fits(each) and store]
    if here and store is not None:
        new = [NewFile(name=_name(files[n]), content=files[n].content or b"") for n in here]
        for n, row in zip(here, await library.keep_many(tx, store, new), strict=True):
            rows[n] = row
    named = {each.stored for each in files if each.stored is not None}
    if named:
        known = await library.known_files(tx, list(named))
        for n, each in enumerate(files):
            if each.stored is not None:
                rows[n] = known.get(each.stored)
    return rows


def _fits(file: FileIn) -> bool:
    return len(file.content or b"") <= library.MOST_BYTES


def _name(file: FileIn) -> str:
    tail = (file.url or "").partition("?")[0].rpartition("/")[2]
    return clean(file.name).strip()[:_NAME_CHARS] or clean(tail)[:_NAME_CHARS] or "file"


def _view(file: FileIn, row: StoredFile | None) -> AttachmentView:
    content_id = clean(file.content_id)[:_NAME_CHARS]
    if row is not None:
        return AttachmentView(
            id=row.id,
            name=row.name,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            inline=file.inline,
            content_id=content_id,
            width=row.width,
            height=row.height,
        )
    waits = file.url is not None and file.content is None and file.stored is None
    return AttachmentView(
        id=new_id(),
        name=_name(file),
        media_type=clean(file.media_type)[:100] or "application/octet-stream",
        size_bytes=len(file.content or b""),
        inline=file.inline,
        content_id=content_id,
        state="loading" if waits else "failed",
    )


async def settle_file(tx: Tx, store: FileStore, fetch: Fetch, content: bytes | None) -> None:
    """Put what a job fetched in the attachment's place. content None: it cannot be had.

    Once: an attachment that is not loading any more is left as it is.
    Raises: NotFound when the message is gone.
    Publishes: AttachmentStored.
    """
    row = await tx.maybe(
        SQL.lock_message, MessageRow, workspace=tx.workspace, message=fetch.message
    )
    if row is None:
        raise NotFound("no such message")
    attachments = msgspec.convert(row.attachments, list[AttachmentView])
    place = next((n for n, each in enumerate(attachments) if each.id == fetch.attachment), None)
    if place is None or attachments[place].state == "stored":
        return
    old = attachments[place]
    attachments[place] = structs.replace(old, state="failed")
    if content is not None and not _is_other(old, content):
        kept = await library.keep(tx, store, NewFile(name=old.name, content=content))
        file = FileIn(inline=old.inline, content_id=old.content_id)
        attachments[place] = _view(file, kept)
        await tx.run(SQL.forget_source, workspace=tx.workspace, attachment=fetch.attachment)
    await _show(tx, row, attachments)


class _Source(Struct, frozen=True):
    """Where a file can be fetched from."""

    account: UUID
    url: str


def _is_other(wanted: AttachmentView, content: bytes) -> bool:
    """Say whether a page came instead of the file: a sign-in form, an error."""
    page = "text/html"
    return library.media_type_of(content) == page != wanted.media_type
