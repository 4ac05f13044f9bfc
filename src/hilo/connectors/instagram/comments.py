"""Comments, read. How they are answered, two channels share: `_graph/remarks`."""

from datetime import datetime

import msgspec
from msgspec import Raw

from hilo.connectors._graph import batches, dialogue
from hilo.connectors._graph.remarks import PREFIX
from hilo.connectors.instagram import wire
from hilo.sdk import content, payloads
from hilo.sdk.inbound import AccountIn, Inbound, MessageIn, Referral, Unknown

FIELDS = {"comments", "live_comments"}
_COMMENT = msgspec.json.Decoder(wire.Comment)
_MENTION = msgspec.json.Decoder(wire.Mention)


def read(field: str, value: Raw, own: str, at: datetime | None) -> list[Inbound]:
    """Return a comment. own: our account, whose own comments come back and are dropped."""
    return batches.each(field, [value], _COMMENT, lambda it: [_one(it, own, at)])


def mentioned(value: Raw) -> list[Inbound]:
    """Return where somebody named us: neither who nor what is told, so it is for the admins."""
    return batches.each("mentions", [value], _MENTION, lambda it: [_where(it)])


def _where(given: wire.Mention) -> Inbound:
    places = (given.media_id, given.comment_id)
    detail = " / ".join(str(each) for each in places if each)
    return AccountIn(kind="mentions", detail=detail)


def _one(given: wire.Comment, own: str, at: datetime | None) -> Inbound:
    writer, media = given.writer or wire.Writer(), given.media or wire.Media()
    if not given.id or not writer.id:
        return Unknown(kind="comment", reason="without id or writer")
    if str(writer.id) == own:
        return Unknown(kind="comment.own")
    post = str(media.original_media_id or media.id)
    ad = Referral(source="ad", id=str(media.ad_id), title=media.ad_title or "")
    return MessageIn(
        external_id=f"{PREFIX}{given.id}",
        sender=dialogue.person(writer.id, writer.handle or "", writer.handle or ""),
        text=given.text or "",
        content=content.Comment(
            post=post, parent=f"{PREFIX}{given.parent_id}" if given.parent_id else None
        ),
        at=payloads.moment(given.timestamp) or at,
        reply_to=f"{PREFIX}{given.parent_id}" if given.parent_id else None,
        referral=ad if media.ad_id else None,
    )
