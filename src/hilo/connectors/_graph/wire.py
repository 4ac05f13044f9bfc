"""The dialogue as Messenger and Instagram write it: shapes only. Everything may be missing.

Source: Meta, Messenger Platform and Instagram messaging webhooks (read 2026-11).
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

Stamp = int | float | str | None


class Party(Struct, frozen=True):
    """Somebody, by the id that holds for this page or account."""

    id: str | int = ""


class Point(Struct, frozen=True):
    """A place."""

    latitude: float = field(name="lat", default=0)
    longitude: float = field(name="long", default=0)


class Opens(Struct, frozen=True):
    """What a tap on a card opens."""

    url: str | None = None


class Element(Struct, frozen=True):
    """One card of several, or a product."""

    title: str | None = None
    subtitle: str | None = None
    image_url: str | None = None
    default_action: Opens | None = None


class Product(Struct, frozen=True):
    """What of a shop somebody asks about."""

    elements: Sequence[Element] | None = None


class Payload(Struct, frozen=True):
    """What an attachment holds."""

    url: str | None = None
    title: str | None = None
    sticker_id: int | str | None = None
    coordinates: Point | None = None
    story_media_url: str | None = None
    text: str | None = None
    elements: Sequence[Element] | None = None
    product: Product | None = None


class Attachment(Struct, frozen=True):
    """A file, a place, or something passed on."""

    type: str = ""
    payload: Payload | None = None
    title: str | None = None
    url: str | None = None


class QuickReply(Struct, frozen=True):
    """What was tapped."""

    payload: str | None = None


class Story(Struct, frozen=True):
    """A story that was answered."""

    id: str | int | None = None
    url: str | None = None


class ReplyTo(Struct, frozen=True):
    """What a message answers."""

    mid: str | None = None
    story: Story | None = None


class AdContext(Struct, frozen=True):
    """What an advertisement said."""

    ad_title: str | None = None


class Referral(Struct, frozen=True):
    """How a person came. ref: the word of a link."""

    ref: str | None = None
    source: str | None = None
    ad_id: str | None = None
    ads_context_data: AdContext | None = None


class Message(Struct, frozen=True, kw_only=True):
    """A message of a person, or an echo of one of ours."""

    mid: str = ""
    text: str | None = None
    attachments: Sequence[Attachment] | None = None
    quick_reply: QuickReply | None = None
    reply_to: ReplyTo | None = None
    referral: Referral | None = None
    is_echo: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    app_id: int | str | None = None
    metadata: str | None = None


class Edit(Struct, frozen=True):
    """A message has new words."""

    mid: str = ""
    text: str | None = None


class Reaction(Struct, frozen=True):
    """A mark. emoji: there since v12; before, only its name."""

    mid: str = ""
    action: str = ""
    emoji: str | None = None
    reaction: str | None = None


class Receipt(Struct, frozen=True):
    """What arrived or was read: some messages by name, or all up to a moment."""

    mids: Sequence[str] | None = None
    mid: str | None = None
    watermark: Stamp = None


class Postback(Struct, frozen=True):
    """A button was tapped."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None
    referral: Referral | None = None


class Optin(Struct, frozen=True):
    """A person agreed to something."""

    type: str | None = None
    ref: str | None = None
    title: str | None = None
    status: str | None = field(name="notification_messages_status", default=None)


class Enforced(Struct, frozen=True):
    """The vendor stops a page from writing, warns it, or lets it write again."""

    action: str = ""
    reason: str | None = None


class Item(Struct, frozen=True, kw_only=True):
    """One thing that happened in a dialogue. timestamp: milliseconds."""

    sender: Party | None = None
    recipient: Party | None = None
    timestamp: Stamp = None
    message: Message | None = None
    message_edit: Edit | None = None
    reaction: Reaction | None = None
    delivery: Receipt | None = None
    read: Receipt | None = None
    postback: Postback | None = None
    referral: Referral | None = None
    optin: Optin | None = None
    policy_enforcement: Enforced | None = None
    pass_thread_control: Mapping[str, object] | None = None
    take_thread_control: Mapping[str, object] | None = None
    request_thread_control: Mapping[str, object] | None = None
