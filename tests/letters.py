"""Short ways to write a mail and read it, for the tests of this channel."""

from collections.abc import Mapping
from datetime import UTC, datetime

from hilo.connectors.email import CONNECTOR
from hilo.connectors.email.testing import ACCOUNT
from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import Inbound, MessageIn

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PLAIN = {"From": "Carol <carol@client.test>", "To": "help@desk.test", "Subject": "Hello"}

INVITE = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Madrid
END:VTIMEZONE
BEGIN:VEVENT
UID:abc-1@client.test
SEQUENCE:2
DTSTART;TZID="Europe/Madrid":20261124T100000
DTEND;TZID=Europe/Madrid:20261124T113000
SUMMARY:Visit\\, second floor; bring plat
 es
LOCATION:Calle Mayor 1
ORGANIZER;CN="Reyes, Carol":mailto:boss@client.test
ATTENDEE;CN=Help;RSVP=TRUE:mailto:Help+x@desk.test
BEGIN:VALARM
DESCRIPTION:not this one
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def letter(
    text: str | bytes = "Hi", headers: Mapping[str, str | None] | None = None, *, bare: bool = False
) -> bytes:
    """Return a raw mail. headers: laid over ordinary ones, None removes one; bare: only these."""
    named = {**({} if bare else PLAIN | {"Message-ID": "<m1@client.test>"}), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value is not None)
    body = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body


def html(markup: str, plain: str | None = None) -> bytes:
    """Return a mail with an HTML part, and a plain one beside it when given."""
    if plain is None:
        return letter(markup, {"Content-Type": "text/html; charset=utf-8"})
    parts = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
    parts += f"--b\nContent-Type: text/html; charset=utf-8\n\n{markup}\n--b--\n"
    return letter(parts, {"Content-Type": 'multipart/alternative; boundary="b"'})


def parse(
    raw: bytes, facts: Mapping[str, str] | None = None, account: Account = ACCOUNT
) -> Inbound:
    """Return the one thing a mail means."""
    headers = {"rcpt-to": "help@desk.test", "mail-from": "carol@client.test", **(facts or {})}
    (item,) = CONNECTOR.parse(Delivery(body=raw, headers=headers, received_at=NOW), account)
    return item


def message(
    raw: bytes, facts: Mapping[str, str] | None = None, account: Account = ACCOUNT
) -> MessageIn:
    """Return the message a mail is."""
    item = parse(raw, facts, account)
    assert isinstance(item, MessageIn), item
    return item


def invite(*, attached: bool = False) -> bytes:
    """Return a mail that invites, as mail programs write it."""
    more = "; name=invite.ics\nContent-Disposition: attachment" if attached else "; method=REQUEST"
    parts = "--b\nContent-Type: text/plain\n\nPlease come.\n"
    parts += f"--b\nContent-Type: text/calendar; charset=utf-8{more}\n\n{INVITE}\n--b--\n"
    kind = "mixed" if attached else "alternative"
    return letter(parts, {"Content-Type": f"multipart/{kind}; boundary=b"})
