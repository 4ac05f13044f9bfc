"""Telling people who look elsewhere: an answer calls a visitor's browser, or follows by mail."""

from hilo.domain.notifications.calling import CALL, Call, Called, call_visitors, find_call
from hilo.domain.notifications.following import FOLLOW, Follow, follow, follow_visitors
from hilo.domain.notifications.subscriptions import (
    NewSubscription,
    drop,
    is_subscribed,
    subscribe,
    unsubscribe,
)

__all__ = [
    "CALL",
    "FOLLOW",
    "Call",
    "Called",
    "Follow",
    "NewSubscription",
    "call_visitors",
    "drop",
    "find_call",
    "follow",
    "follow_visitors",
    "is_subscribed",
    "subscribe",
    "unsubscribe",
]
