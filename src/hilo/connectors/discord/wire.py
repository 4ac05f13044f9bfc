"""The Gateway's and the API's shapes, as far as Hilo reads them. What is not named is ignored.

Source: https://docs.discord.com/developers, API version 10, read 2026-11.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field


class User(Struct, frozen=True, kw_only=True):
    """Somebody with an account."""

    id: str
    username: str = ""
    global_name: str | None = None
    avatar: str | None = None
    bot: bool = False


class Attachment(Struct, frozen=True, kw_only=True):
    """A file. duration_secs: of a voice message."""

    filename: str = ""
    content_type: str | None = None
    url: str = ""
    duration_secs: float | None = None


class Sticker(Struct, frozen=True, kw_only=True):
    """A sticker. format_type: 1 still, 2 and 4 moving, 3 a drawing only their program shows."""

    id: str
    name: str = ""
    format_type: int = 1


class Reference(Struct, frozen=True, kw_only=True):
    """Another message that is meant. type: 0 answered, 1 passed on."""

    message_id: str | None = None
    type: int = 0


class Passed(Struct, frozen=True, kw_only=True):
    """What was passed on, as it stood then."""

    content: str = ""
    attachments: Sequence[Attachment] = ()
    sticker_items: Sequence[Sticker] = ()


class Snapshot(Struct, frozen=True, kw_only=True):
    """The envelope of it."""

    message: Passed = Passed()


class Emoji(Struct, frozen=True, kw_only=True):
    """A sign, or one of a server's own with an id."""

    name: str | None = None
    id: str | None = None


class Reaction(Struct, frozen=True, kw_only=True):
    """A sign below a message. me: whether it is ours."""

    emoji: Emoji
    me: bool = False


class Message(Struct, frozen=True, kw_only=True):
    """A message. type: 0 and 19 are words of people; flags 8192: a voice message."""

    id: str
    channel_id: str = ""
    guild_id: str | None = None
    author: User | None = None
    content: str = ""
    timestamp: str = ""
    edited_timestamp: str | None = None
    type: int = 0
    flags: int = 0
    attachments: Sequence[Attachment] = ()
    sticker_items: Sequence[Sticker] = ()
    message_reference: Reference | None = None
    message_snapshots: Sequence[Snapshot] = ()
    reactions: Sequence[Reaction] = ()
    components: Sequence[dict[str, Any]] = ()


class Gone(Struct, frozen=True, kw_only=True):
    """Messages that were deleted: one, or many at once."""

    channel_id: str
    id: str = ""
    ids: Sequence[str] = ()
    guild_id: str | None = None


class Marked(Struct, frozen=True, kw_only=True):
    """Somebody set a sign below a message, or took it away."""

    user_id: str
    channel_id: str
    message_id: str
    emoji: Emoji
    guild_id: str | None = None


class Pressed(Struct, frozen=True, kw_only=True):
    """What was used below a message."""

    custom_id: str = ""


class Member(Struct, frozen=True, kw_only=True):
    """A person of a server."""

    user: User | None = None


class Interaction(Struct, frozen=True, kw_only=True):
    """A call at our address. type: 1 a trial, 3 a button."""

    type: int
    id: str = ""
    channel_id: str = ""
    guild_id: str | None = None
    user: User | None = None
    member: Member | None = None
    message: Message | None = None
    data: Pressed | None = None


class Kind(Struct, frozen=True, kw_only=True):
    """Enough to tell a frame of the Gateway from an interaction."""

    op: int | None = None
    t: str | None = None
    type: int | None = None


class Posted(Struct, frozen=True, kw_only=True):
    """A message that was taken."""

    id: str


class Refusal(Struct, frozen=True, kw_only=True):
    """What is said with an error. retry_after: seconds. is_global: for every call of the bot."""

    code: int = 0
    message: str = ""
    retry_after: float | None = None
    is_global: bool = field(name="global", default=False)


class Channel(Struct, frozen=True, kw_only=True):
    """Where people write. recipients: of a chat with the bot."""

    name: str | None = None
    recipients: Sequence[User] = ()


class Application(Struct, frozen=True, kw_only=True):
    """The application of the bot."""

    id: str = ""
    name: str = ""
    verify_key: str = ""
    interactions_endpoint_url: str | None = None


class Frame(Struct, frozen=True, kw_only=True):
    """A frame of the Gateway. op: what it is; s: its number; t: the kind of event."""

    op: int
    s: int | None = None
    t: str | None = None
    d: Any = None
