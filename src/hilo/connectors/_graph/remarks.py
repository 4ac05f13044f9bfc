"""Comments below posts, answered: below the comment, or once in private; and taken away again.

A comment's name here is `comment:` and its id, so that no answer takes it for a direct message.
"""

from datetime import timedelta

from hilo.connectors._graph import talk
from hilo.connectors._graph.talk import Way
from hilo.kit.errors import Rejected
from hilo.sdk import content
from hilo.sdk.outbound import Accepted, MessageOut, Sending

PREFIX = "comment:"
PRIVATE = timedelta(days=7)


def is_one(message: MessageOut) -> bool:
    """Say whether a part answers a comment."""
    return (message.reply_to or "").startswith(PREFIX)


def answer(message: MessageOut, way: Way, below: str) -> Sending:
    """Answer a comment: below it when the part is a `Comment` itself, else once in private.

    below: what the vendor calls the answers of a comment.
    Raises: Rejected before any call when a private answer comes too late.
    """
    id_ = (message.reply_to or "").removeprefix(PREFIX)
    now = message.now or message.at
    if isinstance(message.content, content.Comment):
        call = way.graph.post(f"{id_}/{below}", {"message": message.text})
        answered = yield from way.graph.ask(call, now=now, attempt=message.attempt)
        return Accepted(external_id=f"{PREFIX}{answered.get('id')}")
    if message.heard_at is not None and now - message.heard_at > PRIVATE:
        said = "a private answer to a comment is allowed for 7 days"
        raise Rejected(said, reason="window")
    # What follows goes to whom it may concern, not to the comment: one private answer for each.
    return (yield from talk.send(message, way, {"comment_id": id_}))


def remove(id_: str, way: Way) -> Sending:
    """Delete a comment of ours."""
    yield from way.graph.ask(way.graph.delete(id_.removeprefix(PREFIX)))
    return Accepted()
