"""What only some channels can do. A connector that has the method has the ability."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from msgspec import Struct

from hilo.sdk.account import Account, Answer, Asked, Check, Delivery, SettingsRead
from hilo.sdk.outbound import (
    Accepted,
    ActionOut,
    Call,
    MarkOut,
    MessageOut,
    Recipient,
    Reply,
    Sending,
)
from hilo.sdk.simulator import Simulator


@runtime_checkable
class Configurable(Protocol):
    """Optional: the connector checks and completes settings itself.

    It may make its secret and find its address.
    """

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Return what to keep. Raises Invalid naming `settings.<name>`. Pure but for randomness."""
        ...


@runtime_checkable
class Embeddable(Protocol):
    """Optional: the channel is put on a website."""

    def snippet(self, account: Account) -> str:
        """Return the HTML to paste into its pages."""
        ...


@runtime_checkable
class Linkable(Protocol):
    """Optional: its links differ by account, so that the manifest's `invite` alone cannot say."""

    def link(self, account: Account) -> str:
        """Return a template like `Manifest.invite`; empty: nobody can be invited to it."""
        ...


class Sample(Struct, frozen=True, kw_only=True):
    """A message as the outside would send it. entrance: by which door it would come."""

    entrance: Literal["hook", "mail", "chat"]
    delivery: Delivery


@runtime_checkable
class Trial(Protocol):
    """Optional: makes a sample, so that a person can try the way in before anybody writes."""

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Return a message that `verify` and `parse` accept at that moment. id_: its own."""
        ...


Arrive = Callable[[bytes, Mapping[str, str], str], Awaitable[None]]


class Cursors(Protocol):
    """Where a held connection stopped, kept by the domain."""

    async def get(self, key: str) -> Mapping[str, object] | None:
        """Return what was kept."""
        ...

    async def put(self, key: str, value: Mapping[str, object]) -> None:
        """Keep it; durable when it returns."""
        ...


@runtime_checkable
class Judging(Protocol):
    """Optional: says how far a delivery's sender can be believed, before it is stored."""

    async def judge(self, raw: bytes, facts: Mapping[str, str]) -> str | None:
        """Return what goes into the delivery's `authentication-results`; None: nothing to say."""
        ...


@runtime_checkable
class Live(Protocol):
    """Optional: holds a connection (a mailbox). Only `live.py` of a connector does I/O.

    Its `check` may be a generator of calls as in `Checking`, where that is enough.
    """

    def wants(self, account: Account) -> bool:
        """Say whether this account has something to hold."""
        ...

    async def hold(self, account: Account, arrive: Arrive, cursors: Cursors) -> None:
        """Read until cancelled.

        Raises AuthExpired or TemporaryFailure; the worker decides when to come back.
        """
        ...

    def check(self, account: Account) -> AsyncIterator[Check]:
        """Try the credentials and servers, step by step."""
        ...


@runtime_checkable
class Greeting(Protocol):
    """Optional: answers the vendor at the door.

    A GET is a handshake and comes here unverified; a POST comes after `verify`.
    """

    def greet(self, asked: Asked, account: Account) -> Answer | None:
        """Return what to answer; None: the door's own answer. Raises BadSignature."""
        ...


class Fetched(Struct, frozen=True, kw_only=True):
    """A file from the outside. media_type, name: as the vendor says, judged by content later."""

    content: bytes
    media_type: str = ""
    name: str = ""


@runtime_checkable
class Fetching(Protocol):
    """Optional: its files need more than opening an address."""

    def fetch(self, url: str, account: Account) -> Generator[Call, Reply, Fetched]:
        """Get what a `FileIn.url` names. Raises Rejected when it is gone for good."""
        ...


class Profile(Struct, frozen=True, kw_only=True):
    """What the vendor knows of a contact. avatar: an address, or what `fetch` understands."""

    name: str = ""
    avatar: str = ""
    locale: str = ""
    attributes: Mapping[str, object] = {}


class Writer(Struct, frozen=True, kw_only=True):
    """Who writes a reply. signature: the writer's own lines."""

    name: str = ""
    signature: str = ""


@runtime_checkable
class Addressed(Protocol):
    """Optional: an account may have several addresses, and words that stand below a reply."""

    def senders(self, account: Account) -> Sequence[str]:
        """Return the addresses it may write from, its own first, in lower case."""
        ...

    def sender(self, account: Account, written_to: Sequence[str]) -> str:
        """Return the first of them that was written to.

        Empty: none was, or it answers a mail of ours where that asked for it.
        """
        ...

    def signature(self, account: Account, sender: str, writer: Writer) -> str:
        """Return what stands below a person's reply from there, plain; empty: nothing."""
        ...


