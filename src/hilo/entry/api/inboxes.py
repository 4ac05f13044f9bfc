"""Inboxes: `/inboxes`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from hilo.domain import inboxes
from hilo.domain.inboxes import InboxChange, InboxView, Visibility
from hilo.entry.api.forms import Acting, Body, Id, Name, Open, Shared
from hilo.sdk.manifest import Threading

Seconds = Annotated[int, msgspec.Meta(ge=0, le=315_360_000)]


class NewInbox(Body, frozen=True, kw_only=True):
    """threading: how messages join conversations; absent = each channel's default.

    reopen_window_s: how long a resolved conversation is opened again by a new message. visibility:
    which agents see its conversations: everyone, the team (team_id), or each their own and what
    nobody has.
    """

    name: Name
    threading: Threading | None = None
    reopen_window_s: Seconds = 7 * 24 * 3600
    visibility: Visibility = "everyone"
    team_id: UUID | None = None


class InboxPatch(Body, frozen=True, kw_only=True):
    """What to change; what is absent stays. threading null: each channel's default."""

    name: Name | UnsetType = UNSET
    threading: Threading | UnsetType | None = UNSET
    reopen_window_s: Seconds | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET


class InboxList(Struct, frozen=True):
    """All inboxes, the oldest first."""

    items: Sequence[InboxView]
    next_cursor: None = None


@get("/inboxes", tags=["inboxes"])
async def list_inboxes(actor: Acting, tx: Open, app_state: Shared) -> InboxList:
    """List the inboxes with their accounts."""
    return InboxList(await inboxes.list_inboxes(tx, actor, app_state.channels))


@post("/inboxes", tags=["inboxes"])
async def create_inbox(
    data: JSONBody[NewInbox], actor: Acting, tx: Open, app_state: Shared
) -> InboxView:
    """Make an inbox; connect accounts to it next."""
    change = InboxChange(**msgspec.structs.asdict(data))
    row = await inboxes.create_inbox(tx, actor, change)
    tx.after_commit.append(app_state.doorman.forget)
    return app_state.channels.inbox_view(row, [])


@get("/inboxes/{inbox_id:uuid}", tags=["inboxes"])
async def get_inbox(inbox_id: Id, actor: Acting, tx: Open, app_state: Shared) -> InboxView:
    """Return one inbox with its accounts."""
    return await inboxes.get_inbox(tx, actor, app_state.channels, inbox_id)


@patch("/inboxes/{inbox_id:uuid}", tags=["inboxes"])
async def change_inbox(
    inbox_id: Id, data: JSONBody[InboxPatch], actor: Acting, tx: Open, app_state: Shared
) -> InboxView:
    """Rename an inbox, change how its conversations join, or who sees them."""
    change = InboxChange(**msgspec.structs.asdict(data))
    await inboxes.change_inbox(tx, actor, inbox_id, change)
    tx.after_commit.append(app_state.doorman.forget)
    return await inboxes.get_inbox(tx, actor, app_state.channels, inbox_id)


@delete("/inboxes/{inbox_id:uuid}", tags=["inboxes"])
async def delete_inbox(inbox_id: Id, actor: Acting, tx: Open) -> None:
    """Remove an inbox in which no conversation ever began."""
    await inboxes.delete_inbox(tx, actor, inbox_id)


ROUTES = [list_inboxes, create_inbox, get_inbox, change_inbox, delete_inbox]
