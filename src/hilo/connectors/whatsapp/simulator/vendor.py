"""A simulated WhatsApp: its API answered, its phones, its signed webhooks. Memory only.

Phones are numbered; number 7 has the telephone +1 202 555 0107, of those kept for made-up people.
"""

import base64
import hashlib
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, structs

from hilo.connectors._graph import calls, sketch
from hilo.connectors.whatsapp import setup, ways
from hilo.connectors.whatsapp.simulator import deeds, hooks, rules, samples, shown
from hilo.kit.errors import NotFound
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
_PREFIX = "+120255501"
_NAMES = ("Ana Ruiz", "Bruno Dias", "Carla Vega", "Diego Prado", "Elena Sol", "Fabio Reis")
_FILE_HOST = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
_SENT_S, _DELIVERED_S, _READ_S = 0.05, 0.3, 0.1
_THROTTLED = (130429, "Rate limit hit")
_SENT = 5_000
_TYPING = timedelta(seconds=25)  # so long it shows, unless a message comes before


class Sent(Struct, frozen=True):
    """What the vendor remembers of a message of ours. kind: of what can be tapped on it."""

    tracker: str
    kind: str


class WhatsAppSimulator:
    """See the module."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """account: the only one this vendor knows."""
        self._account = account
        self._number = account.address or sketch.number(account.id, 15, "1")
        self._business = str(account.settings.get("business_account_id") or "2")
        self._shown = str(account.settings.get("number") or "12025550100")
        self._phones = Phones()
        self._files = sketch.Files()
        self._sent: dict[str, Sent] = {}
        self._ids = itertools.count(first)
        self._pairs = Allowance(45, 6)
        self._all = Allowance(80, 1 / 80)

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Answer a call as the vendor would."""
        path = sketch.path_of(request)
        if self._token(request) != self._account.secrets.get("access_token", ""):
            return sketch.refused(401, 190, "Invalid OAuth access token"), []
        match (request.method, path.last):
            case ("POST", "messages"):
                return self._message(sketch.object_of(request), at)
            case ("POST", "media"):
                return self._upload(request), []
            case ("GET", "message_templates" | "templates"):
                return self._templates(path), []
            case ("GET", "attachments"):
                return self._download(path), []
            case _:
                return self._other(request, path), []

    def deeds(self) -> Sequence[Does]:
        """Return what a person can do here."""
        return deeds.DEEDS

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let a person do something. Raises Unsupported, NotFound."""
        match deed.does:
            case "read":
                return self._reads(self._line(deed.who), at)
            case "stop":
                return self._stops(self._line(deed.who), at)
            case "react" | "edit" | "delete":
                return self._changes(deed, at)
            case _:
                return self._says(deed, at)

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, lambda address: number_after(_PREFIX, address))

    def trouble(self, trouble: Trouble) -> Response:
        """Return the vendor's own words for a fault."""
        return sketch.trouble(trouble, _THROTTLED)

    def phones(self) -> Sequence[Phone]:
        """Return every phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    # -------------------------------------------------------------- what we ask of it

    def _message(self, body: Body, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        if body.get("status") == "read":
            return self._marked(body, at), []
        refusal = rules.at_once(body)
        if refusal is not None:
            return refusal, []
        to = str(body.get("to") or body.get("recipient"))
        if not self._all.takes("", at):
            return sketch.refused(429, *_THROTTLED), []
        if not self._pairs.takes(to, at):
            said = "(Business Account, Consumer Account) pair rate limit hit"
            return sketch.refused(400, 131056, said), []
        line, id_ = self._reached(to), self._id()
        ids = {"wa_id": to.removeprefix("+")} if body.get("to") else {"user_id": to}
        answer = sketch.done(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, **ids}],
                "messages": [{"id": id_}],
            }
        )
        tracker = str(body.get("biz_opaque_callback_data") or "")
        late = rules.later(body, line, at)
        if line is None or late is not None:
            why = late or rules.NOBODY
            status = hooks.failed(id_, to, why, at, tracker)
            return answer, [self._hook(line, "statuses", [status], _SENT_S)]
        self._show(body, id_, line, at)
        return answer, [
            self._hook(line, "statuses", [hooks.status(id_, state, line, at, tracker)], after_s)
            for state, after_s in (("sent", _SENT_S), ("delivered", _DELIVERED_S))
        ]

    def _marked(self, body: Body, at: datetime) -> Response:
        line = self._phones.holding(str(body.get("message_id")))
        if line is None:
            return sketch.refused(400, 131009, "Parameter value is not valid")
        for bubble in line.bubbles:
            if bubble.mine and bubble.state != "read":
                line.change(bubble.id, state="read")
        line.typing_until = at + _TYPING if "typing_indicator" in body else None
        return sketch.done()

    def _show(self, body: Body, id_: str, line: Line, at: datetime) -> None:
        kind = body.get("type", "text")
        said = body[kind]
        line.typing_until = None
        tapped = str(said.get("type", kind)) if isinstance(said, dict) else kind
        self._sent[id_] = Sent(str(body.get("biz_opaque_callback_data") or ""), tapped)
        for oldest in list(self._sent)[:-_SENT]:
            del self._sent[oldest]
        if kind == "reaction":
            marks = [f"↩ {said['emoji']}"] if said["emoji"] else []
            line.change(said["message_id"], marks=marks)
            return
        content, media_type = self._files.get(str(said.get("id")) if kind != "contacts" else "")
        file = self._phones.keep(id_, content, media_type) if media_type else ""
        text, choices = shown.read(kind, said)
        bubble = Bubble(
            id=id_,
            mine=False,
            text=text,
            at=at,
            file=file,
            media_type=media_type,
            choices=choices,
            reply_to=(body.get("context") or {}).get("message_id"),
        )
        line.add(bubble)

    def _upload(self, request: Request) -> Response:
        try:
            fields, files = unpack(sketch.header(request, "content-type"), request.body)
        except ValueError:
            fields, files = {}, []
        if fields.get("messaging_product") != "whatsapp" or not files:
            return sketch.refused(400, 100, "Invalid parameter", None, "file is required")
        return sketch.done({"id": self._files.put(files[0].content, files[0].media_type)})

    def _download(self, path: sketch.Path) -> Response:
        content, media_type = self._files.get(path.query.get("mid", ""))
        if not media_type:
            return Response(status=404, body=b"URL signature expired")
        return Response(status=200, headers={"content-type": media_type}, body=content)

    def _templates(self, path: sketch.Path) -> Response:
        first = int(path.query.get("after") or path.query.get("offset") or 0)
        last = first + int(path.query.get("limit") or 25)
        rows = samples.TEMPLATES[first:last]
        if path.last == "templates":
            return sketch.done({"waba_templates": rows, "total": len(samples.TEMPLATES)})
        paging: Body = {"cursors": {"before": str(first), "after": str(last)}}
        if last < len(samples.TEMPLATES):
            where = f"{calls.HOST}/{calls.VERSION}/{self._business}/message_templates"
            paging["next"] = f"{where}?after={last}"
        return sketch.done({"data": rows, "paging": paging})

    def _other(self, request: Request, path: sketch.Path) -> Response:
        if request.method != "GET":
            known = {"subscribed_apps", "webhook", self._number}
            return sketch.done() if path.last in known else sketch.nothing(path)
        content, media_type = self._files.get(path.last)
        if media_type:
            return sketch.done(_about(path.last, content, media_type))
        app = {"id": "1", "name": "Hilo"}
        told: dict[str, Body] = {
            "debug_token": {"data": {"is_valid": True, "expires_at": 0}},
            "subscribed_apps": {"data": [{"whatsapp_business_api_data": app}]},
            "webhook": {"url": self._account.webhook_url},
            self._number: {
                "id": self._number,
                "display_phone_number": f"+{self._shown}",
                "verified_name": "Casa Faro",
                "quality_rating": "GREEN",
                "status": "CONNECTED",
                "webhook_configuration": {"phone_number": self._account.webhook_url},
            },
        }
        return sketch.done(told[path.last]) if path.last in told else sketch.nothing(path)

    # -------------------------------------------------------------- what people do

    def _says(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        line, id_ = self._line(deed.who, "" if deed.data else deed.name), self._id()
        said, text = deeds.says(deed, self._files, self._offered(deed))
        file = self._phones.keep(id_, deed.data, deed.media_type) if deed.data else ""
        line.heard_at = at
        line.add(
            Bubble(
                id=id_,
                mine=True,
                text=text,
                at=at,
                file=file,
                media_type=deed.media_type,
                reply_to=deed.target,
                state="sent",
            )
        )
        if deed.target:
            said["context"] = {"from": self._shown, "id": deed.target}
        return [self._hook(line, "messages", [hooks.message(line, id_, at, **said)])]

    def _offered(self, deed: Deed) -> tuple[str, str]:
        """Return what kind of thing is tapped, and its title; nothing when nothing is."""
        if deed.does != "choose":
            return "", ""
        line = self._phones.holding(deed.target)
        choices = dict(line.find(deed.target).choices) if line is not None else {}
        if deed.choice not in choices:
            raise NotFound("no such choice")
        sent = self._sent.get(deed.target or "")
        return sent.kind if sent else "button", choices[deed.choice]

    def _changes(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        line = self._line(deed.who)
        bubble = line.find(deed.target)
        if deed.does != "react" and not bubble.mine:
            raise NotFound("no such message of this phone")
        match deed.does:
            case "react":
                line.change(bubble.id, marks=[deed.emoji] if deed.emoji else [])
                reaction = {"message_id": bubble.id} | ({"emoji": deed.emoji} if deed.emoji else {})
                said: Body = {"type": "reaction", "reaction": reaction}
            case "edit":
                line.change(bubble.id, text=deed.text, is_edited=True)
                new = {"type": "text", "text": {"body": deed.text}}
                said = {"type": "edit", "edit": {"original_message_id": bubble.id, "message": new}}
            case _:
                line.change(bubble.id, text="", file="", is_deleted=True)
                said = {"type": "revoke", "revoke": {"original_message_id": bubble.id}}
        return [self._hook(line, "messages", [hooks.message(line, self._id(), at, **said)])]

    def _reads(self, line: Line, at: datetime) -> Sequence[Webhook]:
        new = [each for each in line.bubbles if not each.mine and each.state != "read"]
        statuses = []
        for each in new:
            line.change(each.id, state="read")
            sent = self._sent.get(each.id)
            tracker = sent.tracker if sent else ""
            statuses.append(hooks.status(each.id, "read", line, at, tracker))
        return [self._hook(line, "statuses", statuses, _READ_S)] if statuses else []

    def _stops(self, line: Line, at: datetime) -> Sequence[Webhook]:
        line.is_blocked = not line.is_blocked
        wish = {
            "wa_id": line.address.removeprefix("+"),
            "detail": "User requested to change marketing messages",
            "category": "marketing_messages",
            "value": "stop" if line.is_blocked else "resume",
            "timestamp": int(at.timestamp()),
        }
        return [self._hook(line, "user_preferences", [wish])]

    # -------------------------------------------------------------- small things

    def _hook(self, line: Line | None, what: str, items: list[Body], after_s: float = 0) -> Webhook:
        field = "user_preferences" if what == "user_preferences" else "messages"
        value = {**hooks.value(self._number, self._shown, line), what: items}
        body = hooks.batch(self._business, field, value)
        hook = sketch.webhook(body, self._account.secrets.get("app_secret", ""), after_s)
        if ways.by(self._account) == ways.DIALOG:
            secret = self._account.secrets.get("secret", "")
            headers = {"content-type": "application/json", setup.SECRET_HEADER: secret}
            return structs.replace(hook, headers=headers)
        return hook

    def _token(self, request: Request) -> str:
        if ways.by(self._account) == ways.DIALOG:
            return sketch.header(request, ways.KEY_HEADER)
        return sketch.bearer(request)

    def _line(self, who: str, name: str = "") -> Line:
        line = self._phones.line(who, f"{_PREFIX}{who.zfill(2)}", name)
        line.name = line.name or _NAMES[hash_of(who) % len(_NAMES)]
        return line

    def _reached(self, to: str) -> Line | None:
        """Return the phone that a number or an id reaches; made-up ones always reach one."""
        if to.startswith(hooks.BSUID):
            return self._line(to.removeprefix(hooks.BSUID).lstrip("0") or "0")
        number = f"+{to.removeprefix('+')}"
        rest = number.removeprefix(_PREFIX)
        if rest != number and rest.isdigit() and len(rest) == 2:  # noqa: PLR2004 - of the reserved
            return self._line(rest.lstrip("0") or "0")
        return self._phones.at(number)

    def _id(self) -> str:
        name = f"{self._account.id.hex[-12:]}:{next(self._ids)}"
        return f"wamid.{base64.b64encode(name.encode()).decode()}"


def hash_of(who: str) -> int:
    """Return a number that stays the same for the same phone."""
    return int(who) if who.isdecimal() else sum(who.encode())


def _about(id_: str, content: bytes, media_type: str) -> Body:
    return {
        "messaging_product": "whatsapp",
        "url": f"{_FILE_HOST}?mid={id_}&ext=1&hash=simulated",
        "mime_type": media_type,
        "sha256": hashlib.sha256(content).hexdigest(),
        "file_size": str(len(content)),
        "id": id_,
    }
