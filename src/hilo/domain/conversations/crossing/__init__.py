"""Going on elsewhere: codes that lead from one channel into the same conversation on another."""

from hilo.domain.conversations.crossing.offering import (
    Elsewhere,
    Offer,
    elsewhere,
    mint,
    offer,
    places_for_visitors,
)

__all__ = ["Elsewhere", "Offer", "elsewhere", "mint", "offer", "places_for_visitors"]
