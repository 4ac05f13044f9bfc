"""The doors themselves, as a plain ASGI application: `/walkin/{account}/…`.

The visitor token of our own chat is the only credential, so the turn and the talk are one person's.
Unlike what is said, a turn is answered with its number: it is a verb of its own, not a delivery.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from hilo.connectors import webchat
from hilo.connectors.webchat import Visitor
from hilo.domain import conversations, people, visits
from hilo.domain.conversations import visitors
from hilo.domain.inboxes import AccountRow
from hilo.domain.visits import Taking, VisitView
from hilo.entry.accounts import Accounts
from hilo.entry.api.rates import Cost, Meter
from hilo.entry.chat import http
from hilo.entry.chat.accounts import Shop, Shops
from hilo.entry.chat.app import BODY_BYTES, PER_ADDRESS, PER_VISITOR
from hilo.entry.chat.http import Answer, Request
from hilo.entry.chat.session import BadVisitor, Sessions, join, reader_of
from hilo.entry.post import Letter
from hilo.entry.state import AppState
from hilo.entry.walkin import codes, live, passes
from hilo.entry.walkin.asked import (
    CodeAsked,
    Holder,
    PassAsked,
    Sent,
    Taken,
    Told,
    TurnAsked,
    told,
)
from hilo.entry.walkin.boards import Boards
from hilo.entry.walkin.drawing import address, drawn
from hilo.kit import clock
from hilo.kit.db import transient
from hilo.kit.errors import NotFound, RateLimited, TemporaryFailure, Unavailable, invalid
from hilo.kit.text import clean
from hilo.sdk.inbound import SenderIn

_TRIES = 4  # while intake opens the same person's conversation
_PARTS = 3  # walkin/account/what


def walkin_app(state: AppState, accounts: Accounts) -> ASGIApp:
    """Return the application of `/walkin/`."""
    return Walkin(state, accounts)


class Walkin:
    """See the module."""

    def __init__(self, state: AppState, accounts: Accounts) -> None:
        """Made by `walkin_app`."""
        self._state = state
        self._accounts = accounts
        self._sessions = Sessions(state)
        self._shops = Shops(state.db, accounts)
        self._boards = Boards(state.db)
        self._codes = codes.Codes(state.vault)
        self._visitors = Meter(PER_VISITOR)
        self._addresses = Meter(PER_ADDRESS)
        self._doors: Mapping[tuple[str, str], Door] = {
            ("GET", "queue"): self._queue,
            ("GET", "turn"): self._turn,
            ("POST", "turn"): self._take,
            ("POST", "leave"): self._leave,
            ("POST", "handover"): self._hand_over,
            ("POST", "code"): self._code,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing that goes wrong leaves here."""
        if scope["type"] != ScopeType.HTTP:
            await receive()
            await send({"type": "websocket.close", "code": 4404, "reason": "not-found"})
            return
        request = http.request_of(scope)
        answer = Answer(send, request)
        try:
            shop = await self._enter(request)
            if (request.method, request.path[2]) == ("GET", "live"):
                await self._live(request, shop, receive, send)
            else:
                await self._door(request)(request, receive, shop, answer)
        except Exception as error:
            if answer.is_begun:
                raise
            away = transient(error) or isinstance(error, TemporaryFailure)
            known = Unavailable("cannot be served now", retry_after_s=2) if away else error
            await answer.problem(known, secrets.token_hex(8))

    def _door(self, request: Request) -> "Door":
        door = self._doors.get((request.method, request.path[2]))
        if door is None:
            raise NotFound("no such address")
        return door

    async def _enter(self, request: Request) -> Shop:
        """Return the shop asked for. Raises: NotFound; Forbidden; RateLimited."""
        if len(request.path) != _PARTS:
            raise NotFound("no such address")
        self._count(request, "read")
        shop = await self._shops.get(request.path[1])
        connector = self._state.connectors[shop.account.channel].connector
        if not connector.manifest.has("visits"):
            raise NotFound("no such shop")
        http.check_origin(request, shop.account, self._state.config.public_url)
        return shop

    def _count(self, request: Request, cost: Cost, visitor: Visitor | None = None) -> None:
        """Count, by address and for what writes by visitor. Raises: RateLimited."""
        if visitor is not None:
            granted = self._visitors.take(visitor.id, "write")
            if not granted.is_granted:
                raise RateLimited(granted.reset_s)
        if request.address.startswith("127.") or request.address in {"::1", ""}:
            return  # a proxy, or the operator
        granted = self._addresses.take(request.address, cost)
        if not granted.is_granted:
            raise RateLimited(granted.reset_s)

    async def _queue(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        del request, receive
        await answer.json(200, told(await self._boards.read(shop.account)))

    async def _turn(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        del receive
        visitor = self._sessions.visitor(request.token, shop)
        await answer.json(200, await self._look(shop, visitor))

    async def _live(self, request: Request, shop: Shop, receive: Receive, send: Send) -> None:
        visitor = self._sessions.visitor(request.token, shop) if request.token else None
        await self._state.hub.ready()

        async def look() -> Told:
            return await self._look(shop, visitor)

        await live.stream(self._state.hub, shop.account, look, receive, send)

    async def _look(self, shop: Shop, visitor: Visitor | None) -> Told:
        """Return the queue, and the visitor's own turn. The board is read last: it is right."""
        mine = None
        if visitor is not None:
            async with self._state.db.reading(shop.account.workspace) as tx:
                reader = reader_of(visitor, shop.account)
                mine = await visits.my_visit(tx, shop.account.id, reader)
        board = await self._boards.read(shop.account)
        turn = None if mine is None else visits.turn_of(mine, board)
        return Told(queue=told(board), turn=turn)

    async def _take(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self._sessions.visitor(request.token, shop)
        self._count(request, "write", visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), TurnAsked)
        taken = await self._taken(shop, visitor, asked)
        board = await self._boards.read(shop.account)
        turn = visits.turn_of(taken.visit, board)
        status = 201 if taken.is_new else 200
        if not asked.is_kiosk:
            await answer.json(status, Taken(turn=turn))
            return
        given = passes.Pass(taken.visit.id, visitor.id)
        handover = passes.write(self._state.vault, shop.account.id, given, clock.now())
        code = drawn(f"{address(shop.account)}#p={handover}")
        await answer.json(status, Taken(turn=turn, handover=handover, code_svg=code))

    async def _taken(self, shop: Shop, visitor: Visitor, asked: TurnAsked) -> visits.Taken:
        reader = reader_of(visitor, shop.account)
        wish = Taking(
            visitor=visitor.id,
            client_id=asked.client_id,
            sender=_sender(visitor, asked),
            topic=asked.topic,
        )
        for last in range(_TRIES):
            try:
                async with self._state.db.transaction(shop.account.workspace) as tx:
                    row = await self._row(shop)
                    return await visits.take_turn(tx, self._state.channels, row, reader, wish)
            except TemporaryFailure:
                if last == _TRIES - 1:
                    raise
        raise Unavailable("cannot be served now", retry_after_s=2)

    async def _leave(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        visitor = self._sessions.visitor(request.token, shop)
        self._count(request, "write", visitor)
        await http.read_body(request, receive, BODY_BYTES)
        reader = reader_of(visitor, shop.account)
        async with self._state.db.transaction(shop.account.workspace) as tx:
            mine = await visits.my_visit(tx, shop.account.id, reader)
            if mine is None:
                raise NotFound("no turn")
            left: VisitView = await visits.leave(tx, await self._row(shop), reader, mine.id)
        board = await self._boards.read(shop.account)
        await answer.json(200, Told(queue=told(board), turn=visits.turn_of(left, board)))

    async def _hand_over(
        self, request: Request, receive: Receive, shop: Shop, answer: Answer
    ) -> None:
        """Let a kiosk's turn go on to the phone that shows its pass, once."""
        self._count(request, "write")
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), PassAsked)
        account = shop.account
        given = passes.read(self._state.vault, account.id, asked.given, clock.now())
        taker = Visitor(id=given.visitor)
        async with self._state.db.transaction(account.workspace) as tx:
            await visits.pick_up(tx, account.id, given.visit)
            holder = self._holder(request, shop)
            known = (
                [] if holder is None else await visitors.contacts(tx, reader_of(holder, account))
            )
            stray = await visitors.stray(tx, account.id, taker.id)
            if holder is not None and len(known) == 1 and stray is not None and stray != known[0]:
                # This phone is somebody already: the kiosk's stranger was this very person.
                system = people.SYSTEM(account.workspace)
                await conversations.merge(tx, system, stray, known[0])
                taker = holder
        await answer.json(200, Holder(webchat.issue(taker, account, clock.now())))

    def _holder(self, request: Request, shop: Shop) -> Visitor | None:
        try:
            return self._sessions.visitor(request.token, shop) if request.token else None
        except BadVisitor:
            return None  # from another installation, or very old

    async def _code(self, request: Request, receive: Receive, shop: Shop, answer: Answer) -> None:
        """Send a code to an address, or take it back and know whose it is."""
        visitor = self._sessions.visitor(request.token, shop)
        self._count(request, "write", visitor)
        asked = http.decode(await http.read_body(request, receive, BODY_BYTES), CodeAsked)
        email = clean(asked.email).strip().lower()
        if email.count("@") != 1 or not all(email.split("@")) or any(map(str.isspace, email)):
            raise invalid("email", "format", "an e-mail address is expected")
        about = f"{shop.account.id}:{visitor.id}"
        if not asked.code:
            await answer.json(200, Sent(await self._send_code(shop, about, email, asked.locale)))
            return
        if not self._codes.is_right(about, email, asked.code, clock.now()):
            raise invalid("code", "wrong", "is not the code that was sent, or too old")
        proven = replace(visitor, email=email)
        async with self._state.db.transaction(shop.account.workspace) as tx:
            await join(tx, shop.account, proven)
        await answer.json(200, Holder(webchat.issue(proven, shop.account, clock.now())))

    async def _send_code(self, shop: Shop, about: str, email: str, locale: str) -> bool:
        code = self._codes.make(about, email, clock.now())
        params = {"code": f"{code[:4]} {code[4:]}", "shop": str(shop.account.settings["title"])}
        letter = Letter(to=email, key="shop_code", locale=locale[:2] or "en", params=params)
        async with self._state.db.transaction(shop.account.workspace) as tx:
            return await self._state.post.send(tx, letter)

    async def _row(self, shop: Shop) -> AccountRow:
        known = await self._accounts.find(shop.account.id)
        if known is None:
            raise NotFound("no such shop")
        return known.row


Door = Callable[[Request, Receive, Shop, Answer], Awaitable[None]]


def _sender(visitor: Visitor, asked: TurnAsked) -> SenderIn:
    """Return who takes the turn. What was typed is a fact about somebody, never an identity."""
    typed = {"phone": clean(asked.phone).strip(), "email": clean(asked.email).strip()}
    sender = visitor.sender(name=asked.name, locale=asked.locale, time_zone=asked.time_zone)
    return replace(sender, attributes={name: value for name, value in typed.items() if value})
