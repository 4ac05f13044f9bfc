"""What we send to Discord, against its own description, every object closed in memory.

The description allows 4,000 characters of text; bots are given 2,000, which the manifest keeps.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from hilo.connectors import discord
from hilo.connectors.discord import testing
from hilo.kit.errors import Unsupported
from hilo.sdk.forms import unpack
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, Recipient
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

_TO = Recipient(kind="external", value="800000000000000007")


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the description lies."""
    oracle = Oracle(msgspec.json.decode((folder / "openapi.json").read_bytes()))
    yield scored("a misspelt Discord request is noticed", _bites(oracle))
    yield scored("Discord requests", _requests(oracle))


class Oracle:
    """The description, its objects closed."""

    def __init__(self, document: dict[str, Any]) -> None:
        """document: as it was published."""
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        for schema in self._schemas.values():
            if schema.get("type") == "object" and "properties" in schema:
                schema.setdefault("additionalProperties", False)

    def wrong(self, name: str, value: object) -> str:
        """Return what a shape has against a value."""
        root = {"$ref": f"#/components/schemas/{name}"}
        whole = {**root, "components": {"schemas": self._schemas}}
        error = next(iter(jsonschema_rs.Draft202012Validator(whole).iter_errors(value)), None)
        return "" if error is None else f"{name} {list(error.instance_path)} {error.message}"[:300]


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    key: Mapping[str, object] = {"type": 2, "style": 1, "label": "x" * 81, "custom_id": "a"}
    for what, body in (
        ("a field nobody knows", {"contents": "x"}),
        ("a nonce that is too long", {"content": "x", "nonce": "x" * 26}),
        ("a title that is too long", {"components": [{"type": 1, "components": [key]}]}),
        ("an answer to nothing", {"content": "x", "message_reference": {}}),
    ):
        yield what, "" if oracle.wrong("MessageCreateRequest", body) else "was let through"


def _requests(oracle: Oracle) -> Iterator[tuple[str, str]]:
    connector, account = discord.CONNECTOR, testing.ACCOUNT
    for name, message in samples.messages(_TO):
        quoted = message.reply_to and "1300000000000000001"
        try:
            call = next(connector.send(msgspec.structs.replace(message, reply_to=quoted), account))
        except Unsupported:  # the manifest has no such feature: it goes as text
            continue
        yield name, oracle.wrong("MessageCreateRequest", _body(call))
    edit = ActionOut(
        does="edit", external_id=f"{_TO.value}:13", to=_TO, is_ours=True, text="x", now=AT
    )
    body = _body(next(connector.act(edit, account)))
    yield "edit", oracle.wrong("MessageEditRequestPartial", body)
    connecting = connector.connect(account)
    next(connecting)
    patch = connecting.send(HttpReply(status=200, body=b'{"id":"1"}'))
    yield "address", oracle.wrong("ApplicationFormPartial", _body(patch))


def _body(call: object) -> Any:
    assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
    content_type = call.headers["content-type"]
    if content_type.startswith("multipart"):
        return msgspec.json.decode(unpack(content_type, call.body)[0]["payload_json"])
    return msgspec.json.decode(call.body)
