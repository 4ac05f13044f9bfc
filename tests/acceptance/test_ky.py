"""Kayako: the journey beside the conversation."""

import httpx2

from desk import HELP, Desk
from played import Played
from steps import missing


def test_ky_1_a_shops_events_stand_between_the_messages() -> None:
    """In order, and they can be filtered."""
    missing("filters of the timeline")


def test_ky_2_a_collaborator_notes_and_cannot_answer() -> None:
    """Gets notes and mentions."""
    missing("collaborators and mentions")


def test_ky_3_one_condition_serves_five_places() -> None:
    """The same seven conversations in view, trigger, monitor, SLA and report."""
    missing("conditions")


def test_ky_4_begun_in_a_social_inbox_continued_by_mail(desk: Desk) -> None:
    """Same conversation and journey."""
    page = Played(desk, "messenger")
    who = "lucia@example.test"
    page.does(1, does="text", name="Lucía", text="My parcel is late.")
    (conversation,) = desk.wait(page.conversations, "the first message")
    contact = conversation["contact"]["id"]
    address = {"kind": "email", "value": who}
    added = desk.client.post(f"/contacts/{contact}/identities", json=address)
    assert added.status_code in {200, 201}, added.text

    # The agent goes on by mail, in the same conversation.
    inboxes = desk.get("/inboxes")["items"]
    mail = next(each for each in inboxes if any(one["address"] == HELP for one in each["accounts"]))
    path = f"/conversations/{conversation['id']}/messages"
    asked = {"kind": "reply", "text": "We write by mail from here.", "inbox_id": mail["id"]}
    said = desk.client.post(path, json=asked)
    assert said.status_code == httpx2.codes.CREATED, said.text
    got = desk.wait(lambda: desk.mail_to(who), "the mail at the contact's")
    assert "by mail from here" in desk.seen(got)

    # And so does the contact.
    desk.write_mail(who, str(got["Subject"]), "Thank you, I wait.", answers=got["Message-ID"])
    desk.wait(
        lambda: any("I wait" in each["text"] for each in desk.get(path)["items"]),
        "the contact's mail in the same conversation",
    )
    journey = desk.get(f"/contacts/{contact}/timeline")["items"]
    texts = [each["message"]["text"] for each in journey if each["type"] == "message"]
    assert [text.split()[0] for text in texts] == ["Thank", "We", "My"]
    channels = {each["channel"] for each in journey if each["type"] == "message"}
    assert channels == {"messenger", "email"}
    assert len(desk.get(f"/conversations?contact={contact}")["items"]) == 1


def test_ky_5_a_monitor_acts_within_a_minute_once() -> None:
    """Once per episode."""
    missing("rules by time")


def test_ky_6_an_organisation_of_twelve_shows_its_conversations() -> None:
    """All of them and the satisfaction, subject to rights."""
    missing("crm and surveys")
