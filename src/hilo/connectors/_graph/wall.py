"""The simulated dialogue with posts below which people comment. Memory only."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from typing_extensions import override

from hilo.connectors._graph import sketch
from hilo.connectors._graph.remarks import PRIVATE
from hilo.connectors._graph.vendor import Dialogue, Habits
from hilo.sdk.account import Account
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Bubble, Deed, Does, Request, Response, Webhook

_KEPT = 1_000


class Wall(Dialogue):
    """A page or account with posts. below: what it calls the answers of a comment."""

    below: ClassVar[str]

    def __init__(self, account: Account, own: str, habits: Habits, first: int) -> None:
        """account: the only one this vendor knows. own: its id in batches."""
        super().__init__(account, own, habits, first)
        self._comments: dict[str, tuple[Line, datetime]] = {}
        self._answered: set[str] = set()

    @abstractmethod
    def comment_id(self) -> str:
        """Return the name of a new comment."""

    @abstractmethod
    def commented(
        self, bubble: Bubble, line: Line | None, at: datetime, parent: str = ""
    ) -> Webhook:
        """Tell of a comment. line: whose; None = our own. parent: the comment it answers."""

    @override
    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call as the vendor would."""
        path = sketch.path_of(request)
        comment = (sketch.object_of(request).get("recipient") or {}).get("comment_id")
        if request.method == "GET" and path.last in {self.below, "debug_token"}:
            return self._answered_with(request, path), []
        replies = request.method == "POST" and path.last == self.below
        removes = request.method == "DELETE" and self.is_comment(path.last)
        if not replies and not removes and comment is None:
            return super().request(request, at)
        refusal = self.denied(request)
        if refusal is None and comment is not None:
            refusal = self._private(str(comment), at)
        if refusal is not None:
            return refusal, []
        if replies:
            return self._reply(request, path, at)
        if removes:
            self.forget(path.last)
            return sketch.done(), []
        return super().request(request, at)

    @override
    def deeds(self) -> Sequence[Does]:
        """Return what a person can do here; below a post too."""
        return (*super().deeds(), "comment")

    @override
    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a person do something."""
        if deed.does != "comment":
            return super().deed(deed, at)
        line = self.line(deed.who, deed.name)
        parent = deed.target if deed.target and self.is_comment(deed.target) else ""
        said = Bubble(
            id=self.comment_id(),
            mine=True,
            text=deed.text,
            at=at,
            reply_to=deed.target,
            state="sent",
        )
        self._keep(said, line, at)
        return [self.commented(said, line, at, parent)]

    @override
    def said(self, line: Line | None) -> Sequence[Bubble]:
        """Return a person's dialogue; comments are none."""
        return [each for each in super().said(line) if not self.is_comment(each.id)]

    @abstractmethod
    def listed(self, bubble: Bubble, writer: str) -> dict[str, object]:
        """Return a comment as a list of them has it."""

    @override
    def reached(self, to: Mapping[str, object]) -> Line | None:
        """Return the phone that a recipient is, or whose comment it is."""
        known = self._comments.get(str(to.get("comment_id")))
        return known[0] if known is not None else super().reached(to)

    def is_comment(self, id_: str | None) -> bool:
        """Say whether it is a comment that one still knows."""
        return id_ is not None and id_ in self._comments

    def forget(self, id_: str) -> None:
        """Take a comment away."""
        self._comments.pop(id_, None)

    def _keep(self, said: Bubble, line: Line, at: datetime) -> None:
        self._comments[said.id] = (line, at)
        for oldest in list(self._comments)[:-_KEPT]:
            del self._comments[oldest]
        line.add(said)

    def _below(self, path: sketch.Path) -> Response:
        parent = path.parts[-2] if len(path.parts) > 1 else ""
        known = self._comments.get(parent)
        if known is None:
            return sketch.refused(400, 100, "Invalid parameter", 33)
        line = known[0]
        said = [each for each in line.bubbles if each.reply_to == parent]
        return self.archive.below(
            [each for each in said if self.is_comment(each.id)], line, self.listed
        )

    def _answered_with(self, request: Request, path: sketch.Path) -> Response:
        if path.last == "debug_token":
            return self._token(request, path)
        return self.denied(request) or self._below(path)

    def _token(self, request: Request, path: sketch.Path) -> Response:
        """Say of a token that it never ends; the account may ask, and its application."""
        secrets = self.account.secrets
        wanted = {secrets.get(name) for name in ("access_token", "app_secret")}
        if sketch.bearer(request).rpartition("|")[2] not in wanted:
            return sketch.refused(401, 190, "Invalid OAuth access token.")
        is_valid = path.query.get("input_token") == secrets.get("access_token")
        return sketch.done({"data": {"type": "PAGE", "is_valid": is_valid, "expires_at": 0}})

    def _private(self, comment: str, at: datetime) -> Response | None:
        known = self._comments.get(comment)
        if known is None:
            return sketch.refused(400, 100, "Invalid parameter: comment_id", 2534022)
        if at - known[1] > PRIVATE:
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
        said = Bubble(id=self.comment_id(), mine=False, text=text, at=at, reply_to=parent)
        self._keep(said, known[0], at)
        return sketch.done({"id": said.id}), [self.commented(said, None, at, parent)]
