"""Messenger's and Instagram's dialogue, read: messages, echoes, taps, marks, edits, receipts."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec
from msgspec import Raw, Struct

from hilo.connectors._graph import batches, wire
from hilo.sdk import payloads
from hilo.sdk.content import (
    Carousel,
    Chosen,
    Content,
    Place,
    Shared,
    Slide,
    Sticker,
    Story,
    Strange,
)
from hilo.sdk.inbound import (
    AccountIn,
    ConsentIn,
    DeletedIn,
    EchoIn,
    EditedIn,
    FileIn,
    IdentityIn,
    Inbound,
    MessageIn,
    ReactionIn,
    Referral,
    SeenIn,
    SenderIn,
    StatusIn,
    Tracked,
    Unknown,
)
from hilo.sdk.outbound import tracked

_ITEM = msgspec.json.Decoder(wire.Item)
_FILES = {"image", "video", "audio", "file"}
_PASSED_ON = {
    "share", "fallback", "template", "reel", "ig_reel", "ig_post", "ig_story", "product", "post",
}  # fmt: skip
_NAMED = {
    "love": "❤",
    "like": "👍",
    "dislike": "👎",
    "wow": "😮",
    "sad": "😢",
    "smile": "😆",
    "laugh": "😆",
    "angry": "😠",
    "yes": "👍",
    "no": "👎",
}


# A person who had agreed to be written to unasked wants no more of it, or again.
_AGAIN = {"STOP_NOTIFICATIONS": False, "RESUME_NOTIFICATIONS": True}
_DETAIL_CHARS = 300


class Said(Struct, frozen=True):
    """What a message says."""

    text: str = ""
    content: Content | None = None
    files: Sequence[FileIn] = ()


def read(raws: Iterable[Raw] | None, own: str, *, is_standby: bool = False) -> list[Inbound]:
    """Return what every item means. own: our page or account. is_standby: others are in charge."""
    return batches.each("item", raws, _ITEM, partial(_item, own=own, is_standby=is_standby))


def person(id_: object, name: str = "", handle: str = "") -> SenderIn:
    """Return somebody by the id that holds for this account."""
    return SenderIn(
        identities=[IdentityIn(kind="external", value=str(id_), verified=True)],
        name=name,
        attributes={"username": handle} if handle else {},
    )


def _item(item: wire.Item, own: str, *, is_standby: bool) -> list[Inbound]:
    sender = str(item.sender.id) if item.sender is not None else ""
    recipient = str(item.recipient.id) if item.recipient is not None else ""
    theirs = recipient if sender == own else sender
    if not theirs or theirs == own:
        return [_of_nobody(item, theirs)]
    message = item.message
    if message is not None and (message.is_echo or sender == own):
        return _echo(message, theirs, item)
    if sender == own:
        return [Unknown(kind="own")]
    if message is not None:
        return _message(message, theirs, item, is_standby=is_standby)
    return _sign(item, theirs, is_standby=is_standby)


def _of_nobody(item: wire.Item, theirs: str) -> Inbound:
    """Return what an item means that no other person has done."""
    enforced = item.policy_enforcement
    if enforced is not None:
        kind = f"policy_enforcement.{enforced.action}".strip(".")
        return AccountIn(kind=kind[:100], detail=(enforced.reason or "")[:_DETAIL_CHARS])
    if theirs:
        return Unknown(kind="own", reason="written to itself")
    return Unknown(kind="item", reason="without a sender")


def _message(
    message: wire.Message, theirs: str, item: wire.Item, *, is_standby: bool
) -> list[Inbound]:
    at = payloads.moment(item.timestamp)
    if not message.mid:
        return [Unknown(kind="message", reason="without id")]
    if message.is_deleted:
        return [DeletedIn(external_id=message.mid, at=at)]
    what = _said(message)
    return [
        MessageIn(
            external_id=message.mid,
            sender=person(theirs),
            text=what.text,
            content=what.content,
            files=what.files,
            at=at,
            reply_to=message.reply_to.mid if message.reply_to is not None else None,
            referral=referral(message.referral),
            stamp=_stamp(is_standby=is_standby),
        )
    ]


def _stamp(*, is_standby: bool) -> dict[str, object]:
    """Return whether another tool is in charge of the dialogue."""
    return {"standby": True} if is_standby else {}


def _echo(message: wire.Message, theirs: str, item: wire.Item) -> list[Inbound]:
    at = payloads.moment(item.timestamp)
    if not message.mid:
        return [Unknown(kind="echo", reason="without id")]
    if message.is_deleted:
        return [DeletedIn(external_id=message.mid, at=at)]
    ours, what = tracked(message.metadata), _said(message)
    return [
        EchoIn(
            external_id=message.mid,
            to=person(theirs),
            text=what.text,
            content=what.content,
            files=what.files,
            reply_to=message.reply_to.mid if message.reply_to is not None else None,
            at=at,
            message=ours[0] if ours else None,
            part=ours[1] if ours else None,
            written_with=str(message.app_id or ""),
        )
    ]


def _sign(item: wire.Item, theirs: str, *, is_standby: bool) -> list[Inbound]:
    """Return what an item without a message means."""
    at, who = payloads.moment(item.timestamp), person(theirs)
    match item:
        case wire.Item(message_edit=wire.Edit(mid=mid, text=text)) if mid:
            return [EditedIn(external_id=mid, text=text or "", at=at)]
        case wire.Item(reaction=wire.Reaction(mid=mid) as mark) if mid:
            emoji = mark.emoji or _NAMED.get(mark.reaction or "", "❤")
            given = "" if mark.action == "unreact" else emoji
            return [ReactionIn(sender=who, external_id=mid, emoji=given, at=at)]
        case wire.Item(delivery=wire.Receipt() as receipt):
            return _receipts(receipt, who, is_read=False)
        case wire.Item(read=wire.Receipt() as receipt):
            return _receipts(receipt, who, is_read=True)
        case wire.Item(postback=wire.Postback() as tapped):
            return [_tapped(tapped, theirs, item, is_standby=is_standby)]
        case _:
            return [_rest(item, who, theirs)]


def _receipts(receipt: wire.Receipt, who: SenderIn, *, is_read: bool) -> list[Inbound]:
    """Return receipts by name, and the watermark: everything up to that millisecond."""
    mids = [*(receipt.mids or ()), *([receipt.mid] if receipt.mid else ())]
    items: list[Inbound] = [
        StatusIn(state="read" if is_read else "delivered", external_id=mid) for mid in mids
    ]
    up_to = payloads.moment(receipt.watermark)
    if up_to is not None:
        items.append(SeenIn(sender=who, up_to=up_to, state="read" if is_read else "delivered"))
    return items or [Unknown(kind="receipt", reason="says of nothing")]


def _tapped(tapped: wire.Postback, theirs: str, item: wire.Item, *, is_standby: bool) -> Inbound:
    payload, title = tapped.payload or "", tapped.title or ""
    # Before v11 a tap had no id of its own; the same tap has the same moment and payload.
    made = hashlib.sha256(f"{theirs}:{item.timestamp}:{payload}".encode()).hexdigest()[:32]
    return MessageIn(
        external_id=tapped.mid or f"tap:{made}",
        sender=person(theirs),
        text=title,
        content=Chosen(id=payload or title, title=title),
        at=payloads.moment(item.timestamp),
        referral=referral(tapped.referral),
        stamp=_stamp(is_standby=is_standby),
    )


def _rest(item: wire.Item, who: SenderIn, theirs: str) -> Inbound:
    at = payloads.moment(item.timestamp)
    came = referral(item.referral)
    if came is not None:
        # Somebody we know came again by a link: nothing is said, but where it belongs may be.
        said = f"{theirs}:{item.timestamp}:{came.source}:{came.id}:{came.token}"
        made = hashlib.sha256(said.encode()).hexdigest()[:32]
        return MessageIn(external_id=f"link:{made}", sender=who, at=at, referral=came)
    if item.optin is not None and item.optin.status in _AGAIN:
        given = _AGAIN[item.optin.status]
        return ConsentIn(sender=who, is_given=given, topic="marketing", at=at)
    if item.optin is not None:
        data = {"type": item.optin.type or "", "ref": item.optin.ref or ""}
        return Tracked(sender=who, name="opted_in", data=data, at=at)
    for name in ("pass_thread_control", "take_thread_control", "request_thread_control"):
        control = getattr(item, name)
        if control is not None:
            return Tracked(sender=who, name=name, data=dict(control), at=at)
    return Unknown(kind="item", reason="nothing that is known")


def referral(given: wire.Referral | None) -> Referral | None:
    """Return how somebody came; None when it does not say."""
    if given is None or not (given.ref or given.ad_id):
        return None
    context = given.ads_context_data
    return Referral(
        source="ad" if given.ad_id else "link",
        id=given.ad_id or "",
        title=(context.ad_title if context is not None else None) or "",
        token=given.ref or "",
    )


def _said(message: wire.Message) -> Said:
    text = message.text or ""
    files: list[FileIn] = []
    contents: list[Content] = []
    if message.quick_reply is not None:
        contents.append(Chosen(id=message.quick_reply.payload or text, title=text))
    story = message.reply_to.story if message.reply_to is not None else None
    if story is not None:
        contents.append(Story(what="reply", url=story.url or ""))
        files += [FileIn(url=story.url)] if story.url else []
    for each in message.attachments or ():
        content, file = _attached(each)
        contents += [content] if content is not None else []
        files += [file] if file is not None else []
        if not text and each.payload is not None:
            text = each.payload.text or ""
    if message.is_unsupported or not (text or files or contents):
        contents.append(Strange(kind="unsupported"))
    spoken = [text, *[_in_words(each) for each in contents[1:]]]
    return Said("\n".join(filter(None, spoken)), contents[0] if contents else None, files)


def _in_words(content: Content) -> str:
    """Return what else a message holds: it shows one content only."""
    match content:
        case Shared(url=url, title=title):
            return f"{title} {url}".strip()
        case Place(latitude=latitude, longitude=longitude):
            return f"{latitude}, {longitude}"
        case Carousel(slides=slides):
            return "\n".join(f"{each.title} {each.subtitle}".strip() for each in slides)
        case Strange(kind=kind):
            return f"[{kind}]"
        case _:
            return ""


def _attached(given: wire.Attachment) -> tuple[Content | None, FileIn | None]:
    payload = given.payload or wire.Payload()
    url = payload.url or given.url or payload.story_media_url
    match given.type:
        case "image" if payload.sticker_id is not None and url:
            return Sticker(), FileIn(url=url)
        case kind if kind in _FILES and url:
            return None, FileIn(url=url, name=payload.title or "")
        case "story_mention":
            return Story(what="mention", url=url or ""), FileIn(url=url) if url else None
        case "location" if payload.coordinates is not None:
            point = payload.coordinates
            return Place(latitude=point.latitude, longitude=point.longitude), None
        case kind:
            return _passed_on(kind, payload, url, given.title or ""), None


def _passed_on(kind: str, payload: wire.Payload, url: str | None, title: str) -> Content | None:
    """Return cards, or what was shared; None for a text that has only buttons beside it."""
    cards = payload.elements or (payload.product or wire.Product()).elements
    if kind == "template" and cards:
        return Carousel(slides=[_slide(each) for each in cards])
    if kind == "template" and payload.text:
        return None
    if kind in _PASSED_ON and url:
        return Shared(url=url, title=payload.title or title)
    return Strange(kind=kind[:100] or "attachment")


def _slide(card: wire.Element) -> Slide:
    opens = card.default_action.url if card.default_action is not None else None
    lines = (card.subtitle, opens)
    return Slide(
        title=card.title or "",
        subtitle="\n".join(each for each in lines if each),
        image=card.image_url or "",
    )
