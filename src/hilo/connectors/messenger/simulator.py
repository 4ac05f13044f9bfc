"""A simulated page of Messenger. What it shares with the other dialogue is beside it."""

from collections.abc import Mapping

from hilo.connectors._graph.vendor import Dialogue, Habits
from hilo.sdk.account import Account
from hilo.sdk.phones import Line


class MessengerSimulator(Dialogue):
    """A page and everybody who writes to it. Raises as `Simulator` says."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """account: the only one this vendor knows."""
        habits = Habits(
            kind="page",
            prefix="2400000000",
            size=len,
            text_most=2000,
            host="scontent.xx.fbcdn.net",
            echoes_tracker=True,
            reads_by_mid=False,
            profile=_profile,
        )
        super().__init__(account, account.address or "300000000000001", habits, first)


def _profile(line: Line) -> Mapping[str, object]:
    first, _, rest = line.name.partition(" ")
    return {"first_name": first, "last_name": rest, "locale": "es_ES"}
