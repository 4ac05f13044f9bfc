"""A gateway on a shelf, which names its fields as the account's settings say. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import msgspec

from hilo.connectors.sms_http import fields
from hilo.kit.errors import NotFound, Unsupported
from hilo.sdk.account import Account
from hilo.sdk.allowance import Allowance
from hilo.sdk.forms import unpack
from hilo.sdk.phones import Phones, dialled_number
from hilo.sdk.simulator import Bubble, Deed, Heard, Phone, Request, Response, Trouble, Webhook

_HEADER = "x-hilo-secret"
_JSON = {"content-type": "application/json"}


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
        """Take a message; its receipt follows."""
        given = self._fields(request)
        if given is None:
            return Response(status=400, body=b"the request cannot be read"), []
        to, text = given.get(self._name("to_field")), given.get(self._name("text_field"))
        if not to or not text:
            return Response(status=400, body=b"recipient and text are expected"), []
        if not self._all.takes("", at):
            return self.trouble("throttled"), []
        self._count += 1
        id_ = f"gw-{self._count}"
        line = self._phones.at(to)
        if line is not None:
            line.add(Bubble(id=id_, mine=False, text=text, at=at))
        reference = given.get(self._name("reference_field"), "")
        told = {
            self._name("in_id"): id_,
            self._name("reference_field"): reference,
            self._name("in_status"): "delivered",
        }
        body = msgspec.json.encode({self._name("answer_id"): id_})
        return Response(status=200, headers=_JSON, body=body), [self._webhook(told, after_s=0.5)]

    def deed(self, deed: Deed, at: datetime) -> Sequence[Webhook]:
        """Let somebody with a phone write."""
        words = {"text": deed.text, "start": deed.token or "START", "stop": "STOP"}
        if deed.does not in words:
            raise Unsupported(f"nobody can {deed.does} here")
        self._count += 1
        id_, line = f"in-{self._count}", self._phones.dialled(deed.who, deed.name)
        line.add(Bubble(id=id_, mine=True, text=words[deed.does], at=at))
        said = {
            self._name("in_id"): id_,
            self._name("in_from"): line.address,
            self._name("in_text"): words[deed.does],
        }
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
        """Return nothing: text messages carry no files."""
        raise NotFound(f"no file {name}")

    def _fields(self, request: Request) -> Mapping[str, str] | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.method == "GET":
            return dict(parse_qsl(urlsplit(request.url).query))
        content_type = headers.get("content-type", "")
        try:
            if content_type.startswith("application/json"):
                return msgspec.json.decode(request.body, type=dict[str, str])
            return unpack(content_type, request.body)[0]
        except (ValueError, msgspec.MsgspecError):
            return None

    def _webhook(self, told: Mapping[str, str], after_s: float = 0) -> Webhook:
        headers = {**_JSON, _HEADER: self._secret}
        return Webhook(body=msgspec.json.encode(told), headers=headers, after_s=after_s)

    def _name(self, setting: str) -> str:
        return fields.named(self._named, setting)
