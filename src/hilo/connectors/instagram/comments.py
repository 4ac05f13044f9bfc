"""Comments: read, answered below the comment, or once in private.

A comment's name here is `comment:` and its id, so that no answer takes it for a direct message.
"""

from datetime import datetime, timedelta

import msgspec
from msgspec import Raw

from hilo.connectors._graph import batches, dialogue, talk
from hilo.connectors._graph.talk import Way
from hilo.connectors.instagram import wire
from hilo.kit.errors import Rejected
from hilo.sdk import content, payloads
from hilo.sdk.inbound import Inbound, MessageIn, Referral, Unknown
from hilo.sdk.outbound import Accepted, MessageOut, Sending

PREFIX = "comment:"
FIELDS = {"comments", "live_comments"}
_PRIVATE = timedelta(days=7)
_COMMENT = msgspec.json.Decoder(wire.Comment)


def read(field: str, value: Raw, own: str, at: datetime | None) -> list[Inbound]:
    """Return a comment. own: our account, whose own comments come back and are dropped."""
    return batches.each(field, [value], _COMMENT, lambda it: [_one(it, own, at)])


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


def is_one(message: MessageOut) -> bool:
    """Say whether a part answers a comment."""
    return (message.reply_to or "").startswith(PREFIX)


def answer(message: MessageOut, way: Way) -> Sending:
    """Answer a comment: below it when the part is a `Comment` itself, else once in private.

    Raises: Rejected before any call when a private answer comes too late.
    """
    id_ = (message.reply_to or "").removeprefix(PREFIX)
    now = message.now or message.at
    if isinstance(message.content, content.Comment):
        call = way.graph.post(f"{id_}/replies", {"message": message.text})
        answered = yield from way.graph.ask(call, now=now, attempt=message.attempt)
        return Accepted(external_id=f"{PREFIX}{answered.get('id')}")
    if message.heard_at is not None and now - message.heard_at > _PRIVATE:
        said = "a private answer to a comment is allowed for 7 days"
        raise Rejected(said, reason="window")
    # What follows goes to whom it may concern, not to the comment: one private answer for each.
    return (yield from talk.send(message, way, {"comment_id": id_}))


def remove(id_: str, way: Way) -> Sending:
    """Delete a comment of ours."""
    yield from way.graph.ask(way.graph.delete(id_.removeprefix(PREFIX)))
    return Accepted()
