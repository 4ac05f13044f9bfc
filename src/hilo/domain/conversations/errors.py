"""What can stand in the way of a reply, beyond wrong input. The codes are part of the API."""

from hilo.kit.errors import Conflict


class StaleReply(Conflict):
    """Someone wrote after what the caller has seen. params: last_seq."""

    code = "stale-reply"


class AlreadyTaken(Conflict):
    """A claim came second. params: assignee_id, assignee_name."""

    code = "conflict"


class WindowClosed(Conflict):
    """The channel no longer accepts a free reply. params: since, window_s."""

    code = "channel-window-closed"


class NoSource(Conflict):
    """A file came without an address, so that it cannot be fetched again."""

    code = "no-source"


class OptedOut(Conflict):
    """The contact asked for no more messages by this address."""

    code = "opted-out"


class TooLateToChange(Conflict):
    """The channel lets a reply be edited or taken back for a while only. params: limit_s."""

    code = "too-late-to-change"


class TooLateToWithdraw(Conflict):
    """The reply is leaving or has left."""

    code = "conflict"