@runtime_checkable
class Profiling(Protocol):
    """Optional: can ask who somebody is."""

    def profile(self, who: Recipient, account: Account) -> Generator[Call, Reply, Profile]:
        """Return the profile. Raises Rejected when the vendor tells nothing."""
        ...


@runtime_checkable
class Resolving(Protocol):
    """Optional: can ask whether a part whose outcome is unknown arrived after all."""

    def resolve(
        self, message: MessageOut, account: Account
    ) -> Generator[Call, Reply, Accepted | None]:
        """Return what became of it; None: it certainly did not arrive. Raises UnknownOutcome."""
        ...


class TemplateSeen(Struct, frozen=True, kw_only=True):
    """A template as the vendor has it. body: with `{{name}}` where variables stand.

    variables: their names in order. example: by variable. header: what kind of header it has.
    """

    name: str
    language: str
    status: Literal["approved", "pending", "rejected", "paused", "disabled"]
    category: str = ""
    body: str = ""
    footer: str = ""
    header: Literal["", "text", "image", "video", "document", "location"] = ""
    header_text: str = ""
    buttons: Sequence[str] = ()
    variables: Sequence[str] = ()
    example: Mapping[str, str] = {}
    reason: str = ""


@runtime_checkable
class Templating(Protocol):
    """Optional: its vendor approves texts beforehand."""

    def templates(self, account: Account) -> Generator[Call, Reply, Sequence[TemplateSeen]]:
        """Return all of the account's templates."""
        ...


@runtime_checkable
class Acting(Protocol):
    """Optional: reacts, edits and deletes at the outside. The manifest's features say which."""

    def act(self, action: ActionOut, account: Account) -> Sending:
        """Do it, as `send` does."""
        ...


@runtime_checkable
class Marking(Protocol):
    """Optional: shows typing and reading at the outside."""

    def mark(self, mark: MarkOut, account: Account) -> Sending:
        """Show it; failures are forgotten."""
        ...


@runtime_checkable
class Checking(Protocol):
    """Optional: tries an account's credentials step by step."""

    def check(self, account: Account) -> Generator[Call, Reply, Sequence[Check]]:
        """Return one line a step. A call that failed raises its ConnectorError at its `yield`."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """Optional: credentials that end, and are made anew by themselves before they do."""

    def refresh(self, account: Account) -> Generator[Call, Reply, "Connected"]:
        """Get newer ones; nothing new where these cannot be. Raises AuthExpired: they are over."""
        ...


class Connected(Struct, frozen=True, kw_only=True):
    """What the vendor told while connecting. expires_at: when the credentials end.

    expires_in_s: the same, where the vendor tells how long and not when. address: the account's own
    there (a page, a number). secrets: new ones to keep.
    """

    address: str | None = None
    name: str = ""
    expires_at: datetime | None = None
    expires_in_s: int | None = None
    settings: Mapping[str, object] = {}
    secrets: Mapping[str, str] = {}

    def ends_at(self, now: datetime) -> datetime | None:
        """Return when the credentials end, however the vendor told it."""
        if self.expires_at is not None or self.expires_in_s is None:
            return self.expires_at
        return now + timedelta(seconds=self.expires_in_s)


@runtime_checkable
class Connecting(Protocol):
    """Optional: tells the vendor where to call us, and what for."""

    def connect(self, account: Account) -> Generator[Call, Reply, Connected]:
        """Register `account.webhook_url`; doing it again changes nothing."""
        ...

    def disconnect(self, account: Account) -> Generator[Call, Reply, None]:
        """Take it back when the account is removed."""
        ...


class InvitationAnswer(Struct, frozen=True, kw_only=True):
    """What answers an invitation. copies: who must get it besides the sender."""

    name: str
    content: bytes
    copies: Sequence[str] = ()


@runtime_checkable
class Inviting(Protocol):
    """Optional: its messages may invite to something, and calendars understand the answer."""

    def answer(
        self,
        calendar: bytes,
        said: Literal["accepted", "declined", "tentative"],
        meta: Mapping[str, object],
        account: Account,
        now: datetime,
    ) -> InvitationAnswer:
        """Return the answer. meta: of the message that invites. Raises Invalid."""
        ...


@runtime_checkable
class Simulated(Protocol):
    """Optional: brings its vendor's simulator, for the sandbox and for proofs."""

    def simulator(self, account: Account, first: int = 1) -> Simulator:
        """Return a new vendor that knows this account only.

        first: where its numbers begin. It forgets what it named when it ends; nothing may be
        named so again, or what comes would be known already.
        """
        ...


@runtime_checkable
class Inventing(Protocol):
    """Optional: can fill in the form of an account of the sandbox, so that nobody has to."""

    def made_up(self, seed: UUID) -> Mapping[str, object]:
        """Return settings as `configure` takes them. seed: two accounts have two addresses."""
        ...
