"""The shapes of the Events API, of interactions and of the Web API, as far as Hilo reads them.

Source: https://api.slack.com/apis/events-api and https://api.slack.com/methods, read 2026-11.
"""

from collections.abc import Sequence

from msgspec import Struct


class File(Struct, frozen=True, kw_only=True):
    """A file. mode: hosted, external or tombstone."""

    id: str
    name: str = ""
    mimetype: str = ""
    size: int = 0
    mode: str = "hosted"
    url_private: str = ""
    url_private_download: str = ""


class Payload(Struct, frozen=True, kw_only=True):
    """What we wrote beside a message of ours."""

    tracker: str = ""


class Metadata(Struct, frozen=True, kw_only=True):
    """Facts beside a message."""

    event_type: str = ""
    event_payload: Payload = Payload()


class Attached(Struct, frozen=True, kw_only=True):
    """What stands below a message: one that was passed on, or what another application shows."""

    text: str = ""
    fallback: str = ""
    from_url: str = ""
    is_share: bool = False
    files: Sequence[File] = ()


class Message(Struct, frozen=True, kw_only=True):
    """A message as it stands in a channel. ts: its name there, and its moment."""

    ts: str = ""
    text: str = ""
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    subtype: str = ""
    thread_ts: str = ""
    files: Sequence[File] = ()
    metadata: Metadata | None = None


class Item(Struct, frozen=True, kw_only=True):
    """What was reacted to."""

    type: str = ""
    channel: str = ""
    ts: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened; a message has its fields here too."""

    type: str
    subtype: str = ""
    channel: str | dict[str, object] = ""
    channel_type: str = ""
    user: str | dict[str, object] = ""
    text: str = ""
    ts: str = ""
    thread_ts: str = ""
    event_ts: str = ""
    bot_id: str = ""
    app_id: str = ""
    files: Sequence[File] = ()
    attachments: Sequence[Attached] = ()
    metadata: Metadata | None = None
    message: Message | None = None
    previous_message: Message | None = None
    deleted_ts: str = ""
    reaction: str = ""
    item: Item | None = None


class Authorization(Struct, frozen=True, kw_only=True):
    """For whom an event comes."""

    user_id: str = ""
    is_bot: bool = False


class Envelope(Struct, frozen=True, kw_only=True):
    """A delivery. type: event_callback or url_verification."""

    type: str
    challenge: str = ""
    team_id: str = ""
    api_app_id: str = ""
    event_id: str = ""
    event: Event | None = None
    authorizations: Sequence[Authorization] = ()


class Text(Struct, frozen=True, kw_only=True):
    """Words on a button."""

    text: str = ""


class Action(Struct, frozen=True, kw_only=True):
    """A button that was pressed."""

    value: str = ""
    action_id: str = ""
    action_ts: str = ""
    text: Text = Text()


class Named(Struct, frozen=True, kw_only=True):
    """Anything with an id."""

    id: str = ""


class Interaction(Struct, frozen=True, kw_only=True):
    """Somebody used what stands below a message."""

    type: str
    team: Named = Named()
    user: Named = Named()
    channel: Named = Named()
    message: Message | None = None
    actions: Sequence[Action] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """The envelope of every answer."""

    ok: bool
    error: str = ""
    needed: str = ""


class Posted(Struct, frozen=True, kw_only=True):
    """A message that was taken."""

    channel: str
    ts: str


class Upload(Struct, frozen=True, kw_only=True):
    """Where a file goes."""

    upload_url: str
    file_id: str


class History(Struct, frozen=True, kw_only=True):
    """Messages of a channel. has_more: there are others which this page leaves out."""

    messages: Sequence[Message] = ()
    has_more: bool = False


class Who(Struct, frozen=True, kw_only=True):
    """For whom a token is."""

    team: str = ""
    team_id: str = ""
    user: str = ""
    user_id: str = ""


class Channel(Struct, frozen=True, kw_only=True):
    """A channel; with one person it has no name."""

    id: str = ""
    name: str = ""
    is_im: bool = False
    user: str = ""


class ChannelInfo(Struct, frozen=True, kw_only=True):
    """The envelope of one channel."""

    channel: Channel


class Face(Struct, frozen=True, kw_only=True):
    """How a person looks."""

    display_name: str = ""
    real_name: str = ""
    image_192: str = ""


class Member(Struct, frozen=True, kw_only=True):
    """A person of the workspace. tz: a time zone's name."""

    name: str = ""
    locale: str = ""
    tz: str = ""
    profile: Face = Face()


class MemberInfo(Struct, frozen=True, kw_only=True):
    """The envelope of one person."""

    user: Member


class Mark(Struct, frozen=True, kw_only=True):
    """A reaction and whose it is."""

    name: str
    users: Sequence[str] = ()


class Marked(Struct, frozen=True, kw_only=True):
    """A message with its reactions."""

    reactions: Sequence[Mark] = ()


class MarkedInfo(Struct, frozen=True, kw_only=True):
    """The envelope of them."""

    message: Marked = Marked()
