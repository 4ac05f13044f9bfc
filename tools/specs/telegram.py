"""What we send to Telegram, and what its simulator posts, against the list of methods and types.

The list is no schema; one is made of it in memory, every object closed, with the lengths that the
descriptions of its fields name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import msgspec
from msgspec import structs

from hilo.connectors import telegram
from hilo.connectors.telegram import testing
from hilo.kit.errors import Unsupported
from hilo.sdk.account import Account
from hilo.sdk.forms import unpack
from hilo.sdk.outbound import ActionOut, HttpCall, HttpReply, MarkOut, Recipient
from hilo.sdk.simulator import Deed
from specs import samples
from specs.samples import AT
from specs.scoring import Line, scored

Schema = dict[str, Any]
_CHAT = Recipient(kind="external", value="1000000007")
_BUSINESS = Recipient(kind="external", value="1000000007@bc-1")
_ONE = "1000000007:13"
_PLAIN: Mapping[str, Schema] = {
    "Integer": {"type": "integer"},
    "Float": {"type": "number"},
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "InputFile": {"type": "string"},
}
_LENGTH = re.compile(r"\b(\d+)-(\d+) (characters|bytes)")
_ACTIONS: Sequence[ActionOut] = [
    ActionOut(does="react", external_id=_ONE, to=_CHAT, is_ours=False, emoji="👍", now=AT),
    ActionOut(does="react", external_id=_ONE, to=_CHAT, is_ours=False, now=AT),
    ActionOut(does="edit", external_id=_ONE, to=_CHAT, is_ours=True, text="x", now=AT),
    ActionOut(does="delete", external_id=_ONE, to=_CHAT, is_ours=True, now=AT),
]
_SHARED: Sequence[str] = ("text", "start", "location", "react", "edit", "choose", "stop")


def scores(folder: Path) -> Iterator[Line]:
    """Yield every score. folder: where the list lies."""
    oracle = Oracle(msgspec.json.decode((folder / "api.json").read_bytes()))
    yield scored("a misspelt Telegram request is noticed", _bites(oracle))
    yield scored("Telegram requests", _requests(oracle))
    yield scored("Telegram simulator's updates", _updates(oracle))


class Oracle:
    """The list as a schema."""

    def __init__(self, listed: dict[str, Any]) -> None:
        """Make schemas of what is listed as it was published."""
        self._schemas = {name: _schema(each) for name, each in listed["types"].items()}
        self._methods = {name: _schema(each) for name, each in listed["methods"].items()}

    def wrong(self, root: Schema, value: object) -> str:
        """Return what a shape has against a value."""
        whole = {**root, "components": {"schemas": self._schemas}}
        error = next(iter(jsonschema_rs.Draft202012Validator(whole).iter_errors(value)), None)
        return "" if error is None else f"{list(error.instance_path)} {error.message}"[:300]

    def update(self, body: object) -> str:
        """Return what is wrong with an update."""
        return self.wrong(_of("Update"), body)

    def call(self, call: object) -> str:
        """Return what is wrong with a call: its method is the end of its address."""
        assert isinstance(call, HttpCall)  # noqa: S101 - this connector speaks HTTP
        method = urlsplit(call.url).path.rpartition("/")[2]
        return self.named(method, self._fields(method, call))

    def named(self, method: str, fields: object) -> str:
        """Return what is wrong with the fields of a method."""
        if method not in self._methods:
            return f"no method {method}"
        found = self.wrong(self._methods[method], fields)
        return f"{method} {found}" if found else ""

    def _fields(self, method: str, call: HttpCall) -> object:
        """Return the fields; in a form what is no text is written in JSON, and files are named."""
        content_type = call.headers["content-type"]
        if not content_type.startswith("multipart"):
            return msgspec.json.decode(call.body)
        fields, files = unpack(content_type, call.body)
        known = self._methods.get(method, {}).get("properties", {})
        read = {
            name: value if _takes_text(known.get(name, {})) else msgspec.json.decode(value)
            for name, value in fields.items()
        }
        return {**read, **{each.field: each.name for each in files}}


def _takes_text(schema: Schema) -> bool:
    kinds = [each.get("type") for each in schema.get("anyOf", [schema])]
    return kinds == ["string"]


def _schema(listed: Mapping[str, Any]) -> Schema:
    if listed.get("subtypes"):
        return {"anyOf": [_of(each) for each in listed["subtypes"]]}
    fields = listed.get("fields", ())
    return {
        "type": "object",
        "properties": {each["name"]: _field(each) for each in fields},
        "required": [each["name"] for each in fields if each["required"]],
        "additionalProperties": False,
    }


def _field(listed: Mapping[str, Any]) -> Schema:
    kinds = [_of(each) for each in listed["types"]]
    length = _LENGTH.search(listed["description"])
    if length is not None and kinds == [_PLAIN["String"]]:
        return {"type": "string", "minLength": int(length[1]), "maxLength": int(length[2])}
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _of(kind: str) -> Schema:
    if kind.startswith("Array of "):
        return {"type": "array", "items": _of(kind.removeprefix("Array of "))}
    return dict(_PLAIN.get(kind) or {"$ref": f"#/components/schemas/{kind}"})


def _bites(oracle: Oracle) -> Iterator[tuple[str, str]]:
    text = {"chat_id": 7, "text": "x"}
    key = {"text": "a", "callback_data": "x" * 65}
    long = {**text, "reply_markup": {"inline_keyboard": [[key]]}}
    for what, method, fields in (
        ("a field nobody knows", "sendMessage", {**text, "texts": "x"}),
        ("a text without one", "sendMessage", {"chat_id": 7}),
        ("a text that is too long", "sendMessage", {**text, "text": "x" * 4097}),
        ("a method nobody knows", "sendHologram", text),
        ("a number as text", "deleteMessage", {"chat_id": 7, "message_id": "1"}),
        ("a key with too much", "sendMessage", long),
    ):
        yield what, "" if oracle.named(method, fields) else "was let through"


def _requests(oracle: Oracle) -> Iterator[tuple[str, str]]:
    connector, account = telegram.CONNECTOR, testing.ACCOUNT
    for to in (_CHAT, _BUSINESS):
        for name, message in samples.messages(to):
            quoted = message.reply_to and _ONE
            try:
                call = next(connector.send(structs.replace(message, reply_to=quoted), account))
            except Unsupported:  # the manifest has no such feature: it goes as text
                continue
            yield name, oracle.call(call)
    yield from _deeds(oracle, account)


def _deeds(oracle: Oracle, account: Account) -> Iterator[tuple[str, str]]:
    """Yield what is no message: actions, marks, setting up, asking."""
    connector = telegram.CONNECTOR
    for to in (_CHAT, _BUSINESS):
        for action in _ACTIONS:
            given = structs.replace(action, to=to)
            yield given.does, oracle.call(next(connector.act(given, account)))
        for mark in ("typing_on", "read"):
            shown = MarkOut(does=mark, to=to, external_id=_ONE, now=AT)
            call = next(connector.mark(shown, account), None)  # there is none to say it is read
            if call is not None:
                yield mark, oracle.call(call)
    connecting = connector.connect(account)
    yield "who it is", oracle.call(next(connecting))
    me = b'{"ok":true,"result":{"id":1,"username":"faro_bot"}}'
    yield "address", oracle.call(connecting.send(HttpReply(status=200, body=me)))
    yield "no address", oracle.call(next(connector.disconnect(account)))
    checking = connector.check(account)
    next(checking)
    yield "is it called", oracle.call(checking.send(HttpReply(status=200, body=me)))
    yield "file", oracle.call(next(connector.fetch("f1", account)))
    yield "profile", oracle.call(next(connector.profile(_CHAT, account)))


def _updates(oracle: Oracle) -> Iterator[tuple[str, str]]:
    """Let a phone do everything it can."""
    vendor = telegram.CONNECTOR.simulator(testing.ACCOUNT)
    mine = Deed(does="text", who="7", text="hola")
    files = [Deed(does="file", who="7", data=b"x", media_type=each) for each in samples.FILES]
    others = [
        Deed(does="voice", who="7", data=b"x", media_type="audio/ogg"),
        Deed(does="sticker", who="7", data=b"x", media_type="image/webp", emoji="🍊"),
        Deed(does="people", who="7", number="+12025550107"),
    ]
    asked = [Deed(does=each, who="7", target="1", emoji="👍", text="x") for each in _SHARED]  # type: ignore[arg-type]
    for deed in (mine, *files, *others, *asked):
        for hook in vendor.deed(deed, AT):
            yield deed.does, oracle.update(msgspec.json.decode(hook.body))
