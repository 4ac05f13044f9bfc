"""What people send from a simulated phone, in the vendor's words."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from hilo.connectors._graph.sketch import Files
from hilo.kit.errors import Unsupported
from hilo.sdk.simulator import Deed, Does

Body = dict[str, Any]
DEEDS: Sequence[Does] = (
    "text", "file", "voice", "sticker", "location", "people", "choose", "react", "edit", "delete",
    "read", "start", "order", "stop",
)  # fmt: skip
_NUMBER = "+1 202-555-0199"


def says(deed: Deed, files: Files, offered: tuple[str, str]) -> tuple[Body, str]:
    """Return a message's own part and what the phone shows. offered: kind and title of a tap."""
    match deed.does:
        case "text" | "start":
            text = deed.text or deed.token
            return {"type": "text", "text": {"body": text}}, text
        case "file" | "voice" | "sticker":
            return _file(deed, files), deed.text
        case "location":
            point: Body = {"latitude": deed.latitude, "longitude": deed.longitude}
            named = {"name": deed.text, "address": deed.text} if deed.text else {}
            shown = deed.text or f"{deed.latitude}, {deed.longitude}"
            return {"type": "location", "location": point | named}, shown
        case "people":
            name, number = deed.text or "Gina Mora", deed.number or _NUMBER
            digits = "".join(each for each in number if each.isdigit())
            phone = {"phone": number, "wa_id": digits, "type": "CELL"}
            card = {"name": {"formatted_name": name, "first_name": name}, "phones": [phone]}
            return {"type": "contacts", "contacts": [card]}, f"{name} {number}"
        case "choose":
            return _tap(deed, *offered)
        case "order":
            item = {"product_retailer_id": "oranges-5kg", "quantity": 2, "item_price": 7.5}
            items = [{**item, "currency": "EUR"}]
            order = {"catalog_id": "1", "text": deed.text, "product_items": items}
            return {"type": "order", "order": order}, f"2 oranges-5kg\n{deed.text}".strip()
        case other:
            raise Unsupported(f"nobody can {other} here")


def _file(deed: Deed, files: Files) -> Body:
    family = deed.media_type.partition("/")[0]
    kind = family if family in {"image", "video", "audio"} else "document"
    kind = {"voice": "audio", "sticker": "sticker"}.get(deed.does, kind)
    media: Body = {
        "mime_type": deed.media_type,
        "sha256": base64.b64encode(hashlib.sha256(deed.data).digest()).decode(),
        "id": files.put(deed.data, deed.media_type),
    }
    if kind == "audio":
        media["voice"] = deed.does == "voice"
    elif kind == "sticker":
        media["animated"] = False
    elif deed.text:
        media["caption"] = deed.text
    if kind == "document":
        media["filename"] = deed.name or "file"
    return {"type": kind, kind: media}


def _tap(deed: Deed, kind: str, title: str) -> tuple[Body, str]:
    if kind == "template":
        return {"type": "button", "button": {"payload": deed.choice, "text": title}}, title
    reply = "list_reply" if kind == "list" else "button_reply"
    tapped = {"type": reply, reply: {"id": deed.choice, "title": title}}
    return {"type": "interactive", "interactive": tapped}, title
