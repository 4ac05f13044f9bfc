"""A simulated Instagram account: the dialogue it shares with the other channel, and comments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from hilo.connectors._graph import sketch
from hilo.connectors._graph.vendor import Dialogue, Habits
from hilo.sdk.account import Account
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Bubble, Deed, Request, Response, Webhook

_POST = "17900000000000009"
_PRIVATE = timedelta(days=7)
_LIVES_S = 60 * 24 * 3600
_KEPT = 1_000


class InstagramSimulator(Dialogue):
    """An account and everybody who writes to it or below its posts."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """account: the only one this vendor knows."""
        habits = Habits(
            kind="instagram",
            prefix="5550000000",
            size=lambda text: len(text.encode()),
            text_most=1000,
            host="lookaside.fbsbx.com",
            echoes_tracker=False,
            reads_by_mid=True,
            profile=_profile,
        )
        super().__init__(account, account.address or "178400000000001", habits, first)
        self._comments: dict[str, tuple[Line, datetime]] = {}
        self._answered: set[str] = set()

    @override
    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call as the vendor would."""
        path = sketch.path_of(request)
        if path.last == "refresh_access_token":
            return self._renewed(path), []
        if request.method == "POST" and path.last == "replies":
            return self._reply(request, path, at)
        if request.method == "DELETE" and path.last in self._comments:
            return sketch.done(), []
        comment = (sketch.object_of(request).get("recipient") or {}).get("comment_id")
        if comment is not None:
            refusal = self._private(str(comment), at)
            if refusal is not None:
                return refusal, []
        return super().request(request, at)

    @override
    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a person do something."""
        if deed.does != "comment":
            return super().deed(deed, at)
        line = self.line(deed.who, deed.name)
        id_ = f"178500000{next(self.ids):08}"
        self._comments[id_] = (line, at)
        for oldest in list(self._comments)[:-_KEPT]:
            del self._comments[oldest]
        line.add(
            Bubble(id=id_, mine=True, text=deed.text, at=at, reply_to=deed.target, state="sent")
        )
        return [
            self._commented(id_, deed.text, {"id": line.address, "username": _handle(line)}, at)
        ]

    @override
    def reached(self, to: Mapping[str, object]) -> Line | None:
        """Return the phone that a recipient is, or whose comment it is."""
        known = self._comments.get(str(to.get("comment_id")))
        return known[0] if known is not None else super().reached(to)

    def _private(self, comment: str, at: datetime) -> Response | None:
        known = self._comments.get(comment)
        if known is None:
            return sketch.refused(400, 100, "Invalid parameter: comment_id", 2534022)
        if at - known[1] > _PRIVATE:
            return sketch.refused(400, 10, "Private replies are allowed for 7 days", 2534022)
        if comment in self._answered:
            return sketch.refused(400, 100, "Activity already replied to", 2534023)
        self._answered.add(comment)
        return None

    def _reply(
        self, request: Request, path: sketch.Path, at: datetime
    ) -> tuple[Response, Sequence[Webhook]]:
        parent = path.parts[-2] if len(path.parts) > 1 else ""
        known = self._comments.get(parent)
        text = str(sketch.object_of(request).get("message") or "")
        if known is None or not text:
            return sketch.refused(400, 100, "Invalid parameter", 33), []
        id_ = f"178500000{next(self.ids):08}"
        self._comments[id_] = (known[0], at)
        known[0].add(Bubble(id=id_, mine=False, text=text, at=at, reply_to=parent))
        own = {"id": self.own, "username": "casafaro"}
        return sketch.done({"id": id_}), [self._commented(id_, text, own, at, parent)]

    def _commented(
        self, id_: str, text: str, writer: Mapping[str, str], at: datetime, parent: str = ""
    ) -> Webhook:
        value: dict[str, Any] = {
            "id": id_,
            "text": text,
            "from": dict(writer),
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
        "follower_count": 120,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
        "is_verified_user": False,
    }
