"""A visitor who left is followed by mail: what was answered in the chat and not read there.

Only to an address the contact has, by a mailbox of the workspace. The mail is one more message of
the conversation, so that the answer to it comes back to the same thread.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.domain import conversations
from hilo.domain.conversations import Given, WayView
from hilo.domain.inboxes import Channels
from hilo.domain.people import system
from hilo.kit import jobs, log
from hilo.kit.db import Tx
from hilo.kit.errors import HiloError
from hilo.kit.events import Logged
from hilo.kit.sql import Queries

SQL = Queries(__package__, "following.sql")
FOLLOW = "follow"
_LOG = log.get(__name__)


class Follow(Struct, frozen=True):
    """The job's payload: in which conversation somebody may have left."""

    workspace: UUID
    conversation: UUID


class _Wish(Struct, frozen=True):
    conversation: UUID
    after_s: int


class _Unseen(Struct, frozen=True):
    id: UUID
    text: str
    author: str
    attachments: Sequence[Mapping[str, object]]


async def follow_visitors(tx: Tx, round_: Sequence[Logged]) -> None:
    """Queue a look, some time later, at whether these answers were read.

    round_: `message.state`. Once: the reader saves its place in the same transaction.
    """
    sent = [
        UUID(str(each.data["message_id"])) for each in round_ if each.data.get("state") == "sent"
    ]
    if not sent:
        return
    for wish in await tx.all(SQL.wishing, _Wish, workspace=tx.workspace, messages=sent):
        job = Follow(tx.workspace, wish.conversation)
        due = tx.now + timedelta(seconds=wish.after_s)
        await jobs.enqueue(tx, FOLLOW, job, due=due, key=f"{FOLLOW}:{wish.conversation}")


async def follow(tx: Tx, channels: Channels, wanted: Follow) -> None:
    """Mail what was not read; nothing where all was, or where there is no address.

    Once: the mail is named after the last answer it carries.
    """
    unseen = await tx.all(
        SQL.unseen, _Unseen, workspace=tx.workspace, conversation=wanted.conversation
    )
    if not unseen:
        return
    nobody = system(tx.workspace)
    way = _by_mail(await conversations.ways(tx, nobody, channels, wanted.conversation))
    if way is None:
        return
    files = [UUID(str(each["id"])) for one in unseen for each in one.attachments]
    given = Given(
        text="\n\n".join(each.text for each in unseen if each.text),
        attachments=files,
        inbox_id=way.inbox_id,
        account_id=way.account_id,
        identity_id=way.identity_id,
        client_id=f"follows:{unseen[-1].id}",
    )
    author = msgspec.structs.replace(nobody, name=unseen[-1].author)
    try:
        async with tx.attempt():
            await conversations.write(tx, author, wanted.conversation, given, channels)
    except HiloError as error:
        _LOG.info("follow.refused", conversation=str(wanted.conversation), why=error.code)


def _by_mail(ways: Sequence[WayView]) -> WayView | None:
    """Return the way by a mail address; where only played vendors are, none."""
    open_ = (each for each in ways if each.kind == "email" and each.closed is None)
    return next((each for each in open_ if not each.is_sandbox), None)
