"""What we send to Meta, against its own description of WhatsApp and its lists of parameter names.

The description closes each branch of a message by itself, so that nothing fits, not even its own
examples; it is repaired in memory: branches are opened and the whole is closed. Where it is wrong
otherwise, an overlay says so, one line for each mistake.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import yaml  # type: ignore[import-untyped]

from hilo.connectors import instagram, messenger, whatsapp
from hilo.connectors.instagram import testing as instagram_testing
from hilo.connectors.messenger import testing as messenger_testing
from hilo.connectors.whatsapp import testing as whatsapp_testing
from hilo.kit.errors import HiloError, Rejected
from hilo.sdk.account import Account, Delivery
from hilo.sdk.content import Template
from hilo.sdk.inbound import Unknown
from hilo.sdk.outbound import ActionOut, Call, HttpCall, HttpReply, MarkOut, Recipient, Reply
from hilo.sdk.simulator import Deed, Request, Simulator, Webhook
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

Schema = dict[str, Any]
_FILE = "business-messaging-api_v23.0.yaml"
_PHONE = Recipient(kind="phone", value="+12025550107")
_ID = Recipient(kind="external", value="US.9000000000000000007")
_OUTBOUND = {
    "text": "TextMessage",
    "audio": "AudioMessage",
    "document": "DocumentMessage",
    "image": "ImageMessage",
    "location": "LocationMessage",
    "video": "VideoMessage",
    "sticker": "StickerMessage",
    "reaction": "ReactionMessage",
    "interactive": "InteractiveMessage",
    "template": "TemplateMessage",
    "contacts": "ContactsMessage",
}
_INBOUND = {
    "text": "TextMessage_2",
    "reaction": "ReactionMessage_1",
    "audio": "AudioMessage_1",
    "document": "DocumentMessage_1",
    "image": "ImageMessage_1",
    "sticker": "StickerMessage_1",
    "video": "VideoMessage_1",
    "location": "LocationMessage_1",
    "contacts": "ContactSharingMessage",
    "button": "ButtonMessage",
    "interactive": "InteractiveMessageReply",
    "order": "OrderMessage",
    "system": "SystemMessage",
    "unsupported": "UnsupportedMessage",
}


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the description and the examples lie."""
    oracle = Oracle(yaml.load((folder / _FILE).read_text(encoding="utf-8"), yaml.CSafeLoader))
    yield scored("the description's own examples of requests", _examples(folder, oracle))
    yield scored("a misspelt request is noticed", _bites(oracle))
    yield scored("WhatsApp requests", _whatsapp(oracle))
    yield scored("WhatsApp simulator's webhooks", _webhooks(oracle))
    yield scored("WhatsApp payloads understood", _understood(folder))
    names = Names(folder / "codegen")
    yield scored("Messenger requests", _dialogue(messenger, messenger_testing.ACCOUNT, names))
    yield scored("Instagram requests", _dialogue(instagram, instagram_testing.ACCOUNT, names))


class Oracle:
    """The repaired description."""

    def __init__(self, document: Schema) -> None:
        """document: as it was published."""
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        _overlay(self._schemas)
        for schema in self._schemas.values():
            _open(schema)
        self._ready: dict[str, Any] = {}

    def wrong(self, name: str, value: object) -> str:
        """Return what a schema has against a value; empty when nothing."""
        if name not in self._ready:
            root = {"$ref": f"#/components/schemas/{name}"}
            whole = {**root, "components": {"schemas": self._schemas}}
            self._ready[name] = jsonschema_rs.Draft202012Validator(whole)
        error = next(iter(self._ready[name].iter_errors(value)), None)
        return "" if error is None else f"{list(error.instance_path)} {error.message}"[:300]

    def request(self, body: Mapping[str, Any]) -> str:
        """Return what is wrong with a request to send."""
        if "status" in body:
            return self.wrong("MarkMessageRequestPayload", body)
        name = _OUTBOUND.get(str(body.get("type")))
        return self.wrong(name, body) if name else f"no type {body.get('type')}"


def _open(schema: Schema) -> None:
    """Close the whole instead of each of its branches."""
    branches = schema.get("allOf")
    if not isinstance(branches, list):
        return
    closed = [each for each in branches if each.pop("additionalProperties", None) is False]
    if closed:
        schema["unevaluatedProperties"] = False


