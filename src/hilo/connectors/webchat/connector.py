"""The web chat's translation: what a visitor's browser sent becomes inbound items.

Sending yields no call: a reply is in the conversation, and the visitor reads it there. What the
visitor has received and read comes back as `got` and `seen`.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Struct

from hilo.connectors.webchat import hours, visitor
from hilo.kit.errors import BadSignature, FieldError, Invalid, MalformedPayload
from hilo.sdk import manifest
from hilo.sdk.abilities import Sample
from hilo.sdk.account import Account, Delivery, SettingsRead
from hilo.sdk.inbound import (
    ContactChanged,
    ErasureIn,
    FileIn,
    Inbound,
    MessageIn,
    SeenIn,
    SenderIn,
    StatusIn,
    Tracked,
    Unknown,
)
from hilo.sdk.manifest import Manifest, Setting
from hilo.sdk.outbound import Accepted, MessageOut, Sending

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PICTURE = re.compile(r"https?://[^\s;,'\"<>\\]+", re.IGNORECASE)  # it stands in a policy, too
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
_MOST_ITEMS = 50
_MOST_CHARS = 500
_MOST_DAYS = 3_650


class StoredFile(Struct, frozen=True):
    """A file the visitor uploaded before; the door has checked that it was this visitor."""

    id: UUID
    name: str = ""
    media_type: str = ""


class Said(Struct, frozen=True, kw_only=True):
    """A delivery's body, as the door writes it."""

    type: str
    client_id: str = ""
    text: str = ""
    files: Sequence[StoredFile] = ()
    page: str = ""
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    traits: Mapping[str, str | int | float | bool | None] = {}
    event: str = ""
    data: Mapping[str, object] = {}
    ids: Sequence[UUID] = ()
    up_to: datetime | None = None
    at: datetime | None = None


class WebChat:
    """See the module."""

    def __init__(self) -> None:
        """Read the manifest."""
        self._manifest = manifest.read(__package__)

    @property
    def manifest(self) -> Manifest:
        """What it is and can do."""
        return self._manifest

    def verify(self, delivery: Delivery, account: Account) -> str | None:
        """Check the visitor's token and that our own door sealed the body."""
        who = _visitor(delivery, account)
        given = delivery.headers.get("x-hilo-seal", "")
        if not hmac.compare_digest(given.encode(), visitor.seal(delivery.body, account).encode()):
            raise BadSignature("the delivery was not sealed by our door")
        try:
            said = msgspec.json.decode(delivery.body, type=Said)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return f"{who.id}:{said.client_id}" if said.client_id else None

    def parse(self, delivery: Delivery, account: Account) -> Sequence[Inbound]:
        """Say what the visitor did."""
        who = _visitor(delivery, account)
        try:
            said = msgspec.json.decode(delivery.body, type=Said)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise MalformedPayload(str(error)) from error
        return _said(said, who, said.at or delivery.received_at)

    def send(self, message: MessageOut, account: Account) -> Sending:
        """Make no call: the visitor reads the conversation itself."""
        del message, account
        yield from ()
        return Accepted(state="sent")

    def mint(self, message: UUID, account: Account) -> str | None:
        """Choose nothing: a visitor's client names a message by our own id."""
        del message, account
        return None

    def snippet(self, account: Account) -> str:
        """Return the one line that puts the widget on a page."""
        source = f"{account.public_url}/widget/loader.js?account={account.id}"
        return f'<script src="{source}" async></script>'

    def sample(self, account: Account, id_: UUID, at: datetime) -> Sample:
        """Write as a new visitor would, sealed as our own door does."""
        who = visitor.Visitor(id=id_)
        said = Said(type="message", client_id=f"test-{id_}", text="Hilo · test", name="Hilo", at=at)
        body = msgspec.json.encode(said)
        headers = {
            "x-hilo-visitor": visitor.issue(who, account, at),
            "x-hilo-seal": visitor.seal(body, account),
        }
        return Sample(
            entrance="chat", delivery=Delivery(body=body, headers=headers, received_at=at)
        )

    def configure(self, given: Mapping[str, object], old: SettingsRead | None) -> SettingsRead:
        """Check the settings; make the two secrets, or keep those there are."""
        known = {setting.name: setting for setting in self._manifest.settings}
        asked = {**(old.settings if old else {}), **given}
        errors: list[FieldError] = []
        settings = {name: each.default for name, each in known.items() if each.default is not None}
        for name, value in asked.items():
            if name not in known:
                errors.append(
                    FieldError(f"settings.{name}", "unknown", "There is no such setting.")
                )
            elif problem := _problem(known[name], value):
                errors.append(FieldError(f"settings.{name}", "invalid", problem))
            else:
                settings[name] = _tidy(value)
        errors += _hours_errors(settings)
        if errors:
            raise Invalid(*errors)
        kept = dict(old.secrets) if old else {}
        return SettingsRead(
            settings=settings,
            secrets={"secret": _key(), "visitor_key": _key()} | kept,
            name=str(settings.get("title", "")),
        )


