"""A change of a page's feed as Facebook writes it: shapes only. Everything may be missing.

Source: Meta, Graph API webhooks reference, Page `feed` (read 2026-11).
"""

from msgspec import Struct, field


class Writer(Struct, frozen=True):
    """Who did it."""

    id: str | int = ""
    name: str | None = None


class Post(Struct, frozen=True):
    """What it stands below."""

    link: str | None = field(name="permalink_url", default=None)


class Feed(Struct, frozen=True, kw_only=True):
    """What happened to a post or below it. parent_id: the post, or the comment that is answered."""

    item: str = ""
    verb: str = ""
    comment_id: str | int = ""
    post_id: str | int = ""
    parent_id: str | int | None = None
    message: str | None = None
    photo: str | None = None
    video: str | None = None
    created_time: int | float | str | None = None
    post: Post | None = None
    writer: Writer | None = field(name="from", default=None)
