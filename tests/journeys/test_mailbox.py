"""A mailbox account as a whole: Dovecot in, a reply out by SMTP, its answer in again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

import mailserver as box
from cast import CAST
from hilo.domain import conversations, inboxes
from hilo.domain.conversations import Given
from hilo.domain.inboxes import InboxChange
from hilo.entry.state import AppState
from hilo.entry.worker import Worker
from hilo.kit.db import Database
from letters import letter
from path import rows, state_on, value
from patience import PATIENCE_S
from stage import agent

pytestmark = [
    pytest.mark.dovecot,
    pytest.mark.skipif(not box.is_installed(), reason=box.MISSING),
]


class Post:
    """An outgoing server that keeps what it is given."""

    def __init__(self) -> None:
        """Begin empty."""
        self.mails: list[tuple[Envelope, EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail."""
        del server, session
        raw = envelope.original_content or b""
        self.mails.append((envelope, message_from_bytes(raw, policy=policy.default)))
        return "250 stored"


@asynccontextmanager
async def working(state: AppState, dsn: str) -> AsyncIterator[None]:
    """Run a worker and the door beside the block."""
    tasks = [
        asyncio.create_task(state.door.run()),
        asyncio.create_task(Worker(state, dsn).run()),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if "http" in state.__dict__:
            await state.http.close()


async def becomes(db: Database, query: str, wanted: object) -> None:
    """Wait until a question has this answer."""
    async with asyncio.timeout(PATIENCE_S):
        while await value(db, query) != wanted:
            await asyncio.sleep(0.1)


async def test_a_mail_is_answered_and_the_answer_joins(
    db: Database, dsn: str, tmp_path: Path
) -> None:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=box.free_port())
    state = state_on(db, tmp_path)
    controller.start()
    try:
        with box.running() as server:
            await _round(state, dsn, server, (post, controller.port))
    finally:
        controller.stop()


async def _round(state: AppState, dsn: str, server: box.Dovecot, out: tuple[Post, int]) -> None:
    post, port = out
    db = state.db
    settings = {
        **server.account().settings,
        "imap_password": box.PASSWORD,
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "display_name": "Desk",
    }
    actor = agent()
    async with db.transaction(CAST.workspace) as tx:
        inbox = await inboxes.create_inbox(tx, actor, InboxChange(name="Mail"))
        given = ("email", "", settings)
        await inboxes.create_account(tx, actor, state.channels, inbox.id, given)
    named = {"Subject": "Plates", "Message-ID": "<1@client.test>"}
    await asyncio.to_thread(server.deliver, letter("Where are my plates?", named))
    async with working(state, dsn):
        await becomes(db, "select count(*) from message where kind = 'incoming'", 1)
        ((conversation,),) = await rows(db, "select id from conversation")
        async with db.transaction(CAST.workspace) as tx:
            reply = Given(text="They left today.")
            await conversations.write(tx, actor, conversation, reply, state.channels)
        await becomes(db, "select state from message where kind = 'outgoing'", "sent")
        ((envelope, mail),) = post.mails
        assert envelope.rcpt_tos == ["carol@client.test"]
        assert envelope.mail_from == box.USER
        assert mail["From"] == "Ada · Desk <help@desk.test>"
        assert mail["Auto-Submitted"] is None
        assert mail["Subject"] == "Re: Plates"
        assert mail["In-Reply-To"] == "<1@client.test>"
        assert mail["Reply-To"] is None
        answer = {"Message-ID": "<2@client.test>", "In-Reply-To": str(mail["Message-ID"])}
        await asyncio.to_thread(server.deliver, letter("Thank you!", answer))
        await becomes(db, "select count(*) from message where kind = 'incoming'", 2)
    assert await value(db, "select count(*) from conversation") == 1
