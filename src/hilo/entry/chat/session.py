"""A visitor's session: who it is, what the panel shows before anything is said, what was said."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.connectors import webchat
from hilo.connectors.webchat import Visitor
from hilo.domain import conversations
from hilo.domain.conversations import visitors, waiting
from hilo.domain.library import FileLinks
from hilo.domain.library import Reader as FileReader
from hilo.domain.people import SYSTEM
from hilo.entry.chat import prechat
from hilo.entry.chat.accounts import Shop
from hilo.entry.chat.asked import SessionAsked
from hilo.entry.chat.looks import Settings, settings_of
from hilo.entry.chat.queue import Lines
from hilo.entry.state import AppState
from hilo.kit import clock, log
from hilo.kit.db import Tx
from hilo.kit.errors import BadSignature, Conflict, HiloError, NotFound, Unauthenticated
from hilo.kit.ids import new_id
from hilo.kit.page import decode_cursor, encode_cursor
from hilo.sdk.account import Account

_LOG = log.get(__name__)
PAGE = 30
_REPLY_TIME_KEPT_S = 600
_XID_MOST = (1 << 63) - 1


class BadIdentity(Unauthenticated):
    """The signed identity is not the company's, or no longer good; nothing has changed."""

    code = "bad-identity"


class BadVisitor(Unauthenticated):
    """The visitor token is not ours; a new session gives a new one."""

    code = "bad-visitor"


class Expectation(Struct, frozen=True):
    """The truth: is an agent there, within how many seconds three of four got a first answer.

    back_at: when the office opens, while it is closed. before: how many have waited longer, while
    nobody has taken the conversation.
    """

    online: bool
    reply_s: int | None
    back_at: datetime | None
    before: int | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """Messages as they are now. cursor: where to go on; more: ask again at once."""

    messages: Sequence[visitors.VisitorMessage]
    conversations: Sequence[visitors.VisitorConversation]
    cursor: str
    more: bool = False


class Session(Batch, frozen=True, kw_only=True):
    """Everything the panel needs to begin. questions: to ask before the first message."""

    visitor_token: str
    visitor_id: UUID
    verified: bool
    config: Settings
    expectation: Expectation
    questions: Sequence[webchat.Posed] = ()


