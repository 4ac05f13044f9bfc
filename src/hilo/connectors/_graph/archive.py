"""The simulated list of conversations, as the two with a dialogue answer it. Memory only."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hilo.connectors._graph import sketch
from hilo.sdk.allowance import Allowance
from hilo.sdk.phones import Line
from hilo.sdk.simulator import Bubble, Response

_NEWEST = 20
_TOO_FAST = (613, "Calls to this api have exceeded the rate limit.")
Json = dict[str, Any]


class Archive:
    """What was said, by person. own: who we are there."""

    def __init__(self, own: str) -> None:
        """Two questions a second are answered."""
        self._own = own
        self._rate = Allowance(2, 0.5)

    def conversations(self, line: Line | None, said: Sequence[Bubble], at: datetime) -> Response:
        """Return the conversation with one person, the newest message first."""
        if not self._rate.takes("", at):
            return sketch.refused(400, *_TOO_FAST)
        if line is None or not said:
            return sketch.done({"data": []})
        page: Json = {"data": [self._message(each, line) for each in reversed(said[-_NEWEST:])]}
        if len(said) > _NEWEST:
            page["paging"] = {"next": "https://graph.facebook.com/next"}
        return sketch.done({"data": [{"id": f"t_{line.address}", "messages": page}]})

    def below(
        self, said: Sequence[Bubble], line: Line, shape: Callable[[Bubble, str], Json]
    ) -> Response:
        """Return the answers to a comment. shape: how one is written, and by whom."""
        listed = [shape(each, line.address if each.mine else self._own) for each in said]
        return sketch.done({"data": listed})

    def _message(self, bubble: Bubble, line: Line) -> Mapping[str, object]:
        told: Json = {
            "id": bubble.id,
            "created_time": written(bubble.at),
            "from": {"id": line.address if bubble.mine else self._own},
            "message": "" if bubble.file else bubble.text,
        }
        if bubble.file:
            told["attachments"] = {"data": [{"id": bubble.id, "mime_type": bubble.media_type}]}
        return told


def written(at: datetime) -> str:
    """Return a moment as the lists write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S%z")
