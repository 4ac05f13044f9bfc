"""A vendor on a shelf: speaks its wire format and does no I/O. The sandbox carries its words.

One simulator is one vendor as one account sees it. It is never mistaken for the vendor: an account
is of the sandbox or of the world, for ever.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

Trouble = Literal["throttled", "server_error", "expired_token"]
Does = Literal[
    "text", "file", "voice", "sticker", "location", "people", "choose", "react", "edit",
    "delete", "read", "start", "comment", "order", "stop",
]  # fmt: skip


class Request(Struct, frozen=True, kw_only=True):
    """A call of ours as the vendor receives it. url: with the vendor's own host."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Response(Struct, frozen=True, kw_only=True):
    """What the vendor answers."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Webhook(Struct, frozen=True, kw_only=True):
    """A request of the vendor to the account's address, signed. after_s: how long it takes."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: str = ""
    method: Literal["GET", "POST"] = "POST"
    after_s: float = 0


class Deed(Struct, frozen=True, kw_only=True):
    """What a contact does on the simulated phone.

    target: the phone's id of the message that is meant. choice: id of what was tapped. data,
    media_type, name: of a file. token: a start code from a link. text, number: whose card it is;
    no text: the contact's own.
    """

    does: Does
    who: str = "1"
    name: str = ""
    text: str = ""
    target: str | None = None
    choice: str = ""
    emoji: str = ""
    number: str = ""
    data: bytes = b""
    media_type: str = ""
    token: str = ""
    latitude: float = 0
    longitude: float = 0


class Bubble(Struct, frozen=True, kw_only=True):
    """A message as the simulated phone shows it. file: a name to ask `Simulator.file` for.

    url: where a file of ours lies that the vendor was given the address of.
    marks: who reacted with what. state: of the contact's own messages, whether we have read them.
    """

    id: str
    mine: bool
    text: str = ""
    at: datetime
    file: str = ""
    url: str = ""
    media_type: str = ""
    choices: Sequence[tuple[str, str]] = ()
    marks: Sequence[str] = ()
    reply_to: str | None = None
    is_edited: bool = False
    is_deleted: bool = False
    state: str = ""


class Phone(Struct, frozen=True, kw_only=True):
    """One contact's phone. typing_until: while we are writing, and no message came."""

    who: str
    name: str
    address: str
    bubbles: Sequence[Bubble]
    typing_until: datetime | None = None


class Simulator(Protocol):
    """Holds the vendor's side of one account in memory, bounded: old messages are forgotten."""

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call of ours as the vendor would; the webhooks follow the answer."""
        ...

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here, so that nobody is offered more."""
        ...

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a contact do something. Raises Unsupported when `deeds` does not have it."""
        ...

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's own words for a fault."""
        ...

    def phones(self) -> Sequence[Phone]:
        """Return every contact's phone."""
        ...

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble and its media type. Raises NotFound."""
        ...


class Heard(Struct, frozen=True):
    """Somebody who wrote before the simulator began. address: what the vendor calls them."""

    address: str
    name: str
    at: datetime


@runtime_checkable
class Recalling(Protocol):
    """Optional: a vendor who knows people by what they wrote, and has to be told after a pause."""

    def recall(self, known: Sequence[Heard]) -> None:
        """Know them again; called once, before anything else."""
        ...
