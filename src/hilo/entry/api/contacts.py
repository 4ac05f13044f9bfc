"""Contacts: `/contacts`, their addresses, merging and timeline."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec.structs import replace

from hilo.domain import contacts, conversations, library
from hilo.domain.contacts import ContactPatch, ContactView, IdentityGiven, NewContact
from hilo.domain.conversations import MergePreview, TimelineItem
from hilo.entry.api import etags
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Cursor, Id, Limit, Open, Shared
from hilo.entry.api.messages import linked
from hilo.kit.page import Page

Question = Annotated[
    str, QueryParameter(max_length=10_000, description="Words in name, e-mail or phone.")
]


class MergeInto(Body, frozen=True, kw_only=True):
    """into: the contact that stays."""

    into: UUID


class PictureGiven(Body, frozen=True, kw_only=True):
    """file_id: a picture you uploaded and no message carries."""

    file_id: UUID


@get("/contacts", tags=["contacts"])
async def list_contacts(
    actor: Acting, tx: Open, q: Question = "", cursor: Cursor = None, limit: Limit = 25
) -> Page[ContactView]:
    """List contacts, latest change first."""
    return await contacts.list_contacts(tx, actor, q=q, cursor=cursor, limit=limit)


@post("/contacts", tags=["contacts"])
async def create_contact(data: JSONBody[NewContact], actor: Acting, tx: Open) -> ContactView:
    """Enter a contact by hand."""
    return await contacts.create_contact(tx, actor, data)


@get("/contacts/{contact_id:uuid}", tags=["contacts"])
async def get_contact(contact_id: Id, actor: Acting, tx: Open) -> ContactView:
    """Return one contact with its identities. A merged one is gone and names `merged_into`."""
    return await contacts.get_contact(tx, actor, contact_id)


Face = Annotated[
    UUID | None,
    QueryParameter(description="Its `avatar_id`, so that each picture has an address of its own."),
]


@get("/contacts/{contact_id:uuid}/avatar", tags=["contacts"])
async def get_avatar(
    contact_id: Id,
    request: Request[Any, Any, Any],
    actor: Acting,
    tx: Open,
    app_state: Shared,
    of: Face = None,  # noqa: ARG001 - for the caches on the way
) -> Response[bytes]:
    """Give the contact's picture. It has an ETag; `avatar_id` says when it is another one."""
    file = await contacts.find_avatar(tx, actor, contact_id)
    headers = {
        "etag": f'"{file.sha256.hex()[:32]}"',
        "cache-control": "private, max-age=600",
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
    }
    if etags.matches(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(b"", status_code=304, headers=headers)
    content = await library.content_of(app_state.files, file)
    return Response(content, media_type=file.media_type, headers=headers)


@put("/contacts/{contact_id:uuid}/avatar", tags=["contacts"], opt=NO_TRANSACTION)
async def give_avatar(
    contact_id: Id, data: JSONBody[PictureGiven], actor: Acting, app_state: Shared
) -> ContactView:
    """Give the contact a picture: PNG, JPEG, WebP or GIF, at most 2 MB and 4,096 pixels a side.

    No channel's picture takes its place. The file is no upload of yours any more.
    """
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        is_sent = await conversations.is_sent(tx, data.file_id)
        after, gone = await contacts.give_picture(
            tx, actor, contact_id, data.file_id, is_sent=is_sent
        )
    for key in gone:
        await app_state.files.drop(key)
    return after


@delete(
    "/contacts/{contact_id:uuid}/avatar", status_code=200, tags=["contacts"], opt=NO_TRANSACTION
)
async def take_avatar(contact_id: Id, actor: Acting, app_state: Shared) -> ContactView:
    """Take the contact's picture away. Where an agent gave it, a channel's may come again."""
    async with app_state.db.transaction(actor.workspace, by=actor.by) as tx:
        after, gone = await contacts.take_picture(tx, actor, contact_id)
    for key in gone:
        await app_state.files.drop(key)
    return after


@patch("/contacts/{contact_id:uuid}", tags=["contacts"])
async def change_contact(
    contact_id: Id, data: JSONBody[ContactPatch], actor: Acting, tx: Open
) -> ContactView:
    """Change a contact by JSON Merge Patch: null removes an attribute."""
    return await contacts.change_contact(tx, actor, contact_id, data)


@post("/contacts/{contact_id:uuid}/identities", tags=["contacts"])
async def add_identity(
    contact_id: Id, data: JSONBody[IdentityGiven], actor: Acting, tx: Open
) -> ContactView:
    """Give the contact an address."""
    return await contacts.add_identity(tx, actor, contact_id, data)


@delete(
    "/contacts/{contact_id:uuid}/identities/{identity_id:uuid}", status_code=200, tags=["contacts"]
)
async def remove_identity(contact_id: Id, identity_id: Id, actor: Acting, tx: Open) -> ContactView:
    """Take an address away."""
    return await contacts.remove_identity(tx, actor, contact_id, identity_id)


@get("/contacts/{contact_id:uuid}/merge-preview", tags=["contacts"])
async def preview_merge(
    contact_id: Id, into: FromQuery[UUID], actor: Acting, tx: Open
) -> MergePreview:
    """Say what a merge would move, without doing it."""
    return await conversations.preview_merge(tx, actor, contact_id, into)


@post("/contacts/{contact_id:uuid}/merge", status_code=200, tags=["contacts"])
async def merge_contact(
    contact_id: Id, data: JSONBody[MergeInto], actor: Acting, tx: Open
) -> ContactView:
    """Give all of this contact to another; the answer is the one that stays."""
    return await conversations.merge(tx, actor, contact_id, data.into)


Before = Annotated[
    datetime | None,
    QueryParameter(description="Only what was before this moment; the same for each page."),
]


@get("/contacts/{contact_id:uuid}/timeline", tags=["contacts"])
async def get_timeline(  # noqa: PLR0913, PLR0917 - its parameters
    contact_id: Id,
    actor: Acting,
    tx: Open,
    app_state: Shared,
    before: Before = None,
    cursor: Cursor = None,
    limit: Limit = 25,
) -> Page[TimelineItem]:
    """List everything with this contact over all channels, newest first."""
    page = await conversations.timeline(
        tx, actor, contact_id, cursor=cursor, until=before, limit=limit
    )
    found = linked(
        app_state.file_links, actor, [item.message for item in page.items if item.message]
    )
    by_id = {message.id: message for message in found}
    items = [
        item if item.message is None else replace(item, message=by_id[item.message.id])
        for item in page.items
    ]
    return Page(items, page.next_cursor)


ROUTES = [
    list_contacts,
    create_contact,
    get_contact,
    get_avatar,
    give_avatar,
    take_avatar,
    change_contact,
    add_identity,
    remove_identity,
    preview_merge,
    merge_contact,
    get_timeline,
]
