"""Events and interactions, read. The contact is the channel, be it with one person or many."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from hilo.connectors.slack import wire, words
from hilo.connectors.slack.wire import Envelope, Event, Message
from hilo.kit.errors import MalformedPayload
from hilo.sdk import payloads
from hilo.sdk.content import Chosen, Strange
from hilo.sdk.inbound import (
    AccountIn,
    DeletedIn,
    EchoIn,
    EditedIn,
    Elsewhere,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReactionIn,
    SenderIn,
    Unknown,
)
from hilo.sdk.outbound import tracked

_ENVELOPE = msgspec.json.Decoder(Envelope)
_INTERACTION = msgspec.json.Decoder(wire.Interaction)
_SAYS = {"", "file_share", "thread_broadcast", "me_message", "bot_message"}
_ENDS = {"app_uninstalled", "tokens_revoked"}


class Desk(Struct, frozen=True):
    """What reading depends on. team: the workspace this account is of, where it is known."""

    team: str
    takes_channels: bool

    def is_foreign(self, team: str) -> bool:
        """Say whether a delivery is of another workspace. We keep addresses in small letters."""
        return bool(self.team and team) and team.lower() != self.team.lower()


def read(body: bytes, desk: Desk) -> Sequence[Inbound]:
    """Return what a delivery means. Raises MalformedPayload."""
    if body.startswith(b"payload="):
        return [_pressed(interaction(body), desk)]
    envelope = payloads.decoded(body, _ENVELOPE)
    event = envelope.event
    if envelope.type != "event_callback" or event is None:
        return [Unknown(kind=envelope.type[:100], reason="no event")]
    if desk.is_foreign(envelope.team_id):
        return [Elsewhere(address=envelope.team_id)]
    say = _KINDS.get(event.type)
    if say is None:
        return [Unknown(kind=event.type[:100], reason="a kind of event that Hilo does not use")]
    if not desk.takes_channels and event.type == "message" and event.channel_type != "im":
        return [Unknown(kind="message in a channel", reason="channels are turned off here")]
    return say(event, envelope)


def event_of(body: bytes) -> Envelope | None:
    """Return the envelope of a delivery, if it is one."""
    try:
        return payloads.decoded(body, _ENVELOPE)
    except MalformedPayload:
        return None


def interaction(body: bytes) -> wire.Interaction:
    """Return what stands in the form of an interaction."""
    try:
        (given,) = parse_qs(body.decode(), strict_parsing=True)["payload"]
    except (ValueError, KeyError) as error:
        raise payloads.misread(error) from error
    return payloads.decoded(given.encode(), _INTERACTION)


def name_of(channel: str, ts: str) -> str:
    """Return a message's name: numbers of a channel are its own."""
    return f"{channel}:{ts}"


def _message(event: Event, envelope: Envelope) -> Sequence[Inbound]:
    channel = _channel(event)
    if event.subtype == "message_changed" and event.message is not None:
        return _changed(channel, event, envelope)
    if event.subtype == "message_deleted" and event.deleted_ts:
        gone = name_of(channel, event.deleted_ts)
        return [DeletedIn(external_id=gone, at=payloads.moment(event.event_ts or event.ts))]
    if event.subtype not in _SAYS or not event.ts:
        kind = f"message {event.subtype}"[:100]
        return [Unknown(kind=kind, reason="a notice of the channel")]
    if event.bot_id and _is_ours(event.app_id, envelope):
        return [_echo(channel, event)]
    said = _said(channel, event)
    lost = [each for each in event.files if not _address(each) and each.mode != "tombstone"]
    return [said, *(Unknown(kind="file", reason="a file without an address") for _ in lost)]


def _said(channel: str, event: Event) -> Inbound:
    author = str(event.user)
    stamp: dict[str, object] = {"author": author} if author else {}
    passed = [each for each in event.attachments if each.is_share or not event.text]
    if any(each.is_share for each in passed):
        stamp["forwarded"] = "once"
    text = words.plain("\n".join([event.text, *(each.text or each.fallback for each in passed)]))
    files = _files([*event.files, *(file for each in passed for file in each.files)])
    is_empty = not (text.strip() or files)
    is_answer = event.thread_ts and event.thread_ts != event.ts
    return MessageIn(
        external_id=name_of(channel, event.ts),
        sender=_sender(channel),
        text=text.strip("\n"),
        content=Strange(kind="message", reason="nothing that can be shown") if is_empty else None,
        files=files,
        reply_to=name_of(channel, event.thread_ts) if is_answer else None,
        at=payloads.moment(event.ts),
        automatic=bool(event.bot_id),
        stamp=stamp,
    )


