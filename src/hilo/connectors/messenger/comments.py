"""Comments below a page's posts, read. How they are answered, two channels share.

To hide a comment changes nobody's words: its writer and his friends still see it.
"""

from datetime import datetime

import msgspec
from msgspec import Raw

from hilo.connectors._graph import batches, dialogue
from hilo.connectors._graph.remarks import PREFIX
from hilo.connectors.messenger import wire
from hilo.sdk import content, payloads
from hilo.sdk.inbound import DeletedIn, EditedIn, FileIn, Inbound, MessageIn, Unknown

FIELD = "feed"
_FEED = msgspec.json.Decoder(wire.Feed)


def read(value: Raw, own: str, at: datetime | None) -> list[Inbound]:
    """Return what a change says. own: our page, whose own comments come back and are dropped.

    at: when it was told.
    """
    return batches.each(FIELD, [value], _FEED, lambda it: [_one(it, own, at)])


def _one(given: wire.Feed, own: str, at: datetime | None) -> Inbound:
    if given.item != "comment":
        return Unknown(kind=f"feed.{given.item}"[:100] if given.item else FIELD)
    writer = str(given.writer.id) if given.writer is not None else ""
    name = f"{PREFIX}{given.comment_id}"
    match given.verb:
        case _ if not given.comment_id:
            told: Inbound = Unknown(kind="comment", reason="without id")
        case "remove":
            told = DeletedIn(external_id=name, at=at)
        case "add" | "edit" | "edited" if not writer:
            told = Unknown(kind="comment", reason="without writer")
        case "add" | "edit" | "edited" if writer == own:
            told = Unknown(kind="comment.own")
        case "add":
            told = _said(given, name, at)
        case "edit" | "edited":
            told = EditedIn(external_id=name, text=given.message or "", at=at)
        case other:
            told = Unknown(kind=f"comment.{other}"[:100])
    return told


def _said(given: wire.Feed, name: str, at: datetime | None) -> MessageIn:
    writer, post = given.writer or wire.Writer(), str(given.post_id)
    link = given.post.link if given.post is not None else None
    above = str(given.parent_id or "")
    parent = f"{PREFIX}{above}" if above and above != post else None
    return MessageIn(
        external_id=name,
        sender=dialogue.person(writer.id, writer.name or ""),
        text=given.message or "",
        files=[FileIn(url=url) for url in (given.photo, given.video) if url],
        content=content.Comment(post=post, parent=parent, link=link or ""),
        at=payloads.moment(given.created_time) or at,
        reply_to=parent,
    )
