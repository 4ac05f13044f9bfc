"""Calling a visitor's browser: what it is told, and what its push service's answer means."""

from base64 import urlsafe_b64encode
from http import HTTPStatus

import msgspec
from msgspec import Struct

from hilo.domain import inboxes, notifications
from hilo.domain.notifications import Call, Called
from hilo.entry.chat.looks import text
from hilo.entry.state import AppState
from hilo.kit import clock, log, webpush
from hilo.kit.errors import Rejected, TemporaryFailure
from hilo.kit.http import Request
from hilo.kit.messages import LOCALES

_LOG = log.get(__name__)
_TTL_S = 86_400  # an answer of yesterday is read by mail or on the next visit
_BODY_CHARS = 160
_TIMEOUT_S = 15
# Gone; or made for another key of ours, after HILO_SECRET_KEY was turned.
_OVER = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.FORBIDDEN}


class Notice(Struct, frozen=True, kw_only=True):
    """What the service worker shows. tag: a later answer takes the place of an earlier one."""

    title: str
    body: str
    url: str
    tag: str


async def call(state: AppState, wanted: Call) -> None:
    """Call one browser about one answer, unless that is settled. Raises: TemporaryFailure."""
    async with state.db.transaction(wanted.workspace) as tx:
        called = await notifications.find_call(tx, wanted)
        row = await inboxes.queries.account(tx, called.account) if called else None
    if called is None or row is None:
        return
    notice = _notice(state, called, text(row.settings, "title") or row.name)
    try:
        is_over = await _post(state, called, msgspec.json.encode(notice))
    except Rejected as error:
        _LOG.warning("push.refused", account=str(called.account), why=error.message)
        is_over = True
    if is_over:
        async with state.db.transaction(wanted.workspace) as tx:
            await notifications.drop(tx, wanted.subscription)


async def _post(state: AppState, called: Called, plain: bytes) -> bool:
    """Hand it to the push service; say whether the browser is gone."""
    browser = webpush.Browser(called.public_key, called.auth)
    request = Request(
        method="POST",
        url=called.endpoint,
        headers={
            "authorization": state.push.authorization(called.endpoint, clock.now()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_TTL_S),
            "urgency": "high",
            "topic": urlsafe_b64encode(called.conversation.bytes).rstrip(b"=").decode(),
        },
        body=webpush.encrypt(plain, browser),
        timeout_s=_TIMEOUT_S,
    )
    status = (await state.http.fetch(request)).status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TemporaryFailure(f"the push service answered {status}")
    if status >= HTTPStatus.BAD_REQUEST and status not in _OVER:
        _LOG.warning("push.refused", account=str(called.account), why=f"answered {status}")
    return status in _OVER


def _notice(state: AppState, called: Called, title: str) -> Notice:
    locale = called.locale if called.locale in LOCALES else "en"
    said = " ".join(called.text.split()) or state.catalogue.t(locale, "widget.push_file")
    body = f"{called.author}: {said}" if called.author else said
    return Notice(
        title=title,
        body=body if len(body) <= _BODY_CHARS else f"{body[: _BODY_CHARS - 1]}…",
        url=called.page,
        tag=str(called.conversation),
    )
