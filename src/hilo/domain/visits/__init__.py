"""Who comes into a shop: visits, and the queue in which they wait for their turn."""

from hilo.domain.visits.errors import NobodyWaits, NoTurn, QueueClosed, QueueFull, VisitElsewhere
from hilo.domain.visits.events import ShopChanged, VisitChanged
from hilo.domain.visits.following import forget_visits, move_visits
from hilo.domain.visits.joining import Taken, Taking, leave, my_visit, pick_up, take_turn, turn_of
from hilo.domain.visits.models import Board, Here, Queue, Shop, State, Turn, VisitView
from hilo.domain.visits.policy import wait_s, waiting
from hilo.domain.visits.queries import board, shop
from hilo.domain.visits.reading import get_queue, get_visit, list_shops, list_visits
from hilo.domain.visits.serving import (
    call,
    call_next,
    finish,
    miss,
    requeue,
    serve,
    set_open,
)

__all__ = [
    "Board",
    "Here",
    "NoTurn",
    "NobodyWaits",
    "Queue",
    "QueueClosed",
    "QueueFull",
    "Shop",
    "ShopChanged",
    "State",
    "Taken",
    "Taking",
    "Turn",
    "VisitChanged",
    "VisitElsewhere",
    "VisitView",
    "board",
    "call",
    "call_next",
    "finish",
    "forget_visits",
    "get_queue",
    "get_visit",
    "leave",
    "list_shops",
    "list_visits",
    "miss",
    "move_visits",
    "my_visit",
    "pick_up",
    "requeue",
    "serve",
    "set_open",
    "shop",
    "take_turn",
    "turn_of",
    "wait_s",
    "waiting",
]
