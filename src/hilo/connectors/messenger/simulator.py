"""A simulated page of Messenger, and its posts. What it shares with the other is beside it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from hilo.connectors._graph import archive
from hilo.connectors._graph.vendor import Habits
from hilo.connectors._graph.wall import Wall
from hilo.connectors.messenger import setup
from hilo.kit.errors import NotFound
from hilo.sdk.account import Account
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Bubble, Deed, Webhook

_POST = "900000000000009"

_HOST = "scontent.xx.fbcdn.net"


class MessengerSimulator(Wall):
    """A page and everybody who writes to it. Raises as `Simulator` says."""

    below = "comments"

    def __init__(self, account: Account, first: int = 1) -> None:
        """account: the only one this vendor knows."""
        habits = Habits(
            kind="page",
            prefix="2400000000",
            size=len,
            text_most=2000,
            host=_HOST,
            echoes_tracker=True,
            reads_by_mid=False,
            profile=_profile,
            fields=setup.fields(account),
        )
        super().__init__(account, account.address or "300000000000001", habits, first)

    @override
    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a person do something; a comment can be changed and taken back too."""
        if deed.target is None or not self.is_comment(deed.target):
            return super().deed(deed, at)
        if deed.does not in {"edit", "delete"}:
            return super().deed(deed, at)
        line = self.line(deed.who)
        bubble = line.find(deed.target)
        if not bubble.mine:
            raise NotFound("no such comment of this phone")
        if deed.does == "edit":
            line.change(bubble.id, text=deed.text, is_edited=True)
            return [self._told("edited", bubble.id, line, at, {"message": deed.text})]
        line.change(bubble.id, text="", is_deleted=True)
        self.forget(bubble.id)
        return [self._told("remove", bubble.id, line, at, {})]

    @override
    def comment_id(self) -> str:
        """Return the name of a new comment."""
        return f"{_POST}_{next(self.ids):09}"

    @override
    def listed(self, bubble: Bubble, writer: str) -> dict[str, object]:
        """Return a comment as a list of them has it."""
        at = archive.written(bubble.at)
        return {"id": bubble.id, "message": bubble.text, "created_time": at, "from": {"id": writer}}

    @override
    def commented(
        self, bubble: Bubble, line: Line | None, at: datetime, parent: str = ""
    ) -> Webhook:
        """Tell of a comment."""
        more = {"message": bubble.text} | ({"parent_id": parent} if parent else {})
        return self._told("add", bubble.id, line, at, more)

    def _told(
        self, verb: str, id_: str, line: Line | None, at: datetime, more: Mapping[str, str]
    ) -> Webhook:
        post = f"{self.own}_{_POST}"
        own = {"id": self.own, "name": "Casa Faro"}
        value: dict[str, Any] = {
            "item": "comment",
            "verb": verb,
            "comment_id": id_,
            "post_id": post,
            "parent_id": post,
            "created_time": int(at.timestamp()),
            "from": {"id": line.address, "name": line.name} if line else own,
            **more,
        }
        change = {"field": "feed", "value": value}
        return self.hook({"id": self.own, "time": int(at.timestamp()), "changes": [change]})


def _profile(line: Line) -> Mapping[str, object]:
    first, _, rest = line.name.partition(" ")
    picture = f"https://{_HOST}/{line.portrait}"
    named = {"first_name": first, "last_name": rest, "locale": "es_ES"}
    return {**named, "profile_pic": picture}