def _overlay(schemas: dict[str, Schema]) -> None:
    """Mend what the description gets wrong, as the vendor's guides and its servers have it."""
    base = schemas["BaseMessageProperties"]
    base["required"] = ["messaging_product", "type"]
    base["anyOf"] = [{"required": ["to"]}, {"required": ["recipient"]}]
    base["properties"]["recipient"] = {"type": "string", "pattern": r"^[A-Z]{2}\.[A-Za-z0-9.]+$"}
    base["properties"]["biz_opaque_callback_data"] = {"type": "string", "maxLength": 512}
    base["properties"]["to"] = {"type": "string", "pattern": r"^\d+$|^\{\{"}
    place = schemas["LocationMessage"]["allOf"][1]["properties"]["location"]["properties"]
    place["latitude"] = place["longitude"] = {"type": ["number", "string"]}
    text = {"type": "string", "maxLength": 1024}
    media = {"id": {"type": "string"}, "link": {"type": "string"}, "caption": text}
    media |= {"filename": {"type": "string"}, "voice": {"type": "boolean"}}
    schemas["MediaObject"] |= {"properties": media, "additionalProperties": False}
    kinds = schemas["InteractiveObject"]["properties"]["type"]["enum"]
    kinds += ["cta_url", "location_request_message", "order_details", "order_status"]
    link = {"display_text": {"type": "string", "maxLength": 20}, "url": {"type": "string"}}
    opens = {"type": "object", "required": list(link), "properties": link}
    action = {"name": {"enum": ["cta_url"]}, "parameters": opens}
    schemas["ActionObject"]["oneOf"].append(
        {"required": list(action), "properties": action, "additionalProperties": False}
    )
    for name in ("TemplateComponent", "ButtonComponent"):
        for part in (schemas[name], *schemas[name].get("allOf", ())):
            if "index" in part.get("properties", {}):
                part["properties"]["index"] = {"type": ["string", "integer"], "pattern": r"^\d$"}
    schemas["LanguageObject"]["required"] = ["code"]
    mark = schemas["MarkMessageRequestPayload"]
    mark["properties"]["typing_indicator"] = {"properties": {"type": {"const": "text"}}}
    mark["additionalProperties"] = False
    _overlay_inbound(schemas)


def _overlay_inbound(schemas: dict[str, Schema]) -> None:
    own = {"$ref": "#/components/schemas/BaseMessageProperties_1"}
    for name in set(_INBOUND.values()):
        schemas[name]["allOf"][0] = own
    schemas["ContextObject"].pop("required")
    schemas["LocationMessage_1"]["allOf"][1]["properties"]["location"]["required"] = [
        "latitude",
        "longitude",
    ]
    mark = schemas["ReactionMessage_1"]["allOf"][1]["properties"]["reaction"]
    mark["required"] = ["message_id"]
    card = {"$ref": "#/components/schemas/ContactObject_1"}
    schemas["ContactSharingMessage"]["allOf"][1]["properties"]["contacts"]["items"] = card
    schemas["Statuses"]["properties"]["status"]["enum"].append("played")
    reply = schemas["ButtonMessage"]["allOf"][1]
    reply["required"].remove("context")


# ------------------------------------------------------------------ WhatsApp


def _examples(folder: Path, oracle: Oracle) -> Iterator[tuple[str, str]]:
    """Yield the vendor's own requests; those of kinds we never send are left out."""
    for path in sorted((folder / "fixtures" / "outbound").glob("*.json")):
        if re.search(r"order|catalog|product|flow", path.name):
            continue
        yield path.stem, oracle.request(msgspec.json.decode(path.read_bytes()))


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    good = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "1"}
    text = {**good, "type": "text", "text": {"body": "x"}}
    for what, body in (
        ("a field nobody knows", {**text, "biz_opaque_callback": "x"}),
        ("a field nobody knows, deeper", {**text, "text": {"body": "x", "preview": True}}),
        ("nobody to send to", {key: each for key, each in text.items() if key != "to"}),
        ("a kind that does not fit", {**text, "type": "image"}),
        ("a caption where none is", {**good, "type": "sticker", "sticker": {"id": "1", "x": 1}}),
    ):
        yield what, "" if oracle.request(body) else "was let through"


def _whatsapp(oracle: Oracle) -> Iterator[tuple[str, str]]:
    for to in (_PHONE, _ID):
        for name, body in _whatsapp_bodies(to):
            yield f"{name} to {to.kind}", oracle.request(body)


