"""Going on elsewhere, as a visitor asks for it: where, and a code for one of these places.

A visitor's code leads into the conversation it last wrote or was answered in here, and no other.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from hilo.connectors.webchat import Visitor
from hilo.domain.conversations import Elsewhere, Offer, crossing, visitors
from hilo.entry.chat.accounts import Shop
from hilo.entry.chat.session import reader_of
from hilo.entry.state import AppState
from hilo.kit.errors import Conflict, NotFound
from hilo.kit.events import By


class Place(Struct, frozen=True):
    """A channel to go on by. name: as people call it."""

    account_id: UUID
    name: str


class Places(Struct, frozen=True):
    """All of them."""

    items: Sequence[Place]


class CrossingAsked(Struct, frozen=True):
    """Where to."""

    account_id: UUID


class Crossings:
    """Answers for the door."""

    def __init__(self, state: AppState) -> None:
        """state: the shared parts."""
        self._state = state

    async def places(self, shop: Shop) -> Places:
        """Return where one can go on."""
        channels = self._state.channels
        async with self._state.db.reading(shop.account.workspace) as tx:
            found = await crossing.places_for_visitors(tx, channels)
        return Places(_named(self._state, found))

    async def offer(self, shop: Shop, visitor: Visitor, account: UUID) -> Offer:
        """Make a code. Raises: Conflict before anything was said; Invalid; RateLimited."""
        reader = reader_of(visitor, shop.account)
        async with self._state.db.transaction(shop.account.workspace) as tx:
            allowed = await crossing.places_for_visitors(tx, self._state.channels)
            if account not in {each.account_id for each in allowed}:
                raise NotFound("no such place")
            seen = await visitors.latest(tx, reader, 1)
            if not seen.messages:
                raise Conflict("nothing was said yet", reason="nothing-said")
            by = By(kind="contact", id=seen.contacts[0] if seen.contacts else None)
            talk = seen.messages[-1].conversation_id
            return await crossing.mint(tx, self._state.channels, talk, account, by)


def _named(state: AppState, found: Sequence[Elsewhere]) -> list[Place]:
    """Name each by its channel, and by its account too where a channel has several."""
    many = Counter(each.channel for each in found)
    named = []
    for each in found:
        channel = state.connectors[each.channel].connector.manifest.name
        is_alone = many[each.channel] == 1 or not each.account_name
        name = channel if is_alone else f"{channel} · {each.account_name}"
        named.append(Place(each.account_id, name))
    return named
