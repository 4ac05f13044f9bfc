"""What a visitor is asked before its first message, and what is known of it already."""

from collections.abc import Mapping, Sequence

from hilo.connectors import webchat
from hilo.connectors.webchat import Posed, Visitor
from hilo.domain import contacts
from hilo.domain.conversations import visitors
from hilo.domain.people import SYSTEM
from hilo.entry.chat.accounts import Shop
from hilo.kit.db import Tx


async def to_ask(
    tx: Tx, shop: Shop, visitor: Visitor, seen: visitors.Seen, *, is_online: bool
) -> Sequence[webchat.Question]:
    """Return what is asked now; nothing once something was said."""
    settings = shop.account.settings
    when = settings.get("ask_first", "never")
    is_due = when == "always" or (when == "offline" and not is_online)
    if not is_due or seen.conversations:
        return ()
    known = await _known(tx, visitor, seen)
    return [each for each in webchat.questions_of(settings) if each.name not in known]


def posed(questions: Sequence[webchat.Question], locale: str) -> list[Posed]:
    """Return the questions as a visitor reads them. locale: as its panel says, `es` or `es-MX`."""
    return [webchat.posed(each, locale[:2].lower()) for each in questions]


def checked(shop: Shop, visitor: Visitor, given: Mapping[str, str] | None) -> Mapping[str, object]:
    """Return answers as the delivery carries them. None: nothing was asked. Raises: Invalid."""
    if given is None:
        return {}
    # Who is vouched for was asked less; what was left out is not missed.
    questions = webchat.questions_of(shop.account.settings)
    known = [each.name for each in questions] if visitor.is_verified else []
    found = webchat.answered(questions, given, known=known)
    return {"name": found.name, "traits": found.attributes}


async def _known(tx: Tx, visitor: Visitor, seen: visitors.Seen) -> set[str]:
    """Return what a signed identity proves, and what we know of whom it proves.

    A browser that nobody vouches for is told nothing by what it is not asked.
    """
    if not visitor.is_verified:
        return set()
    proven = {"name": visitor.name, "email": visitor.email, "phone": visitor.phone}
    known = {name for name, value in proven.items() if value}
    for each in seen.contacts:
        contact = await contacts.get_contact(tx, SYSTEM(tx.workspace), each)
        known |= {identity.kind for identity in contact.identities}
        known |= {name for name, value in contact.attributes.items() if value}
        known |= {"name"} if contact.name else set()
    return known
