"""Mail at intake: threads, windows, two inboxes, and what is not a message.

conformance  test
E-08         test_a_mail_to_two_inboxes_is_a_conversation_in_each
"""

from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cast import CAST
from hilo.domain import inboxes, people
from hilo.domain.conversations.incoming.intake import Intake
from hilo.domain.inboxes import InboxChange, NewDelivery
from hilo.domain.inboxes.deliveries import PendingAccount, store
from hilo.entry.state import AppState
from hilo.kit.db import Database
from hilo.kit.ids import new_id
from path import rows, state_on, value

ACTOR = people.system(CAST.workspace)


@pytest.fixture
async def state(db: Database, tmp_path: Path) -> AppState:
    return state_on(db, tmp_path)


async def a_mailbox(state: AppState, address: str) -> UUID:
    async with state.db.transaction(CAST.workspace) as tx:
        inbox = await inboxes.create_inbox(tx, ACTOR, InboxChange(name=address))
        given = ("email", "", {"address": address})
        account = await inboxes.create_account(tx, ACTOR, state.channels, inbox.id, given)
    return account.id


def a_mail(
    subject: str = "Parcel", *, id_: str | None = None, refs: str = "", **more: str
) -> bytes:
    mail = EmailMessage()
    mail["From"] = more.get("sender", "Dora <dora@x.test>")
    mail["To"] = "help@desk.test, sales@desk.test"
    mail["Subject"] = subject
    mail["Message-ID"] = id_ or f"<{uuid4()}@x.test>"
    if refs:
        mail["In-Reply-To"] = refs.rpartition(" ")[2]
        mail["References"] = refs
    mail.set_content(more.get("text", "Where is it?"))
    return mail.as_bytes()


async def hears(state: AppState, account: UUID, *mails: bytes) -> None:
    headers = {"mail-from": "dora@x.test", "rcpt-to": "help@desk.test"}
    given = [
        NewDelivery(CAST.workspace, new_id(), account, "mail", headers, mail, str(uuid4()))
        for mail in mails
    ]
    await store(state.db, given)
    intake = Intake(state.db, state.channels, state.files)
    while await intake.serve(PendingAccount(CAST.workspace, account)):
        pass


async def conversations(state: AppState) -> list[tuple[str, int]]:
    return await rows(state.db, "select subject, last_seq from conversation order by number")


async def test_answers_join_their_thread_and_a_new_mail_opens_one(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    await hears(state, help_, a_mail(id_="<a@x.test>"))
    await hears(state, help_, a_mail("Re: Parcel", id_="<b@x.test>", refs="<a@x.test>"))
    await hears(state, help_, a_mail("RE: Parcel", refs="<a@x.test> <b@x.test>"))
    await hears(state, help_, a_mail("Parcel"))
    assert await conversations(state) == [("Parcel", 3), ("Parcel", 1)]
    assert await value(state.db, "select count(distinct contact_id) from conversation") == 1


async def test_an_answer_in_the_same_batch_joins_too(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    first = a_mail(id_="<a@x.test>")
    second = a_mail("Re: Parcel", id_="<b@x.test>", refs="<a@x.test>")
    third = a_mail("Re: Parcel", refs="<b@x.test>", sender="Eve <eve@x.test>")
    await hears(state, help_, first, second, third)
    assert await conversations(state) == [("Parcel", 3)]
    assert await value(state.db, "select count(distinct author_id) from message") == 2


def bare_answer(id_: str, to: str, sender: str = "Dora <dora@x.test>") -> bytes:
    """Return an answer that names one mail only, as some programs write them."""
    mail = a_mail("Re: Parcel", id_=id_, refs=to, sender=sender)
    return mail.replace(f"References: {to}\n".encode(), b"")


async def test_a_mail_that_its_answer_overtook_joins_it(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    sales = await a_mailbox(state, "sales@desk.test")
    third = bare_answer("<c@x.test>", "<b@x.test>")
    second = bare_answer("<b@x.test>", "<a@x.test>")
    first = a_mail(id_="<a@x.test>")
    for mail in (third, second, first):
        await hears(state, help_, mail)
    assert await conversations(state) == [("Re: Parcel", 3)]
    named = "select count(*) from thread_ref where message_id is null"
    assert await value(state.db, named) == 0
    await hears(state, sales, bare_answer("<e@x.test>", "<d@x.test>"))
    await hears(state, help_, bare_answer("<e@x.test>", "<d@x.test>"))
    assert [count for _, count in await conversations(state)] == [3, 1, 1]


async def test_answers_to_a_mail_nobody_has_seen_meet_in_one_batch(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    third, second = bare_answer("<c@x.test>", "<b@x.test>"), bare_answer("<b@x.test>", "<a@x.test>")
    await hears(state, help_, third, second, a_mail(id_="<a@x.test>"))
    assert [count for _, count in await conversations(state)] == [3]


async def test_a_mail_to_two_inboxes_is_a_conversation_in_each(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    sales = await a_mailbox(state, "sales@desk.test")
    first = a_mail(id_="<a@x.test>")
    second = a_mail("Re: Parcel", id_="<b@x.test>", refs="<a@x.test>")
    for mail in (first, second):
        await hears(state, help_, mail)
        await hears(state, sales, mail)
    assert await conversations(state) == [("Parcel", 2), ("Parcel", 2)]


async def test_an_answer_to_another_inbox_stays_in_its_thread(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    sales = await a_mailbox(state, "sales@desk.test")
    await hears(state, help_, a_mail(id_="<a@x.test>"))
    await hears(state, sales, a_mail("Re: Parcel", refs="<a@x.test>"))
    assert await conversations(state) == [("Parcel", 2)]


async def test_an_old_thread_begins_anew_and_goes_on_there(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    await hears(state, help_, a_mail(id_="<a@x.test>"))
    async with state.db.transaction(CAST.workspace) as tx:
        await tx.connection.execute(
            "update conversation set status = 'resolved', resolved_at = now() - interval '30 days'"
        )
    await hears(state, help_, a_mail("Re: Parcel", id_="<b@x.test>", refs="<a@x.test>"))
    await hears(state, help_, a_mail("Re: Parcel", refs="<a@x.test> <b@x.test>"))
    assert await conversations(state) == [("Parcel", 1), ("Re: Parcel", 2)]


async def test_the_same_mail_through_an_alias_is_one_message(state: AppState) -> None:
    help_ = await a_mailbox(state, "help@desk.test")
    mail = a_mail(id_="<a@x.test>")
    await hears(state, help_, mail, b"Received: by relay\r\n" + mail)
    assert await conversations(state) == [("Parcel", 1)]
