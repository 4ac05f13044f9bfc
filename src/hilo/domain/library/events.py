"""What can happen in the library."""

from uuid import UUID

from hilo.domain.library.models import Tag
from hilo.kit.events import Event


class TagSaved(Event, frozen=True, kw_only=True, tag="tag.saved", tag_field="type"):
    """A tag was made or changed."""

    tag: Tag


class TagDeleted(Event, frozen=True, kw_only=True, tag="tag.deleted", tag_field="type"):
    """A tag is gone, from every conversation too."""

    tag_id: UUID
