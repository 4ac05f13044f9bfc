"""What can stand in the way of a turn. The codes are part of the API."""

from hilo.kit.errors import Conflict


class QueueClosed(Conflict):
    """Nobody can take a turn now."""

    code = "queue-closed"


class QueueFull(Conflict):
    """As many wait as the shop allows. params: most."""

    code = "queue-full"


class NobodyWaits(Conflict):
    """There is nobody to call."""

    code = "nobody-waits"


class VisitElsewhere(Conflict):
    """The visit is in a state that does not bear this. params: state."""

    code = "visit-state"


class NoTurn(Conflict):
    """The shop gives this person no turn."""

    code = "no-turn"