def _echo(channel: str, event: Event) -> Inbound:
    """Say what the application wrote. A file of ours is known by its own id."""
    told = event.metadata.event_payload.tracker if event.metadata else ""
    message, part = tracked(told) or (None, None)
    only = event.files[0].id if len(event.files) == 1 and not event.text else ""
    return EchoIn(
        external_id=file_name(channel, only) if only else name_of(channel, event.ts),
        to=_sender(channel),
        text=words.plain(event.text),
        files=_files(event.files),
        at=payloads.moment(event.ts),
        message=message,
        part=part,
        written_with="Slack",
    )


def file_name(channel: str, file: str) -> str:
    """Return the name of a message that is one file of ours."""
    return f"{channel}:file:{file}"


def _changed(channel: str, event: Event, envelope: Envelope) -> Sequence[Inbound]:
    now, before = event.message or Message(), event.previous_message
    name = name_of(channel, now.ts)
    if now.subtype == "tombstone":
        return [DeletedIn(external_id=name, at=payloads.moment(event.event_ts or event.ts))]
    same = before is not None and before.text == now.text
    if same or (now.bot_id and _is_ours(now.app_id, envelope)):
        return []  # a preview was added, or we did it ourselves
    at = payloads.moment(event.event_ts or event.ts)
    return [EditedIn(external_id=name, text=words.plain(now.text), at=at)]


def _marked(event: Event, envelope: Envelope) -> Sequence[Inbound]:
    item = event.item
    if item is None or item.type != "message":
        return [Unknown(kind=event.type, reason="not to a message")]
    if str(event.user) in {each.user_id for each in envelope.authorizations if each.is_bot}:
        return []
    return [
        ReactionIn(
            sender=_sender(item.channel),
            external_id=name_of(item.channel, item.ts),
            emoji=words.emoji(event.reaction) if event.type == "reaction_added" else "",
            at=payloads.moment(event.event_ts),
        )
    ]


def _ended(event: Event, _envelope: Envelope) -> Sequence[Inbound]:
    detail = "the application was removed from the workspace"
    return [AccountIn(kind=event.type, detail=detail, does="hold")]


def _pressed(given: wire.Interaction, desk: Desk) -> Inbound:
    if desk.is_foreign(given.team.id):
        return Elsewhere(address=given.team.id)
    if given.type != "block_actions" or not given.actions or given.message is None:
        return Unknown(kind=given.type[:100], reason="a kind of interaction Hilo does not use")
    action, channel = given.actions[0], given.channel.id
    asked = name_of(channel, given.message.ts)
    return MessageIn(
        external_id=f"tap:{asked}:{action.action_ts}",
        sender=_sender(channel),
        text=action.text.text or action.value,
        content=Chosen(id=action.value, title=action.text.text),
        reply_to=asked,
        at=payloads.moment(action.action_ts),
        stamp={"author": given.user.id},
    )


def _files(files: Sequence[wire.File]) -> list[FileIn]:
    """Return the files that are still there."""
    return [
        FileIn(name=each.name, media_type=each.mimetype, url=_address(each))
        for each in files
        if _address(each)
    ]


def _address(file: wire.File) -> str:
    return file.url_private_download or file.url_private


def _sender(channel: str) -> SenderIn:
    return SenderIn(identities=[IdentityIn(kind="external", value=channel, verified=True)])


def _channel(event: Event) -> str:
    if not isinstance(event.channel, str) or not event.channel:
        raise MalformedPayload(
            "a message stands in no channel", reason="field-missing", field="channel"
        )
    return event.channel


def _is_ours(app: str, envelope: Envelope) -> bool:
    return app == envelope.api_app_id


_KINDS: Mapping[str, Callable[[Event, Envelope], Sequence[Inbound]]] = {
    "message": _message,
    "reaction_added": _marked,
    "reaction_removed": _marked,
    **dict.fromkeys(_ENDS, _ended),
}
