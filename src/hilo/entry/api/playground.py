"""The Playground's mail client: `/playground/mail`. One acts as the customer, on this machine only.

What the customer sends goes by real SMTP to our own listener; what the customer got is what the
built-in catcher kept.
"""

import email.policy
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import formatdate
from typing import Annotated
from uuid import UUID

import aiosmtplib
import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from hilo.domain.inboxes import catcher
from hilo.domain.inboxes.catcher import Caught
from hilo.entry.api.forms import NO_TRANSACTION, Acting, Body, Cursor, Email, Limit, Open, Shared
from hilo.kit.errors import Unavailable, invalid
from hilo.kit.ids import new_id
from hilo.kit.page import Page, decode_cursor, page

Line = Annotated[str, msgspec.Meta(max_length=500)]
Text = Annotated[str, msgspec.Meta(max_length=100_000)]
Address = Annotated[str | None, QueryParameter(max_length=320, description="Of the customer.")]


class PlayMail(Struct, frozen=True, kw_only=True):
    """A mail the customer got. references: its thread, oldest first."""

    id: UUID
    mail_from: str
    to: Sequence[str]
    subject: str
    text: str
    html: str
    message_id: str
    references: Sequence[str]
    at: datetime


class NewPlayMail(Body, frozen=True, kw_only=True):
    """A mail from the customer. in_reply_to and references: of the mail it answers."""

    sender: Email = msgspec.field(name="from")
    to: Email
    name: Line = ""
    subject: Line = ""
    text: Text = ""
    in_reply_to: Line = ""
    references: Annotated[list[Line], msgspec.Meta(max_length=50)] = msgspec.field(
        default_factory=list
    )


class PlayMailSent(Struct, frozen=True):
    """The mail was taken by the listener."""

    message_id: str


@get("/playground/mail", tags=["playground"])
async def list_mail(
    actor: Acting, tx: Open, address: Address = None, cursor: Cursor = None, limit: Limit = 25
) -> Page[PlayMail]:
    """List what the built-in catcher kept, the newest first.

    Letters to agents (a new password, an invitation) only for who may reset that agent's password.
    """
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    found = await catcher.list_caught(
        tx,
        actor,
        address=address,
        before=before if isinstance(before, UUID) else None,
        most=limit + 1,
    )
    last = found[:limit][-1].id if found else None
    return page([_shown(each) for each in found], limit, last)


@post("/playground/mail", tags=["playground"], opt=NO_TRANSACTION)
async def send_mail(data: JSONBody[NewPlayMail], actor: Acting, app_state: Shared) -> PlayMailSent:
    """Write to us as the customer would: by SMTP, to the listener of this machine."""
    actor.must("conversation:reply")
    mail = _written(data)
    config = app_state.config
    try:
        await aiosmtplib.send(
            mail,
            sender=data.sender,
            recipients=[data.to],
            hostname=config.host,
            port=config.smtp_port,
            use_tls=False,
            start_tls=False,
            timeout=15,
        )
    except aiosmtplib.SMTPRecipientsRefused:
        raise invalid("to", "no-mailbox", "no mailbox of this installation") from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Unavailable(f"the mail listener did not take it: {error}") from error
    return PlayMailSent(str(mail["Message-ID"]))


def _written(data: NewPlayMail) -> EmailMessage:
    mail = EmailMessage()
    fields = {
        "From": f'"{data.name}" <{data.sender}>' if data.name else data.sender,
        "To": data.to,
        "Subject": data.subject,
        "Date": formatdate(usegmt=True),
        "Message-ID": f"<{new_id().hex}@playground.localhost>",
        "In-Reply-To": data.in_reply_to,
        "References": " ".join([*data.references, data.in_reply_to]).strip(),
    }
    for name, value in fields.items():
        try:
            if value:
                mail[name] = value
        except (ValueError, IndexError):
            raise invalid(_FIELD.get(name, "text"), "header", "cannot stand in a mail") from None
    mail.set_content(data.text)
    return mail


_FIELD = {
    "From": "from",
    "To": "to",
    "Subject": "subject",
    "In-Reply-To": "in_reply_to",
    "References": "references",
}


def _shown(caught: Caught) -> PlayMail:
    mail = message_from_bytes(caught.raw, _class=EmailMessage, policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return PlayMail(
        id=caught.id,
        mail_from=str(mail.get("from", caught.mail_from)),
        to=caught.rcpt_to,
        subject=caught.subject,
        text="" if plain is None else str(plain.get_content()),
        html="" if html is None else str(html.get_content()),
        message_id=str(mail.get("message-id", "")),
        references=str(mail.get("references", "")).split(),
        at=caught.at,
    )


ROUTES = [list_mail, send_mail]
