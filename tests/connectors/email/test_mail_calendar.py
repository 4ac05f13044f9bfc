"""Invitations: what the card says, and the answer calendars understand."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from msgspec import structs

import contract
from hilo.connectors.email import CONNECTOR, calendar, compose
from hilo.connectors.email.testing import ACCOUNT
from hilo.kit.errors import Invalid
from hilo.sdk.outbound import FileOut, Recipient
from letters import INVITE, invite, message

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("attached", [True, False])
def test_an_invitation_is_shown_and_kept_as_a_file(*, attached: bool) -> None:
    item = message(invite(attached=attached))
    assert item.text == "Please come."
    assert item.stamp["invitation"] == {
        "method": "request",
        "uid": "abc-1@client.test",
        "title": "Visit, second floor; bring plates",
        "place": "Calle Mayor 1",
        "start": "2026-11-24T10:00:00+01:00",
        "end": "2026-11-24T11:30:00+01:00",
        "organiser": "Reyes, Carol <boss@client.test>",
    }
    assert [file.name for file in item.files] == ["invite.ics"]


@pytest.mark.parametrize(
    ("damage", "fact"),
    [
        (INVITE.replace("METHOD:REQUEST", "METHOD:CANCEL"), {"cancelled": True}),
        (
            INVITE.replace(';TZID="Europe/Madrid":20261124T100000', ";VALUE=DATE:20261124"),
            {"start": "2026-11-24"},
        ),
        (INVITE.replace('TZID="Europe/Madrid"', "TZID=My own"), {"start": "2026-11-24T10:00:00"}),
        (INVITE.replace("20261124T100000", "20261399T990000Z"), {"uid": "abc-1@client.test"}),
    ],
)
def test_odd_invitations_are_read_as_far_as_they_go(damage: str, fact: dict[str, object]) -> None:
    found = calendar.read(damage)
    assert found is not None
    assert fact.items() <= found.items()


@pytest.mark.parametrize("text", ["", "BEGIN:VCALENDAR", INVITE.replace("UID", "X-UID"), "\0" * 99])
def test_what_names_no_event_is_a_file_only(text: str) -> None:
    assert calendar.read(text) is None


def test_the_answer_leaves_as_a_reply_for_the_organisers_calendar() -> None:
    made = CONNECTOR.answer(
        INVITE.encode(), "accepted", {"sender": "carol@client.test"}, ACCOUNT, NOW
    )
    text = made.content.decode()
    assert made.copies == ["boss@client.test"]
    for line in (
        "METHOD:REPLY", "UID:abc-1@client.test", "SEQUENCE:2", "DTSTAMP:20261122T100000Z",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:help+x@desk.test",
    ):  # fmt: skip
        assert f"\r\n{line}\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    file = FileOut(
        id=UUID(int=5), name=made.name, media_type="text/plain", size_bytes=len(made.content),
        url="https://desk.test/x", content=made.content,
    )  # fmt: skip
    to = Recipient(kind="email", value="carol@client.test")
    out = structs.replace(contract.OUT, to=to, files=[file])
    sent = message_from_bytes(compose.compose(out, ACCOUNT), policy=policy.default)
    (part,) = [each for each in sent.walk() if each.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REPLY"
    assert part.get_payload(decode=True) == made.content


def test_nobody_to_answer_is_said() -> None:
    bare = INVITE.replace("ORGANIZER", "X-ORGANIZER").encode()
    with pytest.raises(Invalid, match="answer"):
        CONNECTOR.answer(bare, "declined", {}, ACCOUNT, NOW)
