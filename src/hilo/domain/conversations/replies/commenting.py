"""Answers to what was said in public: which comment one answers, and whether below it.

Without a word the answer goes to the contact in private: what is public cannot be taken back.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from hilo.domain.conversations.replies.given import Given
from hilo.domain.conversations.replies.planning import Way
from hilo.domain.conversations.replies.splitting import Plan
from hilo.domain.conversations.rows import content_of
from hilo.kit.db import Tx
from hilo.kit.errors import invalid
from hilo.kit.sql import Queries
from hilo.sdk.content import Comment
from hilo.sdk.manifest import Manifest

SQL = Queries(__package__, "commenting.sql")


class _Said(Struct, frozen=True):
    id: UUID
    content: Mapping[str, object] | None


async def answering(
    tx: Tx, conversation: UUID, way: Way, manifest: Manifest, given: Given
) -> tuple[Given, Comment | None]:
    """Return the reply with the comment it answers, and how it stands below it; None = privately.

    The contact's last message counts, unless another is named. Raises: Invalid.
    """
    comment = await _comment(tx, conversation, way, given) if manifest.has("public") else None
    if comment is None:
        if given.in_public:
            raise invalid("in_public", "no-comment", "only a comment is answered in public")
        return given, None
    if not given.in_public:
        return replace(given, reply_to=comment[0]), None
    if given.attachments or given.content is not None:
        raise invalid("in_public", "unsupported", "an answer in public is text alone")
    return replace(given, reply_to=comment[0]), comment[1]


def below(plan: Plan, comment: Comment | None) -> Plan:
    """Let every part stand below the comment."""
    if comment is None:
        return plan
    return replace(plan, slices=[replace(each, content=comment) for each in plan.slices])


async def _comment(
    tx: Tx, conversation: UUID, way: Way, given: Given
) -> tuple[UUID, Comment] | None:
    said = await tx.maybe(
        SQL.answered,
        _Said,
        workspace=tx.workspace,
        conversation=conversation,
        identity=way.identity_id,
        message=given.reply_to,
    )
    content = None if said is None or said.content is None else content_of(said.content)
    return (said.id, content) if said is not None and isinstance(content, Comment) else None
