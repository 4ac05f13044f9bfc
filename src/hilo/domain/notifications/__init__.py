"""Telling people who look elsewhere: a visitor's browser is called when an agent has answered."""

from hilo.domain.notifications.calling import CALL, Call, Called, call_visitors, find_call
from hilo.domain.notifications.subscriptions import (
    NewSubscription,
    drop,
    is_subscribed,
    subscribe,
    unsubscribe,
)

__all__ = [
    "CALL",
    "Call",
    "Called",
    "NewSubscription",
    "call_visitors",
    "drop",
    "find_call",
    "is_subscribed",
    "subscribe",
    "unsubscribe",
]
