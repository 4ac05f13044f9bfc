"""A simulated Instagram account: the dialogue it shares with the other channel, and comments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from hilo.connectors._graph import archive, sketch
from hilo.connectors._graph.vendor import Habits
from hilo.connectors._graph.wall import Wall
from hilo.connectors.instagram import setup
from hilo.sdk.account import Account
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Bubble, Request, Response, Webhook

_HOST = "lookaside.fbsbx.com"
_POST = "17900000000000009"
_LIVES_S = 60 * 24 * 3600


class InstagramSimulator(Wall):
    """An account and everybody who writes to it or below its posts."""

    below = "replies"

    def __init__(self, account: Account, first: int = 1) -> None:
        """account: the only one this vendor knows."""
        habits = Habits(
            kind="instagram",
            prefix="5550000000",
            size=lambda text: len(text.encode()),
            text_most=1000,
            host=_HOST,
            echoes_tracker=False,
            reads_by_mid=True,
            profile=_profile,
            fields=setup.fields(account),
        )
        super().__init__(account, account.address or "178400000000001", habits, first)

    @override
    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call as the vendor would."""
        path = sketch.path_of(request)
        if path.last == "refresh_access_token":
            return self._renewed(path), []
        return super().request(request, at)

    @override
    def comment_id(self) -> str:
        """Return the name of a new comment."""
        return f"178500000{next(self.ids):08}"

    @override
    def listed(self, bubble: Bubble, writer: str) -> dict[str, object]:
        """Return a comment as a list of them has it."""
        at = archive.written(bubble.at)
        return {"id": bubble.id, "text": bubble.text, "timestamp": at, "from": {"id": writer}}

    @override
    def commented(
        self, bubble: Bubble, line: Line | None, at: datetime, parent: str = ""
    ) -> Webhook:
        """Tell of a comment."""
        own = {"id": self.own, "username": "casafaro"}
        value: dict[str, Any] = {
            "id": bubble.id,
            "text": bubble.text,
            "from": {"id": line.address, "username": _handle(line)} if line else own,
            "media": {"id": _POST, "media_product_type": "FEED"},
        }
        if parent:
            value["parent_id"] = parent
        change = {"field": "comments", "value": value}
        return self.hook({"id": self.own, "time": int(at.timestamp()), "changes": [change]})

    def _renewed(self, path: sketch.Path) -> Response:
        token = path.query.get("access_token", "")
        if token != self.account.secrets.get("access_token"):
            return sketch.refused(401, 190, "Invalid OAuth access token.")
        return sketch.done({"access_token": token, "token_type": "bearer", "expires_in": _LIVES_S})


def _handle(line: Line) -> str:
    return line.name.lower().replace(" ", ".")


def _profile(line: Line) -> Mapping[str, object]:
    return {
        "name": line.name,
        "username": _handle(line),
        "profile_pic": f"https://{_HOST}/{line.portrait}",
        "follower_count": 120,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
        "is_verified_user": False,
    }
