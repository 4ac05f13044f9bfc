"""Mail through the whole house: from the raw letter to conversations, and out into the catcher."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import Struct

from cast import CAST
from hilo.connectors.email import CONNECTOR, threads
from hilo.domain import conversations, inboxes, people
from hilo.domain.conversations import Given
from hilo.domain.inboxes import AccountRow, InboxChange, NewDelivery, deliveries
from hilo.domain.inboxes.deliveries import PendingAccount
from hilo.entry.state import AppState
from hilo.entry.worker import Worker
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from hilo.sdk.account import Account
from letters import letter
from path import rows, state_on, taken_in, value
from patience import PATIENCE_S
from stage import agent


class Box(Struct, frozen=True):
    """An e-mail account on the test's database."""

    state: AppState
    row: AccountRow

    @property
    def opened(self) -> Account:
        """The account as its connector sees it."""
        return self.state.channels.opened(self.row)

    async def hears(self, *raws: bytes, rcpt: str = "", sender: str = "carol@client.test") -> None:
        """Take mails in, as the listener delivers them, one after the other."""
        facts = {"rcpt-to": rcpt or str(self.row.address), "mail-from": sender}
        for raw in raws:
            given = NewDelivery(
                self.row.workspace_id, new_id(), self.row.id, "mail", facts, raw, str(uuid4())
            )
            await deliveries.store(self.state.db, [given])
        await taken_in(self.state, PendingAccount(self.row.workspace_id, self.row.id))

    async def replies(self, conversation: UUID, text: str = "It left today.") -> UUID:
        """Write a reply and return its message."""
        actor = agent()
        async with self.state.db.transaction(CAST.workspace) as tx:
            written = await conversations.write(
                tx, actor, conversation, Given(text=text), self.state.channels
            )
        return written.message.id


async def box_at(state: AppState, address: str) -> Box:
    """Connect an address in an inbox of its own."""
    actor = agent()
    async with state.db.transaction(CAST.workspace) as tx:
        inbox = await inboxes.create_inbox(tx, actor, InboxChange(name=address))
        given = ("email", "", {"address": address})
        row = await inboxes.create_account(tx, actor, state.channels, inbox.id, given)
    return Box(state, row)


