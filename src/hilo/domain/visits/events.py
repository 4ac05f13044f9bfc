"""What can happen in a shop."""

from typing import Literal
from uuid import UUID

from hilo.domain.visits.models import VisitView
from hilo.kit.events import Event

What = Literal["joined", "called", "serving", "served", "left", "no_show", "requeued"]


class VisitChanged(Event, frozen=True, kw_only=True, tag="visit.changed", tag_field="type"):
    """Somebody took a turn, was called, served, left: `what` says which."""

    what: What
    visit: VisitView


class ShopChanged(Event, frozen=True, kw_only=True, tag="shop.changed", tag_field="type"):
    """A shop's queue was opened or closed."""

    account_id: UUID
    is_open: bool
