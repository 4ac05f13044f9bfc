"""What we send to LINE, against its own description.

The description leaves every object open; each message and action is closed in memory, by what its
type says it is, so that a misspelt field is noticed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs
import msgspec
import yaml  # type: ignore[import-untyped]

from hilo.connectors import line
from hilo.connectors.line import testing
from hilo.kit.errors import Unsupported
from hilo.sdk.outbound import HttpCall, HttpReply, MarkOut, Recipient
from hilo.sdk.simulator import Deed
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

Schema = dict[str, Any]
_OTHER_DEEDS: tuple[Literal["sticker", "location", "start", "stop"], ...] = (
    "sticker",
    "location",
    "start",
    "stop",
)
_TO = Recipient(kind="external", value=f"U{0x1007:032x}")


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the description lies."""
    sends, hooks = (
        Oracle(yaml.load((folder / name).read_text(encoding="utf-8"), yaml.CSafeLoader))
        for name in ("messaging-api.yml", "webhook.yml")
    )
    yield scored("a misspelt LINE request is noticed", _bites(sends))
    yield scored("LINE requests", _requests(sends))
    yield scored("LINE simulator's webhooks", _webhooks(hooks))


class Oracle:
    """The description, every named shape closed."""

    def __init__(self, document: Schema) -> None:
        """document: as it was published."""
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._kinds = {
            name: schema["discriminator"]["mapping"]
            for name, schema in self._schemas.items()
            if "mapping" in schema.get("discriminator", {})
        }

    def wrong(self, name: str, value: object) -> str:
        """Return what a shape has against a value; of a family, the member its type names."""
        if name in self._kinds and isinstance(value, Mapping):
            family, kind = name, str(value.get("type"))
            name = self._kinds[family].get(kind, "").rpartition("/")[2]
            if not name:
                return f"no {family} {kind}"
        closed = {"$ref": f"#/components/schemas/{name}", "unevaluatedProperties": False}
        whole = {**closed, "components": {"schemas": self._schemas}}
        error = next(iter(jsonschema_rs.Draft202012Validator(whole).iter_errors(value)), None)
        return "" if error is None else f"{name} {list(error.instance_path)} {error.message}"[:300]

    def push(self, body: Mapping[str, Any]) -> str:
        """Return what is wrong with a push, its messages and what can be tapped below them."""
        found = self.wrong("PushMessageRequest", body)
        for message in body.get("messages", ()):
            found = found or self.wrong("Message", message)
            for item in message.get("quickReply", {}).get("items", ()):
                found = found or self.wrong("Action", item["action"])
        return found


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    text = {"type": "text", "text": "x"}
    action = {"type": "postback", "label": "a", "data": "x", "title": "a"}
    for what, message in (
        ("a field nobody knows", {**text, "texts": "x"}),
        ("a text without one", {"type": "text"}),
        ("a kind nobody knows", {"type": "hologram"}),
        ("a picture without its copy", {"type": "image", "originalContentUrl": "https://x.test"}),
        ("an action misspelt", {**text, "quickReply": {"items": [{"action": action}]}}),
    ):
        yield what, "" if oracle.push({"to": "U1", "messages": [message]}) else "was let through"


def _requests(oracle: Oracle) -> Iterator[tuple[str, str]]:
    connector, account = line.CONNECTOR, testing.ACCOUNT
    for name, message in samples.messages(_TO):
        try:
            call = next(connector.send(message, account))
        except Unsupported:  # the manifest has no such feature: it goes as text
            continue
        yield name, oracle.push(_body(call))
    typing = next(connector.mark(MarkOut(does="typing_on", to=_TO, now=AT), account))
    yield "typing", oracle.wrong("ShowLoadingAnimationRequest", _body(typing))
    connecting = connector.connect(account)
    next(connecting)
    put = connecting.send(HttpReply(status=200, body=b'{"userId":"U1"}'))
    yield "address", oracle.wrong("SetWebhookEndpointRequest", _body(put))


def _body(call: object) -> Any:
    assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
    return msgspec.json.decode(call.body)


def _webhooks(oracle: Oracle) -> Iterator[tuple[str, str]]:
    """Let a phone do everything it can."""
    vendor = line.CONNECTOR.simulator(testing.ACCOUNT)
    deeds = [
        Deed(does="text", who="7", text="hola"),
        *(Deed(does="file", who="7", data=b"x", media_type=each) for each in samples.FILES),
        *(Deed(does=does, who="7") for does in _OTHER_DEEDS),
    ]
    for deed in deeds:
        for hook in vendor.deed(deed, AT):
            yield from _events(oracle, msgspec.json.decode(hook.body), deed.does)
    mine = vendor.phones()[0].bubbles[0].id
    for hook in vendor.deed(Deed(does="delete", who="7", target=mine), AT):
        yield from _events(oracle, msgspec.json.decode(hook.body), "delete")


def _events(oracle: Oracle, batch: Mapping[str, Any], what: str) -> Iterator[tuple[str, str]]:
    for event in batch["events"]:
        message = event.get("message")
        why = oracle.wrong("Event", event)
        yield what, why or ("" if message is None else oracle.wrong("MessageContent", message))
