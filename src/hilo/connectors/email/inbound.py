"""A delivered mail as inbound items: the one place where the parts of this folder meet."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hilo.connectors.email import (
    authenticity,
    automatic,
    bounces,
    calendar,
    markup,
    quoting,
    threads,
)
from hilo.connectors.email.clean import clean, normal_id
from hilo.connectors.email.compose import paragraphs
from hilo.connectors.email.headers import Address, Headers, addresses_of, spelled
from hilo.connectors.email.mime import Mail, Piece, take_apart
from hilo.connectors.email.sender import ours
from hilo.connectors.email.tnef import unpack
from hilo.kit.errors import LeftBehind
from hilo.kit.text import clean as clean_text
from hilo.sdk.account import Account, Delivery
from hilo.sdk.inbound import FileIn, IdentityIn, Inbound, MessageIn, SenderIn, Unknown

_CLOCK_SKEW: Final = timedelta(minutes=5)
_STUB_SHARE: Final = 12  # a plain part shorter than a twelfth of the HTML's text is a stub
_STUB_FROM: Final = 300
_STUB_MOST: Final = 400
_MOST_COPIES: Final = 100
_NAME_CHARS: Final = 200


class Body(Struct, frozen=True, kw_only=True):
    """What is to be read of a mail."""

    text: str
    html: str | None
    quoted: str | None


def read(delivery: Delivery, account: Account) -> Sequence[Inbound]:
    """Return what a mail means. Raises MalformedPayload when it cannot be taken apart."""
    if "left" in delivery.headers:
        raise LeftBehind(_left(delivery.headers))
    mail = take_apart(delivery.body)
    headers = mail.headers
    envelope = delivery.headers.get("mail-from")
    sender, warnings = _sender(headers, envelope, account)
    known = sender.value if sender is not None else ""
    own = headers.ids("message-id")
    if own and threads.our_message(own[0], account) is not None:
        return [Unknown(kind="own-mail", reason="our own mail came back")]
    if bounces.looks_like(headers, known) or bounces.returns_ours(mail, delivery.body, account):
        reports, named = bounces.read(mail), bounces.named_messages(mail, delivery.body, account)
        if reports and named:
            return bounces.statuses(reports, named, mail)
        if sender is None:
            return [Unknown(kind="bounce", reason=_said(reports, headers))]
    if sender is None:
        return [Unknown(kind="no-sender", reason=headers.text("from")[:_NAME_CHARS])]
    doubts = authenticity.warnings(mail.root, delivery, account, known)
    signer = "" if doubts else authenticity.vouched(mail.root, delivery, account, known)
    made = _message(mail, delivery, account, sender, [*warnings, *doubts])
    return [replace(made, stamp={**made.stamp, "signed_by": signer}) if signer else made]


def _left(facts: Mapping[str, str]) -> str:
    place = f"mail {facts.get('uid', '')} of the folder {facts.get('folder', '')}"
    if facts["left"] == "unreadable":
        return f"{place}: the mail server cannot give it"
    size = int(facts.get("left-bytes", "0"))
    return f"{place}: {size / 1_000_000:.1f} MB, over the account's limit imap_most_mb"


def _message(
    mail: Mail,
    delivery: Delivery,
    account: Account,
    sender: Address,
    warnings: Sequence[str],
) -> MessageIn:
    headers = mail.headers
    pieces = _unpacked(mail.pieces)
    parts = _hashed(mail)
    own, made_up = threads.own_id(headers, threads.fingerprint(headers, parts))
    subject = clean_text(headers.text("subject"))
    body = body_of(mail, pieces)
    why = automatic.reason(headers, sender.value, delivery.headers.get("mail-from"))
    if threads.plain_address(sender.value) in ours(account):
        why = why or "own-address"
    refers = threads.references(headers)
    return MessageIn(
        external_id=own if made_up else f"{own}#{threads.body_hash(parts)}",
        sender=SenderIn(
            identities=[IdentityIn(kind="email", value=sender.value)],
            name=clean_text(sender.name)[:_NAME_CHARS],
        ),
        text=body.text,
        html=body.html,
        quoted=body.quoted,
        subject=subject,
        at=_at(headers, delivery),
        files=_files(pieces, body.html or ""),
        ref=own,
        thread=refers,
        thread_root=threads.root(headers, own),
        conversation=threads.conversation_of(_ours(headers, delivery), account),
        number=threads.number_in(subject),
        automatic=bool(why),
        stamp=_stamp(mail, account, sender, why, warnings) | _invitation(pieces),
    )


def _invitation(pieces: Sequence[Piece]) -> dict[str, object]:
    found = calendar.invitation(pieces)
    return {} if found is None else {"invitation": found}


def _sender(
    headers: Headers, envelope: str | None, account: Account
) -> tuple[Address | None, list[str]]:
    # From; else Reply-To, Sender or the envelope. Reply-To where it is one person, no list, not us.
    known = ours(account)
    answers = [
        each
        for each in headers.addresses("reply-to")
        if threads.plain_address(each.value) not in known and not headers.has("list-id")
    ]
    written = next(iter(headers.addresses("from")), None)
    if written is None:
        others = [*answers, *headers.addresses("sender"), *addresses_of(envelope or "")]
        return next(iter(others), None), []
    if len(answers) != 1 or answers[0].value == written.value:
        return written, []
    return Address(answers[0].name or written.name, answers[0].value), ["reply-to-differs"]


def _ours(headers: Headers, delivery: Delivery) -> Sequence[str]:
    named = [
        each.value
        for name in ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
        for each in headers.addresses(name)
    ]
    return [*(each.strip() for each in delivery.headers.get("rcpt-to", "").split(",")), *named]


def _stamp(
    mail: Mail, account: Account, sender: Address, why: str, warnings: Sequence[str]
) -> dict[str, object]:
    headers = mail.headers
    known = ours(account)
    stamp: dict[str, object] = {
        "message_id": (headers.ids("message-id") or [""])[0],
        "sender": sender.value,
    }
    for name in ("to", "cc"):
        stamp[name] = [
            spelled(each)
            for each in headers.addresses(name)[:_MOST_COPIES]
            if name == "to" or threads.plain_address(each.value) not in known
        ]
    written = headers.addresses("from")
    if written and written[0].value != sender.value:
        stamp["from"] = spelled(written[0])
    stamp["automatic"] = why
    stamp["warnings"] = list(dict.fromkeys(warnings))
    stamp["seals"] = list(mail.seals)
    return {name: value for name, value in stamp.items() if value}


def _at(headers: Headers, delivery: Delivery) -> datetime:
    # A clock that is ahead would put the mail below everything said since.
    written = headers.moment("date")
    if written is None or written > delivery.received_at + _CLOCK_SKEW:
        return delivery.received_at
    return written


def body_of(mail: Mail, pieces: Sequence[Piece]) -> Body:
    """Return the readable body: plain text always, HTML where the mail has it, quotes apart."""
    plain = [each.text for each in mail.segments if each.text is not None]
    htmls = [each.html for each in mail.segments if each.html is not None]
    if not htmls:
        halves = quoting.split("\n".join(plain))
        return Body(text=halves.new, html=None, quoted=halves.folded or None)
    safe = clean("\n".join(map(_as_html, mail.segments)), _locations(pieces))
    cut = markup.cut(safe)
    spoken = "\n".join(each.text for each in mail.segments if each.text is not None)
    if len(plain) < len(mail.segments) or _is_stub(spoken, safe):
        halves = quoting.split(markup.text_of(cut.new))
        rest = (halves.folded, markup.text_of(cut.folded) if cut.folded else "")
        folded = "\n\n".join(filter(None, rest))
    else:
        halves = quoting.split(spoken)
        folded = halves.folded
        if not folded and cut.folded:
            cut = markup.Cut(safe)  # the plain text says all of it is new: believe the safer one
        elif folded and not cut.folded and spoken.rstrip().endswith(folded):
            cut = markup.cut_at(safe, folded, halves.new)
    return Body(text=halves.new, html=cut.new or None, quoted=folded or None)


def _as_html(segment: object) -> str:
    html, text = getattr(segment, "html", None), getattr(segment, "text", None)
    return html if html is not None else paragraphs(text or "")


def _is_stub(spoken: str, safe: str) -> bool:
    bare = len(spoken.strip())
    if bare > _STUB_MOST:
        return False
    if bare and len(safe) < _STUB_FROM:
        return False
    seen = len(markup.text_of(safe))
    return not bare or (seen > _STUB_FROM and bare * _STUB_SHARE < seen)


def _hashed(mail: Mail) -> Sequence[bytes]:
    spoken = [(each.text or each.html or "").encode("utf-8", "replace") for each in mail.segments]
    return [*spoken, *(each.content for each in mail.pieces)]


def _unpacked(pieces: Sequence[Piece]) -> Sequence[Piece]:
    # winmail.dat holds what one mail program could not send as it should.
    found: list[Piece] = []
    for piece in pieces:
        is_packed = piece.media_type in {"application/ms-tnef", "application/vnd.ms-tnef"}
        inner = unpack(piece.content) if is_packed or piece.name == "winmail.dat" else ()
        found += inner or (piece,)
    return found


def _locations(pieces: Sequence[Piece]) -> dict[str, str]:
    return {each.location: _id_of(each) for each in pieces if each.location}


def _id_of(piece: Piece) -> str:
    return normal_id(piece.content_id) or normal_id(re.sub(r"\W+", "-", piece.location))


def _files(pieces: Sequence[Piece], html: str) -> Sequence[FileIn]:
    found = []
    for piece in pieces:
        content_id = _id_of(piece)
        found.append(
            FileIn(
                name=piece.name,
                media_type=piece.media_type,
                content=piece.content,
                inline=bool(
                    content_id
                    and piece.media_type.startswith("image/")
                    and f'src="cid:{content_id}"' in html
                ),
                content_id=content_id,
            )
        )
    return found


def _said(reports: Sequence[bounces.Report], headers: Headers) -> str:
    if reports:
        first = reports[0]
        return " ".join(filter(None, (first.action, first.status, first.recipient, first.text)))
    return headers.text("subject")[:_NAME_CHARS]