@asynccontextmanager
async def working(state: AppState, dsn: str) -> AsyncIterator[None]:
    """Run a worker beside the block."""
    task = asyncio.create_task(Worker(state, dsn).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if "http" in state.__dict__:
            await state.http.close()


async def caught(state: AppState) -> bytes:
    """Wait for the mail that ends in the catcher."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await rows(state.db, "select raw from caught_mail")):
            await asyncio.sleep(0.1)
    return bytes(found[0][0])


@pytest.fixture
def state(db: Database, tmp_path: Path) -> AppState:
    """Give what doors and workers share."""
    return state_on(db, tmp_path)


@pytest.fixture
async def box(state: AppState) -> Box:
    """Give an account that receives at help@desk.test."""
    return await box_at(state, "help@desk.test")


def mail(id_: str, text: str = "Hi", **headers: str) -> bytes:
    """Return a mail with a Message-ID. headers: `in_reply_to` is In-Reply-To."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return letter(text, {"Message-ID": f"<{id_}@client.test>", **named})


async def threads_of(state: AppState) -> dict[str, UUID]:
    """Return the conversation of each text."""
    return dict(await rows(state.db, "select text, conversation_id from message"))


async def test_the_same_mail_through_two_ways_is_one_message(box: Box) -> None:
    await box.hears(mail("1", received="by a"), mail("1", received="by b"))
    assert await value(box.state.db, "select count(*) from message") == 1


async def test_the_same_message_id_with_another_body_is_two(box: Box) -> None:
    await box.hears(mail("1", "One"), mail("1", "Two"))
    found = await threads_of(box.state)
    assert len(found) == 2


async def test_mails_without_an_id_are_messages_and_share_no_thread(box: Box) -> None:
    bare = {"Message-ID": None}
    await box.hears(letter("One", bare), letter("Two", bare), letter("One", bare))
    found = await threads_of(box.state)
    assert len(found) == len(set(found.values())) == 2


async def test_a_reply_joins_by_any_known_reference(box: Box) -> None:
    await box.hears(
        mail("1", "One"),
        mail("2", "Two", in_reply_to="<1@client.test>"),
        mail("3", "Three", references="<gone@x> <1@client.test> <also-gone@x>"),
        mail("4", "Four", in_reply_to="<nobody@x> <2@client.test>"),
    )
    assert len(set((await threads_of(box.state)).values())) == 1


async def test_siblings_of_a_mail_we_never_saw_are_one_conversation(box: Box) -> None:
    await box.hears(
        mail("1", "One", in_reply_to="<never@x>"), mail("2", "Two", references="<never@x> <9@x>")
    )
    assert len(set((await threads_of(box.state)).values())) == 1


async def test_the_subject_alone_never_joins(box: Box) -> None:
    await box.hears(mail("1", "One", subject="Plates"), mail("2", "Two", subject="Re: Plates"))
    assert len(set((await threads_of(box.state)).values())) == 2


async def test_references_come_before_the_token_and_that_before_the_number(box: Box) -> None:
    await box.hears(mail("1", "One"), mail("2", "Two"), mail("3", "Three"))
    found = await threads_of(box.state)
    number = await value(
        box.state.db, "select number from conversation where id = $1", found["Three"]
    )
    token = threads.reply_address(found["One"], box.opened)
    assert token is not None
    by_number = {"subject": f"Re: [#{number}] Plates"}
    by_reference = {"in_reply_to": "<2@client.test>", **by_number}
    await box.hears(
        mail("4", "By number", **by_number),
        mail("5", "By reference", **by_reference),
        mail("6", "By token", to=token, **by_number),
        mail("7", "By both", to=token, **by_reference),
    )
    after = await threads_of(box.state)
    assert after["By number"] == found["Three"]
    assert after["By reference"] == found["Two"]
    assert after["By token"] == found["One"]
    assert after["By both"] == found["Two"]


async def test_a_number_counts_only_from_somebody_who_is_known_there(box: Box) -> None:
    await box.hears(mail("1", "One"))
    number = await value(box.state.db, "select number from conversation")
    await box.hears(mail("2", "Two", subject=f"[#{number}]", **{"from": "eve@evil.test"}))
    assert len(set((await threads_of(box.state)).values())) == 2


async def test_a_stranger_in_a_thread_is_marked(box: Box) -> None:
    await box.hears(
        mail("1", "One"),
        mail("2", "Two", in_reply_to="<1@client.test>", **{"from": "eve@evil.test"}),
    )
    assert len(set((await threads_of(box.state)).values())) == 1
    marks = await value(box.state.db, "select meta->'warnings' from message where text = 'Two'")
    assert "other-sender" in str(marks)
    own = await value(box.state.db, "select meta->'warnings' from message where text = 'One'")
    assert "other-sender" not in str(own)


@pytest.mark.parametrize("token", ["help+" + "a" * 39, "help+unknown", "help"])
async def test_a_token_nobody_knows_changes_nothing(box: Box, token: str) -> None:
    address = f"{token}@desk.test"
    await box.hears(mail("1", "One", to=address), rcpt=address)
    assert await value(box.state.db, "select count(*) from conversation") == 1


async def test_two_inboxes_in_one_mail_both_hear_it(box: Box, state: AppState) -> None:
    other = await box_at(state, "sales@desk.test")
    raw = mail("1", "Both", to="help@desk.test, sales@desk.test")
    await box.hears(raw)
    await other.hears(raw)
    found = await rows(state.db, "select account_id from message")
    assert {account for (account,) in found} == {box.row.id, other.row.id}


async def test_an_address_known_from_elsewhere_joins_its_contact(box: Box) -> None:
    await box.hears(mail("1", "One", **{"from": f"C. <{CAST.carol_email.upper()}>"}))
    assert await value(box.state.db, "select contact_id from conversation") == CAST.carol


async def test_a_bounce_marks_our_message_and_opens_nothing(box: Box) -> None:
    await box.hears(mail("1", "One"))
    conversation = (await threads_of(box.state))["One"]
    message = await box.replies(conversation)
    own = CONNECTOR.mint(message, box.opened)
    report = (
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; carol@client.test\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {own}\n--b--\n"
    )
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    robot = {"from": "MAILER-DAEMON@client.test", "content_type": kind}
    await box.hears(mail("dsn", report, **robot), sender="")
    assert await value(box.state.db, "select count(*) from conversation") == 1
    assert await value(box.state.db, "select state from message where id = $1", message) == "failed"
    assert await value(box.state.db, "select address from suppression") == "carol@client.test"


async def test_our_own_mail_coming_back_is_no_message(box: Box) -> None:
    await box.hears(mail("1", "One"))
    message = await box.replies((await threads_of(box.state))["One"])
    own = CONNECTOR.mint(message, box.opened)
    await box.hears(letter("One again", {"Message-ID": own, "From": "help@desk.test"}))
    assert await value(box.state.db, "select count(*) from message") == 2


async def test_an_answer_to_our_own_mail_finds_its_conversation(box: Box, dsn: str) -> None:
    await box.hears(mail("1", "Where is it?"))
    conversation = (await threads_of(box.state))["Where is it?"]
    await box.replies(conversation)
    async with working(box.state, dsn):
        raw = await caught(box.state)
    ours = message_from_bytes(raw, policy=policy.default)
    assert ours["In-Reply-To"] == "<1@client.test>"
    answer = {"in_reply_to": str(ours["Message-ID"]), "from": "Dora <dora@client.test>"}
    await box.hears(mail("2", "Thank you", **answer))
    assert (await threads_of(box.state))["Thank you"] == conversation


async def test_a_note_is_in_no_quote(box: Box, dsn: str) -> None:
    await box.hears(mail("1", "Where is it?"))
    conversation = (await threads_of(box.state))["Where is it?"]
    actor = agent()
    async with box.state.db.transaction(CAST.workspace) as tx:
        note = Given(kind="note", text="A difficult customer.")
        await conversations.write(tx, actor, conversation, note, box.state.channels)
    await box.replies(conversation)
    async with working(box.state, dsn):
        raw = await caught(box.state)
    mime = message_from_bytes(raw, policy=policy.default)
    body = mime.get_body(("plain",))
    assert body is not None
    assert "> Where is it?" in body.get_content()
    assert "difficult" not in raw.decode()


async def test_a_reference_of_another_workspace_opens_a_new_conversation(
    box: Box, state: AppState
) -> None:
    other = new_id()
    async with state.db.transaction(None) as tx:
        await tx.connection.execute("select hilo_workspace_create($1, 'Other', 'en')", other)
    actor = people.system(other)
    async with state.db.transaction(other) as tx:
        inbox = await inboxes.create_inbox(tx, actor, InboxChange(name="Other"))
        given = ("email", "", {"address": "help@other.test"})
        row = await inboxes.create_account(tx, actor, state.channels, inbox.id, given)
    await Box(state, row).hears(mail("1", "Secret"))
    await box.hears(mail("2", "Two", in_reply_to="<1@client.test>"))
    assert len(await threads_of(state)) == 1
    found = await rows(state.db, "select count(*) from conversation", workspace=other)
    assert found == [(1,)]


async def test_an_automatic_mail_wakes_nobody_and_is_kept(box: Box) -> None:
    await box.hears(mail("1", "Away", auto_submitted="auto-replied"))
    marked = await value(box.state.db, "select meta->>'automatic' from message")
    assert marked == "true"


async def test_what_cannot_be_parsed_is_parked_and_the_next_is_read(box: Box) -> None:
    nested = b"From: carol@client.test\r\n"
    for level in range(3_000):
        nested += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
    await box.hears(nested, mail("2", "Two"))
    assert await value(box.state.db, "select text from message where text = 'Two'") == "Two"
    states = await rows(box.state.db, "select distinct state from delivery")
    assert {found for (found,) in states} <= {"done", "parked"}


async def test_a_mail_keeps_its_files_and_its_inline_images(box: Box) -> None:
    body = (
        '--b\nContent-Type: text/html\n\n<p>See <img src="cid:a@b"></p>\n'
        "--b\nContent-Type: image/png\nContent-ID: <a@b>\nContent-Transfer-Encoding: base64\n\n"
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAEA//8DAAAGAAVXv6vUAAAA"
        "AElFTkSuQmCC\n--b--\n"
    )
    await box.hears(mail("1", body, content_type="multipart/related; boundary=b"))
    ((html, files),) = await rows(box.state.db, "select html, attachments from message")
    assert re.search('src="cid:a@b"', html)
    assert files[0]["inline"] is True
    assert files[0]["content_id"] == "a@b"


async def test_an_answer_goes_to_who_wrote_last_and_keeps_everybody_on_the_mail(
    box: Box, state: AppState, dsn: str
) -> None:
    carol = mail(
        "1",
        cc="Dora <dora@client.test>, help+tag@desk.test",
        to="help@desk.test, Bob <bob@client.test>",
    )
    await box.hears(carol)
    bob = mail(
        "2",
        "Me too",
        cc="carol@client.test",
        in_reply_to="<1@client.test>",
        **{"from": "bob@client.test"},
    )
    await box.hears(bob)
    (conversation,) = set((await threads_of(state)).values())
    async with working(state, dsn):
        await box.replies(conversation)
        raw = await caught(state)
    sent = message_from_bytes(raw)
    assert "bob@client.test" in sent["to"]
    assert "Carol" not in sent["to"]
    assert sent["cc"] == "carol@client.test"


async def test_copies_are_kept_unless_the_agent_says_otherwise(box: Box) -> None:
    await box.hears(mail("1", cc="Dora <dora@client.test>", to="help@desk.test, bob@client.test"))
    (conversation,) = set((await threads_of(box.state)).values())
    actor = agent()
    for given, copies in (
        (Given(text="a"), ["bob@client.test", "dora@client.test"]),
        (Given(text="b", cc=[]), None),
        (Given(text="c", cc=["eve@x.test"]), ["eve@x.test"]),
        (Given(text="d", bcc=["dora@client.test"]), ["bob@client.test"]),
    ):
        async with box.state.db.transaction(CAST.workspace) as tx:
            written = await conversations.write(tx, actor, conversation, given, box.state.channels)
        assert written.message.meta.get("cc") == copies


async def test_an_answer_leaves_from_the_address_one_chooses(box: Box, dsn: str) -> None:
    settings = {"aliases": ["sales@desk.test"], "signature": ["Desk, {address}"]}
    async with box.state.db.transaction(CAST.workspace) as tx:
        change = inboxes.AccountChange(settings=settings)
        await inboxes.change_account(tx, agent(), box.state.channels, box.row.id, change)
    await box.hears(mail("1", "Where is it?"))
    conversation = (await threads_of(box.state))["Where is it?"]
    given = Given(text="It left today.", sender="sales@desk.test")
    async with box.state.db.transaction(CAST.workspace) as tx:
        await conversations.write(tx, agent(), conversation, given, box.state.channels)
    async with working(box.state, dsn):
        raw = await caught(box.state)
    ours = message_from_bytes(raw, policy=policy.default)
    assert ours["From"].addresses[0].addr_spec == "sales@desk.test"
    (answers,) = ours["Reply-To"].addresses
    assert answers.addr_spec == threads.reply_address(conversation, box.opened)
    body = ours.get_body(("plain",))
    assert body is not None
    assert "\n-- \nDesk, sales@desk.test\n" in body.get_content().replace("\r\n", "\n")