def _whatsapp_bodies(to: Recipient) -> Iterator[tuple[str, Any]]:
    connector, account = whatsapp.CONNECTOR, whatsapp_testing.ACCOUNT
    for name, message in samples.messages(to):
        if name not in {"carousel", "below a comment", "comment in private"}:
            yield name, _last(connector.send(message, account))
    for name, template in samples.templates():
        files = [samples.file("application/pdf")] if template.name == "receipt" else []
        yield f"template {name}", _last(connector.send(_template(to, template, files), account))
    now = {"to": to, "now": AT}
    for emoji in ("👍", ""):
        react = ActionOut(does="react", external_id="wamid.1", is_ours=False, emoji=emoji, **now)  # type: ignore[arg-type]
        yield f"react {emoji}", _last(connector.act(react, account))
    for does in ("read", "typing_on"):
        mark = MarkOut(does=does, external_id="wamid.1", **now)  # type: ignore[arg-type]
        yield does, _last(connector.mark(mark, account))


def _template(to: Recipient, template: Template, files: list[Any]) -> Any:
    message = next(iter(samples.messages(to)))[1]
    return msgspec.structs.replace(message, content=template, files=files, text="")


def _last(sending: Generator[Call, Reply, object]) -> Any:
    """Return the body of the last call; uploads before it are answered."""
    call = next(sending)
    while isinstance(call, HttpCall) and call.headers.get("content-type", "").startswith("multi"):
        call = sending.send(HttpReply(status=200, body=b'{"id":"5","attachment_id":"5"}'))
    assert isinstance(call, HttpCall)  # noqa: S101 - these connectors speak HTTP
    return msgspec.json.decode(call.body or b"{}")


def _webhooks(oracle: Oracle) -> Iterator[tuple[str, str]]:
    for hook in _lived(whatsapp.CONNECTOR.simulator(whatsapp_testing.ACCOUNT)):
        body = msgspec.json.decode(hook.body)
        for change in (each for entry in body["entry"] for each in entry["changes"]):
            value = change["value"]
            if change["field"] == "messages":
                yield "metadata", oracle.wrong("Metadata", value["metadata"])
            for person in value.get("contacts", ()):
                yield "person", oracle.wrong("ContactProfile", person)
            for message in value.get("messages", ()):
                name = _INBOUND.get(message["type"])
                if name:  # edits and revocations are younger than the description
                    yield message["type"], oracle.wrong(name, message)
            for status in value.get("statuses", ()):
                yield status["status"], oracle.wrong("Statuses", status)


def _lived(vendor: Simulator) -> Iterator[Webhook]:
    """Let a phone do everything it can, and answer with everything we can."""
    connector, account = whatsapp.CONNECTOR, whatsapp_testing.ACCOUNT
    yield from vendor.deed(Deed(does="text", who="7", text="hola"), AT)
    for does in ("location", "people", "order", "start"):
        yield from vendor.deed(Deed(does=does, who="7", text="x"), AT)
    for does, media_type in (
        ("file", "image/jpeg"),
        ("file", "video/mp4"),
        ("file", "application/pdf"),
        ("voice", "audio/ogg"),
        ("sticker", "image/webp"),
    ):
        deed = Deed(does=does, who="7", data=b"x", media_type=media_type, text="words")  # type: ignore[arg-type]
        yield from vendor.deed(deed, AT)
    mine = vendor.phones()[0].bubbles[0].id
    yield from vendor.deed(Deed(does="react", who="7", target=mine, emoji="👍"), AT)
    yield from vendor.deed(Deed(does="react", who="7", target=mine), AT)
    for number, (_, message) in enumerate(samples.messages(_PHONE)):
        at = AT + timedelta(seconds=6 * number)
        try:
            yield from _answered(vendor, connector.send(message, account), at)
        except Rejected:
            continue
    for bubble in [each for each in vendor.phones()[0].bubbles if each.choices]:
        tap = Deed(does="choose", who="7", target=bubble.id, choice=bubble.choices[0][0])
        yield from vendor.deed(tap, AT)
    yield from vendor.deed(Deed(does="read", who="7"), AT)


def _answered(
    vendor: Simulator, sending: Generator[Call, Reply, object], at: Any
) -> Iterator[Webhook]:
    call = next(sending)
    while isinstance(call, HttpCall):
        asked = Request(method=call.method, url=call.url, headers=call.headers, body=call.body)
        response, hooks = vendor.request(asked, at)
        yield from hooks
        try:
            call = sending.send(HttpReply(status=response.status, body=response.body))
        except StopIteration:
            return


