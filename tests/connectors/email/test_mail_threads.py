"""Which conversation a mail belongs to, and who may say so."""

from uuid import UUID

import pytest
from msgspec import structs

from hilo.connectors.email import threads
from hilo.connectors.email.headers import Headers
from hilo.connectors.email.testing import ACCOUNT
from letters import letter, message

MESSAGE = UUID("01a203e2-b99f-73ed-842d-ddf325e20c4b")
CONVERSATION = UUID("01a203e2-0d10-7c39-9b7c-7c5a2f2a1a11")
OWN = threads.message_id(MESSAGE, 1, ACCOUNT)
TOKEN = threads.reply_address(CONVERSATION, ACCOUNT) or ""
STRANGER = structs.replace(ACCOUNT, id=UUID(int=77))


def test_references_come_newest_first_and_once() -> None:
    raw = letter("Hi", {"In-Reply-To": "<c@x> <b@x>", "References": "<a@x>\r\n <b@x>\r\n\t<c@x>"})
    item = message(raw)
    assert list(item.thread) == ["<b@x>", "<c@x>", "<a@x>"]
    assert item.thread_root == "<a@x>"


def test_one_invalid_id_and_a_chain_of_three_hundred_spoil_nothing() -> None:
    chain = " ".join([*(f"<{n}@x>" for n in range(300)), "<broken", "<last@x>"])
    item = message(letter("Hi", {"References": chain}))
    assert item.thread[0] == "<last@x>"
    assert len(item.thread) == 200
    assert item.thread_root == "<0@x>"


def test_siblings_that_answer_a_mail_we_never_saw_share_a_root() -> None:
    one = message(letter("One", {"Message-ID": "<1@x>", "In-Reply-To": "<never@x>"}))
    two = message(letter("Two", {"Message-ID": "<2@x>", "References": "<never@x> <1@x>"}))
    assert one.thread_root == two.thread_root == "<never@x>"


def test_a_new_mail_is_its_own_root() -> None:
    assert message(letter("Hi")).thread_root == "<m1@client.test>"


def test_our_ids_are_known_and_guessed_ones_are_not() -> None:
    assert threads.our_message(OWN, ACCOUNT) == MESSAGE
    assert threads.our_message(OWN.upper(), ACCOUNT) == MESSAGE
    forged = OWN.replace(OWN.split(".")[2][:4], "0000")
    assert threads.our_message(forged, ACCOUNT) is None
    assert threads.our_message(OWN, STRANGER) is None
    assert threads.our_message("<other@x>", ACCOUNT) is None


def test_an_id_is_the_same_each_time() -> None:
    assert threads.message_id(MESSAGE, 1, ACCOUNT) == OWN
    assert threads.message_id(MESSAGE, 2, ACCOUNT) != OWN


@pytest.mark.parametrize("where", ["To", "Cc", "Delivered-To", "X-Original-To"])
def test_the_token_of_our_address_names_the_conversation(where: str) -> None:
    assert message(letter("Hi", {where: TOKEN})).conversation == CONVERSATION


def test_the_token_counts_in_the_envelope_alone_and_in_capitals() -> None:
    facts = {"rcpt-to": f"other@desk.test, {TOKEN.upper()}"}
    item = message(letter("Hi", {"To": "undisclosed-recipients:;"}), facts)
    assert item.conversation == CONVERSATION


@pytest.mark.parametrize(
    "address",
    [
        TOKEN.replace("+a", "+b", 1),
        TOKEN.replace("@", "a@", 1),
        "help+tag@desk.test",
        "help+" + "a" * 39 + "@desk.test",
        threads.reply_address(CONVERSATION, STRANGER) or "",
    ],
)
def test_a_damaged_or_foreign_token_means_nothing(address: str) -> None:
    assert message(letter("Hi", {"To": address})).conversation is None


def test_a_token_of_an_account_without_a_secret_means_nothing() -> None:
    bare = structs.replace(ACCOUNT, secrets={})
    assert threads.reply_address(CONVERSATION, bare) is None
    assert message(letter("Hi", {"To": TOKEN}), account=bare).conversation is None


def test_the_subject_offers_a_number_and_decides_nothing() -> None:
    item = message(letter("Hi", {"Subject": "Re: [#4471] Plates"}))
    assert item.number == 4471
    assert message(letter("Hi", {"Subject": "Re: #4471"})).number is None


def test_the_plus_part_is_not_another_address() -> None:
    assert threads.plain_address("Help+x+y@Desk.test") == "help@desk.test"


def test_ids_are_read_from_headers_written_badly() -> None:
    headers = Headers({"in-reply-to": ["a message of yours <a@x> from Monday"]})
    assert headers.ids("in-reply-to") == ["<a@x>"]
    assert Headers({"in-reply-to": ["a@x b@x"]}).ids("in-reply-to") == ["<a@x>", "<b@x>"]
    assert Headers({"in-reply-to": [""]}).ids("in-reply-to") == []
