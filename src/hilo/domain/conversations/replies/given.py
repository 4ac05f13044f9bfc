"""What an agent writes, before it is decided how it leaves."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hilo.domain.conversations.models import SEQ_MOST
from hilo.domain.conversations.replies import markup
from hilo.kit.errors import invalid
from hilo.kit.text import clean
from hilo.sdk.content import Carousel, Choices, People, Place, Template, Voice

UNDO_MOST_S = 30
Outgoing = Place | People | Choices | Carousel | Template | Voice
_TEXT_CHARS = 100_000
_CLIENT_ID_CHARS = 100
_COPIES = 50
_SUBJECT_CHARS = 500
_PEAKS, _PEAK_MOST = 64, 100


class Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent writes.

    client_id: the client's own name for it; the same name is the same message, for ever.
    html: beside text; a picture in it is `<img src="cid:{id}">` of one of the attachments.
    undo_s: 0-30, how long it can be withdrawn. if_last_seq: the newest place the writer has seen.
    inbox_id: by which inbox it leaves; None = the way the contact wrote last. account_id,
    identity_id: more exactly, as one of the conversation's ways. sender: which of the account's
    addresses it leaves from, as its way lists them; None = the one the contact wrote to, else the
    account's own. content: what it holds beside text; what its channel cannot show is sent as text.
    cc: who gets a copy; None = everybody who was on the mail that is answered. in_public: below the
    comment that is answered, for all to read; else the contact alone reads the answer.
    """

    kind: Literal["reply", "note"] = "reply"
    text: str = ""
    html: str | None = None
    attachments: Sequence[UUID] = ()
    inbox_id: UUID | None = None
    account_id: UUID | None = None
    identity_id: UUID | None = None
    client_id: str | None = None
    undo_s: int = 0
    if_last_seq: Annotated[int, Meta(ge=0, le=SEQ_MOST)] | None = None
    reply_to: UUID | None = None
    subject: str | None = None
    cc: Sequence[str] | None = None
    bcc: Sequence[str] = ()
    content: Outgoing | None = None
    in_public: bool = False
    sender: str | None = None


def check(given: Given) -> None:
    """Refuse what no channel would take. Raises: Invalid."""
    if not 0 <= given.undo_s <= UNDO_MOST_S:
        raise invalid("undo_s", "out-of-range", f"must be from 0 to {UNDO_MOST_S}")
    if given.client_id is not None and not 1 <= len(given.client_id) <= _CLIENT_ID_CHARS:
        raise invalid("client_id", "length", f"must have 1 to {_CLIENT_ID_CHARS} characters")
    if given.client_id is not None and clean(given.client_id) != given.client_id:
        raise invalid("client_id", "format", "must not contain control characters")
    if len(given.text) > _TEXT_CHARS or len(given.html or "") > _TEXT_CHARS:
        field = "text" if len(given.text) > _TEXT_CHARS else "html"
        raise invalid(field, "length", f"must have at most {_TEXT_CHARS} characters")
    if len(given.cc or ()) + len(given.bcc) > _COPIES:
        raise invalid("cc", "too-many", f"must be at most {_COPIES} with bcc")
    if given.subject is not None and len(given.subject) > _SUBJECT_CHARS:
        raise invalid("subject", "length", f"must have at most {_SUBJECT_CHARS} characters")
    if isinstance(given.content, Voice):
        _check_voice(given, given.content)


def _check_voice(given: Given, voice: Voice) -> None:
    if given.text.strip() or given.html is not None or len(given.attachments) != 1:
        raise invalid("content", "voice-alone", "a voice note is one sound without text")
    if len(voice.peaks) > _PEAKS or not all(0 <= each <= _PEAK_MOST for each in voice.peaks):
        message = f"must be at most {_PEAKS} numbers from 0 to {_PEAK_MOST}"
        raise invalid("content.peaks", "out-of-range", message)


def content(given: Given, *, keeps_html: bool) -> tuple[str, str | None]:
    """Return text and HTML as stored. Raises: Invalid when there is nothing to send."""
    text, html = clean(given.text), None
    if given.html is not None:
        html = markup.sanitised(clean(given.html))
        text = text if text.strip() else markup.as_text(html)
    if not text.strip() and not given.attachments and given.content is None:
        raise invalid("text", "required", "must not be empty without an attachment")
    return text, html if keeps_html else None


def file_ids(given: Given) -> Sequence[UUID]:
    """Return the files of the reply, the one of a template's header first."""
    header = given.content.header if isinstance(given.content, Template) else None
    if header is None or header in given.attachments:
        return given.attachments
    return [header, *given.attachments]


def file_fields(given: Given) -> Sequence[str]:
    """Return what the reply calls each of its files, in the order of `file_ids`."""
    named = [f"attachments.{place}" for place in range(len(given.attachments))]
    return named if len(file_ids(given)) == len(named) else ["content.header", *named]