def _understood(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every payload that was published, and whether we make something of it."""
    account = msgspec.structs.replace(whatsapp_testing.ACCOUNT, address=None)
    kept = {"group_settings_update", "group_create_message", "group_remove_participants"}
    for path in sorted((folder / "fixtures" / "inbound").glob("*.json")):
        if path.stem not in kept:
            yield path.stem, _makes_nothing_of(path.read_bytes(), account)
    updates = folder.parent / "pywa-updates"
    for path in sorted(updates.glob("*.json")):
        if path.stem.startswith("call_") and path.stem != "call_permission_update":
            continue
        for name, body in msgspec.json.decode(path.read_bytes()).items():
            if isinstance(body, dict) and "entry" in body and name != "group":
                raw = msgspec.json.encode(body)
                yield f"{path.stem}: {name}", _makes_nothing_of(raw, account)


def _makes_nothing_of(raw: bytes, account: Account) -> str:
    try:
        items = whatsapp.CONNECTOR.parse(Delivery(body=raw, received_at=AT), account)
    except HiloError as error:
        return str(error)
    unknown = [each for each in items if isinstance(each, Unknown)]
    return "" if items and not unknown else f"{unknown[:1] or 'nothing'}"


# ------------------------------------------------------------------ the dialogue


class Names:
    """Parameter names and their values, as the vendor generates its own libraries from them."""

    def __init__(self, folder: Path) -> None:
        """folder: of the lists."""
        enums = msgspec.json.decode((folder / "enum_types.json").read_bytes())
        self._values = {each["name"]: set(each["values"]) for each in enums}
        page = msgspec.json.decode((folder / "Page.json").read_bytes())
        comment = msgspec.json.decode((folder / "IGComment.json").read_bytes())
        self._calls = {
            (each["method"], each.get("endpoint")): {
                param["name"]: param for param in each.get("params") or ()
            }
            for each in (*comment["apis"], *page["apis"])
            if each.get("endpoint")
        }

    def wrong(self, call: HttpCall) -> str:
        """Return what is wrong with a call's parameters; empty when nothing."""
        last = call.url.partition("?")[0].rpartition("/")[2]
        known = self._calls.get((call.method, last))
        if known is None:
            return f"no such call: {call.method} {last}"
        if call.headers.get("content-type", "").startswith("multipart"):
            given: dict[str, Any] = {"message": {}}
        else:
            given = msgspec.json.decode(call.body or b"{}")
        missing = [name for name, each in known.items() if each.get("required")]
        for name in {*missing, *given}:
            if name not in given or name not in known:
                return f"{name} is {'missing' if name in known else 'not a parameter'}"
            kind = str(known[name].get("type"))
            allowed = self._values.get(kind.removeprefix("list<").removesuffix(">"))
            values = given[name] if isinstance(given[name], list) else [given[name]]
            if allowed is not None and not set(map(str, values)) <= allowed:
                return f"{name}: {sorted(set(map(str, values)) - allowed)} not among its values"
        return ""


def _dialogue(channel: Any, account: Account, names: Names) -> Iterator[tuple[str, str]]:
    connector = channel.CONNECTOR
    to = Recipient(kind="external", value="24000000000007")
    is_page = channel is messenger
    for name, message in samples.messages(to):
        if name in {"place", "place named", "people", "people, more"}:
            continue  # sent as text: the manifest has no such feature
        if is_page and name == "below a comment":
            continue  # the lists have no comment of a page, only one of the other channel
        for call in _calls(connector.send(message, account)):
            yield name, names.wrong(call)
    now = {"to": to, "now": AT, "external_id": "m_1"}
    for emoji in ("👍", ""):
        react = ActionOut(does="react", is_ours=False, emoji=emoji, **now)  # type: ignore[arg-type]
        for call in _calls(connector.act(react, account)):
            yield f"react {emoji}", names.wrong(call)
    for does in ("read", "typing_on", "typing_off"):
        mark = MarkOut(does=does, **now)  # type: ignore[arg-type]
        for call in _calls(connector.mark(mark, account)):
            yield does, names.wrong(call)


def _calls(sending: Generator[Call, Reply, object]) -> Iterator[HttpCall]:
    try:
        call = next(sending)
        while isinstance(call, HttpCall):
            yield call
            body = b'{"attachment_id":"5","message_id":"m_1","id":"1"}'
            call = sending.send(HttpReply(status=200, body=body))
    except (StopIteration, Rejected):
        return
