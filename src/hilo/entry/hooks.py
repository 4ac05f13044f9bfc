"""The door for vendors: `/hooks/{channel}/{account}`. A thin path outside the framework.

A POST's signature is checked on the raw bytes, the request is stored, and only then answered.
Nothing is parsed here. What is signed is always taken: a 4xx would make some senders stop for good.
A channel that greets may answer in its own words; a GET is such a handshake and nothing else.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import msgspec
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException
from litestar.types import HTTPScope, Receive, Scope, Send

from hilo.domain.inboxes import NewDelivery
from hilo.entry import answers
from hilo.entry.accounts import Accounts, Known
from hilo.entry.api import problems
from hilo.entry.door import Door
from hilo.kit import clock
from hilo.kit.db import transient
from hilo.kit.errors import (
    BadSignature,
    HiloError,
    NotFound,
    TooLarge,
    Unavailable,
)
from hilo.kit.ids import new_id
from hilo.kit.text import clean
from hilo.sdk.account import Answer, Asked, Delivery

BODY_BYTES = 40_000_000  # ten files of a message, as base64 writes them
_PREFIX = "/hooks/"
_HEADERS_BYTES = 32_000
_KEEP_OUT = {"authorization", "cookie"}
_KEY = "key"  # a secret in the address, of senders that cannot send a header
_JSON = "application/json"
_STORED = Answer(body=b'{"status":"accepted"}', media_type=_JSON)


class Hooks:
    """The ASGI application under `/hooks/`."""

    def __init__(self, door: Door, accounts: Accounts) -> None:
        """door: stores; accounts: who is meant."""
        self._door = door
        self._accounts = accounts
        self._refused: Counter[str] = Counter()

    async def numbers(self) -> Mapping[str, float]:
        """Return how many requests were refused, by the code of why."""
        return {**self._refused}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            return  # a socket is not accepted
        if scope["method"] not in {"GET", "POST"}:
            await _send_not_allowed(send, "GET, POST")
            return
        try:
            answer = await self._take(scope, receive)
        except Exception as error:  # noqa: BLE001 - every answer of this door is made here
            told = _told(error)
            self._refused[told.code if isinstance(told, HiloError) else "internal"] += 1
            await _send_problem(send, told)
        else:
            if answer is None:
                await _send_not_allowed(send, "POST")
                return
            await answers.send_bytes(send, answer.status, answer.body, answer.media_type)

    async def _take(self, scope: HTTPScope, receive: Receive) -> Answer | None:
        """Take a request; None: this channel shakes no hands."""
        path = scope["path"].removeprefix(_PREFIX).removesuffix("/").split("/")
        body = await _body(scope, receive)
        known = await self._find(path)
        is_handshake = scope["method"] == "GET"
        headers = _headers(scope)
        url = f"{known.account.public_url}{scope['path']}"
        query = scope["query_string"].decode("latin-1")
        if query:
            url += f"?{query}"
        delivery = Delivery(body=body, headers=headers, url=url, received_at=clock.now())
        key = None if is_handshake else known.connector.verify(delivery, known.account)
        answer = _greeted(known, delivery, scope)
        if answer is None and is_handshake:
            return None
        if answer is not None and not answer.stores:
            return answer
        if known.row.state == "off":
            # Taken and dropped: a refusal would make the sender repeat it for hours.
            return answer or _STORED
        await self._door.store(
            NewDelivery(
                workspace_id=known.row.workspace_id,
                id=new_id(),
                account_id=known.row.id,
                source="hook",
                headers=_kept(headers, query),
                body=body,
                dedupe_key=key or _hash(body or query.encode()),
            )
        )
        return answer or _STORED

    async def _find(self, path: list[str]) -> Known:
        try:
            channel, account = path[0], UUID(path[1])
            known = await self._accounts.find(account) if len(path) == 2 else None  # noqa: PLR2004
        except (IndexError, ValueError):
            known, channel = None, ""
        if known is None or known.row.channel != channel:
            raise NotFound("no such account; the address is shown in the account's settings")
        return known


def _greeted(known: Known, delivery: Delivery, scope: HTTPScope) -> Answer | None:
    """Return the channel's own answer, if it has one."""
    if known.greeter is None:
        return None
    query = scope["query_string"].decode("latin-1")
    asked = Asked(
        method="GET" if scope["method"] == "GET" else "POST",
        url=delivery.url,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=delivery.headers,
        body=delivery.body,
        received_at=delivery.received_at,
    )
    return known.greeter.greet(asked, known.account)


async def _body(scope: HTTPScope, receive: Receive) -> bytes:
    """Read the whole body. Raises TooLarge before it is in memory."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    if said.isdigit() and int(said) > BODY_BYTES:
        raise TooLarge("the body is too large", limit_bytes=BODY_BYTES)
    chunks = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unavailable("the sender left")
        if message["type"] != "http.request":
            continue
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES:
            raise TooLarge("the body is too large", limit_bytes=BODY_BYTES)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk


def _headers(scope: HTTPScope) -> dict[str, str]:
    """Return the headers by lower-case name."""
    found: dict[str, str] = {}
    size = 0
    for raw_name, raw in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), clean(raw.decode("latin-1"))
        size += len(name) + len(value)
        if size > _HEADERS_BYTES:
            raise TooLarge("the headers are too large", limit_bytes=_HEADERS_BYTES)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _kept(headers: Mapping[str, str], query: str) -> dict[str, str]:
    """Return what is stored of headers and query: what proves the sender is not."""
    kept = {name: value for name, value in headers.items() if name not in _KEEP_OUT}
    pairs = parse_qsl(clean(query), keep_blank_values=True)
    shown = [(name, value) for name, value in pairs if name != _KEY]
    if shown:
        kept[":query"] = f"?{urlencode(shown)}" if len(shown) < len(pairs) else f"?{clean(query)}"
    return kept


def _hash(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _told(error: Exception) -> Exception:
    """Return the error to answer with: a database that is away is not the sender's fault."""
    if isinstance(error, HiloError) and not transient(error):
        return error
    if transient(error):
        return Unavailable("cannot store now", retry_after_s=2)
    return error


async def _send_not_allowed(send: Send, allow: str) -> None:
    await _send_problem(send, MethodNotAllowedException(headers={"allow": allow}))


async def _send_problem(send: Send, error: Exception) -> None:
    problem = problems.problem_of(error, str(uuid4()))
    headers = {
        name.encode(): value.encode() for name, value in problems.headers_of(problem, error).items()
    }
    if isinstance(error, BadSignature):
        headers.pop(b"www-authenticate", None)
    body = msgspec.json.encode(problem)
    media_type = problems.MEDIA_TYPE
    await answers.send_bytes(send, problem.status, body, media_type, list(headers.items()))