def _said(said: Said, who: visitor.Visitor, at: datetime) -> Sequence[Inbound]:
    sender = who.sender(name=said.name, locale=said.locale, time_zone=said.time_zone)
    found: Inbound
    match said.type:
        case "got":
            return [StatusIn(state="delivered", message=id_, at=at) for id_ in said.ids]
        case "message":
            found = _message(said, who, sender, at)
        case "seen":
            found = SeenIn(sender=sender, up_to=said.up_to or at)
        case "identify":
            attributes = {key: value for key, value in said.traits.items() if key != "name"}
            known = msgspec.structs.replace(sender, attributes=attributes)
            found = ContactChanged(sender=known)
        case "track":
            found = Tracked(sender=sender, name=said.event, data=said.data, at=at)
        case "erase":
            found = ErasureIn(sender=sender)
        case _:
            found = Unknown(kind=said.type[:100])
    return [found]


def _message(said: Said, who: visitor.Visitor, sender: SenderIn, at: datetime) -> MessageIn:
    if not said.client_id or not (said.text.strip() or said.files):
        raise MalformedPayload("a message needs a client_id and a text or a file")
    stamp: dict[str, object] = {"visitor": str(who.id)}
    if said.page:
        stamp["page"] = said.page
    return MessageIn(
        external_id=f"{who.id}:{said.client_id}",
        sender=sender,
        text=said.text,
        at=at,
        files=[FileIn(name=f.name, media_type=f.media_type, stored=f.id) for f in said.files],
        client_id=said.client_id,
        stamp=stamp,
    )


def _visitor(delivery: Delivery, account: Account) -> visitor.Visitor:
    token = delivery.headers.get("x-hilo-visitor", "")
    if not token:
        raise BadSignature("there is no visitor token")
    return visitor.read(token, account, delivery.received_at)


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def _tidy(value: object) -> str | int | bool | list[str]:
    if isinstance(value, list):
        return [str(each).strip().rstrip("/") for each in value if str(each).strip()]
    if isinstance(value, bool | int):
        return value
    return str(value).strip()


def _problem(setting: Setting, value: object) -> str:
    match setting.kind:
        case "list":
            return _list_problem(setting.name, value)
        case "bool":
            return "" if isinstance(value, bool) else "true or false is expected."
        case "number":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            is_fine = is_number and 0 <= cast("int", value) <= _MOST_DAYS
            return "" if is_fine else f"A number from 0 to {_MOST_DAYS} is expected."
        case "choice":
            options = ", ".join(setting.choices)
            return "" if value in setting.choices else f"One of {options} is expected."
        case _:
            return _text_problem(setting.name, value)


def _text_problem(name: str, value: object) -> str:
    if not isinstance(value, str):
        return "Text is expected."
    if len(value) > _MOST_CHARS:
        return f"At most {_MOST_CHARS} characters are allowed."
    if name == "color" and not _COLOR.fullmatch(value.strip()):
        return "A colour like #a8304a is expected."
    if name == "logo" and value.strip() and not _PICTURE.fullmatch(value.strip()):
        return "The address of a picture is expected, like https://shop.example/logo.png."
    return ""


def _list_problem(name: str, value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return "A list of texts is expected."
    if len(value) > _MOST_ITEMS or any(len(each) > _MOST_CHARS for each in value):
        return f"At most {_MOST_ITEMS} entries of {_MOST_CHARS} characters are allowed."
    if name == "allowed_origins":
        for each in value:
            if not _is_origin(each.strip().rstrip("/")):
                return f"An origin like https://shop.example is expected, not {each!r}."
    return ""


def _hours_errors(settings: Mapping[str, object]) -> list[FieldError]:
    """Say which line of the hours cannot be read, or that their time zone is missing."""
    lines, zone = settings.get("hours", []), str(settings.get("time_zone") or "")
    given = [str(each) for each in lines] if isinstance(lines, list) else []
    if given and not zone:
        problem = "A time zone like Europe/Madrid is expected beside the hours."
        return [FieldError("settings.time_zone", "required", problem)]
    try:
        hours.read(given, zone or "UTC")
    except ValueError as error:
        if str(error) == zone:
            problem = f"A time zone like Europe/Madrid is expected, not {zone!r}."
            return [FieldError("settings.time_zone", "invalid", problem)]
        problem = f"A line like `mon-fri 09:00-18:00` is expected, not {str(error)!r}."
        return [FieldError("settings.hours", "invalid", problem)]
    return []


def _is_origin(text: str) -> bool:
    if not _ORIGIN.fullmatch(text):
        return False
    try:
        return urlsplit(text.replace("*.", "any.")).port != 0
    except ValueError:
        return False


CONNECTOR = WebChat()
