"""What chats and messages are called at the outside: texts that hold all a later call needs.

A chat of a business account is reached only through its connection, so the name holds both:
`<chat>` or `<chat>@<connection>`; a topic of a group is `<chat>/<topic>`. A message is
`<chat>:<message>` or `<chat>@<connection>:<message>`: who writes to the bot and to the business
has one number in two chats, and each of these numbers its messages by itself.
"""

from msgspec import Struct

from hilo.connectors.telegram.wire import Chat
from hilo.kit.errors import Rejected


class Where(Struct, frozen=True):
    """A chat, and how to reach it. connection: of a business account; topic: of a group."""

    chat: int
    connection: str = ""
    topic: int | None = None


def of_chat(chat: Chat, connection: str = "", topic: int | None = None) -> str:
    """Return the identity of a chat."""
    if connection:
        return f"{chat.id}@{connection}"
    return str(chat.id) if topic is None else f"{chat.id}/{topic}"


def of_message(chat: Chat, number: int, connection: str = "") -> str:
    """Return the external id of a message."""
    return f"{of_chat(chat, connection)}:{number}"


def where(identity: str) -> Where:
    """Return what an identity stands for. Raises Rejected when it is no name of ours."""
    rest, _, connection = identity.partition("@")
    chat, _, topic = rest.partition("/")
    try:
        return Where(int(chat), connection, int(topic) if topic else None)
    except ValueError as error:
        raise Rejected("the contact has no chat here", reason="no-chat") from error


def number_of(external_id: str) -> int:
    """Return a message's number in its chat. Raises Rejected when it is no name of ours."""
    _, colon, number = external_id.rpartition(":")
    if not colon or not number.isdigit():
        raise Rejected("the message is not known here", reason="gone")
    return int(number)
