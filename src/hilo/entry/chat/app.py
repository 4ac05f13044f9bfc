"""The doors themselves: what a visitor's browser may ask, as a plain ASGI application.

What a visitor does is a delivery: stored before the 2xx, understood by intake. Nothing here writes
to a conversation. `/chat/{account}/…`; the visitor token is the only credential, no cookie is read.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from hilo.connectors import webchat
from hilo.connectors.webchat import Visitor
from hilo.domain import library
from hilo.domain.inboxes import NewDelivery
from hilo.domain.library import NewFile
from hilo.entry.accounts import Accounts
from hilo.entry.api.rates import Cost, Meter, Rates
from hilo.entry.chat import http, prechat
from hilo.entry.chat.accounts import Shop, Shops
from hilo.entry.chat.asked import (
    AnswersAsked,
    IdentifyAsked,
    MessageAsked,
    PushAsked,
    ReadAsked,
    SessionAsked,
    TrackAsked,
    Uploaded,
)
from hilo.entry.chat.calls import Calls
from hilo.entry.chat.crossings import CrossingAsked, Crossings
from hilo.entry.chat.http import Answer, Request
from hilo.entry.chat.session import PAGE, Sessions, place_of
from hilo.entry.chat.socket import Socket
from hilo.entry.state import AppState
from hilo.kit import ids
from hilo.kit.db import transient
from hilo.kit.errors import NotFound, RateLimited, TooLarge, Unavailable, invalid
from hilo.kit.text import clean

BODY_BYTES = 64_000
PER_VISITOR = Rates(read=600, search=60, write=60)
PER_ADDRESS = Rates(read=2_400, search=240, write=240)
_FILE_PURPOSE = "visitor file"
_TRAITS = 30
_DATA_BYTES = 8_000
_IDS = 100

Store = Callable[[NewDelivery], Awaitable[object]]


def chat_app(state: AppState, accounts: Accounts, store: Store) -> ASGIApp:
    """Return the application of `/chat/`. store: durable when it returns."""
    return Chat(state, accounts, store)


class Chat:
    """See the module."""

    def __init__(self, state: AppState, accounts: Accounts, store: Store) -> None:
        """Made by `chat_app`."""
        self._state = state
        self._store = store
        self._sessions = Sessions(state)
        self._calls = Calls(state)
        self._crossings = Crossings(state)
        self._shops = Shops(state.db, accounts)
        self._visitors = Meter(PER_VISITOR)
        self._addresses = Meter(PER_ADDRESS)
        self._socket = Socket(self, self._sessions, state.hub)
        self._doors: Mapping[tuple[str, str], Door] = {
            ("POST", "session"): self._session,
            ("GET", "messages"): self._messages,
            ("POST", "messages"): self._message,
            ("POST", "files"): self._file,
            ("POST", "answers"): self._answers,
            ("GET", "push"): self._push_offer,
            ("POST", "push"): self._push,
            ("POST", "push-end"): self._push_end,
            ("GET", "elsewhere"): self._elsewhere,
            ("POST", "elsewhere"): self._cross,
            ("POST", "read"): self._read,
            ("POST", "typing"): self._typing,
            ("POST", "track"): self._track,
            ("POST", "erase"): self._erase,
            ("POST", "identify"): self._identify,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket; nothing that goes wrong leaves here."""
        request = http.request_of(scope)
        if scope["type"] == ScopeType.WEBSOCKET:
            await self._socket.serve(request, receive, send)
            return
        answer = Answer(send, request)
        try:
            await self._serve(request, receive, answer)
        except Exception as error:
            if answer.is_begun:
                raise
            await answer.problem(_told(error), secrets.token_hex(8))

    async def enter(self, request: Request) -> Shop:
        """Return the account asked for. Raises: NotFound; Forbidden; RateLimited."""
        if len(request.path) != 3 or request.path[0] != "chat":  # noqa: PLR2004 - chat/account/what
            raise NotFound("no such address")
        self._count_address(request, "read")
        shop = await self._shops.get(request.path[1])
        http.check_origin(request, shop.account, self._state.config.public_url)
        return shop

    def visitor(self, request: Request, shop: Shop) -> Visitor:
        """Return who asks. Raises: BadVisitor."""
        return self._sessions.visitor(request.token, shop)

    async def keep(self, shop: Shop, token: str, said: Mapping[str, object], key: str) -> None:
        """Store what a visitor did as a delivery. key: the same again is the same delivery."""
        body = msgspec.json.encode(said)
        account = shop.account
        headers = {"x-hilo-visitor": token, "x-hilo-seal": webchat.seal(body, account)}
        delivery = NewDelivery(
            account.workspace, ids.new_id(), account.id, "chat", headers, body, key
        )
        await self._store(delivery)

    def count(self, request: Request, visitor: Visitor) -> None:
        """Count something that writes. Raises: RateLimited."""
        granted = self._visitors.take(visitor.id, "write")
        if not granted.is_granted:
            raise RateLimited(granted.reset_s)
        self._count_address(request, "write")

    def _count_address(self, request: Request, cost: Cost) -> None:
        """Count for an address, but never this machine's own: that is a proxy, or the operator."""
        if request.address.startswith("127.") or request.address in ("::1", ""):
            return
        granted = self._addresses.take(request.address, cost)
        if not granted.is_granted:
            raise RateLimited(granted.reset_s)

    async def looked(self, shop: Shop, visitor: Visitor, token: str, message: UUID) -> None:
        """Store that a visitor has looked at what it may see."""
        found = await self._sessions.visible(shop, visitor, [message])
        if found:
            said = {"type": "seen", "up_to": found[0].at}
            await self.keep(shop, token, said, f"seen:{visitor.id}:{found[0].id}")

    async def got(self, shop: Shop, visitor: Visitor, token: str, given: Sequence[UUID]) -> None:
        """Store that messages have reached the visitor's browser."""
        found = await self._sessions.visible(shop, visitor, given[:_IDS])
        fresh = [each.id for each in found if each.state == "sent"]
        if fresh:
            said = {"type": "got", "ids": fresh}
            await self.keep(shop, token, said, f"got:{visitor.id}:{fresh[0]}:{len(fresh)}")

    async def _serve(self, request: Request, receive: Receive, answer: Answer) -> None:
        if request.method == "OPTIONS":
            await self.enter(request)
            await answer.preflight()
            return
        shop = await self.enter(request)
        door = self._doors.get((request.method, request.path[2]))
        if door is None:
            raise NotFound("no such address")
        await door(request, receive, shop, answer)

    async def _session(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        self._count_address(request, "write")
        body = await http.read_body(request, receive, BODY_BYTES)
        asked = http.decode(body, SessionAsked)
        token = asked.visitor_token or request.token
        await answer.json(200, await self._sessions.begin(shop, token, asked))

    async def _messages(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        del receive
        visitor = self.visitor(request, shop)
        before = request.query.get("before")
        if before:
            seen = await self._sessions.before(
                shop, visitor, _id(before, "before"), _limit(request)
            )
        else:
            place = place_of(request.query.get("after", ""))
            seen = await self._sessions.since(shop, visitor, place)
        await answer.json(200, self._sessions.batch(seen, visitor, shop.account))

    async def _message(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), MessageAsked)
        text = clean(asked.text)
        limits = self._state.connectors[shop.account.channel].connector.manifest.limits
        if not text.strip() and not asked.attachments:
            raise invalid("text", "required", "a text or an attachment is expected")
        if len(text) > limits.text_chars:
            raise invalid("text", "length", f"at most {limits.text_chars} characters are expected")
        if len(asked.attachments) > limits.attachments:
            message = f"at most {limits.attachments} files are expected"
            raise invalid("attachments", "length", message)
        said = {
            "type": "message",
            "client_id": asked.client_id,
            "text": text,
            "files": await self._files(shop, visitor, asked.attachments),
            "page": clean(asked.page or ""),
            "locale": asked.locale,
            "time_zone": asked.time_zone,
            **prechat.checked(shop, visitor, asked.answers),
        }
        await self.keep(shop, request.token, said, f"{visitor.id}:{asked.client_id}")
        await answer.json(202, {"client_id": asked.client_id})

    async def _answers(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        """Check answers while they can still be mended; the first message brings them."""
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), AnswersAsked)
        prechat.checked(shop, visitor, asked.answers)
        await answer.empty()

    async def _files(
        self, shop: Shop, visitor: Visitor, given: Sequence[str]
    ) -> list[dict[str, object]]:
        """Return the files a message names. Raises: Invalid for one that is not this visitor's."""
        wanted: list[UUID] = []
        for place, each in enumerate(given):
            text, _, signature = each.partition(".")
            if not self._state.vault.check(_FILE_PURPOSE, f"{text}:{visitor.id}", signature):
                raise invalid(f"attachments.{place}", "not-found", "is not a file you uploaded")
            wanted.append(UUID(text))
        if not wanted:
            return []
        async with self._state.db.transaction(shop.account.workspace) as tx:
            rows = await library.find_files(tx, wanted)
        return [{"id": row.id, "name": row.name, "media_type": row.media_type} for row in rows]

    async def _file(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        limit = self._state.connectors[shop.account.channel].connector.manifest.limits.file_bytes
        content = await http.read_body(request, receive, limit)
        if not content:
            raise invalid("file", "empty", "must have at least one byte")
        async with self._state.db.transaction(shop.account.workspace) as tx:
            file = NewFile(name=request.query.get("name", "file"), content=content)
            row = await library.keep(tx, self._state.files, file)
        signature = self._state.vault.sign(_FILE_PURPOSE, f"{row.id}:{visitor.id}")
        await answer.json(
            201,
            Uploaded(
                id=f"{row.id}.{signature}",
                name=row.name,
                media_type=row.media_type,
                size_bytes=row.size_bytes,
            ),
        )

    async def _push_offer(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        del receive
        await answer.json(200, await self._calls.offer(shop, self.visitor(request, shop)))

    async def _push(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), PushAsked)
        visitor = self._calls.holder(shop, asked.ticket)
        self.count(request, visitor)
        await self._calls.keep(shop, visitor, asked, request.headers.get("host", ""))
        await answer.empty()

    async def _push_end(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        await http.read_body(request, receive, BODY_BYTES)
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        await self._calls.end(shop, visitor)
        await answer.empty()

    async def _elsewhere(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        del receive
        self.visitor(request, shop)
        await answer.json(200, await self._crossings.places(shop))

    async def _cross(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), CrossingAsked)
        await answer.json(201, await self._crossings.offer(shop, visitor, asked.account_id))

    async def _read(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), ReadAsked)
        await self.looked(shop, visitor, request.token, asked.message_id)
        await answer.empty(202)

    async def _typing(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        await http.read_body(request, receive, BODY_BYTES)
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        await self._socket.typed(shop, visitor)
        await answer.empty()

    async def _track(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), TrackAsked)
        data = {**asked.data, **({"page": asked.page} if asked.page else {})}
        if len(msgspec.json.encode(data)) > _DATA_BYTES:
            raise TooLarge("too much data for one event", field="data", limit_bytes=_DATA_BYTES)
        said = {"type": "track", "event": clean(asked.name), "data": data}
        await self.keep(shop, request.token, said, f"track:{visitor.id}:{ids.new_id()}")
        await answer.empty(202)

    async def _erase(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        await http.read_body(request, receive, BODY_BYTES)
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        # Through the same door as what it erases, so that it comes after it.
        await self.keep(
            shop, request.token, {"type": "erase"}, f"erase:{visitor.id}:{ids.new_id()}"
        )
        await answer.empty(202)

    async def _identify(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        visitor = self.visitor(request, shop)
        self.count(request, visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), IdentifyAsked)
        if asked.identity_jwt:
            session = await self._sessions.begin(
                shop, request.token, SessionAsked(identity_jwt=asked.identity_jwt)
            )
            await answer.json(200, session)
            return
        traits = _traits(asked.traits)
        said = {"type": "identify", "traits": traits, "name": str(traits.get("name") or "")}
        await self.keep(shop, request.token, said, f"traits:{visitor.id}:{ids.new_id()}")
        await answer.empty(202)


Door = Callable[[Request, Receive, Shop, Answer], Awaitable[None]]


def _traits(given: Mapping[str, object] | None) -> dict[str, str | int | float | bool]:
    """Return plain facts. Raises: Invalid."""
    if not given or len(given) > _TRAITS:
        raise invalid("traits", "length", f"from one to {_TRAITS} facts are expected")
    found: dict[str, str | int | float | bool] = {}
    for name, value in given.items():
        if isinstance(value, str):
            found[clean(name)] = clean(value)[:1000]
        elif isinstance(value, bool | int | float):
            found[clean(name)] = value
        elif value is not None:
            raise invalid(f"traits.{name}", "type", "a text, a number or a yes or no is expected")
    return found


def _told(error: Exception) -> Exception:
    """Return what to answer: a database that is away is not the browser's fault, it comes again."""
    return Unavailable("cannot be served now", retry_after_s=2) if transient(error) else error


def _id(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid(field, "format", "an id is expected") from None


def _limit(request: Request) -> int:
    text = request.query.get("limit", str(PAGE))
    if not text.isdecimal() or not 1 <= int(text[:4]) <= 100:  # noqa: PLR2004 - the API's limit
        raise invalid("limit", "range", "from 1 to 100 is expected")
    return int(text)
