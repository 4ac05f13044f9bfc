"""What a message says: its text, its files and whatever else it holds."""

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from hilo.connectors.whatsapp import wire
from hilo.sdk.content import (
    Chosen,
    Content,
    Line,
    Order,
    People,
    Person,
    Place,
    Sticker,
    Strange,
    Voice,
)
from hilo.sdk.inbound import FileIn, Referral

MEDIA = "media:"
_MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "application/pdf": "pdf",
}
_REASON_CHARS = 300
_SHA256_BYTES = 32


class Said(Struct, frozen=True):
    """What a message says."""

    text: str = ""
    content: Content | None = None
    files: Sequence[FileIn] = ()


def read(message: wire.Message) -> Said:  # noqa: PLR0911 - one for each kind
    """Return what it says; what is not known stays as `Strange`, never lost."""
    match message:
        case wire.Message(type="text", text=wire.Text(body=body)):
            return Said(body)
        case wire.Message(type=kind) if kind in _MEDIA_KINDS:
            return _media(message)
        case wire.Message(type="location", location=wire.Location() as location):
            return Said("", _place(location))
        case wire.Message(type="contacts", contacts=cards) if cards:
            return Said("", People(people=[_person(each) for each in cards]))
        case wire.Message(type="interactive", interactive=wire.Interactive() as answer):
            return _interactive(answer) or _strange(message)
        case wire.Message(type="button", button=wire.Button(payload=payload, text=text)):
            return Said(text, Chosen(id=payload or text, title=text))
        case wire.Message(type="order", order=wire.Order() as order):
            return _order(order)
        case _:
            return _strange(message)


def referral(given: wire.Referral | None) -> Referral | None:
    """Return the advertisement somebody came by; None when it does not say which."""
    if given is None or not (given.source_id or given.source_url or given.click):
        return None
    return Referral(
        source="post" if given.source_type == "post" else "ad",
        id=given.source_id or "",
        url=given.source_url or "",
        title=given.headline or "",
        text=given.body or "",
        click=given.click or "",
    )


def stamp(message: wire.Message) -> Mapping[str, object]:
    """Return what else is worth knowing: passed on, and about which product."""
    context = message.context
    if context is None:
        return {}
    found: dict[str, object] = {}
    if context.forwarded or context.frequently_forwarded:
        found["forwarded"] = "often" if context.frequently_forwarded else "once"
    if context.referred_product:
        found["product"] = dict(context.referred_product)
    return found


def sha256(given: str) -> str:
    """Return a checksum as hexadecimal, whichever way it was written; empty when it is none."""
    try:
        for read_ in (bytes.fromhex, base64.b64decode):
            try:
                digest = read_(given)
            except (ValueError, binascii.Error):
                continue
            if len(digest) == _SHA256_BYTES:
                return digest.hex()
    except TypeError:
        pass
    return ""


def _media(message: wire.Message) -> Said:
    media: wire.Media | None = getattr(message, message.type)
    if media is None or not media.id:
        return _strange(message)
    file = FileIn(
        name=media.filename or _name(message.type, media),
        media_type=media.mime_type or "",
        url=f"{MEDIA}{media.id}",
        sha256=sha256(media.sha256 or ""),
    )
    content: Content | None = None
    if message.type == "sticker":
        content = Sticker(is_animated=bool(media.animated))
    elif message.type == "audio" and media.voice:
        content = Voice()
    return Said(media.caption or "", content, [file])


def _name(kind: str, media: wire.Media) -> str:
    """Return a name for a file that came without one: people save it."""
    ending = _ENDINGS.get((media.mime_type or "").partition(";")[0].strip())
    kind = "voice" if media.voice else kind
    return f"{kind}.{ending}" if ending else kind


def _place(location: wire.Location) -> Content:
    try:
        latitude, longitude = float(location.latitude or ""), float(location.longitude or "")
    except ValueError:
        return Strange(kind="location")
    return Place(
        latitude=latitude,
        longitude=longitude,
        name=location.name or "",
        address=location.address or "",
    )


def _person(card: wire.Card) -> Person:
    name = card.name or wire.CardName()
    parts = (name.first_name, name.last_name)
    return Person(
        name=name.formatted_name or " ".join(part for part in parts if part),
        phones=[number for each in card.phones or () if (number := each.phone or each.wa_id)],
        emails=[each.email for each in card.emails or () if each.email],
        company=(card.org.company if card.org is not None else None) or "",
    )


def _interactive(given: wire.Interactive) -> Said | None:
    match given:
        case wire.Interactive(type="button_reply", button_reply=wire.Answer() as tapped):
            return Said(tapped.title, Chosen(id=tapped.id, title=tapped.title))
        case wire.Interactive(type="list_reply", list_reply=wire.Answer() as tapped):
            return Said(tapped.title, Chosen(id=tapped.id, title=tapped.title))
        case wire.Interactive(type="nfm_reply", nfm_reply=wire.Answer() as form):
            token, answers = _answers(form.response_json or "")
            title = form.body or ""
            return Said(title, Chosen(id=token or form.name or "", title=title, answers=answers))
        case wire.Interactive(
            type="call_permission_reply", call_permission_reply=wire.Answer() as it
        ):
            response = it.response or ""
            return Said("", Chosen(id=f"call_permission.{response}", title=response))
        case _:
            return None


def _answers(text: str) -> tuple[str, dict[str, str]]:
    """Return the form's token and what was filled in, as texts."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return "", {"response": text} if text else {}
    if not isinstance(given, dict):
        return "", {"response": text}
    token = given.pop("flow_token", "")
    return str(token or ""), {
        str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in given.items()
    }


def _order(order: wire.Order) -> Said:
    lines = [
        Line(
            product=each.product_retailer_id,
            quantity=int(_number(each.quantity, 1)),
            price=_number(each.item_price, 0),
        )
        for each in order.product_items
    ]
    currency = next((each.currency for each in order.product_items if each.currency), "")
    return Said(order.text or "", Order(lines=lines, currency=currency))


def _number(given: float | str | None, otherwise: float) -> float:
    try:
        number = float(otherwise if given is None else given)
    except ValueError:
        return otherwise
    return number if math.isfinite(number) else otherwise


def _strange(message: wire.Message) -> Said:
    kind = message.unsupported.type if message.unsupported is not None else message.type
    reason = message.errors[0].detail if message.errors else ""
    return Said("", Strange(kind=(kind or message.type)[:100], reason=reason[:_REASON_CHARS]))
