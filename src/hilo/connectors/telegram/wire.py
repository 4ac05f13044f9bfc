"""The Bot API's shapes, as far as Hilo reads them. Fields that are not named are ignored.

Source: https://core.telegram.org/bots/api, version 10.1.
"""

from collections.abc import Sequence

from msgspec import Struct, field


class User(Struct, frozen=True, kw_only=True):
    """Somebody with an account."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    can_read_all_group_messages: bool = False


class Chat(Struct, frozen=True, kw_only=True):
    """Where a message stands. type: private, group, supergroup or channel."""

    id: int
    type: str = "private"
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class File(Struct, frozen=True, kw_only=True):
    """Any kind of file. file_id: good for this bot; emoji, is_animated, is_video: of a sticker."""

    file_id: str
    file_unique_id: str = ""
    file_name: str = ""
    mime_type: str = ""
    file_size: int = 0
    duration: float = 0
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


class Place(Struct, frozen=True, kw_only=True):
    """A point on the map."""

    latitude: float
    longitude: float


class Venue(Struct, frozen=True, kw_only=True):
    """A point with a name."""

    location: Place
    title: str = ""
    address: str = ""


class Card(Struct, frozen=True, kw_only=True):
    """A shared address card. user_id: whose account has this number."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Option(Struct, frozen=True, kw_only=True):
    """One answer of a poll."""

    text: str


class Poll(Struct, frozen=True, kw_only=True):
    """A question to many."""

    question: str
    options: Sequence[Option] = ()


class Dice(Struct, frozen=True, kw_only=True):
    """A thrown die."""

    emoji: str
    value: int


class Task(Struct, frozen=True, kw_only=True):
    """One line of a checklist. completion_date: 0 while it is open."""

    text: str = ""
    completion_date: int = 0


class Checklist(Struct, frozen=True, kw_only=True):
    """A list of things to do."""

    title: str = ""
    tasks: Sequence[Task] = ()


class Filled(Struct, frozen=True, kw_only=True):
    """What a page of ours sent by the person who filled it in. data: mostly JSON."""

    data: str = ""
    button_text: str = ""


class Story(Struct, frozen=True, kw_only=True):
    """A story somebody posted."""

    chat: Chat
    id: int


class Mention(Struct, frozen=True, kw_only=True):
    """A stretch of a text that means something. offset, length: in UTF-16; url: of a link."""

    type: str
    offset: int = 0
    length: int = 0
    url: str = ""


class Named(Struct, frozen=True, kw_only=True):
    """A message that is referred to."""

    message_id: int


class Button(Struct, frozen=True, kw_only=True):
    """A button below a message of ours."""

    text: str
    callback_data: str = ""


class Keyboard(Struct, frozen=True, kw_only=True):
    """Buttons, row by row."""

    inline_keyboard: Sequence[Sequence[Button]] = ()


class Message(Struct, frozen=True, kw_only=True):
    """A message of a chat. date: seconds."""

    message_id: int
    date: int
    chat: Chat
    sender: User | None = field(name="from", default=None)
    business_connection_id: str = ""
    sender_business_bot: User | None = None
    edit_date: int = 0
    forward_origin: object = None
    reply_to_message: Named | None = None
    reply_to_story: Story | None = None
    media_group_id: str = ""
    message_thread_id: int | None = None
    is_topic_message: bool = False
    text: str = ""
    caption: str = ""
    entities: Sequence[Mention] = ()
    caption_entities: Sequence[Mention] = ()
    photo: Sequence[File] = ()
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    audio: File | None = None
    voice: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: Card | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    checklist: Checklist | None = None
    web_app_data: Filled | None = None
    reply_markup: Keyboard | None = None
    migrate_to_chat_id: int | None = None


class Tap(Struct, frozen=True, kw_only=True):
    """Somebody tapped a button below a message of ours."""

    id: str
    sender: User = field(name="from")
    message: Message | None = None
    data: str = ""


class Mark(Struct, frozen=True, kw_only=True):
    """One reaction. emoji: for those that are one."""

    type: str
    emoji: str = ""


class Marks(Struct, frozen=True, kw_only=True):
    """Somebody changed the reactions to a message."""

    chat: Chat
    message_id: int
    date: int
    user: User | None = None
    new_reaction: Sequence[Mark] = ()


class Gone(Struct, frozen=True, kw_only=True):
    """Messages of a business account's chat were deleted."""

    business_connection_id: str
    chat: Chat
    message_ids: Sequence[int] = ()


class Rights(Struct, frozen=True, kw_only=True):
    """What the bot may do in the chats of a business account."""

    can_reply: bool = False


class Connection(Struct, frozen=True, kw_only=True):
    """A business account connected the bot, changed its rights, or let it go."""

    id: str
    user: User
    date: int
    is_enabled: bool
    rights: Rights | None = None


class Member(Struct, frozen=True, kw_only=True):
    """How somebody stands to a chat: member, kicked and so on."""

    status: str


class Membership(Struct, frozen=True, kw_only=True):
    """The bot's own standing in a chat changed."""

    chat: Chat
    date: int
    sender: User = field(name="from")
    new_chat_member: Member


class Update(Struct, frozen=True, kw_only=True):
    """One thing that happened; exactly one field besides the id is there."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    business_message: Message | None = None
    edited_business_message: Message | None = None
    deleted_business_messages: Gone | None = None
    business_connection: Connection | None = None
    callback_query: Tap | None = None
    message_reaction: Marks | None = None
    my_chat_member: Membership | None = None


class Hint(Struct, frozen=True, kw_only=True):
    """What the vendor adds to an error."""

    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class Reply(Struct, frozen=True, kw_only=True):
    """The envelope of every answer. result: read by who asked."""

    ok: bool
    result: object = None
    error_code: int = 0
    description: str = ""
    parameters: Hint | None = None
