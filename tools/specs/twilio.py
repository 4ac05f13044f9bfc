"""What we send to Twilio, against its own descriptions of the two services we call.

Forms and queries are closed in memory, so that a misspelt name is noticed; numbers are written as
text on this wire and are read as what the description says they are. The description of the service
that chooses among several numbers is not among them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec
from msgspec import structs

from hilo.connectors import twilio
from hilo.connectors.twilio import testing
from hilo.kit.errors import Unsupported
from hilo.sdk.account import Account
from hilo.sdk.outbound import HttpCall, HttpReply, MessageOut, Recipient
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

Schema = dict[str, Any]
Pairs = Sequence[tuple[str, str]]
_FILES = ("twilio_api_v2010.json", "twilio_content_v1.json")
_TO = Recipient(kind="phone", value="+12025550107")
_SERVICE = "MG0123456789abcdef0123456789abcdef"
_SID = "HX0123456789abcdef0123456789abcdef"


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the descriptions lie."""
    oracle = Oracle([msgspec.json.decode((folder / each).read_bytes()) for each in _FILES])
    yield scored("a misspelt Twilio request is noticed", _bites(oracle))
    yield scored("Twilio requests", _requests(oracle))


class Oracle:
    """The descriptions, by host, method and path."""

    def __init__(self, documents: Sequence[Schema]) -> None:
        """documents: as they were published."""
        self._asked: list[tuple[re.Pattern[str], str, Schema, Schema]] = []
        for document in documents:
            base = document["servers"][0]["url"]
            for path, operations in document["paths"].items():
                server = operations.get("servers", [{"url": base}])[0]["url"]
                at = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(server + path)) + "$")
                for method in operations.keys() & {"get", "post", "delete"}:
                    self._asked.append((at, method.upper(), operations[method], document))

    def call(self, call: object) -> str:
        """Return what is wrong with a call."""
        assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
        parts = urlsplit(call.url)
        address = f"https://{parts.hostname}{parts.path}"
        for at, method, operation, document in self._asked:
            if method == call.method and at.match(address):
                query = parse_qsl(parts.query, keep_blank_values=True)
                form = parse_qsl(call.body.decode(), keep_blank_values=True)
                found = _wrong(_query(operation), query, document)
                return found or _wrong(_form(operation), form, document)
        return f"no {call.method} {address}"


def _query(operation: Schema) -> Schema:
    listed = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    return {"properties": {each["name"]: each["schema"] for each in listed}}


def _form(operation: Schema) -> Schema:
    body = operation.get("requestBody", {}).get("content", {})
    found: Schema = body.get("application/x-www-form-urlencoded", {}).get("schema", {})
    return found


def _wrong(schema: Schema, pairs: Pairs, document: Schema) -> str:
    """Return what a shape has against named texts."""
    known = schema.get("properties", {})
    value: dict[str, object] = {}
    for name, text in pairs:
        kind = known.get(name, {}).get("type")
        if kind == "array":
            value[name] = [*value.get(name, ()), text]  # type: ignore[misc]
        else:
            value[name] = _read(kind, text)
    whole = {
        "type": "object",
        "properties": known,
        "required": schema.get("required", []),
        "additionalProperties": False,
        "components": document["components"],
    }
    error = next(iter(jsonschema_rs.Draft202012Validator(whole).iter_errors(value)), None)
    return "" if error is None else f"{list(error.instance_path)} {error.message}"[:300]


def _read(kind: object, text: str) -> object:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind in ("integer", "number"):
        return int(text) if text.isdigit() else text
    return text


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    base = f"https://api.twilio.com/2010-04-01/Accounts/{testing.ACCOUNT.settings['account_sid']}"
    for what, method, url, body in (
        ("a field nobody knows", "POST", f"{base}/Messages.json", b"To=%2B1&Bodies=x"),
        ("nobody to send to", "POST", f"{base}/Messages.json", b"Body=x"),
        ("an address nobody knows", "POST", f"{base}/Message.json", b"To=%2B1&Body=x"),
        ("a template that is none", "POST", f"{base}/Messages.json", b"To=%2B1&ContentSid=HX1"),
        ("a page that is too long", "GET", f"{base}/Messages.json?PageSize=1001", b""),
        ("a question nobody knows", "GET", f"{base}/Messages.json?Sent=1", b""),
    ):
        call = HttpCall(method=method, url=url, body=body)  # type: ignore[arg-type]
        yield what, "" if oracle.call(call) else "was let through"


def _accounts() -> Iterator[tuple[str, Account]]:
    """Yield an account of each kind: a number, a service, the other network."""
    own = testing.ACCOUNT
    yield "", own
    settings: Mapping[str, object] = {**own.settings, "messaging_service_sid": _SERVICE}
    yield "service, ", structs.replace(own, settings=settings)
    yield "whatsapp, ", structs.replace(own, settings={**own.settings, "by": "whatsapp"})


def _requests(oracle: Oracle) -> Iterator[tuple[str, str]]:
    connector = twilio.CONNECTOR
    template = MessageOut(**{**_fields(), "content": _filled()})  # type: ignore[arg-type]
    for kind, account in _accounts():
        for name, message in (*samples.messages(_TO), ("template", template)):
            try:
                call = next(connector.send(message, account))
            except Unsupported:  # the manifest has no such feature: it goes as text
                continue
            if name != "sticker" or message.text:
                yield f"{kind}{name}", oracle.call(call)
        lost = MessageOut(**_fields())  # type: ignore[arg-type]
        yield f"{kind}was it sent", oracle.call(next(connector.resolve(lost, account)))
    account = testing.ACCOUNT
    yield "templates", oracle.call(next(connector.templates(account)))
    checking = connector.check(account)
    yield "whose account", oracle.call(next(checking))
    yield "which number", oracle.call(checking.send(_told(b'{"status":"active"}')))
    connecting = connector.connect(account)
    next(connecting)
    own = b'{"incoming_phone_numbers":[{"sid":"PN0123456789abcdef0123456789abcdef"}]}'
    yield "address", oracle.call(connecting.send(_told(own)))


def _fields() -> dict[str, object]:
    (_, first) = next(samples.messages(_TO))
    return {**structs.asdict(first), "now": AT}


def _filled() -> object:
    return structs.replace(
        next(each for name, each in samples.templates() if name == "by number"), name=_SID
    )


def _told(body: bytes) -> HttpReply:
    return HttpReply(status=200, body=body)
