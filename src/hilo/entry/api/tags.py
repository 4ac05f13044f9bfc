"""Tags: `/tags`."""

from collections.abc import Sequence

from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import Struct

from hilo.domain import conversations, library
from hilo.domain.library import Tag
from hilo.entry.api.forms import Acting, Body, Id, Open


class NewTag(Body, frozen=True, kw_only=True):
    """A tag's name and colour."""

    name: str
    color: str = "grey"


class TagChange(Body, frozen=True, kw_only=True):
    """What may change about a tag."""

    name: str | None = None
    color: str | None = None


class TagList(Struct, frozen=True):
    """All tags, by name."""

    items: Sequence[Tag]
    next_cursor: None = None


@get("/tags", tags=["tags"])
async def list_tags(actor: Acting, tx: Open) -> TagList:
    """List the tags."""
    return TagList(await library.list_tags(tx, actor))


@post("/tags", tags=["tags"])
async def create_tag(data: JSONBody[NewTag], actor: Acting, tx: Open) -> Tag:
    """Make a tag."""
    return await library.create_tag(tx, actor, data.name, data.color)


@patch("/tags/{tag_id:uuid}", tags=["tags"])
async def change_tag(tag_id: Id, data: JSONBody[TagChange], actor: Acting, tx: Open) -> Tag:
    """Rename or recolour a tag."""
    return await library.update_tag(tx, actor, tag_id, name=data.name, color=data.color)


@delete("/tags/{tag_id:uuid}", tags=["tags"])
async def delete_tag(tag_id: Id, actor: Acting, tx: Open) -> None:
    """Delete a tag and take it off every conversation."""
    await conversations.delete_tag(tx, actor, tag_id)


ROUTES = [list_tags, create_tag, change_tag, delete_tag]
