"""The webhook as it is written: shapes only. Everything may be missing, nothing is believed.

Source: Meta, WhatsApp Cloud API webhooks v23 to v25 (read 2026-11). `bsuid` is the business-scoped
id of a person, always there since 2026; the phone number may be absent.
"""

from collections.abc import Mapping, Sequence

from msgspec import Raw, Struct, field

Stamp = str | int | float | None


class Metadata(Struct, frozen=True):
    """Which of our numbers it is about."""

    phone_number_id: str = ""
    display_phone_number: str = ""


class Profile(Struct, frozen=True):
    """What a person calls itself."""

    name: str | None = None
    handle: str | None = field(name="username", default=None)


class Known(Struct, frozen=True):
    """A person the batch is about."""

    profile: Profile | None = None
    wa_id: str | None = None
    bsuid: str | None = field(name="user_id", default=None)
    parent_bsuid: str | None = field(name="parent_user_id", default=None)


class Trouble(Struct, frozen=True):
    """An error beside a message, a status or alone."""

    code: int | str = ""
    title: str | None = None
    message: str | None = None
    data: Mapping[str, object] | None = field(name="error_data", default=None)

    @property
    def detail(self) -> str:
        """What there is to read."""
        said = (self.data or {}).get("details")
        return said if isinstance(said, str) and said else self.message or self.title or ""


class Text(Struct, frozen=True):
    """A text."""

    body: str = ""


class Media(Struct, frozen=True):
    """A file, to be fetched by its id."""

    id: str = ""
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool | None = None
    animated: bool | None = None


class Location(Struct, frozen=True):
    """A point; some clients write it as text."""

    latitude: float | str | None = None
    longitude: float | str | None = None
    name: str | None = None
    address: str | None = None


class CardName(Struct, frozen=True):
    """The name on a card."""

    formatted_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class CardPhone(Struct, frozen=True):
    """A number on a card."""

    phone: str | None = None
    wa_id: str | None = None


class CardEmail(Struct, frozen=True):
    """An address on a card."""

    email: str | None = None


class CardCompany(Struct, frozen=True):
    """Where the person on a card works."""

    company: str | None = None


class Card(Struct, frozen=True):
    """A shared address card."""

    name: CardName | None = None
    phones: Sequence[CardPhone] | None = None
    emails: Sequence[CardEmail] | None = None
    org: CardCompany | None = None


class Reaction(Struct, frozen=True):
    """A mark on a message. emoji: empty or absent when it was taken away."""

    message_id: str = ""
    emoji: str | None = None


class Answer(Struct, frozen=True):
    """What was tapped, or how a form or a question was answered."""

    id: str = ""
    title: str = ""
    description: str | None = None
    name: str | None = None
    body: str | None = None
    response_json: str | None = None
    response: str | None = None


class Interactive(Struct, frozen=True):
    """An answer to buttons, a list, a form or a request to call."""

    type: str = ""
    button_reply: Answer | None = None
    list_reply: Answer | None = None
    nfm_reply: Answer | None = None
    call_permission_reply: Answer | None = None


class Button(Struct, frozen=True):
    """A quick reply of a template."""

    payload: str | None = None
    text: str = ""


class Product(Struct, frozen=True):
    """A line of an order; some clients write its numbers as text."""

    product_retailer_id: str = ""
    quantity: float | str | None = None
    item_price: float | str | None = None
    currency: str | None = None


class Order(Struct, frozen=True):
    """A basket."""

    product_items: Sequence[Product] = ()
    text: str | None = None


class System(Struct, frozen=True):
    """A notice about the person."""

    type: str = ""
    body: str | None = None
    wa_id: str | None = None
    bsuid: str | None = field(name="user_id", default=None)
    parent_bsuid: str | None = field(name="parent_user_id", default=None)


class Context(Struct, frozen=True):
    """What a message answers, and whether it was passed on."""

    id: str | None = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None
    referred_product: Mapping[str, object] | None = None


class Referral(Struct, frozen=True):
    """The advertisement or post the person came by."""

    source_type: str | None = None
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    click: str | None = field(name="ctwa_clid", default=None)


class Unsupported(Struct, frozen=True):
    """What the vendor does not pass on."""

    type: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """A message of a person, or in an echo one of our own from the phone."""

    id: str = ""
    type: str = ""
    timestamp: Stamp = None
    sender: str | None = field(name="from", default=None)
    sender_bsuid: str | None = field(name="from_user_id", default=None)
    sender_parent: str | None = field(name="from_parent_user_id", default=None)
    to: str | None = None
    to_bsuid: str | None = field(name="to_user_id", default=None)
    to_parent: str | None = field(name="to_parent_user_id", default=None)
    group_id: str | None = None
    context: Context | None = None
    referral: Referral | None = None
    errors: Sequence[Trouble] | None = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: Sequence[Card] | None = None
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    order: Order | None = None
    system: System | None = None
    edit: "Edit | None" = None
    revoke: "Revoke | None" = None
    unsupported: Unsupported | None = None


class Edit(Struct, frozen=True):
    """A message has new words."""

    original_message_id: str = ""
    message: Message | None = None


class Revoke(Struct, frozen=True):
    """A message was taken back."""

    original_message_id: str = ""


class Status(Struct, frozen=True, kw_only=True):
    """What became of a message of ours."""

    id: str = ""
    status: str = ""
    type: str | None = None
    timestamp: Stamp = None
    recipient_id: str | None = None
    recipient_bsuid: str | None = field(name="recipient_user_id", default=None)
    recipient_parent: str | None = field(name="recipient_parent_user_id", default=None)
    recipient_type: str | None = None
    tracker: str | None = field(name="biz_opaque_callback_data", default=None)
    errors: Sequence[Trouble] | None = None


class Preference(Struct, frozen=True, kw_only=True):
    """A person allows or forbids marketing."""

    wa_id: str | None = None
    bsuid: str | None = field(name="user_id", default=None)
    value: str = ""
    timestamp: Stamp = None


class Value(Struct, frozen=True, kw_only=True):
    """What a change is about, when it is about messages."""

    metadata: Metadata | None = None
    contacts: Sequence[Known] | None = None
    messages: Sequence[Raw] | None = None
    statuses: Sequence[Raw] | None = None
    message_echoes: Sequence[Raw] | None = None
    user_preferences: Sequence[Raw] | None = None
    calls: Sequence[Raw] | None = None
    errors: Sequence[Trouble] | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """What a change is about, when it is about a template or the account."""

    event: str | None = None
    reason: str | None = None
    name: str | None = field(name="message_template_name", default=None)
    language: str | None = field(name="message_template_language", default=None)
    category: str | None = field(name="message_template_category", default=None)
    new_category: str | None = None
    new_quality_score: str | None = None
    previous_category: str | None = None
    correct_category: str | None = None
    current_limit: str | None = None
    decision: str | None = None
    requested_verified_name: str | None = None
    rejection_reason: str | None = None
    alert_info: Mapping[str, object] | None = None
    display_phone_number: str | None = None
    rejection_info: Mapping[str, object] | None = None
    restriction_info: Sequence[Mapping[str, object]] | None = None
    violation_info: Mapping[str, object] | None = None
    ban_info: Mapping[str, object] | None = None
    disconnection_info: Mapping[str, object] | None = None
