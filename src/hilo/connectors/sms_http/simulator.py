"""A gateway on a shelf, which names its fields as the account's settings say. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from hilo.connectors.sms_http import fields, media
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.phones import Phones, dialled_number
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

_HEADER = "x-hilo-secret"
_JSON = {"content-type": "application/json"}
_MEDIA = "/media/"


class Gateway:
    """One account of a gateway, and everybody with a phone."""

    def __init__(self, account: Account, first: int = 1) -> None:
        """Know this account's names and secret."""
        self._named = account.settings
        self._secret = account.secrets.get("secret", "")
        self._phones = Phones()
        self._all = Allowance(20, 1 / 10)
        self._count = first - 1

    def request(self, request: Request, at: datetime) -> tuple[Response, Sequence[Webhook]]:
        """Take a message, whose receipt follows; or lend a file."""
        asked = urlsplit(request.url)
        if request.method == "GET" and asked.path.startswith(_MEDIA) and not asked.query:
            return self._lend(asked.path.removeprefix(_MEDIA)), []
        given = self._fields(request)
        if given is None:
            return Response(status=400, body=b"the request cannot be read"), []
        to, text = self._one(given, "to_field"), self._one(given, "text_field")
        files = given.get(self._name("media_field"), []) if self._takes_files() else []
        if not to or not (text or files):
            return Response(status=400, body=b"recipient and text are expected"), []
        if not self._all.takes("", at):
            return self.trouble("throttled"), []
        self._count += 1
        id_ = f"gw-{self._count}"
        line = self._phones.at(to)
        if line is not None:
            line.add(Bubble(id=id_, mine=False, text=text, at=at, url=files[0] if files else ""))
        reference = self._one(given, "reference_field")
        told = {
            self._name("in_id"): id_,
            self._name("reference_field"): reference,
            self._name("in_status"): "delivered",
        }
        body = msgspec.json.encode({self._name("answer_id"): id_})
        return Response(status=200, headers=_JSON, body=body), [self._webhook(told, after_s=0.5)]

    def deeds(self) -> Sequence[Does]:
        """Return what a contact can do here; files only where a field holds them."""
        files: Sequence[Does] = ("file", "voice") if media.paths(self._named) else ()
        return ("text", *files, "start", "stop")

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let somebody with a phone write."""
        if deed.does not in self.deeds():
            raise Unsupported(f"nobody can {deed.does} here")
        words = {"start": deed.token or "START", "stop": "STOP"}
        text = words.get(deed.does, deed.text)
        self._count += 1
        id_, line = f"in-{self._count}", self._phones.dialled(deed.who, deed.name)
        said: dict[str, object] = {
            self._name("in_id"): id_,
            self._name("in_from"): line.address,
            self._name("in_text"): text,
        }
        name = ""
        if deed.data:
            name = self._phones.keep(f"{id_}-file", deed.data, deed.media_type)
            address = urljoin(str(self._named.get("send_url", "")), f"{_MEDIA}{name}")
            said |= {path: [address] for path in media.paths(self._named)[:1]}
        bubble = Bubble(
            id=id_,
            mine=True,
            text=text,
            at=at,
            file=name,
            media_type=deed.media_type,
        )
        line.add(bubble)
        return [self._webhook(said)]

    def recall(self, known: Sequence[Heard]) -> None:
        """Know again who wrote before."""
        self._phones.recall(known, dialled_number)

    def trouble(self, trouble: Trouble) -> Response:
        """Return what gateways say of a fault."""
        match trouble:
            case "throttled":
                return Response(status=429, headers={"retry-after": "2"}, body=b"slow down")
            case "expired_token":
                return Response(status=401, body=b"unauthorized")
            case "server_error":
                return Response(status=503, body=b"come again")

    def phones(self) -> Sequence[Phone]:
        """Return every phone."""
        return self._phones.phones()

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file of a bubble."""
        return self._phones.file(name)

    def _lend(self, name: str) -> Response:
        try:
            content, media_type = self._phones.file(name)
        except NotFound:
            return Response(status=404, body=b"no such file")
        return Response(body=content, headers={"content-type": media_type})

    def _takes_files(self) -> bool:
        return self._named.get("media") in {"one", "list"}

    def _fields(self, request: Request) -> Mapping[str, Sequence[str]] | None:
        """Return what each field holds; None: it cannot be read."""
        if request.method == "GET":
            return parse_qs(urlsplit(request.url).query)
        headers = {name.lower(): value for name, value in request.headers.items()}
        content_type = headers.get("content-type", "")
        try:
            if content_type.startswith("application/json"):
                given = msgspec.json.decode(request.body, type=dict[str, str | list[str]])
                return {name: [at] if isinstance(at, str) else at for name, at in given.items()}
            if content_type.startswith("application/x-www-form-urlencoded"):
                return parse_qs(request.body.decode())
        except (ValueError, msgspec.MsgspecError):
            return None
        return None

    def _one(self, given: Mapping[str, Sequence[str]], setting: str) -> str:
        return next(iter(given.get(self._name(setting), ())), "")

    def _webhook(self, told: Mapping[str, object], after_s: float = 0) -> Webhook:
        headers = {**_JSON, _HEADER: self._secret}
        return Webhook(body=msgspec.json.encode(told), headers=headers, after_s=after_s)

    def _name(self, setting: str) -> str:
        return fields.named(self._named, setting)
