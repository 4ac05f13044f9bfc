"""The simulated dialogue of Messenger and Instagram: its API, its phones, its signed webhooks.

What differs between the two is in `Habits`. Memory only.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hilo.connectors._graph import archive, sketch
from hilo.connectors._graph.talk import FREE, PERSON
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk import portraits
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import unpack
from hilo.sdk.phones import Line, Phones, number_after
from hilo.sdk.simulator import (
    Bubble,
    Deed,
    Does,
    Heard,
    Phone,
    Request,
    Response,
    Trouble,
    Webhook,
)

Body = dict[str, Any]
_DEEDS: Sequence[Does] = (
    "text", "file", "voice", "sticker", "location", "choose", "react", "edit", "delete", "read",
    "start",
)  # fmt: skip
_NAMES = ("Ana Ruiz", "Bruno Dias", "Carla Vega", "Diego Prado", "Elena Sol", "Fabio Reis")
_ECHO_S, _DELIVERED_S, _READ_S = 0.05, 0.3, 0.1
_THROTTLED = (613, "Calls to this api have exceeded the rate limit.")
_KEPT = 5_000
_TYPING = timedelta(seconds=20)  # so long it shows, unless a message comes before


class Habits(Struct, frozen=True, kw_only=True):
    """What is this vendor's own.

    kind: of the batches. prefix: of people's ids. size: of a text. host: of files.
    reads_by_mid: reading is told by message, not by moment. profile: of a phone. fields: what is
    told of from the start.
    """

    kind: str
    prefix: str
    size: Callable[[str], int]
    text_most: int
    host: str
    echoes_tracker: bool
    reads_by_mid: bool
    profile: Callable[[Line], Mapping[str, object]]
    fields: Sequence[str]


class Dialogue:
    """A page or account and everybody who writes to it."""

    def __init__(self, account: Account, own: str, habits: Habits, first: int) -> None:
        """account: the only one this vendor knows. own: its id in batches."""
        self.account = account
        self.own = own
        self.lines = Phones()
        self._habits = habits
        self._fields = list(habits.fields)
        self._files = sketch.Files()
        self.ids = itertools.count(first)
        self._taps: dict[str, str] = {}
        self._rate = Allowance(300, 1 / 300)
        self.archive = archive.Archive(own)

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call as the vendor would."""
        path = sketch.path_of(request)
        if path.host == self._habits.host:
            return self._download(path), []
        body = sketch.object_of(request)
        denied = self.denied(request)
        if denied is not None:
            return denied, []
        match (request.method, path.last):
            case ("POST", "messages") if "sender_action" in body:
                return self._sign(body, at), []
            case ("POST", "messages"):
                return self._message(body, at)
            case ("POST", "message_attachments"):
                return self._upload(request), []
            case ("GET", "conversations"):
                line = self.lines.at(path.query.get("user_id", ""))
                response = self.archive.conversations(line, self.said(line), at)
            case _:
                response = self._other(request, path, body)
        return response, []

    def denied(self, request: Request) -> Response | None:
        """Return what a call without a good token is told."""
        body = sketch.object_of(request)
        given = sketch.bearer(request) or str(body.get("access_token", "")).partition("|")[2]
        wanted = {self.account.secrets.get(name) for name in ("access_token", "app_secret")}
        if given and given in wanted:
            return None
        return sketch.refused(401, 190, "Invalid OAuth access token.")

    def deeds(self) -> Sequence[Does]:
        """Return what a person can do here."""
        return _DEEDS

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a person do something. Raises Unsupported, NotFound."""
        if deed.does not in self.deeds():
            raise Unsupported(f"nobody can {deed.does} here")
        line = self.line(deed.who, "" if deed.data else deed.name)
        match deed.does:
            case "read":
                return self._reads(line, at)
            case "react" | "edit" | "delete":
                return [self._item(line, self._change(deed, line), at)]
            case _:
                return self._says(deed, line, at)

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self.lines.recall(known, lambda address: number_after(self._habits.prefix, address))

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's own words for a fault."""
        return sketch.trouble(trouble, _THROTTLED)

    def phones(self) -> Sequence[Phone]:
        """Return every phone."""
        return self.lines.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self.lines.file(name)

    def line(self, who: str, name: str = "") -> Line:
        """Return a phone."""
        line = self.lines.line(who, f"{self._habits.prefix}{who.zfill(4)}", name)
        number = int(who) if who.isdecimal() else sum(who.encode())
        line.name = line.name or _NAMES[number % len(_NAMES)]
        return line

    def new_id(self) -> str:
        """Return the name of a message."""
        return f"m_{self.account.id.hex[-8:]}{next(self.ids):06}"

    # -------------------------------------------------------------- what we ask of it

    def _message(self, body: Body, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        said = body.get("message")
        to = body.get("recipient") or {}
        line = self.reached(to)
        if not isinstance(said, dict):
            return sketch.refused(400, 100, "Param message must be an object"), []
        if line is None:
            return sketch.refused(400, 100, "No matching user found", 2018001), []
        if self._habits.size(str(said.get("text", ""))) > self._habits.text_most:
            return sketch.refused(400, 100, "Length of param message[text] is too long"), []
        refusal = None if "comment_id" in to else _window(body, line, at)
        if refusal is not None:
            return refusal, []
        if not self._rate.takes("", at):
            return sketch.refused(400, *_THROTTLED), []
        id_ = self.new_id()
        self._show(said, id_, line, at, body.get("reply_to") or {})
        answer = sketch.done({"recipient_id": line.address, "message_id": id_})
        echo: Body = {"mid": id_, "is_echo": True, "app_id": 1517776481860111, **_echoed(said)}
        if self._habits.echoes_tracker and "metadata" in said:
            echo["metadata"] = said["metadata"]
        hooks = [self._item(line, {"message": echo}, at, _ECHO_S, mine=True)]
        if not self._habits.reads_by_mid:
            arrived = {"mids": [id_], "watermark": _ms(at)}
            hooks.append(self._item(line, {"delivery": arrived}, at, _DELIVERED_S))
        return answer, hooks

    def reached(self, to: Mapping[str, object]) -> Line | None:
        """Return the phone that a recipient is; made-up ones always are one."""
        address = str(to.get("id", ""))
        who = address.removeprefix(self._habits.prefix)
        if who != address and who.isdigit():
            return self.line(who.lstrip("0") or "0")
        return self.lines.at(address)

    def _show(
        self, said: Body, id_: str, line: Line, at: datetime, reply_to: Mapping[str, object]
    ) -> None:
        text, choices = _shown(said)
        payload = (said.get("attachment") or {}).get("payload") or {}
        content, media_type = self._files.get(str(payload.get("attachment_id")))
        for choice, _ in choices:
            self._taps[f"{id_}:{choice}"] = "reply" if "quick_replies" in said else "postback"
        for oldest in list(self._taps)[:-_KEPT]:
            del self._taps[oldest]
        mid = reply_to.get("mid")
        line.typing_until = None
        line.add(
            Bubble(
                id=id_,
                mine=False,
                text=text,
                at=at,
                file=self.lines.keep(id_, content, media_type) if media_type else "",
                media_type=media_type,
                choices=choices,
                reply_to=str(mid) if mid else None,
            )
        )

    def said(self, line: Line | None) -> Sequence[Bubble]:
        """Return a person's dialogue."""
        return () if line is None else line.bubbles

    def _sign(self, body: Body, at: datetime) -> Response:
        line = self.reached(body.get("recipient") or {})
        if line is None:
            return sketch.refused(400, 100, "No matching user found", 2018001)
        match str(body["sender_action"]).upper():
            case "TYPING_ON" | "TYPING_OFF" as action:
                line.typing_until = at + _TYPING if action == "TYPING_ON" else None
            case "MARK_SEEN":
                for bubble in line.bubbles:
                    if bubble.mine:
                        line.change(bubble.id, state="read")
            case "REACT" | "UNREACT":
                payload = body.get("payload") or {}
                mark = str(payload.get("reaction") or "")
                line.change(str(payload.get("message_id")), marks=[f"↩ {mark}"] if mark else [])
            case action:
                return sketch.refused(400, 100, f"Param sender_action: {action}")
        return sketch.done({"recipient_id": line.address})

    def _upload(self, request: Request) -> Response:
        try:
            _, files = unpack(sketch.header(request, "content-type"), request.body)
        except ValueError:
            files = []
        if not files:
            return sketch.refused(400, 100, "Upload attachment failure.", 2018047)
        return sketch.done(
            {"attachment_id": self._files.put(files[0].content, files[0].media_type)}
        )

    def _download(self, path: sketch.Path) -> Response:
        if path.last.startswith(portraits.MARK):
            content, media_type = self.lines.file(path.last)
        else:
            content, media_type = self._files.get(path.last)
        if not media_type:
            return Response(status=403, body=b"URL signature expired")
        return Response(status=200, headers={"content-type": media_type}, body=content)

    def _subscription(self, request: Request, body: Body) -> Response:
        if request.method == "GET":
            app = {"id": "1", "name": "Hilo", "subscribed_fields": self._fields}
            return sketch.done({"data": [app] if self._fields else []})
        asked = body.get("subscribed_fields")
        self._fields = list(asked) if isinstance(asked, list) else []
        return sketch.done()

    def _other(self, request: Request, path: sketch.Path, body: Body) -> Response:
        if path.last == "subscribed_apps":
            return self._subscription(request, body)
        if path.last == "subscriptions":
            return sketch.done()
        if request.method == "GET" and path.last in {self.own, "me", self._own_path}:
            about = {"id": self.own, "name": "Casa Faro", "username": "casafaro"}
            theirs = {"user_id": self.own} if "user_id" in path.query.get("fields", "") else {}
            return sketch.done({**about, **theirs})
        line = self.lines.at(path.last)
        if request.method == "GET" and line is not None:
            return sketch.done({**self._habits.profile(line), "id": line.address})
        return sketch.nothing(path)

    @property
    def _own_path(self) -> str:
        return str(self.account.settings.get("page_id") or self.own)

    # -------------------------------------------------------------- what people do

    def _says(self, deed: Deed, line: Line, at: datetime) -> Sequence[Webhook]:
        line.heard_at = at
        id_ = self.new_id()
        said = self._said(deed, line, id_)
        postback = said.get("postback")
        text = str(postback["title"] if postback else said["message"].get("text", ""))
        line.add(
            Bubble(
                id=id_,
                mine=True,
                text=text,
                at=at,
                file=self.lines.keep(id_, deed.data, deed.media_type) if deed.data else "",
                media_type=deed.media_type,
                reply_to=deed.target,
                state="sent",
            )
        )
        return [self._item(line, said, at)]

    def _said(self, deed: Deed, line: Line, id_: str) -> Body:
        message: Body = {"mid": id_}
        if deed.target and deed.does != "choose":
            message["reply_to"] = {"mid": deed.target}
        match deed.does:
            case "start":
                message["text"] = deed.text or "Hello"
                if deed.token:
                    message["referral"] = {"ref": deed.token, "source": "SHORTLINK"}
            case "choose":
                return self._tapped(deed, line, id_)
            case "location":
                point = {"lat": deed.latitude, "long": deed.longitude}
                message["attachments"] = [{"type": "location", "payload": {"coordinates": point}}]
            case "text":
                message["text"] = deed.text
            case _:
                family = deed.media_type.partition("/")[0]
                kind = family if family in {"image", "video", "audio"} else "file"
                file = self._files.put(deed.data, deed.media_type)
                payload: Body = {"url": f"https://{self._habits.host}/v/{file}"}
                if deed.does == "sticker":
                    payload["sticker_id"] = 369239263222822
                message["attachments"] = [{"type": kind, "payload": payload}]
                if deed.text:
                    message["text"] = deed.text
        return {"message": message}

    def _tapped(self, deed: Deed, line: Line, id_: str) -> Body:
        choices = dict(line.find(deed.target).choices)
        if deed.choice not in choices:
            raise NotFound("no such choice")
        title = choices[deed.choice]
        if self._taps.get(f"{deed.target}:{deed.choice}") == "postback":
            return {"postback": {"mid": id_, "title": title, "payload": deed.choice}}
        return {"message": {"mid": id_, "text": title, "quick_reply": {"payload": deed.choice}}}

    def _change(self, deed: Deed, line: Line) -> Body:
        bubble = line.find(deed.target)
        if deed.does == "react":
            line.change(bubble.id, marks=[deed.emoji] if deed.emoji else [])
            mark = {"mid": bubble.id, "action": "react" if deed.emoji else "unreact"}
            return {"reaction": mark | ({"emoji": deed.emoji} if deed.emoji else {})}
        if not bubble.mine:
            raise NotFound("no such message of this phone")
        if deed.does == "edit":
            line.change(bubble.id, text=deed.text, is_edited=True)
            return {"message_edit": {"mid": bubble.id, "text": deed.text, "num_edit": 1}}
        line.change(bubble.id, text="", file="", is_deleted=True)
        return {"message": {"mid": bubble.id, "is_deleted": True}}

    def _reads(self, line: Line, at: datetime) -> Sequence[Webhook]:
        new = [each for each in line.bubbles if not each.mine and each.state != "read"]
        for each in new:
            line.change(each.id, state="read")
        if not new:
            return []
        read = {"mid": new[-1].id} if self._habits.reads_by_mid else {"watermark": _ms(at)}
        return [self._item(line, {"read": read}, at, _READ_S)]

    # -------------------------------------------------------------- small things

    def _item(
        self, line: Line, said: Body, at: datetime, after_s: float = 0, *, mine: bool = False
    ) -> Webhook:
        ends = [{"id": self.own}, {"id": line.address}]
        sender, recipient = ends if mine else reversed(ends)
        item = {"sender": sender, "recipient": recipient, "timestamp": _ms(at), **said}
        return self.hook({"id": self.own, "time": _ms(at), "messaging": [item]}, after_s)

    def hook(self, entry: Body, after_s: float = 0) -> Webhook:
        """Return a signed webhook with one entry."""
        body = {"object": self._habits.kind, "entry": [entry]}
        return sketch.webhook(body, self.account.secrets.get("app_secret", ""), after_s)


def _window(body: Body, line: Line, at: datetime) -> Response | None:
    heard = line.heard_at
    most = PERSON if body.get("tag") == "HUMAN_AGENT" else FREE
    if heard is not None and at - heard <= most:
        return None
    return sketch.refused(400, 10, "This message is sent outside of allowed window.", 2018278)


def _shown(said: Body) -> tuple[str, list[tuple[str, str]]]:
    """Return what a phone shows of a message of ours: its text and what can be tapped."""
    payload = (said.get("attachment") or {}).get("payload") or {}
    cards = payload.get("elements") or [payload]
    buttons = [each for card in cards for each in card.get("buttons") or ()]
    taps = [(each["payload"], each["title"]) for each in buttons if "payload" in each]
    taps += [(each["payload"], each["title"]) for each in said.get("quick_replies") or ()]
    titles = [str(card.get("title") or card.get("text") or card.get("url") or "") for card in cards]
    return str(said.get("text") or "\n".join(each for each in titles if each)), taps


def _echoed(said: Body) -> Body:
    echo: Body = {"text": said["text"]} if said.get("text") else {}
    attachment = said.get("attachment")
    if attachment:
        payload = attachment.get("payload") or {}
        url = payload.get("url") or "https://scontent.xx.fbcdn.net/v/ours"
        echo["attachments"] = [{"type": attachment["type"], "payload": {"url": url}}]
    return echo


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
