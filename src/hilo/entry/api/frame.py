"""What is done for every request, in this order.

Outside the framework (`Frame`): an id, the allowance, the headers every answer carries. Inside,
when the route is known (`Gate`): who it is, CSRF, reading, one transaction, Idempotency-Key. The
transaction is committed before the answer is sent; an answer of 400 or more rolls it back.
"""

import hmac
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import get_args
from uuid import UUID, uuid4

import msgspec
from litestar.enums import HttpMethod, RequestEncodingType, ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import (
    ASGIApp,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)
from litestar.types.asgi_types import HTTPResponseStartEvent
from litestar.typing import FieldDefinition
from litestar.utils.scope.state import ScopeState

from hilo.domain import people
from hilo.domain.people import Actor
from hilo.entry.api import etags, problems, reading, repeats, sparse
from hilo.entry.api.including import Included, Relations
from hilo.entry.api.rates import Allowance, Meter, Rates, cost_of
from hilo.entry.api.reading import WHOLE, Shape, Wanted, header
from hilo.entry.api.repeats import Repeat
from hilo.entry.doorman import Credential, Known, caller_of, sight_of
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.errors import Forbidden, NotFound, RateLimited, Unauthenticated

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_READS = frozenset({"GET", "HEAD"})
# What is hidden from some agents, as paths name it.
_SEEN = ("conversation_id", "contact_id", "other_contact_id")
_VISIT = "hilo.visit"
STRANGERS = Rates(read=600)  # credentials a minute that are not known to be good, by address
Headers = list[tuple[bytes, bytes]]


class Visit:
    """One request on its way through the house."""

    __slots__ = ("credential", "known", "request_id", "tx")

    def __init__(self, request_id: str, credential: Credential | None) -> None:
        """Made by the frame."""
        self.request_id = request_id
        self.credential = credential
        self.known: Known | None = None
        self.tx: Tx | None = None

    @property
    def actor(self) -> Actor:
        """Who asks. Raises Unauthenticated on a public route."""
        if self.known is None:
            raise Unauthenticated("nobody is signed in")
        return self.known.actor


def visit_of(scope: Scope) -> Visit:
    """Return the visit of a request; one without a frame (a socket) gets its own."""
    found = scope.get(_VISIT)
    return found if isinstance(found, Visit) else Visit("", None)


