"""A webhook, read: every entry, every change, every message and status of it."""

from collections.abc import Sequence
from functools import partial

import msgspec

from hilo.connectors._graph import batches
from hilo.connectors.whatsapp import notices, people, said, wire
from hilo.connectors.whatsapp.ways import VERDICTS
from hilo.sdk import payloads
from hilo.sdk.account import Account
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    ContactChanged,
    DeletedIn,
    EchoIn,
    EditedIn,
    Elsewhere,
    IdentityChanged,
    Inbound,
    MessageIn,
    ReactionIn,
    ReceiptState,
    StatusIn,
    Tracked,
    Unknown,
    Unread,
)
from hilo.sdk.outbound import tracked

OBJECT = "whatsapp_business_account"
_STATES: dict[str, ReceiptState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_SILENT = {"ephemeral", "request_welcome"}
_DETAIL_CHARS = 300
_NO_MARKETING = "131050"  # the person has said no to the vendor
_VALUE = msgspec.json.Decoder(wire.Value)
_MESSAGE = msgspec.json.Decoder(wire.Message)
_STATUS = msgspec.json.Decoder(wire.Status)
_PREFERENCE = msgspec.json.Decoder(wire.Preference)
_ABOUT_PEOPLE = {"messages", "calls", "smb_message_echoes", "user_preferences"}


def read(body: bytes, account: Account) -> Sequence[Inbound]:
    """Return all that a body says. Raises MalformedPayload when it is no batch of this channel."""
    items: list[Inbound] = []
    for entry in batches.opened(body, OBJECT):
        for change in entry.all_changes:
            if change.field in _ABOUT_PEOPLE:
                say = partial(_value, field=change.field, account=account)
                items += batches.each(change.field, [change.value], _VALUE, say)
            else:
                items += notices.read(change)
    return _once(items)


def _value(value: wire.Value, field: str, account: Account) -> list[Inbound]:
    number = value.metadata.phone_number_id if value.metadata is not None else ""
    if not number:
        return [Unknown(kind=field, reason="no metadata: for none of our numbers")]
    if account.address and number != account.address:
        return [Elsewhere(address=number)]
    known = value.contacts or ()
    items = batches.each(
        "message", value.messages or (), _MESSAGE, lambda message: _message(message, known)
    )
    items += batches.each(
        "status", value.statuses or (), _STATUS, lambda status: _status(status, known)
    )
    items += batches.each(
        "echo", value.message_echoes or (), _MESSAGE, lambda message: _echo(message, known)
    )
    items += batches.each(
        "preference", value.user_preferences or (), _PREFERENCE, lambda each: _consent(each, known)
    )
    items += [Unknown(kind="call", reason="calls are not taken yet") for _ in value.calls or ()]
    items += [
        AccountIn(kind=f"error.{each.code}", detail=each.detail[:_DETAIL_CHARS])
        for each in value.errors or ()
    ]
    return items


def _once(items: list[Inbound]) -> list[Inbound]:
    """Hand a delivery on once, however many of its entries are another account's."""
    seen: set[str] = set()
    kept: list[Inbound] = []
    for item in items:
        if isinstance(item, Elsewhere):
            if item.address in seen:
                continue
            seen.add(item.address)
        kept.append(item)
    return kept


def _message(message: wire.Message, known: Sequence[wire.Known]) -> list[Inbound]:
    if message.group_id or message.type in _SILENT:
        return [Unknown(kind="group" if message.group_id else message.type)]
    who = people.sender(message.sender, message.sender_bsuid, message.sender_parent, known)
    at = payloads.moment(message.timestamp)
    if message.type == "system":
        return _system(message, known)
    if message.type in {"edit", "revoke"}:
        return _change(message)
    if not who.identities or not message.id:
        # Somebody has said something, and nobody knows who: it waits until somebody has looked.
        lacking = "from" if message.id else "id"
        kind, detail = f"message.{message.type}", "without id or sender"
        return [Unread(kind=kind, detail=detail, reason="field-missing", field=lacking)]
    match message:
        case wire.Message(type="reaction", reaction=wire.Reaction(message_id=target, emoji=emoji)):
            return [ReactionIn(sender=who, external_id=target, emoji=emoji or "", at=at)]
        case _:
            what = said.read(message)
            return [
                MessageIn(
                    external_id=message.id,
                    sender=who,
                    text=what.text,
                    content=what.content,
                    files=what.files,
                    at=at,
                    reply_to=message.context.id if message.context is not None else None,
                    referral=said.referral(message.referral),
                    stamp=said.stamp(message),
                )
            ]


def _change(message: wire.Message) -> list[Inbound]:
    """Return an edit or a revocation, of a person's message or of our own."""
    at = payloads.moment(message.timestamp)
    edit, revoke = message.edit, message.revoke
    if edit is not None and edit.message is not None and edit.original_message_id:
        what = said.read(edit.message)
        target = edit.original_message_id
        return [EditedIn(external_id=target, text=what.text, content=what.content, at=at)]
    if revoke is not None and revoke.original_message_id:
        return [DeletedIn(external_id=revoke.original_message_id, at=at)]
    return [Unknown(kind=f"message.{message.type}", reason="does not say of which message")]


def _system(message: wire.Message, known: Sequence[wire.Known]) -> list[Inbound]:
    system = message.system or wire.System()
    at = payloads.moment(message.timestamp)
    old = people.identities(message.sender, message.sender_bsuid)
    if system.type == "customer_identity_changed" and old:
        who = people.sender(message.sender, message.sender_bsuid, None, known)
        return [Tracked(sender=who, name="security_code_changed", at=at)]
    new = people.identities(system.wa_id, system.bsuid, system.parent_bsuid)
    if old and new:
        who = people.sender(None, None, None, known if len(known) == 1 else ())
        sender = msgspec.structs.replace(who, identities=new)
        # Of two ids the one that was replaced: a new id alone takes no number away.
        alike = [each for each in old if each.kind == new[0].kind] or old
        return [IdentityChanged(old=alike[0], new=sender, at=at)]
    return [Unknown(kind=f"system.{system.type}", reason=(system.body or "")[:_DETAIL_CHARS])]


def _status(status: wire.Status, known: Sequence[wire.Known]) -> list[Inbound]:
    state = _STATES.get(status.status)
    if status.type == "call" or status.recipient_type == "group" or state is None:
        return [Unknown(kind=f"status.{status.type or status.status}"[:100])]
    if not status.id:
        return [Unknown(kind="status", reason="without id")]
    ours = tracked(status.tracker)
    trouble = status.errors[0] if status.errors else None
    items: list[Inbound] = [
        StatusIn(
            state=state,
            external_id=status.id,
            message=ours[0] if ours else None,
            part=ours[1] if ours else None,
            at=payloads.moment(status.timestamp),
            error=trouble.detail[:_DETAIL_CHARS] if trouble else "",
            vendor_code=str(trouble.code) if trouble else "",
            reason=VERDICTS.why(str(trouble.code)) if trouble else "",
        )
    ]
    if trouble is not None and str(trouble.code) == _NO_MARKETING:
        who = people.sender(status.recipient_id, status.recipient_bsuid, None, known)
        if who.identities:
            at = payloads.moment(status.timestamp)
            items.append(ConsentIn(sender=who, is_given=False, topic="marketing", at=at))
    if state == "sent" and status.recipient_bsuid and status.recipient_id:
        # The first time both ids of somebody we wrote to stand side by side.
        parent = status.recipient_parent
        who = people.sender(status.recipient_id, status.recipient_bsuid, parent, known)
        items.append(ContactChanged(sender=who))
    return items


def _echo(message: wire.Message, known: Sequence[wire.Known]) -> list[Inbound]:
    if message.type in {"edit", "revoke"}:
        return _change(message)
    to = people.sender(message.to, message.to_bsuid, message.to_parent, known)
    if not to.identities or not message.id:
        return [Unknown(kind=f"echo.{message.type}")]
    if message.type == "reaction" and message.reaction is not None:
        mark, at = message.reaction, payloads.moment(message.timestamp)
        target, emoji = mark.message_id, mark.emoji or ""
        return [ReactionIn(sender=to, external_id=target, emoji=emoji, at=at, is_ours=True)]
    what = said.read(message)
    return [
        EchoIn(
            external_id=message.id,
            to=to,
            text=what.text,
            content=what.content,
            files=what.files,
            reply_to=message.context.id if message.context is not None else None,
            at=payloads.moment(message.timestamp),
            written_with="phone",
        )
    ]


def _consent(given: wire.Preference, known: Sequence[wire.Known]) -> list[Inbound]:
    who = people.sender(given.wa_id, given.bsuid, None, known)
    if not who.identities or given.value not in {"stop", "resume", "signup"}:
        return [Unknown(kind=f"preference.{given.value}"[:100])]
    return [
        ConsentIn(
            sender=who,
            is_given=given.value != "stop",
            topic="marketing",
            at=payloads.moment(given.timestamp),
        )
    ]
