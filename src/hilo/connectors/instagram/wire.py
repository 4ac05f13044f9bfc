"""A comment as Instagram writes it: shapes only. Everything may be missing.

Source: Meta, Instagram Platform webhooks (read 2026-11).
"""

from msgspec import Struct, field


class Writer(Struct, frozen=True):
    """Who wrote it."""

    id: str | int = ""
    handle: str | None = field(name="username", default=None)


class Media(Struct, frozen=True):
    """What it stands below. The kind AD has an advertisement."""

    id: str | int = ""
    kind: str | None = field(name="media_product_type", default=None)
    ad_id: str | int | None = None
    ad_title: str | None = None
    original_media_id: str | int | None = None


class Comment(Struct, frozen=True):
    """A comment, or an answer to one."""

    id: str | int = ""
    text: str | None = None
    parent_id: str | int | None = None
    timestamp: int | str | None = None
    writer: Writer | None = field(name="from", default=None)
    media: Media | None = None


class Mention(Struct, frozen=True):
    """Somebody named the account in a comment or below a picture. Told without its words."""

    media_id: str | int | None = None
    comment_id: str | int | None = None
