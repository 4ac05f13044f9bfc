"""`/sandbox/<account>/https/<host>/<path>`: the vendors, played.

Beside them `/sandbox/<account>/controls`. The controls are for our own API, which proves itself;
a vendor's path asks what the vendor asks.
"""

import re
from contextlib import suppress
from uuid import UUID

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from hilo.entry import answers
from hilo.entry.sandbox.controls import HEADER, PURPOSE, Command, State, Told
from hilo.entry.sandbox.stage import Cut, Stage
from hilo.kit.crypto import Vault
from hilo.kit.errors import HiloError, NotFound, TooLarge
from hilo.sdk.simulator import Request

_PATH = re.compile(
    r"/sandbox/(?P<account>[0-9a-f-]{36})/(?P<what>https?|controls)(?:/(?P<rest>.*))?"
)
_MOST_BYTES = 60_000_000
_JSON = "application/json"


def sandbox_app(stage: Stage, vault: Vault) -> ASGIApp:
    """Return the door. vault: knows our own controls."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        try:
            await _answer(stage, vault, scope, receive, send)
        except HiloError as error:
            told = msgspec.json.encode(Told(code=error.code, message=error.message))
            status = 404 if isinstance(error, NotFound) else 422
            await answers.send_bytes(send, status, told, _JSON)

    return app


async def _answer(
    stage: Stage, vault: Vault, scope: HTTPScope, receive: Receive, send: Send
) -> None:
    raw = scope.get("raw_path") or scope["path"].encode()
    match = _PATH.fullmatch(raw.decode("latin-1"))
    if match is None:
        raise NotFound("no such vendor")
    account = UUID(match["account"])
    headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in scope["headers"]}
    body = await _body(receive)
    if match["what"] == "controls":
        if not vault.check(PURPOSE, str(account), headers.get(HEADER, "")):
            raise NotFound("no such vendor")
        status, told, media_type = await _control(stage, account, body)
        await answers.send_bytes(send, status, told, media_type)
        return
    query = scope["query_string"].decode("latin-1")
    url = f"{match['what']}://{match['rest'] or ''}" + (f"?{query}" if query else "")
    asked = Request(method=scope["method"], url=url, headers=headers, body=body)
    try:
        response = await stage.request(account, asked)
    except Cut:
        await _cut(send)
        return
    pairs = [(n.lower().encode(), v.encode("latin-1")) for n, v in response.headers.items()]
    media_type = next((v.decode("latin-1") for n, v in pairs if n == b"content-type"), _JSON)
    rest = [(n, v) for n, v in pairs if n not in {b"content-type", b"content-length"}]
    await answers.send_bytes(send, response.status, response.body, media_type, rest)


async def _control(stage: Stage, account: UUID, body: bytes) -> tuple[int, bytes, str]:
    command = msgspec.json.decode(body, type=Command)
    if command.file is not None:
        content, media_type = await stage.file(account, command.file)
        return 200, content, media_type or "application/octet-stream"
    if command.deed is not None:
        await stage.deed(account, command.deed)
    if command.faults is not None:
        await stage.faults(account, command.faults)
    state = State(
        deeds=await stage.deeds(account),
        phones=await stage.phones(account),
        faults=await stage.faults(account),
    )
    return 200, msgspec.json.encode(state), _JSON


async def _cut(send: Send) -> None:
    """Promise more than is sent: the server breaks the connection."""
    head = [(b"content-type", _JSON.encode()), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    with suppress(RuntimeError):  # the server says so, and breaks it
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(receive: Receive) -> bytes:
    chunks = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise NotFound("the caller left")
        size += len(message["body"])
        if size > _MOST_BYTES:
            raise TooLarge("the body is too large", limit_bytes=_MOST_BYTES)
        chunks.append(message["body"])
        if not message["more_body"]:
            return b"".join(chunks)