class Frame:
    """The outermost layer: whatever happens inside, the answer is complete."""

    def __init__(self, app: ASGIApp, state: AppState, meter: Meter) -> None:
        """app: the framework's."""
        self._app = app
        self._doorman = state.doorman
        self._meter = meter
        self._strangers = Meter(STRANGERS)
        self._always = _security_headers(is_https=state.doorman.secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        visit = Visit(f"req_{uuid4().hex}", self._doorman.credential(headers))
        scope[_VISIT] = visit  # type: ignore[literal-required]
        allowance = self._allow(scope, visit)
        complete = _completing(send, visit, allowance, self._always)
        if not allowance.is_granted:
            await _refuse(complete, RateLimited(allowance.reset_s), visit.request_id)
            return
        if scope["method"] == "HEAD":
            # A copy: the server looks at its own scope to know that no body will follow.
            scope = {**scope, "method": HttpMethod.GET}
            complete = _headless(complete)
        await self._app(scope, receive, complete)

    def _allow(self, scope: HTTPScope, visit: Visit) -> Allowance:
        client = scope.get("client")
        address = client[0] if client else ""
        shown = visit.credential
        if shown is not None and not self._doorman.has_met(shown):
            # Else made-up tokens would each have an allowance, and a look-up, of their own.
            tried = self._strangers.take(address, "read")
            if not tried.is_granted:
                return tried
        return self._meter.take(shown or address, cost_of(scope["method"], scope["path"]))


class Gate:
    """The layer around a handler: admits, reads, opens the transaction, commits it, answers."""

    def __init__(self, app: ASGIApp, state: AppState, wanted: dict[int, Wanted]) -> None:
        """app: the handler with the framework's own layers. wanted: shared by all gates."""
        self._app = app
        self._state = state
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request whose route is known."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        visit = visit_of(scope)
        wanted = self._wants(scope)
        if not wanted.is_public:
            visit.known = await self._admit(scope, visit)
        shape = reading.check_query(scope, wanted)
        body = b""
        if wanted.takes_body or scope["method"] not in _SAFE:
            body = await reading.read_body(scope, receive, wanted)
        if not wanted.is_public and (scope["method"] not in _READS or not wanted.has_transaction):
            await self._look(scope, visit.actor)
        if wanted.has_transaction:
            held = _Held(shape)
            await self._in_transaction(scope, receive, body, wanted, held)
            await held.release(send)
            return
        caller = None if visit.known is None else caller_of(visit.actor)
        repeat = None if caller is None else repeats.repeat_of(scope, body, caller)
        if repeat is None:
            await self._app(scope, receive, send)
            return
        held = _Held(shape)
        await self._once(scope, receive, repeat, held)
        await held.release(send)

    async def _admit(self, scope: HTTPScope, visit: Visit) -> Known:
        known = await self._state.doorman.who(visit.credential)
        if known.csrf_token is not None and scope["method"] not in _SAFE:
            given = header(scope, b"x-csrf-token")
            if not hmac.compare_digest(given.encode(), known.csrf_token.encode()):
                raise Forbidden("X-CSRF-Token is missing or wrong", permission="csrf")
        return known

    async def _in_transaction(
        self, scope: HTTPScope, receive: Receive, body: bytes, wanted: Wanted, held: "_Held"
    ) -> None:
        visit = visit_of(scope)
        actor = visit.actor
        repeat = repeats.repeat_of(scope, body, caller_of(actor))
        try:
            is_read = scope["method"] in _READS and repeat is None
            async with self._opened(scope["method"], actor, is_read=is_read) as tx:
                visit.tx = tx
                if visit.credential is not None and visit.known is not None:
                    await self._state.doorman.touch(tx, visit.credential, visit.known)
                earlier = repeat and await repeat.earlier(tx, self._state.vault)
                if earlier:
                    held.replay(*earlier)
                    return
                if not is_read:
                    await etags.check(scope, tx, actor, self._state, wanted.object_of)
                await self._app(scope, receive, held.take)
                # It is held back, so what fails from here on may still be answered.
                ScopeState.from_scope(scope).response_started = False
                held.undo_if_refused()
                if wanted.answers_object:
                    held.mark(header(scope, b"if-none-match"))
                if held.shape.include:
                    named, answer = held.shape.include, held.body
                    held.beside = await wanted.relations.gather(
                        tx, actor, self._state, named, answer
                    )
                if repeat is not None:
                    await repeat.keep(tx, self._state.vault, held.status, held.body)
        except _Undo:
            pass

    async def _once(
        self, scope: HTTPScope, receive: Receive, repeat: Repeat, held: "_Held"
    ) -> None:
        """Do under a key what opens its own transactions, or speaks with the outside.

        No transaction waits for that: while it runs, the key is known to this process only.
        """
        actor = visit_of(scope).actor
        with repeat.running(self._state.keys_running):
            async with self._state.db.transaction(actor.workspace, by=actor.by) as tx:
                earlier = await repeat.earlier(tx, self._state.vault)
            if earlier:
                held.replay(*earlier)
                return
            await self._app(scope, receive, held.take)
            if held.status < HTTPStatus.BAD_REQUEST:
                ScopeState.from_scope(scope).response_started = False
                async with self._state.db.transaction(actor.workspace, by=actor.by) as tx:
                    await repeat.keep(tx, self._state.vault, held.status, held.body)

    def _opened(
        self, method: str, actor: Actor, *, is_read: bool
    ) -> AbstractAsyncContextManager[Tx]:
        """Open what the request works in; what it reads is only what its actor sees."""
        sight = sight_of(actor) if method in _READS else ""
        open_ = self._state.db.reading if is_read else self._state.db.transaction
        return open_(actor.workspace, by=actor.by, sight=sight)

    async def _look(self, scope: HTTPScope, actor: Actor) -> None:
        """Insist that the actor sees what the path names. Raises: NotFound.

        For changes, whose transactions see all: what they write may leave the actor's sight. Reads
        see no more than the actor anyway.
        """
        if actor.sight is None:
            return
        named = {**scope["path_params"]}
        subjects = [UUID(str(named[each])) for each in _SEEN if each in named]
        if not subjects:
            return
        async with self._state.db.reading(actor.workspace) as tx:
            if await people.hidden(tx, actor.sight, subjects):
                raise NotFound("no such conversation or contact")

    def _wants(self, scope: HTTPScope) -> Wanted:
        handler = scope["route_handler"]
        found = self._wanted.get(id(handler))
        if found is None:
            self._wanted.update(wanted_by_handler(scope["litestar_app"].routes))
            found = self._wanted[id(handler)]
        return found


class _Undo(Exception):
    """Carries an answer of 400 or more out of its transaction."""


class _Held:
    """An answer that waits for the commit. beside: what is included in it."""

    def __init__(self, shape: Shape) -> None:
        self.status = 0
        self.shape = shape
        self.beside: Included | None = None
        self._messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Stand in for `send`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self._messages.append(message)

    def undo_if_refused(self) -> None:
        """Raise what rolls back when the answer is 400 or more."""
        if self.status >= HTTPStatus.BAD_REQUEST:
            raise _Undo

    @property
    def body(self) -> bytes:
        """Return the whole body."""
        return b"".join(
            each["body"] for each in self._messages if each["type"] == "http.response.body"
        )

    def mark(self, known: str) -> None:
        """Name the object's state in an ETag; answer 304 to who has it already. known: its tags."""
        if self.status != HTTPStatus.OK:
            return
        tag = etags.tag_of(self.body)
        start: HTTPResponseStartEvent = self._messages[0]  # type: ignore[assignment]
        start["headers"] = [*start["headers"], (b"etag", tag.encode())]
        # What is beside it may be new all the same.
        if known and not self.shape.include and etags.matches(known, tag):
            start["status"] = HTTPStatus.NOT_MODIFIED
            start["headers"] = [
                pair for pair in start["headers"] if not pair[0].startswith(b"content-")
            ]
            empty: Message = {"type": "http.response.body", "body": b"", "more_body": False}
            self._messages = [start, empty]

    def replay(self, status: int, body: bytes) -> None:
        """Answer as before."""
        headers: Headers = [repeats.REPLAYED, (b"content-length", str(len(body)).encode())]
        if body:
            headers.append((b"content-type", b"application/json"))
        self._messages = [
            {"type": "http.response.start", "status": status, "headers": headers},
            {"type": "http.response.body", "body": body, "more_body": False},
        ]

    async def release(self, send: Send) -> None:
        """Send it, in the shape that was asked for."""
        if self.status == HTTPStatus.OK and self.shape != WHOLE and self.body:
            self._form()
        for message in self._messages:
            await send(message)

    def _form(self) -> None:
        body = sparse.cut(self.body, self.shape.fields, self.beside)
        start: HTTPResponseStartEvent = self._messages[0]  # type: ignore[assignment]
        kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        start["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
        self._messages = [start, {"type": "http.response.body", "body": body, "more_body": False}]


def wanted_by_handler(routes: Sequence[BaseRoute]) -> dict[int, Wanted]:
    """Read off every route what it takes; once, when the first request comes."""
    found: dict[int, Wanted] = {}
    for route in routes:
        if not isinstance(route, HTTPRoute):
            continue
        read, _ = route.route_handler_map.get("GET", (None, None))
        one = read if read is not None and etags.answers_object(read) else None
        for method, (handler, kwargs_model) in route.route_handler_map.items():
            parameters = handler.parsed_fn_signature.parameters
            data = parameters.get("data")
            found[id(handler)] = Wanted(
                is_public=handler.opt.get("public", False) or method == "OPTIONS",
                has_transaction=handler.opt.get("transaction", True) and method != "OPTIONS",
                takes_body=data is not None,
                takes_form=_is_form(data),
                body_bytes=handler.opt.get("body_bytes", reading.BODY_BYTES),
                choices=_choices(method, handler),
                relations=Relations(handler if method == "GET" else None),
                object_of=one,
                answers_object=one is not None and etags.kind_of(handler) == etags.kind_of(one),
                decoder=None if "body_type" in handler.opt else _decoder_of(data),
                queries=frozenset(p.field_alias for p in kwargs_model.expected_query_params),
                texts=frozenset(
                    p.field_alias
                    for p in kwargs_model.expected_query_params
                    if str in _kinds(parameters[p.field_name].annotation)
                ),
            )
    return found


def _choices(method: str, handler: HTTPRouteHandler) -> frozenset[str]:
    has_transaction = handler.opt.get("transaction", True)
    return sparse.choices_of(handler) if method == "GET" and has_transaction else frozenset()


def _kinds(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) or (annotation,)


def _decoder_of(data: FieldDefinition | None) -> msgspec.json.Decoder[object] | None:
    if data is None:
        return reading.NOTHING
    return None if _is_form(data) else msgspec.json.Decoder(data.annotation)


def _is_form(data: FieldDefinition | None) -> bool:
    kwarg = None if data is None else data.kwarg_definition
    return isinstance(kwarg, BodyKwarg) and kwarg.media_type != RequestEncodingType.JSON


def _completing(send: Send, visit: Visit, allowance: Allowance, always: Headers) -> Send:
    """Return a `send` that adds what every answer carries; a handler's own header stays."""

    async def complete(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message["headers"])
            names = {name.lower() for name, _ in given}
            given += [pair for pair in always if pair[0] not in names]
            given += allowance.headers()
            given.append((b"x-request-id", visit.request_id.encode()))
            message["headers"] = given
        await send(message)

    return complete


def _headless(send: Send) -> Send:
    """Return a `send` for HEAD: as GET, without the body."""

    async def headless(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return headless


async def _refuse(send: Send, error: Exception, request_id: str) -> None:
    problem = problems.problem_of(error, request_id)
    body = msgspec.json.encode(problem)
    headers: Headers = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    headers += [(k.encode(), v.encode()) for k, v in problems.headers_of(problem).items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _security_headers(*, is_https: bool) -> Headers:
    pairs = {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    if is_https:
        pairs["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in pairs.items()]
