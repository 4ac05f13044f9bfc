"""The wish to be called when an answer comes: offered, kept, taken back.

A frame on somebody else's site may not ask for notifications, so the panel leads to a page of ours
with a ticket that says for whom it asks. The ticket lives for minutes and is good for nothing else.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from hilo.connectors.webchat import Visitor
from hilo.domain import notifications
from hilo.domain.notifications import NewSubscription
from hilo.entry.chat.accounts import Shop
from hilo.entry.chat.asked import PushAsked
from hilo.entry.chat.http import is_allowed
from hilo.entry.state import AppState
from hilo.kit import clock, webpush
from hilo.kit.errors import Rejected, TemporaryFailure, Unauthenticated, Unavailable, invalid

_PURPOSE = "visitor push"
_TICKET_LIVES = timedelta(minutes=15)


class BadTicket(Unauthenticated):
    """The ticket is not ours or too old; the chat gives a new one."""

    code = "bad-ticket"


class Offer(Struct, frozen=True):
    """key: who will call, for the browser. ticket: for our page. is_on: it is wished already."""

    key: str
    ticket: str
    is_on: bool


class Calls:
    """Keeps the wishes."""

    def __init__(self, state: AppState) -> None:
        """state: the shared parts."""
        self._state = state

    async def offer(self, shop: Shop, visitor: Visitor) -> Offer:
        """Return what a page of ours needs to ask this visitor."""
        account = shop.account
        until = int((clock.now() + _TICKET_LIVES).timestamp())
        signature = self._state.vault.sign(_PURPOSE, f"{account.id}:{visitor.id}:{until}")
        async with self._state.db.reading(account.workspace) as tx:
            is_on = await notifications.is_subscribed(tx, account.id, visitor.id)
        return Offer(self._state.push.public, f"{visitor.id}.{until}.{signature}", is_on)

    def holder(self, shop: Shop, ticket: str) -> Visitor:
        """Return for whom a ticket asks. Raises: BadTicket."""
        visitor, until, signature = (*ticket.split("."), "", "", "")[:3]
        said = f"{shop.account.id}:{visitor}:{until}"
        if not self._state.vault.check(_PURPOSE, said, signature):
            raise BadTicket("the ticket is not ours")
        if int(until) < clock.now().timestamp():
            raise BadTicket("the ticket is too old")
        return Visitor(id=UUID(visitor))

    async def keep(self, shop: Shop, visitor: Visitor, asked: PushAsked, host: str) -> None:
        """Keep the wish. Raises: Invalid; Conflict when the visitor has said nothing yet."""
        given = asked.subscription
        try:
            browser = webpush.browser_of(given.keys.p256dh, given.keys.auth)
        except ValueError:
            raise invalid("subscription.keys", "format", "a browser's keys are expected") from None
        try:
            await self._state.http.guard.check(given.endpoint)
        except TemporaryFailure as error:
            raise Unavailable("the push service cannot be found", retry_after_s=5) from error
        except Rejected as error:
            raise invalid("subscription.endpoint", "refused", error.message) from None
        account = shop.account
        new = NewSubscription(
            endpoint=given.endpoint,
            public_key=browser.public,
            auth=browser.auth,
            page=asked.page if self._may_open(asked.page, shop, host) else "",
            locale=asked.locale[:2],
        )
        async with self._state.db.transaction(account.workspace) as tx:
            await notifications.subscribe(tx, account.id, visitor.id, new)

    async def end(self, shop: Shop, visitor: Visitor) -> None:
        """Call this visitor no more."""
        async with self._state.db.transaction(shop.account.workspace) as tx:
            await notifications.unsubscribe(tx, shop.account.id, visitor.id)

    def _may_open(self, page: str, shop: Shop, host: str) -> bool:
        """Say whether a page is one of the sites that may show the chat."""
        try:
            parts = urlsplit(page)
        except ValueError:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
        is_page = parts.scheme in {"http", "https"} and bool(parts.netloc)
        return is_page and is_allowed(origin, host, shop.account, self._state.config.public_url)