class Sessions:
    """Begins sessions and reads for them."""

    def __init__(self, state: AppState) -> None:
        """state: the shared parts."""
        self._state = state
        self._links: FileLinks = state.file_links
        self._reply_times: dict[UUID, tuple[float, int | None]] = {}
        self._lines = Lines(state.db)

    def visitor(self, token: str, shop: Shop) -> Visitor:
        """Return whose token it is. Raises: BadVisitor."""
        try:
            return webchat.read(token, shop.account, clock.now())
        except BadSignature as error:
            raise BadVisitor(error.message) from None

    async def begin(self, shop: Shop, token: str, asked: SessionAsked) -> Session:
        """Take up a session, or begin one for a new visitor. Raises: BadIdentity."""
        identity = asked.identity_jwt
        known = self._known(token, shop)
        visitor = self._identified(known, identity, shop) if identity else known
        account = shop.account
        async with self._state.db.transaction(account.workspace) as tx:
            if visitor.is_verified and not known.is_verified:
                await join(tx, account, visitor)
            seen = await visitors.latest(tx, reader_of(visitor, account), PAGE)
            reply_s = await self._reply_time(tx, account.inbox)
            is_online = self._state.hub.is_attended(account.workspace)
            questions = await prechat.to_ask(tx, shop, visitor, seen, is_online=is_online)
        batch = self.batch(seen, visitor, account)
        before = await self._lines.before(account, newest(seen))
        return Session(
            messages=batch.messages,
            conversations=batch.conversations,
            cursor=batch.cursor,
            visitor_token=webchat.issue(visitor, account, clock.now()),
            visitor_id=visitor.id,
            verified=visitor.is_verified,
            config=settings_of(shop, self._state.connectors),
            expectation=self._expectation(shop, reply_s, before),
            questions=prechat.posed(questions, asked.locale),
        )

    async def since(self, shop: Shop, visitor: Visitor, place: visitors.Place) -> visitors.Seen:
        """Return what came after a place."""
        async with self._state.db.transaction(shop.account.workspace) as tx:
            return await visitors.since(tx, reader_of(visitor, shop.account), place)

    async def standing(self, shop: Shop, visitor: Visitor) -> visitors.Seen:
        """Return where the log and the visitor's conversations stand, without messages."""
        workspace = shop.account.workspace
        async with self._state.db.transaction(workspace, plans_once=True) as tx:
            return await visitors.latest(tx, reader_of(visitor, shop.account), 0)

    async def before(self, shop: Shop, visitor: Visitor, message: UUID, most: int) -> visitors.Seen:
        """Return what is older than a message."""
        async with self._state.db.transaction(shop.account.workspace) as tx:
            return await visitors.latest(tx, reader_of(visitor, shop.account), most, message)

    async def visible(
        self, shop: Shop, visitor: Visitor, ids: Sequence[UUID]
    ) -> list[visitors.VisitorMessage]:
        """Return those of the messages that this visitor may see."""
        workspace = shop.account.workspace
        async with self._state.db.transaction(workspace, plans_once=True) as tx:
            return await visitors.visible(tx, reader_of(visitor, shop.account), ids)

    async def expectation(self, shop: Shop, conversation: UUID | None) -> Expectation:
        """Return the truth of this moment, with the reply time as last measured.

        conversation: the one that may wait.
        """
        _, reply_s = self._reply_times.get(shop.account.inbox, (0.0, None))
        before = await self._lines.before(shop.account, conversation)
        return self._expectation(shop, reply_s, before)

    def batch(self, seen: visitors.Seen, visitor: Visitor, account: Account) -> Batch:
        """Give the files their addresses, for this visitor and for a while."""
        reader = FileReader("visitor", visitor.id, account.workspace)
        return Batch(
            messages=[self._with_links(each, reader) for each in seen.messages],
            conversations=seen.conversations,
            cursor=encode_cursor(seen.place.xid, seen.place.id),
            more=seen.more,
        )

    def _with_links(
        self, message: visitors.VisitorMessage, reader: FileReader
    ) -> visitors.VisitorMessage:
        if not message.attachments:
            return message
        files = [
            msgspec.structs.replace(
                file, url=self._links.path(file.id, reader) if file.state == "stored" else ""
            )
            for file in message.attachments
        ]
        return msgspec.structs.replace(message, attachments=files)

    def _known(self, token: str, shop: Shop) -> Visitor:
        if token:
            try:
                return self.visitor(token, shop)
            except BadVisitor:
                pass  # from another installation, or very old: a new visitor
        return Visitor(id=new_id())

    def _identified(self, before: Visitor, identity: str, shop: Shop) -> Visitor:
        try:
            found = webchat.identify(identity, before, shop.account, clock.now())
        except BadSignature as error:
            _LOG.warning("chat.identity_refused", account=str(shop.account.id), why=error.message)
            raise BadIdentity(error.message) from None
        is_same = (found.external, found.email) == (before.external, before.email)
        if before.is_verified and not is_same and not _same_person(found, before):
            # Somebody else has signed in on this browser: nothing of the last one is theirs.
            return msgspec.structs.replace(found, id=new_id())
        return found

    def _expectation(self, shop: Shop, reply_s: int | None, before: int | None) -> Expectation:
        is_online = self._state.hub.is_attended(shop.account.workspace)
        hours = webchat.hours_of(shop.account.settings)
        back_at = None if is_online else hours.back_at(clock.now())
        return Expectation(is_online, reply_s, back_at, before)

    async def _reply_time(self, tx: Tx, inbox: UUID) -> int | None:
        now = time.monotonic()
        until, seconds = self._reply_times.get(inbox, (0.0, None))
        if until > now:
            return seconds
        found = await waiting.reply_time(tx, inbox)
        seconds = None if found is None else round(found.seconds)
        self._reply_times[inbox] = (now + _REPLY_TIME_KEPT_S, seconds)
        return seconds


async def join(tx: Tx, account: Account, visitor: Visitor) -> None:
    """Bring what an anonymous visitor said to the contact its signed identity proves it to be.

    Only a contact that is nothing but this browser goes; two known people are never made one.
    """
    stray = await visitors.stray(tx, account.id, visitor.id)
    if stray is None:
        return
    reader = reader_of(visitor, account)
    known = [each for each in await visitors.contacts(tx, reader) if each != stray]
    if len(known) != 1:
        return
    try:
        await conversations.merge(tx, SYSTEM(account.workspace), stray, known[0])
    except (NotFound, Conflict) as error:
        raise _again(error) from error


def newest(seen: visitors.Seen) -> UUID | None:
    """Return the newest conversation that is not resolved."""
    return next((each.id for each in seen.conversations if each.status != "resolved"), None)


def reader_of(visitor: Visitor, account: Account) -> visitors.Reader:
    """Return whose eyes read."""
    return visitors.Reader(
        account=account.id,
        inbox=account.inbox,
        visitor=visitor.id,
        external=visitor.external,
        email=visitor.email,
    )


def place_of(cursor: str) -> visitors.Place:
    """Return the place of a cursor. Raises: NotACursor."""
    xid, id_ = decode_cursor(cursor, int, int, field="after")
    if isinstance(xid, int) and isinstance(id_, int):
        return visitors.Place(min(max(xid, 0), _XID_MOST), min(max(id_, 0), _XID_MOST))
    return visitors.Place(0, 0)


def _same_person(one: Visitor, other: Visitor) -> bool:
    by_id = one.external != "" and one.external == other.external
    return by_id or (one.external == "" and one.email == other.email)


def _again(error: HiloError) -> Conflict:
    return Conflict("the contact was changed at the same moment; ask again", reason=error.code)
