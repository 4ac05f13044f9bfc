"""Tags: made, renamed and deleted by whoever may tag. One transaction each, never commits."""

import re
from uuid import UUID

from hilo.domain.library import queries
from hilo.domain.library.events import TagDeleted, TagSaved
from hilo.domain.library.models import Tag
from hilo.domain.people import Actor
from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, NotFound, invalid
from hilo.kit.ids import new_id
from hilo.kit.text import clean

_NAME_CHARS = 60
_COLOR = re.compile(r"[a-z][a-z0-9-]{0,29}")


async def list_tags(tx: Tx, actor: Actor) -> list[Tag]:
    """Return all tags by name. Raises: Forbidden."""
    actor.must("conversation:read")
    return await queries.list_tags(tx)


async def create_tag(tx: Tx, actor: Actor, name: str, color: str = "grey") -> Tag:
    """Make a tag. Raises: Forbidden; Invalid; Conflict when the name is taken.

    Publishes: TagSaved.
    """
    actor.must("tag:write")
    tag = await queries.insert_tag(tx, new_id(), _name(name), _color(color))
    if tag is None:
        raise _taken(name)
    tx.publish(TagSaved(tag=tag), by=actor.by)
    return tag


async def update_tag(
    tx: Tx, actor: Actor, tag_id: UUID, *, name: str | None = None, color: str | None = None
) -> Tag:
    """Rename or recolour; None leaves a field. Raises: Forbidden; NotFound; Invalid; Conflict.

    Publishes: TagSaved.
    """
    actor.must("tag:write")
    before = await queries.lock_tag(tx, tag_id)
    if before is None:
        raise NotFound("no such tag")
    wanted = before.name if name is None else _name(name)
    other = await queries.tag_named(tx, wanted)
    if other not in (None, tag_id):
        raise _taken(wanted)
    tag = await queries.update_tag(
        tx, tag_id, wanted, before.color if color is None else _color(color)
    )
    tx.publish(TagSaved(tag=tag), by=actor.by)
    return tag


async def delete_tag(tx: Tx, actor: Actor, tag_id: UUID) -> None:
    """Delete the tag. Its marks on conversations go by the reader of TagDeleted above.

    Raises: Forbidden; NotFound. Publishes: TagDeleted.
    """
    actor.must("tag:write")
    if not await queries.delete_tag(tx, tag_id):
        raise NotFound("no such tag")
    tx.publish(TagDeleted(tag_id=tag_id), by=actor.by)


def _name(name: str) -> str:
    cleaned = " ".join(clean(name).split())
    if not 1 <= len(cleaned) <= _NAME_CHARS:
        raise invalid("name", "length", f"must have 1 to {_NAME_CHARS} characters")
    return cleaned


def _color(color: str) -> str:
    if not _COLOR.fullmatch(color):
        raise invalid("color", "format", "must be a colour's name, such as grey or teal")
    return color


def _taken(name: str) -> Conflict:
    return Conflict("a tag of this name exists", field="name", name=name)
